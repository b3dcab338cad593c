/* What changed in a text, as diff -u shows it. */
#pragma once

#include "base/err.h"
#include "engine/session.h"

#define DIFFER_TEXT_MAX (256 << 10) /* bytes of one side */

/* Appends the hunks that lead from one text to the other, as unified diff, without its head; nothing where one of them is no text
 * (a NUL byte in it) or is longer. diff is run confined, as whoever wrote the texts may be hostile. */
MUST_USE int differ_texts(
	struct engine *e, struct span before, struct span after, struct buf *out, struct err *err);
