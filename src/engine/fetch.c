/* A pack made available: from the cache, else from its sources in order. */
#include "engine/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/fetch_check.h"
#include "engine/fetch_order.h"
#include "engine/fetch_part.h"
#include "model/message.h"
#include "model/registry.h"
#include "net/source.h"
#include "sys/fd.h"
#include "sys/file.h"

#define CHUNK (256 << 10)

void fetch_init(struct fetch *f)
{
	*f = (struct fetch){.worker = {.task = TASK_INIT, .reader = FRAME_READER_INIT},
		.within = -1,
		.file_name = BUF_INIT,
		.incoming_name = BUF_INIT,
		.incoming = -1,
		.parts = -1,
		.file = -1,
		.part = PART_INIT,
		.intake = INTAKE_INIT};
}

void fetch_drop(struct fetch *f)
{
	worker_drop(&f->worker);
	intake_drop(&f->intake);
	if (f->incoming >= 0 && f->incoming_name.n && !f->cached)
		unlinkat(f->incoming, f->incoming_name.s, 0);
	fd_drop(&f->incoming);
	fd_drop(&f->parts);
	fd_drop(&f->file);
	part_drop(&f->part);
	buf_drop(&f->file_name);
	buf_drop(&f->incoming_name);
	texts_drop(&f->sources);
}

/* The path's text, or the URL without its secrets. */
static void show_source(const struct fetch *f, struct buf *out)
{
	if (f->at < f->sources.of.n)
		pack_show_url(buf_span(&f->sources.of.v[f->at]), out);
}

int fetch_from_cache(struct engine *e, struct fetch *f, struct span package,
	const struct pack *pack, struct err *err)
{
	int got;

	f->e = e;
	f->package = package;
	f->pack = pack;
	pack_file_name(pack, &f->file_name);
	got = cache_get(&e->cache, &pack->sums, &f->file, &f->have, &f->size, err);
	if (got == 2)
		engine_tell(e, WATCH_WARN, f->package,
			"its pack in the cache was damaged and has been dropped");
	if (got != 1)
		return got < 0 ? -1 : 0;
	f->cached = true;
	if (fetch_check_size(f, f->size, err) < 0 || fetch_check_pin(f, err) < 0 ||
		fetch_check_space(f, PLACE_STATE, f->size, err) < 0)
		return -1;
	engine_tell(e, WATCH_DEBUG, f->package, "%s is in the cache", f->file_name.s);
	return 1;
}

static void tell_progress(struct fetch *f, enum watch_kind kind)
{
	struct event event = {.kind = kind,
		.package = f->package,
		.text = buf_span(&f->file_name),
		.done = f->intake.size,
		.total = f->total};

	engine_event(f->e, &event);
}

static int begin_body(struct fetch *f, const struct fetch_begin *b, struct err *err)
{
	if (b->from) {
		if (b->from != f->intake.size || b->total != f->part.total)
			return err_set(err, ERR_WORKER, "fardel-fetch goes on where nothing ended");
		f->resumed = true;
		f->total = b->total;
		return fetch_check_stated(f, err) < 0
			       ? -1
			       : fetch_check_room(f, b->total - b->from, err);
	}
	f->total = b->total;
	f->resumed = false;
	if (fetch_check_stated(f, err) < 0 || fetch_check_room(f, b->total, err) < 0 ||
		intake_restart(&f->intake, err) < 0 || fetch_part_settle(f, b, err) < 0)
		return -1;
	tell_progress(f, WATCH_TRANSFER);
	return 0;
}

static int take_begin(struct fetch *f, struct span payload, struct err *err)
{
	AUTO(fetch_begin) b = {0};

	if (!message_get_begin(payload, &b))
		return err_set(err, ERR_WORKER, "fardel-fetch said what cannot be understood");
	return begin_body(f, &b, err);
}

static int take_data(struct fetch *f, const void *bytes, size_t n, struct err *err)
{
	if (f->intake.size + (int64_t)n > f->e->config.fetch_max_size)
		return err_set(err, ERR_FAILED, "longer than fetch.max_size allows (%lld bytes)",
			(long long)f->e->config.fetch_max_size);
	if (f->pack->size >= 0 && f->intake.size + (int64_t)n > f->pack->size)
		return err_set(err, ERR_CHECKSUM,
			"%s is longer than the %lld bytes that the installer states",
			f->file_name.s, (long long)f->pack->size);
	if (intake_add(&f->intake, bytes, n, err) < 0)
		return -1;
	tell_progress(f, WATCH_TRANSFER);
	return 0;
}

