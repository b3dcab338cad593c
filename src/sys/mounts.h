/* What is mounted where, as this process sees it, and new mounts that are nowhere yet. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"

struct mounted {
	int64_t id; /* of statx: mounts_id */
	struct buf place; /* absolute; several may be at one place, one over the other */
	struct buf type; /* "ext4" */
	bool read_only; /* it, or its file system */
	bool system_read_only; /* its file system: nobody writes to it through another mount either */
};

struct mounts {
	VEC(struct mounted) of;
};
#define MOUNTS_INIT ((struct mounts){0})
void mounts_drop(struct mounts *m);

/* Reads /proc/self/mountinfo; sorted by place, a place after those above it. */
MUST_USE int mounts_read(struct mounts *out, struct err *err);

/* The same from text. */
MUST_USE int mounts_parse(struct span text, struct mounts *out, struct err *err);

/* The mount that what is open stands on, without asking its file system (a FUSE server may not answer). -1 with errno. */
int64_t mounts_id(int fd);

/* Makes a file system of that type with the NULL-ended options, "key=value" or "key", and gives a mount of it with those attributes
 * (MOUNT_ATTR_…). -1 with errno. */
int mounts_new(const char *type, const char *const *options, unsigned attributes);

/* A copy of the mount that fd stands on, from there on down: of that one only, or with all below it. Nothing in it can be written
 * to, no device be opened, no setuid be obeyed; with `devices`, devices can. -1 with errno. */
int mounts_copy_read_only(int fd, bool all, bool devices);

/* The same, of that one only, but that it can be written to; nothing in it be run. */
int mounts_copy_writable(int fd);

/* Puts a mount where fd is. -1 with errno. */
int mounts_attach(int mount, int fd);
