/* Message digests, by Nettle. */
#include "ext/digest.h"

#include <nettle/nettle-meta.h>
#include <stdlib.h>

#include "base/mem.h"

struct hash {
	const struct nettle_hash *kind;
	void *state;
};

int hash_new(const char *name, struct hash **out, struct err *err)
{
	const struct nettle_hash *kind = nettle_lookup_hash(name);

	if (!kind)
		return err_set(err, ERR_FAILED, "there is no digest %s", name);
	*out = mem_zero(1, sizeof(**out));
	(*out)->kind = kind;
	(*out)->state = mem_zero(1, kind->context_size);
	kind->init((*out)->state);
	return 0;
}

void hash_add(struct hash *h, const void *bytes, size_t n)
{
	h->kind->update(h->state, n, bytes);
}

size_t hash_end(struct hash *h, unsigned char *out)
{
	h->kind->digest(h->state, h->kind->digest_size, out);
	return h->kind->digest_size;
}

void hash_free(struct hash *h)
{
	if (!h)
		return;
	free(h->state);
	free(h);
}
