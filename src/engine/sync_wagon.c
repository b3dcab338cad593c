/* The part of luet's wagons: repository.yaml, which says whether there is anything new; and the tarballs that it names, whose packages are brought into the
 * index. All of it is read by fardel-index alone. */
#include "engine/sync_part.h"

#include <fcntl.h>
#include <unistd.h>

#include "engine/repositories.h"
#include "engine/sync_index.h"
#include "engine/sync_offers.h"
#include "model/offer_message.h"
#include "store/sum.h"
#include "store/trust.h"
#include "sys/address.h"
#include "sys/fd.h"

static int ask(struct sync *s, int (*full)(struct gather *g, struct err *err), struct err *err)
{
	s->gather.full = full;
	return gather_go(&s->gather, err);
}

/* What is wrong with the wagon, not with us. */
int sync_wagon_blame(const char *what, struct err *err)
{
	bool theirs =
		err->code == ERR_CHECKSUM || err->code == ERR_INSTALLER || err->code == ERR_CONFIG;

	if (theirs && !err->next[0])
		err_next(err, "ask who runs the wagon; what was synced before stays in use");
	return err_at(err, "%s", what);
}

/* --- Its documents -------------------------------------------------------------------------------- */

const struct wagon_document *sync_wagon_document(const struct sync *s, size_t item)
{
	return item ? &s->wagon.meta : &s->wagon.tree;
}

static int begin_document(
	struct gather *g, size_t item, const struct fetch_begin *begin, struct err *err)
{
	struct sync *s = g->arg;
	const struct sums none = {0};
	AUTO(buf) name = BUF_INIT;

	(void)begin;
	buf_setf(&name, "document-%zu", item);
	intake_drop(&s->intake);
	s->intake = INTAKE_INIT;
	return intake_open(&s->intake, s->folder, name.s, &none, err);
}

static int add_to_document(struct gather *g, size_t item, struct span bytes, struct err *err)
{
	struct sync *s = g->arg;

	(void)item;
	return intake_add(&s->intake, bytes.s, bytes.n, err);
}

static int end_document(struct gather *g, size_t item, struct err *err)
{
	struct sync *s = g->arg;
	const struct wagon_document *d = sync_wagon_document(s, item);
	struct sums want = {.has = {[DIGEST_SHA256] = d->has_sum},
			    .of = {[DIGEST_SHA256] = d->sha256}},
		    have;
	AUTO_FD file = -1;

	if (intake_end(&s->intake, false, &have, &file, err) < 0)
		return -1;
	if (d->has_sum && intake_compare(&want, &have, err) < 0)
		return sync_wagon_blame(d->name.s, err);
	/* Verified, it needs no name any more: nothing is left of it, whatever happens. */
	unlinkat(s->folder, s->intake.name.s, 0);
	fd_drop(&s->documents[item]);
	s->documents[item] = fd_take(&file);
	return 0;
}

static const struct gather_sink sink = {begin_document, add_to_document, end_document};

/* --- What is in them ------------------------------------------------------------------------------- */

static int settle(struct sync *s, struct err *err)
{
	if (index_commit(&s->index, s->wagon.revision, err) < 0)
		return -1;
	s->putting = false;
	if (s->fresh && sync_publish(s, err) < 0)
		return -1;
	s->state.expires = 0;
	return sync_settle(s, err) < 0 ? -1 : sync_finish(s);
}

static int begin_index(struct sync *s, struct err *err)
{
	if (index_begin(&s->index, err) < 0)
		return -1;
	s->putting = true;
	return 0;
}

int sync_wagon_documents(struct sync *s, struct err *err)
{
	AUTO(buf) order = BUF_INIT;

	offer_message_put_tree_order(
		&order, &(struct tree_order){.has_meta = s->wagon.has_meta,
				.allow_unchecked = s->repository->allow_unchecked,
				.images = s->repository->type == REPOSITORY_DOCKER,
				.tree = s->wagon.tree.compression,
				.meta = s->wagon.meta.compression});
	if (begin_index(s, err) < 0)
		return -1;
	if (sync_read_offers(s, OFFER_TREE, buf_span(&order), s->documents,
		    s->wagon.has_meta ? 2 : 1, err) < 0)
		return sync_wagon_blame(s->wagon.tree.name.s, err);
	return settle(s, err);
}

static int on_documents(struct gather *g, struct err *err)
{
	return sync_wagon_documents(g->arg, err);
}

static int ask_files(struct sync *s, struct err *err)
{
	gather_clear(&s->gather);
	s->gather.sink = &sink;
	gather_add(&s->gather, buf_span(&s->wagon.tree.name), WAGON_DOCUMENT_MAX);
	if (s->wagon.has_meta)
		gather_add(&s->gather, buf_span(&s->wagon.meta.name), WAGON_DOCUMENT_MAX);
	return ask(s, on_documents, err);
}

static int ask_documents(struct sync *s, struct err *err)
{
	return sync_open(s, err) < 0 ? -1 : s->way->documents(s, err);
}

/* --- Whether there is anything new ------------------------------------------------------------------- */

static int no_sum(const struct sync *s, const struct wagon_document *d, struct err *err)
{
	err_set(err, ERR_CHECKSUM,
		WAGON_FILE " has no checksum of %s: nothing that comes could be verified",
		d->name.s);
	return err_next(err,
		"ask who runs the wagon; to take it all the same, put into %s: allow_unchecked: true",
		s->repository->file.s);
}

static int check_sums(const struct sync *s, struct err *err)
{
	for (size_t i = 0; i < 1u + s->wagon.has_meta; i++)
		if (!sync_wagon_document(s, i)->has_sum && !s->repository->allow_unchecked)
			return no_sum(s, sync_wagon_document(s, i), err);
	return 0;
}

