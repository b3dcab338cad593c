/* Repositories as commands see them: which there are, and their files changed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/texts.h"
#include "base/vec.h"
#include "engine/engine.h"
#include "model/repository.h"

/* A file or folder of repositories that cannot be used. */
struct repository_fault {
	struct buf name; /* of the repository: as its file is called, without the ending */
	struct buf file; /* with the root; or the folder */
	struct err err;
	bool hidden; /* only in that it is not for us to read */
	bool told; /* it is a warning, or the error of the command, already */
};
struct repository_faults {
	VEC(struct repository_fault) of;
};
void repository_faults_drop(struct repository_faults *f);

/* What is known of a repository's index, each 0 while there is none. */
struct repo_known {
	int64_t root; /* the version of the root that is trusted */
	int64_t revision, issued, expires;
	int64_t synced; /* when it was last found up to date */
};
struct repos {
	struct repositories of; /* the preferred first */
	VEC(struct repo_known) known; /* of each */
	struct repository_faults faults;
};
void repos_drop(struct repos *r);
/* All that there are; NEED_READ. What cannot be used is told to the watch as well. */
MUST_USE int engine_repos(struct engine *e, struct repos *out, struct err *err);
/* The same, and the index of the one of that name in out->of.of; ERR_NO_PACKAGE, or the fault of its file. */
MUST_USE int engine_repo_find(
	struct engine *e, const char *name, struct repos *out, size_t *i, struct err *err);

/* Appends the ids of its keys; of one whose file cannot be read, the path. */
void engine_repo_keys(const struct engine *e, const struct repository *r, struct texts *out);

/* What became of one repository. */
struct repo_change {
	struct buf name;
	struct buf
		file; /* that was written or removed, with the root; as it was: the repository's own */
	bool changed; /* false: it was so already */
	bool copied; /* what was shipped stays as it is: a changed copy stands above it */
	struct texts before, after; /* repo trust: the ids of its keys */
};
struct repo_changes {
	VEC(struct repo_change) of;
};
void repo_changes_drop(struct repo_changes *c);

/* These need rights, unless dry_run (then nothing is written), and take a lock of their own: NEED_NOTHING. ERR_NO_PACKAGE for a name that is
 * not known, before anything is changed; ERR_CONFIG for one whose file cannot be used. */
struct repo_names {
	const char *const *names;
	size_t count;
	bool dry_run;
};
MUST_USE int engine_repo_enable(struct engine *e, const struct repo_names *which, bool enable,
	struct repo_changes *out, struct err *err);
/* `key`: the line, or a file of minisign's. */
MUST_USE int engine_repo_trust(struct engine *e, const struct repo_names *which, const char *key,
	struct repo_changes *out, struct err *err);
/* Writes the file of a new one; its keys are lines or files of minisign's. ERR_CONFLICT: there is one of that name. */
MUST_USE int engine_repo_add(struct engine *e, struct repository *new, bool dry_run,
	struct repo_change *out, struct err *err);
struct adopt_options {
	const char *url; /* of an index.db of Packets', or of the folder or server that it is on */
	bool allow_http; /* also by plain http, from another machine */
	bool dry_run;
};
/* The same for a repository of Packets' that is known by its URL alone: its name is the host's. One that has the URL already stays as it is (`changed` is false). ERR_POLICY: it is
 * plain http. */
MUST_USE int engine_repo_adopt(
	struct engine *e, const struct adopt_options *o, struct repo_change *out, struct err *err);
/* Deletes their files, and what is known of them: what was trusted and seen, and the index. NEED_SYNC;
 * with dry_run NEED_READ. One that only something is known of may be named, too. */
MUST_USE int engine_repo_remove(struct engine *e, const struct repo_names *which,
	struct repo_changes *out, struct err *err);
