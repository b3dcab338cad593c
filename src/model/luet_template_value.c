/* Values and pipelines in templates. */
#include "model/luet_template_value.h"

#include <string.h>

#include "base/attr.h"
#include "model/luet_template.h"

#define ARGS_MAX 8
#define WORDS_MAX 16 /* functions in one pipeline */

void template_value_drop(struct template_value *v)
{
	buf_drop(&v->text);
}

static void set(struct template_value *v, struct span text)
{
	struct buf copy = BUF_INIT;

	buf_add_span(&copy, text); /* it may be the value's own */
	buf_drop(&v->text);
	*v = (struct template_value){.text = copy};
}

static void set_bool(struct template_value *v, bool is)
{
	set(v, is ? SPAN("true") : SPAN("false"));
	v->is_false = !is;
}

bool template_is_many(const struct template_value *v)
{
	return v->of && v->of->kind != YAML_TEXT;
}

struct span template_text(const struct template_value *v)
{
	if (!v->of)
		return buf_span(&v->text);
	return yaml_is_null(v->of) ? SPAN("") : buf_span(&v->of->text);
}

static bool is_zero(struct span x)
{
	return span_is_text(x, "0") || span_is_text(x, "0.0");
}

bool template_is_true(const struct template_value *v)
{
	bool is;

	if (template_is_many(v))
		return v->of->list.n || v->of->pairs.n;
	if (!template_text(v).n || v->is_false)
		return false;
	if (!v->of || v->of->style != YAML_PLAIN)
		return true;
	if (yaml_is_bool(v->of, &is))
		return is;
	return !is_zero(template_text(v));
}

