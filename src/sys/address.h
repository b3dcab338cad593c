/* Network addresses: how far in they lead. */
#pragma once

#include <sys/socket.h>

#include "base/span.h"

/* The further down, the further in: what answers there trusts who comes from so near. */
enum address_reach {
	ADDRESS_PUBLIC,
	ADDRESS_PRIVATE, /* of this site: RFC 1918, RFC 6598, unique local */
	ADDRESS_LINK, /* of this link, where clouds keep their metadata; multicast, broadcast */
	ADDRESS_SELF, /* this machine */
};

/* IPv4 inside IPv6 (mapped, translated, 6to4) counts as what it holds, a site's own translation
 * (64:ff9b:1::/48) at least as private; another family as ADDRESS_SELF. */
enum address_reach address_reach(const struct sockaddr *address);

/* The same for a URL's host: an address, with or without brackets, or localhost; any other name is
 * ADDRESS_PUBLIC, as nobody has asked what it stands for. */
enum address_reach address_reach_of_host(struct span host);
