/* Tests of ext/http against a server of a few canned answers. */
#include "httpd.h"

#include "ext/http.h"
#include "ext/http_words.h"
#include "sys/pace.h"

/* Collects a body; refuses as it is told. */
struct taker {
	struct http_sink sink;
	struct buf body;
	int64_t total;
	int begun;
	enum address_reach reach;
	bool refuse_begin, refuse_data;
};

static int on_begin(struct http_sink *sink, const struct http_head *head, struct err *err)
{
	struct taker *t = (struct taker *)sink;

	t->begun++;
	t->total = head->length;
	t->reach = head->reach;
	return t->refuse_begin ? err_set(err, ERR_NO_SPACE, "no room") : 0;
}

static int on_data(struct http_sink *sink, const void *bytes, size_t n, struct err *err)
{
	struct taker *t = (struct taker *)sink;

	buf_add(&t->body, bytes, n);
	return t->refuse_data ? err_set(err, ERR_SYSTEM, "disk on fire") : 0;
}

static void taker_drop(struct taker *t)
{
	buf_drop(&t->body);
}

#define TAKER_INIT ((struct taker){.sink = {on_begin, on_data}, .body = BUF_INIT, .total = -2})

static int get(const char *scheme, const char *path, struct taker *t, struct http_answer *answer,
	struct err *err)
{
	AUTO(buf) url = BUF_INIT;
	struct http_request request = {.max_size = 1000,
		.connect_timeout = 5,
		.stall_timeout = 1,
		.stall_rate = 10,
		.user_agent = "fardel-test"};

	buf_addf(&url, "%s127.0.0.1:%d%s", scheme, server.port, path);
	request.url = url.s;
	return http_get(&request, &t->sink, answer, err);
}

static void assert_gets(const char *path, const char *body, int64_t total)
{
	AUTO(taker) t = TAKER_INIT;
	struct http_answer answer;
	struct err err = ERR_INIT;

	if (get("http://", path, &t, &answer, &err) < 0)
		fail_msg("%s: %s", path, err.text);
	assert_buf(&t.body, body);
	assert_int_equal(t.begun, 1);
	assert_int_equal(t.total, total);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.received, strlen(body));
}

static void assert_fails(
	const char *path, enum err_code code, const char *part, long status, bool retry)
{
	AUTO(taker) t = TAKER_INIT;
	struct http_answer answer;
	struct err err = ERR_INIT;

	if (get("http://", path, &t, &answer, &err) == 0)
		fail_msg("%s succeeded", path);
	assert_err(&err, code, part);
	assert_int_equal(answer.status, status);
	assert_int_equal(answer.retry, retry);
}

static void bodies_arrive(void **state)
{
	(void)state;
	assert_gets("/ok", "hello", 5);
	assert_gets("/empty", "", 0);
	assert_gets("/until-close", "no length", -1);
	assert_gets("/chunks", "abcde", -1);
	assert_gets("/hop", "hello", 5);
	assert_gets("/gzip", "raw", 3); /* nothing is decoded */
}

static void statuses_are_failures(void **state)
{
	(void)state;
	assert_fails("/missing", ERR_HTTP, "answered with HTTP status 404", 404, false);
	assert_fails("/error", ERR_HTTP, "HTTP status 500", 500, true);
	assert_fails("/part", ERR_HTTP, "HTTP status 206", 206, false);
	assert_fails("/nowhere", ERR_HTTP, "HTTP status 302", 302, false);
}

static void broken_answers_are_failures(void **state)
{
	(void)state;
	assert_fails("/short", ERR_NETWORK, "after 9 of 100 bytes", 200, true);
	assert_fails("/bad-chunks", ERR_NETWORK, "", 200, true);
	assert_fails("/nothing", ERR_NETWORK, "closed without an answer", 0, true);
	assert_fails("/two-lengths", ERR_NETWORK, "two lengths", 200, false);
	assert_fails("/minus", ERR_NETWORK, "failed", 200, true);
	assert_fails("/no-http", ERR_NETWORK, "failed", 0, true);
	assert_fails(
		"/stall", ERR_NETWORK, "stalled: less than 10 bytes a second for 1 s", 200, true);
}

static void stalls_end_in_time(void **state)
{
	int64_t before = pace_clock();

	(void)state;
	assert_fails("/stall", ERR_NETWORK, "stalled", 200, true);
	assert_in_range(pace_clock() - before, 900, 3000);
}

