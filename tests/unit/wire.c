/* Tests of base/wire. */
#include "unit.h"

#include "base/wire.h"

static void values_come_back(void **state)
{
	AUTO(buf) out = BUF_INIT;
	struct wire w;

	(void)state;
	wire_put_number(&out, INT64_MIN);
	wire_put_text(&out, SPAN(""));
	wire_put_text(&out, SPAN("a\0b"));
	wire_put_number(&out, -1);
	w = (struct wire){.rest = buf_span(&out)};
	assert_true(wire_number(&w) == INT64_MIN);
	assert_span(wire_text(&w), "");
	assert_int_equal(wire_text(&w).n, 3);
	assert_false(wire_ended(&w));
	assert_true(wire_number(&w) == -1);
	assert_true(wire_ended(&w));
}

static void short_payloads_are_bad(void **state)
{
	AUTO(buf) out = BUF_INIT;

	(void)state;
	wire_put_text(&out, SPAN("four"));
	for (size_t n = 0; n < out.n; n++) {
		struct wire w = {.rest = span_cut(buf_span(&out), 0, n)};

		assert_span(wire_text(&w), "");
		assert_true(w.bad);
		assert_false(wire_ended(&w));
		/* It stays bad, and gives nothing more. */
		assert_int_equal(wire_number(&w), 0);
		assert_span(wire_text(&w), "");
	}
}

static void lengths_that_lie_are_bad(void **state)
{
	static const int64_t lengths[] = {-1, INT64_MIN, INT64_MAX, 5};

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		AUTO(buf) out = BUF_INIT;
		struct wire w;

		wire_put_number(&out, lengths[i]);
		buf_adds(&out, "four");
		w = (struct wire){.rest = buf_span(&out)};
		assert_span(wire_text(&w), "");
		assert_true(w.bad);
	}
}

static void what_is_left_is_no_end(void **state)
{
	struct wire w = {.rest = SPAN("x")};

	(void)state;
	assert_false(wire_ended(&w));
	assert_int_equal(wire_number(&w), 0);
	assert_true(w.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_back),
		cmocka_unit_test(short_payloads_are_bad),
		cmocka_unit_test(lengths_that_lie_are_bad),
		cmocka_unit_test(what_is_left_is_no_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
