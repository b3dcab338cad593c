/* Changes of the file system in words: what preview, and later history, show. */
#pragma once

#include <stdbool.h>

#include "cmd/print.h"
#include "model/changes.h"

/* How it is drawn. */
struct changes_look {
	bool utf8, color;
	struct span own; /* the package's own folder: links into it are shown from there on */
};

/* Appends the changes in sections (Programs, Desktop, …), like ones in one line. Folders that were made, or went, are not
 * shown where something in them is. Those in the package's own folder are counted in a line. */
void changes_print_sections(
	struct buf *out, const struct changes *c, const struct changes_look *look);

/* A line each: kind, type, path, and what else is to be known (size, target, mode), by tabs, with `name` in front. */
void changes_print_plain(struct buf *out, struct span name, const struct changes *c);

/* "9 links, 2 files and 1 folder", of all but the package's own; "nothing". */
void changes_print_counts(struct buf *out, const struct changes *c);

/* A line of one path: "  + link     /usr/bin/zoom". */
void changes_print_path(
	struct buf *out, enum change_kind kind, enum node_type type, struct span path, bool color);
