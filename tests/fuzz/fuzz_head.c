/* Heads and roots of repositories: what is read is within its limits, and is written and read again as the same. */
/* LIBS: -ljansson -lyaml */
#include "fuzz.h"
#include "model/head.h"

static void check_role(const struct role *r)
{
	HOLDS(r->threshold >= 1 && (size_t)r->threshold <= r->keys.of.n && r->keys.of.n <= 16);
	VEC_FOR (const struct buf, key, &r->keys.of)
		HOLDS(key->n == 56);
}

static void check_root(struct span text)
{
	struct err err = ERR_INIT;
	AUTO(buf) once = BUF_INIT;
	AUTO(buf) twice = BUF_INIT;
	AUTO(root) r;
	AUTO(root) again;

	root_init(&r);
	root_init(&again);
	if (root_parse(text, &r, &err) < 0) {
		HOLDS(err.code == ERR_FAILED && err.text[0]);
		return;
	}
	HOLDS(r.version >= 1 && r.version <= REVISION_MAX && r.expires > r.time);
	check_role(&r.root);
	check_role(&r.index);
	root_format(&r, &once);
	HOLDS(root_parse(buf_span(&once), &again, &err) == 0);
	root_format(&again, &twice);
	HOLDS(span_is(buf_span(&once), buf_span(&twice)));
}

static void check_head(struct span text)
{
	struct err err = ERR_INIT;
	AUTO(buf) once = BUF_INIT;
	AUTO(buf) twice = BUF_INIT;
	AUTO(head) h;
	AUTO(head) again;

	head_init(&h);
	head_init(&again);
	if (head_parse(text, &h, &err) < 0) {
		HOLDS(err.code == ERR_FAILED && err.text[0]);
		return;
	}
	HOLDS(h.revision >= 1 && h.revision <= REVISION_MAX && h.expires > h.time);
	HOLDS(h.leaf_bits <= 16 && h.nodes.n == head_node_count(h.leaf_bits));
	HOLDS(h.whole.size >= 0 && h.whole.size <= 1 << 30 && h.whole.revision <= h.revision);
	head_format(&h, &once);
	HOLDS(head_parse(buf_span(&once), &again, &err) == 0);
	head_format(&again, &twice);
	HOLDS(span_is(buf_span(&once), buf_span(&twice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_root(fuzz_span(data, size));
	check_head(fuzz_span(data, size));
	return 0;
}
