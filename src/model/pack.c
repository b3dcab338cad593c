/* Upstream packs: their URLs, their names, their checksums. */
#include "model/pack.h"

#include <string.h>

#include "base/text.h"

#define URL_MAX 4096
#define FILE_NAME_MAX 128

bool sums_is_empty(const struct sums *s)
{
	return !sums_best(s);
}

const struct digest *sums_best(const struct sums *s)
{
	for (size_t kind = DIGEST_KINDS; kind--;)
		if (s->has[kind])
			return &s->of[kind];
	return NULL;
}

bool sums_hold(const struct sums *want, const struct sums *have, enum digest_kind *bad)
{
	for (unsigned kind = 0; kind < DIGEST_KINDS; kind++) {
		if (!want->has[kind])
			continue;
		if (!have->has[kind] || !digest_is(&want->of[kind], &have->of[kind])) {
			*bad = (enum digest_kind)kind;
			return false;
		}
	}
	return true;
}

void pack_init(struct pack *p)
{
	*p = (struct pack){.url = BUF_INIT, .size = -1, .file = BUF_INIT, .architecture = BUF_INIT};
}

void pack_drop(struct pack *p)
{
	buf_drop(&p->url);
	texts_drop(&p->mirrors);
	buf_drop(&p->file);
	buf_drop(&p->architecture);
	pack_init(p);
}

void packs_drop(struct packs *p)
{
	vec_drop_each(&p->of, pack_drop);
}

/* The parts of a URL; those that are missing are empty. */
struct parts {
	struct span scheme; /* with "://" */
	struct span user; /* with "@" */
	struct span host; /* with the port */
	struct span path; /* without query and fragment */
	struct span tail; /* the path, query and fragment */
};

static size_t before_any(struct span x, const char *ends)
{
	size_t n = 0;

	while (n < x.n && (!x.s[n] || !strchr(ends, x.s[n])))
		n++;
	return n;
}

/* What stands behind the scheme. */
static struct parts split_rest(struct span scheme, struct span rest)
{
	size_t authority = before_any(rest, "/?#");
	struct parts parts = {scheme, SPAN(""), span_cut(rest, 0, authority), SPAN(""), SPAN("")};

	for (size_t i = authority; i--;)
		if (rest.s[i] == '@') {
			parts.user = span_cut(rest, 0, i + 1);
			parts.host = span_cut(rest, i + 1, authority - i - 1);
			break;
		}
	parts.tail = span_cut(rest, authority, rest.n);
	parts.path = span_cut(parts.tail, 0, before_any(parts.tail, "?#"));
	return parts;
}

static struct parts split(struct span url)
{
	static const char *const schemes[] = {"http://", "https://", "file://"};
	struct span scheme = SPAN("");

	for (size_t i = 0; i < COUNT(schemes); i++)
		if (span_starts(url, schemes[i]))
			scheme = span_cut(url, 0, strlen(schemes[i]));
	return split_rest(scheme, span_cut(url, scheme.n, url.n));
}

static int hex_of(struct span x, size_t at)
{
	unsigned char byte;

	return x.s[at] == '%' && text_unhex(span_cut(x, at + 1, 2), &byte, 1) ? byte : -1;
}

static bool is_plain(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c && c < 0x80 && strchr("._+~-", c));
}

/* What stands behind the last slash; without one, all of it. */
static struct span behind_slash(struct span x)
{
	size_t n = x.n;

	while (n && x.s[n - 1] != '/')
		n--;
	return span_cut(x, n, x.n);
}

