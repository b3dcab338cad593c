/* Ed25519, BLAKE2b and scrypt, by libsodium. */
#include "ext/sign.h"

#include <sodium.h>
#include <sys/random.h>

#define MEMORY_MAX ((uint64_t)2 << 30) /* of scrypt; minisign asks for 2^30, and 2^25 for ops */
#define OPS_MAX ((uint64_t)1 << 28)

/* Its choice of code for this processor; without it the slowest is taken. That it is called again costs nothing. */
static int ready(struct err *err)
{
	if (sodium_init() < 0)
		return err_set(err, ERR_FAILED, "libsodium cannot be set up");
	return 0;
}

int sign_verify(const unsigned char key[SIGN_KEY], struct span text,
	const unsigned char signature[SIGN_SIGNATURE], struct err *err)
{
	if (ready(err) < 0)
		return -1;
	return crypto_sign_ed25519_verify_detached(
		       signature, (const unsigned char *)text.s, text.n, key) == 0;
}

/* The public key; and `both`, what libsodium signs with, which the caller must wipe. */
static int keys_of(const unsigned char seed[SIGN_SEED], unsigned char key[SIGN_KEY],
	unsigned char both[crypto_sign_ed25519_SECRETKEYBYTES], struct err *err)
{
	if (ready(err) < 0)
		return -1;
	if (crypto_sign_ed25519_seed_keypair(key, both, seed) < 0)
		return err_set(err, ERR_FAILED, "libsodium failed: use a key");
	return 0;
}

int sign_make(const unsigned char seed[SIGN_SEED], struct span text,
	unsigned char signature[SIGN_SIGNATURE], struct err *err)
{
	unsigned char key[SIGN_KEY], both[crypto_sign_ed25519_SECRETKEYBYTES];
	int status = keys_of(seed, key, both, err);

	if (status == 0 && crypto_sign_ed25519_detached(signature, NULL,
				   (const unsigned char *)text.s, text.n, both) < 0)
		status = err_set(err, ERR_FAILED, "libsodium failed: sign");
	sodium_memzero(both, sizeof(both));
	return status;
}

int sign_random(unsigned char *out, size_t n, struct err *err)
{
	if (getrandom(out, n, 0) != (ssize_t)n)
		return err_sys(err, "get random numbers");
	return 0;
}

int sign_key(const unsigned char seed[SIGN_SEED], unsigned char key[SIGN_KEY], struct err *err)
{
	unsigned char both[crypto_sign_ed25519_SECRETKEYBYTES];
	int status = keys_of(seed, key, both, err);

	sodium_memzero(both, sizeof(both));
	return status;
}

/* Without a key, of any length up to 64 bytes. */
static void blake2b(struct span text, unsigned char *out, size_t n)
{
	crypto_generichash_blake2b(out, n, (const unsigned char *)text.s, text.n, NULL, 0);
}

void sign_prehash(struct span text, unsigned char out[SIGN_PREHASH])
{
	blake2b(text, out, SIGN_PREHASH);
}

void sign_checksum(struct span text, unsigned char out[SIGN_CHECKSUM])
{
	blake2b(text, out, SIGN_CHECKSUM);
}

int sign_stretch(struct span password, const unsigned char salt[SIGN_SALT], uint64_t ops,
	uint64_t memory, unsigned char *out, size_t n, struct err *err)
{
	if (memory > MEMORY_MAX || ops > OPS_MAX)
		return err_set(err, ERR_FAILED,
			"the key's file asks for more work than any password is worth");
	if (ready(err) < 0)
		return -1;
	if (crypto_pwhash_scryptsalsa208sha256(out, n, password.s, password.n, salt, ops, memory) <
		0)
		return err_set(err, ERR_FAILED, "scrypt failed; it needs %llu MiB of memory",
			(unsigned long long)(memory >> 20));
	return 0;
}
