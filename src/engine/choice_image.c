/* Packages that are images of a registry, among what was chosen. */
#include "engine/choice_image.h"

#include "base/text.h"
#include "engine/images.h"
#include "engine/luet.h"
#include "model/luet_made.h"
#include "model/registry.h"

/* --- Where they are ----------------------------------------------------------------------------------- */

static int add_base(struct span url, struct offer *o, struct err *err)
{
	AUTO(buf) base = BUF_INIT;

	if (registry_base(url, &base, err) < 0)
		return -1;
	texts_add(&o->mirrors, buf_span(&base));
	return 0;
}

int choice_image_complete(const struct shelf *shelf, struct offer *o, struct err *err)
{
	if (!offer_is_image(o) || shelf->repository->type != REPOSITORY_DOCKER) {
		err_set(err, ERR_BAD_STATE, "%s was synced as another type than %s",
			shelf->repository->name.s, repository_type_name(shelf->repository->type));
		return err_next(err, "fardel repo update --force %s", shelf->repository->name.s);
	}
	if (add_base(buf_span(&shelf->url), o, err) < 0)
		return -1;
	VEC_FOR (const struct buf, url, &shelf->repository->urls.of)
		if (!span_is(buf_span(url), buf_span(&shelf->url)) &&
			add_base(buf_span(url), o, err) < 0)
			return -1;
	return 0;
}

/* --- What a tag stands for ------------------------------------------------------------------------------ */

/* Of one repository. */
struct batch {
	struct engine *e;
	struct choice *o;
	struct images images;
	VEC(size_t) of; /* which of those chosen they are */
};

static void batch_drop(struct batch *b)
{
	images_drop(&b->images);
	vec_drop(&b->of);
}

static bool is_wanted(const struct chosen *one)
{
	return one->makes && offer_is_image(&one->offer) && !one->offer.packs.of.n && !one->err;
}

/* Each blob may be had wherever the repository is; a pack's own URL is tried last. */
static void add_layer(const struct oci_blob *layer, size_t number, struct offer *o)
{
	struct pack *p = vec_push(&o->packs.of);

	pack_init(p);
	buf_addf(&p->file, "%s", o->path.s);
	if (number)
		buf_addf(&p->file, ".%zu", number);
	p->size = layer->size;
	p->sums.has[DIGEST_SHA256] = true;
	p->sums.of[DIGEST_SHA256] = layer->sha256;
	VEC_FOR (const struct buf, base, &o->mirrors.of) {
		if (p->url.n)
			texts_add(&p->mirrors, buf_span(&p->url));
		buf_setf(&p->url, "%s/", base->s);
		image_digest_path("blobs", layer, &p->url);
	}
}

static void tell(struct engine *e, const struct chosen *one)
{
	AUTO(buf) sum = BUF_INIT;

	VEC_FOR (const struct pack, p, &one->offer.packs.of) {
		buf_adds(&sum, sum.n ? ", sha256:" : "sha256:");
		digest_format(&sum, &p->sums.of[DIGEST_SHA256]);
	}
	engine_tell(e, WATCH_INFO, buf_span(&one->offer.name), "the image %s is %s",
		one->offer.path.s, sum.s);
}

/* What is here of that version: the one in use, else the last that was. */
static const struct bundle *find_here(const struct world *world, const struct offer *o)
{
	const struct bundle *found = NULL;

	VEC_FOR (const struct bundle, b, &world->of) {
		if (!span_is(buf_span(&b->name), buf_span(&o->name)) ||
			!span_is(buf_span(&b->version), buf_span(&o->version)))
			continue;
		if (bundle_in_use(b))
			return b;
		found = found ? found : b;
	}
	return found;
}

/* The first layer that is not the same in both; SIZE_MAX: all are. */
static size_t find_other(const struct packs *a, const struct packs *b)
{
	size_t n = 0;

	for (; n < a->of.n && n < b->of.n; n++)
		if (!digest_is(
			    &a->of.v[n].sums.of[DIGEST_SHA256], &b->of.v[n].sums.of[DIGEST_SHA256]))
			return n;
	return a->of.n == b->of.n ? SIZE_MAX : n;
}

static void add_sum(const struct packs *packs, size_t n, struct buf *out)
{
	buf_adds(out, n < packs->of.n ? "sha256:" : "none");
	if (n < packs->of.n)
		digest_format(out, &packs->of.v[n].sums.of[DIGEST_SHA256]);
}

static void tell_moved(
	struct engine *e, const struct offer *o, const struct packs *here, size_t layer)
{
	AUTO(buf) number = BUF_INIT;
	AUTO(buf) now = BUF_INIT;
	AUTO(buf) was = BUF_INIT;

