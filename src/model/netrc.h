/* A netrc file: users and passwords by host, as curl reads it. Pure. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

struct login {
	struct buf user, password;
};
#define LOGIN_INIT ((struct login){BUF_INIT, BUF_INIT})
void login_drop(struct login *l);

/* The first entry whose machine is the host, in either case, else `default`: 1; 0: none. Words stand between
 * blanks or in double quotes, in which \" \\ \n \r \t are escapes; macdef goes up to an empty line; a # at
 * the start of a line begins a comment. The whole text is looked at: what is malformed anywhere is
 * ERR_CONFIG with its line, and never with its words. */
MUST_USE int netrc_find(struct span text, struct span host, struct login *out, struct err *err);
