/* One transfer over http or https, by libcurl. */
#include "ext/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ext/http_words.h"
#include "sys/address.h"
#include "sys/pace.h"

#define REDIRECTS_MAX 10
#define NOISE_MAX (1 << 20) /* bytes of a body that nobody reads: of an error or a redirect */
#define HEADERS_MAX (256 << 10) /* bytes of all headers of a hop */

/* One http_get: the redirects are followed here, not by curl, so that each of them is looked at. */
struct get {
	const struct http_request *request;
	struct http_sink *sink;
	struct http_answer *answer;
	struct err *err;
	CURL *curl;
	struct buf url; /* of this hop */
	struct buf home; /* scheme, host and port of the first hop */
	struct curl_slist *lines; /* for every host; they must live as long as the transfer */
	struct curl_slist *home_lines; /* for the first hop's */
	const char *proxy; /* of this hop, NULL: none */
	unsigned hops; /* redirects so far */
	enum address_reach reach; /* of the first hop */
	struct http_words words;
	int64_t noise, headers;
	struct pace pace;
	bool paced, login; /* of this hop: the connection stands; one was sent */
	bool stalled, inward, begun;
	bool failed; /* the caller's sink, or a limit: *err is set */
	char why[CURL_ERROR_SIZE];
};

static bool is_good(const struct get *g, long status)
{
	/* A part is no answer to who asked for the whole. */
	return status >= 200 && status < 300 && (status != 206 || g->request->from > 0);
}

static int begin(struct get *g)
{
	struct http_head head = {.reach = g->reach,
		.etag = span_of(g->words.etag),
		.range = span_of(g->words.range)};
	curl_off_t length = -1;

	if (g->begun)
		return 0;
	curl_easy_getinfo(g->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	curl_easy_getinfo(g->curl, CURLINFO_RESPONSE_CODE, &head.status);
	head.length = length;
	g->begun = true;
	if (g->words.two_lengths)
		return err_set(g->err, ERR_NETWORK, "the answer states two lengths");
	return g->sink->begin(g->sink, &head, g->err);
}

static int fail_size(struct get *g)
{
	return err_set(g->err, ERR_FAILED,
		"the file has more than the %lld bytes of fetch.max_size",
		(long long)g->request->max_size);
}

static int take(struct get *g, const char *bytes, size_t n, long status)
{
	int64_t before = g->answer->received + (status == 206 ? g->request->from : 0);

	if (begin(g) < 0)
		return -1;
	if ((int64_t)n > g->request->max_size - before)
		return fail_size(g);
	g->answer->received += (int64_t)n;
	return g->sink->data(g->sink, bytes, n, g->err);
}

/* curl's write callback; another count than was given ends the transfer. The time that the bytes
 * take on our side is not the server's fault. */
static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct get *g = arg;
	size_t n = size * count;
	int64_t before = pace_clock();
	long status = 0;

	pace_add(&g->pace, (int64_t)n);
	curl_easy_getinfo(g->curl, CURLINFO_RESPONSE_CODE, &status);
	if (!is_good(g, status)) {
		g->noise += (int64_t)n;
		return g->noise > NOISE_MAX ? 0 : n;
	}
	g->failed = take(g, bytes, n, status) < 0;
	pace_forgive(&g->pace, pace_clock() - before);
	return g->failed ? 0 : n;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct get *g = arg;
	struct span line = {bytes, size * count};

	g->headers += (int64_t)line.n;
	http_words_take(&g->words, line);
	return g->headers > HEADERS_MAX ? 0 : line.n;
}

/* How far in this hop may lead; what a proxy connects to is looked at by its name alone. */
static enum address_reach bound_of(const struct get *g)
{
	if (g->hops)
		return g->reach;
	return g->request->bounded ? g->request->within : ADDRESS_SELF;
}

/* The connection stands, the request goes out. Where the first hop led to says how far in others may lead. */
static int on_ready(void *arg, char *peer, char *own, int peer_port, int own_port)
{
	struct get *g = arg;

	(void)own, (void)peer_port, (void)own_port;
	g->inward = !g->proxy && address_reach_of_host(span_of(peer)) > bound_of(g);
	if (g->inward)
		return CURL_PREREQFUNC_ABORT;
	if (!g->hops && !g->proxy)
		g->reach = address_reach_of_host(span_of(peer));
	pace_start(&g->pace, g->request->stall_rate, g->request->stall_timeout, pace_clock());
	g->paced = true;
	return CURL_PREREQFUNC_OK;
}

