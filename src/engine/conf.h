/* The configuration's folders, in systemd's order of trust: /run/fardel, /etc/fardel, /usr/lib/fardel. */
#pragma once

#include <sys/types.h>

#include "base/err.h"
#include "base/span.h"
#include "store/place.h"

struct conf_file {
	const char *path; /* with the root */
	const char *own; /* without it */
	struct span text;
	mode_t mode;
};

struct conf_reader {
	/* Takes a file; -1 ends the reading. */
	int (*take)(void *arg, const struct conf_file *file, struct err *err);
	void *arg;
	/* The rest is conf_each's and conf_folder's. */
	const char *const *endings; /* of the files' names, NULL-ended; NULL: ".toml" */
	size_t size_max; /* bytes of a file; 0: 1 MiB */
	size_t count_max; /* files of a folder; 0: any number */
	/* What a file or folder (as its path with the root) could not be read or taken for; 0 goes on without it. NULL: that ends the reading. */
	int (*failed)(void *arg, const char *path, struct err *err);
};

/* Files that others could change, or whose folder others may write to, are ERR_UNSAFE.
 * A link to /dev/null stands for an empty file. */

/* The file of that name in the most trusted folder that has one. */
MUST_USE int conf_first(
	const struct place *place, const char *name, const struct conf_reader *r, struct err *err);

/* FOLDER/NAME.toml (or the reader's other endings) of all three, sorted by name; one of /run hides one of the same name in /etc, and that one in /usr/lib. */
MUST_USE int conf_each(const struct place *place, const char *folder, const struct conf_reader *r,
	struct err *err);

/* The same of one folder wherever it is below the place's root; one that is not there has no files. Nobody else may be able to put another in the
 * place of it, or of one above. */
MUST_USE int conf_folder(const struct place *place, const char *folder, const struct conf_reader *r,
	struct err *err);

/* PATH below the place's root, in a folder that is none of ours. 1; 0: it is not there. */
MUST_USE int conf_at(
	const struct place *place, const char *path, const struct conf_reader *r, struct err *err);

/* The file that is named, wherever it is. 1; 0: it is not there. */
MUST_USE int conf_one(const char *file, const struct conf_reader *r, struct err *err);
