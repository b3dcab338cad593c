/* Tests of net/resume. */
#include "net/resume.h"

#include "unit.h"

static void strong_etags_only(void **state)
{
	static const char *const bad[] = {"", "\"", "a", "W/\"a\"", "\"a", "a\"", "\"a b\"",
		"\"a\"b\"", "\"a\r\nX: y\"", "\"\x7f\"", "\"\xc3\xa4\""};
	AUTO(buf) longest = buf_of("\"");

	(void)state;
	assert_true(resume_is_strong(SPAN("\"a\"")));
	assert_true(resume_is_strong(SPAN("\"\"")));
	for (size_t i = 0; i < COUNT(bad); i++)
		if (resume_is_strong(span_of(bad[i])))
			fail_msg("%s is strong", bad[i]);
	for (int i = 0; i < 200; i++)
		buf_addc(&longest, 'x');
	buf_addc(&longest, '"');
	assert_false(resume_is_strong(buf_span(&longest)));
}

static void ranges_are_parsed(void **state)
{
	static const char *const bad[] = {"", "bytes", "bytes ", "bytes 1-2", "bytes 1-2/*",
		"bytes */3", "bytes 2-1/3", "bytes 1-3/3", "items 1-2/3", "bytes -1-2/3",
		"bytes 1-2/3 ", "bytes  1-2/3", "bytes 1/2-3", "bytes 1-9223372036854775808/3",
		"bytes 0x1-2/3", "bytes 1-2/3,4-5/6"};
	struct resume_range r;

	(void)state;
	assert_true(resume_parse_range(SPAN("Bytes 1-2/3"), &r));
	assert_int_equal(r.first, 1);
	assert_int_equal(r.last, 2);
	assert_int_equal(r.total, 3);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (resume_parse_range(span_of(bad[i]), &r))
			fail_msg("%s is a range", bad[i]);
}

static void only_the_rest_of_the_same_file_fits(void **state)
{
	const struct span etag = SPAN("\"a\"");

	(void)state;
	assert_true(resume_fits(SPAN("bytes 4-9/10"), etag, 6, 4, etag, 10));
	assert_true(resume_fits(SPAN("bytes 4-9/10"), etag, -1, 4, etag, 10));
	assert_false(resume_fits(SPAN("bytes 4-9/10"), etag, 7, 4, etag, 10));
	assert_false(resume_fits(SPAN("bytes 4-9/10"), SPAN("\"b\""), 6, 4, etag, 10));
	assert_false(resume_fits(SPAN("bytes 4-9/10"), SPAN(""), 6, 4, etag, 10));
	assert_false(resume_fits(SPAN("bytes 3-9/10"), etag, 7, 4, etag, 10));
	assert_false(resume_fits(SPAN("bytes 4-8/10"), etag, 5, 4, etag, 10));
	assert_false(resume_fits(SPAN("bytes 4-10/11"), etag, 7, 4, etag, 10));
	assert_false(resume_fits(SPAN(""), etag, 6, 4, etag, 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strong_etags_only),
		cmocka_unit_test(ranges_are_parsed),
		cmocka_unit_test(only_the_rest_of_the_same_file_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
