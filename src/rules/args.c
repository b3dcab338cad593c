/* What a script gives to a function of ours. */
#include "rules/args.h"

#include <string.h>

#include "base/attr.h"
#include "base/text.h"

#define PATH_BYTES 4095

static int wrong(struct err *err, const char *what, const char *wanted, const struct value *v)
{
	return err_set(err, ERR_FAILED, "%s: %s is needed, this is %s", what, wanted,
		v ? value_name(v) : "missing");
}

static const struct value *given(const struct script_call *c, size_t i)
{
	return i < c->count ? &c->args[i] : NULL;
}

bool args_given(const struct script_call *c, size_t i)
{
	return i < c->count && c->args[i].kind != VALUE_NIL;
}

int args_at_most(const struct script_call *c, size_t count, struct err *err)
{
	for (size_t i = count; i < c->count; i++)
		if (c->args[i].kind != VALUE_NIL)
			return err_set(err, ERR_FAILED,
				"%zu arguments are the most that it takes, these are %zu", count,
				c->count);
	return 0;
}

int args_text(
	const struct script_call *c, size_t i, const char *what, struct span *out, struct err *err)
{
	const struct value *v = given(c, i);

	if (!v || v->kind != VALUE_TEXT)
		return wrong(err, what, "a text", v);
	*out = buf_span(&v->text);
	return 0;
}

static int check_word(const struct value *v, const char *what, bool lines, struct err *err)
{
	if (!v || v->kind != VALUE_TEXT)
		return wrong(err, what, "a text", v);
	if (!v->text.n)
		return err_set(err, ERR_FAILED, "%s: it is empty", what);
	if (strlen(v->text.s) != v->text.n)
		return err_set(err, ERR_FAILED, "%s: a NUL character is in it", what);
	if (!lines && strchr(v->text.s, '\n'))
		return err_set(err, ERR_FAILED, "%s: it is more than one line", what);
	return 0;
}

static int check_path(const struct value *v, const char *what, struct err *err)
{
	if (check_word(v, what, true, err) < 0)
		return -1;
	if (v->text.n > PATH_BYTES)
		return err_set(
			err, ERR_FAILED, "%s: a path of more than %d bytes", what, PATH_BYTES);
	return 0;
}

int args_path(
	const struct script_call *c, size_t i, const char *what, const char **out, struct err *err)
{
	const struct value *v = given(c, i);

	if (check_path(v, what, err) < 0)
		return -1;
	*out = v->text.s;
	return 0;
}

static int check_integer(const struct value *v, const char *what, int64_t *out, struct err *err)
{
	if (v && v->kind == VALUE_NUMBER && v->number >= -0x1p53 && v->number <= 0x1p53 &&
		v->number == (double)(int64_t)v->number)
		*out = (int64_t)v->number;
	else if (v && v->kind == VALUE_INTEGER)
		*out = v->integer;
	else
		return wrong(err, what, "an integer", v);
	return 0;
}

int args_integer(
	const struct script_call *c, size_t i, const char *what, int64_t *out, struct err *err)
{
	return check_integer(given(c, i), what, out, err);
}

int args_table(const struct script_call *c, size_t i, const char *what,
	const struct value_table **out, struct err *err)
{
	const struct value *v = given(c, i);

	if (!v || v->kind != VALUE_TABLE)
		return wrong(err, what, "a table", v);
	*out = v->table;
	return 0;
}

/* Lua has no octal numbers: 0644 is 644, which is 01204. What comes of that has bits that no mode of a file's has. */
static bool is_decimal(int64_t mode)
{
	return (mode & 01000) || !(mode & 0400) || (mode & 077 & ~((mode >> 6 & 7) * 011));
}

int args_mode(const struct value *v, mode_t *out, struct err *err)
{
	int64_t mode = 0;

	if (v && v->kind == VALUE_TEXT && v->text.n && v->text.n < 6) {
		for (const char *s = v->text.s; *s; s++) {
			if (*s < '0' || *s > '7')
				return err_set(err, ERR_FAILED,
					"mode: octal digits are needed, as \"0755\"");
			mode = mode * 8 + (*s - '0');
		}
	} else if (check_integer(v, "mode", &mode, err) < 0) {
		return -1;
	} else if (mode >= 0 && mode <= 07777 && is_decimal(mode)) {
		return err_set(err, ERR_FAILED,
			"mode: %lld is %04llo: octal digits are written as \"0755\"",
			(long long)mode, (long long)mode);
	}
	if (mode < 0 || mode > 07777)
		return err_set(err, ERR_FAILED, "mode: 0 to 07777 are modes");
	*out = (mode_t)mode;
	return 0;
}