/* curl's own measure looks back over a window of its own, and is late. */
static int on_progress(
	void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
	struct get *g = arg;

	(void)total, (void)now, (void)up_total, (void)up_now;
	g->stalled = g->paced && pace_is_stalled(&g->pace, pace_clock());
	return g->stalled;
}

/* Neither a redirect nor what somebody else has named leads to what only answers because it is we who ask. */
static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *at)
{
	struct get *g = arg;

	(void)purpose;
	if (!g->proxy && address_reach(&at->addr) > bound_of(g)) {
		g->inward = true;
		return CURL_SOCKET_BAD;
	}
	return socket(at->family, at->socktype, at->protocol);
}

static void check(CURLcode rc)
{
	if (rc == CURLE_OUT_OF_MEMORY)
		mem_none();
	if (rc != CURLE_OK)
		mem_panic("curl does not know an option");
}

/* The text outlives the transfer: it is not copied. */
static void set_certificates(CURL *c, const char *text)
{
	struct curl_blob blob = {
		.data = (void *)(uintptr_t)text, .len = strlen(text), .flags = CURL_BLOB_NOCOPY};

	check(curl_easy_setopt(c, CURLOPT_CAINFO_BLOB, &blob));
}

static void set_callbacks(struct get *g)
{
	CURL *c = g->curl;

	check(curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body));
	check(curl_easy_setopt(c, CURLOPT_WRITEDATA, g));
	check(curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header));
	check(curl_easy_setopt(c, CURLOPT_HEADERDATA, g));
	check(curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, on_ready));
	check(curl_easy_setopt(c, CURLOPT_PREREQDATA, g));
	check(curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L));
	check(curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress));
	check(curl_easy_setopt(c, CURLOPT_XFERINFODATA, g));
	check(curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_socket));
	check(curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, g));
}

/* What one transfer leaves for the next: connections, names, TLS sessions. */
static CURLSH *shared(void)
{
	static const curl_lock_data what[] = {
		CURL_LOCK_DATA_CONNECT, CURL_LOCK_DATA_DNS, CURL_LOCK_DATA_SSL_SESSION};
	static CURLSH *share;

	if (share)
		return share;
	share = curl_share_init();
	if (!share)
		mem_none();
	for (size_t i = 0; i < COUNT(what); i++) {
		CURLSHcode rc = curl_share_setopt(share, CURLSHOPT_SHARE, what[i]);

		if (rc == CURLSHE_NOMEM)
			mem_none();
		if (rc != CURLSHE_OK)
			mem_panic("curl cannot share");
	}
	return share;
}

/* What is not set here is off in curl: netrc, cookies, content encodings, HTTP/0.9, HSTS files. */
static void set_options(struct get *g)
{
	const struct http_request *r = g->request;
	CURL *c = g->curl;

	check(curl_easy_setopt(c, CURLOPT_ERRORBUFFER, g->why));
	check(curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L));
	check(curl_easy_setopt(c, CURLOPT_SHARE, shared()));
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
	check(curl_easy_setopt(c, CURLOPT_USERAGENT, r->user_agent));
	check(curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED));
	check(curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L));
	check(curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 262144L));
	set_callbacks(g);
}

