/* Tests of model/luet_version and model/luet_selector. */
#include "model/luet_version.h"

#include "base/mem.h"
#include "model/luet_selector.h"
#include "unit.h"

/* In order; what stands in one row is the same version. */
static const char *const rows[][4] = {
	{"0_rc1"},
	{"0", "0.0", "00"},
	{"0.9"},
	{"1.0-alpha", "1.0_alpha", "1.0_alpha0", "v1.0.0-ALPHA"},
	{"1.0_alpha2", "1.0-alpha.2", "1.0-alpha-2", "1.0alpha2"},
	{"1.0_alpha10"},
	{"1.0.0-beta", "1.0_beta"},
	{"1.0_beta_p1"},
	{"1.0_beta1"},
	{"1.0-dev"},
	{"1.0_pre20210101"},
	{"1.0_rc1", "1.0~rc1", "1.0rc1"},
	{"1.0_rc1-r1"},
	{"1.0_rc1_p2"},
	{"1.0_rc2"},
	{"1.0-rc.10"},
	{"1.0-unheard.of"},
	{"1", "1.0", "1.0.0", "1.0-r0"},
	{"1.0+0"},
	{"1.0+2"},
	{"1.0+10", "1+10"},
	{"1.0+10.1"},
	{"1.0+git"},
	{"1.0-r1", "1.0-1", "1.0-r01"},
	{"1.0-r1+5"},
	{"1.0-r10"},
	{"1.0_p1", "1.0p1", "1.0-p1"},
	{"1.0_p1-r1"},
	{"1.0_p20210101"},
	{"1.0a_rc1"},
	{"1.0a"},
	{"1.0a_p1"},
	{"1.0b"},
	{"1.0.1"},
	{"1.1", "1.01"},
	{"1.9"},
	{"1.10"},
	{"5.15.60+1"},
	{"9999"},
	{"20210101"},
	{"99999999999999999999999"},
	{"100000000000000000000000"},
};

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void they_are_ordered(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t k = 0; k < COUNT(rows); k++)
			for (size_t n = 0; n < 4 && rows[k][n]; n++)
				for (size_t m = 0; m < 4 && rows[i][m]; m++) {
					int got = luet_version_compare(
						span_of(rows[i][m]), span_of(rows[k][n]));

					assert_true(luet_version_is_valid(span_of(rows[k][n])));
					if (sign(got) != (i > k) - (i < k))
						fail_msg("%s and %s: %d", rows[i][m], rows[k][n],
							got);
				}
}

static void what_has_no_order_is_told(void **state)
{
	static const char *const no[] = {"", "x", "v", "v.1", "1.", "1..2", ".1", "1_", "1_git2021",
		"1.0_foo", "1+", "1.0+a+b", "1.0_p1_", "1 2", "1/2", "1\n", "1:2", "-1", "+1",
		"1--2", "1.0-r", "\xc3\xa4"};
	char longest[LUET_VERSION_SIZE + 2] = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(no); i++)
		if (luet_version_is_valid(span_of(no[i])))
			fail_msg("'%s' has a place", no[i]);
	assert_false(luet_version_is_valid((struct span){"1\0", 2}));
	memset(longest, '1', LUET_VERSION_SIZE + 1);
	assert_false(luet_version_is_valid(span_of(longest)));
	assert_false(luet_version_is_text(span_of(longest)));
	assert_true(luet_version_is_valid(span_cut(span_of(longest), 0, LUET_VERSION_SIZE)));
	assert_true(luet_version_is_text(span_cut(span_of(longest), 0, LUET_VERSION_SIZE)));
}

static void what_may_stand_there_is_told(void **state)
{
	static const char *const good[] = {"1", "git", "1.0_foo-bar~1+2", "A"};
	static const char *const bad[] = {"", "-1", ".1", "+1", "_1", "~1", "1/2", "1 ", "1:2",
		"1\n", "1@2", "..", "1(", "\xc3\xa4"};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(luet_version_is_text(span_of(good[i])));
	for (size_t i = 0; i < COUNT(bad); i++)
		if (luet_version_is_text(span_of(bad[i])))
			fail_msg("'%s' is a text", bad[i]);
	assert_false(luet_version_is_text((struct span){"1\0", 2}));
}

