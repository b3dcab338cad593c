/* What the fetch worker is told: the URL, and all of the configuration that it needs. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/message.h"

/* Who is told which passwords. */
enum fetch_logins {
	FETCH_LOGINS, /* that of the repository whose URL it is below, else what netrc has for the host */
	FETCH_LOGIN_OF_REPOSITORY, /* the first of these alone: where nobody has signed where it is to be had */
	FETCH_NO_LOGIN,
};

/* With the limits, the proxies (of fetch.proxy, else of the environment), the certificates, and the login for this very
 * host; nothing is gone on with. *out is to be dropped in any case. */
MUST_USE int fetch_order_make(const struct engine *e, const char *url, enum fetch_logins logins,
	struct fetch_order *out, struct err *err);

/* The proxies alone, into what is PROXIES_INIT: for rules that download by themselves. */
void fetch_proxies(const struct engine *e, struct proxies *out);
