/* What a server wants to see of who asks: WWW-Authenticate (RFC 9110, 11.6.1), as registries use it. Pure. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

#define CHALLENGE_PARAMS_MAX 32 /* of one challenge, and challenges of one header */

struct challenge {
	bool basic; /* user and password will do */
	bool bearer; /* a token will do, which is had from `realm` */
	struct buf realm, service; /* of bearer; service may be empty */
};
void challenge_init(struct challenge *c);
void challenge_drop(struct challenge *c);

/* Into what was initialised. False where it is malformed, or states one thing twice. Schemes that are not known are passed over. */
bool challenge_parse(struct span header, struct challenge *out);
