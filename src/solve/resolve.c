/* Which packages come and which go. */
#include "solve/resolve.h"

#include "model/ordering.h"
#include "solve/answer.h"
#include "solve/helps.h"
#include "solve/question.h"
#include "solve/reasons.h"
#include "solve/words.h"

#define REASONS_MAX 6 /* lines of a refusal */
#define NOTES_MAX 20 /* for each of which the question is put once more */

static void change_drop(struct resolve_change *c)
{
	buf_drop(&c->why);
}

void resolution_drop(struct resolution *r)
{
	vec_drop_each(&r->of, change_drop);
	texts_drop(&r->notes);
	vec_drop(&r->unneeded);
}

void resolve_request_drop(struct resolve_request *r)
{
	vec_drop(&r->of);
}

void resolve_wish(struct resolve_request *r, struct span name, struct span version)
{
	*vec_push(&r->of) = (struct resolve_wish){name, version};
}

/* What cannot be: why, and what would help. */
static int refuse(struct question *q, const struct tweak *tweak, struct err *err)
{
	struct texts lines = {0};

	if (q->given_up) {
		err_set(err, ERR_FAILED, "there are too many ways to look through all of them");
		return err_next(err, "name fewer packages, and their versions: NAME=VERSION");
	}
	reasons_find(q, REASONS_MAX, &lines);
	err_set(err, ERR_CONFLICT,
		q->request->goal == RESOLVE_REMOVE ? "others need it"
						   : "no set of packages satisfies this");
	VEC_FOR (const struct buf, line, &lines.of)
		words_reason(err, buf_span(line));
	texts_drop(&lines);
	helps_add(q, tweak, err);
	return -1;
}

/* The best that is offered, where that is newer than what is installed. */
static uint32_t newer(const struct question *q, struct span name, uint32_t installed)
{
	uint32_t best = reach_best(&q->reach, name, q->request->goal == RESOLVE_UPGRADE);

	if (best == REACH_NONE || q->reach.of.v[best].rank <= q->reach.of.v[installed].rank)
		return REACH_NONE;
	return best;
}

static int refuse_held(const struct question *q, uint32_t package, struct err *err)
{
	const struct supply_item *item = &q->reach.of.v[package].item;

	err_set(err, ERR_CONFLICT, "%.*s is held", SPAN_ARG(item->name));
	if (item->version.n)
		err_detail(err, "it stays at %.*s", SPAN_ARG(item->version));
	return err_next(err, "fardel unhold %.*s", SPAN_ARG(item->name));
}

/* A wish that would change who is held is refused, not passed over. */
static int check_held(const struct question *q, struct err *err)
{
	VEC_FOR (const struct resolve_wish, wish, &q->request->of) {
		uint32_t installed = reach_installed(&q->reach, wish->name);
		bool changes;

		if (installed == REACH_NONE || !q->reach.of.v[installed].item.held)
			continue;
		if (q->request->goal == RESOLVE_REMOVE)
			changes = true;
		else if (wish->version.n)
			changes = !question_suits(q, wish, installed);
		else
			changes = newer(q, wish->name, installed) != REACH_NONE;
		if (changes)
			return refuse_held(q, installed, err);
	}
	return 0;
}

static uint32_t chosen(const struct question *q, struct span name)
{
	uint32_t first;
	size_t count = reach_named(&q->reach, name, &first);

	for (uint32_t i = first; i < first + count; i++)
		if (sat_has(q->reach.sat, i))
			return i;
	return REACH_NONE;
}

struct missed {
	uint32_t best, instead;
};
struct missed_list {
	VEC(struct missed) of;
};
static void missed_list_drop(struct missed_list *m)
{
	vec_drop(&m->of);
}

static void miss(const struct question *q, struct span name, struct missed_list *out)
{
	uint32_t installed = reach_installed(&q->reach, name);
	uint32_t best = installed == REACH_NONE ? reach_best(&q->reach, name, false)
						: newer(q, name, installed);
	uint32_t got = chosen(q, name);
	const struct reach_package *of = q->reach.of.v;

	if (best == REACH_NONE || got == REACH_NONE || got == best ||
		(of[got].rank == of[best].rank && of[got].home == of[best].home))
		return;
	*vec_push(&out->of) = (struct missed){best, got};
}

/* Of whom something better is offered than what is taken. */
static void find_missed(const struct question *q, struct missed_list *out)
{
	for (uint32_t i = 0; q->request->all && i < q->reach.of.n; i++)
		if (reach_is_installed(&q->reach, i))
			miss(q, q->reach.of.v[i].item.name, out);
	VEC_FOR (const struct resolve_wish, wish, &q->request->of)
		if (!q->request->all && !wish->version.n)
			miss(q, wish->name, out);
}

/* It could be there, if others went. */
static void add_displaced(const struct question *q, struct buf *out)
{
	for (uint32_t i = 0; i < q->reach.of.n; i++)
		if (reach_is_installed(&q->reach, i) &&
			chosen(q, q->reach.of.v[i].item.name) == REACH_NONE) {
			buf_adds(out, ": it would take the place of ");
			words_package(q, i, false, out);
			return;
		}
}

