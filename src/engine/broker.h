/* What rules.lua asks of fardel while it runs: files by net.fetch, which come through the cache. Its end of the socket is fardel-lua's. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "engine/fetch.h"
#include "engine/session.h"

struct broker {
	struct engine *e;
	struct span package; /* borrowed */
	bool fetches; /* the phase may: else it is told that it may not */
	int64_t served;
	struct pack pack;
	struct fetch fetch; /* at work for it */
};

void broker_init(struct broker *b, struct engine *e, struct span package, bool fetches);
void broker_drop(struct broker *b);

/* Reads a question from the socket, and answers it or begins with that. 1: there may be more; 0: the other side is gone; -1: it does not
 * keep to what was agreed, or cannot be served any more. *helper is set to the task that does the work, NULL where that is done: it must have ended
 * before the next question is read. */
MUST_USE int broker_input(struct broker *b, int socket, struct task **helper, struct err *err);

/* The helper has ended: answers, or sets another one. */
MUST_USE int broker_go_on(struct broker *b, int socket, struct task **helper, struct err *err);
