/* Licences that have to be accepted, before anything is fetched. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/plan.h"

/* Of each item that is to be fetched, unpacked or configured: what its installer wants accepted was, for that very text (a file
 * of licenses.d says so); or is now, by the request's `licences` or an answer at the terminal, which is noted there. Else
 * ERR_LICENCE with the text's URL. With keep_going an item without has failed, and the others go on. */
MUST_USE int licence_check(
	struct engine *e, const struct request *request, struct plan *plan, struct err *err);
