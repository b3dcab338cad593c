/* Small files of one place, fetched one after the other into memory. */
#include "engine/gather.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/fetch_order.h"
#include "model/message.h"
#include "model/pack.h"
#include "net/source.h"
#include "sys/address.h"
#include "sys/fd.h"
#include "sys/file.h"

#define CHUNK (64 << 10)
#define AHEAD 4 /* orders on their way: the socket takes them without waiting */

static void item_drop(struct gather_item *item)
{
	buf_drop(&item->path);
	buf_drop(&item->body);
	buf_drop(&item->etag);
}

void gather_init(struct gather *g, struct engine *e, struct span base, struct span package)
{
	*g = (struct gather){.worker = {.task = TASK_INIT, .reader = FRAME_READER_INIT},
		.e = e,
		.base = BUF_INIT,
		.package = package,
		.tag = BUF_INIT};
	while (base.n && base.s[base.n - 1] == '/')
		base.n--;
	/* A folder may be named by a URL, too. */
	g->local = source_path(base, &g->base);
	if (!g->local)
		buf_set(&g->base, base);
	g->local |= base.n && base.s[0] == '/';
}

void gather_clear(struct gather *g)
{
	for (size_t i = 0; i < g->items.n; i++)
		item_drop(&g->items.v[i]);
	g->items.n = g->asked = g->got = 0;
}

void gather_drop(struct gather *g)
{
	gather_clear(g);
	vec_drop(&g->items);
	worker_drop(&g->worker);
	buf_drop(&g->base);
	buf_drop(&g->tag);
}

struct gather_item *gather_add(struct gather *g, struct span path, int64_t max)
{
	struct gather_item *item = vec_push(&g->items);

	*item = (struct gather_item){.path = BUF_INIT,
		.max = max,
		.body = BUF_INIT,
		.resume_above = -1,
		.etag = BUF_INIT};
	buf_add_span(&item->path, path);
	return item;
}

static void add_url(const struct gather *g, const struct gather_item *item, struct buf *out)
{
	buf_addf(out, "%s/%s", g->base.s, item->path.s);
}

static int too_long(const struct gather_item *item, struct err *err)
{
	return err_set(err, item->exact ? ERR_CHECKSUM : ERR_FAILED,
		"more than the %lld bytes that it may have", (long long)item->max);
}

/* --- Where bytes go ------------------------------------------------------------------------- */

static size_t number_of(const struct gather *g, const struct gather_item *item)
{
	return (size_t)(item - g->items.v);
}

static int begin_item(
	struct gather *g, struct gather_item *item, const struct fetch_begin *b, struct err *err)
{
	item->size = b->from;
	buf_clear(&item->body);
	return g->sink ? g->sink->begin(g, number_of(g, item), b, err) : 0;
}

static int add_bytes(struct gather *g, struct gather_item *item, struct span bytes, struct err *err)
{
	if ((int64_t)bytes.n > item->max - item->size)
		return too_long(item, err);
	item->size += (int64_t)bytes.n;
	g->bytes += (int64_t)bytes.n;
	if (g->sink)
		return g->sink->add(g, number_of(g, item), bytes, err);
	buf_add_span(&item->body, bytes);
	return 0;
}

static int end_item(struct gather *g, struct gather_item *item, struct err *err)
{
	if (g->sink && !item->missing && g->sink->end(g, number_of(g, item), err) < 0)
		return -1;
	g->requests++;
	item->came = true;
	g->got++;
	return 0;
}

/* --- From a folder --------------------------------------------------------------------------- */

static int copy_local(
	struct gather *g, struct gather_item *item, int fd, int64_t size, struct err *err)
{
	AUTO(buf) chunk = BUF_INIT;
	const struct fetch_begin b = {.total = size, .reach = ADDRESS_SELF, .etag = BUF_INIT};

	if (begin_item(g, item, &b, err) < 0)
		return -1;
	buf_reserve(&chunk, CHUNK);
	for (;;) {
		ssize_t n = read(fd, chunk.s, CHUNK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read");
		if (n == 0)
			return 0;
		if (add_bytes(g, item, (struct span){chunk.s, (size_t)n}, err) < 0)
			return -1;
	}
}

static int read_local(struct gather *g, struct gather_item *item, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO_FD fd = -1;
	struct stat st;

	add_url(g, item, &path);
	fd = open(path.s, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	item->missing = fd < 0 && errno == ENOENT && item->optional;
	if (item->missing)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0) {
		int number = errno;

		err_sys(err, "read %s", path.s);
		if (number == ENOENT)
			err->code = ERR_HTTP;
		return -1;
	}
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_FAILED, "%s is no regular file", path.s);
	if (copy_local(g, item, fd, st.st_size, err) < 0)
		return err_at(err, "%s", path.s);
	return 0;
}

static int go_local(struct gather *g, struct err *err)
{
	while (g->asked < g->items.n) {
		struct gather_item *item = &g->items.v[g->asked];

		if (read_local(g, item, err) < 0 || end_item(g, item, err) < 0)
			return -1;
		g->asked++;
	}
	return g->full(g, err);
}

/* --- By the worker --------------------------------------------------------------------------- */

static int not_understood(struct err *err)
{
	return err_set(err, ERR_WORKER, "fardel-fetch said what cannot be understood");
}

