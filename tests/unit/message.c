/* Tests of model/message. */
#include "unit.h"

#include "base/wire.h"
#include "model/message.h"

static void orders_come_back(void **state)
{
	AUTO(fetch_order)
	in = {.url = buf_of("https://u:p@h/x"),
		.max_size = INT64_MAX,
		.retries = 3,
		.retry_delay = 2,
		.connect_timeout = 30,
		.stall_timeout = 20,
		.stall_rate = 1000,
		.proxies = {buf_of("http://p"), buf_of("http://s"), buf_of("a,b")},
		.ca_text = BUF_INIT,
		.user = buf_of("me"),
		.password = buf_of("pw"),
		.token = buf_of("tk"),
		.registry = true,
		.identity = buf_of("id"),
		.realm = buf_of("https://r/t"),
		.resume_above = -1,
		.from = 5,
		.total = 9,
		.etag = buf_of("\"e\""),
		.tag = true,
		.unless = buf_of("W/\"u\""),
		.optional = true,
		.more = true};
	AUTO(fetch_order) out = {0};
	AUTO(buf) payload = BUF_INIT;
	struct extract_order extract = {.write = true};

	(void)state;
	message_put_fetch(&payload, &in);
	assert_true(message_get_fetch(buf_span(&payload), &out));
	assert_buf(&out.url, "https://u:p@h/x");
	assert_true(out.max_size == INT64_MAX);
	assert_int_equal(out.retries, 3);
	assert_true(out.tag && out.optional && out.more);
	assert_buf(&out.unless, "W/\"u\"");
	assert_int_equal(out.retry_delay, 2);
	assert_int_equal(out.connect_timeout, 30);
	assert_int_equal(out.stall_timeout, 20);
	assert_int_equal(out.stall_rate, 1000);
	assert_buf(&out.proxies.http, "http://p");
	assert_buf(&out.proxies.https, "http://s");
	assert_buf(&out.proxies.except, "a,b");
	assert_buf(&out.ca_text, "");
	assert_buf(&out.user, "me");
	assert_buf(&out.password, "pw");
	assert_buf(&out.token, "tk");
	assert_true(out.registry);
	assert_buf(&out.identity, "id");
	assert_buf(&out.realm, "https://r/t");
	assert_int_equal(out.resume_above, -1);
	assert_int_equal(out.from, 5);
	assert_int_equal(out.total, 9);
	assert_buf(&out.etag, "\"e\"");
	buf_clear(&payload);
	message_put_extract(&payload, &extract);
	extract.write = false;
	assert_true(message_get_extract(buf_span(&payload), &extract));
	assert_true(extract.write);
	assert_false(extract.tell);
}

static void what_is_told_of_members_comes_back(void **state)
{
	struct told_member in = {SPAN("a\xff"), 2, 04755, 8, true}, out = {.reads = false};
	AUTO(buf) payload = BUF_INIT;

	(void)state;
	message_put_member(&payload, &in);
	assert_true(message_get_member(buf_span(&payload), &out));
	assert_span(out.path, "a\xff");
	assert_int_equal(out.type, 2);
	assert_int_equal(out.mode, 04755);
	assert_int_equal(out.size, 8);
	assert_true(out.reads);
	assert_false(message_get_member(span_cut(buf_span(&payload), 0, payload.n - 1), &out));
	buf_clear(&payload);
	in.mode = 010000;
	message_put_member(&payload, &in);
	assert_false(message_get_member(buf_span(&payload), &out));
	buf_clear(&payload);
	in.mode = 0;
	in.size = -1;
	message_put_member(&payload, &in);
	assert_false(message_get_member(buf_span(&payload), &out));
}

