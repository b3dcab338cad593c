/* repo rotate: other keys for a repository, and the head signed anew by them.
 *
 *	$ fardel repo rotate /srv/main --key main.key --key new.key --index-key new.pub
 *	NAME   ROOT   EXPIRES            ROOT KEYS   INDEX KEYS   REVISION   WANTING   SIGNED BY
 *	main      2   2028-11-21 09:14   1 of 1      1 of 1           1209         0   684BE558EF7A68FE
 */
#include "cmd/cmd.h"

#include "cmd/sheet.h"
#include "cmd/signing_print.h"
#include "engine/repo_sign.h"

struct rotate_own {
	struct texts keys, root_keys, index_keys, signed_by;
	const char *password_file;
	int64_t root_threshold, threshold, days, head_days;
	bool restart, add;
};

static const struct opt opts[] = {
	{"key", .letter = 'k', .kind = OPT_LIST, .at = offsetof(struct rotate_own, keys),
		.arg = "FILE", .help = "sign with the secret key in FILE; give old and new ones"},
	{"password-file", .kind = OPT_TEXT, .at = offsetof(struct rotate_own, password_file),
		.arg = "FILE", .help = "take the keys' passwords from FILE, a line each"},
	{"index-key", .kind = OPT_LIST, .at = offsetof(struct rotate_own, index_keys),
		.arg = "FILE",
		.help = "let the public key in FILE sign heads, not those of before"},
	{"root-key", .kind = OPT_LIST, .at = offsetof(struct rotate_own, root_keys), .arg = "FILE",
		.help = "let the public key in FILE sign roots, not those of before"},
	{"threshold", .kind = OPT_NUMBER, .at = offsetof(struct rotate_own, threshold), .arg = "N",
		.help = "N index keys have to sign", .min = 1, .max = 16},
	{"root-threshold", .kind = OPT_NUMBER, .at = offsetof(struct rotate_own, root_threshold),
		.arg = "N", .help = "N root keys have to sign the root after this one", .min = 1,
		.max = 16},
	{"expires", .kind = OPT_NUMBER, .at = offsetof(struct rotate_own, days), .arg = "DAYS",
		.help = "let the root live for DAYS (730)", .min = 1, .max = 7300,
		.preset = PUBLISH_ROOT_DAYS},
	{"head-expires", .kind = OPT_NUMBER, .at = offsetof(struct rotate_own, head_days),
		.arg = "DAYS", .help = "let the head live for DAYS (30)", .min = 1, .max = 3650,
		.preset = PUBLISH_DAYS},
	{"restart", .kind = OPT_FLAG, .at = offsetof(struct rotate_own, restart),
		.help = "let clients count revisions anew: somebody has published too high ones"},
	{"add", .kind = OPT_FLAG, .at = offsetof(struct rotate_own, add),
		.help = "add a signature to the root that waits for it, make no new one"},
	{"signed-by", .kind = OPT_LIST, .at = offsetof(struct rotate_own, signed_by), .arg = "FILE",
		.help = "trust the root there is if the public key in FILE has signed it"},
};

static const struct column columns[] = {
	{.title = "NAME", .key = "name"},
	{.title = "ROOT", .key = "root", .right = true},
	{.title = "EXPIRES", .key = "expires"},
	{.title = "ROOT KEYS", .key = "root_keys"},
	{.title = "INDEX KEYS", .key = "index_keys"},
	{.title = "REVISION", .key = "revision", .right = true},
	{.title = "WANTING", .key = "wanting", .right = true},
	{.title = "SIGNED BY", .key = "signed_by"},
	{.key = "not_signed_by"},
};

static int check_rotate(const struct run *run, struct err *err)
{
	const struct rotate_own *own = run->own;

	if (!own->keys.of.n)
		return err_set(err, ERR_USAGE, "which keys are to sign? --key FILE");
	if (own->add && (own->root_keys.of.n || own->index_keys.of.n || own->root_threshold ||
				own->threshold || own->restart))
		return err_set(err, ERR_USAGE,
			"--add signs the root that waits as it is: keys and thresholds are those of who made it");
	if (run->globals.dry_run)
		return err_set(err, ERR_USAGE, "there is no --dry-run for a signature");
	return 0;
}

