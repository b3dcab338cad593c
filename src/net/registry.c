/* One transfer from a registry of images. */
#include "net/registry.h"

#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "ext/json.h"
#include "model/challenge.h"
#include "model/registry.h"

#define TOKEN_ANSWER_MAX (256 << 10)
#define TOKEN_MAX (64 << 10)
#define CLIENT "fardel"

/* --- The answer of a server of tokens --------------------------------------------------------------- */

struct collector {
	struct http_sink http; /* first: http_get gives its address back */
	struct buf body;
};

static void collector_drop(struct collector *c)
{
	buf_drop(&c->body);
}

static int on_begin(struct http_sink *sink, const struct http_head *head, struct err *err)
{
	(void)sink, (void)head, (void)err;
	return 0;
}

static int on_data(struct http_sink *sink, const void *bytes, size_t n, struct err *err)
{
	(void)err;
	buf_add(&((struct collector *)sink)->body, bytes, n);
	return 0;
}

/* What may stand in a header. */
static bool is_token(const char *x)
{
	size_t n = x ? strlen(x) : 0;

	for (size_t i = 0; i < n; i++)
		if (x[i] <= ' ' || x[i] > '~')
			return false;
	return n && n <= TOKEN_MAX;
}

static bool take_token(struct span body, struct buf *out)
{
	static const char *const keys[] = {"token", "access_token"};
	struct err ignored = ERR_INIT;
	struct json *answer = NULL;
	const char *token = NULL;

	if (json_parse(body, &answer, &ignored) < 0)
		return false;
	for (size_t i = 0; i < COUNT(keys) && !token; i++)
		token = json_get_text(answer, keys[i]);
	if (is_token(token))
		buf_sets(out, token);
	json_free(answer);
	return out->n > 0;
}

/* --- Asking it ---------------------------------------------------------------------------------------- */

/* Whether it may see the user and password: it is the registry itself, or the admin names it. */
static bool is_trusted(const struct fetch_order *order, struct span realm)
{
	return span_is(registry_origin(realm), registry_origin(buf_span(&order->url))) ||
	       (order->realm.n && span_is(realm, buf_span(&order->realm)));
}

static void add_question(const struct fetch_order *order, const struct challenge *c, struct buf *to)
{
	AUTO(buf) scope = BUF_INIT;

	buf_addf(&scope, "repository:%.*s:pull", SPAN_ARG(registry_path(buf_span(&order->url))));
	if (c->service.n) {
		registry_add_query(to, "service", buf_span(&c->service));
		buf_addc(to, '&');
	}
	registry_add_query(to, "scope", buf_span(&scope));
}

/* By GET; who has an identity token shows it by POST. */
static void make_question(const struct fetch_order *order, const struct challenge *c, bool trusted,
	struct buf *url, struct buf *form)
{
	buf_set(url, buf_span(&c->realm));
	if (trusted && order->identity.n) {
		buf_adds(form, "grant_type=refresh_token&client_id=" CLIENT "&");
		registry_add_query(form, "refresh_token", buf_span(&order->identity));
		buf_addc(form, '&');
		add_question(order, c, form);
		return;
	}
	buf_addc(url, memchr(url->s, '?', url->n) ? '&' : '?');
	add_question(order, c, url);
}

static int fail_token(const struct challenge *c, const char *what, struct err *err)
{
	AUTO(buf) realm = BUF_INIT;

	text_escape(&realm, registry_origin(buf_span(&c->realm)));
	err_set(err, ERR_NETWORK, "%s, where the registry sends for a token, %s", realm.s, what);
	return err_next(err, "ask who runs the registry");
}

static int ask(const struct fetch_order *order, const struct http_request *like,
	const struct challenge *c, struct buf *token, struct http_answer *answer, struct err *err)
{
	AUTO(collector) got = {.http = {.begin = on_begin, .data = on_data}, .body = BUF_INIT};
	AUTO(buf) url = BUF_INIT;
	AUTO(buf) form = BUF_INIT;
	bool trusted = is_trusted(order, buf_span(&c->realm));
	struct http_answer of_token;
	struct http_request request = {.max_size = TOKEN_ANSWER_MAX,
		.connect_timeout = like->connect_timeout,
		.stall_timeout = like->stall_timeout,
		.stall_rate = like->stall_rate,
		.proxy_of = like->proxy_of,
		.proxy_arg = like->proxy_arg,
		.ca_text = like->ca_text,
		.user_agent = like->user_agent,
		.bounded = true,
		.within = answer->reach};

	make_question(order, c, trusted, &url, &form);
	request.url = url.s;
	request.form = form.n ? form.s : NULL;
	if (trusted && !form.n && order->user.n) {
		request.user = order->user.s;
		request.password = order->password.s;
	}
	if (http_get(&request, &got.http, &of_token, err) < 0) {
		answer->status = of_token.status;
		answer->retry = of_token.retry;
		return err_at(err, "ask for a token");
	}
	if (!take_token(buf_span(&got.body), token))
		return fail_token(c, "answered with no token", err);
	return 0;
}

/* --- What is shown ------------------------------------------------------------------------------------ */

