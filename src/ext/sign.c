/* Ed25519, BLAKE2b-512 and scrypt, by OpenSSL's libcrypto. */
#include "ext/sign.h"

#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/random.h>

#include "base/blake2b.h"

#define LIBRARY "libcrypto.so.3" /* debian/control names its package */
#define MEMORY_MAX ((uint64_t)2 << 30) /* of scrypt; minisign asks for 2^30, and 2^25 for ops */
#define OPS_MAX ((uint64_t)1 << 28)

#define FUNCTIONS(X) \
	X(OPENSSL_init_crypto) \
	X(OSSL_LIB_CTX_get0_global_default) \
	X(EVP_PKEY_new_raw_private_key) \
	X(EVP_PKEY_new_raw_public_key) \
	X(EVP_PKEY_get_raw_public_key) \
	X(EVP_PKEY_free) \
	X(EVP_MD_CTX_new) \
	X(EVP_MD_CTX_free) \
	X(EVP_DigestSignInit) \
	X(EVP_DigestSign) \
	X(EVP_DigestVerifyInit) \
	X(EVP_DigestVerify) \
	X(EVP_blake2b512) \
	X(EVP_Digest) \
	X(EVP_PBE_scrypt)

#define MEMBER(name) __typeof__(name) *name;
static struct {
	void *library;
	FUNCTIONS(MEMBER)
} crypto;
#undef MEMBER

/* What a caller's environment has for it, OPENSSL_CONF and the programs that this may load, is nothing to us. */
static int load(struct err *err)
{
#define ROW(name) {#name, (void **)&crypto.name},
	static const struct {
		const char *name;
		void **at;
	} functions[] = {FUNCTIONS(ROW)};
#undef ROW
	void *library;

	if (crypto.library)
		return 0;
	library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		err_set(err, ERR_FAILED, "signatures cannot be checked: %s", dlerror());
		return err_next(err, "install OpenSSL's library: apt install libssl3");
	}
	for (size_t i = 0; i < COUNT(functions); i++) {
		*functions[i].at = dlsym(library, functions[i].name);
		if (!*functions[i].at)
			return err_set(err, ERR_FAILED, LIBRARY " has no %s", functions[i].name);
	}
	/* Without that context, for lack of memory, later calls would crash. */
	if (!crypto.OPENSSL_init_crypto(
		    OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, NULL) ||
		!crypto.OSSL_LIB_CTX_get0_global_default())
		return err_set(err, ERR_FAILED, LIBRARY " cannot be set up: out of memory");
	crypto.library = library;
	return 0;
}

void sign_ready(void)
{
	struct err ignored = ERR_INIT;

	if (load(&ignored) < 0)
		err_clear(&ignored);
}

static int failed(const char *what, struct err *err)
{
	return err_set(err, ERR_FAILED, LIBRARY " failed: %s", what);
}

static int verify_with(EVP_PKEY *key, struct span text, const unsigned char *signature)
{
	EVP_MD_CTX *ctx = crypto.EVP_MD_CTX_new();
	int result = -1;

	if (ctx && crypto.EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1)
		result = crypto.EVP_DigestVerify(
			ctx, signature, SIGN_SIGNATURE, (const unsigned char *)text.s, text.n);
	crypto.EVP_MD_CTX_free(ctx);
	return result;
}

int sign_verify(const unsigned char key[SIGN_KEY], struct span text,
	const unsigned char signature[SIGN_SIGNATURE], struct err *err)
{
	EVP_PKEY *k;
	int result;

	if (load(err) < 0)
		return -1;
	k = crypto.EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, SIGN_KEY);
	result = k ? verify_with(k, text, signature) : -1;
	crypto.EVP_PKEY_free(k);
	return result < 0 ? failed("check a signature", err) : result == 1;
}

/* NULL with err. */
static EVP_PKEY *private_key(const unsigned char seed[SIGN_SEED], struct err *err)
{
	EVP_PKEY *key;

	if (load(err) < 0)
		return NULL;
	key = crypto.EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, SIGN_SEED);
	if (!key)
		failed("use a key", err);
	return key;
}

int sign_make(const unsigned char seed[SIGN_SEED], struct span text,
	unsigned char signature[SIGN_SIGNATURE], struct err *err)
{
	EVP_PKEY *key = private_key(seed, err);
	EVP_MD_CTX *ctx = key ? crypto.EVP_MD_CTX_new() : NULL;
	size_t n = SIGN_SIGNATURE;
	bool done;

	if (!key)
		return -1;
	done = ctx && crypto.EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
	       crypto.EVP_DigestSign(ctx, signature, &n, (const unsigned char *)text.s, text.n) ==
		       1 &&
	       n == SIGN_SIGNATURE;
	crypto.EVP_MD_CTX_free(ctx);
	crypto.EVP_PKEY_free(key);
	return done ? 0 : failed("sign", err);
}

int sign_random(unsigned char *out, size_t n, struct err *err)
{
	if (getrandom(out, n, 0) != (ssize_t)n)
		return err_sys(err, "get random numbers");
	return 0;
}

int sign_key(const unsigned char seed[SIGN_SEED], unsigned char key[SIGN_KEY], struct err *err)
{
	EVP_PKEY *k = private_key(seed, err);
	size_t n = SIGN_KEY;
	bool done;

	if (!k)
		return -1;
	done = crypto.EVP_PKEY_get_raw_public_key(k, key, &n) == 1 && n == SIGN_KEY;
	crypto.EVP_PKEY_free(k);
	return done ? 0 : failed("make a key", err);
}

int sign_prehash(struct span text, unsigned char out[SIGN_PREHASH], struct err *err)
{
	unsigned n = 0;

	if (load(err) < 0)
		return -1;
	if (crypto.EVP_Digest(text.s, text.n, out, &n, crypto.EVP_blake2b512(), NULL) != 1 ||
		n != SIGN_PREHASH)
		return failed("BLAKE2b", err);
	return 0;
}

void sign_checksum(struct span text, unsigned char out[SIGN_CHECKSUM])
{
	blake2b(text, out, SIGN_CHECKSUM);
}

/* The greatest power of two that is not above `most`; at least 2. */
static uint64_t power_below(uint64_t most)
{
	uint64_t n = 2;

	while (n <= most / 2)
		n *= 2;
	return n;
}

int sign_stretch(struct span password, const unsigned char salt[SIGN_SALT], uint64_t ops,
	uint64_t memory, unsigned char *out, size_t n, struct err *err)
{
	const uint64_t r = 8;
	uint64_t count, p = 1;

	if (ops < 32768)
		ops = 32768;
	if (memory > MEMORY_MAX || ops > OPS_MAX)
		return err_set(err, ERR_FAILED,
			"the key's file asks for more work than any password is worth");
	if (ops < memory / 32) {
		count = power_below(ops / (r * 4));
	} else {
		count = power_below(memory / (r * 128));
		p = ops / 4 / count / r;
	}
	if (load(err) < 0)
		return -1;
	if (crypto.EVP_PBE_scrypt(password.s, password.n, salt, SIGN_SALT, count, r, p,
		    2 * MEMORY_MAX, out, n) != 1)
		return err_set(err, ERR_FAILED, "scrypt failed; it needs %llu MiB of memory",
			(unsigned long long)(128 * r * (count + p) >> 20));
	return 0;
}
