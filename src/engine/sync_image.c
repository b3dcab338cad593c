/* The files of a wagon in a registry: each is in an image that has its name as tag. Its manifest comes first, then its layers, from the top one on, until one
 * has the file. A manifest that is the one known means that nothing is new. */
#include "engine/sync_part.h"

#include <fcntl.h>
#include <unistd.h>

#include "engine/sync_index.h"
#include "engine/worker.h"
#include "model/message.h"
#include "model/offer_message.h"
#include "model/registry.h"
#include "store/sum.h"
#include "sys/fd.h"
#include "sys/file.h"

#define OUT_NAME "file"
#define LAYER_NAME "layer"
#define BESIDE_MAX (16 << 20) /* bytes that a layer may have beside its file */

static int ask(struct sync *s, const struct gather_sink *sink,
	int (*full)(struct gather *g, struct err *err), struct err *err)
{
	s->gather.sink = sink;
	s->gather.full = full;
	return gather_go(&s->gather, err);
}

static int fail(struct sync *s, struct err *err)
{
	AUTO(buf) what = BUF_INIT;

	buf_addf(&what, "image %s", s->haul.image.tag.s);
	return sync_wagon_blame(what.s, err);
}

/* A file of ours that has no name any more: nothing is left of it, whatever happens. */
static int open_out(struct sync *s, struct err *err)
{
	struct sync_haul *h = &s->haul;

	fd_drop(&h->file);
	if (sync_open_folder(s, err) < 0 || file_remove(s->folder, OUT_NAME, err) < 0)
		return -1;
	h->file = file_open(s->folder, OUT_NAME, O_RDWR | O_CREAT | O_EXCL, 0600, err);
	if (h->file < 0)
		return -1;
	unlinkat(s->folder, OUT_NAME, 0);
	return 0;
}

/* --- Layers ---------------------------------------------------------------------------------------- */

static int begin_layer(
	struct gather *g, size_t item, const struct fetch_begin *begin, struct err *err)
{
	struct sync *s = g->arg;
	const struct sums none = {0};

	(void)item, (void)begin;
	intake_drop(&s->intake);
	s->intake = INTAKE_INIT;
	return intake_open(&s->intake, s->folder, LAYER_NAME, &none, err);
}

static int add_to_layer(struct gather *g, size_t item, struct span bytes, struct err *err)
{
	struct sync *s = g->arg;

	(void)item;
	return intake_add(&s->intake, bytes.s, bytes.n, err);
}

static int end_layer(struct gather *g, size_t item, struct err *err)
{
	struct sync *s = g->arg;
	const struct oci_blob *layer = &s->haul.image.manifest.layers.v[s->haul.left];
	struct sums want = {.has = {[DIGEST_SHA256] = true},
			    .of = {[DIGEST_SHA256] = layer->sha256}},
		    have;

	(void)item;
	if (s->intake.size != layer->size) {
		err_set(err, ERR_CHECKSUM, "its layer has %lld bytes, and its manifest says %lld",
			(long long)s->intake.size, (long long)layer->size);
		return fail(s, err);
	}
	if (intake_end(&s->intake, false, &have, NULL, err) < 0)
		return -1;
	if (intake_compare(&want, &have, err) < 0)
		return sync_wagon_blame(s->haul.image.tag.s, err);
	return 0;
}

static const struct gather_sink sink = {begin_layer, add_to_layer, end_layer};

static int on_answer(struct worker *w, const struct frame *frame, struct err *err)
{
	int64_t *answer = w->arg;

	if (frame->type != OFFER_LAYER_READ || !message_get_number(frame->payload, answer) ||
		*answer < 0 || *answer >= LAYER_ANSWERS)
		return err_set(err, ERR_WORKER, "fardel-index said what cannot be understood");
	w->finished = true;
	return 0;
}

