/* Packages that repositories offer: searched, and held against what is installed. */
#include <stdlib.h>

#include "engine/choice.h"
#include "engine/engine.h"
#include "engine/stock.h"
#include "model/ordering.h"

#define LIMIT 100
#define LIMIT_MOST 1000
#define MASKED_TOLD 5

static void found_drop(struct found *f)
{
	buf_drop(&f->name);
	buf_drop(&f->version);
	buf_drop(&f->repository);
	buf_drop(&f->summary);
	buf_drop(&f->installed);
	buf_drop(&f->becomes);
}

void founds_drop(struct founds *f)
{
	vec_drop_each(&f->of, found_drop);
}

static struct found *add(struct founds *out)
{
	struct found *f = vec_push(&out->of);

	*f = (struct found){.name = BUF_INIT,
		.version = BUF_INIT,
		.repository = BUF_INIT,
		.summary = BUF_INIT,
		.installed = BUF_INIT,
		.becomes = BUF_INIT,
		.size = -1};
	return f;
}

/* --- Words ------------------------------------------------------------------------------------ */

/* What comes of one repository: in its order. */
struct finding_of {
	struct founds *out;
	const struct world *world;
	const struct search_options *options;
	struct stock *stock;
	const struct shelf *shelf;
	size_t from; /* of out: before it is what came of others */
};

static struct found *find(struct founds *f, struct span name)
{
	VEC_FOR (struct found, found, &f->of)
		if (span_is(buf_span(&found->name), name))
			return found;
	return NULL;
}

/* The lines of a row that are of one kind; false: no more. */
static bool next_line(struct span *rest, char kind, struct span *value)
{
	struct span line;

	while (span_split(rest, '\n', &line))
		if (line.n > 2 && line.s[0] == kind && line.s[1] == ' ') {
			*value = span_cut(line, 2, line.n);
			return true;
		}
	return false;
}

/* KEY of any value, or KEY=VALUE. */
static bool has_label(const struct index_row *row, struct span label)
{
	struct span rest = row->relations, own;

	while (next_line(&rest, 'l', &own))
		if (span_is(own, label) || (own.n > label.n && own.s[label.n] == '=' &&
						   span_is(span_cut(own, 0, label.n), label)))
			return true;
	return false;
}

static bool is_meant(const struct search_options *o, const struct index_row *row)
{
	struct span rest = row->relations, value;

	if (!o->hidden && next_line(&rest, 'h', &value))
		return false;
	VEC_FOR (const struct buf, label, &o->labels->of)
		if (!has_label(row, buf_span(label)))
			return false;
	return true;
}

static int take(void *arg, const struct index_row *row, struct err *err)
{
	struct finding_of *f = arg;
	const struct bundle *current = world_current(f->world, row->name);
	struct found *found = find(f->out, row->name);

	(void)err;
	if ((f->options->installed && !current) || !is_meant(f->options, row) ||
		stock_is_masked(f->stock, f->shelf, row))
		return 0;
	/* A repository that is preferred said it already; of its own versions the newest counts. */
	if (found && (found < f->out->of.v + f->from || ordering_compare(row->name, row->version,
								buf_span(&found->version)) <= 0))
		return 0;
	if (!found)
		found = add(f->out);
	buf_set(&found->name, row->name);
	buf_set(&found->version, row->version);
	buf_set(&found->summary, row->summary);
	buf_set(&found->repository, buf_span(&f->shelf->repository->name));
	found->size = row->size;
	found->in_use = current != NULL;
	if (current)
		buf_set(&found->installed, buf_span(&current->version));
	return 0;
}

/* The first of each repository, then the second of each, …: each list has its best in front. */
static void merge(struct founds *out, const size_t *starts, size_t lists)
{
	struct founds merged = {.lack = out->lack};

	for (size_t k = 0; merged.of.n < out->of.n; k++)
		for (size_t i = 0; i < lists; i++)
			if (starts[i] + k < starts[i + 1])
				*vec_push(&merged.of) = out->of.v[starts[i] + k];
	vec_drop(&out->of);
	*out = merged;
}

static int compare_names(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return span_compare(buf_span(&x->name), buf_span(&y->name));
}

/* By words the best first, else by name. What is installed, or has a label, may be anywhere among what is found. */
static int search_one(struct finding_of *f, struct index *ix, int64_t limit, struct err *err)
{
	const struct search_options *o = f->options;
	bool picks = o->installed || o->labels->of.n || ix->format == FORMAT_LUET;

	if (o->words->of.n)
		return index_search(ix, o->words, picks ? LIMIT_MOST : limit, take, f, err);
	if (index_each(ix, take, f, err) < 0)
		return -1;
	if (f->out->of.n > f->from)
		qsort(f->out->of.v + f->from, f->out->of.n - f->from, sizeof(struct found),
			compare_names);
	return 0;
}

