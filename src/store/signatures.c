/* Signatures, held against the keys of a role. */
#include "store/signatures.h"

#include <string.h>

#include "ext/sign.h"
#include "model/minisign.h"

void signatures_init(struct signatures *s)
{
	*s = (struct signatures){.others = BUF_INIT, .broken = BUF_INIT};
}

void signatures_drop(struct signatures *s)
{
	buf_drop(&s->others);
	buf_drop(&s->broken);
}

static void add_id(struct buf *list, const unsigned char id[MINISIGN_ID])
{
	if (list->n)
		buf_adds(list, ", ");
	minisign_id_format(id, list);
}

/* 1: it holds, over the text and over its comment. */
static int verify(const struct minisign_key *key, const struct minisign_signature *s,
	const unsigned char hash[SIGN_PREHASH], struct err *err)
{
	AUTO(buf) both = BUF_INIT;
	int holds = sign_verify(
		key->key, (struct span){(const char *)hash, SIGN_PREHASH}, s->signature, err);

	if (holds <= 0)
		return holds;
	buf_add(&both, s->signature, MINISIGN_SIGNATURE);
	buf_add_span(&both, s->comment);
	return sign_verify(key->key, buf_span(&both), s->comment_signature, err);
}

/* Which of the role's keys has that id; -1: none. *key is that one. */
static int find(
	const struct role *role, const unsigned char id[MINISIGN_ID], struct minisign_key *key)
{
	for (size_t i = 0; i < role->keys.of.n; i++) {
		struct err err = ERR_INIT;

		if (minisign_key_parse(buf_span(&role->keys.of.v[i]), key, &err) == 0 &&
			memcmp(key->id, id, MINISIGN_ID) == 0)
			return (int)i;
	}
	return -1;
}

static int count_one(const struct role *role, const struct minisign_signature *s,
	const unsigned char hash[SIGN_PREHASH], struct signatures *out, struct err *err)
{
	struct minisign_key key;
	int at = find(role, s->id, &key), holds;

	if (at < 0 || at >= ROLE_KEYS_MAX) {
		add_id(&out->others, s->id);
		return 0;
	}
	holds = verify(&key, s, hash, err);
	if (holds < 0)
		return -1;
	if (!holds) {
		add_id(&out->broken, s->id);
	} else if (!out->has[at]) {
		out->has[at] = true;
		out->count++;
	}
	return 0;
}

int signatures_check(struct span text, struct span file, const struct role *role,
	struct signatures *out, struct err *err)
{
	struct minisign_signatures all = {0};
	unsigned char hash[SIGN_PREHASH];
	int status = minisign_parse(file, &all, err);

	sign_prehash(text, hash);
	for (size_t i = 0; status == 0 && i < all.of.n; i++)
		status = count_one(role, &all.of.v[i], hash, out, err);
	minisign_signatures_drop(&all);
	return status;
}