static void redirects_have_limits(void **state)
{
	(void)state;
	assert_fails("/loop", ERR_NETWORK, "more than 10 redirects", 302, false);
	assert_fails("/to-file", ERR_NETWORK, "other than http or https", 302, false);
	assert_fails("/to-gopher", ERR_NETWORK, "other than http or https", 302, false);
}

static void sizes_have_limits(void **state)
{
	(void)state;
	assert_fails("/big", ERR_FAILED, "more than the 1000 bytes of fetch.max_size", 200, false);
	assert_fails(
		"/endless", ERR_FAILED, "more than the 1000 bytes of fetch.max_size", 200, false);
}

/* What is there alone may be more than the limit, or just as much. */
static void rests_have_limits(void **state)
{
	static const struct {
		int64_t max_size;
		const char *says; /* NULL: it is had */
	} rows[] = {{10, NULL}, {9, "more than the 9 bytes"}, {4, "more than the 4 bytes"},
		{3, "more than the 3 bytes"}, {1, "more than the 1 bytes"}};
	AUTO(buf) url = BUF_INIT;
	struct http_request request = {.connect_timeout = 5,
		.stall_timeout = 5,
		.user_agent = "x",
		.from = 4,
		.etag = "\"a\""};
	struct http_answer answer;

	(void)state;
	buf_setf(&url, "http://127.0.0.1:%d/ranged", server.port);
	request.url = url.s;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(taker) t = TAKER_INIT;
		struct err err = ERR_INIT;

		request.max_size = rows[i].max_size;
		assert_int_equal(http_get(&request, &t.sink, &answer, &err), rows[i].says ? -1 : 0);
		if (rows[i].says)
			assert_err(&err, ERR_FAILED, rows[i].says);
		assert_false(answer.retry);
		assert_buf(&t.body, rows[i].says ? "" : "456789");
	}
}

static void the_sinks_errors_come_back(void **state)
{
	struct http_answer answer;
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < 3; i++) {
		AUTO(taker) t = TAKER_INIT;

		t.refuse_begin = i < 2;
		t.refuse_data = i == 2;
		assert_int_equal(get("http://", i ? "/ok" : "/empty", &t, &answer, &err), -1);
		assert_err(&err, i < 2 ? ERR_NO_SPACE : ERR_SYSTEM,
			i < 2 ? "no room" : "disk on fire");
		assert_false(answer.retry);
		assert_int_equal(t.begun, 1);
	}
}

static void a_request_says_little(void **state)
{
	AUTO(taker) t = TAKER_INIT;
	struct http_answer answer;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(get("http://", "/echo", &t, &answer, &err), 0);
	assert_non_null(strstr(t.body.s, "User-Agent: fardel-test\r\n"));
	assert_null(strstr(t.body.s, "Encoding"));
	assert_null(strstr(t.body.s, "Cookie"));
	assert_null(strstr(t.body.s, "Authorization"));
}

static void credentials_stay_with_their_host(void **state)
{
	AUTO(taker) own = TAKER_INIT;
	AUTO(taker) other = TAKER_INIT;
	AUTO(taker) missing = TAKER_INIT;
	struct http_answer answer;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(get("http://me:secret@", "/echo", &own, &answer, &err), 0);
	assert_non_null(strstr(own.body.s, "Authorization: Basic "));
	if (get("http://me:secret@", "/hop-host", &other, &answer, &err) < 0)
		fail_msg("%s", err.text);
	assert_non_null(strstr(other.body.s, "Host: localhost:"));
	assert_null(strstr(other.body.s, "Authorization"));
	assert_int_equal(get("http://me:secret@", "/missing", &missing, &answer, &err), -1);
	assert_null(strstr(err.text, "secret"));
	assert_null(strstr(err.text, "me:"));
}

static void what_cannot_be_reached_says_why(void **state)
{
	AUTO(taker) t = TAKER_INIT;
	AUTO(buf) url = BUF_INIT;
	struct http_request request = {.max_size = 9, .connect_timeout = 5, .user_agent = "x"};
	struct http_answer answer;
	struct err err = ERR_INIT;

	(void)state;
	buf_setf(&url, "http://u:secret@127.0.0.1:%d/x", server.closed_port);
	request.url = url.s;
	assert_int_equal(http_get(&request, &t.sink, &answer, &err), -1);
	assert_err(&err, ERR_NETWORK, "refused");
	assert_null(strstr(err.text, "secret"));
	assert_true(answer.retry);
	/* No name has 64 bytes in a part, so no one is asked for it. */
	buf_sets(&url, "http://");
	for (int i = 0; i < 64; i++)
		buf_addc(&url, 'a');
	request.url = url.s;
	assert_int_equal(http_get(&request, &t.sink, &answer, &err), -1);
	assert_err(&err, ERR_NETWORK, "cannot be resolved");
	request.url = "file:///etc/passwd";
	assert_int_equal(http_get(&request, &t.sink, &answer, &err), -1);
	assert_err(&err, ERR_FAILED, "not an http or https URL");
	assert_int_equal(get("https://", "/ok", &t, &answer, &err), -1);
	assert_err(&err, ERR_NETWORK, "TLS with 127.0.0.1:");
	assert_int_equal(t.begun, 0);
}

