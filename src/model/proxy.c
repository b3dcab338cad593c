/* Which proxy a host is asked through. */
#include "model/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

void proxies_drop(struct proxies *p)
{
	buf_drop(&p->http);
	buf_drop(&p->https);
	buf_drop(&p->except);
}

void proxies_set(struct proxies *p, struct span setting)
{
	if (!setting.n || span_is_text(setting, "none"))
		return;
	buf_set(&p->http, setting);
	buf_set(&p->https, setting);
}

void proxies_take(struct proxies *p, struct span variable)
{
	struct {
		const char *name;
		struct buf *to;
	} rows[] = {
		{"http_proxy=", &p->http}, {"https_proxy=", &p->https}, {"no_proxy=", &p->except}};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (span_starts(variable, rows[i].name))
			buf_set(rows[i].to,
				span_trim(span_cut(variable, strlen(rows[i].name), variable.n)));
}

/* Its bytes: 4, 16, or 0 where it is no address. */
static unsigned parse_address(struct span x, unsigned char *bytes)
{
	char text[INET6_ADDRSTRLEN];

	if (x.n >= 2 && x.s[0] == '[' && x.s[x.n - 1] == ']')
		x = span_cut(x, 1, x.n - 2);
	if (!x.n || x.n >= sizeof(text) || memchr(x.s, 0, x.n))
		return 0;
	memcpy(text, x.s, x.n);
	text[x.n] = 0;
	if (inet_pton(AF_INET, text, bytes) == 1)
		return 4;
	return inet_pton(AF_INET6, text, bytes) == 1 ? 16 : 0;
}

/* Whether the address is the one of ADDRESS, or in ADDRESS/BITS. */
static bool is_in(const unsigned char *bytes, unsigned size, struct span range)
{
	unsigned char wanted[16];
	unsigned long long bits = (unsigned long long)size * 8;
	const char *slash = memchr(range.s, '/', range.n);
	struct span address = range;

	if (slash) {
		size_t n = (size_t)(slash - range.s);

		address.n = n;
		if (!span_number(span_cut(range, n + 1, range.n), bits, &bits))
			return false;
	}
	if (parse_address(address, wanted) != size || memcmp(bytes, wanted, bits / 8) != 0)
		return false;
	return bits % 8 == 0 || !((bytes[bits / 8] ^ wanted[bits / 8]) >> (8 - bits % 8));
}

static struct span without_dots(struct span x)
{
	if (x.n && x.s[0] == '.')
		x = span_cut(x, 1, x.n);
	if (x.n && x.s[x.n - 1] == '.')
		x.n--;
	return x;
}

/* The name itself, or one below it. */
static bool is_below(struct span host, struct span name)
{
	host = without_dots(host);
	name = without_dots(name);
	if (!name.n || host.n < name.n ||
		strncasecmp(host.s + host.n - name.n, name.s, name.n) != 0)
		return false;
	return host.n == name.n || host.s[host.n - name.n - 1] == '.';
}

static bool is_excepted(const struct proxies *p, struct span host)
{
	struct span rest = buf_span(&p->except);
	unsigned char bytes[16];
	unsigned size = parse_address(host, bytes);

	while (rest.n) {
		size_t n = 0;
		struct span one;

		while (n < rest.n && rest.s[n] != ',' && rest.s[n] != ' ' && rest.s[n] != '\t')
			n++;
		one = span_cut(rest, 0, n);
		rest = span_cut(rest, n + 1, rest.n);
		if (span_is_text(one, "*") ||
			(size ? is_in(bytes, size, one) : is_below(host, one)))
			return true;
	}
	return false;
}

const char *proxies_choose(const struct proxies *p, bool secure, struct span host)
{
	const struct buf *proxy = secure ? &p->https : &p->http;

	return proxy->n && !is_excepted(p, host) ? proxy->s : NULL;
}
