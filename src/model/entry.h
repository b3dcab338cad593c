/* The plan for one member of an archive: where it goes, or why it is refused. Pure, so that it
 * can be fuzzed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"

enum entry_type { ENTRY_FILE, ENTRY_DIR, ENTRY_SYMLINK, ENTRY_HARDLINK };

/* What an archive may hold at most. */
struct entry_limits {
	int64_t bytes; /* of all files' contents */
	int64_t entries; /* below the top; folders that no member states count too */
	unsigned depth; /* folders */
	size_t component; /* bytes of one name */
	size_t path; /* bytes of a whole path */
	const char *const *reserved; /* NULL-ended: names that may not stand in the top folder */
};
/* For installers: 64 MiB, 10,000 entries, 32 deep, 255, 1024. */
extern const struct entry_limits entry_limits_installer;

/* A member as the archive states it. */
struct entry_raw {
	struct span path;
	struct span link;
	enum entry_type type;
	unsigned mode;
	int64_t size; /* -1 unknown */
};

/* What to do with it. Spans point into the planner, valid until its next call. */
struct entry_act {
	enum entry_type type;
	/* below the destination: no top folder, no leading or double slash, no "." or ".." */
	struct span path;
	struct span link; /* symlink: as it stands; hard link: path below the destination */
	/* stripped: 0755 or 0644 of a file (hard link: its target's), 0755 of a folder */
	unsigned mode;
	bool skip; /* the top folder itself, or "./": nothing to do */
};

/* Remembers what came before; owns its memory. */
struct entry_plan;

struct entry_plan *entry_plan_new(const struct entry_limits *limits);
void entry_plan_free(struct entry_plan *plan);

/* The top folder's name, once the first member was planned; else empty. */
struct span entry_plan_top(const struct entry_plan *plan);

/* Decides on the next member. Refused with ERR_INSTALLER naming the member: absolute or empty
 * paths, "..", NUL inside, other top folders than the first member's, a top that is not a
 * folder, a second member of the same path (a folder given again as a folder is fine), a member
 * below something that is not a folder, a hard link to what is no file that came before, a
 * symlink without target, and whatever passes the limits. Symlinks may point anywhere: nothing
 * is ever written through one. */
MUST_USE int entry_plan_next(struct entry_plan *plan, const struct entry_raw *raw,
	struct entry_act *act, struct err *err);

/* Counts content bytes as they come (the stated size may lie). */
MUST_USE int entry_plan_bytes(struct entry_plan *plan, size_t n, struct err *err);
