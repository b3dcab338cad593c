/* A small file fetched into memory. */
#include "engine/fetch_file.h"

#include "engine/fetch_order.h"
#include "engine/worker.h"
#include "model/message.h"

struct incoming {
	struct worker worker; /* first */
	struct engine *e;
	struct span package;
	const char *name;
	int64_t max, total;
	struct buf *out;
	size_t before; /* bytes that were in it already */
};

static void incoming_drop(struct incoming *in)
{
	worker_drop(&in->worker);
}

static void tell(const struct incoming *in, enum watch_kind kind)
{
	struct event event = {.kind = kind,
		.package = in->package,
		.text = span_of(in->name),
		.done = (int64_t)(in->out->n - in->before),
		.total = in->total};

	engine_event(in->e, &event);
}

static int too_long(const struct incoming *in, struct err *err)
{
	return err_set(
		err, ERR_FAILED, "longer than the %lld bytes that it may be", (long long)in->max);
}

static int not_understood(struct err *err)
{
	return err_set(err, ERR_WORKER, "fardel-fetch said what cannot be understood");
}

/* A further try begins again from nothing. */
static int take_begin(struct incoming *in, struct span payload, struct err *err)
{
	AUTO(fetch_begin) b = {0};

	if (!message_get_begin(payload, &b) || b.from)
		return not_understood(err);
	in->total = b.total;
	in->out->n = in->before;
	in->out->s[in->out->n] = 0;
	return b.total > in->max ? too_long(in, err) : 0;
}

static int take_data(struct incoming *in, struct span bytes, struct err *err)
{
	if ((int64_t)(in->out->n - in->before + bytes.n) > in->max)
		return too_long(in, err);
	buf_add_span(in->out, bytes);
	tell(in, WATCH_TRANSFER);
	return 0;
}

static int on_frame(struct worker *w, const struct frame *frame, struct err *err)
{
	struct incoming *in = w->arg;
	int64_t number;

	switch (frame->type) {
	case MESSAGE_BEGIN: return take_begin(in, frame->payload, err);
	case MESSAGE_DATA: return take_data(in, frame->payload, err);
	case MESSAGE_NOTE:
		engine_tell(in->e, WATCH_INFO, in->package, "%.*s", SPAN_ARG(frame->payload));
		return 0;
	case MESSAGE_FETCHED:
		w->finished = message_get_number(frame->payload, &number) &&
			      number == (int64_t)(in->out->n - in->before);
		return w->finished ? 0 : not_understood(err);
	default: return not_understood(err);
	}
}

static int run(struct incoming *in, const char *url, struct err *err)
{
	AUTO(fetch_order) order = {0};
	AUTO(buf) payload = BUF_INIT;
	int result;

	if (fetch_order_make(in->e, url, FETCH_LOGINS, &order, err) < 0)
		return -1;
	message_put_fetch(&payload, &order);
	if (worker_start(in->e, &in->worker, WORKER_FETCH, NULL, 0, MESSAGE_FETCH,
		    buf_span(&payload), err) < 0)
		return -1;
	result = worker_finish(&in->worker, err);
	tell(in, WATCH_TRANSFER_END);
	return result;
}

int fetch_file(struct engine *e, const char *url, struct span package, const char *name,
	int64_t max, struct buf *out, struct err *err)
{
	AUTO(incoming) in = {
		.worker = {.task = TASK_INIT, .frame = on_frame, .reader = FRAME_READER_INIT},
		.e = e,
		.package = package,
		.name = name,
		.max = max,
		.total = -1,
		.out = out,
		.before = out->n};

	in.worker.arg = &in;
	if (e->offline)
		return err_set(err, ERR_OFFLINE, "%s is needed, and --offline was given", url);
	if (run(&in, url, err) < 0)
		return err_at(err, "fetch %s", url);
	return 0;
}
