/* Regular expressions over paths. */
#include "model/pattern.h"

#include <string.h>

#define DEPTH_MAX 64 /* brackets within each other */
#define REPEAT_MAX 1000 /* as RE2 has it */

void pattern_drop(struct pattern *p)
{
	vec_drop(&p->of);
}

/* --- Sets of bytes --------------------------------------------------------------------------------------- */

struct set {
	uint64_t bits[4];
};

static void set_add(struct set *s, unsigned from, unsigned to)
{
	for (unsigned c = from; c <= to; c++)
		s->bits[c / 64] |= 1ULL << (c % 64);
}

static bool set_has(const uint64_t *bits, unsigned char c)
{
	return bits[c / 64] >> (c % 64) & 1;
}

static void set_turn(struct set *s)
{
	for (size_t i = 0; i < 4; i++)
		s->bits[i] = ~s->bits[i];
}

static void set_join(struct set *s, const struct set *other)
{
	for (size_t i = 0; i < 4; i++)
		s->bits[i] |= other->bits[i];
}

/* --- Reading --------------------------------------------------------------------------------------------- */

struct reading {
	struct span text;
	size_t at;
	unsigned depth;
	struct pattern *out;
};

static int next(const struct reading *r)
{
	return r->at < r->text.n ? (unsigned char)r->text.s[r->at] : -1;
}

static bool skip(struct reading *r, const char *what)
{
	struct span rest = span_cut(r->text, r->at, r->text.n);

	if (!span_starts(rest, what))
		return false;
	r->at += strlen(what);
	return true;
}

static int unknown(const struct reading *r, size_t from, size_t n, struct err *err)
{
	struct span what = span_cut(r->text, from, n);

	return err_set(err, ERR_CONFIG, "not known in a pattern: %.*s", SPAN_ARG(what));
}

static int room_for(const struct reading *r, size_t steps, struct err *err)
{
	if (r->out->of.n + steps <= PATTERN_STEPS_MAX)
		return 0;
	return err_set(err, ERR_CONFIG, "the pattern is too large");
}

static int add(struct reading *r, struct pattern_step step, struct err *err)
{
	if (room_for(r, 1, err) < 0)
		return -1;
	*vec_push(&r->out->of) = step;
	return 0;
}

static int add_set(struct reading *r, const struct set *s, struct err *err)
{
	struct pattern_step step = {.op = PATTERN_BYTE};

	memcpy(step.set, s->bits, sizeof(step.set));
	return add(r, step, err);
}

/* Makes room for a step; what is behind it knows where to go on from where it is, and moves as a whole. */
static int insert(struct reading *r, size_t at, struct pattern_step step, struct err *err)
{
	struct pattern_step *v;

	if (add(r, step, err) < 0)
		return -1;
	v = r->out->of.v;
	memmove(&v[at + 1], &v[at], (r->out->of.n - 1 - at) * sizeof(*v));
	v[at] = step;
	return 0;
}

/* --- What stands for one byte ---------------------------------------------------------------------------- */

static int hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Behind \x: two digits, or some in braces. */
static int read_hex(struct reading *r)
{
	bool braces = skip(r, "{");
	int value = 0, digits = 0;

	while (hex(next(r)) >= 0 && digits < (braces ? 6 : 2) && value < 16) {
		value = value * 16 + hex(next(r));
		r->at++;
		digits++;
	}
	return (braces ? digits > 0 && skip(r, "}") : digits == 2) ? value : -1;
}

static void set_class(struct set *s, int c)
{
	switch (c | 0x20) {
	case 'd': set_add(s, '0', '9'); break;
	case 's':
		set_add(s, '\t', '\n');
		set_add(s, '\f', '\r');
		set_add(s, ' ', ' ');
		break;
	default:
		set_add(s, '0', '9');
		set_add(s, 'A', 'Z');
		set_add(s, 'a', 'z');
		set_add(s, '_', '_');
		break;
	}
	if (c < 'a')
		set_turn(s);
}

