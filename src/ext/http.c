/* One transfer over http or https, by libcurl. */
#include "ext/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"

#define REDIRECTS_MAX 10
#define NOISE_MAX (1 << 20) /* bytes of a body that nobody reads: of an error or a redirect */

/* One http_get: the redirects are followed here, not by curl, so that each of them is looked at. */
struct get {
	const struct http_request *request;
	struct http_sink *sink;
	struct http_answer *answer;
	struct err *err;
	CURL *curl;
	struct buf url; /* of this hop */
	int64_t noise;
	bool begun;
	bool failed; /* the caller's sink, or a limit: *err is set */
	char why[CURL_ERROR_SIZE];
};

static bool is_good(long status)
{
	/* No part was asked for. */
	return status >= 200 && status < 300 && status != 206;
}

static bool is_https(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0;
}

static bool is_http(const char *url)
{
	return is_https(url) || strncasecmp(url, "http://", 7) == 0;
}

static int begin(struct get *g)
{
	curl_off_t total = -1;

	if (g->begun)
		return 0;
	curl_easy_getinfo(g->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &total);
	g->begun = true;
	return g->sink->begin(g->sink, total, g->err);
}

static int fail_size(struct get *g)
{
	return err_set(g->err, ERR_FAILED,
		"the file has more than the %lld bytes of fetch.max_size",
		(long long)g->request->max_size);
}

static int take(struct get *g, const char *bytes, size_t n)
{
	if (begin(g) < 0)
		return -1;
	if ((int64_t)n > g->request->max_size - g->answer->received)
		return fail_size(g);
	g->answer->received += (int64_t)n;
	return g->sink->data(g->sink, bytes, n, g->err);
}

/* curl's write callback; another count than was given ends the transfer. */
static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct get *g = arg;
	size_t n = size * count;
	long status = 0;

	curl_easy_getinfo(g->curl, CURLINFO_RESPONSE_CODE, &status);
	if (!is_good(status)) {
		g->noise += (int64_t)n;
		return g->noise > NOISE_MAX ? 0 : n;
	}
	if (take(g, bytes, n) == 0)
		return n;
	g->failed = true;
	return 0;
}

static void check(CURLcode rc)
{
	if (rc != CURLE_OK)
		mem_panic("curl does not know an option");
}

static void set_proxy(struct get *g)
{
	const char *proxy = g->request->proxy;

	if (!proxy)
		return;
	check(curl_easy_setopt(g->curl, CURLOPT_PROXY, proxy));
	check(curl_easy_setopt(g->curl, CURLOPT_NOPROXY, proxy[0] ? "" : "*"));
}

/* The text outlives the transfer: it is not copied. */
static void set_certificates(CURL *c, const char *text)
{
	struct curl_blob blob = {
		.data = (void *)(uintptr_t)text, .len = strlen(text), .flags = CURL_BLOB_NOCOPY};

	check(curl_easy_setopt(c, CURLOPT_CAINFO_BLOB, &blob));
}

/* What is not set here is off in curl: netrc, cookies, content encodings, HTTP/0.9, HSTS files. */
static void set_options(struct get *g)
{
	const struct http_request *r = g->request;
	CURL *c = g->curl;

	check(curl_easy_setopt(c, CURLOPT_ERRORBUFFER, g->why));
	check(curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L));
	check(curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L));
	check(curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https"));
	check(curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https"));
	check(curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L));
	check(curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L));
	check(curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2));
	check(curl_easy_setopt(c, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2));
	if (r->ca_text)
		set_certificates(c, r->ca_text);
	check(curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)r->connect_timeout));
	check(curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)r->stall_timeout));
	check(curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)r->stall_rate));
	check(curl_easy_setopt(c, CURLOPT_USERAGENT, r->user_agent));
	check(curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED));
	check(curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L));
	check(curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)r->max_size));
	check(curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 262144L));
	check(curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body));
	check(curl_easy_setopt(c, CURLOPT_WRITEDATA, g));
	set_proxy(g);
}

/* HOST or HOST:PORT of this hop, without credentials. */
static void add_host(const struct get *g, struct buf *out)
{
	CURLU *url = curl_url();
	char *host = NULL, *port = NULL;

	if (url && curl_url_set(url, CURLUPART_URL, g->url.s, 0) == CURLUE_OK &&
		curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
		buf_adds(out, host);
		if (curl_url_get(url, CURLUPART_PORT, &port, 0) == CURLUE_OK)
			buf_addf(out, ":%s", port);
	}
	if (!out->n)
		buf_adds(out, "the server");
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(url);
}

static int fail_connect(struct get *g, const char *host)
{
	long number = 0;

	curl_easy_getinfo(g->curl, CURLINFO_OS_ERRNO, &number);
	if (number == ECONNREFUSED)
		return err_set(g->err, ERR_NETWORK, "connection to %s refused", host);
	return err_set(g->err, ERR_NETWORK, "no connection to %s: %s", host,
		number ? strerror((int)number) : g->why);
}

