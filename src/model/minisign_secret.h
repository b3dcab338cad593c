/* A secret key in minisign's file: its bytes, sealed by a password or not. The arithmetic is store/signer's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "model/minisign.h"

#define MINISIGN_SALT 32
#define MINISIGN_SEED 32
#define MINISIGN_CHECKSUM 32
#define MINISIGN_SECRET_MAX 4096 /* bytes of the file */

/* What the password's stream lies over, byte by byte. */
struct minisign_sealed {
	unsigned char id[MINISIGN_ID];
	unsigned char seed[MINISIGN_SEED];
	unsigned char key[MINISIGN_KEY]; /* the public one */
	unsigned char checksum[MINISIGN_CHECKSUM]; /* BLAKE2b-256 of minisign_secret_checked */
};

struct minisign_secret {
	bool sealed;
	unsigned char salt[MINISIGN_SALT];
	uint64_t ops, memory; /* for scrypt, as libsodium counts */
	struct minisign_sealed of;
};
/* Leaves nothing of it in memory. */
void minisign_secret_drop(struct minisign_secret *s);
/* ERR_FAILED, where it is none: what it says is not checked. */
MUST_USE int minisign_secret_parse(struct span text, struct minisign_secret *out, struct err *err);
void minisign_secret_format(const struct minisign_secret *s, struct buf *out);
/* Appends what the checksum is of. */
void minisign_secret_checked(const struct minisign_sealed *s, struct buf *out);
/* No checksum: minisign's keys without a password have none. */
bool minisign_secret_unchecked(const struct minisign_sealed *s);
