/* dataDir of Packets has changed, and packages are still where it was: they are moved first, where that is wanted. */
#pragma once

#include "base/err.h"
#include "engine/engine.h"
#include "engine/session.h"

/* With the lock held, before the request is planned. Where it is about packages of Packets and others are, or the same one is, below another
 * dataDir than /etc/packets/config.toml names, says so and asks; then `move` is filled with what moves them, a request to configure them again.
 * Empty: there is nothing to be moved. ERR_NO: not wanted; ERR_INPUT: there is nobody to be asked. */
MUST_USE int packets_find_moves(
	struct engine *e, const struct request *request, struct request *move, struct err *err);
