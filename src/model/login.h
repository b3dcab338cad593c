/* Logins that are for what lies below a URL. Pure. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"

struct url_login {
	struct buf base; /* the URL, without a slash at its end */
	struct buf user, password, token; /* any of them may be empty */
	bool registry; /* there are images */
	struct buf identity, realm; /* of those: as of struct fetch_order */
};
struct logins {
	VEC(struct url_login) of;
};
void logins_drop(struct logins *l);

/* A copy of the login, for `base` and what is below it. */
void logins_add(struct logins *l, struct span base, const struct url_login *login);
/* The one whose base is the longest that the URL is below; NULL: none. A URL with a user in it needs none. Borrowed. */
const struct url_login *logins_find(const struct logins *l, struct span url);
/* Whether that base has another login, which counts as it came first. */
bool logins_has_other(const struct logins *l, struct span base, const struct url_login *login);
/* Appends all bases that this login is for, a line each. */
void logins_bases(const struct logins *l, const struct url_login *login, struct buf *out);
/* Whether the URL is below one of such lines. */
bool login_is_for(struct span bases, struct span url);
