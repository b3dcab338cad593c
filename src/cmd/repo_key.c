/* repo key: a key to sign a repository with.
 *
 *	$ fardel repo key --output main
 *	Password for main.key:
 *	Once more, for main.key:
 *	SECRET     PUBLIC     KEY                                                        ID
 *	main.key   main.pub   RWT+aHrvWOVLaOz/qkSE27GUjHQwMjyQydIs0rrrZ4rgRU9p9UoNWpTJ   684BE558EF7A68FE
 *	Keep main.key where no server is. Clients are told the key: fardel repo add NAME URL --key RWT+aHr…
 */
#include "cmd/cmd.h"

#include "cmd/sheet.h"
#include "engine/repo_keys.h"

struct key_own {
	const char *output, *password_file;
	bool no_password;
};

static const struct opt opts[] = {
	{"output", .letter = 'o', .kind = OPT_TEXT, .at = offsetof(struct key_own, output),
		.arg = "FILE", .help = "write FILE.key and FILE.pub, instead of repository.…"},
	{"no-password", .kind = OPT_FLAG, .at = offsetof(struct key_own, no_password),
		.help = "let whoever has the file sign, as a machine that publishes by itself does"},
	{"password-file", .kind = OPT_TEXT, .at = offsetof(struct key_own, password_file),
		.arg = "FILE", .help = "take the password from the first line of FILE"},
};

static const struct column columns[] = {
	{.title = "SECRET", .key = "secret"},
	{.title = "PUBLIC", .key = "public"},
	{.title = "KEY", .key = "key"},
	{.title = "ID", .key = "id"},
};

static int check_key(const struct run *run, struct err *err)
{
	const struct key_own *own = run->own;

	if (own->no_password && own->password_file)
		return err_set(
			err, ERR_USAGE, "--no-password and --password-file exclude each other");
	if (run->globals.dry_run)
		return err_set(err, ERR_USAGE, "there is no --dry-run for a key");
	return 0;
}

static int run_key(struct run *run, struct err *err)
{
	const struct key_own *own = run->own;
	const struct repo_key_options options = {.output = own->output,
		.password_file = own->password_file,
		.no_password = own->no_password};
	struct repo_key_made made;
	struct sheet *sheet;
	int status = engine_repo_key(run->engine, &options, &made, err);

	if (status == 0) {
		sheet = sheet_new(run, "keys", columns, COUNT(columns));
		sheet_text(sheet, buf_span(&made.secret));
		sheet_text(sheet, buf_span(&made.public));
		sheet_text(sheet, buf_span(&made.line));
		sheet_text(sheet, buf_span(&made.id));
		sheet_end(sheet);
		progress_say(&run->progress, SAY_INFO,
			"Keep %s where no server is, and a copy of it. Clients are told the key: fardel "
			"repo add NAME URL --key %s",
			made.secret.s, made.line.s);
	}
	repo_key_made_drop(&made);
	return status;
}

const struct cmd cmd_repo_key = {
	.name = "repo key",
	.args = "",
	.summary = "Make a key to sign a repository with",
	.text = "Writes minisign's files: FILE.key, which signs, and FILE.pub, which clients are told. "
		"With a password the file alone is of no use; it is asked for at each signing.",
	.group = GROUP_REPOSITORIES,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct key_own),
	.need = need_nothing,
	.check = check_key,
	.run = run_key,
};
