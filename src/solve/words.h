/* What packages and relations are called where people read of them. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/relation.h"
#include "solve/question.h"

/* Appends "runtime >= 3"; "runtime". */
void words_relation(const struct relation *r, struct buf *out);
/* The order in which they are said: by name, what is at least before what is at most. */
int words_compare(const struct relation *a, const struct relation *b);
/* Appends "editor 2.1"; of what is installed " (installed)" or " (held)" behind it, where `whose`. */
void words_package(const struct question *q, uint32_t package, bool whose, struct buf *out);
