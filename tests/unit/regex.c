/* Tests of ext/regex: what of RE2 we count on. */
#include "ext/regex.h"

#include <time.h>

#include "base/buf.h"
#include "unit.h"

static struct regex *parse(const char *text)
{
	struct err err = ERR_INIT;
	struct regex *r = regex_new(span_of(text), &err);

	if (!r)
		fail_msg("%s: %s", text, err.text);
	return r;
}

static void what_matches(void **state)
{
	static const struct {
		const char *pattern, *yes[4], *no[4];
	} rows[] = {
		{"", {"", "/a"}, {0}},
		{"^/usr/include/", {"/usr/include/", "/usr/include/a.h"},
			{"/usr/include", "/opt/usr/include/a", "/usr/includes/a"}},
		{"^/opt/data", {"/opt/data", "/opt/database/x"}, {"/x/opt/data"}},
		{"include", {"/usr/include/a", "include"}, {"/usr/inclu/de"}},
		{"\\.la$", {"/usr/lib/a.la"}, {"/usr/lib/ala", "/usr/lib/a.la.x"}},
		{"^/usr/lib(64|32)?/.*\\.a$", {"/usr/lib/x.a", "/usr/lib64/y/x.a"},
			{"/usr/libx/x.a", "/usr/lib/x.ab"}},
		{"/finclude/omp*", {"/finclude/om", "/finclude/omppp"}, {"/finclude/o"}},
		{"^a+b$", {"ab", "aaab"}, {"b", "aba"}},
		{"^a|b$", {"axx", "xxb"}, {"xax", "bx"}},
		{"^(a|bc|)d$", {"d", "ad", "bcd"}, {"bd", "abcd"}},
		{"^(?:ab){2}$", {"abab"}, {"ab", "ababab"}},
		{"^a{2,3}$", {"aa", "aaa"}, {"a", "aaaa"}},
		{"^a{2,}b{0,1}$", {"aa", "aaaab"}, {"a", "aabb"}},
		{"^(a{1,2}){2}$", {"aa", "aaaa"}, {"a", "aaaaa"}},
		{"^[a-cx]$", {"a", "c", "x"}, {"d", "", "-"}},
		{"^[^a-c/]+$", {"xyz"}, {"xay", "x/y"}},
		{"^[]a-]$", {"]", "a", "-"}, {"b"}},
		{"^[\\]\\d.]$", {"]", "7", "."}, {"a", "\\"}},
		{"^\\d\\D\\w\\W\\s\\S$", {"1a_- x"}, {"aa_- x", "1a_-xx"}},
		{"^\\/\\t\\x41\\x{42}$", {"/\tAB"}, {"/tAB"}},
		{"^.$", {"a", "/"}, {"", "ab", "\n"}},
		{"^(a*)*$", {"", "aaa"}, {"b"}},
		{"^(a|b)*?c+?d??$", {"c", "ababccd"}, {"ab"}},
		{"a{,2}", {"a{,2}"}, {"aa"}},
		{"x{a", {"x{a"}, {"xa"}},
		{"$^", {""}, {"a"}},
		{"\\Aab\\z", {"ab"}, {"xab", "abx"}},
		{"(?i)^[[:alpha:]]\\pL\\b", {"aB/"}, {"a1"}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct regex *p = parse(rows[i].pattern);

		for (size_t n = 0; n < 4; n++) {
			if (rows[i].yes[n] && !regex_matches(p, span_of(rows[i].yes[n])))
				fail_msg("%s: not %s", rows[i].pattern, rows[i].yes[n]);
			if (rows[i].no[n] && regex_matches(p, span_of(rows[i].no[n])))
				fail_msg("%s: %s", rows[i].pattern, rows[i].no[n]);
		}
		regex_free(p);
	}
}

static void what_is_refused(void **state)
{
	static const char *const rows[][2] = {
		{"(", "missing )"},
		{"a)", "unexpected )"},
		{"[a", "missing ]"},
		{"[z-a]", "z-a"},
		{"*a", "*"},
		{"a**", "**"},
		{"a{3,2}", "{3,2}"},
		{"a{1001}", "{1001}"},
		{"\\", "trailing"},
		{"\\1", "\\1"},
		{"\\x4", "\\x4"},
		{"(?P<x", "(?P<x"},
		{"(((a{10}){10}){10}){10}", "repetition"},
		{"\\pL{1000}", "too large"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = ERR_INIT;

		if (regex_new(span_of(rows[i][0]), &err))
			fail_msg("taken: %s", rows[i][0]);
		assert_err(&err, ERR_CONFIG, rows[i][1]);
	}
}

/* What takes an exponential time where ways are tried one after the other. */
static void in_time(void **state)
{
	static const char *const rows[] = {"^(a*)*b$", "^(a|aa)+$", "^(a|a?)+$",
		"(.*)(.*)(.*)(.*)(.*)[^a]$", "^(a?){100}a{100}b"};
	AUTO(buf) text = BUF_INIT;
	clock_t begun = clock();

	(void)state;
	for (size_t i = 0; i < 4000; i++)
		buf_addc(&text, 'a');
	buf_addc(&text, '/');
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct regex *p = parse(rows[i]);

		regex_matches(p, buf_span(&text));
		regex_free(p);
	}
	assert_true(clock() - begun < 5 * CLOCKS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_matches),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
