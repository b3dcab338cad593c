/* Tests of model/image. */
#include "model/image.h"

#include "unit.h"

static void check(const char *name, const char *wanted)
{
	struct span found;

	assert_int_equal(image_find_timestamp(span_of(name), &found), wanted[0] != 0);
	assert_span(found, wanted);
}

static void timestamps_stand_between_two_minus_signs(void **state)
{
	(void)state;
	check("puavo-os-extra-bookworm-2024-05-17-101530-amd64.img\n", "2024-05-17-101530");
	check("-2024-05-17-101530-", "2024-05-17-101530");
	check("a-2024-05-17-101530-2025-05-17-101530-b", "2024-05-17-101530");
	check("a-1-2024-05-17-101530-b", "2024-05-17-101530");
	check("a-2024-05-17-101530.img b-2025-05-17-101530-c", "2025-05-17-101530");
	check("2024-05-17-101530-amd64", "");
	check("a-2024-05-17-101530", "");
	check("a-2024-05-17-1015301-b", "");
	check("a-12024-05-17-101530-b", "");
	check("a-2024-05-17_101530-b", "");
	check("a-2024-05-1x-101530-b", "");
	check("-", "");
	check("", "");
}

static void timestamps_have_one_shape(void **state)
{
	(void)state;
	assert_true(image_is_timestamp(SPAN("0000-00-00-000000")));
	assert_true(image_is_timestamp(SPAN("9999-99-99-999999")));
	assert_false(image_is_timestamp(SPAN("2024-05-17-10153")));
	assert_false(image_is_timestamp(SPAN("2024-05-17-1015300")));
	assert_false(image_is_timestamp(SPAN("2024-05-17 101530")));
	assert_false(image_is_timestamp(SPAN("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timestamps_stand_between_two_minus_signs),
		cmocka_unit_test(timestamps_have_one_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
