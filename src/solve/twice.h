/* Whether what is asked for is in the plan already. */
#pragma once

#include "solve/solve.h"

/* Before anything is planned: which candidates are the only ones of their names (->alone), by sorting: of a thousand not each is to be held
 * against all that are planned. */
void twice_look(const struct request *request, struct candidates *candidates);

/* 0: not in the plan yet; 1: the same one is; -1, ERR_CONFLICT: another one of that name is. */
MUST_USE int twice_check(const struct plan *plan, const struct candidate *c, struct err *err);
bool twice_is_planned(const struct plan *plan, struct span name);
