/* Which package is meant by what somebody types. */
#include "engine/naming.h"

#include <string.h>

#include "engine/engine.h"
#include "engine/origin.h"
#include "model/luet_argument.h"
#include "model/luet_selector.h"
#include "model/name.h"

static bool has_text(const struct texts *t, struct span x)
{
	VEC_FOR (const struct buf, one, &t->of)
		if (span_is(buf_span(one), x))
			return true;
	return false;
}

/* What NAME is short for, of one that is here: 1; 0: it is called otherwise; -1. */
static int is_short_for(struct engine *e, const struct bundle *b, struct span name, struct err *err)
{
	struct span rest = buf_span(&b->name), category;
	AUTO(buf) alias = BUF_INIT;

	if (name_is_luet(rest))
		return span_split(&rest, '/', &category) && span_is(rest, name);
	if (b->format != FORMAT_PACKETS || !bundle_in_use(b))
		return 0;
	return origin_alias(e, b, &alias, err) < 0 ? -1 : span_is(buf_span(&alias), name);
}

static int add_here(struct engine *e, const struct world *world, struct span name,
	struct texts *found, struct err *err)
{
	VEC_FOR (const struct bundle, b, &world->of) {
		int fits = is_short_for(e, b, name, err);

		if (fits < 0)
			return -1;
		if (fits && !has_text(found, buf_span(&b->name)))
			texts_add(found, buf_span(&b->name));
	}
	return 0;
}

static int see(void *arg, const struct index_row *row, struct err *err)
{
	(void)row;
	(void)err;
	*(bool *)arg = true;
	return 0;
}

/* Whether some repository has one that is called just so. */
static int is_whole_name(
	struct engine *e, struct stock *s, struct span name, bool *whole, struct err *err)
{
	*whole = false;
	VEC_FOR (struct shelf, shelf, &s->of)
		if (!shelf->damaged && index_named(&shelf->index, name, see, whole, err) < 0 &&
			stock_pass_over(e, shelf, err) < 0)
			return -1;
	return 0;
}

static int add_offered(
	struct engine *e, struct stock *s, struct span name, struct texts *found, struct err *err)
{
	VEC_FOR (struct shelf, shelf, &s->of) {
		AUTO(texts) own = {0};

		if (!shelf->damaged && index_called(&shelf->index, name, &own, err) < 0 &&
			stock_pass_over(e, shelf, err) < 0)
			return -1;
		VEC_FOR (const struct buf, one, &own.of)
			if (!has_text(found, buf_span(one)))
				texts_add(found, buf_span(one));
	}
	return 0;
}

/* Of Packets' there is one version of a name, and what it is for helps to choose. */
static int add_about(void *arg, const struct index_row *row, struct err *err)
{
	struct buf *out = arg;

	(void)err;
	if (!name_is_luet(row->name) && !memchr(out->s, ' ', out->n))
		buf_addf(out, " %.*s   %.*s", SPAN_ARG(row->version), SPAN_ARG(row->summary));
	return 0;
}

static int describe(struct engine *e, struct stock *s, const struct texts *found,
	struct texts *shown, struct err *err)
{
	VEC_FOR (const struct buf, name, &found->of) {
		AUTO(buf) text = buf_dup(name);

		for (size_t i = 0; s && i < s->of.n; i++) {
			struct shelf *shelf = &s->of.v[i];

			if (!shelf->damaged &&
				index_named(&shelf->index, buf_span(name), add_about, &text, err) <
					0 &&
				stock_pass_over(e, shelf, err) < 0)
				return -1;
		}
		texts_add(shown, span_trim(buf_span(&text)));
	}
	return 0;
}

static int refuse_several(
	struct span typed, const struct texts *found, const struct texts *shown, struct err *err)
{
	err_set(err, ERR_INPUT, "%.*s: several packages are called so", SPAN_ARG(typed));
	VEC_FOR (const struct buf, one, &shown->of)
		err_detail(err, "%s", one->s);
	if (name_is_luet(buf_span(&found->of.v[0])))
		return err_next(err, "name the one that you want, with its category");
	return err_next(err, "name the one that you want: %s", found->of.v[0].s);
}

