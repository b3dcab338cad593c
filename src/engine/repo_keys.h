/* Secret keys of who publishes a repository: read from their files, and made. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/texts.h"
#include "engine/engine.h"
#include "store/signer.h"

struct repo_keys {
	const struct texts *files;
	const char *
		password_file; /* a line for each key that has a password, the last line for all others; NULL: somebody is asked */
};
/* All of them, in that order. ERR_UNSAFE: others may write to the file, or read it while it has no password; ERR_INPUT: it wants a password, and
 * there is nobody to ask. */
MUST_USE int repo_keys_open(
	struct engine *e, const struct repo_keys *keys, struct signers *out, struct err *err);

struct repo_key_options {
	const char *output; /* without the suffixes; NULL: "repository" */
	const char *password_file; /* its first line; NULL: somebody is asked, twice */
	bool no_password;
};
struct repo_key_made {
	struct buf secret, public, line,
		id; /* the two files, the public key in a line, and its id */
};
void repo_key_made_drop(struct repo_key_made *m);
/* OUTPUT.key, for its owner alone, and OUTPUT.pub. Neither may be there. */
MUST_USE int engine_repo_key(struct engine *e, const struct repo_key_options *options,
	struct repo_key_made *out, struct err *err);
