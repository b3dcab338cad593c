/* Owner, mode and extended attributes: made exactly what a node says. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "store/node.h"

/* Attributes that no node can have (security modules', the kernel's) are left alone; an overlay's own too, unless `strip`. Only what
 * differs is set: first the owner, by which the kernel drops setuid and capabilities; the mode last. Not of links. After it
 * node_at_drop takes nothing back. */
MUST_USE int attributes_set(
	struct node_at *at, const struct node *want, bool strip, struct err *err);
