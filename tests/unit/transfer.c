/* Tests of net/transfer against a server of a few canned answers, and of net/source. */
#include "httpd.h"

#include "net/source.h"
#include "net/transfer.h"

/* The transfer's sink: a log of what it was told. */
struct log {
	struct transfer_sink sink;
	struct buf text;
	bool refuse_note;
};

static int log_begin(struct transfer_sink *sink, const struct fetch_begin *b, struct err *err)
{
	struct log *log = (struct log *)sink;

	(void)err;
	if (b->from)
		buf_addf(&log->text, "[%lld-%s]", (long long)b->from, b->etag.s);
	else
		buf_addf(&log->text, "[%lld%s%s]", (long long)b->total,
			b->etag.n && b->etag.s[0] == 'W' ? " " : "",
			b->etag.n && b->etag.s[0] == 'W' ? b->etag.s : "");
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

static int transfer_order(
	const char *path, struct fetch_order *order, struct log *log, struct err *err)
{
	int64_t received = -1;
	int rc;

	buf_addf(&order->url, "http://127.0.0.1:%d%s", server.port, path);
	log->sink = (struct transfer_sink){log_begin, log_data, log_note};
	log->text = BUF_INIT;
	rc = transfer_run(order, &log->sink, &received, err);
	buf_addf(&log->text, "=%lld", (long long)received);
	return rc;
}

static int transfer(const char *path, int64_t retries, int busy, struct log *log, struct err *err)
{
	AUTO(fetch_order)
	order = {.max_size = 1000,
		.retries = retries,
		.connect_timeout = 5,
		.stall_timeout = 5,
		.stall_rate = 1,
		.proxies = PROXIES_INIT,
		.url = BUF_INIT,
		.ca_text = BUF_INIT,
		.user = BUF_INIT,
		.password = BUF_INIT,
		.resume_above = 5,
		.etag = BUF_INIT,
		.unless = BUF_INIT};

	__atomic_store_n(server.busy, busy, __ATOMIC_SEQ_CST);
	return transfer_order(path, &order, log, err);
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
	assert_err(&err, ERR_HTTP, "HTTP status 503");
	assert_buf(&too_busy.text, "(try 2 of 2 in 0)=-1");
	assert_int_equal(transfer("/missing", 5, 0, &hopeless, &err), -1);
	assert_err(&err, ERR_HTTP, "HTTP status 404");
	assert_buf(&hopeless.text, "=-1");
	assert_int_equal(transfer("/busy", 3, 99, &refused, &err), -1);
	assert_err(&err, ERR_WORKER, "gone");
}

/* The tries: 0123 and the rest, or all from nothing again where the rest is not the rest. */
static void what_broke_off_is_gone_on_with(void **state)
{
	static const struct {
		const char *path;
		int result;
		const char *log;
	} rows[] = {
		{"/ranged", 0, "[10]0123(try 2 of 2 in 0)[4-\"a\"]456789=10"},
		{"/ranged-weak", -1, "[10]0123(try 2 of 2 in 0)[10]0123=-1"},
		{"/ranged-small", -1, "[5]0123(try 2 of 2 in 0)[5]0123=-1"},
		{"/ranged-other", -1, "[10]0123(try 2 of 2 in 0)[10]0123=-1"},
		{"/ranged-wrong", -1, "[10]0123(try 2 of 2 in 0)[10]0123=-1"},
		{"/ranged-longer", -1, "[10]0123(try 2 of 2 in 0)[10]0123=-1"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(log) log = {0};
		struct err err = ERR_INIT;

		assert_int_equal(transfer(rows[i].path, 1, 0, &log, &err), rows[i].result);
		assert_buf(&log.text, rows[i].log);
	}
}

/* What is there already, and what need not be there, is no failure, and nothing comes. */
static void nothing_has_to_come(void **state)
{
	static const struct {
		const char *path, *unless;
		bool optional;
		int gives;
		const char *log;
	} rows[] = {
		{"/tagged", "\"now\"", false, TRANSFER_UNCHANGED, "=0"},
		{"/tagged", "\"before\"", false, TRANSFER_WHOLE, "[3 W/\"then\"]new=3"},
		{"/missing", "", true, TRANSFER_MISSING, "=-1"},
		{"/missing", "", false, -1, "=-1"},
		{"/error", "", true, -1, "=-1"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(log) log = {0};
		AUTO(fetch_order)
		order = {.max_size = 1000,
			.connect_timeout = 5,
			.stall_timeout = 5,
			.stall_rate = 1,
			.proxies = PROXIES_INIT,
			.url = BUF_INIT,
			.ca_text = BUF_INIT,
			.user = BUF_INIT,
			.password = BUF_INIT,
			.etag = BUF_INIT,
			.resume_above = -1,
			.tag = true,
			.unless = buf_of(rows[i].unless),
			.optional = rows[i].optional};

		struct err err = ERR_INIT;

		assert_int_equal(transfer_order(rows[i].path, &order, &log, &err), rows[i].gives);
		assert_buf(&log.text, rows[i].log);
	}
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
		cmocka_unit_test(a_further_try_may_help),
		cmocka_unit_test(what_broke_off_is_gone_on_with),
		cmocka_unit_test(nothing_has_to_come),
		cmocka_unit_test(schemes_have_their_sources),
		cmocka_unit_test(file_urls_have_paths),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
