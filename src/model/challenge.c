/* What a server wants to see of who asks. */
#include "model/challenge.h"

#include <string.h>
#include <strings.h>

void challenge_init(struct challenge *c)
{
	*c = (struct challenge){.realm = BUF_INIT, .service = BUF_INIT};
}

void challenge_drop(struct challenge *c)
{
	buf_drop(&c->realm);
	buf_drop(&c->service);
}

/* --- Its words ------------------------------------------------------------------------------------ */

static bool is_token(char c)
{
	return c > ' ' && c < 0x7f && !strchr("\"(),/:;<=>?@[\\]{}", c);
}

/* token68 has a few more, and '=' at its end. */
static bool is_token68(char c)
{
	return is_token(c) || c == '/' || c == '=';
}

static void skip(struct span *x, const char *chars)
{
	while (x->n && x->s[0] && strchr(chars, x->s[0]))
		*x = span_cut(*x, 1, x->n);
}

static struct span take_while(struct span *x, bool (*fits)(char))
{
	size_t n = 0;
	struct span word;

	while (n < x->n && fits(x->s[n]))
		n++;
	word = span_cut(*x, 0, n);
	*x = span_cut(*x, n, x->n);
	return word;
}

static bool take_quoted(struct span *x, struct buf *out)
{
	size_t i;

	for (i = 1; i < x->n && x->s[i] != '"'; i++) {
		if (x->s[i] == '\\')
			i++;
		if (i >= x->n || (unsigned char)x->s[i] < ' ' || x->s[i] == 0x7f)
			return false;
		buf_addc(out, x->s[i]);
	}
	if (i >= x->n)
		return false;
	*x = span_cut(*x, i + 1, x->n);
	return true;
}

static bool take_value(struct span *x, struct buf *out)
{
	buf_clear(out);
	if (x->n && x->s[0] == '"')
		return take_quoted(x, out);
	buf_add_span(out, take_while(x, is_token));
	return out->n > 0;
}

/* NAME "=" at the front: 1, and both are taken; 0: another thing stands there. */
static bool take_name(struct span *x, struct span *name)
{
	struct span rest = *x;

	*name = take_while(&rest, is_token);
	skip(&rest, " \t");
	if (!name->n || !rest.n || rest.s[0] != '=')
		return false;
	rest = span_cut(rest, 1, rest.n);
	skip(&rest, " \t");
	/* Two signs, or nothing behind one, are the end of a token68. */
	if (!rest.n || strchr("=,", rest.s[0]))
		return false;
	*x = rest;
	return true;
}

/* --- Challenges ----------------------------------------------------------------------------------- */

static bool is_called(struct span x, const char *name)
{
	return x.n == strlen(name) && strncasecmp(x.s, name, x.n) == 0;
}

/* What is stated twice would be read otherwise by another. */
static bool keep(struct span name, const struct buf *value, struct challenge *out)
{
	struct buf *to = is_called(name, "realm")     ? &out->realm
			 : is_called(name, "service") ? &out->service
						      : NULL;

	if (!to)
		return true;
	if (to->n)
		return false;
	buf_set(to, buf_span(value));
	return true;
}

/* The parameters of one challenge, as far as the next one's scheme. */
static bool take_params(struct span *rest, struct challenge *out)
{
	AUTO(buf) value = BUF_INIT;
	struct span name;

	for (unsigned count = 0; rest->n; count++) {
		if (count == CHALLENGE_PARAMS_MAX)
			return false;
		if (!take_name(rest, &name))
			return true;
		if (!take_value(rest, &value) || (out && !keep(name, &value, out)))
			return false;
		skip(rest, " \t");
		if (rest->n && rest->s[0] != ',')
			return false;
		skip(rest, ", \t");
	}
	return true;
}

/* What a scheme that is not known has behind it. */
static bool pass_over(struct span *rest)
{
	struct span before = *rest, name;

	if (!take_name(&before, &name)) {
		before = *rest;
		(void)take_while(&before, is_token68);
		skip(&before, " \t");
		/* One word, and then a comma: it was a token68; else a scheme without anything. */
		if (before.n && before.s[0] != ',')
			return true;
		*rest = before;
		skip(rest, ", \t");
		return true;
	}
	return take_params(rest, NULL);
}

bool challenge_parse(struct span header, struct challenge *out)
{
	struct span rest = header;

	skip(&rest, ", \t");
	for (unsigned count = 0; rest.n; count++) {
		struct span scheme = take_while(&rest, is_token);
		bool more = rest.n && (rest.s[0] == ' ' || rest.s[0] == '\t');
		bool bearer = is_called(scheme, "Bearer");

		if (!scheme.n || count == CHALLENGE_PARAMS_MAX || (bearer && out->bearer) ||
			(rest.n && !more && rest.s[0] != ','))
			return false;
		skip(&rest, ", \t");
		out->basic |= is_called(scheme, "Basic");
		out->bearer |= bearer;
		if (bearer ? !take_params(&rest, out) : more && !pass_over(&rest))
			return false;
	}
	return !out->bearer || out->realm.n;
}
