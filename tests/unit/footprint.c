/* model/footprint: the lists of paths in it, as text and back. */
#include "model/footprint.h"

#include "unit.h"

static void paths_come_back(void **state)
{
	AUTO(footprint) f = FOOTPRINT_INIT;
	AUTO(footprint) again = FOOTPRINT_INIT;
	AUTO(buf) text = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	texts_add(&f.common, SPAN("/usr/b"));
	texts_add(&f.common, SPAN("/usr/a \"\\\n\xff"));
	texts_add(&f.givers, SPAN("app-x/g"));
	texts_add(&f.kept, SPAN("/etc/k"));
	texts_add(&f.lent, SPAN("/etc/l"));
	texts_add(&f.lenders, SPAN("app-x/a"));
	footprint_format(&f, &text);
	assert_int_equal(footprint_parse(buf_span(&text), &again, &err), 0);
	assert_int_equal(again.common.of.n, 2);
	assert_true(texts_has_sorted(&again.common, SPAN("/usr/a \"\\\n\xff")));
	assert_true(texts_has_sorted(&again.common, SPAN("/usr/b")));
	assert_int_equal(again.givers.of.n, 1);
	assert_true(texts_has_sorted(&again.givers, SPAN("app-x/g")));
	assert_int_equal(again.kept.of.n, 1);
	assert_true(texts_has_sorted(&again.kept, SPAN("/etc/k")));
	assert_int_equal(again.lent.of.n, 1);
	assert_true(texts_has_sorted(&again.lent, SPAN("/etc/l")));
	assert_int_equal(again.lenders.of.n, 1);
	assert_true(texts_has_sorted(&again.lenders, SPAN("app-x/a")));
}

static void none_is_not_written(void **state)
{
	AUTO(footprint) f = FOOTPRINT_INIT;
	AUTO(buf) text = BUF_INIT;

	(void)state;
	footprint_format(&f, &text);
	assert_null(strstr(text.s, "common"));
	assert_null(strstr(text.s, "givers"));
	assert_null(strstr(text.s, "kept"));
	assert_null(strstr(text.s, "lent"));
	assert_null(strstr(text.s, "lenders"));
}

static void others_are_refused(void **state)
{
	static const struct {
		const char *more, *part;
	} wrong[] = {{"\"common\":1", "its common is no list"},
		{"\"common\":[1]", "its common has no path"},
		{"\"kept\":[\"a\"]", "its kept has no path"},
		{"\"kept\":[\"/a\\\\\"]", "its kept has no path"},
		{"\"kept\":{}", "its kept is no list"},
		{"\"givers\":[\"\"]", "its givers has no name"},
		{"\"lenders\":{}", "its lenders is no list"},
		{"\"lenders\":[1]", "its lenders has no name"}, {"\"keep\":[]", "no footprint"}};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		AUTO(footprint) f = FOOTPRINT_INIT;
		AUTO(buf) text = BUF_INIT;
		struct err err = ERR_INIT;

		buf_addf(&text,
			"{\"schema\":1,\"whole\":true,\"changes\":{\"schema\":1,\"changes\":[]},\"effects\":[],%s}",
			wrong[i].more);
		assert_int_equal(footprint_parse(buf_span(&text), &f, &err), -1);
		assert_err(&err, ERR_FAILED, wrong[i].part);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_come_back),
		cmocka_unit_test(none_is_not_written),
		cmocka_unit_test(others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
