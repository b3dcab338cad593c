/* What tags of images have stood for before. */
#include "engine/choice_tag.h"

#include "base/text.h"
#include "engine/luet.h"
#include "store/origins.h"

int choice_tag_recall(
	struct engine *e, const struct chosen *one, struct tagged *out, struct err *err)
{
	int known = tagged_get(
		&e->db, buf_span(&one->repository), buf_span(&one->offer.path), out, err);

	if (known < 1)
		return known;
	VEC_FOR (const struct buf, base, &one->offer.mirrors.of)
		if (span_is(buf_span(base), buf_span(&out->place)))
			return 1;
	return 0;
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
static size_t find_other(const struct oci_manifest *a, const struct oci_manifest *b)
{
	size_t n = 0;

	for (; n < a->layers.n && n < b->layers.n; n++)
		if (!digest_is(&a->layers.v[n].sha256, &b->layers.v[n].sha256))
			return n;
	return a->layers.n == b->layers.n ? SIZE_MAX : n;
}

static void add_sum(const struct oci_manifest *image, size_t n, struct buf *out)
{
	buf_adds(out, n < image->layers.n ? "sha256:" : "none");
	if (n < image->layers.n)
		digest_format(out, &image->layers.v[n].sha256);
}

/* `when` stands before what it was; false: they are the same. */
static bool tell_moved(struct engine *e, const struct offer *o, const struct oci_manifest *now,
	const struct oci_manifest *was, const struct buf *when)
{
	size_t layer = find_other(now, was);
	AUTO(buf) number = BUF_INIT;
	AUTO(buf) is = BUF_INIT;
	AUTO(buf) had = BUF_INIT;

	if (layer == SIZE_MAX)
		return false;
	if (now->layers.n > 1 || was->layers.n > 1)
		buf_addf(&number, "s layer %zu", layer + 1);
	add_sum(now, layer, &is);
	add_sum(was, layer, &had);
	engine_tell(e, WATCH_WARN, buf_span(&o->name),
		"the registry has moved the tag %s: it%s is %s now, and %s %s", o->path.s, number.s,
		is.s, when->s, had.s);
	return true;
}

/* The layers of what is here of that version, where it came from that repository: 1, or 0. */
static int take_here(struct engine *e, const struct world *world, const struct chosen *one,
	struct oci_manifest *out, struct err *err)
{
	const struct bundle *here = find_here(world, &one->offer);
	struct err ignored = ERR_INIT;
	AUTO(buf) home = BUF_INIT;
	AUTO(installer) about;

	installer_init(&about);
	if (!here || here->format != FORMAT_LUET)
		return 0;
	if (origins_repository(&e->db, buf_span(&here->name), buf_span(&here->id), &home, err) < 0)
		return -1;
	if (!span_is(buf_span(&home), buf_span(&one->repository)) ||
		luet_about(e, here, &about, &ignored) < 0 || !about.luet.image)
		return 0;
	VEC_FOR (const struct pack, p, &about.packs.of)
		*vec_push(&out->layers) =
			(struct oci_blob){.sha256 = p->sums.of[DIGEST_SHA256], .size = p->size};
	return 1;
}

int choice_tag_warn(struct engine *e, const struct world *world, const struct chosen *one,
	const struct oci_manifest *now, struct err *err)
{
	const struct offer *o = &one->offer;
	AUTO(oci_manifest) here = {0};
	AUTO(buf) when = BUF_INIT;
	AUTO(tagged) was = TAGGED_INIT;
	int known, there;

	known = choice_tag_recall(e, one, &was, err);
	if (known < 1)
		return known;
	there = take_here(e, world, one, &here, err);
	if (there < 0)
		return -1;
	buf_addf(&when, "what is here of version %s is", o->version.s);
	if (there && tell_moved(e, o, now, &here, &when) &&
		find_other(&here, &was.image) == SIZE_MAX)
		return 0;
	buf_sets(&when, "on ");
	text_time_local(&when, was.at);
	buf_adds(&when, " it was");
	(void)tell_moved(e, o, now, &was.image, &when);
	return 0;
}