/* Whether the layer has the file, which is in h->file then. */
static int look(struct sync *s, int64_t *answer, struct err *err)
{
	struct sync_haul *h = &s->haul;
	struct worker w = {
		.task = TASK_INIT, .reader = FRAME_READER_INIT, .frame = on_answer, .arg = answer};
	AUTO_FD layer = file_open(s->folder, LAYER_NAME, O_RDONLY, 0, err);
	AUTO(buf) order = BUF_INIT;
	int result;

	if (layer < 0 || open_out(s, err) < 0)
		return -1;
	unlinkat(s->folder, LAYER_NAME, 0);
	offer_message_put_layer(&order, &(struct layer_order){buf_span(&h->image.tag), h->max});
	result = worker_start(s->e, &w, WORKER_INDEX, (int[]){layer, h->file}, 2, OFFER_LAYER,
		buf_span(&order), err);
	if (result == 0)
		result = worker_finish(&w, err);
	worker_drop(&w);
	return result;
}

static int ask_layer(struct sync *s, struct err *err);

static int on_layer(struct gather *g, struct err *err)
{
	struct sync *s = g->arg;
	int64_t answer;

	if (look(s, &answer, err) < 0)
		return sync_wagon_blame(s->haul.image.tag.s, err);
	if (answer == LAYER_HAS_IT)
		return s->haul.then(s, err);
	if (answer == LAYER_HIDES_IT || !s->haul.left) {
		err_set(err, ERR_CHECKSUM, "it has no file %s", s->haul.image.tag.s);
		return fail(s, err);
	}
	return ask_layer(s, err);
}

static int ask_layer(struct sync *s, struct err *err)
{
	struct sync_haul *h = &s->haul;
	const struct oci_blob *layer = &h->image.manifest.layers.v[--h->left];
	AUTO(buf) path = BUF_INIT;

	if (layer->size > h->max + BESIDE_MAX) {
		err_set(err, ERR_CHECKSUM, "its layer has %lld bytes, more than it may have",
			(long long)layer->size);
		return fail(s, err);
	}
	image_digest_path("blobs", layer, &path);
	gather_clear(&s->gather);
	gather_add(&s->gather, buf_span(&path), layer->size)->exact = true;
	return ask(s, &sink, on_layer, err);
}

/* --- Its manifest ------------------------------------------------------------------------------------ */

static int begin_layers(struct sync *s, struct err *err)
{
	s->haul.left = s->haul.image.manifest.layers.n;
	return sync_open_folder(s, err) < 0 ? -1 : ask_layer(s, err);
}

/* Into what the text says; ERR_CHECKSUM where that is nothing. */
static int read_manifest(struct sync *s, const struct gather_item *item, struct err *err)
{
	struct image *image = &s->haul.image;

	image_take_text(image, buf_span(&item->body));
	if (image->manifest.is_list && image->text.n &&
		image_check_text(image, &image->manifest.platform, err) < 0)
		return fail(s, err);
	if (images_read(s->e, image, 1, err) < 0)
		return fail(s, err);
	return image->why.code == ERR_NONE ? 0 : (err_copy(err, &image->why), fail(s, err));
}

static int on_platform(struct gather *g, struct err *err)
{
	struct sync *s = g->arg;

	if (read_manifest(s, &g->items.v[0], err) < 0)
		return -1;
	if (s->haul.image.came)
		return begin_layers(s, err);
	err_set(err, ERR_CHECKSUM, "its list of images leads to another list");
	return fail(s, err);
}

/* What it is known by the next time: servers' own tags may be anything, most have just this. */
static int note_sum(struct sync *s, struct span text, bool *same, struct err *err)
{
	AUTO(buf) hex = BUF_INIT;
	struct head_sum sum;

	if (sum_of_bytes(text, &sum, err) < 0)
		return -1;
	sum_format(&sum, &hex);
	buf_setf(&s->gather.tag, "\"sha256:%s\"", hex.s);
	*same = span_is(buf_span(&s->gather.tag), buf_span(&s->haul.known));
	return 0;
}