/* Before the request was sent it is the connection that takes too long, else the answer. */
static int fail_time(struct get *g, const char *host)
{
	curl_off_t sent = 0;

	curl_easy_getinfo(g->curl, CURLINFO_PRETRANSFER_TIME_T, &sent);
	if (!sent)
		return err_set(g->err, ERR_NETWORK, "no connection to %s within %d s", host,
			g->request->connect_timeout);
	return err_set(g->err, ERR_NETWORK, "%s stalled: less than %d bytes a second for %d s",
		host, g->request->stall_rate, g->request->stall_timeout);
}

static int fail_short(struct get *g, const char *host)
{
	curl_off_t total = -1;

	curl_easy_getinfo(g->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &total);
	if (total < 0)
		return err_set(g->err, ERR_NETWORK, "%s ended the transfer after %lld bytes", host,
			(long long)g->answer->received);
	return err_set(g->err, ERR_NETWORK, "%s ended the transfer after %lld of %lld bytes", host,
		(long long)g->answer->received, (long long)total);
}

static int fail(struct get *g, CURLcode rc)
{
	AUTO(buf) host = BUF_INIT;

	add_host(g, &host);
	g->answer->retry = true;
	switch (rc) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return err_set(g->err, ERR_NETWORK, "the name %s cannot be resolved", host.s);
	case CURLE_COULDNT_RESOLVE_PROXY:
		return err_set(g->err, ERR_NETWORK, "the proxy's name cannot be resolved");
	case CURLE_COULDNT_CONNECT: return fail_connect(g, host.s);
	case CURLE_OPERATION_TIMEDOUT: return fail_time(g, host.s);
	case CURLE_PARTIAL_FILE: return fail_short(g, host.s);
	case CURLE_GOT_NOTHING:
		return err_set(g->err, ERR_NETWORK, "%s closed without an answer", host.s);
	case CURLE_SSL_CONNECT_ERROR:
		return err_set(g->err, ERR_NETWORK, "TLS with %s failed: %s", host.s, g->why);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		g->answer->retry = false;
		return err_set(g->err, ERR_NETWORK, "TLS with %s failed: %s", host.s, g->why);
	case CURLE_URL_MALFORMAT:
		g->answer->retry = false;
		return err_set(g->err, ERR_NETWORK, "not a URL that can be fetched");
	default:
		return err_set(g->err, ERR_NETWORK, "transfer from %s failed: %s", host.s,
			g->why[0] ? g->why : curl_easy_strerror(rc));
	}
}

static int fail_status(struct get *g)
{
	AUTO(buf) host = BUF_INIT;
	long status = g->answer->status;

	add_host(g, &host);
	g->answer->retry = status == 408 || status == 429 || status >= 500;
	err_set(g->err, ERR_NETWORK, "%s answered with HTTP status %ld", host.s, status);
	if (status == 404 || status == 410)
		err_next(g->err,
			"the vendor has taken it away: ask the packager for a new installer");
	return -1;
}

/* 1: g->url is the next hop; 0: no redirect. */
static int redirect(struct get *g, unsigned hops)
{
	char *to = NULL;
	bool secure = is_https(g->url.s);

	curl_easy_getinfo(g->curl, CURLINFO_REDIRECT_URL, &to);
	if (g->answer->status < 300 || g->answer->status > 399 || !to)
		return 0;
	if (hops >= REDIRECTS_MAX)
		return err_set(g->err, ERR_NETWORK, "more than %d redirects", REDIRECTS_MAX);
	if (!is_http(to))
		return err_set(
			g->err, ERR_NETWORK, "redirected to something other than http or https");
	if (secure && !is_https(to))
		return err_set(g->err, ERR_NETWORK, "redirected from https to http");
	buf_sets(&g->url, to);
	return 1;
}

/* One request: 1 redirected, 0 done, -1. */
static int hop(struct get *g, unsigned hops)
{
	CURLcode rc;
	int next;

	g->why[0] = 0;
	g->noise = 0;
	g->answer->status = 0;
	check(curl_easy_setopt(g->curl, CURLOPT_URL, g->url.s));
	rc = curl_easy_perform(g->curl);
	curl_easy_getinfo(g->curl, CURLINFO_RESPONSE_CODE, &g->answer->status);
	if (g->failed)
		return -1;
	if (rc == CURLE_FILESIZE_EXCEEDED && is_good(g->answer->status))
		return fail_size(g);
	if (rc == CURLE_FILESIZE_EXCEEDED || g->noise > NOISE_MAX)
		return fail_status(g);
	if (rc != CURLE_OK)
		return fail(g, rc);
	next = redirect(g, hops);
	if (next)
		return next;
	if (!is_good(g->answer->status))
		return fail_status(g);
	return begin(g); /* of an empty body */
}

int http_get(const struct http_request *request, struct http_sink *sink, struct http_answer *answer,
	struct err *err)
{
	struct get g = {.request = request, .sink = sink, .answer = answer, .err = err};
	int rc = 1;

	*answer = (struct http_answer){0};
	if (!is_http(request->url))
		return err_set(err, ERR_FAILED, "not an http or https URL");
	g.curl = curl_easy_init();
	if (!g.curl)
		mem_panic("out of memory");
	g.url = buf_of(request->url);
	set_options(&g);
	for (unsigned hops = 0; rc > 0; hops++)
		rc = hop(&g, hops);
	curl_easy_cleanup(g.curl);
	buf_drop(&g.url);
	return rc;
}
