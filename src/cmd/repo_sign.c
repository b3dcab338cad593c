/* repo sign: a repository's head signed anew, before it expires; or one more signature of it.
 *
 *	$ fardel repo sign /srv/main --key main.key
 *	NAME   REVISION   EXPIRES            WANTING   SIGNED BY
 *	main       1208   2026-12-22 09:14         0   684BE558EF7A68FE
 */
#include "cmd/cmd.h"

#include "cmd/sheet.h"
#include "cmd/signing_print.h"
#include "engine/repo_sign.h"

struct sign_own {
	struct texts keys;
	const char *password_file;
	int64_t days;
	bool add;
};

static const struct opt opts[] = {
	{"key", .letter = 'k', .kind = OPT_LIST, .at = offsetof(struct sign_own, keys),
		.arg = "FILE",
		.help = "sign with the secret key in FILE (may be given several times)"},
	{"password-file", .kind = OPT_TEXT, .at = offsetof(struct sign_own, password_file),
		.arg = "FILE", .help = "take the keys' passwords from FILE, a line each"},
	{"expires", .kind = OPT_NUMBER, .at = offsetof(struct sign_own, days), .arg = "DAYS",
		.help = "let the head live for DAYS (30)", .min = 1, .max = 3650,
		.preset = PUBLISH_DAYS},
	{"add", .kind = OPT_FLAG, .at = offsetof(struct sign_own, add),
		.help = "add a signature to the head that waits for it, make no new one"},
};

static const struct column columns[] = {
	{.title = "NAME", .key = "name"},
	{.title = "REVISION", .key = "revision", .right = true},
	{.title = "EXPIRES", .key = "expires"},
	{.title = "WANTING", .key = "wanting", .right = true},
	{.title = "SIGNED BY", .key = "signed_by"},
	{.key = "not_signed_by"},
};

static int check_sign(const struct run *run, struct err *err)
{
	const struct sign_own *own = run->own;

	if (!own->keys.of.n)
		return err_set(err, ERR_USAGE, "which key is to sign? --key FILE");
	if (run->globals.dry_run)
		return err_set(err, ERR_USAGE, "there is no --dry-run for a signature");
	return 0;
}

static void print(struct run *run, const struct repo_signed *s)
{
	int64_t wanting = signing_wanting(&s->signing);
	struct sheet *sheet = sheet_new(run, "signed", columns, COUNT(columns));

	sheet_text(sheet, buf_span(&s->name));
	sheet_number(sheet, s->revision);
	sheet_time(sheet, s->expires);
	sheet_number(sheet, wanting);
	sheet_list(sheet, &s->signing.has);
	sheet_list(sheet, &s->signing.open);
	sheet_end(sheet);
	if (wanting)
		progress_say(&run->progress, SAY_INFO,
			"Revision %lld waits for %lld more: fardel repo sign --add %s --key FILE",
			(long long)s->revision, (long long)wanting, run->args.v[0]);
	signing_print_open(run, "the index keys", &s->signing);
}

static int run_sign(struct run *run, struct err *err)
{
	const struct sign_own *own = run->own;
	const struct repo_sign_options options = {.folder = run->args.v[0],
		.keys = {&own->keys, own->password_file},
		.days = own->days,
		.add = own->add};
	struct repo_signed out;
	int status = engine_repo_sign(run->engine, &options, &out, err);

	if (status == 0)
		print(run, &out);
	repo_signed_drop(&out);
	return status;
}

const struct cmd cmd_repo_sign = {
	.name = "repo sign",
	.args = "DIR",
	.summary = "Sign a repository anew, before it expires",
	.text = "Publishes a new revision of the same packages, as of now. The packages are not looked at, so the "
		"present head has to bear a signature of one of the keys. Where several have to sign, the head "
		"waits in the folder, unseen by clients, until they have, each with --add.",
	.group = GROUP_REPOSITORIES,
	.least = 1,
	.most = 1,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct sign_own),
	.need = need_nothing,
	.check = check_sign,
	.run = run_sign,
};
