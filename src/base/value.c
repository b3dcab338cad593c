/* Values of any kind. */
#include "base/value.h"

#include "base/attr.h"

static void pair_drop(struct value_pair *p)
{
	buf_drop(&p->key);
	value_drop(&p->value);
}

void value_drop(struct value *v)
{
	if (v->kind == VALUE_TEXT)
		buf_drop(&v->text);
	if (v->kind == VALUE_TABLE) {
		vec_drop_each(&v->table->list, value_drop);
		vec_drop_each(&v->table->pairs, pair_drop);
		free(v->table);
	}
	*v = VALUE_INIT;
}

struct value value_bool(bool yes)
{
	return (struct value){.kind = VALUE_BOOL, .yes = yes};
}

struct value value_integer(int64_t integer)
{
	return (struct value){.kind = VALUE_INTEGER, .integer = integer};
}

struct value value_number(double number)
{
	return (struct value){.kind = VALUE_NUMBER, .number = number};
}

struct value value_text(struct span x)
{
	struct value v = {.kind = VALUE_TEXT, .text = BUF_INIT};

	buf_set(&v.text, x);
	return v;
}

struct value value_take(struct buf *text)
{
	struct value v = {.kind = VALUE_TEXT, .text = *text};

	buf_init(text);
	return v;
}

struct value value_table(void)
{
	return (struct value){
		.kind = VALUE_TABLE, .table = mem_zero(1, sizeof(struct value_table))};
}

struct value value_list(void)
{
	struct value v = value_table();

	v.table->is_list = true;
	return v;
}

void value_append(struct value *table, struct value of)
{
	*vec_push(&table->table->list) = of;
}

void value_put(struct value *table, const char *key, struct value of)
{
	struct value_pair *p = vec_push(&table->table->pairs);

	p->key = buf_of(key);
	p->value = of;
}

const struct value *value_get(const struct value_table *t, const char *key)
{
	VEC_FOR (const struct value_pair, p, &t->pairs)
		if (span_is_text(buf_span(&p->key), key))
			return &p->value;
	return NULL;
}

const char *value_name(const struct value *v)
{
	static const char *const names[] = {[VALUE_NIL] = "nil",
		[VALUE_BOOL] = "a boolean",
		[VALUE_INTEGER] = "an integer",
		[VALUE_NUMBER] = "a number",
		[VALUE_TEXT] = "a text",
		[VALUE_TABLE] = "a table",
		[VALUE_NULL] = "null",
		[VALUE_HANDLE] = "a handle"};

	return v->kind == VALUE_OTHER ? v->other : names[v->kind];
}
