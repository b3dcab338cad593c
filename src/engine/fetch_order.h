/* What the fetch worker is told: the URL, and all of the configuration that it needs. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/message.h"

/* With the limits, the proxies (of fetch.proxy, else of the environment), the certificates, and the login for this very
 * host (not if `anonymous`): that of the repository whose URL it is below, else what netrc has; nothing is gone on with. *out is to be dropped in any case. */
MUST_USE int fetch_order_make(const struct engine *e, const char *url, bool anonymous,
	struct fetch_order *out, struct err *err);

/* The proxies alone, into what is PROXIES_INIT: for rules that download by themselves. */
void fetch_proxies(const struct engine *e, struct proxies *out);
