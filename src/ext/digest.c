/* Message digests, by OpenSSL's EVP. */
#include "ext/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/mem.h"

struct hash {
	EVP_MD_CTX *ctx;
};

int hash_new(const char *name, struct hash **out, struct err *err)
{
	const EVP_MD *md = EVP_get_digestbyname(name);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (!ctx)
		mem_panic("out of memory");
	if (!md || EVP_DigestInit_ex(ctx, md, NULL) != 1) {
		EVP_MD_CTX_free(ctx);
		return err_set(err, ERR_FAILED, "digest %s is not available on this system", name);
	}
	*out = mem_zero(1, sizeof(**out));
	(*out)->ctx = ctx;
	return 0;
}

void hash_add(struct hash *h, const void *bytes, size_t n)
{
	if (EVP_DigestUpdate(h->ctx, bytes, n) != 1)
		mem_panic("digest cannot be computed");
}

size_t hash_end(struct hash *h, unsigned char *out)
{
	unsigned n = 0;

	if (EVP_DigestFinal_ex(h->ctx, out, &n) != 1)
		mem_panic("digest cannot be computed");
	return n;
}

void hash_free(struct hash *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}
