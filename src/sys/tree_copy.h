/* A tree made again elsewhere. */
#pragma once

#include "base/err.h"

/* Makes what is in the folder `from` again in the folder `to`, which is empty: folders, files (a hard link as a file of its own) and links, with their permission
 * bits; all of it belongs to the caller, and nothing else of it is kept. What is of another type is ERR_UNSAFE. What stands in `from` itself under one of the names `but`
 * (NULL-ended; NULL: none) is left out. */
MUST_USE int tree_copy(int from, int to, const char *const *but, struct err *err);

/* The same where something may be in `to` already: files and links of the same names are replaced, folders stay and keep what else is in them. ERR_CONFLICT:
 * a folder stands where a file or link is to be. What is a link in `to` is not followed: ERR_SYSTEM. */
MUST_USE int tree_lay(int from, int to, const char *const *but, struct err *err);
