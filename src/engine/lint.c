/* lint: an installer is read, looked at, and never run. */
#include "engine/lint.h"

#include <errno.h>
#include <sys/stat.h>

#include "engine/engine.h"

void linted_drop(struct linted *l)
{
	buf_drop(&l->name);
	lint_drop(&l->lint);
	texts_drop(&l->used);
}

/* 1: a folder, 0: a file, -1. */
static int is_folder(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode);
	if (errno != ENOENT && errno != ENOTDIR)
		return err_sys(err, "look at %s", path);
	err_set(err, ERR_NO_PACKAGE, "%s: there is no such file", path);
	return err_next(err, "check the path");
}

/* 1, 0: the file would be refused; then nothing more can be told. */
static int read_it(struct engine *e, const char *path, struct lint_files *files, struct lint *out,
	struct err *err)
{
	struct err why = ERR_INIT;
	int folder = is_folder(path, err), got;

	if (folder < 0)
		return -1;
	if (folder)
		return lint_read_folder(path, files, err) < 0 ? -1 : 1;
	got = lint_read_file(e, path, files, &why, err);
	if (got == 0)
		lint_add(out, "refused", SPAN(""), 0, "%s", why.text);
	return got;
}

int engine_lint(struct engine *e, const char *path, const struct texts *allow, struct linted *out,
	struct err *err)
{
	AUTO(lint_files) files = LINT_FILES_INIT;
	int got;

	*out = (struct linted){.name = BUF_INIT, .lint = LINT_INIT};
	got = read_it(e, path, &files, &out->lint, err);
	if (got < 0)
		return -1;
	buf_set(&out->name, buf_span(&files.name));
	if (got > 0) {
		lint_look(&files, &out->lint);
		if (lint_ask_syntax(e, &files, &out->lint, err) < 0 ||
			lint_ask_debian(e, &out->lint, &out->used, err) < 0)
			return err_at(err, "lint %s", path);
	}
	lint_end(&out->lint, &files, allow);
	return 0;
}
