/* lint, for the engine's own files: how an installer is read for it. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/lint.h"

/* What is in an installer's file, by the extract worker; nothing is written. 1; 0: install would refuse it, and *why says
 * for what reason; -1. */
MUST_USE int lint_read_file(struct engine *e, const char *path, struct lint_files *out,
	struct err *why, struct err *err);
/* What is in a folder, with our own rights. */
MUST_USE int lint_read_folder(const char *path, struct lint_files *out, struct err *err);

/* Has the shells, and fardel-lua, say what they cannot read of scripts; none of them is run. */
MUST_USE int lint_ask_syntax(
	struct engine *e, const struct lint_files *files, struct lint *out, struct err *err);

/* Holds the names that rules make against dpkg's database and apt's lists of contents; adds what of these there was to
 * `used`. */
MUST_USE int lint_ask_debian(
	struct engine *e, struct lint *out, struct texts *used, struct err *err);