/* HOST or HOST:PORT of a URL, without credentials. */
static void add_host(const char *of, struct buf *out)
{
	CURLU *url = curl_url();
	char *host = NULL, *port = NULL;

	if (url &&
		curl_url_set(url, CURLUPART_URL, of,
			CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
		curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
		buf_adds(out, host);
		if (curl_url_get(url, CURLUPART_PORT, &port, 0) == CURLUE_OK)
			buf_addf(out, ":%s", port);
	} else {
		buf_adds(out, "the server");
	}
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(url);
}

/* Of this hop: scheme, host and port, so that two can be compared; and the host alone. */
static void find_home(const struct get *g, struct buf *home, struct buf *host)
{
	static const struct {
		CURLUPart part;
		unsigned flags;
	} parts[] = {
		{CURLUPART_SCHEME, 0}, {CURLUPART_HOST, 0}, {CURLUPART_PORT, CURLU_DEFAULT_PORT}};
	CURLU *url = curl_url();

	if (url && curl_url_set(url, CURLUPART_URL, g->url.s, 0) == CURLUE_OK) {
		for (size_t i = 0; i < COUNT(parts); i++) {
			char *text = NULL;

			if (curl_url_get(url, parts[i].part, &text, parts[i].flags) == CURLUE_OK)
				buf_addf(home, "%s ", text);
			if (parts[i].part == CURLUPART_HOST && text)
				buf_adds(host, text);
			curl_free(text);
		}
	}
	curl_url_cleanup(url);
}

/* Whom a connection was tried to: the proxy, or the hop's host. */
static void add_peer(const struct get *g, struct buf *out)
{
	if (g->proxy)
		buf_adds(out, "the proxy ");
	add_host(g->proxy ? g->proxy : g->url.s, out);
}

static int fail_inward(struct get *g, const char *to)
{
	AUTO(buf) host = BUF_INIT;

	add_host(to, &host);
	g->answer->retry = false;
	return http_fail_inward(g->err, host.s, g->hops > 0);
}

static int fail_connect(struct get *g, const char *peer)
{
	long number = 0;

	if (g->inward)
		return fail_inward(g, g->url.s);
	curl_easy_getinfo(g->curl, CURLINFO_OS_ERRNO, &number);
	if (number == ECONNREFUSED)
		return err_set(g->err, ERR_NETWORK, "connection to %s refused", peer);
	return err_set(g->err, ERR_NETWORK, "no connection to %s: %s", peer,
		number ? strerror((int)number) : g->why);
}

static int fail_tls(struct get *g, CURLcode rc, const char *host)
{
	AUTO(buf) who = buf_of(host);
	long verify = 0, of_proxy = 0;

	curl_easy_getinfo(g->curl, CURLINFO_SSL_VERIFYRESULT, &verify);
	curl_easy_getinfo(g->curl, CURLINFO_PROXY_SSL_VERIFYRESULT, &of_proxy);
	if (of_proxy) {
		buf_clear(&who);
		add_peer(g, &who);
		verify = of_proxy;
	}
	g->answer->retry = rc == CURLE_SSL_CONNECT_ERROR;
	return http_fail_tls(g->err, who.s, rc == CURLE_PEER_FAILED_VERIFICATION, verify, g->why);
}

static int fail_short(struct get *g, const char *host)
{
	curl_off_t total = -1;

	curl_easy_getinfo(g->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &total);
	return http_fail_short(g->err, host, g->answer->received, total);
}

/* What a proxy answers in its own name. */
static int fail_proxy(struct get *g, const char *peer, long status)
{
	g->answer->retry = status >= 500;
	return http_fail_proxy(g->err, peer, status);
}

static int fail_host(struct get *g, CURLcode rc, const char *host)
{
	switch (rc) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return err_set(g->err, ERR_NETWORK, "the name %s cannot be resolved", host);
	case CURLE_ABORTED_BY_CALLBACK:
		if (g->inward)
			return fail_inward(g, g->url.s);
		return err_set(g->err, ERR_NETWORK,
			"%s stalled: less than %d bytes a second for %d s", host,
			g->request->stall_rate, g->request->stall_timeout);
	case CURLE_PARTIAL_FILE: return fail_short(g, host);
	case CURLE_GOT_NOTHING:
		return err_set(g->err, ERR_NETWORK, "%s closed without an answer", host);
	case CURLE_SSL_CACERT_BADFILE:
		g->answer->retry = false;
		return http_fail_trust(g->err, g->request->ca_text != NULL, g->why);
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS: return fail_tls(g, rc, host);
	case CURLE_URL_MALFORMAT:
		g->answer->retry = false;
		return err_set(g->err, ERR_NETWORK, "not a URL that can be fetched");
	default:
		return err_set(g->err, ERR_NETWORK, "transfer from %s failed: %s", host,
			g->why[0] ? g->why : curl_easy_strerror(rc));
	}
}

