/* What goes wrong in installers, told from what is in them: files in, findings out. Nothing is run. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"
#include "model/config.h"

#define LINT_TEXT_MAX ((size_t)8 << 20) /* bytes of one file that is looked into */
#define LINT_TEXTS_MAX ((size_t)64 << 20) /* of all of them together */
#define LINT_OVERRIDES "lint-overrides" /* beside the facts: what the packager knows better */

enum lint_severity { LINT_INFO, LINT_WARNING, LINT_ERROR, LINT_SEVERITIES };
const char *lint_severity_name(enum lint_severity severity); /* "warning" */

/* One thing that is looked for. */
struct lint_id {
	const char *id; /* stable: "no-licence" */
	enum lint_severity severity;
	const char *line; /* what is wrong, in one line without a full stop */
	const char *text; /* why that matters, and what to do */
};
const struct lint_id *lint_ids(size_t *count); /* by id */
const struct lint_id *lint_id_get(struct span id); /* NULL: there is none */

enum lint_type { LINT_FILE, LINT_FOLDER, LINT_LINK, LINT_OTHER };

struct lint_file {
	struct buf path; /* in the installer's folder */
	enum lint_type type;
	unsigned mode; /* as it is stated, with setuid and setgid */
	int64_t size;
	bool read; /* text is all that is in it */
	struct buf text;
};
struct lint_files {
	struct buf name; /* of the folder: the package's */
	VEC(struct lint_file) of;
};
#define LINT_FILES_INIT ((struct lint_files){.name = BUF_INIT})
void lint_files_drop(struct lint_files *f);
struct lint_file *lint_files_add(struct lint_files *f, struct span path);
const struct lint_file *lint_files_get(const struct lint_files *f, const char *path);
/* Whether the content of a file of that name and size is of interest: facts, rules, and what may be a script of theirs. */
bool lint_wants(struct span path, int64_t size);
/* Whether they are of a package of Packets: a manifest.toml with [Info]. */
bool lint_is_packets(const struct lint_files *files);
/* The shell that a script is for: "sh", "bash"; NULL: it is no shell's. */
const char *lint_shell(const struct lint_file *f);

/* Whether fardel runs it in fardel-lua: rules.lua, and hooks of packages of Packets. */
bool lint_runs_lua(const struct lint_files *files, const struct lint_file *f);

struct lint_finding {
	const struct lint_id *id;
	struct buf file; /* in the installer's folder; "": it is about the whole */
	unsigned line; /* 0: about all of the file */
	struct buf text; /* what is there */
	bool allowed; /* by an override or --allow */
	struct buf reason; /* that the override gives */
};

/* Something that rules make on the system. */
struct lint_made {
	struct buf path;
	struct buf file;
	unsigned line;
};

struct lint {
	VEC(struct lint_finding) of;
	VEC(struct lint_made) made; /* what stands in /usr/bin and its like */
	size_t *counts; /* findings of each id; more than LINT_MOST are only counted */
};
#define LINT_MOST 40
#define LINT_INIT ((struct lint){.counts = NULL})
void lint_drop(struct lint *l);

/* There must be such an id. */
void lint_add(struct lint *l, const char *id, struct span file, unsigned line, const char *format,
	...) PRINTF(5, 6);

/* All checks of the format that the files are of. */
void lint_look(const struct lint_files *files, struct lint *out);

/* When nothing more comes: counts what was too much, applies the overrides of the files and `allow` (ids), and sorts: by file,
 * line, id. */
void lint_end(struct lint *l, const struct lint_files *files, const struct texts *allow);

/* How many are of that severity and not allowed. */
size_t lint_count(const struct lint *l, enum lint_severity severity);
