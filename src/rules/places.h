/* What a script may reach: folders that were opened before it ran. A path is looked up by the kernel beneath the one that it is in, and
 * what came of that is asked whose it is: nothing is concluded from a path's text. */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

enum place_kind {
	PLACE_OWN, /* what leads out of it fails */
	PLACE_SYSTEM, /* the system's: links lead anywhere in it, and only what all may read is read */
	PLACE_ALL, /* the same for who is trusted: all of it */
	PLACE_NONE, /* nobody's business: /proc, /sys, /dev, /run */
};

struct place {
	struct buf path;
	enum place_kind kind;
	bool write;
	int fd;
	dev_t dev;
	ino_t ino;
	struct buf only; /* not empty: the one file in that folder that it is about */
};

struct places {
	VEC(struct place) of;
	struct buf root; /* that paths are paths of; "": this system's */
	struct buf dir; /* where relative paths begin */
};
#define PLACES_INIT ((struct places){.root = BUF_INIT, .dir = BUF_INIT})
void places_drop(struct places *p);

/* Opens the folder (or the folder of the file); with `system` also takes out of it what is none. */
MUST_USE int places_add(
	struct places *p, const char *path, bool write, bool system, struct err *err);
/* All of the system that the process may reach. */
MUST_USE int places_add_all(struct places *p, struct err *err);

/* Where something is, or is to be: a name in an open folder. */
struct spot {
	int fd; /* O_PATH */
	struct buf name; /* "." of a place itself */
	const struct place *place; /* whose it is */
	bool all; /* everybody may go there */
	struct buf
		through; /* where it is, if the path that was asked for is a link that was followed; else "" */
};
#define SPOT_INIT ((struct spot){.fd = -1, .name = BUF_INIT, .through = BUF_INIT})
void spot_drop(struct spot *s);

enum spot_for {
	SPOT_READ = 0,
	SPOT_WRITE = 1, /* the place must be one to write to */
	SPOT_FOLLOW = 2, /* a link is followed if it is the last part */
	SPOT_PARENTS = 4, /* folders on the way are made */
};
/* ERR_UNSAFE: it is in no place, leads out of the one that it is in, or that one is not to be written to. ERR_SYSTEM with ENOENT: the
 * folder is not there. Messages begin with the path; of a link where it leads is told, too. `made` (or NULL) counts the folders that were made. */
MUST_USE int spot_find(const struct places *p, const char *path, unsigned wanted, struct spot *out,
	int64_t *made, struct err *err);

/* Looks at it without following it: 1 there, 0 not there, -1. */
MUST_USE int spot_look(const struct spot *s, struct stat *st, struct err *err);
/* ERR_UNSAFE where it is in a folder of the system that not everybody may enter. */
MUST_USE int spot_check_way(const struct spot *s, struct err *err);
/* ERR_UNSAFE where it is in the system and not for everybody to read. */
MUST_USE int spot_check_eyes(const struct spot *s, const struct stat *st, struct err *err);
/* Opens a file to be read: ERR_UNSAFE if it is not for everybody's eyes, ERR_FAILED if it is no plain file. */
MUST_USE int spot_open(const struct spot *s, struct stat *st, struct err *err);
/* Opens a folder to be listed, under the same conditions. */
MUST_USE int spot_open_folder(const struct spot *s, struct err *err);
