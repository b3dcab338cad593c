/* The installers of what was chosen: fetched into the stage, each written and hashed as it comes. */
#include "engine/choice.h"
#include "engine/choice_image.h"
#include "engine/choice_packets.h"
#include "engine/gather.h"
#include "store/installation.h"
#include "store/intake.h"
#include "store/stages.h"
#include "sys/fd.h"

#define INSTALLER_MAX (64 << 20) /* bytes of an installer's file */

/* What is there whole needs no installer; what cannot be looked at has to be made anew. */
static bool is_there(struct engine *e, const struct world *world, const struct chosen *one)
{
	const struct bundle *b =
		world_get(world, buf_span(&one->offer.name), buf_span(&one->offer.id));
	struct err ignored = ERR_INIT;

	return b && b->state != BUNDLE_EXTRACTED && b->state != BUNDLE_FETCHED &&
	       installation_is_whole(&e->place, b, &ignored) == 1 &&
	       installation_is_hollow(&e->place, b, &ignored) == 0;
}

/* Those of one place, in one go. */
struct batch {
	struct engine *e;
	struct choice *o;
	VEC(size_t) of; /* which of those chosen its items are */
	int folder; /* to write into */
	struct intake in; /* the one that is coming */
};

static struct chosen *chosen_of(const struct batch *b, size_t item)
{
	return &b->o->of.v[b->of.v[item]];
}

static void name_of(const struct batch *b, size_t item, struct buf *out)
{
	buf_addf(out, "%zu%s", b->of.v[item], installer_suffix(chosen_of(b, item)->offer.format));
}

static int begin_installer(
	struct gather *g, size_t item, const struct fetch_begin *begin, struct err *err)
{
	struct batch *b = g->arg;
	AUTO(buf) name = BUF_INIT;
	struct sums want = {0};

	(void)begin;
	intake_drop(&b->in);
	name_of(b, item, &name);
	want.has[DIGEST_SHA256] = true;
	return intake_open(&b->in, b->folder, name.s, &want, err);
}

static int add_to_installer(struct gather *g, size_t item, struct span bytes, struct err *err)
{
	struct batch *b = g->arg;

	(void)item;
	return intake_add(&b->in, bytes.s, bytes.n, err);
}

static int end_installer(struct gather *g, size_t item, struct err *err)
{
	struct batch *b = g->arg;
	struct chosen *one = chosen_of(b, item);
	int64_t size = b->in.size;
	struct sums have;
	AUTO(buf) below = BUF_INIT;

	if (intake_end(&b->in, false, &have, NULL, err) < 0)
		return -1;
	if (size != one->offer.size || !digest_is(&have.of[DIGEST_SHA256], &one->offer.sha256))
		return err_set(err, ERR_CHECKSUM,
			"%s: its installer %s is not the one that the repository's index names",
			one->offer.name.s, one->offer.path.s);
	stage_path(&b->e->place, "repository", &below);
	buf_addc(&below, '/');
	name_of(b, item, &below);
	place_path(&b->e->place, below.s, &one->path);
	return 0;
}

static const struct gather_sink sink = {begin_installer, add_to_installer, end_installer};

static int on_full(struct gather *g, struct err *err)
{
	(void)err;
	gather_end(g);
	return 0;
}

/* A package of Packets has its files in it, the others' installers are recipes. */
static int check_size(const struct engine *e, const struct offer *o, struct err *err)
{
	int64_t most = o->format == FORMAT_PACKETS ? e->config.fetch_max_size : INSTALLER_MAX;

	if (o->size <= most)
		return 0;
	return err_set(err, ERR_FAILED,
		"%s: its installer %s has %lld bytes, more than the %lld that one may have",
		o->name.s, o->path.s, (long long)o->size, (long long)most);
}

static int fetch_batch(struct batch *b, const struct buf *url, struct err *err)
{
	struct gather g;
	int result;

	for (size_t i = 0; i < b->of.n; i++)
		if (check_size(b->e, &chosen_of(b, i)->offer, err) < 0)
			return -1;
	gather_init(&g, b->e, buf_span(url), SPAN(""));
	g.arg = b;
	g.full = on_full;
	g.sink = &sink;
	for (size_t i = 0; i < b->of.n; i++) {
		const struct offer *offer = &chosen_of(b, i)->offer;

		gather_add(&g, buf_span(&offer->path), offer->size)->exact = true;
	}
	result = gather_go(&g, err);
	if (result == 0 && g.started) {
		(void)!loop_finish(&g.worker.task, err);
		err_clear(err);
		result = gather_result(&g, err);
	}
	intake_drop(&b->in);
	b->in = INTAKE_INIT;
	gather_drop(&g);
	return result;
}

static bool is_wanted(struct engine *e, const struct world *world, const struct choice *o, size_t i)
{
	const struct chosen *one = &o->of.v[i];

	return !one->path.n && !one->makes && !one->err &&
	       (o->request.wish == WISH_AGAIN || !is_there(e, world, one));
}

/* Those of one place together; with keep_going, where that fails, each for itself. */
static int fetch_all(struct batch *b, const struct buf *url, struct err *err)
{
	VEC(size_t) all = {0};
	struct err why = ERR_INIT;

	if (fetch_batch(b, url, &why) == 0)
		return 0;
	if (!b->o->request.keep_going || why.code == ERR_SIGNAL)
		return err_copy(err, &why);
	for (size_t i = 0; i < b->of.n; i++)
		*vec_push(&all) = b->of.v[i];
	for (size_t i = 0; i < all.n; i++) {
		struct chosen *one = &b->o->of.v[all.v[i]];

		b->of.n = 0;
		*vec_push(&b->of) = all.v[i];
		err_clear(&why);
		if (!one->path.n && fetch_batch(b, url, &why) < 0)
			one->err = err_keep(&why);
	}
	vec_drop(&all);
	return 0;
}

/* Those are wherever they are, each for itself. */
static int fetch_packets(struct batch *b, const struct world *world, struct err *err)
{
	b->of.n = 0;
	for (size_t i = 0; i < b->o->of.n; i++)
		if (choice_is_packets(&b->o->of.v[i]) && is_wanted(b->e, world, b->o, i))
			*vec_push(&b->of) = i;
	if (!b->of.n)
		return 0;
	b->folder = stage_make(&b->e->place, "repository", err);
	return b->folder < 0 ? -1
			     : choice_fetch_packets(b->e, b->o, b->of.v, b->of.n, b->folder, err);
}

int choice_fetch(struct engine *e, const struct world *world, struct choice *o, struct err *err)
{
	struct batch b = {.e = e, .o = o, .folder = -1, .in = INTAKE_INIT};
	int result = fetch_packets(&b, world, err);

	for (size_t i = 0; i < o->of.n; i++)
		o->of.v[i].makes =
			o->of.v[i].offer.format == FORMAT_LUET && is_wanted(e, world, o, i);
	if (result == 0)
		result = choice_image_resolve(e, world, o, err);
	for (size_t first = 0; result == 0 && first < o->of.n; first++) {
		if (!is_wanted(e, world, o, first))
			continue;
		if (b.folder < 0)
			b.folder = stage_make(&e->place, "repository", err);
		if (b.folder < 0)
			return -1;
		b.of.n = 0;
		for (size_t i = first; i < o->of.n; i++)
			if (is_wanted(e, world, o, i) &&
				span_is(buf_span(&o->of.v[i].url), buf_span(&o->of.v[first].url)))
				*vec_push(&b.of) = i;
		result = fetch_all(&b, &o->of.v[first].url, err);
	}
	fd_drop(&b.folder);
	vec_drop(&b.of);
	return result;
}