void pack_file_name(const struct pack *p, struct buf *out)
{
	struct span path =
		p->file.n ? buf_span(&p->file) : behind_slash(split(buf_span(&p->url)).path);
	AUTO(buf) name = BUF_INIT;
	struct span end;

	for (size_t i = 0; i < path.n; i++) {
		int byte = hex_of(path, i);
		int c = byte < 0 ? (unsigned char)path.s[i] : byte;

		if (byte >= 0)
			i += 2;
		buf_addc(&name, is_plain(c) ? (char)c : '_');
	}
	/* The end stays: rules tell archives by it. */
	end = buf_span(&name);
	if (end.n > FILE_NAME_MAX)
		end = span_cut(end, end.n - FILE_NAME_MAX, end.n);
	while (end.n && (end.s[0] == '.' || end.s[0] == '-'))
		end = span_cut(end, 1, end.n);
	buf_add_span(out, end.n ? end : SPAN("pack"));
}

/* HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT; a port may be left out behind its colon. */
static bool is_host(struct span host)
{
	unsigned long long number;
	size_t colon = host.n;

	if (host.n && host.s[0] == '[') {
		size_t end = before_any(host, "]");

		if (end < 2 || end == host.n)
			return false;
		colon = end + 1;
	} else {
		colon = before_any(host, ":");
		if (!colon)
			return false;
	}
	if (colon < host.n && host.s[colon] != ':')
		return false;
	host = span_cut(host, colon + 1, host.n);
	return !host.n || (span_number(host, 65535, &number) && number);
}

int pack_check_url(struct span url, struct err *err)
{
	struct parts parts = split(url);
	AUTO(buf) shown = BUF_INIT;

	if (!url.n)
		return err_set(err, ERR_INSTALLER, "the URL is empty");
	if (url.n > URL_MAX)
		return err_set(err, ERR_INSTALLER, "the URL is longer than %d bytes", URL_MAX);
	pack_show_url(url, &shown);
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.s[i] <= ' ' || url.s[i] == 0x7f)
			return err_set(err, ERR_INSTALLER,
				"the URL has a blank or a control character in it: %.*s",
				SPAN_ARG(span_cut(buf_span(&shown), 0, 200)));
	if (!parts.scheme.n)
		return err_set(err, ERR_INSTALLER,
			"the URL does not begin with http://, https:// or file://: %.*s",
			SPAN_ARG(span_cut(buf_span(&shown), 0, 200)));
	if (span_starts(url, "file:")) {
		if (parts.host.n || parts.user.n || parts.path.n < 2)
			return err_set(
				err, ERR_INSTALLER, "the URL is not of the form file:///PATH");
	} else if (!is_host(parts.host)) {
		return err_set(err, ERR_INSTALLER, "the URL has no host, or none that can be one");
	}
	return 0;
}

bool pack_is_server(struct span x)
{
	AUTO(buf) url = buf_of("https://");
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < x.n; i++)
		if (!is_plain((unsigned char)x.s[i]) && !(x.s[i] && strchr(":[]", x.s[i])))
			return false;
	buf_add_span(&url, x);
	return pack_check_url(buf_span(&url), &ignored) == 0;
}

bool pack_distfile(const struct pack *p, struct span server, struct buf *out)
{
	struct span name = behind_slash(buf_span(&p->url));

	if (name.n)
		buf_addf(out, "https://%.*s/distfiles/%.*s", SPAN_ARG(server), SPAN_ARG(name));
	return name.n > 0;
}

void pack_show_url(struct span url, struct buf *out)
{
	/* The scheme may be one that no pack has: of a proxy, or of a URL that is refused. */
	size_t n = before_any(url, ":/?#@");
	struct parts parts;

	n = span_starts(span_cut(url, n, url.n), "://") ? n + 3 : 0;
	parts = split_rest(span_cut(url, 0, n), span_cut(url, n, url.n));
	buf_add_span(out, parts.scheme);
	buf_add_span(out, parts.host);
	buf_add_span(out, parts.tail);
}

struct span pack_url_host(struct span url)
{
	struct span host = split(url).host;

	if (host.n && host.s[0] == '[')
		return span_cut(host, 1, before_any(host, "]") - 1);
	return span_cut(host, 0, before_any(host, ":"));
}

bool pack_url_has_login(struct span url)
{
	return split(url).user.n > 0;
}