static int fail(struct get *g, CURLcode rc)
{
	AUTO(buf) host = BUF_INIT;
	AUTO(buf) peer = BUF_INIT;
	long tunnel = 0;

	add_host(g->url.s, &host);
	add_peer(g, &peer);
	g->answer->retry = true;
	curl_easy_getinfo(g->curl, CURLINFO_HTTP_CONNECTCODE, &tunnel);
	if (tunnel >= 300)
		return fail_proxy(g, peer.s, tunnel);
	if (g->headers > HEADERS_MAX)
		return err_set(g->err, ERR_NETWORK, "%s sent more than %d bytes of headers", host.s,
			HEADERS_MAX);
	switch (rc) {
	case CURLE_COULDNT_RESOLVE_PROXY:
		return err_set(g->err, ERR_NETWORK, "the name of %s cannot be resolved", peer.s);
	case CURLE_COULDNT_CONNECT: return fail_connect(g, peer.s);
	case CURLE_OPERATION_TIMEDOUT:
		return err_set(g->err, ERR_NETWORK, "no connection to %s within %d s", peer.s,
			g->request->connect_timeout);
	case CURLE_PROXY:
		return err_set(g->err, ERR_NETWORK, "%s gave no connection: %s", peer.s, g->why);
	default: return fail_host(g, rc, host.s);
	}
}

static int fail_status(struct get *g)
{
	AUTO(buf) host = BUF_INIT;
	AUTO(buf) peer = BUF_INIT;
	long status = g->answer->status;

	add_host(g->url.s, &host);
	add_peer(g, &peer);
	if (status == 407 && g->proxy)
		return fail_proxy(g, peer.s, status);
	g->answer->retry = status == 408 || status == 429 || status >= 500;
	return http_fail_status(g->err, host.s, status, g->login);
}

/* 1: g->url is the next hop; 0: no redirect. */
static int redirect(struct get *g)
{
	char *to = NULL;
	bool secure = http_is_secure(g->url.s);

	curl_easy_getinfo(g->curl, CURLINFO_REDIRECT_URL, &to);
	if (g->answer->status < 300 || g->answer->status > 399 || !to)
		return 0;
	if (g->request->form)
		return err_set(g->err, ERR_NETWORK, "redirected to where no password is sent");
	if (g->hops >= REDIRECTS_MAX)
		return err_set(g->err, ERR_NETWORK, "more than %d redirects", REDIRECTS_MAX);
	if (!http_is_url(to))
		return err_set(
			g->err, ERR_NETWORK, "redirected to something other than http or https");
	if (secure && !http_is_secure(to))
		return err_set(g->err, ERR_NETWORK, "redirected from https to http");
	buf_sets(&g->url, to);
	if (g->request->user || g->request->authorization)
		http_take_user_out(&g->url);
	g->hops++;
	return 1;
}

/* User, password and token only for where they were meant; in a URL they are curl's to find. */
static void set_login(struct get *g, const struct buf *home)
{
	const struct http_request *r = g->request;
	bool is_home = strcmp(home->s, g->home.s) == 0 &&
		       (!r->login_goes || r->login_goes(r->login_arg, buf_span(&g->url)));

	g->login = is_home && (r->user || r->authorization);
	check(curl_easy_setopt(g->curl, CURLOPT_USERNAME, is_home ? r->user : NULL));
	check(curl_easy_setopt(g->curl, CURLOPT_PASSWORD, is_home ? r->password : NULL));
	check(curl_easy_setopt(g->curl, CURLOPT_HTTPHEADER, is_home ? g->home_lines : g->lines));
}

/* What differs from hop to hop; -1 where this one is not to be asked. */
static int set_hop(struct get *g)
{
	const struct http_request *r = g->request;
	bool secure = http_is_secure(g->url.s);
	AUTO(buf) home = BUF_INIT;
	AUTO(buf) host = BUF_INIT;

	find_home(g, &home, &host);
	if (!g->hops)
		buf_set(&g->home, buf_span(&home));
	g->proxy = r->proxy_of ? r->proxy_of(r->proxy_arg, secure, buf_span(&host)) : NULL;
	check(curl_easy_setopt(g->curl, CURLOPT_URL, g->url.s));
	check(curl_easy_setopt(g->curl, CURLOPT_PROXY, g->proxy ? g->proxy : ""));
	check(curl_easy_setopt(g->curl, CURLOPT_NOPROXY, ""));
	set_login(g, &home);
	/* Of what a proxy connects to, only the name is known. */
	if (address_reach_of_host(buf_span(&host)) > bound_of(g))
		return fail_inward(g, g->url.s);
	if (!g->hops)
		g->reach = address_reach_of_host(buf_span(&host));
	return 0;
}

