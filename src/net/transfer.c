/* The transfer of one URL by http or https, tried again, and gone on with, where that may help. */
#include "net/transfer.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <time.h>

#include "ext/http.h"
#include "model/login.h"
#include "net/registry.h"
#include "net/resume.h"

#define DELAY_MAX 60 /* seconds */

/* From http's sink to ours, and what is there of the body. */
struct bridge {
	struct http_sink http; /* first: http_get gives its address back */
	struct transfer_sink *sink;
	const struct fetch_order *order;
	int64_t have; /* bytes that the sink has */
	struct fetch_begin body; /* the one they are of */
	bool stale; /* what came is not the rest of it */
	struct buf authorization; /* what the URL's own host is shown */
};

static void bridge_drop(struct bridge *b)
{
	fetch_begin_drop(&b->body);
	buf_drop(&b->authorization);
}

/* A part that is not the rest of what is there ends the try. */
static int go_on(struct bridge *b, const struct http_head *head, struct err *err)
{
	b->stale = !resume_fits(head->range, head->etag, head->length, b->have,
		buf_span(&b->body.etag), b->body.total);
	if (b->stale)
		return err_set(err, ERR_NETWORK, "the server has another file by now");
	b->body.from = b->have;
	return b->sink->begin(b->sink, &b->body, err);
}

static int on_begin(struct http_sink *http, const struct http_head *head, struct err *err)
{
	struct bridge *b = (struct bridge *)http;
	int64_t above = b->order->resume_above;

	if (head->status == 206)
		return go_on(b, head, err);
	b->have = 0;
	b->body.from = 0;
	b->body.total = head->length;
	b->body.reach = head->reach;
	buf_clear(&b->body.etag);
	if (b->order->tag ? resume_is_tag(head->etag)
			  : above >= 0 && head->length > above && resume_is_strong(head->etag))
		buf_set(&b->body.etag, head->etag);
	return b->sink->begin(b->sink, &b->body, err);
}

static int on_data(struct http_sink *http, const void *bytes, size_t n, struct err *err)
{
	struct bridge *b = (struct bridge *)http;

	b->have += (int64_t)n;
	return b->sink->data(b->sink, bytes, n, err);
}

static const char *proxy_of(const void *arg, bool secure, struct span host)
{
	return proxies_choose(arg, secure, host);
}

static bool login_goes(const void *arg, struct span url)
{
	return login_is_for(buf_span(arg), url);
}

static int to_int(int64_t value)
{
	return value < 0 ? 0 : value > INT_MAX / 1000 ? INT_MAX / 1000 : (int)value;
}

/* A registry is asked first what it wants to see. That is all of its own server's, as it is of that server to say where tokens come from: a redirect there keeps it. */
static void set_login(
	const struct fetch_order *order, struct buf *authorization, struct http_request *request)
{
	if (order->registry)
		return;
	if (order->login_bases.n) {
		request->login_goes = login_goes;
		request->login_arg = &order->login_bases;
	}
	if (order->token.n) {
		buf_setf(authorization, "token %s", order->token.s);
		request->authorization = authorization->s;
	} else if (order->user.n || order->password.n) {
		request->user = order->user.s;
		request->password = order->password.s;
	}
}

static struct http_request make_request(const struct fetch_order *order, struct buf *authorization)
{
	struct http_request request = {
		.url = order->url.s,
		.unless = order->unless.n ? order->unless.s : NULL,
		.max_size = order->max_size,
		.connect_timeout = to_int(order->connect_timeout),
		.stall_timeout = to_int(order->stall_timeout),
		.stall_rate = to_int(order->stall_rate),
		.proxy_of = proxy_of,
		.proxy_arg = &order->proxies,
		.user_agent = "fardel/" FARDEL_VERSION,
	};

	if (order->ca_text.n)
		request.ca_text = order->ca_text.s;
	set_login(order, authorization, &request);
	request.bounded = order->bounded;
	request.within = order->within >= 0 && order->within < ADDRESS_SELF
				 ? (enum address_reach)order->within
				 : ADDRESS_SELF;
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

/* One try: 0, -1, or 1: what is there is of no use, to be tried at once from nothing. */
static int try_once(
	struct bridge *b, struct http_request *request, struct http_answer *answer, struct err *err)
{
	bool part = b->have > 0 && resume_is_strong(buf_span(&b->body.etag));

	b->stale = false;
	request->from = part ? b->have : 0;
	request->etag = part ? b->body.etag.s : NULL;
	if ((b->order->registry ? registry_get(b->order, request, &b->http, answer, err)
				: http_get(request, &b->http, answer, err)) == 0)
		return 0;
	/* 416: the file is shorter by now. */
	if (!part || !(b->stale || answer->status == 416))
		return -1;
	buf_clear(&b->body.etag);
	return 1;
}

/* Stores of objects say that one may not look for what is not there. Registries mean it. */
static bool is_missing(const struct fetch_order *order, long status)
{
	return status == 404 || status == 410 || (status == 403 && !order->registry);
}

int transfer_run(const struct fetch_order *order, struct transfer_sink *sink, int64_t *received,
	struct err *err)
{
	AUTO(bridge)
	bridge = {.http = {.begin = on_begin, .data = on_data},
		.sink = sink,
		.order = order,
		.have = order->from,
		.body = {.total = order->total, .etag = buf_dup(&order->etag)},
		.authorization = BUF_INIT};
	struct http_request request = make_request(order, &bridge.authorization);
	int64_t delay = limit_delay(order->retry_delay);

	for (int64_t try = 1;; try++) {
		struct http_answer answer;
		struct err why = ERR_INIT;
		int result;

		while ((result = try_once(&bridge, &request, &answer, &why)) == 1)
			err_clear(&why);
		if (result == 0) {
			*received = bridge.have;
			return answer.status == 304 ? TRANSFER_UNCHANGED : TRANSFER_WHOLE;
		}
		if (order->optional && is_missing(order, answer.status))
			return TRANSFER_MISSING;
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