static int on_manifest(struct gather *g, struct err *err)
{
	struct sync *s = g->arg;
	bool identity = span_is_text(buf_span(&s->haul.image.tag), WAGON_FILE), same = g->unchanged;
	AUTO(buf) path = BUF_INIT;

	if (identity && !same && note_sum(s, buf_span(&g->items.v[0].body), &same, err) < 0)
		return -1;
	if (identity && same)
		return sync_take_unchanged(s);
	if (read_manifest(s, &g->items.v[0], err) < 0)
		return -1;
	if (s->haul.image.came)
		return begin_layers(s, err);
	image_digest_path("manifests", &s->haul.image.manifest.platform, &path);
	gather_clear(g);
	gather_add(g, buf_span(&path), OCI_MANIFEST_MAX)->exact = true;
	return ask(s, NULL, on_platform, err);
}

/* --- A file ------------------------------------------------------------------------------------------ */

static int haul(struct sync *s, struct span file, int64_t max,
	int (*then)(struct sync *s, struct err *err), struct err *err)
{
	struct sync_haul *h = &s->haul;
	AUTO(buf) tag = BUF_INIT;
	AUTO(buf) path = BUF_INIT;

	if (!registry_tag(file, &tag) || !span_is(file, buf_span(&tag)))
		return err_set(
			err, ERR_CHECKSUM, "%.*s: no image can have that tag", SPAN_ARG(file));
	image_drop(&h->image);
	image_init(&h->image, file);
	h->max = max;
	h->then = then;
	image_tag_path(&h->image, &path);
	gather_clear(&s->gather);
	gather_add(&s->gather, buf_span(&path), OCI_MANIFEST_MAX)->exact = true;
	return ask(s, NULL, on_manifest, err);
}

static int read_out(struct sync *s, int64_t max, struct buf *out, struct err *err)
{
	buf_clear(out);
	if (lseek(s->haul.file, 0, SEEK_SET) < 0)
		return err_sys(err, "read it");
	return file_read_fd(s->haul.file, (size_t)max, out, err);
}

static int on_identity(struct sync *s, struct err *err)
{
	return read_out(s, WAGON_FILE_MAX, &s->head_text, err) < 0 ? -1
								   : sync_wagon_identity(s, err);
}

static int ask_identity(struct sync *s, struct err *err)
{
	/* It is the same wherever it comes from. */
	if (sync_is_newest(s))
		buf_set(&s->gather.tag, buf_span(&s->state.etag));
	buf_set(&s->haul.known, buf_span(&s->gather.tag));
	return haul(s, SPAN(WAGON_FILE), WAGON_FILE_MAX, on_identity, err);
}

static int on_signature(struct sync *s, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	if (read_out(s, MINISIGN_FILE_MAX, &text, err) < 0)
		return -1;
	return sync_wagon_signature(s, buf_span(&text), err);
}

static int ask_signature(struct sync *s, struct err *err)
{
	return haul(s, SPAN(SYNC_SIGNATURE_FILE), MINISIGN_FILE_MAX, on_signature, err);
}

static int ask_document(struct sync *s, struct err *err);

static int on_document(struct sync *s, struct err *err)
{
	size_t item = s->documents[0] < 0 ? 0 : 1;
	const struct wagon_document *d = sync_wagon_document(s, item);
	struct sums want = {.has = {[DIGEST_SHA256] = d->has_sum},
			    .of = {[DIGEST_SHA256] = d->sha256}},
		    have;
	int64_t size;

	if (intake_digest_fd(s->haul.file, &want, &have, &size, err) < 0)
		return -1;
	if (d->has_sum && intake_compare(&want, &have, err) < 0)
		return sync_wagon_blame(d->name.s, err);
	if (lseek(s->haul.file, 0, SEEK_SET) < 0)
		return err_sys(err, "read it");
	s->documents[item] = fd_take(&s->haul.file);
	if (!item && s->wagon.has_meta)
		return ask_document(s, err);
	return sync_wagon_documents(s, err);
}

static int ask_document(struct sync *s, struct err *err)
{
	const struct wagon_document *d = sync_wagon_document(s, s->documents[0] < 0 ? 0 : 1);

	return haul(s, buf_span(&d->name), WAGON_DOCUMENT_MAX, on_document, err);
}

static void let_go(struct sync *s)
{
	fd_drop(&s->haul.file);
}

const struct sync_way sync_by_images = {ask_identity, ask_signature, ask_document, let_go};
