/* The transfer of one URL by http or https, tried again where that may help. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "model/message.h"

/* Who takes what comes; a return of -1 (with err set) ends the transfer. */
struct transfer_sink {
	/* A try begins: what came before is void. total is -1 where the server does not say. */
	int (*begin)(struct transfer_sink *sink, int64_t total, struct err *err);
	int (*data)(struct transfer_sink *sink, const void *bytes, size_t n, struct err *err);
	/* A sentence for the log. */
	int (*note)(struct transfer_sink *sink, struct span sentence, struct err *err);
};

/* Fetches order->url, with order->retries further tries; the delay before each is twice the one
 * before, at most a minute. *received is the whole body's size. Errors are those of http_get, of
 * the last try. */
MUST_USE int transfer_run(const struct fetch_order *order, struct transfer_sink *sink,
	int64_t *received, struct err *err);