/* `s`: what is known of them; NULL: nothing. */
static int choose(struct engine *e, struct stock *s, struct span typed, const struct texts *found,
	struct buf *out, struct err *err)
{
	AUTO(texts) shown = {0};
	int chosen = found->of.n == 1 ? 0 : -1;

	if (!found->of.n) {
		buf_set(out, typed);
		return 0;
	}
	if (describe(e, s, found, &shown, err) < 0)
		return -1;
	if (found->of.n > 1 && e->watch && e->watch->choose)
		chosen = e->watch->choose(e->watch, typed, &shown);
	if (chosen >= 0) {
		buf_set(out, buf_span(&found->of.v[chosen]));
		return 0;
	}
	return refuse_several(typed, found, &shown, err);
}

int naming_here(struct engine *e, const struct world *world, struct span typed, struct buf *out,
	struct err *err)
{
	AUTO(texts) found = {0};

	if (!name_is_luet(typed) && !world_first(world, typed) &&
		add_here(e, world, typed, &found, err) < 0)
		return -1;
	return choose(e, NULL, typed, &found, out, err);
}

int naming_offered(struct engine *e, const struct world *world, struct stock *s, struct span typed,
	struct buf *out, struct err *err)
{
	AUTO(texts) found = {0};

	bool whole = name_is_luet(typed) || world_first(world, typed);

	if (!whole && is_whole_name(e, s, typed, &whole, err) < 0)
		return -1;
	if (!whole && (add_here(e, world, typed, &found, err) < 0 ||
			      add_offered(e, s, typed, &found, err) < 0))
		return -1;
	return choose(e, s, typed, &found, out, err);
}

/* --- For commands -------------------------------------------------------------------------------------------------- */

/* Of what is here the version is no more than a check; what is not may be offered. */
static int take_version(
	const struct world *world, struct span version, struct buf *name, struct err *err)
{
	const struct bundle *b = world_shown(world, buf_span(name));

	if (version.n && !b)
		buf_addf(name, "=%.*s", SPAN_ARG(version));
	if (!version.n || !b ||
		(name_is_luet(buf_span(name)) ? luet_selector_holds(version, buf_span(&b->version))
					      : span_is(version, buf_span(&b->version))))
		return 0;
	return err_set(err, ERR_NO_PACKAGE, "%s: what is here is %.*s, not %.*s", name->s,
		SPAN_ARG(bundle_version(b)), SPAN_ARG(version));
}

/* cat/name-1.2 where cat/name is here, and nothing that is called so altogether. */
static void split_here(const struct world *world, struct span *name, struct span *version)
{
	struct span shorter, behind;

	if (!world_first(world, *name) && luet_argument_split(*name, &shorter, &behind) &&
		world_first(world, shorter)) {
		*name = shorter;
		*version = behind;
	}
}

int engine_called(
	struct engine *e, const char *typed, enum called called, struct buf *out, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(buf) text = BUF_INIT;
	bool is_name = called != CALLED_AS_IS && !engine_is_file(typed);
	struct span rest, name;

	if (!is_name || !luet_argument_read(span_of(typed), &text))
		buf_sets(&text, typed);
	rest = buf_span(&text);
	span_split(&rest, '=', &name);
	if (!is_name || called == CALLED_ANY || (called == CALLED_SHOWN && rest.n)) {
		buf_add_span(out, buf_span(&text));
		return 0;
	}
	if (engine_world(e, &world, err) < 0)
		return -1;
	if (!rest.n)
		split_here(&world, &name, &rest);
	if (naming_here(e, &world, name, out, err) < 0)
		return -1;
	return take_version(&world, rest, out, err);
}
