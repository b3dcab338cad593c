/* Tests of model/luet_argument. */
#include "model/luet_argument.h"

#include "unit.h"

static void they_are_read(void **state)
{
	static const char *const good[][2] = {
		{"app-x/hello", "app-x/hello"},
		{"sys-devel-9.2.0/gcc", "sys-devel-9.2.0/gcc"},
		{"app-x/hello@1.0", "app-x/hello=1.0"},
		{"app-x/hello@1.0+2", "app-x/hello=1.0+2"},
		{"app-x/hello@>=1.0", "app-x/hello=>=1.0"},
		{"app-x/hello@>=1.0, <2", "app-x/hello=>=1.0 <2"},
		{"app-x/hello=1.0", "app-x/hello=1.0"},
		{"app-x/hello=>=1.0", "app-x/hello=>=1.0"},
		{">=app-x/hello-1.0", "app-x/hello=>=1.0"},
		{"<app-x/hello-1.0_rc1", "app-x/hello=<1.0_rc1"},
		{"=app-x/hello-1.0-r2", "app-x/hello==1.0-r2"},
		{"=app-x/hello-1*", "app-x/hello==1*"},
		{"~app-x/hello-2-world-1.1+3", "app-x/hello-2-world=~1.1+3"},
		{"!=app-x/hello-1", "app-x/hello=!=1"},
		{">=app-x/hello@1.0", "app-x/hello=>=1.0"},
		{"hello@1.0", "hello=1.0"},
		{">=hello-1.0", "hello=>=1.0"},
		{"app-x/hello-1.0", "app-x/hello-1.0"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		AUTO(buf) out = BUF_INIT;

		if (!luet_argument_read(span_of(good[i][0]), &out))
			fail_msg("refused: %s", good[i][0]);
		assert_buf(&out, good[i][1]);
	}
}

static void what_is_none_is_left_alone(void **state)
{
	static const char *const bad[] = {"", "hello", "hello=1.0", "./app/hello", "/app/hello",
		"../hello", "a/b/c", "app/", "app/hello/", "app/hello@",
		"app/hello=", ">=app/hello", ">=app/hello-", ">=app/hello-x", "=>app/hello-1",
		"app/hello@1 x/", "@1", "app/.hello", ">=a/b/c-1", "~/app/hello", "app/hello@~>1",
		"http://a/b", "-1", ">=-1"};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		AUTO(buf) out = BUF_INIT;

		if (luet_argument_read(span_of(bad[i]), &out))
			fail_msg("taken: %s as %s", bad[i], out.s);
		assert_int_equal(out.n, 0);
	}
}

static void a_version_behind_a_name_is_cut_off(void **state)
{
	static const struct {
		const char *text, *name, *version;
	} good[] = {
		{"app-x/hello-1.0", "app-x/hello", "1.0"},
		{"sys-devel-9.2.0/gcc-9.2.0-r1+1", "sys-devel-9.2.0/gcc", "9.2.0-r1+1"},
		{"x/font-100dpi-x-2_rc1", "x/font-100dpi-x", "2_rc1"},
	};
	static const char *const bad[] = {"app-x/hello", "hello-1.0", "app-x/-1", "-1", "",
		"app-x/hello-", "app-x/hello-1.0_what", "a/b/c-1"};
	struct span name, version;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_true(luet_argument_split(span_of(good[i].text), &name, &version));
		assert_span(name, good[i].name);
		assert_span(version, good[i].version);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		if (luet_argument_split(span_of(bad[i]), &name, &version))
			fail_msg("taken: %s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_read),
		cmocka_unit_test(what_is_none_is_left_alone),
		cmocka_unit_test(a_version_behind_a_name_is_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
