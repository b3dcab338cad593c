/* dataDir of Packets has changed, and packages are still where it was: they are moved first, where that is wanted. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/vec.h"
#include "engine/engine.h"
#include "engine/session.h"

struct packets_move {
	struct buf name, from; /* the package, and its dataDir until now */
	struct err why; /* it could not be moved, and stays there */
};
struct packets_moves {
	VEC(struct packets_move) of;
};
void packets_moves_drop(struct packets_moves *m);

/* With the lock held, before the request is planned. Where it is about packages of Packets and others are, or the same one is, below another
 * dataDir than /etc/packets/config.toml names, says so and asks; then `out`, empty before, has those that are to be moved, each by a request of its
 * own to configure it again. ERR_NO: not wanted; ERR_INPUT: there is nobody to be asked. */
MUST_USE int packets_find_moves(struct engine *e, const struct request *request,
	struct packets_moves *out, struct err *err);

/* Of what would be asked for only says so. Where that cannot be found out, as for users who may not read what is kept, it says that. */
void packets_tell_moves(struct engine *e, const struct request *request);

/* Of a move that has ended with that error: whether it is that package's alone, and noted; else nothing can go on. */
MUST_USE bool packets_move_failed(
	struct packets_move *m, const struct plan *plan, const struct err *why);

/* Holds a plan that was made afterwards against the moves: what has been configured by its move need not be once more; what could not be moved fails,
 * or with keep_going its item does; of one that the plan does nothing with it is said. */
MUST_USE int packets_follow(struct engine *e, const struct packets_moves *moves,
	const struct request *request, struct plan *plan, struct err *err);
