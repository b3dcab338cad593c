/* The sha256 of bytes in memory. */
#include "store/sum.h"

#include <string.h>

#include "ext/digest.h"

int sum_of_bytes(struct span bytes, struct head_sum *out, struct err *err)
{
	unsigned char digest[HASH_MAX];
	struct hash *hash;

	if (hash_new("sha256", &hash, err) < 0)
		return -1;
	hash_add(hash, bytes.s, bytes.n);
	hash_end(hash, digest);
	hash_free(hash);
	memcpy(out->bytes, digest, sizeof(out->bytes));
	return 0;
}

bool sum_is(const struct head_sum *a, const struct head_sum *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool sum_is_none(const struct head_sum *s)
{
	static const struct head_sum none;

	return sum_is(s, &none);
}

void sum_format(const struct head_sum *s, struct buf *out)
{
	for (size_t i = 0; i < sizeof(s->bytes); i++)
		buf_addf(out, "%02x", s->bytes[i]);
}
