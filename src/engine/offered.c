/* What repositories offer, as `show` says it. */
#include "engine/offered.h"

#include <stdlib.h>
#include <string.h>

#include "engine/choice.h"
#include "engine/naming.h"
#include "engine/query.h"
#include "engine/stock.h"
#include "model/luet_argument.h"
#include "model/luet_selector.h"
#include "model/name.h"
#include "model/ordering.h"

/* The best one that was met: of the repository with the lowest priority, there the newest. */
struct best {
	struct span version; /* the one that is wanted; empty: any */
	struct stock *stock;
	struct shelf *shelf; /* NULL: none yet */
	struct shelf *at; /* the one that is looked at */
	struct buf found; /* its version */
	struct texts *versions;
};

static int meet(void *arg, const struct index_row *row, struct err *err)
{
	struct best *b = arg;
	AUTO(buf) text = BUF_INIT;
	bool masked = stock_is_masked(b->stock, b->at, row);

	(void)err;
	buf_addf(&text, "%.*s %s%s", SPAN_ARG(row->version), b->at->repository->name.s,
		masked ? " (masked)" : "");
	texts_add(b->versions, buf_span(&text));
	if (masked)
		return 0;
	if (b->version.n &&
		!(name_is_luet(row->name) ? luet_selector_holds(b->version, row->version)
					  : span_is(b->version, row->version)))
		return 0;
	if (b->shelf &&
		(b->at->repository->priority > b->shelf->repository->priority ||
			ordering_compare(row->name, row->version, buf_span(&b->found)) <= 0))
		return 0;
	b->shelf = b->at;
	buf_set(&b->found, row->version);
	return 0;
}

/* Each is "VERSION REPOSITORY". */
static struct span version_of(const struct buf *text)
{
	struct span rest = buf_span(text), version;

	span_split(&rest, ' ', &version);
	return version;
}

static int newest_first(const void *a, const void *b, void *name)
{
	struct span x = version_of(a), y = version_of(b);
	int order = ordering_compare(*(const struct span *)name, y, x);

	return order ? order : span_compare(y, x);
}

/* Those of one repository. */
static void sort_versions(struct texts *t, size_t first, struct span name)
{
	if (t->of.n > first)
		qsort_r(t->of.v + first, t->of.n - first, sizeof(struct buf), newest_first, &name);
}

static int find_best(
	struct engine *e, struct stock *s, struct span name, struct best *b, struct err *err)
{
	VEC_FOR (struct shelf, shelf, &s->of) {
		size_t first = b->versions->of.n;

		b->at = shelf;
		if (!shelf->damaged && index_named(&shelf->index, name, meet, b, err) < 0 &&
			stock_pass_over(e, shelf, err) < 0)
			return -1;
		sort_versions(b->versions, first, name);
	}
	return b->shelf != NULL;
}

static int fill(struct engine *e, const struct best *b, struct chosen *one, struct about *out,
	struct err *err)
{
	struct offer *offer = &one->offer;
	struct candidate c;
	int result;

	candidate_init(&c);
	choice_candidate(one, &c);
	out->is_file = out->is_offer = true;
	buf_set(&out->repository, buf_span(&b->shelf->repository->name));
	buf_set(&out->bundle.name, buf_span(&offer->name));
	buf_set(&out->bundle.id, buf_span(&offer->id));
	buf_set(&out->bundle.version, buf_span(&offer->version));
	out->bundle.format = offer->format;
	out->bundle.size = offer->size;
	texts_add_all(&offer->files, &out->files);
	texts_add_all(&offer->labels, &out->labels);
	facts_add(&c.installer.facts, SPAN("legend"), buf_span(&offer->summary));
	facts_add(&c.installer.facts, SPAN("description"), buf_span(&offer->description));
	result = query_fill(e, out, &c.installer, err);
	candidate_drop(&c);
	return result;
}

