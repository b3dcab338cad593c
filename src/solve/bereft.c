/* Whom it leaves without what they need that something goes. */
#include "solve/bereft.h"

#include <stdlib.h>

#include "base/mem.h"
#include "solve/words.h"

#define NAMES_TOLD 5

struct bereft {
	const struct related_list *before, *after;
	bool *direct; /* each of `after`: what it needs goes */
	bool *all; /* these, who needs them, and so on */
};

static void bereft_drop(struct bereft *b)
{
	free(b->direct);
	free(b->all);
}

/* What number i asks for of what was there (*was), and nobody would be any more but for those that are gone; NULL: it has all. */
static const struct relation *lost_of(
	const struct bereft *b, size_t i, const bool *gone, const struct related **was)
{
	const struct related *p = &b->after->of.v[i];

	if (p->comes)
		return NULL;
	VEC_FOR (const struct relation, r, &p->depends->of) {
		*was = related_find(b->before, r, NULL);
		if (*was && !related_find(b->after, r, gone))
			return r;
	}
	return NULL;
}

static bool spread(struct bereft *b)
{
	const struct related *ignored;
	bool more = false;

	for (size_t i = 0; i < b->after->of.n; i++)
		if (!b->all[i] && lost_of(b, i, b->all, &ignored))
			b->all[i] = more = true;
	return more;
}

/* The first loss is the error; who else has lost that is told below. What was lost; NULL: nothing. */
static const struct related *tell(struct bereft *b, struct err *err)
{
	const struct related *first = NULL, *was;

	for (size_t i = 0; i < b->after->of.n; i++) {
		const struct relation *r = lost_of(b, i, NULL, &was);
		AUTO(buf) text = BUF_INIT;

		if (!r)
			continue;
		b->direct[i] = true;
		buf_addf(&text, "%.*s depends on ", SPAN_ARG(b->after->of.v[i].name));
		relation_format(r, &text);
		if (!first)
			err_set(err, ERR_CONFLICT, "%.*s: %s", SPAN_ARG(was->name), text.s);
		else if (first == was)
			words_reason(err, buf_span(&text));
		first = first ? first : was;
	}
	return first;
}

/* --- What helps ------------------------------------------------------------------------------------ */

/* "browser, writer and player"; "a, b, c, d, e and 3 more". */
static void add_names(const struct related_list *l, const bool *which, struct buf *out)
{
	size_t count = 0, told = 0;

	for (size_t i = 0; i < l->of.n; i++)
		count += which[i];
	for (size_t i = 0; i < l->of.n && told < NAMES_TOLD; i++)
		if (which[i]) {
			bool last = ++told == count;

			buf_addf(out, "%s%.*s",
				told == 1 ? ""
				: last    ? " and "
					  : ", ",
				SPAN_ARG(l->of.v[i].name));
		}
	if (count > told)
		buf_addf(out, " and %zu more", count - told);
}

/* All that goes by its name. */
static void add_going(const struct bereft *b, struct buf *out)
{
	VEC_FOR (const struct related, p, &b->before->of)
		if (!related_named(b->after, p->name))
			buf_addf(out, " %.*s", SPAN_ARG(p->name));
}

/* What is typed, and what it does to whom. */
struct way {
	const char *command;
	bool names_all; /* of those that are bereft */
	const char *does, *then;
	bool direct; /* it does that to these alone */
};

static void add_way(
	const struct bereft *b, const struct way *way, struct buf *command, struct buf *why)
{
	buf_adds(command, way->command);
	add_going(b, command);
	for (size_t i = 0; way->names_all && i < b->after->of.n; i++)
		if (b->all[i])
			buf_addf(command, " %.*s", SPAN_ARG(b->after->of.v[i].name));
	buf_adds(why, way->does);
	add_names(b->after, way->direct ? b->direct : b->all, why);
	buf_adds(why, way->then);
}

static void advise(enum goal goal, const struct bereft *b, struct err *err)
{
	static const struct way remove[] = {
		{"fardel remove --cascade", false, "it removes ", "", false},
		{"fardel remove --force", false, "it leaves ", " without", true}};
	static const struct way unconfigure[] = {
		{"fardel unconfigure", true, "it takes ", " out of use, too", false}};
	const struct way *ways = goal == GOAL_UNCONFIGURE ? unconfigure : remove;
	size_t count = goal == GOAL_UNCONFIGURE ? COUNT(unconfigure) : COUNT(remove), width = 0;
	struct buf commands[COUNT(remove)], whys[COUNT(remove)];

	for (size_t i = 0; i < count; i++) {
		commands[i] = whys[i] = BUF_INIT;
		add_way(b, &ways[i], &commands[i], &whys[i]);
		width = commands[i].n > width ? commands[i].n : width;
	}
	for (size_t i = 0; i < count; i++) {
		if (!words_way_out(err, i, count, width, commands[i].s, whys[i].s) && i == 0)
			err_next(err,
				"first those that need it, a few at a time; then this once more");
		buf_drop(&commands[i]);
		buf_drop(&whys[i]);
	}
}

int bereft_check(enum goal goal, const struct related_list *before,
	const struct related_list *after, struct err *err)
{
	AUTO(bereft) b = {.before = before,
		.after = after,
		.direct = mem_zero(after->of.n + 1, sizeof(bool)),
		.all = mem_zero(after->of.n + 1, sizeof(bool))};
	const struct related *was = tell(&b, err);
	AUTO(buf) names = BUF_INIT;

	if (!was)
		return 0;
	while (spread(&b))
		;
	if (!related_named(after, was->name)) {
		advise(goal, &b, err);
		return -1;
	}
	/* It becomes another. */
	add_names(after, b.direct, &names);
	return err_next(err, "name %s as well, or give --force", names.s);
}
