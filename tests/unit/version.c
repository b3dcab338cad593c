/* Tests of model/version, model/ordering and model/relation. */
#include "model/version.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/ordering.h"
#include "model/relation.h"
#include "unit.h"

/* In the order of dpkg; what stands in one row is the same version. */
static const char *const rows[][3] = {
	{"0~~"},
	{"0~"},
	{"0~a"},
	{"0-0~"},
	{"0", "00", "0:0"},
	{"0a"},
	{"0.0"},
	{"0.1~beta1"},
	{"0.1~beta2"},
	{"0.1"},
	{"0.1+b"},
	{"0.9"},
	{"0.10", "0.010"},
	{"1.0~rc1-1"},
	{"1.0"},
	{"1.0-1~bpo1"},
	{"1.0-1"},
	{"1.0-1+b1"},
	{"1.0-1.1"},
	{"1.0-2"},
	{"1.0-10"},
	{"1.0a"},
	{"1.0ab"},
	{"1.0b"},
	{"1.0+dfsg"},
	{"1.0-1-1"},
	{"1.0.1"},
	{"2.0"},
	{"10"},
	{"20240101"},
	{"99999999999999999999999"},
	{"100000000000000000000000"},
	{"1:0~1"},
	{"1:0.1"},
	{"1:1"},
	{"2:0.1"},
	{"10:0"},
};

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static bool dpkg_says(const char *a, const char *op, const char *b)
{
	pid_t pid = fork();
	int status = -1;

	if (!pid) {
		execlp("dpkg", "dpkg", "--compare-versions", a, op, b, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		skip();
	return WEXITSTATUS(status) == 0;
}

static void they_are_ordered(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t k = 0; k < COUNT(rows); k++)
			for (size_t n = 0; n < 3 && rows[k][n]; n++) {
				int got = version_compare(span_of(rows[i][0]), span_of(rows[k][n]));

				if (sign(got) != (i > k) - (i < k))
					fail_msg("%s and %s: %d", rows[i][0], rows[k][n], got);
			}
}

/* The table says what dpkg says. */
static void dpkg_orders_them_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t k = i + 1; k < COUNT(rows); k += 1 + (k - i) / 4)
			if (!dpkg_says(rows[i][0], "lt", rows[k][0]))
				fail_msg("dpkg: %s is not older than %s", rows[i][0], rows[k][0]);
		for (size_t n = 1; n < 3 && rows[i][n]; n++)
			if (!dpkg_says(rows[i][0], "eq", rows[i][n]))
				fail_msg("dpkg: %s is not %s", rows[i][0], rows[i][n]);
	}
}

static void what_is_none_is_told(void **state)
{
	static const char *const plain[] = {"1", "0", "1.2-3~bpo+1", "20240101", "1a", "1-"};
	static const char *const no[] = {"", "a", "-1", ".1", "1 2", "1_2", "1/2", "1\n", ":1",
		"1:", "a:1", "1:a", "1:1:1", "1234567890:1", "\xc3\xa4", "~1"};
	char longest[VERSION_SIZE + 2] = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(plain); i++) {
		assert_true(version_is_plain(span_of(plain[i])));
		assert_true(version_is_valid(span_of(plain[i])));
	}
	assert_true(version_is_valid(SPAN("999999999:1")));
	assert_false(version_is_plain(SPAN("1:1")));
	for (size_t i = 0; i < COUNT(no); i++)
		if (version_is_valid(span_of(no[i])))
			fail_msg("'%s' is a version", no[i]);
	assert_false(version_is_valid((struct span){"1\0", 2}));
	memset(longest, '1', VERSION_SIZE + 1);
	assert_false(version_is_valid(span_of(longest)));
	assert_true(version_is_valid(span_cut(span_of(longest), 0, VERSION_SIZE)));
}

static void relations_are_read_and_written(void **state)
{
	static const struct {
		const char *text, *again;
	} good[] = {
		{"zoom", "zoom"},
		{"zoom (>= 1.2)", "zoom (>= 1.2)"},
		{"zoom(<<1:2~)", "zoom (<< 1:2~)"},
		{"zoom  ( = 1 )", "zoom (= 1)"},
		{"libgl1:i386 (>> 1)", "libgl1:i386 (>> 1)"},
	};
	static const char *const bad[] = {"", " ", "(>= 1)", "zoom (", "zoom ()", "zoom (>= )",
		"zoom (> 1)", "zoom (< 1)", "zoom (=> 1)", "zoom (== 1)", "zoom (1)", "zoom >= 1",
		"zoom (>= 1) x", "zoom (>= one)", "a | b", "a b"};
	AUTO(relations) r = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		AUTO(buf) out = BUF_INIT;

		assert_true(relations_add_text(&r, span_of(good[i].text)));
		relation_format(&r.of.v[r.of.n - 1], &out);
		assert_buf(&out, good[i].again);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		if (relations_add_text(&r, span_of(bad[i])))
			fail_msg("'%s' is a relation", bad[i]);
}

