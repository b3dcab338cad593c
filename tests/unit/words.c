/* Tests of model/words. */
#include "model/words.h"

#include "unit.h"

static void check(struct span x, const char *wanted)
{
	AUTO(buf) out = BUF_INIT;

	words_fold(x, 1000, &out);
	assert_buf(&out, wanted);
}

static void words_are_letters_and_digits(void **state)
{
	(void)state;
	check(SPAN(""), "");
	check(SPAN("Zoom"), "zoom");
	check(SPAN("  video-calls, v2.0!  "), "video calls v2 0");
	check(SPAN("\"a\" OR b* NEAR(c:d) -e ^f {g}"), "a or b near c d e f g");
	check(SPAN("a\0b"), "a b");
	check(SPAN("--- \t\n"), "");
	check(SPAN("a\xff\xfe_b"), "a b");
}

static void case_and_accents_do_not_count(void **state)
{
	(void)state;
	check(SPAN("\xc3\x84\xc3\xa4kk\xc3\xb6nen"), "aakkonen");
	check(SPAN("\xc5\xa0kola \xc5\x81\xc3\xb3\xc4\x91\xc5\xba"), "skola lodz");
	check(SPAN("\xce\xa9\xcf\x89"), "\xcf\x89\xcf\x89");
	check(SPAN("\xd0\x81\xd0\xaf\xd1\x8f"), "\xd1\x91\xd1\x8f\xd1\x8f");
	check(SPAN("\xe6\x97\xa5\xe6\x9c\xac"), "\xe6\x97\xa5\xe6\x9c\xac");
}

static void signs_beyond_ascii_stand_between_words(void **state)
{
	(void)state;
	check(SPAN("a\xe2\x80\x93"
		   "b\xc2\xa0"
		   "c\xe3\x80\x81"
		   "d\xc2\xae\xe2\x84\xa2"),
		"a b c d \xe2\x84\xa2");
}

static void it_goes_on_behind_what_is_there_and_is_cut(void **state)
{
	AUTO(buf) out = BUF_INIT;

	(void)state;
	words_fold(SPAN("-one-"), 100, &out);
	words_fold(SPAN("Two"), 100, &out);
	words_fold(SPAN(" "), 100, &out);
	words_fold(SPAN("three\xc3\xa4"), 6, &out);
	assert_buf(&out, "one two three");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_letters_and_digits),
		cmocka_unit_test(case_and_accents_do_not_count),
		cmocka_unit_test(signs_beyond_ascii_stand_between_words),
		cmocka_unit_test(it_goes_on_behind_what_is_there_and_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