/* Behind a backslash. The byte that it is; -1: it is a class of them, in *s; -2: an error. */
static int read_escaped(struct reading *r, struct set *s, struct err *err)
{
	static const char letters[] = "tnrfva", values[] = "\t\n\r\f\v\a";
	size_t from = r->at - 1;
	int c = next(r), value;
	const char *letter;

	if (c < 0) {
		err_set(err, ERR_CONFIG, "the pattern ends with a backslash");
		return -2;
	}
	r->at++;
	letter = c ? strchr(letters, c) : NULL;
	if (letter)
		return values[letter - letters];
	if (c && strchr("dDsSwW", c)) {
		set_class(s, c);
		return -1;
	}
	if (c == 'x') {
		value = read_hex(r);
		return value >= 0 ? value : unknown(r, from, r->at - from, err) - 1;
	}
	if (c > ' ' && c < 0x7f && hex(c) < 0 && ((c | 0x20) < 'a' || (c | 0x20) > 'z'))
		return c;
	return unknown(r, from, 2, err) - 1;
}

/* One end of a range, or what stands alone. As read_escaped. */
static int read_member(struct reading *r, struct set *s, struct err *err)
{
	if (skip(r, "\\"))
		return read_escaped(r, s, err);
	return (unsigned char)r->text.s[r->at++];
}

static int read_range(struct reading *r, struct set *s, struct err *err)
{
	struct set class = {0};
	size_t from = r->at;
	int low = read_member(r, &class, err), high = low;

	if (low == -1)
		set_join(s, &class);
	if (low < 0)
		return low == -1 ? 0 : -1;
	if (next(r) == '-' && r->at + 1 < r->text.n && r->text.s[r->at + 1] != ']') {
		r->at++;
		high = read_member(r, &class, err);
		if (high == -2)
			return -1;
		if (high < low)
			return unknown(r, from, r->at - from, err);
	}
	set_add(s, (unsigned)low, (unsigned)high);
	return 0;
}

/* Behind "[". */
static int read_set(struct reading *r, struct err *err)
{
	bool turned = skip(r, "^");
	size_t first = r->at;
	struct set s = {0};

	while (next(r) >= 0 && (next(r) != ']' || r->at == first)) {
		struct span rest = span_cut(r->text, r->at, r->text.n);

		if (span_starts(rest, "[:"))
			return unknown(r, r->at, 9, err);
		if (read_range(r, &s, err) < 0)
			return -1;
	}
	if (!skip(r, "]"))
		return err_set(err, ERR_CONFIG, "a [ is not closed");
	if (turned)
		set_turn(&s);
	return add_set(r, &s, err);
}

/* --- What may be repeated -------------------------------------------------------------------------------- */

static int read_choice(struct reading *r, struct err *err);

/* Behind "(". */
static int read_group(struct reading *r, struct err *err)
{
	if (!skip(r, "?:") && next(r) == '?')
		return unknown(r, r->at - 1, 3, err);
	if (++r->depth > DEPTH_MAX)
		return err_set(err, ERR_CONFIG, "the pattern is too deep");
	if (read_choice(r, err) < 0)
		return -1;
	r->depth--;
	return skip(r, ")") ? 0 : err_set(err, ERR_CONFIG, "a ( is not closed");
}

static int read_atom(struct reading *r, bool *is_place, struct err *err)
{
	struct set s = {0};
	int c;

	*is_place = true;
	if (skip(r, "^") || skip(r, "\\A"))
		return add(r, (struct pattern_step){.op = PATTERN_BEGIN}, err);
	if (skip(r, "$") || skip(r, "\\z"))
		return add(r, (struct pattern_step){.op = PATTERN_END}, err);
	*is_place = false;
	if (skip(r, "("))
		return read_group(r, err);
	if (skip(r, "["))
		return read_set(r, err);
	if (skip(r, ".")) {
		set_add(&s, '\n', '\n');
		set_turn(&s);
		return add_set(r, &s, err);
	}
	c = read_member(r, &s, err);
	if (c == -2)
		return -1;
	if (c >= 0)
		set_add(&s, (unsigned)c, (unsigned)c);
	return add_set(r, &s, err);
}