static int start(struct gather *g, struct err *err)
{
	AUTO(fetch_order) order = {0};
	AUTO(buf) url = BUF_INIT;
	AUTO(buf) payload = BUF_INIT;
	const struct gather_item *first = &g->items.v[0];

	add_url(g, first, &url);
	if (fetch_order_make(g->e, url.s, FETCH_LOGINS, &order, err) < 0)
		return -1;
	order.max_size = first->max;
	order.optional = first->optional;
	order.more = true;
	if (g->hasty)
		order.retries = 0;
	order.tag = g->tell_tag;
	buf_set(&order.unless, buf_span(&g->tag));
	message_put_fetch(&payload, &order);
	if (worker_start(g->e, &g->worker, WORKER_FETCH, NULL, 0, MESSAGE_FETCH, buf_span(&payload),
		    err) < 0)
		return -1;
	g->started = true;
	g->asked = 1;
	return 0;
}

/* 0: the worker has ended, and what it said last, which is still to be read, says why. */
static int has_ended(struct err *err)
{
	if (err->sys != EPIPE && err->sys != ECONNRESET)
		return -1;
	err_clear(err);
	return 0;
}

static int ask(struct gather *g, struct err *err)
{
	while (g->asked < g->items.n && g->asked < g->got + AHEAD) {
		const struct gather_item *item = &g->items.v[g->asked];
		AUTO(buf) url = BUF_INIT;
		AUTO(buf) payload = BUF_INIT;
		struct fetch_next next = {.max_size = item->max,
			.optional = item->optional,
			.resume_above = item->resume_above,
			.from = item->size,
			.total = item->total,
			.etag = buf_span(&item->etag)};

		add_url(g, item, &url);
		next.url = buf_span(&url);
		message_put_next(&payload, &next);
		if (frame_send(g->worker.task.fd, MESSAGE_NEXT, buf_span(&payload), err) < 0)
			return has_ended(err);
		g->asked++;
	}
	return 0;
}

static int take_begin(
	struct gather *g, struct gather_item *item, struct span payload, struct err *err)
{
	AUTO(fetch_begin) b = {0};

	if (!message_get_begin(payload, &b) ||
		(b.from && (item->resume_above < 0 || b.from != item->size)))
		return not_understood(err);
	if (g->tell_tag)
		buf_set(&g->tag, buf_span(&b.etag));
	return b.total > item->max ? too_long(item, err) : begin_item(g, item, &b, err);
}

static int take_end(struct gather *g, struct gather_item *item, struct err *err)
{
	if (end_item(g, item, err) < 0)
		return -1;
	g->tell_tag = false;
	if (g->got == g->items.n)
		return g->full(g, err);
	return ask(g, err);
}

static int take(
	struct gather *g, struct gather_item *item, const struct frame *frame, struct err *err)
{
	int64_t number;

	switch (frame->type) {
	case MESSAGE_BEGIN: return take_begin(g, item, frame->payload, err);
	case MESSAGE_DATA: return add_bytes(g, item, frame->payload, err);
	case MESSAGE_NOTE:
		engine_tell(g->e, WATCH_INFO, g->package, "%.*s", SPAN_ARG(frame->payload));
		return 0;
	case MESSAGE_UNCHANGED:
		if (!g->tag.n || item != &g->items.v[0])
			return not_understood(err);
		g->unchanged = true;
		return take_end(g, item, err);
	case MESSAGE_MISSING:
		item->missing = true;
		return item->optional ? take_end(g, item, err) : not_understood(err);
	case MESSAGE_FETCHED:
		if (!message_get_number(frame->payload, &number) || number != item->size)
			return not_understood(err);
		return take_end(g, item, err);
	default: return not_understood(err);
	}
}

static int on_frame(struct worker *w, const struct frame *frame, struct err *err)
{
	struct gather *g = (struct gather *)w;
	struct gather_item *item;

	if (g->got >= g->asked)
		return not_understood(err);
	item = &g->items.v[g->got];
	return take(g, item, frame, err);
}

int gather_go(struct gather *g, struct err *err)
{
	if (g->local)
		return go_local(g, err);
	if (g->e->offline) {
		AUTO(buf) shown = BUF_INIT;

		pack_show_url(buf_span(&g->base), &shown);
		return err_set(err, ERR_OFFLINE, "%s is needed, and --offline was given", shown.s);
	}
	g->worker.frame = on_frame;
	if (!g->started && start(g, err) < 0)
		return -1;
	return ask(g, err);
}

void gather_end(struct gather *g)
{
	if (!g->started)
		return;
	g->worker.finished = true;
	shutdown(g->worker.task.fd, SHUT_WR);
}

int gather_result(struct gather *g, struct err *err)
{
	AUTO(buf) url = BUF_INIT;
	AUTO(buf) shown = BUF_INIT;

	if (!g->started || worker_result(&g->worker, err) == 0)
		return 0;
	if (g->got < g->items.n) {
		/* What the worker refuses for its length: its own words are of packs. */
		if (err->code == ERR_FAILED && strstr(err->text, "fetch.max_size"))
			(void)too_long(&g->items.v[g->got], err);
		add_url(g, &g->items.v[g->got], &url);
		pack_show_url(buf_span(&url), &shown);
		return err_at(err, "fetch %s", shown.s);
	}
	return -1;
}
