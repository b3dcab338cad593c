/* What packages and relations are called where people read of them. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/relation.h"
#include "solve/question.h"

/* Appends "runtime >= 3"; "runtime". */
void words_relation(const struct relation *r, struct buf *out);
/* The order in which they are said: by name, what is at least before what is at most. */
/* "a 2 of twin is not taken, as a is of main (a=2 takes it from there)": of an offer that is away (solve/home); its number in the supply. */
void words_away(const struct question *q, size_t number, struct buf *out);
int words_compare(const struct relation *a, const struct relation *b);
/* Appends "editor 2.1"; of what is installed " (installed)" or " (held)" behind it, where `whose`. */
void words_package(const struct question *q, uint32_t package, bool whose, struct buf *out);

/* Adds one of the reasons to err's details: whole, and as long as room is left for the ways out; then "and more". */
void words_reason(struct err *err, struct span text);
/* Adds a way out behind them, number i (from 0) of `count`: "Either:  fardel install b   (without a)". `width`: of the longest command of them; `why` may
 * be empty. A command is there whole, or not at all: then false. */
bool words_way_out(struct err *err, size_t i, size_t count, size_t width, const char *command,
	const char *why);
