/* What apt-get says that it would do. */
#include "model/apt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SAID \
	"NOTE: This is only a simulation!\n" \
	"Reading package lists...\n" \
	"Note, selecting 'mawk' instead of 'awk'\n" \
	"Note, selecting 'libgl1' for regex 'libg..'\n" \
	"Inst libgl1 [1.5.0-1] (1.6.0-1 Debian:12.9/stable, Debian-Security:12/stable-security [amd64]) []\n" \
	"Inst libegl1:i386 (1:2.0~rc1-1+b1 Debian:12.9/stable [i386])\n" \
	"Inst mawk (1.3.4 A label (of [mine]) [amd64])\n" \
	"Conf libgl1 (1.6.0-1 Debian:12.9/stable [amd64])\n"

static bool brings(const struct apt_answer *a, const char *relation)
{
	struct relations r = {0};
	bool result;

	assert_true(relations_add_text(&r, span_of(relation)));
	result = apt_brings(a, &r.of.v[0]);
	relations_drop(&r);
	return result;
}

static void packages_are_read(void **state)
{
	AUTO(apt_answer) a = APT_ANSWER_INIT;

	(void)state;
	assert_true(apt_read(SPAN(SAID), &a));
	assert_int_equal(a.of.n, 3);
	assert_string_equal(a.of.v[0].name.s, "libgl1");
	assert_string_equal(a.of.v[0].version.s, "1.6.0-1");
	assert_string_equal(a.of.v[0].architecture.s, "amd64");
	assert_string_equal(a.of.v[1].name.s, "libegl1:i386");
	assert_string_equal(a.of.v[1].version.s, "1:2.0~rc1-1+b1");
	assert_string_equal(a.of.v[1].architecture.s, "i386");
	assert_string_equal(a.of.v[2].architecture.s, "amd64");
}

static void versions_and_architectures_count(void **state)
{
	AUTO(apt_answer) a = APT_ANSWER_INIT;

	(void)state;
	assert_true(apt_read(SPAN(SAID), &a));
	assert_true(brings(&a, "libgl1"));
	assert_true(brings(&a, "libgl1 (>= 1.6)"));
	assert_false(brings(&a, "libgl1 (>= 1.7)"));
	assert_false(brings(&a, "libgl1 (<< 1.6)"));
	assert_true(brings(&a, "libgl1:amd64"));
	assert_false(brings(&a, "libgl1:i386"));
	assert_true(brings(&a, "libegl1:i386 (>= 1:1)"));
	assert_false(brings(&a, "libglx0"));
}

/* Who stands in has no version that is known. */
static void who_stands_in_counts(void **state)
{
	AUTO(apt_answer) a = APT_ANSWER_INIT;
	AUTO(apt_answer) none = APT_ANSWER_INIT;

	(void)state;
	assert_true(apt_read(SPAN(SAID), &a));
	assert_true(brings(&a, "awk"));
	assert_false(brings(&a, "awk (>= 1)"));
	assert_int_equal(a.stand_ins.n, 1);
	assert_true(apt_read(SPAN("Note, selecting 'mawk' instead of 'awk'\n"), &none));
	assert_false(brings(&none, "awk"));
}

static void what_cannot_be_understood_is_refused(void **state)
{
	static const char *const lines[] = {"Inst ", "Inst libgl1", "Inst libgl1 1.6",
		"Inst libgl1 (1.6", "Inst libgl1 (1.6 Debian)", "Inst libgl1 (1.6 Debian [amd64]",
		"Inst li\033bgl1 (1.6 Debian [amd64])", "Inst libgl1 (1,6 Debian [amd64])",
		"Inst libgl1 (1.6 Debian [am/d64])"};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		AUTO(apt_answer) a = APT_ANSWER_INIT;

		assert_false(apt_read(span_of(lines[i]), &a));
	}
}

static void an_exact_version_is_asked_for(void **state)
{
	static const struct {
		const char *relation, *name;
	} cases[] = {{"libgl1:i386 (= 1.6-1)", "libgl1:i386=1.6-1"}, {"libgl1 (>= 1.6)", "libgl1"},
		{"libgl1", "libgl1"}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct relations r = {0};
		AUTO(buf) name = BUF_INIT;

		assert_true(relations_add_text(&r, span_of(cases[i].relation)));
		apt_name(&r.of.v[0], &name);
		assert_string_equal(name.s, cases[i].name);
		relations_drop(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packages_are_read),
		cmocka_unit_test(versions_and_architectures_count),
		cmocka_unit_test(who_stands_in_counts),
		cmocka_unit_test(what_cannot_be_understood_is_refused),
		cmocka_unit_test(an_exact_version_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
