/* Copies of files whose holes stay holes. */
#pragma once

#include "base/err.h"

/* Copies all of `from` to `to`, which is empty: as a reflink where the file system has them, else what is no hole. ERR_FAILED where
 * `from` becomes shorter meanwhile. Both offsets are left anywhere. */
MUST_USE int sparse_copy(int from, int to, struct err *err);
