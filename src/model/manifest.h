/* The content of a tree: names, types, modes, links and digests; its canonical text, whose
 * sha256 is the id of an installation. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"
#include "model/digest.h"
#include "model/entry.h"

struct manifest_entry {
	struct buf path;
	enum entry_type type; /* file, folder or symlink: a hard link is the file it leads to */
	unsigned mode; /* 0755 or 0644 of files; folders and links 0 */
	struct buf link;
	struct digest sha256; /* of a file */
	int64_t size; /* of a file, else 0 */
};

struct manifest {
	VEC(struct manifest_entry) of;
};

#define MANIFEST_INIT ((struct manifest){0})
void manifest_drop(struct manifest *m);

/* Adds an empty entry for path; valid until the next is added. */
struct manifest_entry *manifest_add(struct manifest *m, enum entry_type type, struct span path);
/* The entry of that path, NULL if there is none. */
const struct manifest_entry *manifest_get(const struct manifest *m, struct span path);
/* The first entry of `part` that is not in `whole` (which is sorted) just so; NULL: all are. */
const struct manifest_entry *manifest_lacks(struct manifest *whole, const struct manifest *part);
int64_t manifest_size(const struct manifest *m); /* bytes of all files */

/* Sorts by path (bytes) and appends the canonical text: a line "fardel-manifest 1", then an entry a line:
 *	f 755 SHA256 SIZE PATH		d PATH		l PATH -> TARGET
 * where \ and newline in PATH and TARGET, and > in TARGET, stand as \\ \n and \>. */
void manifest_format(struct manifest *m, struct buf *out);
