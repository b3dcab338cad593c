/* The user and password that a host is given: of netrc, beside fardel.toml. */
#pragma once

#include "base/err.h"
#include "base/span.h"
#include "model/netrc.h"
#include "store/place.h"

/* What /etc/fardel/netrc has for the URL's host; nothing where there is no such file, or the URL holds a user itself.
 * ERR_UNSAFE where it belongs to anyone but root and us, or group or others may do anything with it. */
MUST_USE int login_find(
	const struct place *place, struct span url, struct login *out, struct err *err);
