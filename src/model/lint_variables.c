/* What a script's variables hold. */
#include "model/lint_variables.h"

#include <string.h>

#include "model/lint_checks.h"

#define VARIABLES_MAX 400 /* that are told apart */

void lint_variables_drop(struct lint_variables *v)
{
	vec_drop(&v->of);
}

static struct lint_variable *find(struct lint_variables *v, struct span name)
{
	VEC_FOR (struct lint_variable, x, &v->of)
		if (span_is(x->name, name))
			return x;
	return NULL;
}

const struct lint_variable *lint_variable(const struct lint_variables *v, struct span name)
{
	VEC_FOR (const struct lint_variable, x, &v->of)
		if (span_is(x->name, name))
			return x;
	return NULL;
}

static struct lint_variable *give(struct lint_variables *v, struct span name)
{
	struct lint_variable *x = find(v, name);

	if (!x && v->of.n < VARIABLES_MAX) {
		x = vec_push(&v->of);
		*x = (struct lint_variable){.name = name, .filled = true};
	}
	if (x)
		x->times++;
	return x;
}

static bool is_filled(struct span value, bool literal)
{
	static const char *const fillers[] = {"$(mktemp", "`mktemp", "$1", "$2", "$3", "$(pwd"};

	if (literal)
		return value.n > 0;
	for (size_t i = 0; i < COUNT(fillers); i++)
		if (span_starts(value, fillers[i]))
			return true;
	/* "$x/y" is not empty, whatever x is. */
	return value.n && value.s[0] != '$' && value.s[0] != '`';
}

static void take_assignment(struct lint_variables *v, const struct shell_word *w)
{
	struct span text = buf_span(&w->text);
	const char *equals = memchr(text.s, '=', text.n);
	size_t n = equals ? (size_t)(equals - text.s) : text.n;
	struct lint_variable *x = give(v, span_cut(text, 0, n));

	if (!x)
		return;
	x->value = span_cut(text, n + 1, text.n);
	x->literal = w->literal;
	x->filled = x->filled && is_filled(x->value, w->literal);
	x->root = lint_contains(x->value, "FARDEL_ROOT") ||
		  lint_contains(x->value, "PUAVO_PKG_ROOT") || lint_contains(x->value, "DESTDIR");
}

/* for NAME in …; read NAME… */
static void take_names(struct lint_variables *v, const struct shell_command *c)
{
	const struct shell_word *name = shell_argument(c, 0), *w;
	bool is_read;

	if (!name)
		return;
	is_read = span_is_text(buf_span(&name->text), "read");
	if (!is_read && !span_is_text(buf_span(&name->text), "for"))
		return;
	for (size_t i = 1; (w = shell_argument(c, i)) && (is_read || i == 1) && i < 16; i++)
		if (!span_starts(buf_span(&w->text), "-"))
			give(v, buf_span(&w->text));
}

void lint_variables(const struct shell_script *script, struct lint_variables *out)
{
	VEC_FOR (const struct shell_command, c, &script->commands) {
		VEC_FOR (const struct shell_word, w, &c->words)
			if (w->kind == SHELL_ASSIGNMENT)
				take_assignment(out, w);
		take_names(out, c);
	}
}

static bool is_name(char c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

struct span lint_variable_name(struct span text)
{
	size_t n = 1;
	bool braced = text.n > 1 && text.s[1] == '{';

	if (text.n < 2 || text.s[0] != '$')
		return SPAN("");
	n += braced;
	if (n < text.n && text.s[n] >= '0' && text.s[n] <= '9')
		return span_cut(text, n, 1);
	for (size_t from = n;; n++)
		if (n == text.n || !is_name(text.s[n]))
			return span_cut(text, from, n - from);
}

/* The end of what begins with that $. */
static size_t end_of(struct span text)
{
	size_t n = 1;
	unsigned depth = 0;

	if (text.n > 1 && (text.s[1] == '{' || text.s[1] == '(')) {
		for (; n < text.n; n++) {
			depth += text.s[n] == '{' || text.s[n] == '(';
			depth -= depth && (text.s[n] == '}' || text.s[n] == ')');
			if (!depth)
				return n + 1;
		}
		return text.n;
	}
	return n + lint_variable_name(text).n;
}

void lint_expand(const struct lint_variables *v, struct span text, struct buf *out)
{
	while (text.n) {
		const struct lint_variable *x;
		size_t n = 1;

		if (text.s[0] != '$') {
			buf_addc(out, text.s[0]);
			text = span_cut(text, 1, text.n);
			continue;
		}
		n = end_of(text);
		x = lint_variable(v, lint_variable_name(text));
		if (x && x->times == 1 && x->literal && !lint_contains(span_cut(text, 0, n), ":"))
			buf_add_span(out, x->value);
		else if (!(x && x->root) && !span_starts(text, "$FARDEL_ROOT") &&
			 !span_starts(text, "${FARDEL_ROOT"))
			buf_addc(out, '$');
		text = span_cut(text, n, text.n);
	}
}
