/* Images of a registry. */
#include "engine/images.h"

#include <string.h>
#include <sys/socket.h>

#include "engine/architecture.h"
#include "engine/gather.h"
#include "engine/worker.h"
#include "model/message.h"
#include "model/offer_message.h"
#include "store/sum.h"

#define TEXTS_MAX (64 << 20) /* bytes of all manifests that wait to be looked into */

void image_init(struct image *i, struct span tag)
{
	*i = (struct image){.tag = BUF_INIT, .text = BUF_INIT, .why = ERR_INIT};
	buf_set(&i->tag, tag);
}

void image_drop(struct image *i)
{
	buf_drop(&i->tag);
	buf_drop(&i->text);
	oci_manifest_drop(&i->manifest);
}

void images_drop(struct images *i)
{
	vec_drop_each(&i->of, image_drop);
}

void image_tag_path(const struct image *i, struct buf *out)
{
	buf_addf(out, "manifests/%s", i->tag.s);
}

void image_digest_path(const char *kind, const struct oci_blob *blob, struct buf *out)
{
	buf_addf(out, "%s/sha256:", kind);
	digest_format(out, &blob->sha256);
}

void image_take_text(struct image *i, struct span text)
{
	buf_set(&i->text, text);
	if (!text.n)
		err_set(&i->why, ERR_CHECKSUM, "its manifest is empty");
}

int image_check_text(const struct image *i, const struct oci_blob *blob, struct err *err)
{
	struct head_sum sum;

	if (sum_of_bytes(buf_span(&i->text), &sum, err) < 0)
		return -1;
	if ((int64_t)i->text.n == blob->size &&
		memcmp(sum.bytes, blob->sha256.bytes, HEAD_SUM) == 0)
		return 0;
	return err_set(err, ERR_CHECKSUM, "its manifest is another one than the digest says");
}

/* --- What is in a manifest -------------------------------------------------------------------------- */

struct reading {
	struct worker worker; /* first */
	struct span architecture;
	struct image *of;
	size_t count, at; /* so many, and the one that it looks into */
};

static void reading_drop(struct reading *r)
{
	worker_drop(&r->worker);
}

static int not_understood(struct err *err)
{
	return err_set(err, ERR_WORKER, "fardel-index said what cannot be understood");
}

/* As far as the next that has a text: 1; 0: there is none. */
static int find_next(struct reading *r, struct buf *order)
{
	while (r->at < r->count && !r->of[r->at].text.n)
		r->at++;
	if (r->at == r->count)
		return 0;
	offer_message_put_manifest(
		order, &(struct manifest_order){r->architecture, buf_span(&r->of[r->at].text)});
	return 1;
}

static int take(struct image *i, const struct frame *frame, struct err *err)
{
	oci_manifest_drop(&i->manifest);
	i->manifest = (struct oci_manifest){0};
	buf_clear(&i->text);
	if (frame->type == OFFER_MANIFEST_BAD)
		return message_get_err(frame->payload, &i->why) ? 0 : not_understood(err);
	if (frame->type != OFFER_MANIFEST_IS || !oci_get(frame->payload, &i->manifest))
		return not_understood(err);
	i->came = !i->manifest.is_list;
	return 0;
}

static int on_frame(struct worker *w, const struct frame *frame, struct err *err)
{
	struct reading *r = (struct reading *)w;
	AUTO(buf) order = BUF_INIT;

	if (take(&r->of[r->at], frame, err) < 0)
		return -1;
	if (find_next(r, &order))
		return frame_send(w->task.fd, OFFER_MANIFEST, buf_span(&order), err);
	w->finished = true;
	shutdown(w->task.fd, SHUT_WR);
	return 0;
}

int images_read(struct engine *e, struct image *of, size_t count, struct err *err)
{
	AUTO(reading) r = {.worker = {.task = TASK_INIT, .reader = FRAME_READER_INIT},
		.of = of,
		.count = count};
	AUTO(buf) order = BUF_INIT;

	r.worker.frame = on_frame;
	if (architecture_get(e, &r.architecture, err) < 0)
		return -1;
	if (!find_next(&r, &order))
		return 0;
	if (worker_start(
		    e, &r.worker, WORKER_INDEX, NULL, 0, OFFER_MANIFEST, buf_span(&order), err) < 0)
		return -1;
	return worker_finish(&r.worker, err);
}

/* --- What tags stand for ------------------------------------------------------------------------------ */

#define IN_VAIN_MAX 2 /* images in a row that nobody answers for: it is not them */

/* Some images, over one connection. */
struct asking {
	struct gather gather; /* first: its task is what the loop waits for */
	struct engine *e;
	struct images *images;
	VEC(size_t) of; /* which of them the gather's items are */
	int64_t max; /* bytes that each may have */
};

