/* Tests of model/bundle. */
#include "model/bundle.h"

#include "unit.h"

static int compare(const char *a, const char *b)
{
	return bundle_compare_version(span_of(a), span_of(b));
}

static void versions_are_numbers_of_any_length(void **state)
{
	(void)state;
	assert_true(compare("9", "10") < 0);
	assert_true(compare("10", "9") > 0);
	assert_int_equal(compare("7", "007"), 0);
	assert_int_equal(compare("0", "000"), 0);
	assert_true(compare("0", "1") < 0);
	assert_true(compare("99999999999999999999998", "99999999999999999999999") < 0);
	assert_true(compare("100000000000000000000000", "99999999999999999999999") > 0);
	assert_int_equal(compare("", "1"), 0);
	assert_true(compare("1.2", "1") > 0);
	assert_true(compare("1:1", "2") > 0);
	assert_int_equal(compare("1.2", "one"), 0);
	assert_int_equal(compare("1", "a"), 0);
	assert_int_equal(compare("-1", "1"), 0);
}

static void states_go_both_ways(void **state)
{
	enum bundle_state got = BUNDLE_BROKEN;

	(void)state;
	for (unsigned s = 0; s < BUNDLE_STATES; s++) {
		assert_true(
			bundle_state_parse(span_of(bundle_state_name((enum bundle_state)s)), &got));
		assert_int_equal(got, s);
	}
	assert_false(bundle_state_parse(SPAN("Installed"), &got));
	assert_false(bundle_state_parse(SPAN(""), &got));
	assert_string_equal(bundle_state_name(BUNDLE_PREPARED), "prepared");
}

static void the_version_shown_may_be_of_the_id(void **state)
{
	AUTO(bundle) b;

	(void)state;
	bundle_init(&b);
	assert_span(bundle_version(&b), "");
	buf_sets(&b.id, "abc");
	assert_span(bundle_version(&b), "abc");
	buf_sets(&b.id, "0123456789abcdef");
	assert_span(bundle_version(&b), "01234567");
	buf_sets(&b.version, "5");
	assert_span(bundle_version(&b), "5");
	assert_int_equal(b.size, -1);
	assert_int_equal(b.pack_size, -1);
}

static void copies_are_their_own(void **state)
{
	AUTO(bundle) a;
	AUTO(bundle) b;

	(void)state;
	bundle_init(&a);
	buf_sets(&a.name, "zoom");
	buf_sets(&a.pack, "p");
	a.since = 7;
	b = bundle_dup(&a);
	buf_sets(&a.name, "moon");
	bundle_drop(&a);
	assert_buf(&a.name, "");
	assert_buf(&b.name, "zoom");
	assert_buf(&b.pack, "p");
	assert_int_equal(b.since, 7);
}

static void add(
	struct world *w, const char *name, const char *id, enum bundle_state state, int64_t since)
{
	struct bundle *b = vec_push(&w->of);

	bundle_init(b);
	buf_sets(&b->name, name);
	buf_sets(&b->id, id);
	b->state = state;
	b->since = since;
}

static void the_world_knows_what_is_in_use(void **state)
{
	AUTO(world) w = WORLD_INIT;

	(void)state;
	assert_null(world_shown(&w, SPAN("zoom")));
	add(&w, "alpha", "a1", BUNDLE_BROKEN, 1);
	add(&w, "zoom", "z3", BUNDLE_PREPARED, 30);
	add(&w, "zoom", "z2", BUNDLE_INSTALLED, 20);
	add(&w, "zoom", "z1", BUNDLE_PREPARED, 10);
	add(&w, "zoomer", "y2", BUNDLE_EXTRACTED, 2);
	add(&w, "zoomer", "y1", BUNDLE_FETCHED, 1);
	assert_buf(&world_get(&w, SPAN("zoom"), SPAN("z1"))->id, "z1");
	assert_null(world_get(&w, SPAN("zoom"), SPAN("a1")));
	assert_buf(&world_current(&w, SPAN("zoom"))->id, "z2");
	assert_buf(&world_current(&w, SPAN("alpha"))->id, "a1");
	assert_null(world_current(&w, SPAN("zoomer")));
	assert_buf(&world_shown(&w, SPAN("zoom"))->id, "z2");
	assert_buf(&world_shown(&w, SPAN("zoomer"))->id, "y2");
	assert_null(world_shown(&w, SPAN("zoo")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_numbers_of_any_length),
		cmocka_unit_test(states_go_both_ways),
		cmocka_unit_test(the_version_shown_may_be_of_the_id),
		cmocka_unit_test(copies_are_their_own),
		cmocka_unit_test(the_world_knows_what_is_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
