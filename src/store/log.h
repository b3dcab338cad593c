/* The log of a transaction: /var/log/fardel/N.log, in which the rules' output stands. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/place.h"

struct log {
	int fd; /* -1: none */
};
#define LOG_INIT ((struct log){-1})

/* Opens the log of transaction `number` to write: a new one, or with `more` what is there is added to. A number comes
 * again where state.db was lost, or an older one restored: the log of another transaction is not gone on with. */
MUST_USE int log_open(
	const struct place *p, int64_t number, bool more, struct log *out, struct err *err);
void log_drop(struct log *l);

/* A line of our own, with the time in front. A log that cannot be written never stops the work. */
void log_line(struct log *l, const char *format, ...) PRINTF(2, 3);
/* Output of rules, as it comes. */
void log_output(struct log *l, const void *bytes, size_t n);

/* The whole log of transaction `number`. 1 read, 0 not there, -1. */
MUST_USE int log_read(const struct place *p, int64_t number, struct buf *out, struct err *err);
/* Removes the logs of transactions before `first`. */
MUST_USE int log_trim(const struct place *p, int64_t first, struct err *err);