/* What the host that was asked for says; who it sends us to has nothing to ask. */
static void note_home(struct get *g)
{
	g->answer->reach = g->reach;
	if (g->answer->status == 401)
		memcpy(g->answer->challenge, g->words.challenge, sizeof(g->answer->challenge));
}

/* One request: 1 redirected, 0 done, -1. */
static int hop(struct get *g)
{
	CURLcode rc;
	int next;

	g->why[0] = 0;
	g->noise = g->headers = 0;
	g->paced = g->stalled = g->inward = false;
	g->answer->status = 0;
	if (set_hop(g) < 0)
		return -1;
	rc = curl_easy_perform(g->curl);
	curl_easy_getinfo(g->curl, CURLINFO_RESPONSE_CODE, &g->answer->status);
	if (!g->hops)
		note_home(g);
	if (g->failed)
		return -1;
	if (rc == CURLE_FILESIZE_EXCEEDED && is_good(g, g->answer->status))
		return fail_size(g);
	if (rc == CURLE_FILESIZE_EXCEEDED || g->noise > NOISE_MAX)
		return fail_status(g);
	if (rc != CURLE_OK)
		return fail(g, rc);
	next = redirect(g);
	if (next)
		return next;
	if (g->answer->status == 304 && g->request->unless)
		return 0;
	if (!is_good(g, g->answer->status))
		return fail_status(g);
	return begin(g); /* of an empty body */
}

static void add_line(struct curl_slist **lines, const char *name, const char *value)
{
	AUTO(buf) text = BUF_INIT;
	struct curl_slist *longer;

	if (!value)
		return;
	buf_addf(&text, "%s: %s", name, value);
	longer = curl_slist_append(*lines, text.s);
	if (!longer)
		mem_none();
	*lines = longer;
}

/* For every host, or only for the first hop's. */
static void add_lines(struct get *g, const char *name, const char *value)
{
	add_line(&g->lines, name, value);
	add_line(&g->home_lines, name, value);
}

/* Asks for what is missing, of the same file only, or for what is another file. (curl takes a greatest size of 0 for none: `take` knows
 * better.) */
static void set_range(struct get *g)
{
	const struct http_request *r = g->request;
	AUTO(buf) text = BUF_INIT;

	check(curl_easy_setopt(
		g->curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)(r->max_size - r->from)));
	if (!r->from && !r->unless)
		return;
	if (r->from) {
		buf_addf(&text, "%lld-", (long long)r->from);
		check(curl_easy_setopt(g->curl, CURLOPT_RANGE, text.s));
	}
	add_lines(g, r->from ? "If-Range" : "If-None-Match", r->from ? r->etag : r->unless);
}

int http_get(const struct http_request *request, struct http_sink *sink, struct http_answer *answer,
	struct err *err)
{
	struct get g = {.request = request, .sink = sink, .answer = answer, .err = err};
	int rc = 1;

	*answer = (struct http_answer){0};
	if (!http_is_url(request->url))
		return err_set(err, ERR_FAILED, "not an http or https URL");
	if (request->from > request->max_size)
		return fail_size(&g);
	g.curl = curl_easy_init();
	if (!g.curl)
		mem_none();
	g.url = buf_of(request->url);
	g.home = BUF_INIT;
	set_options(&g);
	set_range(&g);
	add_line(&g.home_lines, "Authorization", request->authorization);
	add_lines(&g, "Accept", request->accept);
	if (request->form)
		check(curl_easy_setopt(g.curl, CURLOPT_POSTFIELDS, request->form));
	while (rc > 0)
		rc = hop(&g);
	curl_easy_cleanup(g.curl);
	curl_slist_free_all(g.lines);
	curl_slist_free_all(g.home_lines);
	buf_drop(&g.url);
	buf_drop(&g.home);
	return rc;
}
