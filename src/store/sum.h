/* The sha256 of bytes in memory, as the parts of a repository are named by it. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "model/head.h"

MUST_USE int sum_of_bytes(struct span bytes, struct head_sum *out, struct err *err);
bool sum_is(const struct head_sum *a, const struct head_sum *b);
/* Whether it is that of a leaf without packages: all zero. */
bool sum_is_none(const struct head_sum *s);
void sum_format(const struct head_sum *s, struct buf *out); /* hex */
