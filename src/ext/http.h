/* One transfer over http or https, by libcurl. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "sys/address.h"

#define HTTP_CHALLENGE_MAX 2048 /* bytes */

struct http_request {
	const char *url;
	int64_t max_size; /* a body above it is refused: ERR_FAILED */
	int64_t from; /* bytes that are there already; the rest is asked for by range */
	const char *etag; /* with from: the rest only of this very file, else all of another */
	const char
		*unless; /* nothing at all of a file with this ETag: the answer is 304; NULL: any */
	int connect_timeout; /* seconds */
	int stall_timeout; /* seconds below stall_rate bytes a second end it */
	int stall_rate;
	/* The proxy for a host, a URL; NULL: none. It must live as long as the request. */
	const char *(*proxy_of)(const void *arg, bool secure, struct span host);
	const void *proxy_arg;
	const char *user, *password; /* for the URL's own host alone; NULL: what the URL holds */
	const char *authorization; /* the same, in their place: that header; NULL: none */
	/* Whether a URL of that host may be told them; NULL: each. */
	bool (*login_goes)(const void *arg, struct span url);
	const void *login_arg;
	/* Somebody else than the admin has named the URL: it may not lead further in than this. */
	bool bounded;
	enum address_reach within;
	const char *accept; /* the kinds of content that will do; NULL: any */
	const char *form; /* sent by POST, to that URL alone: no redirect is followed; NULL: GET */
	const char *ca_text; /* certificates to trust, PEM; NULL: the system's */
	const char *user_agent;
};

/* What a server says of a body before it comes. */
struct http_head {
	long status; /* 2xx; 206 only where a range was asked for */
	int64_t length; /* of this body; -1 where the server does not say */
	enum address_reach
		reach; /* where the first hop led to; of what a proxy connects to only the name is known */
	struct span etag, range; /* ETag and Content-Range as they came; may be empty */
};

/* What the caller does with what comes; a return of -1 (with err set) ends the transfer. */
struct http_sink {
	/* Once, before the first byte of a 2xx answer's body. */
	int (*begin)(struct http_sink *sink, const struct http_head *head, struct err *err);
	int (*data)(struct http_sink *sink, const void *bytes, size_t n, struct err *err);
};

struct http_answer {
	long status; /* the last HTTP status, 0 if none came; 304: as `unless` says, and nothing came */
	bool retry; /* trying again may help: connection, time-out, 408, 429, 5xx */
	int64_t received; /* bytes given to data() */
	enum address_reach reach; /* how far in the URL's own host was */
	char challenge
		[HTTP_CHALLENGE_MAX]; /* of a 401 of the URL's own host: what it wants to see */
};

/* Connections are kept for the transfers that come after it in this process. TLS is always verified (1.2 or newer). Redirects: at most 10, to http(s) only, never from
 * https to http, never to an address that is further in (sys/address) than the first one; user,
 * password and token stay with their host. No content encodings are asked for, no more than 256 KiB of headers
 * are read. Failures are ERR_NETWORK with a sentence of its own for: name not resolved, connection
 * refused, TLS (with the reason), time-out, stall, HTTP status, body shorter than stated, each of a
 * redirect's refusals, and the same of a proxy, which is named. No message holds a user or password. */
MUST_USE int http_get(const struct http_request *request, struct http_sink *sink,
	struct http_answer *answer, struct err *err);