static int on_frame(struct worker *w, const struct frame *frame, struct err *err)
{
	struct fetch *f = w->arg;
	int64_t number;

	switch (frame->type) {
	case MESSAGE_BEGIN: return take_begin(f, frame->payload, err);
	case MESSAGE_DATA: return take_data(f, frame->payload.s, frame->payload.n, err);
	case MESSAGE_NOTE:
		engine_tell(f->e, WATCH_INFO, f->package, "%.*s", SPAN_ARG(frame->payload));
		return 0;
	case MESSAGE_FETCHED:
		w->finished =
			message_get_number(frame->payload, &number) && number == f->intake.size;
		if (w->finished)
			return 0;
		break;
	default: break;
	}
	return err_set(err, ERR_WORKER, "fardel-fetch said what cannot be understood");
}

/* An advisory sum is for the vendor, who may have put a newer file to that address; others have the one that is stated, or
 * they are of no use. What the admin demands stands above what an installer says. */
static bool forgives(const struct fetch *f)
{
	return f->pack->sums.advisory && !f->secondhand && f->at + 1 >= f->sources.of.n &&
	       !f->e->config.fetch_require_checksum;
}

static int refuse_sum(const struct fetch *f, struct err *err)
{
	if (f->pack->sums.advisory && f->e->config.fetch_require_checksum)
		err_next(err, "ask the packager for a new installer, or set "
			      "fetch.require_checksum = false: its sum is only advisory");
	return -1;
}

/* All bytes are there. */
static int has_all(struct fetch *f, bool durable, struct err *err)
{
	f->size = f->intake.size;
	if (fetch_check_size(f, f->size, err) < 0)
		return -1;
	if (f->intake.keep &&
		part_end(&f->part, &f->intake, f->incoming, f->incoming_name.s, err) < 0)
		return -1;
	fd_drop(&f->file);
	return intake_end(&f->intake, durable, &f->have, &f->file, err);
}

/* And right, wrong but only advised, or wrong. */
static int take_over(struct fetch *f, struct err *err)
{
	const struct sums *want = &f->pack->sums;
	bool keep = !sums_is_empty(want);

	if (has_all(f, keep, err) < 0)
		return -1;
	if (intake_compare(want, &f->have, err) < 0) {
		if (!forgives(f))
			return refuse_sum(f, err);
		engine_tell(f->e, WATCH_WARN, f->package,
			"%s: %s; the sum is only advisory: going on, not cached", f->file_name.s,
			err->text);
		err_clear(err);
		keep = false;
	}
	if (!keep)
		return 0;
	if (fetch_check_pin(f, err) < 0 ||
		cache_put(&f->e->cache, f->incoming, f->incoming_name.s, &f->have, err) < 0)
		return -1;
	f->cached = true;
	fd_drop(&f->incoming);
	fd_drop(&f->parts);
	return 0;
}

/* Another root's fardel may share the cache, and call its work by the same names. */
static void name_intake(struct fetch *f, const char *unique)
{
	uint64_t own = 0;

	if (getrandom(&own, sizeof(own), GRND_NONBLOCK) < 0)
		own = (uint64_t)getpid();
	buf_setf(&f->incoming_name, "%s.%016llx", unique, (unsigned long long)own);
}

static int open_incoming(struct fetch *f, struct err *err)
{
	if (f->incoming < 0)
		f->incoming = cache_make_incoming(&f->e->cache, err);
	return f->incoming < 0 ? -1 : 0;
}

static int open_intake(struct fetch *f, struct err *err)
{
	if (open_incoming(f, err) < 0)
		return -1;
	intake_drop(&f->intake);
	return intake_open(&f->intake, f->incoming, f->incoming_name.s, &f->pack->sums, err);
}

static int read_all(struct fetch *f, int fd, struct err *err)
{
	AUTO(buf) chunk = BUF_INIT;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "look at a pack");
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_FAILED, "not a file");
	f->total = st.st_size;
	if (fetch_check_room(f, f->total, err) < 0)
		return -1;
	tell_progress(f, WATCH_TRANSFER);
	buf_reserve(&chunk, CHUNK);
	for (;;) {
		ssize_t n = read(fd, chunk.s, CHUNK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read");
		if (n == 0)
			return 0;
		if (take_data(f, chunk.s, (size_t)n, err) < 0)
			return -1;
	}
}

static int take_file(struct fetch *f, int fd, struct err *err)
{
	int result;

	if (open_intake(f, err) < 0)
		return -1;
	result = read_all(f, fd, err);
	tell_progress(f, WATCH_TRANSFER_END);
	return result < 0 ? -1 : take_over(f, err);
}