static void selectors_hold_or_not(void **state)
{
	static const struct {
		const char *selector;
		const char *in[6], *out[7];
	} cases[] = {
		{"", {"1", "0", "1.0_foo", "git"}, {0}},
		{"*", {"1", "1.0_foo"}, {0}},
		{">=0", {"1", "0", "0_rc1", "1.0_foo", "git"}, {0}},
		{"0", {"0"}, {"1", "0+1", "0.1"}},
		{"1.0", {"1.0"}, {"1.0+1", "1.0.1", "1.0-r1", "1.0_rc1", "1.0.0", "2"}},
		{"=1.0", {"1.0"}, {"1.0+1", "1"}},
		{"==1.0", {"1.0"}, {"1.0+1"}},
		{"1.0+1", {"1.0+1"}, {"1.0", "1.0+2", "1.0+10"}},
		{"git", {"git"}, {"1", "git2"}},
		{"!=1.0", {"1.1", "1.0_rc1", "git"}, {"1.0", "1.0+1", "1.0.0"}},
		{"!1.0", {"1.1"}, {"1.0"}},
		{"!=1.0+1", {"1.0", "1.0+2"}, {"1.0+1"}},
		{"!=git", {"1"}, {"git"}},
		{">=1.0", {"1.0", "1", "1.0+1", "1.0_p1", "1.10", "1.1_rc1"},
			{"1.0_rc1", "0.9", "git", "1.0-beta"}},
		{">=1.0+2", {"1.0", "1.0+1", "1.0+2", "1.1"}, {"0.9+9"}},
		{">1.0", {"1.0.1", "1.0-r1", "1.0_p1"}, {"1.0", "1.0+1", "1.0_rc1", "git"}},
		{">1.0+2", {"1.1"}, {"1.0+10", "1.0+2", "1.0"}},
		{"<1.0+10", {"0.9", "1.0_rc1"}, {"1.0", "1.0+2", "1.0+10", "1.1"}},
		{"<2", {"1.9", "1.10", "2_rc1"}, {"2", "2.0", "2+1", "10", "git"}},
		{"<=2", {"2", "2.0+5", "1"}, {"2.0.1", "2-r1", "git"}},
		{"!<2", {"2", "3"}, {"1.9"}},
		{"!>2", {"2", "1"}, {"2.1"}},
		{">=1.0 <2.0", {"1.0", "1.9"}, {"2.0", "0.9"}},
		{">=1.0,<2.0", {"1.0", "1.9"}, {"2.0", "0.9"}},
		{">=1.0, !=1.5, <2.0", {"1.0", "1.9"}, {"1.5", "2.0"}},
		{"  >= 1.0  <  2.0 ", {"1.0"}, {"2.0"}},
		{">=1.0<2.0", {"1.0"}, {"2.0"}},
		{">2 <1", {0}, {"0", "1", "1.5", "2", "3"}},
		{"~1.1", {"1.1", "1.1-r1", "1.1+3", "1.1-r2+1", "1.1.0"},
			{"1.1_p1", "1.1.1", "1.1_rc1", "1.2", "git"}},
		{"~1.1_p2", {"1.1_p2-r1"}, {"1.1"}},
		{"=1*", {"1", "1.0", "1.9.9", "1_rc1", "1.2a+3"}, {"10", "2", "0.1", "git"}},
		{"1.*", {"1", "1.0", "1.9.9"}, {"10", "2"}},
		{"=1.2*", {"1.2", "1.2.9", "1.2_p1"}, {"1.20", "1.3", "1"}},
		{"1.0.*", {"1.0.5", "1", "1.0"}, {"1.1"}},
		{"!=1.*", {"2", "git"}, {"1", "1.5"}},
		{"!=*", {"git"}, {"1"}},
		{">=1.0~rc1", {"1.0_rc1", "1.0"}, {"1.0_beta"}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span selector = span_of(cases[i].selector);

		if (!luet_selector_is_valid(selector))
			fail_msg("'%s' is none", cases[i].selector);
		for (size_t k = 0; k < 6 && cases[i].in[k]; k++)
			if (!luet_selector_holds(selector, span_of(cases[i].in[k])))
				fail_msg("'%s' without %s", cases[i].selector, cases[i].in[k]);
		for (size_t k = 0; k < 7 && cases[i].out[k]; k++)
			if (luet_selector_holds(selector, span_of(cases[i].out[k])))
				fail_msg("'%s' with %s", cases[i].selector, cases[i].out[k]);
	}
}

static void what_is_no_selector_is_told(void **state)
{
	static const char *const no[] = {">=", ">= <2", "=>1", "~>1", "^1", "><1", ">=1.*", "~1.*",
		"<git", "1.a*", "1..*", "1..2*", "*1", ">=1 x/y", "1 (2", "==", "~git", "-", "!"};
	char longest[LUET_SELECTOR_SIZE + 2] = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(no); i++) {
		if (luet_selector_is_valid(span_of(no[i])))
			fail_msg("'%s' is one", no[i]);
		if (luet_selector_holds(span_of(no[i]), SPAN("1")) &&
			luet_selector_holds(span_of(no[i]), SPAN("0")))
			fail_msg("'%s' is met by everything", no[i]);
	}
	memset(longest, ' ', LUET_SELECTOR_SIZE + 1);
	assert_false(luet_selector_is_valid(span_of(longest)));
}

static void they_are_written_one_way(void **state)
{
	static const struct {
		const char *text, *again;
		bool any;
	} cases[] = {
		{"", "", true},
		{" , ", "", true},
		{"*", "*", true},
		{">= 0", ">=0", true},
		{">=0 *", ">=0 *", true},
		{"1.0", "1.0", false},
		{">=0, <2", ">=0 <2", false},
		{">=1.0<2.0", ">=1.0 <2.0", false},
		{"0", "0", false},
		{">=0.0", ">=0.0", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO(buf) out = BUF_INIT;

		luet_selector_format(span_of(cases[i].text), &out);
		assert_buf(&out, cases[i].again);
		assert_int_equal(luet_selector_is_any(span_of(cases[i].text)), cases[i].any);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_ordered),
		cmocka_unit_test(what_has_no_order_is_told),
		cmocka_unit_test(what_may_stand_there_is_told),
		cmocka_unit_test(selectors_hold_or_not),
		cmocka_unit_test(what_is_no_selector_is_told),
		cmocka_unit_test(they_are_written_one_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
