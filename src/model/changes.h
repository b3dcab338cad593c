/* Changes: exactly what a configure or an unconfigure does to the file system; in force, a package's footprint. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"
#include "model/digest.h"

enum node_type {
	NODE_NONE, /* nothing is there */
	NODE_FILE,
	NODE_FOLDER,
	NODE_LINK,
	NODE_FIFO,
	NODE_SOCKET,
	NODE_CHAR,
	NODE_BLOCK,
	NODE_TYPES
};
const char *node_type_name(enum node_type type); /* "none", "file", "folder", "link", … */

/* An extended attribute; the value is bytes. */
struct node_xattr {
	struct buf name, value;
};

/* What stands at a path. What a type does not have is 0 or empty. */
struct node {
	enum node_type type;
	unsigned mode; /* the lower 12 bits; of a link 0777 */
	int64_t uid, gid;
	int64_t size; /* of a file, bytes */
	struct digest sha256; /* of a file */
	struct buf target; /* of a link */
	int64_t device; /* of CHAR and BLOCK: makedev's number */
	int64_t inode; /* of a file with more than one name in the same changes, a number that they share; else 0 */
	VEC(struct node_xattr)
	xattrs; /* by name; user.*, security.*, system.posix_acl_*; never an overlay's own */
};
#define NODE_INIT ((struct node){.target = BUF_INIT})
void node_drop(struct node *n);
void node_copy(struct node *to, const struct node *from); /* `to` is one already */
/* The same to all who look: everything but inode and, of what is no file, size. */
bool node_is_same(const struct node *a, const struct node *b);
/* The same type and content, whoever's it is. */
bool node_holds_same(const struct node *a, const struct node *b);
/* In what two differ: bits 1 << node_aspect. Of different types only that, owners, mode and attributes are compared. 0 where
 * node_is_same. */
enum node_aspect {
	ASPECT_TYPE,
	ASPECT_SIZE,
	ASPECT_MODE,
	ASPECT_DIGEST,
	ASPECT_DEVICE,
	ASPECT_TARGET,
	ASPECT_USER,
	ASPECT_GROUP,
	ASPECT_XATTRS, /* capabilities, ACLs and the like */
	ASPECTS
};
unsigned node_differences(const struct node *a, const struct node *b);
const char *node_aspect_name(enum node_aspect aspect); /* "type", "size", …, "attributes" */

enum change_kind {
	CHANGE_CREATED,
	CHANGE_REPLACED, /* the type or the content is another one */
	CHANGE_DELETED,
	CHANGE_ATTRIBUTES, /* only mode, owner or extended attributes */
	CHANGE_KINDS
};
const char *change_kind_name(
	enum change_kind kind); /* "created", "replaced", "deleted", "attributes" */

struct change {
	struct buf path; /* absolute as rules see it, no "." or "..", no slash at its end */
	struct node before, after; /* NODE_NONE before what is created, after what is deleted */
	bool own; /* in the package's own folder */
};
/* Of before and after. They must differ. */
enum change_kind change_kind(const struct change *c);

/* Sorted by path, bytewise, with '/' before all else: a folder stands before what is in it. A path is there once. A folder
 * that is deleted or created is listed with all that is or was in it, one by one. */
struct changes {
	VEC(struct change) of;
};
#define CHANGES_INIT ((struct changes){0})
void changes_drop(struct changes *c);

/* Adds an empty one; valid until the next is added. */
struct change *changes_add(struct changes *c, struct span path);
void changes_sort(struct changes *c);
/* The order of paths: as bytes, but that '/' is less than any other, so that what is in a folder stands right behind it. */
int change_path_compare(struct span a, struct span b);
/* Drops all from the n-th on. */
void changes_cut(struct changes *c, size_t n);
/* How many there are, but for those in the package's own folder. */
size_t changes_count(const struct changes *c);
/* Takes the change at a path away. False: there is none. c is sorted. */
bool changes_take(struct changes *c, struct span path);
/* By its path; NULL: it is not there. c is sorted. */
const struct change *changes_get(const struct changes *c, struct span path);
