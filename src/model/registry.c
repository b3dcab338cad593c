/* Registries of images: where they are, and their tags. */
#include "model/registry.h"

#include <string.h>

#include "model/pack.h"

#define PATH_MAX_BYTES 255
#define REALM_MAX 1024
#define HUB "registry-1.docker.io"

static bool is_low(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_word(char c)
{
	return is_low(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

/* --- URLs ---------------------------------------------------------------------------------------- */

/* 127.x.y.z: no name that only begins so. */
static bool is_own_address(struct span host)
{
	unsigned dots = 0;

	for (size_t i = 0; i < host.n; i++) {
		if (host.s[i] != '.' && !(host.s[i] >= '0' && host.s[i] <= '9'))
			return false;
		dots += host.s[i] == '.';
	}
	return dots == 3 && span_starts(host, "127.");
}

/* This machine: what goes there nobody can see on its way. */
static bool is_own(struct span url)
{
	struct span host = pack_url_host(url);

	return span_is_text(host, "localhost") || span_is_text(host, "::1") || is_own_address(host);
}

/* Lower-case words, with . _ __ or minuses between. */
static bool is_component(struct span x)
{
	size_t run = 0;

	for (size_t i = 0; i < x.n; i++) {
		run = is_low(x.s[i]) ? 0 : run + 1;
		if (run && !strchr("._-", x.s[i]))
			return false;
		if (run > 1 &&
			(x.s[i] != x.s[i - 1] || x.s[i] == '.' || (x.s[i] == '_' && run > 2)))
			return false;
	}
	return x.n && is_low(x.s[0]) && !run && !memchr(x.s, 0, x.n);
}

static bool is_path(struct span x)
{
	struct span part, rest = x;

	while (span_split(&rest, '/', &part))
		if (!is_component(part))
			return false;
	return x.n && x.n <= PATH_MAX_BYTES && !span_ends(x, "/");
}

static bool is_hub(struct span host)
{
	return span_is_text(host, "docker.io") || span_is_text(host, "index.docker.io");
}

static void add_base(const char *scheme, struct span host, struct span path, struct buf *out)
{
	bool library = is_hub(host) && !memchr(path.s, '/', path.n);

	buf_addf(out, "%s", scheme);
	if (is_hub(host))
		buf_adds(out, HUB);
	else
		buf_add_span(out, host);
	buf_addf(out, "/v2/%s%.*s", library ? "library/" : "", SPAN_ARG(path));
}

static bool is_host(struct span host)
{
	return pack_is_server(host) &&
	       (memchr(host.s, '.', host.n) || memchr(host.s, ':', host.n) ||
		       span_is_text(host, "localhost"));
}

int registry_base(struct span url, struct buf *base, struct err *err)
{
	bool secure = span_starts(url, "https://"), plain = span_starts(url, "http://");
	struct span rest = span_cut(url, secure ? 8 : plain ? 7 : 0, url.n), host;
	AUTO(buf) whole = BUF_INIT;

	while (span_ends(rest, "/"))
		rest.n--;
	span_split(&rest, '/', &host);
	if (!rest.n || !is_host(host))
		return err_set(err, ERR_CONFIG,
			"a URL of type docker is HOST[:PORT]/PATH, without user, tag or digest");
	if (!is_path(rest))
		return err_set(err, ERR_CONFIG,
			"the path of a registry's images has lower-case letters, digits and single . _ - "
			"between them; no tag");
	buf_addf(&whole, "http://%.*s/", SPAN_ARG(host));
	if (plain && !is_own(buf_span(&whole)))
		return err_set(err, ERR_CONFIG,
			"a registry is asked by https://; by plain http only on this machine");
	add_base(plain || (!secure && is_own(buf_span(&whole))) ? "http://" : "https://", host,
		rest, base);
	return 0;
}

struct span registry_origin(struct span url)
{
	size_t n = span_starts(url, "https://") ? 8 : span_starts(url, "http://") ? 7 : url.n;

	while (n < url.n && !strchr("/?#", url.s[n]))
		n++;
	return span_cut(url, 0, n);
}

/* The last of a name, where it stands between slashes. */
static const char *find_last(struct span x, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = x.n; i-- > 0;)
		if (x.n - i >= n && memcmp(x.s + i, name, n) == 0)
			return x.s + i;
	return NULL;
}

/* The one that stands last: a path may have either word in it. */
static const char *find_end(struct span url)
{
	const char *manifests = find_last(url, "/manifests/"), *blobs = find_last(url, "/blobs/");

	if (!manifests || !blobs)
		return manifests ? manifests : blobs;
	return manifests > blobs ? manifests : blobs;
}

struct span registry_path(struct span url)
{
	struct span origin = registry_origin(url);
	struct span rest = span_cut(url, origin.n, url.n);
	const char *end = find_end(rest);

	if (!span_starts(rest, "/v2/") || !end || end <= rest.s + 4)
		return SPAN("");
	return span_cut(rest, 4, (size_t)(end - rest.s) - 4);
}

bool registry_asks_manifest(struct span url)
{
	const char *end = find_end(url);

	return registry_path(url).n && end[1] == 'm';
}

bool registry_is_realm(struct span realm)
{
	struct err ignored = ERR_INIT;

	if (realm.n > REALM_MAX || pack_check_url(realm, &ignored) < 0 ||
		pack_url_has_login(realm) || memchr(realm.s, '#', realm.n))
		return false;
	return span_starts(realm, "https://") || (span_starts(realm, "http://") && is_own(realm));
}

void registry_add_query(struct buf *out, const char *key, struct span value)
{
	buf_addf(out, "%s=", key);
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.s[i];

		if (is_word((char)c) || c == '-' || c == '.')
			buf_addc(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
}

/* --- Tags ---------------------------------------------------------------------------------------- */

bool registry_tag(struct span name, struct buf *out)
{
	AUTO(buf) tag = BUF_INIT;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.s[i] == '+' ? '-' : name.s[i];

		if (!is_word(c) && (!i || (c != '-' && c != '.')))
			return false;
		buf_addc(&tag, c);
	}
	if (!tag.n || tag.n > REGISTRY_TAG_MAX)
		return false;
	buf_add_span(out, buf_span(&tag));
	return true;
}
