/* Signed data, as of gpg --sign: verified and unpacked by gpgv, which is confined as our own workers are. */
#pragma once

#include "base/err.h"
#include "base/span.h"
#include "engine/session.h"

/* Reads the public keys at `path` (below the root): a file of root's that nobody else may write to. ERR_CONFIG where it is not there, or
 * is none that gpgv reads. */
MUST_USE int signed_keyring(
	const struct engine *e, const char *path, struct buf *out, struct err *err);

/* What was signed goes to the file `out`; it is of no use where this fails. ERR_CHECKSUM: it is not signed by a key of the
 * keyring alone; or more than `max` bytes are in it. The key's fingerprint is appended to *key. */
MUST_USE int signed_unpack(struct engine *e, struct span keyring, struct span data, int64_t max,
	int out, struct buf *key, struct err *err);