/* --- Words ----------------------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool fail(struct buf *why, const char *what, struct span which)
{
	buf_setf(why, "%s: %.*s", what, SPAN_ARG(span_cut(which, 0, 100)));
	return false;
}

/* A text in quotes; "\n" and the like are known in double ones. */
static bool take_quoted(struct span *rest, struct template_value *out, struct buf *why)
{
	AUTO(buf) text = BUF_INIT;
	char quote = rest->s[0];
	size_t i = 1;

	for (; i < rest->n && rest->s[i] != quote; i++) {
		char c = rest->s[i];

		if (quote == '"' && c == '\\' && i + 1 < rest->n) {
			c = rest->s[++i];
			if (c != '"' && c != '\\' && c != 'n' && c != 't')
				return fail(why, "not known in a text", span_cut(*rest, i - 1, 2));
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
		}
		buf_addc(&text, c);
	}
	if (i == rest->n)
		return fail(why, "a text without end", *rest);
	*rest = span_cut(*rest, i + 1, rest->n);
	set(out, buf_span(&text));
	return true;
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

/* ".Values.a.b", or "." and ".a" in a range. What is not there is nothing. */
static bool take_path(struct span *rest, const struct template_scope *scope,
	struct template_value *out, struct buf *why)
{
	const struct yaml *at = scope->dot;
	struct span all = *rest;
	bool first = true;

	while (rest->n && rest->s[0] == '.') {
		AUTO(buf) key = BUF_INIT;
		const struct yaml_pair *pair;

		*rest = span_cut(*rest, 1, rest->n);
		while (rest->n && is_name(rest->s[0])) {
			buf_addc(&key, rest->s[0]);
			*rest = span_cut(*rest, 1, rest->n);
		}
		if (!key.n && (!first || !scope->dot || (rest->n && !is_blank(rest->s[0]))))
			return fail(why, "not known", all);
		if (first && !scope->dot) {
			if (strcmp(key.s, "Values") != 0)
				return fail(why, "only .Values is known", all);
			at = scope->values;
		} else if (key.n) {
			pair = at ? yaml_get(at, key.s) : NULL;
			at = pair ? &pair->value : NULL;
		}
		first = false;
	}
	if (rest->n && !is_blank(rest->s[0]))
		return fail(why, "not known", all);
	if (at)
		*out = (struct template_value){.of = at, .text = BUF_INIT};
	return true;
}

static struct span take_word(struct span *rest)
{
	size_t n = 0;

	while (n < rest->n && !is_blank(rest->s[n]))
		n++;
	*rest = span_cut(*rest, n, rest->n);
	return (struct span){rest->s - n, n};
}

static bool is_number(struct span x)
{
	size_t from = x.n && x.s[0] == '-';

	for (size_t i = from; i < x.n; i++)
		if ((x.s[i] < '0' || x.s[i] > '9') && x.s[i] != '.')
			return false;
	return x.n > from;
}

/* One argument. */
static bool take_value(struct span *rest, const struct template_scope *scope,
	struct template_value *out, struct buf *why)
{
	struct span word;

	if (rest->s[0] == '"' || rest->s[0] == '`')
		return take_quoted(rest, out, why);
	if (rest->s[0] == '.')
		return take_path(rest, scope, out, why);
	if (span_starts(*rest, "$.Values")) {
		const struct template_scope top = {.values = scope->values};

		*rest = span_cut(*rest, 1, rest->n);
		return take_path(rest, &top, out, why);
	}
	word = take_word(rest);
	if (span_is_text(word, "true") || span_is_text(word, "false")) {
		set_bool(out, word.n == 4);
		return true;
	}
	if (!is_number(word))
		return fail(why, "not known", word);
	set(out, word);
	out->is_false = is_zero(word);
	return true;
}

/* --- Functions ------------------------------------------------------------------------------------------- */

struct args {
	struct template_value of[ARGS_MAX];
	size_t n;
};

static void args_drop(struct args *a)
{
	for (size_t i = 0; i < a->n; i++)
		template_value_drop(&a->of[i]);
}

/* Each makes the first argument its result. */

static void enquote(struct args *a, char quote)
{
	struct span text = template_text(&a->of[0]);
	AUTO(buf) out = BUF_INIT;

	buf_addc(&out, quote);
	for (size_t i = 0; i < text.n; i++) {
		if (quote == '"' && text.s[i] == '\n') {
			buf_adds(&out, "\\n");
			continue;
		}
		if (quote == '"' && (text.s[i] == '"' || text.s[i] == '\\'))
			buf_addc(&out, '\\');
		buf_addc(&out, text.s[i]);
	}
	buf_addc(&out, quote);
	set(&a->of[0], buf_span(&out));
}

static void quote(struct args *a)
{
	enquote(a, '"');
}

static void squote(struct args *a)
{
	enquote(a, '\'');
}

static void change_case(struct args *a, char from, char to)
{
	AUTO(buf) out = BUF_INIT;

	buf_set(&out, template_text(&a->of[0]));
	for (size_t i = 0; i < out.n; i++)
		if (out.s[i] >= from && out.s[i] <= from + 25)
			out.s[i] = (char)(out.s[i] - from + to);
	set(&a->of[0], buf_span(&out));
}

static void upper(struct args *a)
{
	change_case(a, 'a', 'A');
}

static void lower(struct args *a)
{
	change_case(a, 'A', 'a');
}

static void trim(struct args *a)
{
	set(&a->of[0], span_trim(template_text(&a->of[0])));
}

static void exchange(struct args *a, size_t i, size_t k)
{
	struct template_value x = a->of[i];

	a->of[i] = a->of[k];
	a->of[k] = x;
}

/* default X VALUE */
static void use_default(struct args *a)
{
	if (template_is_true(&a->of[1]))
		exchange(a, 0, 1);
}

static bool are_same(const struct args *a)
{
	return span_is(template_text(&a->of[0]), template_text(&a->of[1]));
}

static void eq(struct args *a)
{
	set_bool(&a->of[0], are_same(a));
}

static void ne(struct args *a)
{
	set_bool(&a->of[0], !are_same(a));
}

static void invert(struct args *a)
{
	set_bool(&a->of[0], !template_is_true(&a->of[0]));
}

/* The first that decides it, as Go's have it. */
static void choose(struct args *a, bool wanted)
{
	size_t i = 0;

	while (i + 1 < a->n && template_is_true(&a->of[i]) != wanted)
		i++;
	exchange(a, 0, i);
}

static void all_of(struct args *a)
{
	choose(a, false);
}

static void any_of(struct args *a)
{
	choose(a, true);
}

static const struct function {
	const char *name;
	size_t least, most; /* arguments */
	void (*run)(struct args *a);
} functions[] = {
	{"quote", 1, 1, quote},
	{"squote", 1, 1, squote},
	{"upper", 1, 1, upper},
	{"lower", 1, 1, lower},
	{"trim", 1, 1, trim},
	{"default", 2, 2, use_default},
	{"eq", 2, 2, eq},
	{"ne", 2, 2, ne},
	{"not", 1, 1, invert},
	{"and", 1, ARGS_MAX, all_of},
	{"or", 1, ARGS_MAX, any_of},
};

static const struct function *find_function(struct span name)
{
	for (size_t i = 0; i < COUNT(functions); i++)
		if (span_is_text(name, functions[i].name))
			return &functions[i];
	return NULL;
}

/* --- Pipelines ------------------------------------------------------------------------------------------- */

/* One command: a value, or a function and its arguments, the last of which is what came out of the command before (`piped`). */
static bool run_command(struct span words, const struct template_scope *scope, bool piped,
	struct template_value *value, struct buf *why)
{
	AUTO(args) a = {.n = 0};
	struct span rest = words, ahead = words;
	const struct function *f = find_function(take_word(&ahead));

	rest = f ? span_trim(ahead) : rest;
	for (; rest.n; rest = span_trim(rest)) {
		if (a.n == ARGS_MAX - 1)
			return fail(why, "too many arguments", words);
		a.of[a.n++] = TEMPLATE_VALUE_INIT;
		if (!take_value(&rest, scope, &a.of[a.n - 1], why))
			return false;
	}
	if (piped) {
		a.of[a.n++] = *value;
		*value = TEMPLATE_VALUE_INIT;
	}
	if (f && (a.n < f->least || a.n > f->most))
		return fail(why, "a wrong number of arguments", words);
	if (!f && (a.n != 1 || piped))
		return fail(why, "not known", words);
	for (size_t i = 0; f && i < a.n; i++)
		if (template_is_many(&a.of[i]) && f->run != use_default && f->run != invert &&
			f->run != all_of && f->run != any_of)
			return fail(why, "a list or map where a text is wanted", words);
	for (size_t i = 0; f && i < a.n; i++)
		*scope->work += template_text(&a.of[i]).n;
	if (*scope->work > TEMPLATE_WORK_MAX)
		return fail(why, "does not come to an end soon", words);
	if (f)
		f->run(&a);
	if (a.of[0].text.n > LUET_TEMPLATE_OUT)
		return fail(why, "more comes out of it than is sensible", words);
	template_value_drop(value);
	*value = a.of[0];
	a.of[0] = TEMPLATE_VALUE_INIT;
	return true;
}

/* Where the command ends: at a bar that is in no text. */
static size_t command_end(struct span words)
{
	char in = 0;

	for (size_t i = 0; i < words.n; i++) {
		char c = words.s[i];

		if (in) {
			i += in == '"' && c == '\\';
			in = c == in ? 0 : in;
		} else if (c == '"' || c == '`')
			in = c;
		else if (c == '|')
			return i;
	}
	return words.n;
}

bool template_evaluate(struct span words, const struct template_scope *scope,
	struct template_value *out, struct buf *why)
{
	bool piped = false;

	for (unsigned n = 0;; n++) {
		size_t end = command_end(words);
		struct span command = span_trim(span_cut(words, 0, end));

		if (!command.n || n == WORDS_MAX)
			return fail(why, command.n ? "too many commands" : "nothing stands there",
				words);
		if (!run_command(command, scope, piped, out, why))
			return false;
		if (end == words.n)
			return true;
		words = span_cut(words, end + 1, words.n);
		piped = true;
	}
}