static void answers_come_back(void **state)
{
	AUTO(extracted)
	in = {.top = buf_of("t\xff\n"),
		.id = buf_of("ab"),
		.bytes = 7,
		.entries = 8,
		.left_out = 2,
		.has_licence = true};
	AUTO(extracted) out = {.top = BUF_INIT, .id = BUF_INIT};
	AUTO(fetch_begin) said = {.from = 3, .total = -1, .etag = buf_of("\"e\"")};
	AUTO(fetch_begin) heard = {0};
	AUTO(buf) payload = BUF_INIT;
	struct span name, value;
	int64_t number;

	(void)state;
	message_put_extracted(&payload, &in);
	assert_true(message_get_extracted(buf_span(&payload), &out));
	assert_buf(&out.top, "t\xff\n");
	assert_buf(&out.id, "ab");
	assert_int_equal(out.bytes, 7);
	assert_int_equal(out.entries, 8);
	assert_int_equal(out.left_out, 2);
	assert_false(out.has_rules);
	assert_true(out.has_licence);
	buf_clear(&payload);
	message_put_fact(&payload, SPAN("legend.fi"), SPAN("a\0b"));
	assert_true(message_get_fact(buf_span(&payload), &name, &value));
	assert_span(name, "legend.fi");
	assert_int_equal(value.n, 3);
	buf_clear(&payload);
	message_put_begin(&payload, &said);
	assert_true(message_get_begin(buf_span(&payload), &heard));
	assert_int_equal(heard.from, 3);
	assert_int_equal(heard.total, -1);
	assert_buf(&heard.etag, "\"e\"");
	buf_clear(&payload);
	message_put_number(&payload, -1);
	assert_true(message_get_number(buf_span(&payload), &number));
	assert_int_equal(number, -1);
}

static void further_files_are_asked_for(void **state)
{
	struct fetch_next in = {SPAN("http://h/leaf"), 7, true, 10, 5, 11, SPAN("\"e\"")}, out;
	AUTO(buf) payload = BUF_INIT;
	AUTO(buf) bad = BUF_INIT;

	(void)state;
	message_put_next(&payload, &in);
	assert_true(message_get_next(buf_span(&payload), &out));
	assert_true(span_is(out.url, SPAN("http://h/leaf")));
	assert_int_equal(out.max_size, 7);
	assert_true(out.optional);
	assert_int_equal(out.resume_above, 10);
	assert_int_equal(out.from, 5);
	assert_int_equal(out.total, 11);
	assert_true(span_is(out.etag, SPAN("\"e\"")));
	for (size_t n = 0; n < payload.n; n++)
		assert_false(message_get_next(span_cut(buf_span(&payload), 0, n), &out));
	in.url = (struct span){"http://h\0/", 10};
	message_put_next(&bad, &in);
	assert_false(message_get_next(buf_span(&bad), &out));
	buf_clear(&bad);
	in.url = SPAN("");
	message_put_next(&bad, &in);
	assert_false(message_get_next(buf_span(&bad), &out));
	buf_clear(&bad);
	in.url = SPAN("http://h/leaf");
	in.from = -1;
	message_put_next(&bad, &in);
	assert_false(message_get_next(buf_span(&bad), &out));
}

/* Every get on every beginning of a payload, and with a byte more. */
static void malformed_payloads_are_refused(void **state)
{
	AUTO(buf) fetch = BUF_INIT;
	AUTO(buf) extracted = BUF_INIT;
	AUTO(buf) begin = BUF_INIT;
	struct fetch_order order = {.url = buf_of("http://x/"),
		.proxies = PROXIES_INIT,
		.ca_text = BUF_INIT,
		.user = BUF_INIT,
		.password = BUF_INIT,
		.etag = BUF_INIT,
		.unless = BUF_INIT};
	struct fetch_begin before = {.from = -1, .etag = BUF_INIT};
	struct extracted e = {.top = buf_of("t"), .id = buf_of("i")};
	struct extract_order extract;
	struct span name, value;

	(void)state;
	message_put_fetch(&fetch, &order);
	fetch_order_drop(&order);
	message_put_begin(&begin, &before);
	assert_false(message_get_begin(buf_span(&begin), &before));
	message_put_extracted(&extracted, &e);
	extracted_drop(&e);
	for (size_t n = 0; n < fetch.n; n++)
		assert_false(message_get_fetch(span_cut(buf_span(&fetch), 0, n), &order));
	for (size_t n = 0; n < extracted.n; n++)
		assert_false(message_get_extracted(span_cut(buf_span(&extracted), 0, n), &e));
	buf_addc(&fetch, 0);
	assert_false(message_get_fetch(buf_span(&fetch), &order));
	extracted.s[extracted.n - 8] = 2; /* has_licence */
	assert_false(message_get_extracted(buf_span(&extracted), &e));
	assert_false(message_get_extract(SPAN("\2\0\0\0\0\0\0\0"), &extract));
	assert_false(message_get_extract(SPAN(""), &extract));
	assert_false(message_get_fact(SPAN(""), &name, &value));
}

