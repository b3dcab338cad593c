/* fardel-fetch: fetches one URL for fardel, or one after the other, and hands on the bytes; the only program that
 * touches the network. */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "net/transfer.h"
#include "work/worker.h"

#define CHUNK (128 << 10) /* bytes of a frame; curl gives 16 KiB at a time */
#define PAUSE_NS \
	100000000 /* what has come is handed on after a tenth of a second at the latest \
		   */

/* Hands on what comes to the parent. */
struct relay {
	struct transfer_sink sink; /* first: transfer_run gives its address back */
	struct buf bytes; /* not handed on yet */
	struct timespec since; /* when the last frame went */
};

static bool is_time(struct relay *r)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - r->since.tv_sec) * 1000000000 + now.tv_nsec - r->since.tv_nsec >=
	       PAUSE_NS;
}

static int hand_on(struct relay *r, struct err *err)
{
	clock_gettime(CLOCK_MONOTONIC, &r->since);
	if (r->bytes.n && frame_send(FRAME_FD, MESSAGE_DATA, buf_span(&r->bytes), err) < 0)
		return -1;
	buf_clear(&r->bytes);
	return 0;
}

static int send_number(enum message_type type, int64_t value, struct err *err)
{
	AUTO(buf) payload = BUF_INIT;

	message_put_number(&payload, value);
	return frame_send(FRAME_FD, type, buf_span(&payload), err);
}

static int on_begin(struct transfer_sink *sink, const struct fetch_begin *b, struct err *err)
{
	struct relay *r = (struct relay *)sink;
	AUTO(buf) payload = BUF_INIT;

	/* What came of the try before is void, or must be there before the rest. */
	if (!b->from)
		buf_clear(&r->bytes);
	if (hand_on(r, err) < 0)
		return -1;
	message_put_begin(&payload, b);
	return frame_send(FRAME_FD, MESSAGE_BEGIN, buf_span(&payload), err);
}

static int on_data(struct transfer_sink *sink, const void *bytes, size_t n, struct err *err)
{
	struct relay *r = (struct relay *)sink;

	/* A frame is never longer than what was there and one piece, both far below FRAME_MAX. */
	buf_add(&r->bytes, bytes, n);
	if (r->bytes.n < CHUNK && !is_time(r))
		return 0;
	return hand_on(r, err);
}

static int on_note(struct transfer_sink *sink, struct span sentence, struct err *err)
{
	(void)sink;
	return frame_send(FRAME_FD, MESSAGE_NOTE, sentence, err);
}

static int fetch(struct relay *r, const struct fetch_order *order, struct err *err)
{
	int64_t received;
	int result = transfer_run(order, &r->sink, &received, err);

	if (result < 0) {
		/* What came can be gone on with another time; why it ended is what counts. */
		struct err unsaid = ERR_INIT;

		(void)!hand_on(r, &unsaid);
		return -1;
	}
	if (result != TRANSFER_WHOLE)
		return frame_send(FRAME_FD,
			result == TRANSFER_MISSING ? MESSAGE_MISSING : MESSAGE_UNCHANGED, SPAN(""),
			err);
	return hand_on(r, err) < 0 ? -1 : send_number(MESSAGE_FETCHED, received, err);
}

/* 1: *order is the next one; 0: there is none. */
static int take_next(struct frame_reader *reader, struct fetch_order *order, struct err *err)
{
	struct fetch_next next;
	struct frame frame;
	int got = frame_read(reader, FRAME_FD, &frame, err);

	if (got <= 0)
		return got;
	if (frame.type != MESSAGE_NEXT || !message_get_next(frame.payload, &next))
		return worker_bad_order(err);
	buf_set(&order->url, next.url);
	order->max_size = next.max_size;
	order->optional = next.optional;
	order->resume_above = next.resume_above;
	order->from = next.from;
	order->total = next.total;
	buf_set(&order->etag, next.etag);
	buf_clear(&order->unless);
	return 1;
}

static int run(struct relay *r, struct err *err)
{
	__attribute__((cleanup(frame_reader_drop))) struct frame_reader reader = FRAME_READER_INIT;
	AUTO(fetch_order) order = {0};
	struct span payload;
	int more = 1;

	if (worker_order(&reader, MESSAGE_FETCH, &payload, err) < 0)
		return -1;
	if (!message_get_fetch(payload, &order))
		return worker_bad_order(err);
	while (more > 0) {
		if (fetch(r, &order, err) < 0)
			return -1;
		more = order.more ? take_next(&reader, &order, err) : 0;
	}
	return more;
}

/* What libcurl brings along takes a millisecond to say goodbye, which fardel waits for; nothing of it has anything to put away. */
NORETURN static void leave(int status)
{
#ifdef __SANITIZE_ADDRESS__
	exit(status);
#else
	_exit(status);
#endif
}

int main(void)
{
	struct relay relay = {
		.sink = {.begin = on_begin, .data = on_data, .note = on_note}, .bytes = BUF_INIT};
	struct err err = ERR_INIT;
	int status;

	if (!worker_is_called("fardel-fetch"))
		return WORKER_USAGE;
	status = worker_end(run(&relay, &err), &err);
	buf_drop(&relay.bytes);
	leave(status);
}
