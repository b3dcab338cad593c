/* json: values as text and back. */

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "ext/json.h"
#include "rules/args.h"
#include "rules/lua_modules.h"

#define TEXT_MAX (16 << 20)
#define DEPTH_MAX 64

static int to_value(const struct json *from, unsigned depth, struct value *out, struct err *err);

struct filling {
	struct value *table;
	unsigned depth;
};

static int put_pair(void *arg, const char *key, const struct json *value, struct err *err)
{
	const struct filling *f = arg;
	struct value of = VALUE_INIT;

	if (to_value(value, f->depth, &of, err) < 0) {
		value_drop(&of);
		return -1;
	}
	value_put(f->table, key, of);
	return 0;
}

static int to_table(const struct json *from, unsigned depth, struct value *out, struct err *err)
{
	struct filling f = {out, depth + 1};

	*out = json_kind(from) == JSON_IS_LIST ? value_list() : value_table();
	if (depth == DEPTH_MAX)
		return err_set(err, ERR_FAILED, "more than %d levels", DEPTH_MAX);
	if (json_kind(from) == JSON_IS_OBJECT)
		return json_each(from, put_pair, &f, err);
	for (size_t i = 0; i < json_count(from); i++) {
		struct value of = VALUE_INIT;
		int rc = to_value(json_at(from, i), depth + 1, &of, err);

		value_append(out, of);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int to_value(const struct json *from, unsigned depth, struct value *out, struct err *err)
{
	switch (json_kind(from)) {
	case JSON_IS_NULL: *out = (struct value){.kind = VALUE_NULL}; return 0;
	case JSON_IS_BOOL: *out = value_bool(json_as_bool(from)); return 0;
	case JSON_IS_INTEGER: *out = value_integer(json_as_number(from)); return 0;
	case JSON_IS_REAL: *out = value_number(json_as_real(from)); return 0;
	case JSON_IS_TEXT: *out = value_text(span_of(json_as_text(from))); return 0;
	case JSON_IS_LIST:
	case JSON_IS_OBJECT: break;
	}
	return to_table(from, depth, out, err);
}

static int json_decode(struct script_call *c, struct err *err)
{
	struct value out = VALUE_INIT;
	struct json *root;
	struct span text;
	int rc;

	if (args_text(c, 0, "text", &text, err) < 0 || args_at_most(c, 1, err) < 0)
		return -1;
	if (text.n > TEXT_MAX)
		return err_set(err, ERR_FAILED, "text: more than %d bytes", TEXT_MAX);
	if (json_parse(text, &root, err) < 0)
		return -1;
	rc = to_value(root, 0, &out, err);
	json_free(root);
	args_give(c, out);
	return rc;
}

static struct json *from_value(const struct value *v, struct err *err);

/* The script's own order is another one each time. */
static int by_key(const void *a, const void *b)
{
	const struct value_pair *x = a, *y = b;

	return span_compare(buf_span(&x->key), buf_span(&y->key));
}

static struct json *from_table(struct value_table *t, struct err *err)
{
	struct json *out;

	if (t->list.n && t->pairs.n) {
		err_set(err, ERR_FAILED, "a table that is a list and has names is neither in JSON");
		return NULL;
	}
	out = t->list.n || (t->is_list && !t->pairs.n) ? json_array() : json_object();
	VEC_FOR (const struct value, one, &t->list) {
		struct json *of = from_value(one, err);

		if (!of)
			break;
		json_append(out, of);
	}
	if (t->pairs.n)
		qsort(t->pairs.v, t->pairs.n, sizeof(t->pairs.v[0]), by_key);
	VEC_FOR (const struct value_pair, pair, &t->pairs) {
		struct json *of = from_value(&pair->value, err);

		if (of && !text_is_utf8(buf_span(&pair->key))) {
			err_set(err, ERR_FAILED, "a name that is not UTF-8");
			json_free(of);
			of = NULL;
		}
		if (!of)
			break;
		json_put(out, pair->key.s, of);
	}
	if (err->code == ERR_NONE)
		return out;
	json_free(out);
	return NULL;
}

static struct json *from_value(const struct value *v, struct err *err)
{
	switch (v->kind) {
	case VALUE_NULL: return json_null();
	case VALUE_BOOL: return json_bool(v->yes);
	case VALUE_INTEGER: return json_number(v->integer);
	case VALUE_NUMBER:
		if (isfinite(v->number))
			return json_new_real(v->number);
		err_set(err, ERR_FAILED, "JSON has no infinity and no NaN");
		return NULL;
	case VALUE_TEXT:
		if (text_is_utf8(buf_span(&v->text)) && !memchr(v->text.s, 0, v->text.n))
			return json_text(buf_span(&v->text));
		err_set(err, ERR_FAILED, "a text that is not UTF-8, or has a NUL in it");
		return NULL;
	case VALUE_TABLE: return from_table(v->table, err);
	case VALUE_NIL:
	case VALUE_HANDLE:
	case VALUE_OTHER: break;
	}
	err_set(err, ERR_FAILED, "JSON has no place for %s", value_name(v));
	return NULL;
}

static int json_encode(struct script_call *c, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	struct json *of;

	if (!c->count)
		return err_set(err, ERR_FAILED, "a value is needed");
	if (args_at_most(c, 1, err) < 0)
		return -1;
	of = from_value(&c->args[0], err);
	if (!of)
		return -1;
	json_format(of, &text);
	json_free(of);
	args_give(c, value_take(&text));
	return 0;
}

/* One that is [] while nothing is in it, which no table of Lua's own tells. */
static int json_list(struct script_call *c, struct err *err)
{
	if (args_at_most(c, 0, err) < 0)
		return -1;
	args_give(c, value_list());
	return 0;
}

const struct script_function lua_json[] = {
	{"decode", json_decode}, {"encode", json_encode}, {"list", json_list}, {0}};
