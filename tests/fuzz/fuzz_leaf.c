/* A leaf of a repository's index: the first byte says whether it is a file as it comes, or the lines that are in one. What is read is within its bounds, sorted, and
 * written and read again as the same; each of its packages is found in it. */
/* LIBS: -lzstd -lyaml -ljansson */
#include <string.h>

#include "fuzz.h"
#include "store/leaf.h"

#define BITS 0 /* one leaf for all */

/* The one way that it is written. */
static void write_leaf(const struct offers *all, struct buf *text)
{
	VEC(const struct offer *) each = {0};

	VEC_FOR (const struct offer, o, &all->of)
		*vec_push(&each) = o;
	leaf_text(each.v, each.n, text);
	vec_drop(&each);
}

/* By its text alone, as it is looked for in an index. */
static void find(struct span text, const struct offer *o)
{
	struct err err = ERR_INIT;
	struct offer found;
	struct leaf_want want = {buf_span(&o->name), buf_span(&o->version), &found, 0};

	offer_init(&found);
	HOLDS(leaf_find(text, &want, 1, &err) == 0);
	HOLDS(offer_compare(&found, o) == 0);
	offer_drop(&found);
}

static void check(const struct offers *all)
{
	struct buf text = BUF_INIT, file = BUF_INIT, twice = BUF_INIT;
	struct offers again = {0};
	struct err err = ERR_INIT;

	for (size_t i = 1; i < all->of.n; i++)
		HOLDS(offer_compare(&all->of.v[i - 1], &all->of.v[i]) < 0);
	write_leaf(all, &text);
	/* What is escaped may be longer than a line, or a leaf, can be. */
	if (leaf_pack(buf_span(&text), &file, &err) == 0 &&
		leaf_parse(buf_span(&file), 0, BITS, &again, &err) == 0) {
		HOLDS(again.of.n == all->of.n);
		write_leaf(&again, &twice);
		HOLDS(span_is(buf_span(&text), buf_span(&twice)));
		for (size_t i = 0; i < again.of.n && i < 8; i++)
			find(buf_span(&text), &again.of.v[i]);
	}
	offers_drop(&again);
	buf_drop(&text);
	buf_drop(&file);
	buf_drop(&twice);
}

/* Lines that nobody has looked at: an answer or an error. */
static void look(struct span text)
{
	struct err err = ERR_INIT;
	struct offer found;
	struct leaf_want want = {SPAN("zoom"), SPAN("1"), &found, 0};

	offer_init(&found);
	if (leaf_find(text, &want, 1, &err) < 0)
		HOLDS(err.code == ERR_CHECKSUM && err.text[0]);
	else
		HOLDS(!found.name.n || span_is_text(buf_span(&found.name), "zoom"));
	offer_drop(&found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);
	struct buf file = BUF_INIT;
	struct offers all = {0};
	struct err err = ERR_INIT;

	if (!size)
		return 0;
	text = span_cut(text, 1, text.n);
	if (data[0] == 'f') {
		buf_set(&file, text);
	} else {
		look(text);
		HOLDS(leaf_pack(text, &file, &err) == 0);
	}
	if (leaf_parse(buf_span(&file), 0, BITS, &all, &err) < 0)
		HOLDS(err.code == ERR_CHECKSUM && err.text[0]);
	else
		check(&all);
	offers_drop(&all);
	buf_drop(&file);
	return 0;
}
