/* The grammar of tars. Readers of tars disagree on much: what a member is called that has two names,
 * where the next one begins after a size that is said twice. Whoever looked at an archive with another
 * reader must have seen what we write; so an archive that could be read in two ways is refused, and so
 * is one that does not end as tars do.
 *
 * Known are: ustar and pax (POSIX.1-2017, pax), the headers of old tars, and GNU's with long names (L,
 * K) and sparse files (S, and pax's GNU.sparse). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

struct tar;

/* sparse: whether files may have holes. */
struct tar *tar_new(bool sparse);
void tar_free(struct tar *t); /* NULL is fine */

/* The next bytes of a tar, in pieces of any size; what is wrong is ERR_INSTALLER naming the member. */
MUST_USE int tar_look(struct tar *t, struct span bytes, struct err *err);

/* It has ended: in two blocks of zeros at least, with nothing but zeros behind them? */
MUST_USE int tar_end(const struct tar *t, struct err *err);

/* How many there are in what came so far. */
int64_t tar_members(const struct tar *t);
