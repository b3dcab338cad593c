/* Network addresses: how far in they lead. */
#include "sys/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

struct range {
	unsigned char bytes[16];
	unsigned bits;
	enum address_reach reach;
};

static const struct range ranges4[] = {
	{{0}, 8, ADDRESS_SELF},
	{{127}, 8, ADDRESS_SELF},
	{{10}, 8, ADDRESS_PRIVATE},
	{{172, 16}, 12, ADDRESS_PRIVATE},
	{{192, 168}, 16, ADDRESS_PRIVATE},
	{{100, 64}, 10, ADDRESS_PRIVATE},
	{{198, 18}, 15, ADDRESS_PRIVATE}, /* of benchmarks: RFC 2544 */
	{{169, 254}, 16, ADDRESS_LINK},
	{{192, 0, 0}, 24, ADDRESS_LINK}, /* of protocols, and of a cloud's metadata: RFC 6890 */
	{{224}, 3, ADDRESS_LINK},
};

static const struct range ranges6[] = {
	{{0xfc}, 7, ADDRESS_PRIVATE},
	{{0xfe, 0xc0}, 10, ADDRESS_PRIVATE},
	{{0xfe, 0x80}, 10, ADDRESS_LINK},
	{{0xff}, 8, ADDRESS_LINK},
};

/* These hold the four bytes of an IPv4 address, and lead as far in as that, or as the range says. */
static const struct {
	struct range range;
	unsigned at; /* where those bytes begin */
} holders[] = {
	{{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, ADDRESS_PUBLIC}, 12},
	{{{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, ADDRESS_PUBLIC}, 12}, /* RFC 7915 */
	{{{0}, 96, ADDRESS_PUBLIC}, 12}, /* ::, ::1, and what RFC 4291 gave up */
	{{{0, 0x64, 0xff, 0x9b}, 96, ADDRESS_PUBLIC}, 12},
	{{{0, 0x64, 0xff, 0x9b, 0, 1}, 48, ADDRESS_PRIVATE}, 12}, /* of this site: RFC 8215 */
	{{{0x20, 0x02}, 16, ADDRESS_PUBLIC}, 2}, /* 6to4 */
};

static bool is_in(const unsigned char *bytes, const struct range *range)
{
	unsigned whole = range->bits / 8, rest = range->bits % 8;

	if (memcmp(bytes, range->bytes, whole) != 0)
		return false;
	return !rest || !((bytes[whole] ^ range->bytes[whole]) >> (8 - rest));
}

static enum address_reach reach_in(
	const unsigned char *bytes, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_in(bytes, &ranges[i]))
			return ranges[i].reach;
	return ADDRESS_PUBLIC;
}

static enum address_reach reach4(const unsigned char *bytes)
{
	return reach_in(bytes, ranges4, COUNT(ranges4));
}

static enum address_reach reach6(const unsigned char *bytes)
{
	for (size_t i = 0; i < COUNT(holders); i++) {
		enum address_reach held;

		if (!is_in(bytes, &holders[i].range))
			continue;
		held = reach4(bytes + holders[i].at);
		return held > holders[i].range.reach ? held : holders[i].range.reach;
	}
	return reach_in(bytes, ranges6, COUNT(ranges6));
}

enum address_reach address_reach(const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		return reach4((const unsigned char *)&v4.sin_addr);
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof(v6));
		return reach6(v6.sin6_addr.s6_addr);
	}
	return ADDRESS_SELF;
}

static bool is_localhost(struct span host)
{
	static const char name[] = "localhost";
	size_t n = sizeof(name) - 1;

	if (host.n && host.s[host.n - 1] == '.')
		host.n--;
	if (host.n < n || strncasecmp(host.s + host.n - n, name, n) != 0)
		return false;
	return host.n == n || host.s[host.n - n - 1] == '.';
}

enum address_reach address_reach_of_host(struct span host)
{
	unsigned char bytes[16];
	char text[INET6_ADDRSTRLEN];

	if (is_localhost(host))
		return ADDRESS_SELF;
	if (host.n >= 2 && host.s[0] == '[' && host.s[host.n - 1] == ']')
		host = span_cut(host, 1, host.n - 2);
	if (host.n >= sizeof(text) || memchr(host.s, 0, host.n))
		return ADDRESS_PUBLIC;
	memcpy(text, host.s, host.n);
	text[host.n] = 0;
	if (inet_pton(AF_INET, text, bytes) == 1)
		return reach4(bytes);
	return inet_pton(AF_INET6, text, bytes) == 1 ? reach6(bytes) : ADDRESS_PUBLIC;
}
