/* Which packages come and which go, so that what was asked for holds and nothing contradicts itself; or why there is no such set, and what would help. Pure: libsolv
 * (ext/sat) searches, what relations mean is said here, as solve/related says it.
 *
 * What is installed stays as it is unless something asked for needs it otherwise; it is never removed, but by a removal, or by one asked for that takes its place: that conflicts with what it provides itself, and what is installed is that;
 * what is held stays as it is in any case. What comes is of the repository with the lowest priority, there the newest version. Where that cannot be had, the next best
 * is taken, and a note says so. Older versions come only where they are asked for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"
#include "base/vec.h"
#include "model/plan.h"
#include "solve/supply.h"

enum resolve_goal {
	RESOLVE_INSTALL, /* each by its name: the best version; or that version */
	RESOLVE_UPGRADE, /* those named, or all: to the best version; what comes for their sake comes, nothing goes */
	RESOLVE_REMOVE,
	RESOLVE_AUTOREMOVE, /* what came for others' sake, and nobody needs any more */
	RESOLVE_SWITCH, /* of what is installed, to that version */
	RESOLVE_GOALS,
};

struct resolve_wish {
	struct span name, version; /* version empty: the best */
};
struct resolve_request {
	enum resolve_goal goal;
	VEC(struct resolve_wish) of;
	bool all; /* of an upgrade: wishes are not looked at */
	bool cascade; /* of a removal: those who need it go, too */
};
void resolve_request_drop(struct resolve_request *r);
void resolve_wish(struct resolve_request *r, struct span name, struct span version); /* borrows */

#define RESOLVE_NONE ((size_t)-1)

struct resolve_change {
	enum plan_action
		action; /* NEW, UPGRADE, DOWNGRADE, REMOVE; AGAIN: asked for, and as wanted already */
	size_t to, from; /* numbers in the supply; RESOLVE_NONE */
	bool asked; /* named by the request */
	struct buf why; /* else for whose sake: "editor 2.1 needs runtime (>= 3)"; may be empty */
};
struct resolution {
	VEC(struct resolve_change)
	of; /* what comes: each behind what it depends on, as far as there is such an order; what goes: before what it depends on */
	struct texts notes; /* a line each: what was not taken, or is kept back, and why */
	VEC(size_t)
	unneeded; /* installed for others' sake, and afterwards needed by nobody: a hint at autoremove */
};
#define RESOLUTION_INIT ((struct resolution){0})
void resolution_drop(struct resolution *r);

/* *out is RESOLUTION_INIT. ERR_NO_PACKAGE names what nobody has (or, of goals about what is installed, is not installed); ERR_CONFLICT: there is no such set: details are the chain of
 * reasons, then what would help, each of which was tried. */
MUST_USE int resolve_run(const struct supply *s, const struct resolve_request *request,
	struct resolution *out, struct err *err);