static void certificates_that_cannot_be_read_say_what_to_do(void **state)
{
	AUTO(taker) t = TAKER_INIT;
	AUTO(buf) url = BUF_INIT;
	struct http_request request = {
		.max_size = 9, .connect_timeout = 5, .user_agent = "x", .ca_text = "none"};
	struct http_answer answer;
	struct err err = ERR_INIT;

	(void)state;
	buf_setf(&url, "https://127.0.0.1:%d/ok", server.port);
	request.url = url.s;
	assert_int_equal(http_get(&request, &t.sink, &answer, &err), -1);
	assert_err(&err, ERR_NETWORK, "the certificates of who is trusted cannot be read: ");
	assert_non_null(strstr(err.next, "fetch.ca_file"));
	assert_false(answer.retry);
	http_fail_trust(&err, false, "error setting certificate file: /etc/ssl/certs/x.crt");
	assert_err(&err, ERR_NETWORK, "/etc/ssl/certs/x.crt");
	assert_non_null(strstr(err.next, "apt install ca-certificates"));
}

static const char *as_told(const void *arg, bool secure, struct span host)
{
	(void)secure;
	return span_is_text(host, "127.0.0.1") ? arg : NULL;
}

/* The environment is not looked at; a proxy that fails is named, without its password. */
static void the_proxy_is_as_told(void **state)
{
	AUTO(taker) t = TAKER_INIT;
	AUTO(buf) url = BUF_INIT;
	AUTO(buf) proxy = BUF_INIT;
	AUTO(buf) name = BUF_INIT;
	struct http_request request = {
		.max_size = 9000, .connect_timeout = 5, .stall_timeout = 5, .user_agent = "x"};
	struct http_answer answer;
	struct err err = ERR_INIT;

	(void)state;
	buf_setf(&url, "http://127.0.0.1:%d/ok", server.port);
	buf_setf(&proxy, "http://u:secret@127.0.0.1:%d", server.closed_port);
	buf_setf(&name, "the proxy 127.0.0.1:%d refused", server.closed_port);
	request.url = url.s;
	assert_int_equal(setenv("http_proxy", proxy.s, 1), 0);
	assert_int_equal(http_get(&request, &t.sink, &answer, &err), 0);
	request.proxy_of = as_told;
	request.proxy_arg = proxy.s;
	assert_int_equal(setenv("no_proxy", "127.0.0.1", 1), 0);
	assert_int_equal(http_get(&request, &t.sink, &answer, &err), -1);
	assert_err(&err, ERR_NETWORK, name.s);
	assert_null(strstr(err.text, "secret"));
	buf_sets(&proxy, "http://");
	for (int i = 0; i < 64; i++)
		buf_addc(&proxy, 'a');
	request.proxy_arg = proxy.s;
	assert_int_equal(http_get(&request, &t.sink, &answer, &err), -1);
	assert_err(&err, ERR_NETWORK, "the name of the proxy aaa");
	/* A server that says 407 as if it were one. */
	buf_setf(&url, "http://127.0.0.1:%d/wants-user", server.port);
	buf_setf(&proxy, "http://127.0.0.1:%d", server.port);
	request.url = url.s;
	request.proxy_arg = proxy.s;
	assert_int_equal(http_get(&request, &t.sink, &answer, &err), -1);
	assert_err(&err, ERR_NETWORK, "wants a user and password");
	unsetenv("http_proxy");
	unsetenv("no_proxy");
}