/* Its documents are those that are in the index: of a newer revision, which has to be noted. */
static int note_revision(struct sync *s, struct err *err)
{
	if (sync_open(s, err) < 0)
		return -1;
	return s->fresh ? ask_documents(s, err) : begin_index(s, err) < 0 ? -1 : settle(s, err);
}

static int judge(struct sync *s, struct err *err)
{
	const struct trust_wagon view = {.wagon = &s->wagon,
		.text = buf_span(&s->head_text),
		.sum = buf_span(&s->head_sum),
		.clock = engine_now(),
		.allow_older = s->allow_older};
	int others;

	if (sync_read_wagon(s, buf_span(&s->head_text), err) < 0)
		return sync_wagon_blame(WAGON_FILE, err);
	if (check_sums(s, err) < 0)
		return -1;
	others = trust_wagon(&s->state, &view, &s->back, err);
	if (others < 0)
		return err_at(err, WAGON_FILE);
	s->head.revision = s->wagon.revision;
	s->head.leaf_bits = INDEX_FOREIGN_BITS;
	return others || s->force || !s->state.file.n ? ask_documents(s, err)
						      : note_revision(s, err);
}

int sync_wagon_signature(struct sync *s, struct span signature, struct err *err)
{
	if (trust_by_anchor(&s->state, buf_span(&s->head_text), signature, err) < 0)
		return err_at(err, WAGON_FILE);
	return judge(s, err);
}

int sync_wagon_identity(struct sync *s, struct err *err)
{
	struct head_sum sum;

	buf_clear(&s->head_sum);
	if (sum_of_bytes(buf_span(&s->head_text), &sum, err) < 0)
		return -1;
	sum_format(&sum, &s->head_sum);
	if (sync_is_newest(s) && span_is(buf_span(&s->head_sum), buf_span(&s->state.head_sha256)))
		return sync_take_unchanged(s);
	return s->open ? judge(s, err) : s->way->signature(s, err);
}

/* --- As files below a URL ----------------------------------------------------------------------------- */

static int on_signature(struct gather *g, struct err *err)
{
	return sync_wagon_signature(g->arg, buf_span(&g->items.v[0].body), err);
}

static int ask_signature(struct sync *s, struct err *err)
{
	gather_clear(&s->gather);
	gather_add(&s->gather, SPAN(SYNC_SIGNATURE_FILE), MINISIGN_FILE_MAX);
	return ask(s, on_signature, err);
}

static int on_identity(struct gather *g, struct err *err)
{
	struct sync *s = g->arg;

	if (g->unchanged)
		return sync_take_unchanged(s);
	buf_set(&s->head_text, buf_span(&g->items.v[0].body));
	return sync_wagon_identity(s, err);
}

static int ask_identity(struct sync *s, struct err *err)
{
	sync_know_tag(s);
	gather_add(&s->gather, SPAN(WAGON_FILE), WAGON_FILE_MAX);
	return ask(s, on_identity, err);
}

static const struct sync_way by_files = {ask_identity, ask_signature, ask_files, NULL};

/* --- Where it begins --------------------------------------------------------------------------------- */

static int no_key(const struct sync *s, struct err *err)
{
	err_set(err, ERR_CONFIG, "%s wants signatures and has no key to verify them with",
		s->repository->file.s);
	return err_next(err, "with the key of who runs it: fardel repo trust %s KEY",
		s->repository->name.s);
}

/* A signature vouches for the index, and that for packages by their sums: of an image it has none. */
static int no_sums(const struct sync *s, struct err *err)
{
	err_set(err, ERR_CONFIG,
		"%s has a key, but what signs its index says nothing of the images of its packages",
		s->repository->file.s);
	return err_next(
		err, "to trust the registry for these, put into that file: allow_unchecked: true");
}

/* Nobody has signed it: whoever is on the way says what root installs. */
static void warn_open(const struct sync *s)
{
	struct span url = buf_span(&s->repository->urls.of.v[s->url]);

	if (span_starts(url, "http://") &&
		address_reach_of_host(pack_url_host(url)) != ADDRESS_SELF)
		engine_tell(s->e, WATCH_WARN, buf_span(&s->repository->name),
			"it comes by http:// and nobody has signed it: whoever is on the way can change it");
}

static int load(struct sync *s, struct err *err)
{
	AUTO(texts) keys = {0};
	int forgot;

	if (repositories_keys(s->e, s->repository, &keys, err) < 0)
		return -1;
	s->open = !keys.of.n;
	if (s->open && s->repository->require_signature)
		return no_key(s, err);
	if (!s->open && s->repository->type == REPOSITORY_DOCKER && !s->repository->allow_unchecked)
		return no_sums(s, err);
	if (s->open) {
		buf_clear(&s->state.anchor);
		warn_open(s);
		return 0;
	}
	forgot = !s->state.anchor.n ? 1 : 0;
	if (trust_anchor(&s->state, &keys, err) < 0)
		return -1;
	/* What was taken when nobody had to sign it says nothing. */
	if (forgot || !s->state.head_sha256.n)
		sync_begin_anew(s);
	return 0;
}

static int begin(struct sync *s, struct err *err)
{
	s->way = s->repository->type == REPOSITORY_DOCKER ? &sync_by_images : &by_files;
	if (load(s, err) < 0)
		return -1;
	wagon_drop(&s->wagon);
	wagon_init(&s->wagon);
	return s->way->identity(s, err);
}

static void let_go(struct sync *s)
{
	intake_drop(&s->intake);
	s->intake = INTAKE_INIT;
	fd_drop(&s->documents[0]);
	fd_drop(&s->documents[1]);
	if (s->way && s->way->let_go)
		s->way->let_go(s);
}

const struct sync_part sync_of_wagon = {begin, let_go};
