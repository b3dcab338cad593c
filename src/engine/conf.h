/* The configuration's folders, in systemd's order of trust: /run/fardel, /etc/fardel, /usr/lib/fardel. */
#pragma once

#include "base/err.h"
#include "base/span.h"
#include "store/place.h"

struct conf_reader {
	/* Takes a file's text; -1 ends the reading. */
	int (*take)(void *arg, const char *path, struct span text, struct err *err);
	void *arg;
};

/* Each reads at most 1 MiB of a file. Files that others could change, or whose folder others may write to, are ERR_UNSAFE.
 * A link to /dev/null stands for an empty file. */

/* The file of that name in the most trusted folder that has one. */
MUST_USE int conf_first(
	const struct place *place, const char *name, const struct conf_reader *r, struct err *err);

/* FOLDER/NAME.toml of all three, sorted by name; one of /run hides one of the same name in /etc, and that one in /usr/lib. */
MUST_USE int conf_each(const struct place *place, const char *folder, const struct conf_reader *r,
	struct err *err);

/* PATH below the place's root, in a folder that is none of ours. 1; 0: it is not there. */
MUST_USE int conf_at(
	const struct place *place, const char *path, const struct conf_reader *r, struct err *err);

/* The file that is named, wherever it is. 1; 0: it is not there. */
MUST_USE int conf_one(const char *file, const struct conf_reader *r, struct err *err);
