/* Tests of base/span. */
#include "unit.h"

static void cutting_is_clamped(void **state)
{
	struct span x = SPAN("fardel");

	(void)state;
	assert_span(span_cut(x, 0, 3), "far");
	assert_span(span_cut(x, 3, 99), "del");
	assert_span(span_cut(x, 6, 1), "");
	assert_span(span_cut(x, 99, 99), "");
	assert_span(span_cut(x, SIZE_MAX, SIZE_MAX), "");
	assert_span(span_cut(x, 2, SIZE_MAX), "rdel");
	assert_span(span_of(NULL), "");
}

static void comparing_takes_bytes(void **state)
{
	(void)state;
	assert_true(span_is((struct span){"a\0b", 3}, (struct span){"a\0b", 3}));
	assert_false(span_is((struct span){"a\0b", 3}, (struct span){"a\0c", 3}));
	assert_false(span_is(SPAN("a"), SPAN("ab")));
	assert_true(span_compare(SPAN("a"), SPAN("ab")) < 0);
	assert_true(span_compare(SPAN("b"), SPAN("ab")) > 0);
	assert_true(span_compare(SPAN("\xff"), SPAN("a")) > 0);
	assert_int_equal(span_compare(SPAN(""), SPAN("")), 0);
	assert_true(span_starts(SPAN("http://x"), "http://"));
	assert_false(span_starts(SPAN("http:"), "http://"));
	assert_true(span_ends(SPAN("x.tar.gz"), ".tar.gz"));
	assert_false(span_ends(SPAN("gz"), ".tar.gz"));
	assert_true(span_ends(SPAN("x"), ""));
}

static void trimming_takes_all_white_space(void **state)
{
	(void)state;
	assert_span(span_trim(SPAN(" \t\r\n\v\fa b\n\n")), "a b");
	assert_span(span_trim(SPAN(" \n ")), "");
	assert_span(span_trim(SPAN("")), "");
}

static void splitting_gives_inner_empty_parts_only(void **state)
{
	struct span rest = SPAN("a\n\nb\n"), part;

	(void)state;
	assert_true(span_split(&rest, '\n', &part));
	assert_span(part, "a");
	assert_true(span_split(&rest, '\n', &part));
	assert_span(part, "");
	assert_true(span_split(&rest, '\n', &part));
	assert_span(part, "b");
	assert_false(span_split(&rest, '\n', &part));
	assert_span(part, "");
	rest = SPAN("");
	assert_false(span_split(&rest, '\n', &part));
}

static void numbers_are_digits_within_bounds(void **state)
{
	unsigned long long n = 7;

	(void)state;
	assert_true(span_number(SPAN("0"), 0, &n));
	assert_int_equal(n, 0);
	assert_true(span_number(SPAN("007"), 7, &n));
	assert_int_equal(n, 7);
	assert_true(span_number(SPAN("18446744073709551615"), UINT64_MAX, &n));
	assert_true(n == UINT64_MAX);
	n = 42;
	assert_false(span_number(SPAN("18446744073709551616"), UINT64_MAX, &n));
	assert_false(span_number(SPAN("8"), 7, &n));
	assert_false(span_number(SPAN("10"), 9, &n));
	assert_false(span_number(SPAN(""), 9, &n));
	assert_false(span_number(SPAN("-1"), 9, &n));
	assert_false(span_number(SPAN("+1"), 9, &n));
	assert_false(span_number(SPAN(" 1"), 9, &n));
	assert_false(span_number(SPAN("1x"), 9, &n));
	assert_int_equal(n, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cutting_is_clamped),
		cmocka_unit_test(comparing_takes_bytes),
		cmocka_unit_test(trimming_takes_all_white_space),
		cmocka_unit_test(splitting_gives_inner_empty_parts_only),
		cmocka_unit_test(numbers_are_digits_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
