/* Making the stage, and what is known of it between the parent, which plans it (sys/overlay), and the child, which enters it. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "sys/overlay.h"

struct process_spec;

#define STAGE_MAX 1024 /* file systems */

enum stage_kind {
	STAGE_OVERLAY, /* an overlay over it; where that is refused, read-only */
	STAGE_READ_ONLY, /* it is so outside */
	STAGE_MUTE, /* the same, but what listens there can be spoken to: an overlay that cannot be written to */
	STAGE_CLOSED, /* read-only though it is not so outside */
	STAGE_HIDDEN /* of the kernel's, or the running system's: not shown */
};

/* A mount of the root's. */
struct stage_piece {
	enum stage_kind kind;
	struct buf place; /* as of overlay_layer */
	int lower; /* of an overlay; else -1 */
};

struct overlay_plan {
	struct buf root, folder_path; /* absolute, without links */
	struct buf folder_place; /* the folder as seen in the root; empty: it is not below it */
	int root_fd, folder;
	int64_t memory_max;
	int memory; /* a mount that is nowhere, with uppers in memory from the program before; -1: none */
	bool in_memory; /* the folder cannot hold any */
	bool user_attributes; /* the kernel lets us have no trusted ones */
	VEC(struct stage_piece) pieces; /* "/" first, a place after those above it */
};

/* What the child says of each piece. */
struct stage_said {
	int sys; /* why it is not overlaid */
	bool overlaid, memory;
};

/* In the child that is process 1 of new namespaces: makes the stage, with what spec shows in it, and enters it for good, then
 * sends what became of each piece to the socket, with the memory's descriptor if there is one. ERR_POLICY, and ERR_SYSTEM with an
 * errno that says so: this kernel, or who rules this machine, does not allow it. */
MUST_USE int stage_enter(const struct overlay_plan *plan, const struct process_spec *spec,
	int socket, struct err *err);
