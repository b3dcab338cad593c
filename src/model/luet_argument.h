/* A package of luet's as people type it: cat/name, cat/name@1.2, ">=cat/name-1.2", also name@1.2. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

/* Whether x is typed so. Appends what our own commands take for it: NAME, or NAME=VERSION, where VERSION may be a selector (model/luet_selector). */
bool luet_argument_read(struct span x, struct buf *out);
/* "cat/name-1.2", as luet's search prints it: a package may as well be called so, so it is for who knows that none is. False: it is not written so. */
bool luet_argument_split(struct span x, struct span *name, struct span *version);