struct shown {
	struct buf place; /* the URL of what it was shown to, as far as the path */
	struct buf header; /* "Bearer …"; empty: nothing */
	struct buf realm; /* that was not told the login which there is */
};

static void place_of(const struct fetch_order *order, struct buf *out)
{
	struct span path = registry_path(buf_span(&order->url));

	buf_add_span(out, registry_origin(buf_span(&order->url)));
	buf_addf(out, "/v2/%.*s", SPAN_ARG(path));
}

/* What was shown there the last time; else the token that the admin has. */
static struct shown *recall(const struct fetch_order *order)
{
	static struct shown last;
	AUTO(buf) place = BUF_INIT;

	if (!last.place.s)
		last = (struct shown){.place = BUF_INIT, .header = BUF_INIT, .realm = BUF_INIT};
	place_of(order, &place);
	if (!span_is(buf_span(&place), buf_span(&last.place))) {
		buf_set(&last.place, buf_span(&place));
		buf_clear(&last.header);
		buf_clear(&last.realm);
		if (order->token.n)
			buf_addf(&last.header, "Bearer %s", order->token.s);
	}
	return &last;
}

static void show_password(const struct fetch_order *order, struct buf *header)
{
	AUTO(buf) pair = BUF_INIT;

	buf_addf(&pair, "%s:%s", order->user.s, order->password.s);
	buf_sets(header, "Basic ");
	base64_encode(header, pair.s, pair.n);
}

static bool has_login(const struct fetch_order *order)
{
	return order->user.n || order->token.n || order->identity.n;
}

static void note_realm(
	const struct fetch_order *order, const struct challenge *c, struct shown *shown)
{
	buf_clear(&shown->realm);
	if (has_login(order) && !is_trusted(order, buf_span(&c->realm)))
		buf_set(&shown->realm, buf_span(&c->realm));
}

/* What the challenge asks for: 1: it is there now; 0: nobody has it; -1. */
static int meet(const struct fetch_order *order, const struct http_request *like,
	struct http_answer *answer, struct shown *shown, struct err *err)
{
	AUTO(challenge) c;
	AUTO(buf) token = BUF_INIT;

	challenge_init(&c);
	if (!challenge_parse(span_of(answer->challenge), &c))
		return err_set(err, ERR_NETWORK,
			"the registry wants to know who asks, and not in a way that can be understood");
	if (c.bearer && !order->token.n) {
		if (!registry_is_realm(buf_span(&c.realm)))
			return fail_token(&c, "is none: a token comes by https", err);
		note_realm(order, &c, shown);
		if (ask(order, like, &c, &token, answer, err) < 0)
			return -1;
		buf_setf(&shown->header, "Bearer %s", token.s);
		return 1;
	}
	if (!c.basic || !order->user.n)
		return 0;
	show_password(order, &shown->header);
	return 1;
}

/* What may help who is refused by the registry, or by where tokens come from. */
static int advise(const struct fetch_order *order, const struct shown *shown, struct err *err)
{
	AUTO(buf) realm = BUF_INIT;

	if (err->code != ERR_HTTP)
		return -1;
	text_escape(&realm, buf_span(&shown->realm));
	if (realm.n)
		return err_next(err,
			"tokens come from another host, which is not told the login; if it may be, "
			"say in the repository's file: auth: {realm: \"%s\", ...}",
			realm.s);
	if (has_login(order))
		return err_next(err,
			"the login for it was refused: see auth in the repository's file, and "
			"/etc/fardel/netrc");
	return err_next(
		err, "give a login for it: auth in the repository's file, or in /etc/fardel/netrc");
}

static bool is_refused(const struct http_answer *answer)
{
	return answer->status == 401 || answer->status == 403;
}

/* -1, with what may help. */
static int fail(const struct fetch_order *order, const struct shown *shown,
	const struct http_answer *answer, struct err *err)
{
	if (is_refused(answer))
		return advise(order, shown, err);
	if (answer->status == 429)
		return err_next(err,
			"the registry limits how often it is asked: run it again later%s",
			has_login(order) ? ""
					 : ", or give a login for it (auth in the repository's "
					   "file), which may be allowed more");
	return -1;
}

int registry_get(const struct fetch_order *order, struct http_request *request,
	struct http_sink *sink, struct http_answer *answer, struct err *err)
{
	struct shown *shown = recall(order);
	struct err why = ERR_INIT;
	int met;

	request->accept = registry_asks_manifest(buf_span(&order->url)) ? REGISTRY_ACCEPT : NULL;
	request->authorization = shown->header.n ? shown->header.s : NULL;
	if (http_get(request, sink, answer, err) == 0)
		return 0;
	if (answer->status != 401 || !answer->challenge[0])
		return fail(order, shown, answer, err);
	/* Once: who refuses what it asked for itself would do so for ever. */
	met = meet(order, request, answer, shown, &why);
	if (met < 0) {
		bool refused = is_refused(answer);

		answer->status = 0; /* it says nothing of what was asked for */
		err_copy(err, &why);
		return refused ? advise(order, shown, err) : -1;
	}
	if (!met)
		return advise(order, shown, err);
	err_clear(err);
	request->authorization = shown->header.s;
	if (http_get(request, sink, answer, err) == 0)
		return 0;
	return fail(order, shown, answer, err);
}
