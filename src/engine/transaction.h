/* The end of what the journal holds. */
#pragma once

#include "base/err.h"
#include "engine/session.h"

/* Writes that the transaction is over: with `result` ERR_NONE it is done, else that is what it ended
 * with. The oldest of the history and their logs go. */
MUST_USE int transaction_end(
	struct engine *e, const struct journal *journal, const struct err *result, struct err *err);