void words_drop(struct words *w)
{
	vec_drop(&w->of);
}

int args_words(const struct value *v, const char *what, struct words *out, struct err *err)
{
	if (v && v->kind == VALUE_TEXT) {
		if (check_word(v, what, true, err) < 0)
			return -1;
		*vec_push(&out->of) = v->text.s;
		return 0;
	}
	if (!v || v->kind != VALUE_TABLE || v->table->pairs.n)
		return wrong(err, what, "a text, or a list of texts,", v);
	VEC_FOR (const struct value, one, &v->table->list) {
		if (check_word(one, what, true, err) < 0)
			return -1;
		*vec_push(&out->of) = one->text.s;
	}
	return 0;
}

static int check_field(const struct field *f, const struct value *v, struct err *err)
{
	AUTO(words) words = {0};
	int64_t number;
	mode_t mode;

	switch (f->kind) {
	case FIELD_TEXT: return v->kind == VALUE_TEXT ? 0 : wrong(err, f->name, "a text", v);
	case FIELD_WORD: return check_word(v, f->name, false, err);
	case FIELD_PATH: return check_path(v, f->name, err);
	case FIELD_INTEGER: return check_integer(v, f->name, &number, err);
	case FIELD_BOOL: return v->kind == VALUE_BOOL ? 0 : wrong(err, f->name, "true or false", v);
	case FIELD_WORDS: return args_words(v, f->name, &words, err);
	case FIELD_MODE: return args_mode(v, &mode, err);
	case FIELD_ANY: break;
	}
	return 0;
}

static int refuse_field(const char *name, const struct field *known, struct err *err)
{
	VEC(const char *) names = {0};
	const char *nearest;

	for (; known->name; known++)
		*vec_push(&names) = known->name;
	*vec_push(&names) = NULL;
	nearest = text_nearest(span_of(name), names.v);
	vec_drop(&names);
	return err_set(err, ERR_FAILED, "it knows no %s%s%s%s", name, nearest ? "; is " : "",
		nearest ? nearest : "", nearest ? " meant?" : "");
}

int fields_check(const struct value_table *t, const struct field *known, bool list, struct err *err)
{
	if (t->list.n && !list)
		return err_set(err, ERR_FAILED, "it takes fields with names, no list");
	VEC_FOR (const struct value_pair, pair, &t->pairs) {
		const struct field *f = known;

		while (f->name && strcmp(f->name, pair->key.s) != 0)
			f++;
		if (!f->name)
			return refuse_field(pair->key.s, known, err);
		if (check_field(f, &pair->value, err) < 0)
			return -1;
	}
	for (const struct field *f = known; f->name; f++)
		if (f->needed && !value_get(t, f->name))
			return err_set(err, ERR_FAILED, "%s is needed", f->name);
	return 0;
}

bool field_given(const struct value_table *t, const char *name)
{
	return t && value_get(t, name);
}

struct span field_text(const struct value_table *t, const char *name)
{
	const struct value *v = t ? value_get(t, name) : NULL;

	return v ? buf_span(&v->text) : SPAN("");
}

const char *field_word(const struct value_table *t, const char *name)
{
	const struct value *v = t ? value_get(t, name) : NULL;

	return v ? v->text.s : NULL;
}

int64_t field_integer(const struct value_table *t, const char *name)
{
	const struct value *v = t ? value_get(t, name) : NULL;
	struct err ignored = ERR_INIT;
	int64_t number = 0;

	if (v && check_integer(v, name, &number, &ignored) < 0)
		return 0;
	return number;
}

bool field_bool(const struct value_table *t, const char *name)
{
	const struct value *v = t ? value_get(t, name) : NULL;

	return v && v->yes;
}

void field_words(const struct value_table *t, const char *name, struct words *out)
{
	const struct value *v = t ? value_get(t, name) : NULL;
	struct err ignored = ERR_INIT;

	if (v && args_words(v, name, out, &ignored) < 0)
		words_drop(out);
}

void args_give(struct script_call *c, struct value v)
{
	*vec_push(&c->results) = v;
}

void args_give_text(struct script_call *c, struct span x)
{
	args_give(c, value_text(x));
}
