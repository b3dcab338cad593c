/* Leaves of a repository's index. */
#include "store/leaf.h"

#include <string.h>

#include "base/mem.h"
#include "ext/zstd.h"
#include "store/sum.h"

#define WINDOW_LOG 23
#define LEVEL 15
#define QUICK 1
#define STEP (64 << 10) /* bytes that are unpacked at once */

void offers_drop(struct offers *o)
{
	vec_drop_each(&o->of, offer_drop);
}

static void sum(struct span bytes, struct head_sum *out)
{
	struct err impossible = ERR_INIT;

	if (sum_of_bytes(bytes, out, &impossible) < 0)
		mem_panic("there is no sha256");
}

void leaf_sum(struct span file, struct head_sum *out)
{
	*out = (struct head_sum){{0}};
	if (file.n)
		sum(file, out);
}

unsigned leaf_of(unsigned leaf_bits, struct span name)
{
	struct head_sum of_name;

	sum(name, &of_name);
	return head_leaf_of(leaf_bits, of_name.bytes);
}

void leaf_text(const struct offer *const *offers, size_t count, struct buf *text)
{
	for (size_t i = 0; i < count; i++) {
		offer_format(offers[i], text);
		buf_addc(text, '\n');
	}
}

/* All of it, in pieces, until the stream has ended. */
static int flow(struct stream *s, struct span in, size_t max, struct buf *out, struct err *err)
{
	size_t from = out->n;

	for (;;) {
		struct span before = in;
		long n;

		buf_reserve(out, STEP);
		n = in.n ? s->run(s, &in, out->s + out->n, STEP, err)
			 : s->end(s, out->s + out->n, STEP, err);
		if (n < 0)
			return -1;
		out->n += (size_t)n;
		out->s[out->n] = 0;
		if (out->n - from > max)
			return err_set(err, ERR_CHECKSUM, "it is longer than %zu bytes", max);
		if (!before.n && !n)
			return 0;
		if (!n && in.n == before.n)
			return err_set(err, ERR_CHECKSUM, "something stands behind its end");
	}
}

static int pack(struct span text, int level, struct buf *file, struct err *err)
{
	struct stream *s;
	int result;

	if (text.n > LEAF_UNPACKED_MAX)
		return err_set(err, ERR_FAILED, "a leaf has %zu bytes, %d are the most", text.n,
			LEAF_UNPACKED_MAX);
	s = zstd_new(&(struct zstd_options){level, WINDOW_LOG, (int64_t)text.n});
	result = flow(s, text, LEAF_MAX, file, err);
	s->free(s);
	return result;
}

int leaf_pack(struct span text, struct buf *file, struct err *err)
{
	return pack(text, LEVEL, file, err);
}

int leaf_pack_quickly(struct span text, struct buf *file, struct err *err)
{
	return pack(text, QUICK, file, err);
}

void leaf_unpacker_drop(struct leaf_unpacker *u)
{
	if (u->zstd)
		u->zstd->free(u->zstd);
	u->zstd = NULL;
}

/* Behind the end of a file zstd takes the next one; behind damage it takes nothing. */
int leaf_unpack(struct leaf_unpacker *u, struct span file, struct buf *text, struct err *err)
{
	struct err why = ERR_INIT;

	if (file.n > LEAF_MAX)
		return err_set(err, ERR_CHECKSUM, "it is longer than %d bytes", LEAF_MAX);
	if (!u->zstd)
		u->zstd = unzstd_new(WINDOW_LOG);
	if (flow(u->zstd, file, LEAF_UNPACKED_MAX, text, &why) == 0)
		return 0;
	leaf_unpacker_drop(u);
	return err_set(err, ERR_CHECKSUM, "%s", why.text);
}

static int take_line(
	struct span line, unsigned number, unsigned leaf_bits, struct offers *out, struct err *err)
{
	struct offer *offer = vec_push(&out->of);

	offer_init(offer);
	if (offer_parse(line, offer, err) < 0)
		return -1;
	if (leaf_of(leaf_bits, buf_span(&offer->name)) != number)
		return err_set(err, ERR_CHECKSUM, "%s belongs into another leaf", offer->name.s);
	if (out->of.n > 1 && offer_compare(offer - 1, offer) >= 0)
		return err_set(err, ERR_CHECKSUM, "%s does not stand behind what is before it",
			offer->name.s);
	return 0;
}

static int parse_lines(
	struct span rest, unsigned number, unsigned leaf_bits, struct offers *out, struct err *err)
{
	struct span line;

	if (!span_ends(rest, "\n"))
		return err_set(err, ERR_CHECKSUM, "its last line is cut off");
	while (span_split(&rest, '\n', &line)) {
		struct err why = ERR_INIT;

		if (take_line(line, number, leaf_bits, out, &why) < 0)
			return err_set(err, ERR_CHECKSUM, "line %zu: %s", out->of.n, why.text);
	}
	return 0;
}

int leaf_parse(
	struct span file, unsigned number, unsigned leaf_bits, struct offers *out, struct err *err)
{
	AUTO(leaf_unpacker) unpacker = {0};
	AUTO(buf) text = BUF_INIT;

	if (!file.n)
		return 0;
	if (leaf_unpack(&unpacker, file, &text, err) < 0 ||
		parse_lines(buf_span(&text), number, leaf_bits, out, err) < 0)
		return err_at(err, "leaf %u", number);
	return 0;
}

/* Whether a name may be written in it by JSON's escapes: \u0071, or a\/b. */
static bool has_escapes(struct span line)
{
	const char *at = line.s, *end = line.s + line.n;

	while ((at = memchr(at, '\\', (size_t)(end - at))) && end - at > 1) {
		if (at[1] == 'u' || at[1] == '/')
			return true;
		at += 2;
	}
	return false;
}

/* Whether a line may be the one of that name, which is given in its quotes. */
static bool may_name(struct span line, const struct buf *quoted)
{
	return memmem(line.s, line.n, quoted->s, quoted->n) || has_escapes(line);
}

static int find_line(struct span rest, const struct leaf_want *want, struct err *err)
{
	AUTO(buf) quoted = BUF_INIT;
	struct span line;

	buf_addf(&quoted, "\"%.*s\"", SPAN_ARG(want->name));
	while (span_split(&rest, '\n', &line)) {
		AUTO(offer) offer;
		struct offer swap;

		offer_init(&offer);
		if (!may_name(line, &quoted))
			continue;
		if (offer_parse(line, &offer, err) < 0)
			return -1;
		if (!span_is(buf_span(&offer.name), want->name) ||
			!span_is(buf_span(&offer.version), want->version))
			continue;
		swap = *want->to;
		*want->to = offer;
		offer = swap;
		return 0;
	}
	return 0;
}

int leaf_find(struct span text, const struct leaf_want *wants, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		struct err why = ERR_INIT;

		if (find_line(text, &wants[i], &why) < 0)
			return err_set(err, ERR_CHECKSUM, "the leaf of %.*s: %s",
				SPAN_ARG(wants[i].name), why.text);
	}
	return 0;
}
