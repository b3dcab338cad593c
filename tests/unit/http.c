/* Tests of ext/http and net/transfer against a server of a few canned answers. */
#include "unit.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ext/http.h"
#include "net/source.h"
#include "net/transfer.h"
#include "sys/fd.h"

static struct {
	int port, closed_port;
	pid_t pid;
	int *busy; /* shared: how often /busy still says so */
} server;

/* What each path is answered with; %d is the server's port. */
static const struct {
	const char *path, *answer;
} answers[] = {
	{"/ok", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"},
	{"/empty", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"},
	{"/until-close", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nno length"},
	{"/chunks", "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
		    "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"},
	{"/bad-chunks",
		"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"},
	{"/gzip",
		"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nraw"},
	{"/part",
		"HTTP/1.1 206 Partial Content\r\nConnection: close\r\nContent-Range: bytes 0-2/9\r\n"
		"Content-Length: 3\r\n\r\nabc"},
	{"/missing",
		"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 5\r\n\r\nsorry"},
	{"/error", "HTTP/1.1 500 Oops\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"},
	{"/short", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\nonly this"},
	{"/big", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1001\r\n\r\n"},
	{"/nothing", ""},
	{"/no-http", "SSH-2.0-server\r\n\r\n"},
	{"/hop",
		"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /ok\r\nContent-Length: 4\r\n\r\nhere"},
	{"/hop-host",
		"HTTP/1.1 301 Moved\r\nConnection: close\r\nLocation: http://localhost:%d/echo\r\n"
		"Content-Length: 0\r\n\r\n"},
	{"/loop",
		"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"},
	{"/to-file", "HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: file:///etc/passwd\r\n"
		     "Content-Length: 0\r\n\r\n"},
	{"/to-gopher",
		"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: gopher://127.0.0.1:%d/\r\n"
		"Content-Length: 0\r\n\r\n"},
	{"/nowhere", "HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"},
};

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		_exit(1);
}

static void serve_endless(int fd)
{
	static const char zeros[4096];

	say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
	while (write(fd, zeros, sizeof(zeros)) > 0)
		;
}

static void serve_canned(int fd, const char *path)
{
	for (size_t i = 0; i < COUNT(answers); i++)
		if (strcmp(answers[i].path, path) == 0)
			dprintf(fd, answers[i].answer, server.port);
}

static void serve_one(int fd)
{
	char request[4096] = "";
	char path[64] = "";
	size_t n = 0;
	ssize_t got;

	/* What is no request (but TLS) is answered at once. */
	while (!strstr(request, "\r\n\r\n") && (!n || request[0] == 'G') &&
		n < sizeof(request) - 1 &&
		(got = read(fd, request + n, sizeof(request) - 1 - n)) > 0)
		n += (size_t)got;
	if (request[0] != 'G')
		say(fd, "HTTP/1.1 400 Bad Request\r\n\r\n");
	sscanf(request, "GET %63s", path);
	if (strcmp(path, "/busy") == 0) {
		if (__atomic_fetch_sub(server.busy, 1, __ATOMIC_SEQ_CST) > 0)
			say(fd, "HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbusy");
		else
			say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
	} else if (strcmp(path, "/echo") == 0) {
		dprintf(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n%s", request);
	} else if (strcmp(path, "/stall") == 0) {
		say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\na");
		sleep(10);
	} else if (strcmp(path, "/endless") == 0) {
		serve_endless(fd);
	} else {
		serve_canned(fd, path);
	}
}

static int listen_on(int *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

static void serve(int fd)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int one = accept(fd, NULL, NULL);

		if (one < 0)
			_exit(1);
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve_one(one);
			_exit(0);
		}
		close(one);
	}
}

static int start(void **state)
{
	AUTO_FD closed = listen_on(&server.closed_port);
	AUTO_FD fd = listen_on(&server.port);

	(void)state;
	fd_drop(&closed);
	server.busy =
		mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (server.busy == MAP_FAILED)
		return -1;
	server.pid = fork();
	if (server.pid == 0)
		serve(fd);
	return server.pid < 0 ? -1 : 0;
}

static int stop(void **state)
{
	(void)state;
	kill(server.pid, SIGKILL);
	return waitpid(server.pid, NULL, 0) == server.pid ? 0 : -1;
}

/* Collects a body; refuses as it is told. */
struct taker {
	struct http_sink sink;
	struct buf body;
	int64_t total;
	int begun;
	bool refuse_begin, refuse_data;
};

static int on_begin(struct http_sink *sink, int64_t total, struct err *err)
{
	struct taker *t = (struct taker *)sink;

	t->begun++;
	t->total = total;
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
		.proxy = "",
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
	assert_fails("/missing", ERR_NETWORK, "answered with HTTP status 404", 404, false);
	assert_fails("/error", ERR_NETWORK, "HTTP status 500", 500, true);
	assert_fails("/part", ERR_NETWORK, "HTTP status 206", 206, false);
	assert_fails("/nowhere", ERR_NETWORK, "HTTP status 302", 302, false);
}

static void broken_answers_are_failures(void **state)
{
	(void)state;
	assert_fails("/short", ERR_NETWORK, "after 9 of 100 bytes", 200, true);
	assert_fails("/bad-chunks", ERR_NETWORK, "", 200, true);
	assert_fails("/nothing", ERR_NETWORK, "closed without an answer", 0, true);
	assert_fails("/no-http", ERR_NETWORK, "failed", 0, true);
	assert_fails(
		"/stall", ERR_NETWORK, "stalled: less than 10 bytes a second for 1 s", 200, true);
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
	struct http_request request = {
		.max_size = 9, .connect_timeout = 5, .proxy = "", .user_agent = "x"};
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

static void the_proxy_is_the_environments_unless_told(void **state)
{
	AUTO(taker) t = TAKER_INIT;
	AUTO(buf) url = BUF_INIT;
	AUTO(buf) proxy = BUF_INIT;
	struct http_request request = {.max_size = 9000, .connect_timeout = 5, .user_agent = "x"};
	struct http_answer answer;
	struct err err = ERR_INIT;

	(void)state;
	buf_setf(&url, "http://127.0.0.1:%d/ok", server.port);
	buf_setf(&proxy, "http://127.0.0.1:%d", server.closed_port);
	request.url = url.s;
	assert_int_equal(setenv("http_proxy", proxy.s, 1), 0);
	assert_int_equal(setenv("no_proxy", "", 1), 0);
	assert_int_equal(http_get(&request, &t.sink, &answer, &err), -1);
	request.proxy = "";
	assert_int_equal(http_get(&request, &t.sink, &answer, &err), 0);
	unsetenv("http_proxy");
	request.proxy = proxy.s;
	assert_int_equal(setenv("no_proxy", "127.0.0.1", 1), 0);
	assert_int_equal(http_get(&request, &t.sink, &answer, &err), -1);
	request.proxy = NULL;
	assert_int_equal(http_get(&request, &t.sink, &answer, &err), 0);
	unsetenv("no_proxy");
}

/* The transfer's sink: a log of what it was told. */
struct log {
	struct transfer_sink sink;
	struct buf text;
	bool refuse_note;
};

static int log_begin(struct transfer_sink *sink, int64_t total, struct err *err)
{
	(void)err;
	buf_addf(&((struct log *)sink)->text, "[%lld]", (long long)total);
	return 0;
}

static int log_data(struct transfer_sink *sink, const void *bytes, size_t n, struct err *err)
{
	(void)err;
	buf_add(&((struct log *)sink)->text, bytes, n);
	return 0;
}

static int log_note(struct transfer_sink *sink, struct span sentence, struct err *err)
{
	struct log *log = (struct log *)sink;

	buf_addf(&log->text, "(%.*s)", SPAN_ARG(span_cut(sentence, 0, 15)));
	return log->refuse_note ? err_set(err, ERR_WORKER, "gone") : 0;
}

static int transfer(const char *path, int64_t retries, int busy, struct log *log, struct err *err)
{
	AUTO(fetch_order)
	order = {.max_size = 1000,
		.retries = retries,
		.connect_timeout = 5,
		.stall_timeout = 5,
		.stall_rate = 1,
		.proxy = buf_of("none"),
		.url = BUF_INIT,
		.ca_text = BUF_INIT};
	int64_t received = -1;
	int rc;

	buf_addf(&order.url, "http://127.0.0.1:%d%s", server.port, path);
	__atomic_store_n(server.busy, busy, __ATOMIC_SEQ_CST);
	log->sink = (struct transfer_sink){log_begin, log_data, log_note};
	log->text = BUF_INIT;
	rc = transfer_run(&order, &log->sink, &received, err);
	buf_addf(&log->text, "=%lld", (long long)received);
	return rc;
}

static void log_drop(struct log *log)
{
	buf_drop(&log->text);
}

static void a_further_try_may_help(void **state)
{
	AUTO(log) fine = {0};
	AUTO(log) begun_again = {0};
	AUTO(log) too_busy = {0};
	AUTO(log) hopeless = {0};
	AUTO(log) refused = {.refuse_note = true};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(transfer("/busy", 3, 2, &fine, &err), 0);
	assert_buf(&fine.text, "(try 2 of 4 in 0)(try 3 of 4 in 0)[2]ok=2");
	assert_int_equal(transfer("/short", 1, 0, &begun_again, &err), -1);
	assert_err(&err, ERR_NETWORK, "9 of 100");
	assert_buf(&begun_again.text, "[100]only this(try 2 of 2 in 0)[100]only this=-1");
	assert_int_equal(transfer("/busy", 1, 99, &too_busy, &err), -1);
	assert_err(&err, ERR_NETWORK, "HTTP status 503");
	assert_buf(&too_busy.text, "(try 2 of 2 in 0)=-1");
	assert_int_equal(transfer("/missing", 5, 0, &hopeless, &err), -1);
	assert_err(&err, ERR_NETWORK, "HTTP status 404");
	assert_buf(&hopeless.text, "=-1");
	assert_int_equal(transfer("/busy", 3, 99, &refused, &err), -1);
	assert_err(&err, ERR_WORKER, "gone");
}

static void schemes_have_their_sources(void **state)
{
	(void)state;
	assert_int_equal(source_of(SPAN("http://x/"))->kind, SOURCE_WORKER);
	assert_int_equal(source_of(SPAN("HTTPS://x/"))->kind, SOURCE_WORKER);
	assert_int_equal(source_of(SPAN("file:///x"))->kind, SOURCE_FILE);
	assert_null(source_of(SPAN("ftp://x/")));
	assert_null(source_of(SPAN("http:/x")));
	assert_null(source_of(SPAN("http")));
	assert_null(source_of(SPAN("")));
}

static void file_urls_have_paths(void **state)
{
	static const char *const bad[] = {"file://host/x", "file://x", "file:///a%0",
		"file:///a%zz", "file:///a%00b", "http:///x", "file:/x", ""};
	AUTO(buf) path = BUF_INIT;

	(void)state;
	assert_true(source_path(SPAN("file:///a%20b/%c3%A4"), &path));
	assert_buf(&path, "/a b/\xc3\xa4");
	buf_clear(&path);
	assert_true(source_path(SPAN("FILE://localhost/x"), &path));
	assert_buf(&path, "/x");
	buf_clear(&path);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (source_path(span_of(bad[i]), &path))
			fail_msg("%s has a path", bad[i]);
	assert_buf(&path, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_arrive),
		cmocka_unit_test(statuses_are_failures),
		cmocka_unit_test(broken_answers_are_failures),
		cmocka_unit_test(redirects_have_limits),
		cmocka_unit_test(sizes_have_limits),
		cmocka_unit_test(the_sinks_errors_come_back),
		cmocka_unit_test(a_request_says_little),
		cmocka_unit_test(credentials_stay_with_their_host),
		cmocka_unit_test(what_cannot_be_reached_says_why),
		cmocka_unit_test(the_proxy_is_the_environments_unless_told),
		cmocka_unit_test(a_further_try_may_help),
		cmocka_unit_test(schemes_have_their_sources),
		cmocka_unit_test(file_urls_have_paths),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