static int search_all(struct stock *s, const struct world *world, const struct search_options *o,
	struct founds *out, struct err *err)
{
	int64_t limit = o->limit ? o->limit : LIMIT;
	VEC(size_t) starts = {0};
	struct finding_of f = {.out = out, .world = world, .options = o, .stock = s};
	int result = 0;

	VEC_FOR (struct shelf, shelf, &s->of) {
		f.shelf = shelf;
		f.from = out->of.n;
		*vec_push(&starts) = out->of.n;
		if (result == 0)
			result = search_one(&f, &shelf->index, limit, err);
	}
	*vec_push(&starts) = out->of.n;
	if (result == 0)
		merge(out, starts.v, s->of.n);
	while (out->of.n > (size_t)limit)
		found_drop(&out->of.v[--out->of.n]);
	vec_drop(&starts);
	return result;
}

int engine_search(
	struct engine *e, const struct search_options *o, struct founds *out, struct err *err)
{
	AUTO(stock) stock = STOCK_INIT;
	AUTO(world) world = WORLD_INIT;

	if (stock_open(e, &stock, err) < 0 || engine_world(e, &world, err) < 0)
		return -1;
	out->lack = stock_lack(&stock);
	if (search_all(&stock, &world, o, out, err) < 0)
		return -1;
	for (size_t i = 0; i < stock.masked.n && i < MASKED_TOLD; i++)
		engine_tell(e, WATCH_INFO, SPAN(""), "%s", stock.masked.v[i].text.s);
	if (stock.masked.n > MASKED_TOLD)
		engine_tell(e, WATCH_INFO, SPAN(""), "and more are masked");
	return 0;
}

/* --- What nobody offers ------------------------------------------------------------------------ */

static int note(void *arg, const struct index_row *row, struct err *err)
{
	(void)row;
	(void)err;
	*(bool *)arg = true;
	return 0;
}

static int find_offered(
	struct engine *e, struct stock *s, struct span name, bool *offered, struct err *err)
{
	*offered = false;
	VEC_FOR (struct shelf, shelf, &s->of)
		if (!shelf->damaged && index_named(&shelf->index, name, note, offered, err) < 0 &&
			stock_pass_over(e, shelf, err) < 0)
			return -1;
	return 0;
}

int engine_orphans(struct engine *e, struct founds *out, struct err *err)
{
	AUTO(stock) stock = STOCK_INIT;
	AUTO(world) world = WORLD_INIT;

	if (stock_open(e, &stock, err) < 0 || engine_world(e, &world, err) < 0)
		return -1;
	out->lack = stock_lack(&stock);
	VEC_FOR (const struct bundle, b, &world.of) {
		struct found *f;
		bool offered;

		if (!bundle_in_use(b))
			continue;
		if (find_offered(e, &stock, buf_span(&b->name), &offered, err) < 0)
			return -1;
		if (offered)
			continue;
		f = add(out);
		buf_set(&f->name, buf_span(&b->name));
		buf_set(&f->installed, bundle_version(b));
		f->in_use = true;
	}
	return 0;
}

/* --- What could be upgraded -------------------------------------------------------------------- */

static int64_t size_of(const struct offer *o)
{
	int64_t size = o->size;

	VEC_FOR (const struct pack, p, &o->packs.of)
		size = size < 0 || p->size < 0 ? -1 : size + p->size;
	return size;
}

int engine_upgradable(struct engine *e, struct founds *out, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(manifests) installed = {0};
	AUTO(choice) choice = CHOICE_INIT;
	const struct request all = {.goal = GOAL_INSTALL, .wish = WISH_UPGRADE};

	if (engine_world(e, &world, err) < 0)
		return -1;
	manifests_init(&installed, e, &world);
	if (choice_make(e, &all, &installed, &choice, err) < 0)
		return -1;
	VEC_FOR (const struct chosen, one, &choice.of) {
		const struct buf *before = one->instead.n ? &one->instead : &one->offer.name;
		const struct bundle *current = world_current(&world, buf_span(before));
		struct found *f;

		if (!current)
			continue;
		f = add(out);
		buf_set(&f->name, buf_span(before));
		buf_set(&f->version, buf_span(&one->offer.version));
		buf_set(&f->repository, buf_span(&one->repository));
		buf_set(&f->summary, buf_span(&one->offer.summary));
		buf_set(&f->installed, buf_span(&current->version));
		if (one->instead.n)
			buf_set(&f->becomes, buf_span(&one->offer.name));
		f->serial = one->offer.serial;
		f->in_use = true;
		f->size = size_of(&one->offer);
	}
	return 0;
}