static void texts_with_a_nul_are_refused(void **state)
{
	struct extracted e;
	AUTO(buf) payload = BUF_INIT;

	(void)state;
	wire_put_text(&payload, SPAN("top\0x"));
	wire_put_text(&payload, SPAN("id"));
	for (int i = 0; i < 4; i++)
		wire_put_number(&payload, 0);
	assert_false(message_get_extracted(buf_span(&payload), &e));
}

static void errors_come_back(void **state)
{
	AUTO(buf) payload = BUF_INIT;
	struct err in = ERR_INIT, out;

	(void)state;
	err_set(&in, ERR_NETWORK, "name \x1b \xc3\xa4 \\");
	err_detail(&in, "wanted %s", "a");
	err_detail(&in, "got %s", "b\\c");
	err_next(&in, "do this");
	in.sys = 5;
	message_put_err(&payload, &in);
	assert_true(message_get_err(buf_span(&payload), &out));
	assert_int_equal(out.code, ERR_NETWORK);
	assert_int_equal(out.sys, 5);
	assert_string_equal(out.text, in.text);
	assert_string_equal(out.detail, in.detail);
	assert_string_equal(out.next, in.next);
}

static void put_err(struct buf *out, int64_t code, struct span text, struct span detail)
{
	buf_clear(out);
	wire_put_number(out, code);
	wire_put_number(out, 0);
	wire_put_text(out, text);
	wire_put_text(out, detail);
	wire_put_text(out, SPAN(""));
}

static void errors_that_lie_are_harmless(void **state)
{
	static const int64_t codes[] = {ERR_NONE, -1, ERR_COUNT, INT64_MAX};
	AUTO(buf) payload = BUF_INIT;
	AUTO(buf) big = BUF_INIT;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		put_err(&payload, codes[i], SPAN("x"), SPAN(""));
		assert_false(message_get_err(buf_span(&payload), &err));
	}
	put_err(&payload, ERR_FAILED, SPAN("\x1b[2J\n\xff"), SPAN("a\x1b\nb\\n\n"));
	assert_true(message_get_err(buf_span(&payload), &err));
	assert_string_equal(err.text, "\\x1b[2J\\n\\xff");
	assert_string_equal(err.detail, "a\\x1b\nb\\n\n");
	while (big.n < sizeof(err.text))
		buf_addc(&big, 'x');
	put_err(&payload, ERR_FAILED, buf_span(&big), SPAN(""));
	assert_false(message_get_err(buf_span(&payload), &err));
	put_err(&payload, ERR_FAILED, span_cut(buf_span(&big), 1, big.n), SPAN(""));
	assert_true(message_get_err(buf_span(&payload), &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_come_back),
		cmocka_unit_test(answers_come_back),
		cmocka_unit_test(what_is_told_of_members_comes_back),
		cmocka_unit_test(further_files_are_asked_for),
		cmocka_unit_test(malformed_payloads_are_refused),
		cmocka_unit_test(texts_with_a_nul_are_refused),
		cmocka_unit_test(errors_come_back),
		cmocka_unit_test(errors_that_lie_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
