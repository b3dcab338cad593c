/* repo build: a folder of installers as a signed repository.
 *
 *	$ fardel repo build /srv/main --key main.key
 *	NAME   REVISION   PACKAGES   READ   CHANGED   WRITTEN   EXPIRES
 *	main       1208        214      1         1   9.1 kB    2026-12-22 09:14
 */
#include "cmd/cmd.h"

#include "cmd/sheet.h"
#include "cmd/signing_print.h"
#include "engine/repo_build.h"
#include "engine/repo_keys.h"
#include "engine/repo_publish.h"

struct build_own {
	struct texts keys, root_keys;
	const char *name, *password_file;
	int64_t days, keep;
	bool no_web;
};

static const struct opt opts[] = {
	{"key", .letter = 'k', .kind = OPT_LIST, .at = offsetof(struct build_own, keys),
		.arg = "FILE",
		.help = "sign with the secret key in FILE (may be given several times)"},
	{"root-key", .kind = OPT_LIST, .at = offsetof(struct build_own, root_keys), .arg = "FILE",
		.help = "of a new repository: the key that says whose signatures count; else --key"},
	{"password-file", .kind = OPT_TEXT, .at = offsetof(struct build_own, password_file),
		.arg = "FILE", .help = "take the keys' passwords from FILE, a line each"},
	{"name", .kind = OPT_TEXT, .at = offsetof(struct build_own, name), .arg = "NAME",
		.help = "of a new repository: call it NAME, not as the folder"},
	{"expires", .kind = OPT_NUMBER, .at = offsetof(struct build_own, days), .arg = "DAYS",
		.help = "let the head live for DAYS (30)", .min = 1, .max = 3650,
		.preset = PUBLISH_DAYS},
	{"keep", .kind = OPT_NUMBER, .at = offsetof(struct build_own, keep), .arg = "DAYS",
		.help = "keep files of the index for DAYS after the last revision that had them (7)",
		.min = 0, .max = 3650, .preset = 7},
	{"no-web", .kind = OPT_FLAG, .at = offsetof(struct build_own, no_web),
		.help = "write no web pages (index.html and web)"},
};

static const struct column columns[] = {
	{.title = "NAME", .key = "name"},
	{.title = "REVISION", .key = "revision", .right = true},
	{.title = "PACKAGES", .key = "packages", .right = true},
	{.title = "READ", .key = "read", .right = true},
	{.title = "CHANGED", .key = "changed_leaves", .right = true},
	{.key = "files"},
	{.title = "WRITTEN", .key = "bytes", .right = true},
	{.title = "EXPIRES", .key = "expires"},
	{.key = "published"},
};

static int check_build(const struct run *run, struct err *err)
{
	const struct build_own *own = run->own;

	if (!own->keys.of.n) {
		err_set(err, ERR_USAGE, "which key is to sign? --key FILE");
		return err_next(err, "make one: fardel repo key");
	}
	if (run->globals.dry_run)
		return err_set(err, ERR_USAGE, "there is no --dry-run for a publication");
	return 0;
}

static void print(struct run *run, const struct repo_built *b)
{
	struct sheet *sheet = sheet_new(run, "built", columns, COUNT(columns));

	sheet_text(sheet, buf_span(&b->name));
	sheet_number(sheet, b->revision);
	sheet_number(sheet, b->packages);
	sheet_number(sheet, b->read);
	sheet_number(sheet, b->leaves);
	sheet_number(sheet, b->files);
	sheet_size(sheet, b->bytes);
	sheet_time(sheet, b->expires);
	sheet_bool(sheet, b->published);
	sheet_end(sheet);
	VEC_FOR (const struct repo_bad, bad, &b->scan.bad)
		progress_say(
			&run->progress, SAY_ERROR, "  left out: %s: %s", bad->path.s, bad->why.s);
	if (b->waiting) {
		progress_say(&run->progress, SAY_INFO,
			"It waits for more signatures: fardel repo sign --add %s --key FILE",
			run->args.v[0]);
		signing_print_open(run, "the index keys", &b->signing);
	}
}

static int build(struct run *run, const struct signers *keys, const struct signers *root_keys,
	struct err *err)
{
	const struct build_own *own = run->own;
	const struct repo_build_options options = {.folder = run->args.v[0],
		.name = own->name,
		.days = own->days,
		.keep_days = own->keep,
		.keep_going = run->globals.keep_going,
		.no_web = own->no_web,
		.signers = keys,
		.root_signers = root_keys};
	struct repo_built out;
	int status = engine_repo_build(run->engine, &options, &out, err);

	if (status == 0 || err->code == ERR_PARTIAL)
		print(run, &out);
	repo_built_drop(&out);
	return status;
}

static int run_build(struct run *run, struct err *err)
{
	const struct build_own *own = run->own;
	const struct repo_keys keys = {&own->keys, own->password_file};
	const struct repo_keys root_keys = {&own->root_keys, own->password_file};
	AUTO(signers) signers = {0};
	AUTO(signers) root_signers = {0};

	if (repo_keys_open(run->engine, &keys, &signers, err) < 0 ||
		(own->root_keys.of.n &&
			repo_keys_open(run->engine, &root_keys, &root_signers, err) < 0))
		return -1;
	return build(run, &signers, &root_signers, err);
}

const struct cmd cmd_repo_build = {
	.name = "repo build",
	.args = "DIR",
	.summary = "Make a folder of installers a signed repository",
	.text = "Each installer below DIR is offered, wherever it stands (folders index and web at its top are the repository's own; what is hidden is passed over). Those that have not changed since the "
		"last time are not read again, and only what has changed is written: the head last, so that who reads meanwhile has the old or the new repository whole. Nothing is published where an "
		"installer is broken, or two have one name and version. Beside FILE may stand FILE.changes.json, made by `fardel preview --json FILE`: then the paths that it makes can be asked for.",
	.group = GROUP_REPOSITORIES,
	.least = 1,
	.most = 1,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct build_own),
	.need = need_nothing,
	.check = check_build,
	.run = run_build,
};
