/* Kinds of values in an offer. */
#include "model/offer_rows.h"

#include <string.h>

#include "base/texts.h"
#include "model/digest.h"
#include "model/pack.h"
#include "model/relation.h"

#define ITEM_SIZE 4096 /* bytes of a text in a list */
#define FORMAT_MAX 999
#define SIZE_MAXIMUM ((int64_t)1 << 50)

bool offer_row_is_hex(struct span x)
{
	for (size_t i = 0; i < x.n; i++)
		if (!strchr("0123456789abcdef", x.s[i]))
			return false;
	return true;
}

static void *place(const struct offer_row *row, void *base)
{
	return (char *)base + row->at;
}

static const void *look(const struct offer_row *row, const void *base)
{
	return (const char *)base + row->at;
}

int offer_row_refuse(const struct offer_row *row, struct err *err)
{
	return err_set(err, ERR_FAILED, "%s must be %s", row->key, row->must);
}

static int read_text(
	const struct offer_row *row, const struct json *value, void *base, struct err *err)
{
	const char *text = json_as_text(value);

	if (!text || strlen(text) > row->max || !row->is(span_of(text)))
		return offer_row_refuse(row, err);
	buf_sets(place(row, base), text);
	return 0;
}

static void put_text(const struct offer_row *row, const void *base, struct json *object)
{
	const struct buf *text = look(row, base);

	if (text->n)
		json_put_text(object, row->key, buf_span(text));
}

static bool text_holds(const struct offer_row *row, const void *base)
{
	const struct buf *text = look(row, base);

	return text->n ? text->n <= row->max && row->is(buf_span(text)) : !row->needed;
}

static int read_flag(
	const struct offer_row *row, const struct json *value, void *base, struct err *err)
{
	if (json_kind(value) != JSON_IS_BOOL)
		return offer_row_refuse(row, err);
	*(bool *)place(row, base) = json_as_bool(value);
	return 0;
}

static void put_flag(const struct offer_row *row, const void *base, struct json *object)
{
	if (*(const bool *)look(row, base))
		json_put_bool(object, row->key, true);
}

static int read_format(
	const struct offer_row *row, const struct json *value, void *base, struct err *err)
{
	int64_t n = json_kind(value) == JSON_IS_INTEGER ? json_as_number(value) : 0;

	if (n < 1 || n > FORMAT_MAX)
		return offer_row_refuse(row, err);
	*(int *)place(row, base) = (int)n;
	return 0;
}

static bool format_holds(const struct offer_row *row, const void *base)
{
	int n = *(const int *)look(row, base);

	return n >= 1 && n <= FORMAT_MAX;
}

static void put_format(const struct offer_row *row, const void *base, struct json *object)
{
	json_put_number(object, row->key, *(const int *)look(row, base));
}

static int read_size(
	const struct offer_row *row, const struct json *value, void *base, struct err *err)
{
	int64_t n = json_kind(value) == JSON_IS_INTEGER ? json_as_number(value) : -1;

	if (n < 0 || n > SIZE_MAXIMUM)
		return offer_row_refuse(row, err);
	*(int64_t *)place(row, base) = n;
	return 0;
}

static bool size_holds(const struct offer_row *row, const void *base)
{
	int64_t n = *(const int64_t *)look(row, base);

	return n <= SIZE_MAXIMUM && (n >= 0 || !row->needed);
}

static void put_size(const struct offer_row *row, const void *base, struct json *object)
{
	int64_t n = *(const int64_t *)look(row, base);

	if (n >= 0)
		json_put_number(object, row->key, n);
}

static int read_integer(
	const struct offer_row *row, const struct json *value, void *base, struct err *err)
{
	if (json_kind(value) != JSON_IS_INTEGER)
		return offer_row_refuse(row, err);
	*(int64_t *)place(row, base) = json_as_number(value);
	return 0;
}

static void put_integer(const struct offer_row *row, const void *base, struct json *object)
{
	int64_t n = *(const int64_t *)look(row, base);

	if (n)
		json_put_number(object, row->key, n);
}

static bool read_digest(enum digest_kind kind, const struct json *value, struct digest *out)
{
	struct span hex = span_of(json_as_text(value));

	return offer_row_is_hex(hex) && digest_parse(kind, hex, out);
}

static void put_digest(const char *key, const struct digest *d, struct json *object)
{
	AUTO(buf) hex = BUF_INIT;

	digest_format(&hex, d);
	json_put_text(object, key, buf_span(&hex));
}

static int read_sha256(
	const struct offer_row *row, const struct json *value, void *base, struct err *err)
{
	return read_digest(DIGEST_SHA256, value, place(row, base)) ? 0 : offer_row_refuse(row, err);
}

static void put_sha256(const struct offer_row *row, const void *base, struct json *object)
{
	put_digest(row->key, look(row, base), object);
}

/* Of a pack: the row's place is the kind. */
static int read_sum(
	const struct offer_row *row, const struct json *value, void *base, struct err *err)
{
	enum digest_kind kind = (enum digest_kind)row->at;
	struct sums *sums = &((struct pack *)base)->sums;

	sums->has[kind] = read_digest(kind, value, &sums->of[kind]);
	return sums->has[kind] ? 0 : offer_row_refuse(row, err);
}

