/* Templates of luet's finalizers. */
#include "model/luet_template.h"

#include <string.h>

#include "model/luet_template_value.h"

#define DEPTH_MAX 32
#define STEPS_MAX 100000

/* A template at work. The same text is gone through again for each turn of a range, or without effect where it does not count. */
struct render {
	struct span text;
	size_t at;
	struct template_scope scope;
	struct buf *out;
	unsigned depth, steps;
	bool trim; /* the action before took the white space behind it */
};

/* What an action is, and its words. */
enum action { ACTION_PRINT, ACTION_IF, ACTION_RANGE, ACTION_ELSE, ACTION_ELSE_IF, ACTION_END };
struct step {
	enum action action;
	struct span words;
	size_t at; /* where it begins */
};

static int refuse(const struct render *r, size_t at, const char *why, struct err *err)
{
	unsigned line = 1;

	for (size_t i = 0; i < at && i < r->text.n; i++)
		line += r->text.s[i] == '\n';
	return err_set(err, ERR_INSTALLER, "line %u: %s", line, why);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* --- Texts between actions ------------------------------------------------------------------------------- */

static int emit(struct render *r, struct span text, bool live, bool trim_end, struct err *err)
{
	while (r->trim && text.n && is_blank(text.s[0]))
		text = span_cut(text, 1, text.n);
	while (trim_end && text.n && is_blank(text.s[text.n - 1]))
		text.n--;
	if (live && r->out->n + text.n > LUET_TEMPLATE_OUT)
		return refuse(r, r->at, "more comes out of the template than is sensible", err);
	if (live)
		buf_add_span(r->out, text);
	return 0;
}

/* Where the two bytes come next, from `from` on; the text's end: nowhere. Not in a quoted text, if `quoted`. */
static size_t find(const struct render *r, size_t from, const char *two, bool quoted)
{
	char in = 0;

	for (size_t i = from; i + 1 < r->text.n; i++) {
		char c = r->text.s[i];

		if (quoted && in) {
			i += in == '"' && c == '\\';
			in = c == in ? 0 : in;
			continue;
		}
		if (quoted && (c == '"' || c == '`'))
			in = c;
		else if (c == two[0] && r->text.s[i + 1] == two[1])
			return i;
	}
	return r->text.n;
}

/* --- Actions --------------------------------------------------------------------------------------------- */

static bool takes_word(struct span *words, const char *word)
{
	size_t n = strlen(word);

	if (!span_starts(*words, word) || (words->n > n && !is_blank(words->s[n])))
		return false;
	*words = span_trim(span_cut(*words, n, words->n));
	return true;
}

static void tell(struct step *s)
{
	s->action = ACTION_PRINT;
	if (takes_word(&s->words, "if"))
		s->action = ACTION_IF;
	else if (takes_word(&s->words, "range"))
		s->action = ACTION_RANGE;
	else if (takes_word(&s->words, "end"))
		s->action = ACTION_END;
	else if (takes_word(&s->words, "else"))
		s->action = takes_word(&s->words, "if") ? ACTION_ELSE_IF : ACTION_ELSE;
}

/* Gives out the text up to the next action, which is taken: 1; 0: there is none any more. */
static int next(struct render *r, bool live, struct step *out, struct err *err)
{
	size_t from = r->at, open = find(r, from, "{{", false), inner = open + 2, end;
	bool comment, trim_before, trim_after;

	if (++r->steps > STEPS_MAX)
		return refuse(r, from, "the template does not come to an end soon", err);
	trim_before =
		inner + 1 < r->text.n && r->text.s[inner] == '-' && is_blank(r->text.s[inner + 1]);
	if (emit(r, span_cut(r->text, from, open - from), live, trim_before, err) < 0)
		return -1;
	r->at = open;
	if (open == r->text.n)
		return 0;
	inner += trim_before;
	while (inner < r->text.n && is_blank(r->text.s[inner]))
		inner++;
	comment = span_starts(span_cut(r->text, inner, 2), "/*");
	end = comment ? find(r, inner, "*/", false) + 2 : inner;
	end = end > r->text.n ? r->text.n : find(r, end, "}}", !comment);
	if (end >= r->text.n)
		return refuse(r, open, "{{ without }}", err);
	trim_after = end > inner && r->text.s[end - 1] == '-' && end - 1 > inner &&
		     is_blank(r->text.s[end - 2]);
	*out = (struct step){
		.words = span_trim(span_cut(r->text, inner, end - trim_after - inner)), .at = open};
	r->at = end + 2;
	r->trim = trim_after;
	if (comment)
		return next(r, live, out, err);
	tell(out);
	return 1;
}

/* --- Blocks ---------------------------------------------------------------------------------------------- */

static int evaluate(
	struct render *r, const struct step *s, struct template_value *out, struct err *err)
{
	AUTO(buf) why = BUF_INIT;

	if (template_evaluate(s->words, &r->scope, out, &why))
		return 0;
	return refuse(r, s->at, why.s, err);
}

static int print(struct render *r, const struct step *s, struct err *err)
{
	AUTO(template_value) v = TEMPLATE_VALUE_INIT;
	bool trim = r->trim; /* is for what comes behind it */
	int result;

	if (evaluate(r, s, &v, err) < 0)
		return -1;
	if (template_is_many(&v))
		return refuse(r, s->at, "a list or map is to be printed", err);
	r->trim = false;
	result = emit(r, template_text(&v), true, false, err);
	r->trim = trim;
	return result;
}

static int run_block(struct render *r, bool live, struct step *stop, struct err *err);

/* if, else if and else, up to the end. */
static int run_if(struct render *r, const struct step *s, bool live, struct err *err)
{
	struct step at = *s;
	bool done = !live;

	for (;;) {
		AUTO(template_value) v = TEMPLATE_VALUE_INIT;
		bool taken = !done, last = at.action == ACTION_ELSE;

		if (!done && at.action != ACTION_ELSE) {
			if (evaluate(r, &at, &v, err) < 0)
				return -1;
			taken = template_is_true(&v);
		}
		done |= taken;
		if (run_block(r, taken, &at, err) < 0)
			return -1;
		if (at.action == ACTION_END)
			return 0;
		if (last)
			return refuse(r, at.at, "something else behind else", err);
	}
}

/* Each of a list's, or of a map's values in the order of its keys. */
static int run_turns(struct render *r, const struct yaml *many, struct step *stop, struct err *err)
{
	const struct yaml *before = r->scope.dot;
	size_t body = r->at, n = many->kind == YAML_LIST ? many->list.n : many->pairs.n;
	bool trim = r->trim;

	for (size_t i = 0; i < n; i++) {
		r->at = body;
		r->trim = trim;
		r->scope.dot = many->kind == YAML_LIST ? &many->list.v[i] : &many->pairs.v[i].value;
		if (run_block(r, true, stop, err) < 0)
			return -1;
	}
	r->scope.dot = before;
	return 0;
}

static int run_range(struct render *r, const struct step *s, bool live, struct err *err)
{
	AUTO(template_value) v = TEMPLATE_VALUE_INIT;
	struct step stop = *s;
	bool any;

	if (live && evaluate(r, s, &v, err) < 0)
		return -1;
	if (live && !template_is_many(&v) && template_is_true(&v))
		return refuse(r, s->at, "range over what is no list", err);
	any = live && template_is_many(&v) && template_is_true(&v);
	if (any ? run_turns(r, v.of, &stop, err) < 0 : run_block(r, false, &stop, err) < 0)
		return -1;
	if (stop.action == ACTION_ELSE_IF)
		return refuse(r, stop.at, "else if in a range", err);
	if (stop.action == ACTION_END)
		return 0;
	if (run_block(r, live && !any, &stop, err) < 0)
		return -1;
	return stop.action == ACTION_END ? 0 : refuse(r, stop.at, "two else in a range", err);
}

/* Up to what ends the block, which goes to *stop; of the whole template its end does. */
static int run_block(struct render *r, bool live, struct step *stop, struct err *err)
{
	int there;

	if (++r->depth > DEPTH_MAX)
		return refuse(r, r->at, "too many blocks in each other", err);
	while ((there = next(r, live, stop, err)) > 0) {
		int result = 0;

		switch (stop->action) {
		case ACTION_PRINT: result = live ? print(r, stop, err) : 0; break;
		case ACTION_IF: result = run_if(r, stop, live, err); break;
		case ACTION_RANGE: result = run_range(r, stop, live, err); break;
		default: r->depth--; return 0;
		}
		if (result < 0)
			return -1;
	}
	r->depth--;
	if (there == 0 && r->depth)
		return refuse(r, r->at, "a block without end", err);
	stop->action = ACTION_PRINT;
	return there;
}

int luet_template_render(
	struct span text, const struct yaml *values, struct buf *out, struct err *err)
{
	size_t work = 0;
	struct render r = {.text = text, .scope = {.values = values, .work = &work}, .out = out};
	struct step stop;

	if (run_block(&r, true, &stop, err) < 0)
		return -1;
	return stop.action == ACTION_PRINT
		       ? 0
		       : refuse(&r, stop.at, "end or else without a block", err);
}