/* How often; most -1: any number. */
struct times {
	int least, most;
};

static bool read_number(struct reading *r, int *out)
{
	size_t from = r->at;

	for (*out = 0; next(r) >= '0' && next(r) <= '9'; r->at++)
		*out = *out > REPEAT_MAX ? *out : *out * 10 + next(r) - '0';
	return r->at > from;
}

/* "{2}", "{2,}", "{2,5}"; what else begins with a brace is that brace. */
static bool read_braces(struct reading *r, struct times *t)
{
	size_t from = r->at;

	if (skip(r, "{") && read_number(r, &t->least)) {
		t->most = t->least;
		if (skip(r, ",") && !read_number(r, &t->most))
			t->most = -1;
		if (skip(r, "}"))
			return true;
	}
	r->at = from;
	return false;
}

static bool read_times(struct reading *r, struct times *t)
{
	if (skip(r, "*"))
		*t = (struct times){0, -1};
	else if (skip(r, "+"))
		*t = (struct times){1, -1};
	else if (skip(r, "?"))
		*t = (struct times){0, 1};
	else
		return read_braces(r, t);
	return true;
}

/* The steps from `from` on, once more at the end. */
static int copy(struct reading *r, size_t from, size_t n, struct err *err)
{
	if (room_for(r, n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct pattern_step step = r->out->of.v[from + i];

		*vec_push(&r->out->of) = step;
	}
	return 0;
}

/* The last n steps, if at all. */
static int make_optional(struct reading *r, size_t n, struct err *err)
{
	return insert(r, r->out->of.n - n,
		(struct pattern_step){.op = PATTERN_SPLIT, .to = 1, .other = (int)n + 1}, err);
}

/* The last n steps, once and again. */
static int make_loop(struct reading *r, size_t n, struct err *err)
{
	return add(r, (struct pattern_step){.op = PATTERN_SPLIT, .to = -(int)n, .other = 1}, err);
}

/* The steps from `from` on are there once; afterwards as often as they may be. */
static int repeat(struct reading *r, size_t from, struct times t, struct err *err)
{
	size_t n = r->out->of.n - from;
	int there = 1;

	for (; there < t.least; there++)
		if (copy(r, from, n, err) < 0)
			return -1;
	if (t.most < 0 && make_loop(r, n, err) < 0)
		return -1;
	if (t.most < 0 && !t.least)
		return make_optional(r, n + 1, err);
	if (t.most == 0)
		r->out->of.n = from;
	if (t.most > 0 && !t.least && make_optional(r, n, err) < 0)
		return -1;
	for (; there < t.most; there++)
		if (copy(r, from + !t.least, n, err) < 0 || make_optional(r, n, err) < 0)
			return -1;
	return 0;
}

static int read_repeated(struct reading *r, struct err *err)
{
	size_t from = r->out->of.n, at = r->at;
	struct times t;
	bool is_place;

	if (read_times(r, &t))
		return err_set(err, ERR_CONFIG, "%c repeats nothing", r->text.s[at]);
	if (read_atom(r, &is_place, err) < 0)
		return -1;
	at = r->at;
	if (!read_times(r, &t))
		return 0;
	if (is_place)
		return err_set(err, ERR_CONFIG, "%c repeats nothing", r->text.s[at]);
	if (t.least > REPEAT_MAX || t.most > REPEAT_MAX || (t.most >= 0 && t.most < t.least))
		return unknown(r, at, r->at - at, err);
	skip(r, "?");
	at = r->at;
	if (repeat(r, from, t, err) < 0)
		return -1;
	if (read_times(r, &t))
		return err_set(err, ERR_CONFIG, "%c repeats nothing", r->text.s[at]);
	return 0;
}

static int read_row(struct reading *r, struct err *err)
{
	while (next(r) >= 0 && next(r) != '|' && next(r) != ')')
		if (read_repeated(r, err) < 0)
			return -1;
	return 0;
}

/* One or the other. */
static int read_choice(struct reading *r, struct err *err)
{
	size_t from = r->out->of.n, jump;

	if (read_row(r, err) < 0)
		return -1;
	while (skip(r, "|")) {
		if (make_optional(r, r->out->of.n - from, err) < 0)
			return -1;
		jump = r->out->of.n;
		r->out->of.v[from].other++;
		if (add(r, (struct pattern_step){.op = PATTERN_JUMP}, err) < 0 ||
			read_row(r, err) < 0)
			return -1;
		r->out->of.v[jump].to = (int)(r->out->of.n - jump);
	}
	return 0;
}

int pattern_parse(struct span text, struct pattern *out, struct err *err)
{
	struct reading r = {.text = text, .out = out};

	if (read_choice(&r, err) < 0)
		return -1;
	return next(&r) < 0 ? 0 : err_set(err, ERR_CONFIG, "a ) closes nothing");
}

/* --- Matching -------------------------------------------------------------------------------------------- */

/* Where one may be, each once: `mark` says in which round a step came in. */
struct places {
	int at[PATTERN_STEPS_MAX + 1];
	size_t n;
};
struct matching {
	const struct pattern *p;
	size_t round;
	size_t mark[PATTERN_STEPS_MAX + 1];
	bool begin, end;
};

/* A step, and those that it leads to without a byte. */
static void enter(struct matching *m, struct places *to, int first)
{
	int waiting[2 * (PATTERN_STEPS_MAX + 1)];
	size_t n = 0;

	waiting[n++] = first;
	while (n) {
		int i = waiting[--n];
		const struct pattern_step *s = &m->p->of.v[i];

		if (m->mark[i] == m->round)
			continue;
		m->mark[i] = m->round;
		if ((size_t)i == m->p->of.n || s->op == PATTERN_BYTE)
			to->at[to->n++] = i;
		else if (s->op == PATTERN_SPLIT)
			waiting[n++] = i + s->other;
		if ((size_t)i == m->p->of.n)
			continue;
		if (s->op == PATTERN_SPLIT || s->op == PATTERN_JUMP)
			waiting[n++] = i + s->to;
		else if ((s->op == PATTERN_BEGIN && m->begin) || (s->op == PATTERN_END && m->end))
			waiting[n++] = i + 1;
	}
}

/* Those behind the ones that this byte may stand at. Whether one is at the end. */
static bool step(struct matching *m, const struct places *from, int byte, struct places *to)
{
	for (size_t i = 0; i < from->n; i++) {
		if ((size_t)from->at[i] == m->p->of.n)
			return true;
		if (byte >= 0 && set_has(m->p->of.v[from->at[i]].set, (unsigned char)byte))
			enter(m, to, from->at[i] + 1);
	}
	return false;
}

bool pattern_matches(const struct pattern *p, struct span x)
{
	struct matching m = {.p = p, .round = 1, .begin = true, .end = !x.n};
	struct places places[2] = {{.n = 0}, {.n = 0}};

	enter(&m, &places[0], 0);
	for (size_t i = 0;; i++) {
		struct places *now = &places[i % 2], *then = &places[(i + 1) % 2];

		then->n = 0;
		m.round++;
		m.begin = false;
		m.end = i + 1 == x.n;
		if (step(&m, now, i < x.n ? (unsigned char)x.s[i] : -1, then))
			return true;
		if (i >= x.n)
			return false;
		enter(&m, then, 0);
	}
}