/* "editor 2.1 is not taken: it needs …" */
static void note(struct question *q, const struct missed *m, struct resolution *out)
{
	struct tweak tweak = TWEAK_NONE;
	struct texts lines = {0};
	AUTO(buf) who = BUF_INIT;
	AUTO(buf) text = BUF_INIT;
	bool held = q->reach.of.v[m->instead].item.held;

	words_package(q, m->best, false, &who);
	buf_add_span(&text, buf_span(&who));
	buf_adds(&text,
		reach_is_installed(&q->reach, m->instead) ? " is kept back" : " is not taken");
	tweak.there = m->best;
	if (held) {
		buf_adds(&text, ": ");
		words_package(q, m->instead, false, &text);
		buf_adds(&text, " is held");
	} else if (!question_try(q, &tweak)) {
		reasons_find(q, 2, &lines);
	} else if (!q->given_up) {
		add_displaced(q, &text);
	}
	VEC_FOR (const struct buf, line, &lines.of) {
		bool own = span_starts(buf_span(line), who.s) && line->s[who.n] == ' ';

		buf_addf(&text, "%s%s%s", line == lines.of.v ? ": " : "; ", own ? "it" : "",
			line->s + (own ? who.n : 0));
	}
	texts_drop(&lines);
	texts_add(&out->notes, buf_span(&text));
}

/* An upgrade that was asked for by name, and of which nothing comes, is refused. */
static int check_upgraded(struct question *q, const struct missed_list *missed, struct err *err)
{
	VEC_FOR (const struct missed, m, &missed->of) {
		struct tweak tweak = TWEAK_NONE;

		if (q->request->goal != RESOLVE_UPGRADE || q->request->all ||
			!reach_is_installed(&q->reach, m->instead))
			continue;
		tweak.there = m->best;
		if (!question_try(q, &tweak) && !q->given_up)
			return refuse(q, &tweak, err);
	}
	return 0;
}

static bool is_asked(const struct question *q, struct span name)
{
	VEC_FOR (const struct resolve_wish, wish, &q->request->of)
		if (span_is(wish->name, name))
			return true;
	return q->request->all;
}

/* Whether it is newer than what will be there of that name. */
static bool is_better(const struct question *q, const struct supply_item *item)
{
	uint32_t got = chosen(q, item->name);
	const struct supply_item *is = got == REACH_NONE ? NULL : &q->reach.of.v[got].item;

	return is && span_is(is->name, item->name) && ordering_has(is->name, is->version) &&
	       ordering_has(item->name, item->version) &&
	       ordering_compare(item->name, item->version, is->version) > 0;
}

/* What is newer elsewhere is told, the newest of each name: those of one stand together. */
static void note_away(const struct question *q, struct resolution *out)
{
	const size_t *of = q->reach.away.v;
	size_t told = 0, best = RESOLVE_NONE;

	for (size_t i = 0; i < q->reach.away.n && told < NOTES_MAX; i++) {
		struct supply_item item, other = {.name = SPAN("")};
		AUTO(buf) text = BUF_INIT;

		supply_get(q->reach.supply, of[i], &item);
		if (best != RESOLVE_NONE)
			supply_get(q->reach.supply, best, &other);
		if (is_asked(q, item.name) && is_better(q, &item) &&
			(best == RESOLVE_NONE ||
				ordering_compare(item.name, item.version, other.version) > 0))
			best = of[i];
		if (i + 1 < q->reach.away.n)
			supply_get(q->reach.supply, of[i + 1], &other);
		if (best == RESOLVE_NONE ||
			(i + 1 < q->reach.away.n && span_is(other.name, item.name)))
			continue;
		words_away(q, best, &text);
		texts_add(&out->notes, buf_span(&text));
		best = RESOLVE_NONE;
		told++;
	}
}

static int answer(struct question *q, struct resolution *out, struct err *err)
{
	struct tweak tweak = TWEAK_NONE;
	AUTO(missed_list) missed = {0};

	if (q->request->goal == RESOLVE_AUTOREMOVE) {
		answer_unneeded(q, out);
		return 0;
	}
	if (check_held(q, err) < 0)
		return -1;
	if (!question_try(q, &tweak))
		return refuse(q, &tweak, err);
	answer_make(q, out);
	if (q->request->goal == RESOLVE_REMOVE)
		return 0;
	find_missed(q, &missed);
	note_away(q, out);
	if (check_upgraded(q, &missed, err) < 0)
		return -1;
	for (size_t i = 0; i < missed.of.n && i < NOTES_MAX; i++)
		note(q, &missed.of.v[i], out);
	if (missed.of.n > NOTES_MAX) {
		AUTO(buf) text = BUF_INIT;

		buf_addf(&text, "and %zu more are kept back", missed.of.n - NOTES_MAX);
		texts_add(&out->notes, buf_span(&text));
	}
	return 0;
}

int resolve_run(const struct supply *s, const struct resolve_request *request,
	struct resolution *out, struct err *err)
{
	AUTO(question) q;
	int done;

	*out = RESOLUTION_INIT;
	q = (struct question){0};
	if (question_make(s, request, &q, err) < 0)
		return -1;
	done = answer(&q, out, err);
	if (done < 0)
		resolution_drop(out);
	return done;
}
