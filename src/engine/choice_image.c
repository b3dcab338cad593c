/* Packages that are images of a registry, among what was chosen. */
#include "engine/choice_image.h"

#include "engine/choice_tag.h"
#include "engine/images.h"
#include "model/luet_made.h"
#include "model/registry.h"
#include "store/tagged.h"

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

static void add_layers(const struct oci_manifest *image, struct offer *o)
{
	for (size_t i = 0; i < image->layers.n; i++)
		add_layer(&image->layers.v[i], image->layers.n > 1 ? i + 1 : 0, o);
}

static int settle(struct engine *e, const struct world *world, struct chosen *one,
	const struct image *image, struct err *err)
{
	add_layers(&image->manifest, &one->offer);
	buf_clear(&one->offer.id);
	if (luet_made_id(&one->offer, &one->offer.id, err) < 0)
		return -1;
	tell(e, one);
	return choice_tag_warn(e, world, one, &image->manifest, err);
}

/* --- All of one repository ------------------------------------------------------------------------------- */

static bool has_come(const struct batch *b)
{
	VEC_FOR (const struct image, image, &b->images.of)
		if (!image->came)
			return false;
	return true;
}

/* Where it is asked next gets those that did not come. */
static int ask(struct batch *b, const struct buf *base, bool last, struct err *err)
{
	bool keep_going = b->o->request.keep_going;
	struct err why = ERR_INIT;

	if (images_resolve(b->e, buf_span(base), &b->images, keep_going, &why) == 0)
		return 0;
	if (why.code == ERR_SIGNAL)
		return err_copy(err, &why);
	/* With it all were asked for, or the registry is of no use to any. */
	VEC_FOR (struct image, image, &b->images.of)
		if (keep_going && !image->came && image->why.code == ERR_NONE)
			image->why = why;
	if (!last)
		engine_tell(b->e, WATCH_WARN, SPAN(""), "%s; trying the next source", why.text);
	return 0;
}

static int write_all(struct batch *b, struct err *err)
{
	int64_t now = engine_now();

	for (size_t i = 0; i < b->of.n; i++) {
		const struct chosen *one = &b->o->of.v[b->of.v[i]];
		const struct image *image = &b->images.of.v[i];

		if (image->came &&
			tagged_put(&b->e->db, buf_span(&one->repository), buf_span(&image->tag),
				image->base, &image->manifest, now, err) < 0)
			return -1;
	}
	return 0;
}

/* What a power cut takes of it is asked again. */
static int remember(struct batch *b, struct err *err)
{
	if (db_begin_lazily(&b->e->db, err) < 0)
		return -1;
	if (write_all(b, err) == 0)
		return db_commit(&b->e->db, err);
	db_abandon(&b->e->db);
	return -1;
}

static int give_up(struct batch *b, size_t i, struct err *err)
{
	struct chosen *one = &b->o->of.v[b->of.v[i]];
	struct image *image = &b->images.of.v[i];

	if (image->why.code == ERR_NONE)
		err_set(&image->why, ERR_NETWORK, "nobody was asked for it");
	err_at(&image->why, "image %s", image->tag.s);
	if (image->why.code == ERR_CHECKSUM)
		err_next(&image->why, "ask who runs the registry, or made the image");
	if (b->o->request.keep_going) {
		one->err = err_keep(&image->why);
		return 0;
	}
	(void)err_copy(err, &image->why);
	return err_at(err, "%s", one->offer.name.s);
}

/* Those that nobody asked for, as another one was wrong, are not to blame. */
static int refuse(struct batch *b, struct err *err)
{
	for (int blamed = 1; blamed >= 0; blamed--)
		for (size_t i = 0; i < b->of.n; i++) {
			const struct image *image = &b->images.of.v[i];

			if (!image->came && blamed == (image->why.code != ERR_NONE) &&
				give_up(b, i, err) < 0)
				return -1;
		}
	return 0;
}

static int end(struct batch *b, const struct world *world, struct err *err)
{
	for (size_t i = 0; i < b->of.n; i++) {
		const struct image *image = &b->images.of.v[i];

		if (image->came && settle(b->e, world, &b->o->of.v[b->of.v[i]], image, err) < 0)
			return -1;
	}
	if (!b->e->offline && remember(b, err) < 0)
		return -1;
	return refuse(b, err);
}

/* Without the registry. */
static int recall_each(struct batch *b, struct err *err)
{
	for (size_t i = 0; i < b->of.n; i++) {
		struct image *image = &b->images.of.v[i];
		AUTO(tagged) was = TAGGED_INIT;
		int known;

		known = choice_tag_recall(b->e, &b->o->of.v[b->of.v[i]], &was, err);
		if (known < 0)
			return -1;
		image->came = known;
		if (!known) {
			err_set(&image->why, ERR_OFFLINE,
				"what its tag stands for only the registry can say, and --offline "
				"was given");
			err_next(&image->why,
				"leave --offline out: layers that are in the cache are not fetched again");
			continue;
		}
		image->manifest = was.image;
		was.image = (struct oci_manifest){0};
	}
	return 0;
}

static int resolve(struct batch *b, const struct world *world, struct err *err)
{
	const struct texts *bases = &b->o->of.v[b->of.v[0]].offer.mirrors;

	if (b->e->offline && recall_each(b, err) < 0)
		return -1;
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

/* How many layers it has, and how long they are, nobody knows yet. */
static void add_unknown(struct offer *o)
{
	struct pack *p = vec_push(&o->packs.of);

	pack_init(p);
	buf_set(&p->file, buf_span(&o->path));
	buf_set(&p->url, buf_span(&o->mirrors.of.v[0]));
}

int choice_image_recall(struct engine *e, struct choice *o, struct err *err)
{
	VEC_FOR (struct chosen, one, &o->of) {
		AUTO(tagged) was = TAGGED_INIT;
		int known;

		if (!offer_is_image(&one->offer) || one->offer.packs.of.n)
			continue;
		known = choice_tag_recall(e, one, &was, err);
		if (known < 0)
			return -1;
		if (known)
			add_layers(&was.image, &one->offer);
		else
			add_unknown(&one->offer);
	}
	return 0;
}
