/* Checks and what came of them: what doctor and selftest print. */
#pragma once

#include "cmd/cmd.h"

/* To stdout, or into the JSON answer ("findings"). ERR_FINDINGS where one failed. */
MUST_USE int diagnoses_print(struct run *run, const struct diagnoses *all, struct err *err);