static void asking_drop(struct asking *a)
{
	gather_drop(&a->gather);
	vec_drop(&a->of);
}

static struct image *image_of(struct asking *a, size_t item)
{
	return &a->images->of.v[a->of.v[item]];
}

static bool is_wanted(const struct image *image)
{
	return !image->came && image->why.code == ERR_NONE;
}

/* All that are still wanted: by their tags, or by what lists of them name. */
static void add_wanted(struct asking *a)
{
	gather_clear(&a->gather);
	a->of.n = 0;
	for (size_t i = 0; i < a->images->of.n; i++) {
		struct image *image = &a->images->of.v[i];
		struct gather_item *item;
		AUTO(buf) path = BUF_INIT;

		if (!is_wanted(image))
			continue;
		image->listed = image->manifest.is_list;
		if (image->listed)
			image_digest_path("manifests", &image->manifest.platform, &path);
		else
			image_tag_path(image, &path);
		item = gather_add(&a->gather, buf_span(&path), a->max);
		item->optional = item->exact = true;
		*vec_push(&a->of) = i;
	}
}

static void keep_text(struct image *image, const struct gather_item *item)
{
	if (item->missing) {
		err_set(&image->why, ERR_HTTP, "the registry has no such image");
		err_next(&image->why, "fardel repo update; else ask who runs the registry");
		return;
	}
	image_take_text(image, buf_span(&item->body));
	if (image->text.n && image->listed &&
		image_check_text(image, &image->manifest.platform, &image->why) < 0)
		buf_clear(&image->text);
}

/* Looks into those that came, all at once. */
static int read_texts(struct asking *a, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		keep_text(image_of(a, i), &a->gather.items.v[i]);
	if (images_read(a->e, a->images->of.v, a->images->of.n, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct image *image = image_of(a, i);

		if (is_wanted(image) && image->listed)
			err_set(&image->why, ERR_CHECKSUM,
				"its list of images leads to another list");
	}
	return 0;
}

static int on_full(struct gather *g, struct err *err)
{
	struct asking *a = (struct asking *)g;

	if (read_texts(a, a->of.n, err) < 0)
		return -1;
	add_wanted(a);
	if (a->of.n)
		return gather_go(g, err);
	gather_end(g);
	return 0;
}

static int run(struct asking *a, struct err *err)
{
	int result = gather_go(&a->gather, err);

	if (result == 0 && a->gather.started) {
		(void)!loop_finish(&a->gather.worker.task, err);
		err_clear(err);
		result = gather_result(&a->gather, err);
	}
	return result;
}

/* Gives the error to the one whose answer it is; what came before that counts. False: it is of none of them. */
static bool blame(struct asking *a, const struct err *why, struct err *err)
{
	size_t number = a->gather.got;

	if (why->code == ERR_SIGNAL || number >= a->of.n || read_texts(a, number, err) < 0)
		return false;
	image_of(a, number)->why = *why;
	return true;
}

/* 1: all that were wanted were asked for; 0: as far as one of them, which has the error, too, and may be asked again without it; -1. */
static int ask_wanted(
	struct engine *e, struct span base, struct images *images, bool *answered, struct err *err)
{
	AUTO(asking) a = {.e = e, .images = images};
	struct err why = ERR_INIT;

	gather_init(&a.gather, e, base, SPAN(""));
	a.gather.full = on_full;
	a.max = images->of.n > TEXTS_MAX / OCI_MANIFEST_MAX ? TEXTS_MAX / (int64_t)images->of.n
							    : OCI_MANIFEST_MAX;
	add_wanted(&a);
	if (!a.of.n || run(&a, &why) == 0)
		return 1;
	*answered = a.gather.got || why.code != ERR_NETWORK;
	if (!blame(&a, &why, err))
		return err->code == ERR_NONE ? err_copy(err, &why) : -1;
	(void)err_copy(err, &why);
	return 0;
}

int images_resolve(
	struct engine *e, struct span base, struct images *images, bool keep_going, struct err *err)
{
	/* Another place may have other images. */
	VEC_FOR (struct image, image, &images->of) {
		if (image->came)
			continue;
		oci_manifest_drop(&image->manifest);
		image->manifest = (struct oci_manifest){0};
		image->base = base;
		err_clear(&image->why);
	}
	for (int in_vain = 0;;) {
		bool answered = false;
		int result = ask_wanted(e, base, images, &answered, err);

		if (result)
			return result < 0 ? -1 : 0;
		in_vain = answered ? 0 : in_vain + 1;
		if (!keep_going || in_vain == IN_VAIN_MAX)
			return -1;
		err_clear(err);
	}
}
