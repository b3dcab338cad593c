/* Repositories' files, of all folders where they may be; for the engine's own files. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "engine/repo.h"
#include "model/repository.h"
#include "sys/lock.h"

#define KEY_FILE_MAX 4096 /* bytes of a file with a public key */
#define REPOSITORIES_ETC "/etc/fardel/repos.d"
#define REPOSITORIES_SHIPPED "/usr/lib/fardel/repos.d"

/* All that can be used, the preferred first (by priority, then by name): NAME.yml and NAME.yaml of /run/fardel/repos.d, /etc/fardel/repos.d and
 * /usr/lib/fardel/repos.d, where one hides those of the same file name in the later ones, and of the folders of repos_confdir. What cannot be
 * used goes to `faults`: whoever asks tells it. */
MUST_USE int repositories_load(struct engine *e, struct repositories *out,
	struct repository_faults *faults, struct err *err);

/* The one of that name. NULL: ERR_NO_PACKAGE, with the nearest; or the fault that its file has, which counts as told from then on. */
const struct repository *repositories_get(const struct repositories *r,
	struct repository_faults *faults, struct span name, struct err *err);

/* Tells what is not told yet: as a warning, or as a note what an ordinary user may not read. */
void repositories_tell(struct engine *e, struct repository_faults *faults);

/* The one that is named: the line itself, or a path below the root. Appends one line. */
MUST_USE int repositories_key(
	const struct engine *e, const char *key, struct texts *out, struct err *err);
/* A key that somebody typed: the line, or a file as the shell sees it, which others must not be able to write to. */
MUST_USE int repositories_read_key(const char *key, struct buf *line, struct err *err);

/* Appends the id that minisign prints for a key's line. */
void repositories_add_id(struct span line, struct texts *out);

/* Its keys, a line of minisign's each; those that it names by a path are read, as the system below the root sees them. ERR_UNSAFE: others could
 * change such a file. */
MUST_USE int repositories_keys(
	const struct engine *e, const struct repository *r, struct texts *out, struct err *err);

/* Plain http to another machine: whoever is on the way can change what comes, unless somebody has signed it. */
bool repositories_url_is_open(struct span url);

/* Whether nobody else can put another file in the place of the one that the path leads to, below the root. Appends where it is, without links. */
MUST_USE int repositories_check_path(
	const struct engine *e, const char *path, struct buf *real, struct err *err);

/* What is held while repositories' files are changed: a lock of their own, so that nobody waits for an install. Needs rights, and a
 * configuration that could be read. */
MUST_USE int repositories_lock(struct engine *e, struct lock *lock, struct err *err);
