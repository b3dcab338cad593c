/* One transfer over http or https, by libcurl. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct http_request {
	const char *url;
	int64_t max_size; /* a body above it is refused: ERR_FAILED */
	int connect_timeout; /* seconds */
	int stall_timeout; /* seconds below stall_rate bytes a second end it */
	int stall_rate;
	const char *proxy; /* "" none; NULL: http_proxy, https_proxy, no_proxy of the environment */
	const char *ca_text; /* certificates to trust, PEM; NULL: the system's */
	const char *user_agent;
};

/* What the caller does with what comes; a return of -1 (with err set) ends the transfer. */
struct http_sink {
	/* Once, before the first byte of a 2xx answer's body; total is -1 where the server does
	 * not say. */
	int (*begin)(struct http_sink *sink, int64_t total, struct err *err);
	int (*data)(struct http_sink *sink, const void *bytes, size_t n, struct err *err);
};

struct http_answer {
	long status; /* the last HTTP status, 0 if none came */
	bool retry; /* trying again may help: connection, time-out, 408, 429, 5xx */
	int64_t received; /* bytes given to data() */
};

/* TLS is always verified (1.2 or newer). Redirects: at most 10, to http(s) only, never from
 * https to http. No content encodings are asked for. Failures are ERR_NETWORK with a sentence of
 * its own for: name not resolved, connection refused, TLS (with the reason), time-out, stall,
 * HTTP status, body shorter than stated. Credentials in a URL appear in no message. */
MUST_USE int http_get(const struct http_request *request, struct http_sink *sink,
	struct http_answer *answer, struct err *err);
