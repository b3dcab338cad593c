/* The whole index of a repository, by three who work side by side: fardel-fetch gets its bytes, we hash them and hand them on, fardel-index
 * unpacks them. */
#include "engine/sync_whole.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/fetch_part.h"
#include "engine/sync_index.h"
#include "model/message.h"
#include "model/offer_message.h"
#include "store/sum.h"
#include "sys/fd.h"

#define CHUNK (256 << 10)

/* --- Who unpacks it --------------------------------------------------------------------------- */

static int on_read(struct worker *w, const struct frame *frame, struct err *err)
{
	if (frame->type != OFFER_WHOLE_READ)
		return err_set(err, ERR_WORKER, "fardel-index said what cannot be understood");
	w->finished = true;
	return 0;
}

static void end_reader(struct sync_whole *w)
{
	fd_drop(&w->feed);
	if (w->reads)
		worker_drop(&w->reader);
	w->reads = w->ordered = false;
	w->fed = 0;
}

/* The file that it unpacks into, empty. */
static int make_file(struct sync *s, struct err *err)
{
	struct sync_whole *w = &s->reading;

	if (w->file < 0) {
		sync_new_file(s);
		w->file = openat(s->folder, s->index_file.s,
			O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	}
	if (w->file < 0 || ftruncate(w->file, 0) < 0 || lseek(w->file, 0, SEEK_SET) < 0)
		return err_sys(err, "make %s", s->index_file.s);
	return 0;
}

/* It waits for its order. */
static int spawn_reader(struct sync *s, struct err *err)
{
	struct sync_whole *w = &s->reading;
	int pair[2], result;

	if (make_file(s, err) < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, "make a socket");
	fd_widen(pair[0]);
	w->feed = pair[0];
	w->reader.frame = on_read;
	w->reads = true;
	result = worker_spawn(
		s->e, &w->reader, WORKER_INDEX, (const int[]){pair[1], w->file}, 2, err);
	fd_drop(&pair[1]);
	return result;
}

/* What one unpacked of an answer that is void goes. */
static int begin_reader(struct sync *s, struct err *err)
{
	struct sync_whole *w = &s->reading;
	AUTO(buf) order = BUF_INIT;

	if (w->fed)
		end_reader(w);
	if (!w->reads && spawn_reader(s, err) < 0)
		return -1;
	if (w->ordered)
		return 0;
	w->ordered = true;
	message_put_number(&order, s->head.whole.unpacked);
	return worker_order(&w->reader, OFFER_WHOLE, buf_span(&order), err);
}

void sync_expect_whole(struct sync *s)
{
	struct err ignored = ERR_INIT;

	/* Who asks for it will say why. */
	if (sync_open_folder(s, &ignored) < 0 || spawn_reader(s, &ignored) < 0)
		sync_drop_whole(s);
}

/* Why it takes no more is asked when all is there: a wrong sum weighs more. */
static void feed(struct sync_whole *w, struct span bytes)
{
	w->fed += (int64_t)bytes.n;
	while (bytes.n && w->feed >= 0) {
		ssize_t n = send(w->feed, bytes.s, bytes.n, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			fd_drop(&w->feed);
		else
			bytes = span_cut(bytes, (size_t)n, bytes.n);
	}
}

/* What is there of an earlier run. */
static int feed_part(struct sync *s, struct err *err)
{
	struct sync_whole *w = &s->reading;
	AUTO(buf) chunk = BUF_INIT;

	buf_reserve(&chunk, CHUNK);
	while (w->fed < s->fetch.intake.size) {
		ssize_t n = pread(s->fetch.intake.fd, chunk.s, CHUNK, w->fed);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_sys(err, "read what came before");
		feed(w, (struct span){chunk.s, (size_t)n});
	}
	return 0;
}

/* --- What comes ------------------------------------------------------------------------------- */

static int begin(struct gather *g, size_t item, const struct fetch_begin *b, struct err *err)
{
	struct sync *s = g->arg;

	(void)item;
	if (fetch_lent_begin(&s->fetch, b, err) < 0)
		return -1;
	if (b->from && s->reading.fed)
		return 0;
	return begin_reader(s, err) < 0 || (b->from && feed_part(s, err) < 0) ? -1 : 0;
}

static int add(struct gather *g, size_t item, struct span bytes, struct err *err)
{
	struct sync *s = g->arg;

	(void)item;
	if (fetch_lent_add(&s->fetch, bytes, err) < 0)
		return -1;
	feed(&s->reading, bytes);
	return 0;
}

static int end(struct gather *g, size_t item, struct err *err)
{
	(void)g;
	(void)item;
	(void)err;
	return 0;
}

static const struct gather_sink sink = {begin, add, end};

/* --- The file --------------------------------------------------------------------------------- */

static int describe(struct sync *s, struct buf *path, struct err *err)
{
	struct pack *p = &s->whole;
	AUTO(buf) name = BUF_INIT;

	sum_format(&s->head.whole.sha256, &name);
	buf_addf(path, "index/whole/%s.db.zst", name.s);
	buf_setf(&p->url, "%s/%s", s->gather.base.s, path->s);
	p->sums.has[DIGEST_SHA256] = true;
	if (!digest_parse(DIGEST_SHA256, buf_span(&name), &p->sums.of[DIGEST_SHA256]))
		mem_panic("a sum is no sum");
	p->size = s->head.whole.size;
	buf_setf(&p->file, "index-of-%s.db.zst", s->repository->name.s);
	return fetch_lent(
		s->e, &s->fetch, buf_span(&s->repository->name), p, s->repository->name.s, err);
}

int sync_ask_whole(struct sync *s, int (*full)(struct gather *g, struct err *err), struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	struct gather_item *item;

	s->fresh = s->took_whole = true;
	if (describe(s, &path, err) < 0)
		return -1;
	/* Where something is there already, the answer tells whether that counts. */
	if (!s->fetch.intake.size && begin_reader(s, err) < 0)
		return -1;
	gather_clear(&s->gather);
	item = gather_add(&s->gather, buf_span(&path), s->head.whole.size);
	item->exact = true;
	if (fetch_part_may(&s->fetch)) {
		item->resume_above = FETCH_PART_ABOVE;
		item->size = s->fetch.intake.size;
		item->total = s->fetch.part.total;
		buf_set(&item->etag, buf_span(&s->fetch.part.etag));
	}
	s->gather.sink = &sink;
	s->gather.full = full;
	return gather_go(&s->gather, err);
}

/* 1: once more. */
static int verify(struct sync *s, struct err *err)
{
	if (fetch_lent_end(&s->fetch, err) == 0)
		return 0;
	end_reader(&s->reading);
	return fetch_part_afresh(&s->fetch, err) ? 1 : -1;
}

static int finish_reader(struct sync_whole *w, struct err *err)
{
	int result;

	fd_drop(&w->feed); /* the end of what it reads */
	result = worker_finish(&w->reader, err);
	end_reader(w);
	if (result == 0 && fchmod(w->file, 0644) < 0)
		result = err_sys(err, "make it readable");
	fd_drop(&w->file);
	return result;
}

int sync_take_whole(struct sync *s, struct err *err)
{
	int result;

	s->gather.sink = NULL;
	result = verify(s, err);
	if (result == 0)
		result = finish_reader(&s->reading, err);
	if (result)
		return result;
	return sync_open_whole(s, err);
}

void sync_drop_whole(struct sync *s)
{
	if (s->fetch.intake.fd >= 0)
		fetch_part_leave(&s->fetch, &s->err);
	end_reader(&s->reading);
	fd_drop(&s->reading.file);
}