static void add_role(struct sheet *sheet, int64_t threshold, int64_t keys)
{
	AUTO(buf) text = BUF_INIT;

	buf_addf(&text, "%lld of %lld", (long long)threshold, (long long)keys);
	sheet_text(sheet, buf_span(&text));
}

static void add_new(const struct texts *from, struct texts *to)
{
	VEC_FOR (const struct buf, id, &from->of)
		if (!texts_has(to, buf_span(id)))
			texts_add(to, buf_span(id));
}

/* Keys of both roles stand once. */
static void merge(const struct root_signing *s, struct texts *has, struct texts *open)
{
	add_new(&s->before.has, has);
	add_new(&s->own.has, has);
	add_new(&s->before.open, open);
	add_new(&s->own.open, open);
}

static void print(struct run *run, const struct repo_rotated *r)
{
	int64_t wanting = root_signing_wanting(&r->signing);
	AUTO(texts) has = {0};
	AUTO(texts) open = {0};
	struct sheet *sheet = sheet_new(run, "rotated", columns, COUNT(columns));

	merge(&r->signing, &has, &open);
	sheet_text(sheet, buf_span(&r->name));
	sheet_number(sheet, r->version);
	sheet_time(sheet, r->expires);
	add_role(sheet, r->root_threshold, r->root_keys);
	add_role(sheet, r->index_threshold, r->index_keys);
	sheet_number(sheet, r->revision);
	sheet_number(sheet, wanting);
	sheet_list(sheet, &has);
	sheet_list(sheet, &open);
	sheet_end(sheet);
	if (wanting) {
		progress_say(&run->progress, SAY_INFO,
			"Root %lld waits for %lld more, and counts for nobody until then: fardel repo rotate --add %s --key FILE",
			(long long)r->version, (long long)wanting, run->args.v[0]);
		signing_print_open(run, "the root keys of before", &r->signing.before);
		signing_print_open(run, "its own root keys", &r->signing.own);
	} else if (!r->is_signed) {
		progress_say(&run->progress, SAY_WARN,
			"The head was not signed anew: none of these keys has signed it and may under the new root. One that has: fardel repo sign %s --key FILE; "
			"none that has: fardel repo build %s --key FILE",
			run->args.v[0], run->args.v[0]);
	} else if (signing_wanting(&r->head_signing)) {
		progress_say(&run->progress, SAY_INFO,
			"The head waits for %lld more: fardel repo sign --add %s --key FILE",
			(long long)signing_wanting(&r->head_signing), run->args.v[0]);
		signing_print_open(run, "the index keys", &r->head_signing);
	}
}

static int run_rotate(struct run *run, struct err *err)
{
	const struct rotate_own *own = run->own;
	const struct repo_rotate_options options = {.folder = run->args.v[0],
		.keys = {&own->keys, own->password_file},
		.root_keys = &own->root_keys,
		.index_keys = &own->index_keys,
		.root_threshold = own->root_threshold,
		.index_threshold = own->threshold,
		.days = own->days,
		.head_days = own->head_days,
		.restart = own->restart,
		.add = own->add,
		.signed_by = &own->signed_by};
	struct repo_rotated out;
	int status = engine_repo_rotate(run->engine, &options, &out, err);

	if (status == 0)
		print(run, &out);
	repo_rotated_drop(&out);
	return status;
}

const struct cmd cmd_repo_rotate = {
	.name = "repo rotate",
	.args = "DIR",
	.summary = "Change the keys of a repository",
	.text = "Publishes the next root, which says whose signatures count from now on, and the head signed anew "
		"under it. Enough root keys of before and of the new root have to sign it, so --key names old and "
		"new ones; where these are not enough it waits in the folder, unseen by clients, until the others have signed, each with --add, on whatever machine. A public key may also be given as its line. Clients follow by themselves.",
	.group = GROUP_REPOSITORIES,
	.least = 1,
	.most = 1,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct rotate_own),
	.need = need_nothing,
	.check = check_rotate,
	.run = run_rotate,
};
