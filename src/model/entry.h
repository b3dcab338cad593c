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
	/* A vendor's pack: no top folder is asked for and none taken off, permission bits are kept
	 * (stripped), and a file may come again: the later one holds. */
	bool pack;
	/* Contents may be `ratio` times what was read of the archive, and `slack` bytes more; a
	 * ratio of 0 asks for nothing. */
	int64_t ratio;
	int64_t slack;
	/* A package of Packets: instead of one part, the folder of entry_plan_root is taken off, and nothing
	 * but folders may stand above or beside it. */
	bool packets;
};
/* For installers: 64 MiB, 10,000 entries, 32 deep, 255, 1024. */
extern const struct entry_limits entry_limits_installer;
/* For packs: 8 GiB, 500,000 entries, 64 deep, 255, 4096; 1000 times and 64 MiB. */
extern const struct entry_limits entry_limits_pack;
/* For packages of Packets, which have the vendor's files in them: 8 GiB, 100,000 entries, 64 deep, 255, 4096; 1000
 * times and 64 MiB. */
extern const struct entry_limits entry_limits_packets;

/* Which members of a pack are wanted, and where. */
struct entry_choice {
	unsigned strip; /* so many leading parts are dropped, of hard links' targets too */
	/* NULL-ended globs (model/glob) for paths after stripping; what is in a folder that matches
	 * is meant too. No include: everything. An exclude prevails. */
	const char *const *include;
	const char *const *exclude;
};

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
	/* stripped: 0755 or 0644 of a file (hard link: its target's), 0755 of a folder; of a pack:
	 * what is stated without setuid, setgid, sticky and write for group and others */
	unsigned mode;
	bool stripped; /* of a pack: such bits were stated */
	bool replaces; /* of a pack: the file that is there goes first */
	bool skip; /* the top folder itself, "./", or not chosen: nothing to do */
	/* The path's number. Numbers are dense and given in the order of making: folders that this
	 * member implies have those right before its own. */
	size_t id;
};

/* Remembers what came before; owns its memory. */
struct entry_plan;

struct entry_plan *entry_plan_new(const struct entry_limits *limits);
/* Borrows the globs. To be called before the first member. */
void entry_plan_choose(struct entry_plan *plan, const struct entry_choice *choice);
/* Of a package of Packets: the folder in the archive that is the package's, as its members say it ("", "./",
 * "./a/b"). To be called before the first member. */
void entry_plan_root(struct entry_plan *plan, struct span folder);
void entry_plan_free(struct entry_plan *plan);

/* The top folder's name, once the first member was planned; else empty. */
struct span entry_plan_top(const struct entry_plan *plan);

/* The path of a number that was given. */
void entry_plan_path(const struct entry_plan *plan, size_t id, struct buf *out);

/* The first include that has matched nothing so far, or NULL. */
const char *entry_plan_unmatched(const struct entry_plan *plan);

/* Decides on the next member. Refused with ERR_INSTALLER naming the member: absolute or empty
 * paths, "..", NUL inside, other top folders than the first member's, a top that is not a
 * folder, a second member of the same path (a folder given again as a folder is fine; in a pack a
 * file given again as a file), a member
 * below something that is not a folder, a hard link to what is no file that came before, a
 * symlink without target, and whatever passes the limits. Symlinks may point anywhere: nothing
 * is ever written through one. */
MUST_USE int entry_plan_next(struct entry_plan *plan, const struct entry_raw *raw,
	struct entry_act *act, struct err *err);

/* Says how many bytes of the archive itself were read so far. */
void entry_plan_read(struct entry_plan *plan, int64_t bytes);

/* Counts content bytes as they come (the stated size may lie), holes too. */
MUST_USE int entry_plan_bytes(struct entry_plan *plan, size_t n, struct err *err);
