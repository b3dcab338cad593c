/* Tests of base/buf. */
#include "unit.h"

#include <stdlib.h>

static void empty_is_a_text(void **state)
{
	struct buf b = BUF_INIT;
	char *taken;

	(void)state;
	assert_string_equal(b.s, "");
	buf_clear(&b);
	buf_add(&b, NULL, 0);
	assert_int_equal(b.cap, 0);
	taken = buf_take(&b);
	assert_string_equal(taken, "");
	free(taken);
	buf_drop(&b);
	buf_drop(&b);
	assert_string_equal(b.s, "");
}

static void growing_keeps_what_is_there(void **state)
{
	AUTO(buf) b = BUF_INIT;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		buf_addf(&b, "%d,", i % 10);
		assert_int_equal(b.s[b.n], 0);
	}
	assert_int_equal(b.n, 2000);
	assert_memory_equal(b.s + 1980, "0,1,2,3,4,5,6,7,8,9,", 20);
	buf_add(&b, "\0x", 2);
	assert_int_equal(b.n, 2002);
	buf_setf(&b, "%s-%d", "a", 1);
	assert_buf(&b, "a-1");
}

static void paths_get_one_slash(void **state)
{
	AUTO(buf) b = BUF_INIT;

	(void)state;
	buf_adds(&b, "/a");
	buf_add_path(&b, "b");
	buf_add_path(&b, "//c/");
	buf_add_path(&b, "d");
	assert_buf(&b, "/a/b/c/d");
	buf_sets(&b, "/");
	buf_add_path(&b, "x");
	assert_buf(&b, "/x");
}

static void copies_and_moves_are_apart(void **state)
{
	AUTO(buf) a = buf_of("one");
	AUTO(buf) copy = buf_dup(&a);
	char *taken;

	(void)state;
	buf_adds(&a, " two");
	assert_buf(&copy, "one");
	taken = buf_take(&a);
	assert_string_equal(taken, "one two");
	assert_buf(&a, "");
	buf_addc(&a, 'x');
	assert_buf(&a, "x");
	assert_string_equal(taken, "one two");
	free(taken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_is_a_text),
		cmocka_unit_test(growing_keeps_what_is_there),
		cmocka_unit_test(paths_get_one_slash),
		cmocka_unit_test(copies_and_moves_are_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
