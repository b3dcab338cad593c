/* Ed25519 signatures, BLAKE2b and scrypt, by libsodium, as minisign has them: it is there in 0.2 ms, OpenSSL's libcrypto in 2.5. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

#define SIGN_KEY 32
#define SIGN_SEED 32
#define SIGN_SIGNATURE 64
#define SIGN_PREHASH 64
#define SIGN_CHECKSUM 32
#define SIGN_SALT 32

/* 1: it holds; 0: it does not; -1: that could not be found out. */
MUST_USE int sign_verify(const unsigned char key[SIGN_KEY], struct span text,
	const unsigned char signature[SIGN_SIGNATURE], struct err *err);
MUST_USE int sign_make(const unsigned char seed[SIGN_SEED], struct span text,
	unsigned char signature[SIGN_SIGNATURE], struct err *err);
/* The system's random numbers: of a new seed, a key's id, a salt. */
MUST_USE int sign_random(unsigned char *out, size_t n, struct err *err);
/* The public key of a secret. */
MUST_USE int sign_key(
	const unsigned char seed[SIGN_SEED], unsigned char key[SIGN_KEY], struct err *err);
/* BLAKE2b-512. */
void sign_prehash(struct span text, unsigned char out[SIGN_PREHASH]);
/* BLAKE2b-256: of secret keys' files. */
void sign_checksum(struct span text, unsigned char out[SIGN_CHECKSUM]);
/* scrypt, by libsodium's way from these limits to its parameters, which is minisign's. More than 2 GiB, or 2^28 ops, is refused. */
MUST_USE int sign_stretch(struct span password, const unsigned char salt[SIGN_SALT], uint64_t ops,
	uint64_t memory, unsigned char *out, size_t n, struct err *err);
