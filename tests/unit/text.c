/* Tests of base/text. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "unit.h"

static void check_escape(struct span x, const char *wanted)
{
	AUTO(buf) out = BUF_INIT;

	text_escape(&out, x);
	assert_buf(&out, wanted);
}

static void escaping_leaves_nothing_to_a_terminal(void **state)
{
	(void)state;
	check_escape(SPAN("zoom 6.2 äö → 日本"), "zoom 6.2 äö → 日本");
	check_escape(SPAN("\033[2J\r\n\t\a"), "\\x1b[2J\\r\\n\\t\\a");
	check_escape(SPAN("a\\b"), "a\\\\b");
	check_escape((struct span){"a\0b", 3}, "a\\x00b");
	check_escape(SPAN("\x7f"), "\\x7f");
	check_escape(SPAN("\xc2\x9b"), "\\u{9b}");
	check_escape(SPAN("\xe2\x80\xae"), "\\u{202e}");
	check_escape(SPAN("\xe2\x81\xa6"), "\\u{2066}");
	check_escape(SPAN("\xd8\x9c"), "\\u{61c}");
	check_escape(SPAN("\xe2\x80\xa8"), "\\u{2028}");
	check_escape(SPAN("\xff\x41"), "\\xffA");
	check_escape(SPAN("\xc3"), "\\xc3");
	check_escape(SPAN("\xe2\x82"), "\\xe2\\x82");
}

static void escaping_can_be_taken_back(void **state)
{
	static const char *const wrong[] = {"\\", "\\y", "\\x4", "\\x41", "\\xFF", "\\u{41}",
		"\\u{009b}", "\\u{9b", "\\u{}", "\\u{110000}", "\\u{d800}", "\\u{e4}", "\n", "\xff",
		"\xe2\x80\xae", "\\xc3\\xa4", "\\x0a", "\\u{1000009b}"};
	AUTO(buf) bytes = BUF_INIT;
	unsigned chance = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		AUTO(buf) escaped = BUF_INIT;
		AUTO(buf) again = BUF_INIT;

		buf_clear(&bytes);
		for (int i = 0; i < round % 40; i++) {
			static const char likely[] =
				"\\\xe2\x80\xae\xc2\x9b\xf3\xa0\x80\x81\xed\xef\xbb\xbf\n";

			chance = chance * 1103515245 + 12345;
			buf_addc(&bytes, round % 2 ? (char)(chance >> 16)
						   : likely[(chance >> 16) % sizeof(likely)]);
		}
		text_escape(&escaped, buf_span(&bytes));
		assert_true(text_unescape(&again, buf_span(&escaped)));
		assert_true(span_is(buf_span(&again), buf_span(&bytes)));
	}
	for (size_t i = 0; i < COUNT(wrong); i++) {
		buf_sets(&bytes, "as before");
		if (text_unescape(&bytes, span_of(wrong[i])))
			fail_msg("%s was taken", wrong[i]);
		assert_buf(&bytes, "as before");
	}
}

static void utf8_is_read_as_rfc_3629_says(void **state)
{
	uint32_t c = 0;

	(void)state;
	assert_int_equal(text_character(SPAN("\xf4\x8f\xbf\xbf"), &c), 4);
	assert_int_equal(c, 0x10ffff);
	assert_int_equal(text_character(SPAN("\xf0\x90\x80\x80"), &c), 4);
	assert_int_equal(c, 0x10000);
	assert_int_equal(text_character(SPAN("\xc3\xa4x"), &c), 2);
	assert_int_equal(c, 0xe4);
	assert_int_equal(text_character(SPAN("\xf4\x90\x80\x80"), &c), 0);
	assert_int_equal(text_character(SPAN("\xed\xa0\x80"), &c), 0);
	assert_int_equal(text_character(SPAN("\xc0\x80"), &c), 0);
	assert_int_equal(text_character(SPAN("\xe0\x80\x80"), &c), 0);
	assert_int_equal(text_character(SPAN("\xf0\x80\x80\x80"), &c), 0);
	assert_int_equal(text_character(SPAN("\x80"), &c), 0);
	assert_int_equal(text_character(SPAN(""), &c), 0);
	assert_true(text_is_utf8(SPAN("")));
	assert_false(text_is_utf8(SPAN("ab\xe4")));
}

static void numbers_are_as_printf_writes_them(void **state)
{
	static const int64_t numbers[] = {
		0, 1, 9, 10, 99, 1234567890, -1, -10, INT64_MAX, INT64_MIN};
	AUTO(buf) out = BUF_INIT;
	char wanted[32];

	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		snprintf(wanted, sizeof(wanted), "%lld", (long long)numbers[i]);
		buf_clear(&out);
		text_number(&out, numbers[i]);
		assert_buf(&out, wanted);
	}
}

static void check_size(int64_t bytes, const char *wanted)
{
	AUTO(buf) out = BUF_INIT;

	text_size(&out, bytes);
	assert_buf(&out, wanted);
}

static void sizes_have_units(void **state)
{
	(void)state;
	check_size(-1, "unknown");
	check_size(0, "0 B");
	check_size(999, "999 B");
	check_size(1000, "1.0 kB");
	check_size(9949, "9.9 kB");
	check_size(9951, "10 kB");
	check_size(31400, "31 kB");
	check_size(999499, "999 kB");
	check_size(999500, "1.0 MB");
	check_size(184000000, "184 MB");
	check_size(1200000000, "1.2 GB");
	check_size(INT64_MAX, "9.2 EB");
}

static void check_duration(double seconds, const char *wanted)
{
	AUTO(buf) out = BUF_INIT;

	text_duration(&out, seconds);
	assert_buf(&out, wanted);
}

static void durations_read_as_people_say_them(void **state)
{
	(void)state;
	check_duration(0, "0.0 s");
	check_duration(0.44, "0.4 s");
	check_duration(5.2, "5.2 s");
	check_duration(59.94, "59.9 s");
	check_duration(59.96, "1:00");
	check_duration(187, "3:07");
	check_duration(3599.4, "59:59");
	check_duration(3599.6, "1:00:00");
	check_duration(3723, "1:02:03");
}

static void times_are_local_for_people(void **state)
{
	AUTO(buf) out = BUF_INIT;

	(void)state;
	assert_int_equal(setenv("TZ", "UTC-2", 1), 0);
	tzset();
	text_time_iso(&out, 951782405);
	assert_buf(&out, "2000-02-29T00:00:05Z");
	buf_clear(&out);
	text_time_local(&out, 951782405);
	assert_buf(&out, "2000-02-29 02:00");
}

static void times_are_as_the_c_library_writes_them(void **state)
{
	static const int64_t times[] = {0, -1, 86399, 951868799, 1e9, 2147483648, 253402300799,
		253402300800, -30610224001, -30610224000, -62135596800, -99999999999999,
		99999999999999};
	AUTO(buf) out = BUF_INIT;
	char wanted[64];

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		time_t t = (time_t)times[i];
		struct tm tm;

		assert_non_null(gmtime_r(&t, &tm));
		strftime(wanted, sizeof(wanted), "%Y-%m-%dT%H:%M:%SZ", &tm);
		buf_clear(&out);
		text_time_iso(&out, times[i]);
		assert_buf(&out, wanted);
	}
}

static void hex_goes_both_ways(void **state)
{
	unsigned char bytes[3] = {9, 9, 9};
	AUTO(buf) out = BUF_INIT;

	(void)state;
	text_hex(&out, "\x00\xab\xff", 3);
	assert_buf(&out, "00abff");
	assert_true(text_unhex(SPAN("00ABff"), bytes, 3));
	assert_memory_equal(bytes, "\x00\xab\xff", 3);
	assert_false(text_unhex(SPAN("00ABf"), bytes, 3));
	assert_false(text_unhex(SPAN("00ABff0"), bytes, 3));
	assert_false(text_unhex(SPAN("00ABfg"), bytes, 3));
	assert_false(text_unhex(SPAN(" 0ABff"), bytes, 3));
	assert_true(text_unhex(SPAN(""), bytes, 0));
}

static void distances_count_edits(void **state)
{
	static const char long_word[] =
		"0123456789012345678901234567890123456789012345678901234567890123";

	(void)state;
	assert_int_equal(text_distance(SPAN(""), SPAN("")), 0);
	assert_int_equal(text_distance(SPAN("abc"), SPAN("")), 3);
	assert_int_equal(text_distance(SPAN(""), SPAN("abc")), 3);
	assert_int_equal(text_distance(SPAN("isntall"), SPAN("install")), 1);
	assert_int_equal(text_distance(SPAN("kitten"), SPAN("sitting")), 3);
	assert_int_equal(text_distance(SPAN("ca"), SPAN("abc")), 3);
	assert_true(text_distance(span_of(long_word), span_of(long_word)) > 63);
}

static void the_nearest_word_must_be_near(void **state)
{
	static const char *const words[] = {"gc", "install", "list", "reconfigure", "remove", NULL};

	(void)state;
	assert_string_equal(text_nearest(SPAN("isntall"), words), "install");
	assert_string_equal(text_nearest(SPAN("lst"), words), "list");
	assert_string_equal(text_nearest(SPAN("reconf"), words), "reconfigure");
	assert_string_equal(text_nearest(SPAN("remvoe"), words), "remove");
	assert_null(text_nearest(SPAN("frobnicate"), words));
	assert_null(text_nearest(SPAN(""), words));
	assert_null(text_nearest(SPAN("re"), words));
}

static void times_are_read_as_they_are_printed(void **state)
{
	static const char *const wrong[] = {"", "2026", "2026-02-30", "2026-2-3", "2026-02-03 ",
		" 2026-02-03", "2026-02-03 9:05", "2026-02-03 24:00", "2026-02-03T09:05",
		"2026-02-03 09:05:06", "26-02-03", "tomorrow"};
	int64_t seconds = 0;
	AUTO(buf) out = BUF_INIT;

	(void)state;
	assert_true(text_time_parse(SPAN("2026-02-03 09:05"), &seconds));
	text_time_local(&out, seconds);
	assert_buf(&out, "2026-02-03 09:05");
	buf_clear(&out);
	assert_true(text_time_parse(SPAN("2024-02-29"), &seconds));
	text_time_local(&out, seconds);
	assert_buf(&out, "2024-02-29 00:00");
	for (size_t i = 0; i < COUNT(wrong); i++)
		if (text_time_parse(span_of(wrong[i]), &seconds))
			fail_msg("\"%s\" was taken", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escaping_leaves_nothing_to_a_terminal),
		cmocka_unit_test(escaping_can_be_taken_back),
		cmocka_unit_test(utf8_is_read_as_rfc_3629_says),
		cmocka_unit_test(sizes_have_units),
		cmocka_unit_test(durations_read_as_people_say_them),
		cmocka_unit_test(times_are_local_for_people),
		cmocka_unit_test(numbers_are_as_printf_writes_them),
		cmocka_unit_test(times_are_as_the_c_library_writes_them),
		cmocka_unit_test(hex_goes_both_ways),
		cmocka_unit_test(distances_count_edits),
		cmocka_unit_test(the_nearest_word_must_be_near),
		cmocka_unit_test(times_are_read_as_they_are_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