	if (o->packs.of.n > 1 || here->of.n > 1)
		buf_addf(&number, "s layer %zu", layer + 1);
	add_sum(&o->packs, layer, &now);
	add_sum(here, layer, &was);
	engine_tell(e, WATCH_WARN, buf_span(&o->name),
		"the registry has moved the tag %s: it%s is %s now, and what is here of version %s is %s",
		o->path.s, number.s, now.s, o->version.s, was.s);
}

/* Tags may be moved. Who did that, and why, only the admin can find out. */
static void warn_moved(struct engine *e, const struct world *world, const struct offer *o)
{
	const struct bundle *here = find_here(world, o);
	struct err ignored = ERR_INIT;
	struct installer about;

	if (!here || here->format != FORMAT_LUET)
		return;
	installer_init(&about);
	if (luet_about(e, here, &about, &ignored) == 0 && about.luet.image) {
		size_t layer = find_other(&about.packs, &o->packs);

		if (layer != SIZE_MAX)
			tell_moved(e, o, &about.packs, layer);
	}
	installer_drop(&about);
}

static int settle(struct engine *e, const struct world *world, struct chosen *one,
	const struct image *image, struct err *err)
{
	const struct oci_manifest *m = &image->manifest;

	for (size_t i = 0; i < m->layers.n; i++)
		add_layer(&m->layers.v[i], m->layers.n > 1 ? i + 1 : 0, &one->offer);
	buf_clear(&one->offer.id);
	if (luet_made_id(&one->offer, &one->offer.id, err) < 0)
		return -1;
	tell(e, one);
	warn_moved(e, world, &one->offer);
	return 0;
}

/* --- All of one repository ------------------------------------------------------------------------------- */

static bool has_come(const struct batch *b)
{
	VEC_FOR (const struct image, image, &b->images.of)
		if (!image->came)
			return false;
	return true;
}

/* Where it is asked next gets those that did not come; what is wrong with the registry, is so with each of them. */
static int ask(struct batch *b, const struct buf *base, bool last, struct err *err)
{
	struct err why = ERR_INIT;

	if (images_resolve(b->e, buf_span(base), &b->images, &why) == 0)
		return 0;
	if (why.code == ERR_SIGNAL)
		return err_copy(err, &why);
	VEC_FOR (struct image, image, &b->images.of)
		if (!image->came && image->why.code == ERR_NONE)
			image->why = why;
	if (!last)
		engine_tell(b->e, WATCH_WARN, SPAN(""), "%s; trying the next source", why.text);
	return 0;
}

static int end(struct batch *b, const struct world *world, struct err *err)
{
	for (size_t i = 0; i < b->of.n; i++) {
		struct chosen *one = &b->o->of.v[b->of.v[i]];
		struct image *image = &b->images.of.v[i];

		if (image->came && settle(b->e, world, one, image, err) < 0)
			return -1;
		if (image->came)
			continue;
		if (image->why.code == ERR_NONE)
			err_set(&image->why, ERR_NETWORK, "nobody was asked for its image");
		err_at(&image->why, "%s", one->offer.name.s);
		if (!b->o->request.keep_going)
			return err_copy(err, &image->why);
		one->err = err_keep(&image->why);
	}
	return 0;
}

static void refuse_offline(struct batch *b)
{
	VEC_FOR (struct image, image, &b->images.of) {
		err_set(&image->why, ERR_OFFLINE,
			"what the tag %s stands for only the registry can say, and --offline was given",
			image->tag.s);
		err_next(&image->why,
			"leave --offline out: layers that are in the cache are not fetched again");
	}
}

static int resolve(struct batch *b, const struct world *world, struct err *err)
{
	const struct texts *bases = &b->o->of.v[b->of.v[0]].offer.mirrors;

	if (b->e->offline)
		refuse_offline(b);
	for (size_t i = 0; i < bases->of.n && !b->e->offline && !has_come(b); i++)
		if (ask(b, &bases->of.v[i], i + 1 == bases->of.n, err) < 0)
			return -1;
	return end(b, world, err);
}

static int take_batch(struct engine *e, const struct world *world, struct choice *o, size_t first,
	struct err *err)
{
	AUTO(batch) b = {.e = e, .o = o};

	for (size_t i = first; i < o->of.n; i++) {
		const struct chosen *one = &o->of.v[i];

		if (!is_wanted(one) ||
			!span_is(buf_span(&one->repository), buf_span(&o->of.v[first].repository)))
			continue;
		image_init(vec_push(&b.images.of), buf_span(&one->offer.path));
		*vec_push(&b.of) = i;
	}
	return resolve(&b, world, err);
}

int choice_image_resolve(
	struct engine *e, const struct world *world, struct choice *o, struct err *err)
{
	for (size_t i = 0; i < o->of.n; i++)
		if (is_wanted(&o->of.v[i]) && take_batch(e, world, o, i, err) < 0)
			return -1;
	return 0;
}
