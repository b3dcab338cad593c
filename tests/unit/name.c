/* Tests of model/name. */
#include "model/name.h"

#include "model/installer.h"
#include "unit.h"

static void luets_names(void **state)
{
	static const char *const good[] = {
		"app-x/hello", "sys-devel-9.2.0/gcc", "x11/libX++", "_a/_b", "A/B", "0/9", "a./b."};
	static const char *const bad[] = {"", "/", "a/", "/a", "a", "a/b/c", "../a", "a/..", "a/.b",
		".a/b", "-a/b", "a/-b", "+a/b", "a/b c", "a/b:c", "a//b", "a/b\n", "\xc3\xa4/b",
		"a/b@1"};
	AUTO(buf) name = buf_of("a/");

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (!name_is_luet_valid(span_of(good[i])) || !name_is_valid(span_of(good[i])) ||
			!name_is_luet(span_of(good[i])))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (name_is_luet_valid(span_of(bad[i])))
			fail_msg("taken: %s", bad[i]);
	assert_false(name_is_luet_valid((struct span){"a/b\0c", 5}));
	while (name.n < NAME_MAX_BYTES)
		buf_addc(&name, 'x');
	assert_true(name_is_luet_valid(buf_span(&name)));
	buf_addc(&name, 'x');
	assert_false(name_is_luet_valid(buf_span(&name)));
}

static void each_format_has_its_own(void **state)
{
	(void)state;
	assert_true(name_is_of(3, SPAN("zoom")));
	assert_false(name_is_of(3, SPAN("app/zoom")));
	assert_true(name_is_of(FORMAT_PACKETS, SPAN("Zoom")));
	assert_false(name_is_of(FORMAT_LUET, SPAN("zoom")));
	assert_true(name_is_of(FORMAT_LUET, SPAN("app/zoom")));
	assert_false(name_is_of(FORMAT_LUET, SPAN("../zoom")));
	assert_true(name_is_valid(SPAN("Zoom")));
	assert_false(name_is_valid(SPAN("zo om")));
}

static void folders(void **state)
{
	static const char *const none[] = {
		"", ":", "..", ".", "a/b", "a:b:c", "..:a", "a:..", "a:", ":a", "-a"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const char *name = i ? "app-x/hello" : "zoom";
		AUTO(buf) folder = BUF_INIT;
		AUTO(buf) again = BUF_INIT;

		name_to_folder(span_of(name), &folder);
		assert_buf(&folder, i ? "app-x:hello" : "zoom");
		assert_true(name_of_folder(buf_span(&folder), &again));
		assert_buf(&again, name);
	}
	for (size_t i = 0; i < COUNT(none); i++) {
		AUTO(buf) name = BUF_INIT;

		if (name_of_folder(span_of(none[i]), &name))
			fail_msg("taken: %s", none[i]);
		assert_int_equal(name.n, 0);
	}
}

static void luets_versions(void **state)
{
	static const char *const good[] = {
		"1.0", "0", "1.0_rc1", "1.0+10", "2023.01-r2", "v1", "1~3"};
	static const char *const bad[] = {
		"", "1 0", "1:2", "..", "-1", ">=1", "1)", "(1", "1/2", "1,2", "1\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(name_is_luet_version(span_of(good[i])));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(name_is_luet_version(span_of(bad[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(luets_names),
		cmocka_unit_test(each_format_has_its_own),
		cmocka_unit_test(folders),
		cmocka_unit_test(luets_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
