/* Options: finds the row that an argument means, and stores its value. */
#include "cmd/opt.h"

#include <string.h>

#include "base/span.h"
#include "base/text.h"
#include "base/vec.h"
#include "model/config.h"

/* A row, the struct it fills, and how the option was typed. */
struct found {
	const struct opt *row;
	void *to;
};

static int put_flag(const struct found *f, const char *value UNUSED, struct err *err UNUSED)
{
	*(bool *)f->to = true;
	return 0;
}

static int put_count(const struct found *f, const char *value UNUSED, struct err *err UNUSED)
{
	++*(unsigned *)f->to;
	return 0;
}

static int put_text(const struct found *f, const char *value, struct err *err UNUSED)
{
	*(const char **)f->to = value;
	return 0;
}

static int put_number(const struct found *f, const char *value, struct err *err)
{
	const struct opt *o = f->row;
	bool minus = value[0] == '-';
	unsigned long long n;
	int64_t number;

	if (!span_number(span_of(value + minus), INT64_MAX, &n))
		return err_set(
			err, ERR_USAGE, "--%s needs a whole number, not '%s'", o->name, value);
	number = minus ? -(int64_t)n : (int64_t)n;
	if (number < o->min || number > o->max)
		return err_set(err, ERR_USAGE, "--%s goes from %lld to %lld, not '%s'", o->name,
			(long long)o->min, (long long)o->max, value);
	*(int64_t *)f->to = number;
	return 0;
}

static int put_choice(const struct found *f, const char *value, struct err *err)
{
	const char *const *choices = f->row->choices;
	AUTO(buf) all = BUF_INIT;

	for (unsigned i = 0; choices[i]; i++) {
		if (strcmp(choices[i], value) == 0) {
			*(unsigned *)f->to = i;
			return 0;
		}
		buf_addf(&all, "%s%s", i ? ", " : "", choices[i]);
	}
	return err_set(err, ERR_USAGE, "--%s is one of %s, not '%s'", f->row->name, all.s, value);
}

static int put_list(const struct found *f, const char *value, struct err *err UNUSED)
{
	texts_add(f->to, span_of(value));
	return 0;
}

static int (*const puts_by_kind[OPT_KINDS])(const struct found *, const char *, struct err *) = {
	[OPT_FLAG] = put_flag,
	[OPT_COUNT] = put_count,
	[OPT_TEXT] = put_text,
	[OPT_NUMBER] = put_number,
	[OPT_CHOICE] = put_choice,
	[OPT_LIST] = put_list,
};

void opt_preset(const struct opt_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].kind == OPT_NUMBER)
			*(int64_t *)((char *)table->into + table->rows[i].at) =
				table->rows[i].preset;
}

void opt_drop(const struct opt_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].kind == OPT_LIST)
			texts_drop(
				(struct texts *)(void *)((char *)table->into + table->rows[i].at));
}

static struct found found_of(const struct opt_table *t, const struct opt *row)
{
	return (struct found){.row = row, .to = (char *)t->into + row->at};
}

static bool starts(const char *name, struct span typed)
{
	return name && strncmp(name, typed.s, typed.n) == 0;
}

/* Looks in all tables; what is typed may be the whole name or its beginning. Returns how many rows
 * match. */
static size_t find_long(const struct opt_reader *r, struct span typed, struct found found[2])
{
	size_t n = 0;

	for (size_t t = 0; t < r->count; t++) {
		for (size_t i = 0; i < r->tables[t].count; i++) {
			const struct opt *row = &r->tables[t].rows[i];

			if (span_is_text(typed, row->name) ||
				(row->alias && span_is_text(typed, row->alias))) {
				found[0] = found_of(&r->tables[t], row);
				return 1;
			}
			if (starts(row->name, typed) || starts(row->alias, typed))
				found[n++ ? 1 : 0] = found_of(&r->tables[t], row);
		}
	}
	return n;
}

static bool find_letter(const struct opt_reader *r, char letter, struct found *found)
{
	for (size_t t = 0; t < r->count; t++) {
		for (size_t i = 0; i < r->tables[t].count; i++) {
			if (r->tables[t].rows[i].letter != letter)
				continue;
			*found = found_of(&r->tables[t], &r->tables[t].rows[i]);
			return true;
		}
	}
	return false;
}

static int unknown(const struct opt_reader *r, struct span typed, struct err *err)
{
	VEC(const char *) words = {0};
	const char *nearest;

	for (size_t t = 0; t < r->count; t++)
		for (size_t i = 0; i < r->tables[t].count; i++)
			*vec_push(&words) = r->tables[t].rows[i].name;
	*vec_push(&words) = NULL;
	nearest = text_nearest(typed, words.v);
	vec_drop(&words);
	if (nearest)
		return err_set(err, ERR_USAGE, "there is no option '--%.*s'; the nearest is '--%s'",
			SPAN_ARG(typed), nearest);
	return err_set(err, ERR_USAGE, "there is no option '--%.*s'", SPAN_ARG(typed));
}

static int store(
	struct opt_reader *r, const struct found *found, const char *value, struct err *err)
{
	if (found->row->arg && !value) {
		value = *r->argv;
		if (!value)
			return err_set(err, ERR_USAGE, "--%s needs a value: --%s %s",
				found->row->name, found->row->name, found->row->arg);
		r->argv++;
	}
	return puts_by_kind[found->row->kind](found, value, err);
}

static int read_long(struct opt_reader *r, const char *text, struct err *err)
{
	const char *equals = strchr(text, '=');
	struct span typed = {text, equals ? (size_t)(equals - text) : strlen(text)};
	struct found found[2] = {{0}};
	size_t n = typed.n ? find_long(r, typed, found) : 0;

	if (n == 0)
		return unknown(r, typed, err);
	if (n > 1)
		return err_set(err, ERR_USAGE, "'--%.*s' may be '--%s' or '--%s'", SPAN_ARG(typed),
			found[0].row->name, found[1].row->name);
	if (equals && !found->row->arg)
		return err_set(err, ERR_USAGE, "--%s takes no value", found->row->name);
	return store(r, found, equals ? equals + 1 : NULL, err);
}

static int read_letter(struct opt_reader *r, struct err *err)
{
	char letter = *r->bundle++;
	const char *value = NULL;
	struct found found;

	if (!find_letter(r, letter, &found)) {
		struct span whole = {r->bundle - 1, 1};
		uint32_t point;
		size_t n = text_character(span_of(r->bundle - 1), &point);

		whole.n = n ? n : 1;
		return err_set(err, ERR_USAGE, "there is no option '-%.*s'", SPAN_ARG(whole));
	}
	if (found.row->arg && *r->bundle) {
		value = r->bundle;
		r->bundle = NULL;
	}
	if (r->bundle && !*r->bundle)
		r->bundle = NULL;
	return store(r, &found, value, err);
}

int opt_next(struct opt_reader *r, const char **argument, struct err *err)
{
	while (r->bundle || *r->argv) {
		const char *text;

		if (r->bundle) {
			if (read_letter(r, err) < 0)
				return -1;
			continue;
		}
		text = *r->argv++;
		if (r->ended || text[0] != '-' || !text[1]) {
			*argument = text;
			return 1;
		}
		if (text[1] != '-') {
			r->bundle = text + 1;
		} else if (!text[2]) {
			r->ended = true;
		} else if (read_long(r, text + 2, err) < 0) {
			return -1;
		}
	}
	return 0;
}
