/* A repository of Packets' brought up to date: its index.db, one file without a signature, is fetched where it is another one, read by the worker, and what it
 * offers becomes an index of ours. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/repositories.h"
#include "engine/sync_index.h"
#include "engine/sync_offers.h"
#include "engine/sync_part.h"
#include "model/message.h"
#include "model/offer_message.h"
#include "model/packets_index.h"
#include "store/sum.h"
#include "sys/fd.h"
#include "sys/file.h"

/* --- The file -------------------------------------------------------------------------------- */

/* A URL is of the file, or of the folder that it is in. */
static void split_url(struct buf *base, struct buf *name)
{
	struct span folder, file;

	buf_sets(name, PACKETS_INDEX_FILE);
	if (!packets_url_split(buf_span(base), &folder, &file))
		return;
	buf_set(name, file);
	base->n = folder.n;
	base->s[base->n] = 0;
}

static void let_go(struct sync *s)
{
	fd_drop(&s->file);
}

/* Into memory, where nobody can change it between being hashed and being read. */
static int begin_file(
	struct gather *g, size_t item, const struct fetch_begin *begin, struct err *err)
{
	struct sync *s = g->arg;

	(void)item;
	s->reach = begin->reach;
	let_go(s);
	s->file = memfd_create(PACKETS_INDEX_FILE, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return s->file < 0 ? err_sys(err, "make room for " PACKETS_INDEX_FILE) : 0;
}

static int add_to_file(struct gather *g, size_t item, struct span bytes, struct err *err)
{
	struct sync *s = g->arg;

	(void)item;
	return file_write_all(s->file, bytes.s, bytes.n, err);
}

static int end_file(struct gather *g, size_t item, struct err *err)
{
	struct sync *s = g->arg;

	(void)item;
	/* Of one that is unchanged nothing came. */
	if (s->file < 0)
		return 0;
	if (fcntl(s->file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) <
		0)
		return err_sys(err, "keep " PACKETS_INDEX_FILE " as it is");
	return 0;
}

static int hash_file(struct sync *s, struct err *err)
{
	off_t size = lseek(s->file, 0, SEEK_END);
	void *bytes = size > 0 ? mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, s->file, 0) : NULL;
	struct head_sum sum;
	int result;

	if (size < 0 || bytes == MAP_FAILED)
		return err_sys(err, "read " PACKETS_INDEX_FILE);
	result = sum_of_bytes((struct span){size ? bytes : "", (size_t)size}, &sum, err);
	if (size)
		munmap(bytes, (size_t)size);
	buf_clear(&s->head_sum);
	sum_format(&sum, &s->head_sum);
	return result;
}

static const struct gather_sink sink = {begin_file, add_to_file, end_file};

/* --- The index ------------------------------------------------------------------------------- */

static int translate(struct sync *s, struct err *err)
{
	AUTO(buf) order = BUF_INIT;

	s->head.leaf_bits = INDEX_FOREIGN_BITS;
	s->head.revision = s->state.revision + 1;
	message_put_number(&order, 0);
	if (sync_open(s, err) < 0 || index_begin(&s->index, err) < 0)
		return -1;
	s->putting = true;
	if (sync_read_offers(s, OFFER_PACKETS, buf_span(&order), &s->file, 1, err) < 0 ||
		index_commit(&s->index, s->head.revision, err) < 0)
		return -1;
	s->putting = false;
	return s->fresh ? sync_publish(s, err) : 0;
}

/* Packets numbers nothing: each other content is the next revision here. */
static int settle(struct sync *s, struct err *err)
{
	s->state.revision = s->head.revision;
	s->state.issued = engine_now();
	s->state.expires = 0;
	buf_setf(&s->state.root_text, "%lld", (long long)s->reach);
	buf_set(&s->state.head_sha256, buf_span(&s->head_sum));
	return sync_settle(s, err) < 0 ? -1 : sync_finish(s);
}

static int on_index(struct gather *g, struct err *err)
{
	struct sync *s = g->arg;
	AUTO(buf) shown = BUF_INIT;

	if (g->unchanged)
		return sync_take_unchanged(s);
	if (hash_file(s, err) < 0)
		return -1;
	if (sync_is_newest(s) && span_is(buf_span(&s->head_sum), buf_span(&s->state.head_sha256)))
		return sync_take_unchanged(s);
	if (translate(s, err) == 0)
		return settle(s, err);
	pack_show_url(buf_span(&g->base), &shown);
	return err_at(err, "%s/%s", shown.s, g->items.v[0].path.s);
}

/* There is nothing in it that a key could be held against. */
static int check_trust(const struct sync *s, struct err *err)
{
	const struct repository *r = s->repository;

	if (r->require_signature) {
		err_set(err, ERR_CONFIG,
			"%s wants a signature, and nobody signs an index of Packets", r->file.s);
		return err_next(err, "take key and require_signature out of that file");
	}
	if (repositories_url_is_open(buf_span(&r->urls.of.v[s->url])))
		engine_tell(s->e, WATCH_WARN, buf_span(&r->name),
			"its index comes by plain http, and nobody has signed it: whoever is on the way can change it");
	return 0;
}

static int begin(struct sync *s, struct err *err)
{
	struct gather *g = &s->gather;
	AUTO(buf) name = BUF_INIT;

	if (check_trust(s, err) < 0)
		return -1;
	split_url(&g->base, &name);
	gather_add(g, buf_span(&name), PACKETS_INDEX_MAX);
	sync_know_tag(s);
	g->sink = &sink;
	g->full = on_index;
	return gather_go(g, err);
}

const struct sync_part sync_of_packets = {begin, let_go};