/* Of the origin alone, as those of its URL. */
static void logins_stay_with_their_host(void **state)
{
	struct http_request request = {.max_size = 9000,
		.connect_timeout = 5,
		.stall_timeout = 5,
		.user = "me",
		.password = "secret",
		.user_agent = "x"};
	static const char *const paths[] = {"/echo", "/hop-echo", "/hop-host"};
	struct http_answer answer;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		AUTO(taker) t = TAKER_INIT;
		AUTO(buf) url = BUF_INIT;

		buf_setf(&url, "http://127.0.0.1:%d%s", server.port, paths[i]);
		request.url = url.s;
		if (http_get(&request, &t.sink, &answer, &err) < 0)
			fail_msg("%s: %s", paths[i], err.text);
		/* me:secret */
		assert_int_equal(strstr(t.body.s, "Basic bWU6c2VjcmV0") != NULL, i < 2);
		request.authorization = "token abc";
		request.user = request.password = NULL;
		buf_clear(&t.body);
		if (http_get(&request, &t.sink, &answer, &err) < 0)
			fail_msg("%s: %s", paths[i], err.text);
		assert_int_equal(strstr(t.body.s, "token abc") != NULL, i < 2);
		request.authorization = NULL;
		request.user = "me";
		request.password = "secret";
	}
}

static bool goes_to_hop(const void *arg, struct span url)
{
	return memmem(url.s, url.n, arg, strlen(arg)) != NULL;
}

/* Another's folder of the same host is not told it. */
static void logins_stay_below_their_place(void **state)
{
	AUTO(buf) url = BUF_INIT;
	struct http_request request = {.max_size = 9000,
		.connect_timeout = 5,
		.stall_timeout = 5,
		.login_goes = goes_to_hop,
		.login_arg = "hop-echo",
		.user_agent = "x"};
	struct http_answer answer;
	struct err err = ERR_INIT;

	(void)state;
	buf_setf(&url, "http://127.0.0.1:%d/hop-echo", server.port);
	request.url = url.s;
	for (int i = 0; i < 4; i++) {
		AUTO(taker) t = TAKER_INIT;

		request.authorization = i & 1 ? "token abc" : NULL;
		request.user = request.password = i & 1 ? NULL : "me";
		request.login_arg = i & 2 ? "echo" : "hop-echo";
		if (http_get(&request, &t.sink, &answer, &err) < 0)
			fail_msg("%s", err.text);
		assert_int_equal(strstr(t.body.s, "Authorization") != NULL, i / 2);
	}
}

/* What somebody else has named may lead no further in than that one is. */
static void what_others_name_has_bounds(void **state)
{
	static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]", "127.1"};
	struct http_request request = {.max_size = 9000,
		.connect_timeout = 5,
		.stall_timeout = 5,
		.bounded = true,
		.within = ADDRESS_LINK,
		.user_agent = "x"};
	struct http_answer answer;

	(void)state;
	for (size_t i = 0; i < COUNT(hosts); i++) {
		AUTO(taker) t = TAKER_INIT;
		AUTO(buf) url = BUF_INIT;
		struct err err = ERR_INIT;

		buf_setf(&url, "http://%s:%d/ok", hosts[i], server.port);
		request.url = url.s;
		assert_int_equal(http_get(&request, &t.sink, &answer, &err), -1);
		assert_err(&err, ERR_NETWORK, "an address of this machine or its network, and who");
		assert_false(answer.retry);
		assert_int_equal(t.begun, 0);
	}
	request.within = ADDRESS_SELF;
	for (int i = 0; i < 2; i++) {
		AUTO(taker) t = TAKER_INIT;
		AUTO(buf) url = BUF_INIT;
		struct err err = ERR_INIT;

		/* The second time the connection may be there already. */
		buf_setf(&url, "http://localhost:%d/echo", server.port);
		request.url = url.s;
		assert_int_equal(http_get(&request, &t.sink, &answer, &err), 0);
		assert_int_equal(t.reach, ADDRESS_SELF);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_arrive),
		cmocka_unit_test(statuses_are_failures),
		cmocka_unit_test(broken_answers_are_failures),
		cmocka_unit_test(stalls_end_in_time),
		cmocka_unit_test(redirects_have_limits),
		cmocka_unit_test(sizes_have_limits),
		cmocka_unit_test(rests_have_limits),
		cmocka_unit_test(the_sinks_errors_come_back),
		cmocka_unit_test(a_request_says_little),
		cmocka_unit_test(credentials_stay_with_their_host),
		cmocka_unit_test(what_cannot_be_reached_says_why),
		cmocka_unit_test(certificates_that_cannot_be_read_say_what_to_do),
		cmocka_unit_test(the_proxy_is_as_told),
		cmocka_unit_test(logins_stay_with_their_host),
		cmocka_unit_test(logins_stay_below_their_place),
		cmocka_unit_test(what_others_name_has_bounds),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