int fetch_take_file(struct fetch *f, int fd, const char *unique, struct err *err)
{
	name_intake(f, unique);
	return take_file(f, fd, err);
}

/* A local pack: the admin named the installer that states it. */
static int fetch_local(struct fetch *f, const char *url, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO_FD fd = -1;

	if (!source_path(span_of(url), &path))
		return err_set(err, ERR_INSTALLER, "not the address of a file on this machine");
	fd = open(path.s, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		err_sys(err, "open %s", path.s);
		err->code = ERR_NETWORK;
		return -1;
	}
	return take_file(f, fd, err);
}

static int start_worker(struct fetch *f, const char *url, struct err *err)
{
	AUTO(fetch_order) order = {0};
	AUTO(buf) payload = BUF_INIT;

	if (fetch_order_make(f->e, url, f->logins, &order, err) < 0)
		return -1;
	order.bounded = f->within >= 0;
	order.within = f->within;
	if (fetch_part_may(f)) {
		order.resume_above = FETCH_PART_ABOVE;
		order.from = f->intake.size;
		order.total = f->part.total;
		buf_set(&order.etag, buf_span(&f->part.etag));
	}
	message_put_fetch(&payload, &order);
	worker_drop(&f->worker);
	f->worker.frame = on_frame;
	f->worker.arg = f;
	return worker_start(
		f->e, &f->worker, WORKER_FETCH, NULL, 0, MESSAGE_FETCH, buf_span(&payload), err);
}

/* The parent opens it; what no row serves is left to the worker to refuse. */
static bool is_local(const char *url)
{
	const struct source_row *row = source_of(span_of(url));

	return row && row->kind == SOURCE_FILE;
}

/* Where what comes is put: behind what came before, or into a file of its own. */
static int open_remote(struct fetch *f, struct err *err)
{
	AUTO(buf) shown = BUF_INIT;
	int there;

	intake_drop(&f->intake);
	f->resumed = false;
	if (open_incoming(f, err) < 0)
		return -1;
	show_source(f, &shown);
	there = fetch_part_open(f, buf_span(&shown), err);
	if (there < 0)
		return -1;
	if (!there)
		return open_intake(f, err);
	f->resumed = true;
	engine_tell(f->e, WATCH_INFO, f->package,
		"%s: going on behind the %lld bytes that are there", f->file_name.s,
		(long long)f->intake.size);
	return 0;
}

/* 1 a task runs; 0 done; -1 this source failed. */
static int try_source(struct fetch *f, struct err *err)
{
	const char *url = f->sources.of.v[f->at].s;
	AUTO(buf) shown = BUF_INIT;

	f->total = 0;
	show_source(f, &shown);
	engine_tell(f->e, WATCH_DEBUG, f->package, "fetch %s", shown.s);
	if (is_local(url))
		return fetch_local(f, url, err);
	if (open_remote(f, err) < 0 || start_worker(f, url, err) < 0)
		return -1;
	return 1;
}

/* The vendor's own comes last. What no checksum guards is taken from there alone. */
static void add_sources(struct fetch *f)
{
	const struct pack *pack = f->pack;
	const struct config *c = &f->e->config;

	for (size_t i = 0; i < c->fetch_mirrors.of.n && !sums_is_empty(&pack->sums); i++) {
		AUTO(buf) url = buf_dup(&c->fetch_mirrors.of.v[i]);

		buf_add_path(&url, f->file_name.s);
		texts_add(&f->sources, buf_span(&url));
	}
	for (size_t i = 0; i < c->fetch_distfiles.of.n && !sums_is_empty(&pack->sums); i++) {
		AUTO(buf) url = BUF_INIT;

		if (pack_distfile(pack, buf_span(&c->fetch_distfiles.of.v[i]), &url))
			texts_add(&f->sources, buf_span(&url));
	}
	VEC_FOR (const struct buf, mirror, &pack->mirrors.of)
		texts_add(&f->sources, buf_span(mirror));
	texts_add(&f->sources, buf_span(&pack->url));
}

/* Whether another source may do what this one did not: it did not answer, sent other bytes or too many, or made its worker
 * end. Too little space may be its fault, too: where it stated more than there is, or did not say how much it would send. */
static bool other_helps(const struct fetch *f, const struct err *err)
{
	switch (err->code) {
	case ERR_NETWORK:
	case ERR_HTTP:
	case ERR_CHECKSUM:
	case ERR_FAILED:
	case ERR_WORKER: return true;
	case ERR_NO_SPACE: return err->sys ? f->total < 0 : f->total > 0;
	default: return false;
	}
}

