/* The transfer of one URL by http or https, tried again where that may help. */
#include "net/transfer.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <time.h>

#include "ext/http.h"

#define DELAY_MAX 60 /* seconds */

/* From http's sink to ours. */
struct bridge {
	struct http_sink http; /* first: http_get gives its address back */
	struct transfer_sink *sink;
};

static int on_begin(struct http_sink *http, int64_t total, struct err *err)
{
	struct transfer_sink *sink = ((struct bridge *)http)->sink;

	return sink->begin(sink, total, err);
}

static int on_data(struct http_sink *http, const void *bytes, size_t n, struct err *err)
{
	struct transfer_sink *sink = ((struct bridge *)http)->sink;

	return sink->data(sink, bytes, n, err);
}

static int to_int(int64_t value)
{
	return value < 0 ? 0 : value > INT_MAX / 1000 ? INT_MAX / 1000 : (int)value;
}

static struct http_request make_request(const struct fetch_order *order)
{
	struct http_request request = {
		.url = order->url.s,
		.max_size = order->max_size,
		.connect_timeout = to_int(order->connect_timeout),
		.stall_timeout = to_int(order->stall_timeout),
		.stall_rate = to_int(order->stall_rate),
		.user_agent = "fardel/" FARDEL_VERSION,
	};

	if (span_is_text(buf_span(&order->proxy), "none"))
		request.proxy = "";
	else if (order->proxy.n)
		request.proxy = order->proxy.s;
	if (order->ca_text.n)
		request.ca_text = order->ca_text.s;
	return request;
}

static void wait_seconds(int64_t seconds)
{
	struct timespec left = {.tv_sec = (time_t)seconds};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

static int64_t limit_delay(int64_t seconds)
{
	return seconds < 0 ? 0 : seconds > DELAY_MAX ? DELAY_MAX : seconds;
}

static int note_try(struct transfer_sink *sink, const struct fetch_order *order, int64_t try,
	int64_t delay, const struct err *why, struct err *err)
{
	AUTO(buf) note = BUF_INIT;

	buf_addf(&note, "try %" PRId64 " of %" PRId64 " in %" PRId64 " s: %s", try,
		order->retries + 1, delay, why->text);
	return sink->note(sink, buf_span(&note), err);
}

int transfer_run(const struct fetch_order *order, struct transfer_sink *sink, int64_t *received,
	struct err *err)
{
	struct bridge bridge = {.http = {.begin = on_begin, .data = on_data}, .sink = sink};
	struct http_request request = make_request(order);
	int64_t delay = limit_delay(order->retry_delay);

	for (int64_t try = 1;; try++) {
		struct http_answer answer;
		struct err why = ERR_INIT;

		if (http_get(&request, &bridge.http, &answer, &why) == 0) {
			*received = answer.received;
			return 0;
		}
		if (!answer.retry || try > order->retries) {
			*err = why;
			return -1;
		}
		if (note_try(sink, order, try + 1, delay, &why, err) < 0)
			return -1;
		wait_seconds(delay);
		delay = limit_delay(delay * 2);
	}
}
