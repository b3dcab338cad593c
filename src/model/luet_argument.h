/* A package of luet's as people type it: cat/name, cat/name@1.2, ">=cat/name-1.2", also name@1.2. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

/* Whether x is typed so. Appends what our own commands take for it: NAME, or NAME=VERSION, where VERSION may be a selector (model/luet_selector). */
bool luet_argument_read(struct span x, struct buf *out);