/* Says what went wrong with one source; -1 when it was the last, or when another would not help. */
static int pass_over(struct fetch *f, struct err *err)
{
	AUTO(buf) shown = BUF_INIT;

	show_source(f, &shown);
	if (other_helps(f, err) && f->at + 1 < f->sources.of.n) {
		engine_tell(f->e, WATCH_WARN, f->package, "%s: %s; trying the next source", shown.s,
			err->text);
		err_clear(err);
		f->at++;
		f->afresh = false;
		return 0;
	}
	if (err->code == ERR_CHECKSUM && registry_path(buf_span(&shown)).n)
		err_next(err,
			"ask who runs the registry: it gives something else under that digest");
	else if (err->code == ERR_CHECKSUM)
		err_detail(err, "The vendor may have put another file under the same address.");
	return err_at(err, "fetch %s", shown.s);
}

/* Tries sources until one runs or is done. */
static int try_on(struct fetch *f, struct err *err)
{
	for (;;) {
		int result = try_source(f, err);

		if (result >= 0)
			return result;
		if (pass_over(f, err) < 0)
			return -1;
	}
}

static int check_unverified(struct fetch *f, struct err *err)
{
	const struct pack *pack = f->pack;

	if (!sums_is_empty(&pack->sums))
		return 0;
	if (f->e->config.fetch_require_checksum) {
		err_set(err, ERR_CHECKSUM, "the installer states no checksum of its pack");
		return err_next(err,
			"ask the packager for one with a checksum, or set fetch.require_checksum = false");
	}
	engine_tell(f->e, WATCH_WARN, f->package,
		span_starts(buf_span(&pack->url), "http://")
			? "the installer states no checksum and its pack comes by plain http: anybody on the way "
			  "can replace it"
			: "the installer states no checksum of its pack: it is not cached, and nothing shows "
			  "whether it is the right one");
	return 0;
}

int fetch_begin(struct fetch *f, const char *unique, struct err *err)
{
	name_intake(f, unique);
	if (check_unverified(f, err) < 0)
		return -1;
	add_sources(f);
	return try_on(f, err);
}

int fetch_next(struct fetch *f, struct err *err)
{
	tell_progress(f, WATCH_TRANSFER_END);
	if (worker_result(&f->worker, err) == 0 && take_over(f, err) == 0)
		return 0;
	fetch_check_limit(f, err);
	fetch_part_leave(f, err);
	if (err->code == ERR_SIGNAL || (!fetch_part_afresh(f, err) && pass_over(f, err) < 0))
		return -1;
	return try_on(f, err);
}

int fetch_now(struct engine *e, struct fetch *f, struct span package, const struct pack *pack,
	const char *unique, struct err *err)
{
	int result = fetch_from_cache(e, f, package, pack, err);

	if (result)
		return result < 0 ? -1 : 0;
	result = fetch_begin(f, unique, err);
	while (result == 1) {
		struct task *task = &f->worker.task;

		while (task->running)
			if (loop_wait(&task, 1, err) < 0)
				return -1;
		result = fetch_next(f, err);
	}
	return result;
}

int fetch_lent(struct engine *e, struct fetch *f, struct span package, const struct pack *pack,
	const char *unique, struct err *err)
{
	f->e = e;
	f->package = package;
	f->pack = pack;
	f->at = 0;
	f->cached = false;
	texts_drop(&f->sources);
	texts_add(&f->sources, buf_span(&pack->url));
	buf_clear(&f->file_name);
	pack_file_name(pack, &f->file_name);
	name_intake(f, unique);
	return open_remote(f, err);
}

int fetch_lent_begin(struct fetch *f, const struct fetch_begin *b, struct err *err)
{
	return begin_body(f, b, err);
}

int fetch_lent_add(struct fetch *f, struct span bytes, struct err *err)
{
	return take_data(f, bytes.s, bytes.n, err);
}

int fetch_lent_end(struct fetch *f, struct err *err)
{
	tell_progress(f, WATCH_TRANSFER_END);
	return has_all(f, false, err) < 0 ? -1 : intake_compare(&f->pack->sums, &f->have, err);
}

void fetch_path(const struct fetch *f, struct buf *out)
{
	buf_adds(out, PLACE_CACHE "/");
	if (f->cached)
		cache_path(&f->have.of[DIGEST_SHA256], out);
	else
		buf_addf(out, "packs/incoming/%s", f->incoming_name.s);
}
