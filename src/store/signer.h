/* Who signs: a secret key in memory, out of its file and into one. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "model/minisign.h"
#include "model/minisign_secret.h"

struct signer {
	struct minisign_key key;
	unsigned char seed[MINISIGN_SEED];
};
void signer_drop(struct signer *s); /* leaves nothing of it in memory */

struct signers {
	VEC(struct signer) of;
};
void signers_drop(struct signers *s);

/* A new key. */
MUST_USE int signer_new(struct signer *out, struct err *err);
/* Opens a key's file; the password counts only where it is sealed. ERR_FAILED: it is not the password, or the file is damaged. */
MUST_USE int signer_open(const struct minisign_secret *file, struct span password,
	struct signer *out, struct err *err);
/* What to write into a key's file; without a password (empty) not sealed. As minisign does it, which takes a GiB of memory for some seconds. */
MUST_USE int signer_seal(
	const struct signer *s, struct span password, struct minisign_secret *out, struct err *err);
/* Appends a signature of `text`, of four lines. The comment is one line. */
MUST_USE int signer_sign(const struct signer *s, struct span text, struct span comment,
	struct buf *out, struct err *err);
