/* The stage: a copy of the root to write to. An overlay stands over each file system, and what a program changes there is in
 * the overlays' upper folders; nothing that it does reaches the real files.
 *
 *     overlay_open(root, folder, max, &o, err)     looks which file systems there are, makes the folders
 *     process_start(&spec, …), spec.overlay = &o   the program runs in the stage; again, for the next program in the same one
 *     process_end(…)
 *     o.of …                                       what they changed: upper against lower
 *     overlay_drop(&o)
 *
 * Inside there are only: those overlays; what is read-only outside, read-only; a /proc of its own and /sys, both read-only; a /dev
 * with null, zero, full, random, urandom, tty, pts and shm; an empty /run; an empty /tmp, which is /var/tmp too. /run, /tmp
 * and /dev/shm are gone with each program. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

/* One file system with an overlay over it. Descriptors are the overlay's (open for reading). */
struct overlay_layer {
	struct buf place; /* "/", "/usr", …: as seen in the stage */
	int upper; /* the folder of changes, with the kernel's whiteouts and attributes */
	int lower; /* the real folder, opened beneath the root without following links */
	bool same; /* both on one mount of one file system: rename(2) from upper to lower is possible */
	bool user_attributes; /* the kernel's notes are user.overlay.*, not trusted.overlay.*: the other kind is the program's own */
	bool memory; /* upper is in memory: its folder's file system cannot hold it */
};

/* A place that can be written to outside, but only be read in the stage. */
struct overlay_closed {
	struct buf place;
	int sys; /* why the kernel did not overlay it; 0: its kind (FUSE, a single file) never is */
};

struct overlay_plan;
struct overlay { /* both are known once a program was started */
	VEC(struct overlay_layer)
	of; /* a place after those above it; "/" is not there where the root is read-only */
	VEC(struct overlay_closed) closed;
	struct overlay_plan *plan;
};
#define OVERLAY_INIT ((struct overlay){0})

/* Prepares a stage over the folder `root` ("" or "/": the system's own). `folder`: an empty folder that only root (or, an
 * ordinary user's, only that user) gets into; below it N/upper and N/work are made for the N-th file system. It must stay where it is,
 * and belongs to the caller, as does what is in it after overlay_drop. It is not shown in the stage. What must be in memory (the
 * root is an overlay itself) takes at most `memory_max` bytes, and so do /run, /tmp and /dev/shm, each. */
MUST_USE int overlay_open(
	const char *root, int folder, int64_t memory_max, struct overlay *out, struct err *err);

/* Closes and frees; what is in memory is gone then. The folder's content stays: tree_remove. */
void overlay_drop(struct overlay *o);

/* For sys/process, once the program runs: takes what the child has sent from where it made the stage (sys/stage). */
MUST_USE int overlay_heard(struct overlay *o, int socket, struct err *err);
