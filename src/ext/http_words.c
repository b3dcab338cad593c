/* What ext/http reads and says without curl. */
#include "ext/http_words.h"

#include <string.h>
#include <strings.h>

bool http_is_secure(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0;
}

bool http_is_url(const char *url)
{
	return http_is_secure(url) || strncasecmp(url, "http://", 7) == 0;
}

/* Whether the line is that header; its value goes into `to`. */
static bool take(struct span line, const char *name, char *to, size_t size)
{
	size_t n = strlen(name);
	struct span value;

	if (line.n <= n || line.s[n] != ':' || strncasecmp(line.s, name, n) != 0)
		return false;
	value = span_trim(span_cut(line, n + 1, line.n));
	if (value.n >= size || memchr(value.s, 0, value.n))
		value.n = 0;
	memcpy(to, value.s, value.n);
	to[value.n] = 0;
	return true;
}

/* A server may ask in several lines. */
static bool take_challenge(struct http_words *w, struct span line)
{
	char one[sizeof(w->challenge)];
	size_t n = strlen(w->challenge), more;

	if (!take(line, "WWW-Authenticate", one, sizeof(one)))
		return false;
	more = strlen(one);
	w->many |= !more || n + more + 3 > sizeof(w->challenge);
	if (w->many)
		n = more = 0;
	else if (n)
		n = (size_t)(stpcpy(w->challenge + n, ", ") - w->challenge);
	memcpy(w->challenge + n, one, more);
	w->challenge[n + more] = 0;
	return true;
}

void http_words_take(struct http_words *w, struct span line)
{
	char length[sizeof(w->length)];

	if (span_starts(line, "HTTP/")) {
		*w = (struct http_words){0};
	} else if (take(line, "Content-Length", length, sizeof(length))) {
		w->two_lengths |= w->length[0] && strcmp(w->length, length) != 0;
		memcpy(w->length, length, sizeof(length));
	} else if (!take(line, "ETag", w->etag, sizeof(w->etag)) && !take_challenge(w, line)) {
		(void)take(line, "Content-Range", w->range, sizeof(w->range));
	}
}

/* Why, in words; NULL where OpenSSL's own are the best there are. */
static const char *find_reason(bool peer, long verify, const char *why)
{
	static const struct {
		bool peer;
		long verify; /* -1: any */
		const char *why, *reason;
	} rows[] = {
		{true, 10, "", "its certificate has expired"},
		{true, 9, "", "its certificate is not valid yet, or this machine's clock is wrong"},
		{true, 18, "", "its certificate is signed by nobody but itself"},
		{true, 19, "", "its certificate is signed by somebody who is not trusted"},
		{true, 20, "", "its certificate is signed by somebody who is not trusted"},
		{true, -1, "subject name", "its certificate is for another host"},
		{false, -1, "protocol version", "it offers nothing newer than TLS 1.1"},
		{false, -1, "unsupported protocol", "it offers nothing newer than TLS 1.1"},
		{false, -1, "wrong version number", "it does not speak TLS"},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].peer == peer && (rows[i].verify < 0 || rows[i].verify == verify) &&
			strstr(why, rows[i].why))
			return rows[i].reason;
	return NULL;
}

int http_fail_tls(struct err *err, const char *who, bool peer, long verify, const char *why)
{
	const char *reason = find_reason(peer, verify, why);

	err_set(err, ERR_NETWORK, "TLS with %s failed: %s%s%s", who, reason ? reason : "",
		reason ? ": " : "", why);
	if (peer)
		err_next(err, "certificates are always checked; fetch.ca_file in fardel.toml says "
			      "whose are trusted");
	return -1;
}

int http_fail_trust(struct err *err, bool own, const char *why)
{
	err_set(err, ERR_NETWORK, "the certificates of who is trusted cannot be read: %s", why);
	if (own)
		return err_next(err,
			"fetch.ca_file in fardel.toml is to name a file of certificates (PEM)");
	return err_next(err, "apt install ca-certificates, or name a file of certificates with "
			     "fetch.ca_file in fardel.toml");
}

int http_fail_short(struct err *err, const char *who, int64_t got, int64_t total)
{
	if (total < 0)
		return err_set(err, ERR_NETWORK, "%s ended the transfer after %lld bytes", who,
			(long long)got);
	return err_set(err, ERR_NETWORK, "%s ended the transfer after %lld of %lld bytes", who,
		(long long)got, (long long)total);
}

int http_fail_status(struct err *err, const char *who, long status, bool login)
{
	err_set(err, ERR_HTTP, "%s answered with HTTP status %ld", who, status);
	if (status == 401)
		err_next(err, "%s",
			login ? "the login for it was refused: see auth in the repository's file, "
				"and /etc/fardel/netrc"
			      : "give a user and password for it in /etc/fardel/netrc");
	if (status == 404 || status == 410)
		err_next(err,
			"there is nothing there, or no longer: see whether the URL is right, or ask "
			"whose installer or repository names it");
	return -1;
}

int http_fail_proxy(struct err *err, const char *who, long status)
{
	if (status != 407)
		return err_set(err, ERR_NETWORK, "%s answered with HTTP status %ld", who, status);
	err_set(err, ERR_NETWORK, "%s wants a user and password (HTTP status 407)", who);
	return err_next(err, "give them in the proxy's URL: http://USER:PASSWORD@HOST:PORT");
}

int http_fail_inward(struct err *err, const char *who, bool redirected)
{
	if (redirected)
		return err_set(err, ERR_NETWORK,
			"redirected to %s, an address of this machine or its network", who);
	return err_set(err, ERR_NETWORK,
		"%s is an address of this machine or its network, and who names it is not from there",
		who);
}

void http_take_user_out(struct buf *url)
{
	const char *host = strstr(url->s, "://") + 3;
	const char *at = memrchr(host, '@', strcspn(host, "/?#"));
	AUTO(buf) plain = BUF_INIT;

	if (!at)
		return;
	buf_addf(&plain, "%.*s%s", (int)(host - url->s), url->s, at + 1);
	buf_set(url, buf_span(&plain));
}
