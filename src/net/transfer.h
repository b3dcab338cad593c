/* The transfer of one URL by http or https, tried again, and gone on with, where that may help. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "model/message.h"

/* Who takes what comes; a return of -1 (with err set) ends the transfer. */
struct transfer_sink {
	/* A try's body begins: with b->from 0 what came before is void, else it goes on there. */
	int (*begin)(struct transfer_sink *sink, const struct fetch_begin *b, struct err *err);
	int (*data)(struct transfer_sink *sink, const void *bytes, size_t n, struct err *err);
	/* A sentence for the log. */
	int (*note)(struct transfer_sink *sink, struct span sentence, struct err *err);
};

/* How one ended that did not fail. */
enum transfer_end {
	TRANSFER_WHOLE,
	TRANSFER_UNCHANGED, /* nothing came: the server has the file that order->unless names */
	TRANSFER_MISSING, /* nothing came: it has none, and order->optional says that it need not */
};

/* Fetches order->url, with order->retries further tries; the delay before each is twice the one
 * before, at most a minute. What came of a body with a strong ETag and a known length above
 * order->resume_above (or in an earlier run: order->from) is not asked for again, unless the server has
 * another file by now or answers with another part: then it begins from nothing, which is no further try.
 * *received is the whole body's size. Gives an enum transfer_end, or -1: errors are those of http_get, of the last try. */
MUST_USE int transfer_run(const struct fetch_order *order, struct transfer_sink *sink,
	int64_t *received, struct err *err);