static int no_package(
	const struct stock *s, const char *what, const struct texts *versions, struct err *err)
{
	const struct lack *lack = stock_lack(s);

	if (versions->of.n)
		err_set(err, ERR_NO_PACKAGE, "%s: there is no such version%s", what,
			s->masked.n ? " that is not masked" : "");
	else
		err_set(err, ERR_NO_PACKAGE, "%s: no such package", what);
	VEC_FOR (const struct buf, version, &versions->of)
		err_detail(err, "%s", version->s);
	VEC_FOR (const struct masked, m, &s->masked)
		err_detail(err, "%s", m->text.s);
	if (lack) {
		err_detail(err, "%s", lack->what);
		return err_next(err, "%s", lack->next);
	}
	return err_next(err, "fardel search %.*s", (int)strcspn(what, "="), what);
}

static int about(struct engine *e, struct stock *s, const char *what, struct best *b,
	struct about *out, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(buf) called = BUF_INIT;
	struct span name = {what, strcspn(what, "=")};
	struct chosen one = {
		.repository = BUF_INIT, .url = BUF_INIT, .why = BUF_INIT, .path = BUF_INIT};
	int found;

	if (engine_world(e, &world, err) < 0 ||
		naming_offered(e, &world, s, name, &called, err) < 0)
		return -1;
	name = buf_span(&called);
	found = find_best(e, s, name, b, err);
	/* cat/name-1.2, where none is called so. */
	if (found == 0 && !b->version.n && !out->versions.of.n &&
		luet_argument_split(name, &name, &b->version))
		found = find_best(e, s, name, b, err);
	if (found <= 0)
		return found < 0 ? -1 : no_package(s, what, &out->versions, err);
	offer_init(&one.offer);
	found = index_offer(&b->shelf->index, name, buf_span(&b->found), &one.offer, err);
	if (found == 0)
		err_set(err, ERR_BAD_STATE, "the index has lost %s", what);
	if (found > 0)
		found = index_texts(&b->shelf->index, &one.offer, err) < 0 ? -1 : 1;
	found = found > 0 ? fill(e, b, &one, out, err) : -1;
	VEC_FOR (const struct masked, m, &s->masked)
		engine_tell(e, WATCH_INFO, SPAN(""), "%s", m->text.s);
	offer_drop(&one.offer);
	return found;
}

/* Whether a repository offers it, though it is not here. */
static bool blame(struct engine *e, struct stock *s, const char *name, struct err *err)
{
	AUTO(texts) versions = {0};
	struct best b = {.stock = s, .found = BUF_INIT, .versions = &versions};
	struct err ignored = ERR_INIT;
	bool offered = find_best(e, s, span_of(name), &b, &ignored) == 1;

	if (offered) {
		err_set(err, ERR_NO_PACKAGE, "%s: it is not installed", name);
		err_detail(err, "%s offers %s", b.shelf->repository->name.s,
			b.found.n ? b.found.s : "it");
		err_next(err, "fardel install %s; to see it first: fardel show %s", name, name);
	}
	buf_drop(&b.found);
	return offered;
}

void engine_blame_missing(struct engine *e, const struct texts *names, struct err *err)
{
	AUTO(stock) stock = STOCK_INIT;
	AUTO(world) world = WORLD_INIT;
	struct watch *watch = e->watch;
	struct err ignored = ERR_INIT;
	bool blamed = false;

	if (err->code != ERR_NO_PACKAGE)
		return;
	/* Who has asked the repositories has heard what is wrong with them; to others it is no matter. */
	e->watch = NULL;
	if (engine_world(e, &world, &ignored) == 0 && stock_open(e, &stock, &ignored) == 0)
		VEC_FOR (const struct buf, name, &names->of)
			blamed = blamed || (!world_first(&world, buf_span(name)) &&
						   blame(e, &stock, name->s, err));
	e->watch = watch;
}

int offered_about(struct engine *e, const char *what, struct about *out, struct err *err)
{
	AUTO(stock) stock = STOCK_INIT;
	const char *sign = strchr(what, '=');
	struct best b = {.version = span_of(sign ? sign + 1 : ""),
		.found = BUF_INIT,
		.stock = &stock,
		.versions = &out->versions};
	int result = stock_open(e, &stock, err);

	if (result == 0)
		result = about(e, &stock, what, &b, out, err);
	buf_drop(&b.found);
	return result;
}
