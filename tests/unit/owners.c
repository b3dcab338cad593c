/* Tests of model/owners. */
#include "model/owners.h"

#include "unit.h"

static void all_owners_of_a_path_stand_together(void **state)
{
	AUTO(owners) o = OWNERS_INIT;
	const struct owner *first;
	size_t n;

	(void)state;
	assert_null(owners_get(&o, SPAN("/a"), &n));
	assert_int_equal(n, 0);
	owners_sort(&o);
	owners_add(&o, SPAN("/b"), OWNER_DPKG, SPAN("z"));
	owners_add(&o, SPAN("/a"), OWNER_DPKG, SPAN("y"));
	owners_add(&o, SPAN("/b"), OWNER_CONFFILE, SPAN("a"));
	owners_add(&o, SPAN("/b"), OWNER_PACKAGE, SPAN("zz"));
	owners_add(&o, SPAN("/b"), OWNER_DPKG, SPAN("x"));
	owners_add(&o, SPAN("/a/b"), OWNER_DPKG, SPAN("y"));
	owners_sort(&o);
	first = owners_get(&o, SPAN("/b"), &n);
	assert_int_equal(n, 4);
	assert_buf(&first[0].name, "zz");
	assert_buf(&first[1].name, "x");
	assert_buf(&first[2].name, "z");
	assert_buf(&first[3].name, "a");
	assert_null(owners_get(&o, SPAN("/"), &n));
	assert_null(owners_get(&o, SPAN("/aa"), &n));
	assert_null(owners_get(&o, SPAN("/c"), &n));
}

static void twice_is_once(void **state)
{
	AUTO(owners) o = OWNERS_INIT;

	(void)state;
	for (int i = 0; i < 3; i++) {
		owners_add(&o, SPAN("/b"), OWNER_DPKG, SPAN("z"));
		owners_add(&o, SPAN("/a"), OWNER_DPKG, SPAN("z"));
	}
	owners_add(&o, SPAN("/b"), OWNER_DIVERTED_TO, SPAN("z"));
	owners_sort(&o);
	assert_int_equal(o.of.n, 3);
	assert_buf(&o.of.v[0].path, "/a");
	assert_int_equal(o.of.v[2].kind, OWNER_DIVERTED_TO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_owners_of_a_path_stand_together),
		cmocka_unit_test(twice_is_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
