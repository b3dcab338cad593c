/* How far signatures have come, for who has to add theirs. */
#include "engine/repo_signing.h"

#include "model/minisign.h"
#include "store/signatures.h"

void signing_drop(struct signing *s)
{
	texts_drop(&s->has);
	texts_drop(&s->open);
}

static int add_id(struct texts *to, const struct buf *line, struct err *err)
{
	AUTO(buf) id = BUF_INIT;
	struct minisign_key key;

	if (minisign_key_parse(buf_span(line), &key, err) < 0)
		return -1;
	minisign_id_format(key.id, &id);
	texts_add(to, buf_span(&id));
	return 0;
}

int signing_read(struct span text, struct span file, const struct role *role, struct signing *out,
	struct err *err)
{
	AUTO(signatures) s;

	signatures_init(&s);
	if (file.n && signatures_check(text, file, role, &s, err) < 0)
		return -1;
	signing_drop(out);
	out->threshold = role->threshold;
	for (size_t i = 0; i < role->keys.of.n; i++)
		if (add_id(s.has[i] ? &out->has : &out->open, &role->keys.of.v[i], err) < 0)
			return -1;
	return 0;
}

int64_t signing_wanting(const struct signing *s)
{
	int64_t has = (int64_t)s->has.of.n;

	return has < s->threshold ? s->threshold - has : 0;
}
