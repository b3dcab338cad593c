/* Writes a vendor's pack out, member by member, as model/entry plans it. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "ext/archive.h"
#include "model/entry.h"
#include "model/layers.h"

/* A folder that the pack states: what it gets when all is in it. */
struct unpacker_folder {
	size_t id;
	size_t turn; /* among those stated */
	unsigned mode;
	struct timespec mtime;
};

/* One pack on its way. */
struct unpacker {
	int to; /* the folder, borrowed; -1: the paths are only printed, escaped, a line each */
	/* Told of each member that is there now; NULL: nobody wants to know. */
	int (*made)(void *arg, struct archive_in *in, const struct archive_entry *member,
		const struct entry_act *act, struct err *err);
	void *arg;
	int64_t members;
	int64_t stripped; /* members that lost bits of their mode */
	struct layers *layers; /* of an image: what is seen of what comes; NULL: all */
	int64_t read; /* bytes of packs before the one that comes */
	/* Its own. */
	struct archive_in *in;
	struct entry_plan *plan;
	size_t done; /* paths numbered below this are there */
	struct buf parent; /* the folder last written to, open as: */
	int parent_fd;
	VEC(struct unpacker_folder) folders;
	time_t now;
};
void unpacker_init(struct unpacker *u);
void unpacker_drop(struct unpacker *u);

/* All of the pack (a file, borrowed); once. umask is 0. */
MUST_USE int unpacker_run(
	struct unpacker *u, int pack, const struct entry_choice *choice, struct err *err);
/* The same of the layers of an image, the top one first. */
MUST_USE int unpacker_run_layers(
	struct unpacker *u, const int *layers, size_t count, struct err *err);
