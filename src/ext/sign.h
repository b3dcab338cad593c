/* Ed25519 signatures, BLAKE2b-512 and scrypt, by OpenSSL's libcrypto: loaded when the first of these is called, for it takes a process
 * 3 ms to load and to set up. */
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

/* 1: it holds; 0: it does not; -1: that could not be found out. */
MUST_USE int sign_verify(const unsigned char key[SIGN_KEY], struct span text,
	const unsigned char signature[SIGN_SIGNATURE], struct err *err);
MUST_USE int sign_make(const unsigned char seed[SIGN_SEED], struct span text,
	unsigned char signature[SIGN_SIGNATURE], struct err *err);
/* A new secret, by the system's random numbers, and the key of one. */
MUST_USE int sign_new(unsigned char seed[SIGN_SEED], struct err *err);
MUST_USE int sign_key(
	const unsigned char seed[SIGN_SEED], unsigned char key[SIGN_KEY], struct err *err);
/* BLAKE2b-512. */
MUST_USE int sign_prehash(struct span text, unsigned char out[SIGN_PREHASH], struct err *err);
/* BLAKE2b-256: of secret keys' files. */
MUST_USE int sign_checksum(struct span text, unsigned char out[32], struct err *err);
/* What libsodium's crypto_pwhash_scryptsalsa208sha256 gives for these limits. */
MUST_USE int sign_stretch(struct span password, const unsigned char salt[32], uint64_t ops,
	uint64_t memory, unsigned char *out, size_t n, struct err *err);
