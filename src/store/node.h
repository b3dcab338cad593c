/* What stands in a folder, on disk, as a value. */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"
#include "model/changes.h"

/* One of a folder's names, opened. */
struct node_at {
	int fd; /* a file or folder to be read, anything else by O_PATH; -1: nothing is there */
	struct stat st; /* before we gave it rights */
	bool opened_up; /* we did: node_at_drop takes them back */
	bool bare; /* it is known to have no extended attributes */
};
#define NODE_AT_INIT ((struct node_at){.fd = -1})
void node_at_drop(struct node_at *at);

/* What `name` is in the folder, never following it, never crossing a mount: on that there is EXDEV in err->sys. With `ours`, a
 * file or folder of our own that we may not read is given u+r and u+x for as long as it is open. 1 there, 0 not there, -1. */
MUST_USE int node_open(
	int dirfd, const char *name, bool ours, struct node_at *out, struct err *err);

/* Reads all of it into `out`, which is one already; inode stays 0. A file that has not the length that it had when it
 * was opened is ERR_FAILED. */
MUST_USE int node_load(const struct node_at *at, struct node *out, struct err *err);

/* What a name in the folder is, if it is a link, without opening it: 1; 0: it is something else. Of a folder that nobody else writes to. */
MUST_USE int node_load_link(int dirfd, const char *name, struct node *out, struct err *err);

/* As node_load, without what is in it: size, digest and target stay empty. */
MUST_USE int node_load_attributes(const struct node_at *at, struct node *out, struct err *err);

/* Whether the attribute is there, 1, 0 or -1; where its value is one byte, *value is that, else 0. */
MUST_USE int node_mark(const struct node_at *at, const char *name, char *value, struct err *err);
