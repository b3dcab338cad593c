/* Which proxy a host is asked through. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

struct proxies {
	struct buf http, https; /* a proxy's URL for each of them; "" : none */
	/* Hosts that are asked without: names (with all below them), addresses, ADDRESS/BITS, or "*";
	 * with commas or blanks between, as of no_proxy. */
	struct buf except;
};
#define PROXIES_INIT ((struct proxies){BUF_INIT, BUF_INIT, BUF_INIT})
void proxies_drop(struct proxies *p);

/* `setting` is fetch.proxy: a URL for all hosts, "none", or "" for what the environment says. */
void proxies_set(struct proxies *p, struct span setting);
/* One "http_proxy=URL", "https_proxy=URL" or "no_proxy=HOSTS"; another name is passed over. */
void proxies_take(struct proxies *p, struct span variable);

/* The proxy's URL; NULL: none. The host is a URL's, an IPv6 address in brackets or not. */
const char *proxies_choose(const struct proxies *p, bool secure, struct span host);