static void relations_hold_or_not(void **state)
{
	static const struct {
		const char *relation, *version;
		bool holds;
	} cases[] = {
		{"a", "", true},
		{"a", "not one", true},
		{"a (>= 1)", "", false},
		{"a (>= 1)", "not one", false},
		{"a (>= 1.2)", "1.2", true},
		{"a (>= 1.2)", "1.2~rc1", false},
		{"a (>> 1.2)", "1.2", false},
		{"a (>> 1.2)", "1.10", true},
		{"a (<< 1.2)", "1.2~rc1", true},
		{"a (<< 1.2)", "1.2", false},
		{"a (<= 1.2)", "1.2", true},
		{"a (<= 1.2)", "1:0", false},
		{"a (= 1.2)", "1.02", true},
		{"a (= 1.2)", "1.2-1", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO(relations) r = {0};

		assert_true(relations_add_text(&r, span_of(cases[i].relation)));
		if (relation_holds(&r.of.v[0], span_of(cases[i].version)) != cases[i].holds)
			fail_msg("%s with '%s'", cases[i].relation, cases[i].version);
	}
}

static void luets_relations(void **state)
{
	static const struct {
		const char *text, *again, *in, *out;
	} good[] = {
		{"app/a", "app/a", "", NULL},
		{"app/a (>=1.0)", "app/a (>=1.0)", "1.0+1", "1.0_rc1"},
		{"app/a (>= 1.0, <2)", "app/a (>=1.0 <2)", "1.9", "2"},
		{"app/a (>=0)", "app/a", "", NULL},
		{"app/a (1.0)", "app/a (= 1.0)", "1.0", "1.0+1"},
		{"app/a (= 1.0+1)", "app/a (= 1.0+1)", "1.0+1", "1.0"},
		{"app/a (==git)", "app/a (= git)", "git", ""},
		{"app/a (~1.1)", "app/a (~1.1)", "1.1-r3", ""},
		{"app/a (!=1)", "app/a (!=1)", "2", ""},
		{"app/a (~>1)", "app/a (~>1)", NULL, "1"},
		{"app/a (?)", "app/a (?)", NULL, "1"},
	};
	static const char *const bad[] = {"app/a ()", "app/a (1", "app/a ((1))", "app/a (1\x01)"};
	AUTO(relations) r = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		AUTO(buf) out = BUF_INIT;
		const struct relation *one;

		assert_true(relations_add_text(&r, span_of(good[i].text)));
		one = &r.of.v[r.of.n - 1];
		relation_format(one, &out);
		assert_buf(&out, good[i].again);
		assert_true(
			relation_is_valid(buf_span(&one->name), one->op, buf_span(&one->version)));
		if (good[i].in && !relation_holds(one, span_of(good[i].in)))
			fail_msg("%s without %s", good[i].text, good[i].in);
		if (good[i].out && relation_holds(one, span_of(good[i].out)))
			fail_msg("%s with %s", good[i].text, good[i].out);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		if (relations_add_text(&r, span_of(bad[i])))
			fail_msg("'%s' is a relation", bad[i]);
	relations_add_selector(&r, SPAN("app/a"), SPAN("1)\n("));
	assert_buf(&r.of.v[r.of.n - 1].version, "?");
	assert_false(relation_is_valid(SPAN("app/a"), RELATION_AT_LEAST, SPAN("1")));
	assert_false(relation_is_valid(SPAN("a"), RELATION_SELECTOR, SPAN(">=1")));
}

static void a_name_tells_the_order(void **state)
{
	(void)state;
	assert_true(ordering_compare(SPAN("a"), SPAN("1.0_rc1"), SPAN("1.0")) < 0);
	assert_true(ordering_compare(SPAN("a"), SPAN("1.0+1"), SPAN("1.0.1")) < 0);
	assert_true(ordering_compare(SPAN("a"), SPAN("1~"), SPAN("1")) < 0);
	assert_true(ordering_compare(SPAN("a"), SPAN("1"), SPAN("1.0")) < 0);
	assert_int_equal(ordering_compare(SPAN("a/a"), SPAN("1"), SPAN("1.0")), 0);
	assert_true(ordering_compare(SPAN("a/a"), SPAN("1.0_rc1"), SPAN("1.0")) < 0);
	assert_true(ordering_compare(SPAN("a/a"), SPAN("1.0_p1"), SPAN("1.0")) > 0);
	assert_true(ordering_compare(SPAN("a/a"), SPAN("git"), SPAN("0")) < 0);
	assert_true(ordering_compare(SPAN("a/a"), SPAN("0"), SPAN("git")) > 0);
	assert_true(ordering_compare(SPAN("a/a"), SPAN("git"), SPAN("hg")) < 0);
	assert_false(ordering_has(SPAN("a"), SPAN("1_p1")));
	assert_true(ordering_has(SPAN("a/a"), SPAN("1_p1")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(luets_relations),
		cmocka_unit_test(a_name_tells_the_order),
		cmocka_unit_test(they_are_ordered),
		cmocka_unit_test(dpkg_orders_them_the_same),
		cmocka_unit_test(what_is_none_is_told),
		cmocka_unit_test(relations_are_read_and_written),
		cmocka_unit_test(relations_hold_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