static void put_sum(const struct offer_row *row, const void *base, struct json *object)
{
	const struct sums *sums = &((const struct pack *)base)->sums;

	if (sums->has[row->at])
		put_digest(row->key, &sums->of[row->at], object);
}

int offer_row_check_list(const struct offer_row *row, const struct json *value, struct err *err)
{
	if (!json_is_list(value))
		return offer_row_refuse(row, err);
	if (json_count(value) > row->max)
		return err_set(err, ERR_FAILED, "%s has more than %zu values", row->key, row->max);
	return 0;
}

static int read_texts(
	const struct offer_row *row, const struct json *value, void *base, struct err *err)
{
	if (offer_row_check_list(row, value, err) < 0)
		return -1;
	for (size_t i = 0; i < json_count(value); i++) {
		struct span x = span_of(json_as_text(json_at(value, i)));

		if (!x.n || x.n > ITEM_SIZE || !row->is(x))
			return offer_row_refuse(row, err);
		texts_add(place(row, base), x);
	}
	return 0;
}

static void put_texts(const struct offer_row *row, const void *base, struct json *object)
{
	const struct texts *texts = look(row, base);
	struct json *list = texts->of.n ? json_array() : NULL;

	VEC_FOR (const struct buf, text, &texts->of)
		json_append(list, json_text(buf_span(text)));
	if (list)
		json_put(object, row->key, list);
}

static bool texts_hold(const struct offer_row *row, const void *base)
{
	const struct texts *texts = look(row, base);

	if (texts->of.n > row->max)
		return false;
	VEC_FOR (const struct buf, text, &texts->of)
		if (!text->n || text->n > ITEM_SIZE || !row->is(buf_span(text)))
			return false;
	return true;
}

static int read_relations(
	const struct offer_row *row, const struct json *value, void *base, struct err *err)
{
	struct relations *relations = place(row, base);

	if (offer_row_check_list(row, value, err) < 0)
		return -1;
	for (size_t i = 0; i < json_count(value); i++)
		if (!relations_add_text(relations, span_of(json_as_text(json_at(value, i)))) ||
			!row->is(buf_span(&relations->of.v[i].name)))
			return offer_row_refuse(row, err);
	return 0;
}

static bool relations_hold(const struct offer_row *row, const void *base)
{
	const struct relations *relations = look(row, base);

	if (relations->of.n > row->max)
		return false;
	VEC_FOR (const struct relation, r, &relations->of)
		if (!row->is(buf_span(&r->name)))
			return false;
	return true;
}

static bool is_provided(const struct relation *r)
{
	return r->op == RELATION_ANY || r->op == RELATION_EXACTLY;
}

static int read_provides(
	const struct offer_row *row, const struct json *value, void *base, struct err *err)
{
	const struct relations *provides = look(row, base);

	if (read_relations(row, value, base, err) < 0)
		return -1;
	VEC_FOR (const struct relation, r, &provides->of)
		if (!is_provided(r))
			return offer_row_refuse(row, err);
	return 0;
}

static bool provides_hold(const struct offer_row *row, const void *base)
{
	const struct relations *provides = look(row, base);

	VEC_FOR (const struct relation, r, &provides->of)
		if (!is_provided(r))
			return false;
	return relations_hold(row, base);
}

static void put_relations(const struct offer_row *row, const void *base, struct json *object)
{
	const struct relations *relations = look(row, base);
	struct json *list = relations->of.n ? json_array() : NULL;
	AUTO(buf) text = BUF_INIT;

	VEC_FOR (const struct relation, r, &relations->of) {
		buf_clear(&text);
		relation_format(r, &text);
		json_append(list, json_text(buf_span(&text)));
	}
	if (list)
		json_put(object, row->key, list);
}

const struct offer_kind offer_text = {read_text, put_text, text_holds};
const struct offer_kind offer_flag = {read_flag, put_flag, NULL};
const struct offer_kind offer_format_number = {read_format, put_format, format_holds};
const struct offer_kind offer_size = {read_size, put_size, size_holds};
const struct offer_kind offer_integer = {read_integer, put_integer, NULL};
const struct offer_kind offer_sha256 = {read_sha256, put_sha256, NULL};
const struct offer_kind offer_sum = {read_sum, put_sum, NULL};
const struct offer_kind offer_texts = {read_texts, put_texts, texts_hold};
const struct offer_kind offer_relations = {read_relations, put_relations, relations_hold};
const struct offer_kind offer_provides = {read_provides, put_relations, provides_hold};

int offer_rows_read(const struct offer_row *rows, size_t count, const struct json *object,
	void *base, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct json *value = json_get(object, rows[i].key);

		if (!value && rows[i].needed)
			return err_set(err, ERR_FAILED, "%s is missing", rows[i].key);
		if (value && rows[i].kind->read(&rows[i], value, base, err) < 0)
			return -1;
	}
	return 0;
}

void offer_rows_put(
	const struct offer_row *rows, size_t count, const void *base, struct json *object)
{
	for (size_t i = 0; i < count; i++)
		rows[i].kind->put(&rows[i], base, object);
}

bool offer_rows_hold(const struct offer_row *rows, size_t count, const void *base)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].kind->holds && !rows[i].kind->holds(&rows[i], base))
			return false;
	return true;
}
