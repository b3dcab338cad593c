/* How each kind of program is confined: what DESIGN's table of processes says, as a table. */
#pragma once

#include <sys/types.h>

#include "base/err.h"
#include "engine/session.h"
#include "sys/process.h"
#include "sys/sandbox.h"

/* fardel-build is not among them: it reads the folder of whoever runs it, with their rights. */
enum confine_kind {
	CONFINE_LOOK, /* fardel-extract, reading its descriptor 4 */
	CONFINE_EXTRACT, /* the same, writing below its descriptor 5 */
	CONFINE_LOOK_PACKETS, /* both of a package of Packets, which has the vendor's files in it */
	CONFINE_EXTRACT_PACKETS,
	CONFINE_FETCH, /* fardel-fetch */
	CONFINE_INDEX, /* fardel-index, reading its descriptor 4 and writing to 5 */
	CONFINE_TREE, /* fardel-tree, reading its descriptor 4 and writing below 5 */
	CONFINE_SYNTAX, /* sh -n */
	CONFINE_VERIFY, /* gpgv; how much it may write is the caller's to say */
	CONFINE_DOWNLOAD, /* rules download */
	CONFINE_UNPACK, /* rules unpack */
	CONFINE_APT, /* apt-get, asked what it would do; it reads what any user may */
	CONFINE_STAGE, /* rules configure and unconfigure, in a stage: they stay root */
	CONFINE_STAGE_NETWORK, /* the same with the machine's network, where policy lets them have it */
	CONFINE_KINDS,
};

/* The user that these become when we are root: _fardel where the system has it, else a fixed high number that nobody
 * has; our own user when we are not. */
uid_t confine_uid(struct engine *e);
gid_t confine_gid(struct engine *e);

/* Fills *out for a program of that kind; out->paths and out->tmp are the caller's to add to. What it points to belongs
 * to e. */
void confine(struct engine *e, enum confine_kind kind, struct sandbox *out);

/* Where the admin has put what the system's programs need (rules.read): for out->paths. Borrows. */
struct readable {
	VEC(struct landlock_path) of;
};
void readable_drop(struct readable *r);
void confine_readable(const struct engine *e, struct readable *out);

/* Gives the folder (not what is in it) to that user, for a program to work in. */
MUST_USE int confine_give(struct engine *e, int dir, struct err *err);

/* Says once what this machine lacks of it. */
void confine_tell(struct engine *e, const struct process *p);
