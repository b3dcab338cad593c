/* What ext/http reads and says without curl: the headers that count, and failures in words. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* The headers that count, of the answer that is being read; what does not fit is as if it was not
 * there. */
struct http_words {
	char etag[256], range[128], length[32];
	char challenge[2048]; /* all of WWW-Authenticate, with commas between; too long: nothing */
	bool two_lengths, many;
};

bool http_is_secure(const char *url); /* https://, in either case */
bool http_is_url(const char *url); /* or http:// */

/* Takes one line of an answer; the line of a status begins anew. */
void http_words_take(struct http_words *w, struct span line);

/* curl puts the user that it was given into the URL that it is redirected to: takes that out of an http(s) URL. */
void http_take_user_out(struct buf *url);

/* Each sets ERR_NETWORK and gives -1. */

/* It leads further in than it may: by a redirect, or somebody else than the admin has named it. */
int http_fail_inward(struct err *err, const char *who, bool redirected);

/* verify is OpenSSL's X509_V_ERR_…; `peer`: its certificate was refused, else TLS failed. */
int http_fail_tls(struct err *err, const char *who, bool peer, long verify, const char *why);
/* The certificates that others are held against cannot be read: `own`, those of fetch.ca_file, else the system's. */
int http_fail_trust(struct err *err, bool own, const char *why);
/* The body ended after `got` of total bytes (-1: unknown). */
int http_fail_short(struct err *err, const char *who, int64_t got, int64_t total);
/* `login`: it was sent a user and password, or a token. */
int http_fail_status(struct err *err, const char *who, long status, bool login);
int http_fail_proxy(struct err *err, const char *who, long status);
