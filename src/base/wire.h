/* Values in a frame's payload: numbers of 8 bytes in the machine's order, texts with their
 * length in front. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

void wire_put_number(struct buf *out, int64_t value);
void wire_put_text(struct buf *out, struct span x);

/* A payload being read: after a short or malformed value `bad` is set and everything reads as 0
 * or "". */
struct wire {
	struct span rest;
	bool bad;
};
int64_t wire_number(struct wire *w);
struct span wire_text(struct wire *w); /* borrows from the payload */
bool wire_ended(const struct wire *w); /* nothing left, nothing bad */
