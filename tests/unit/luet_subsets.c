/* Tests of model/luet_subsets. */
#include "model/luet_subsets.h"

#include "ext/yaml.h"
#include "unit.h"

#define OWN \
	"rules:\n  devel: [^/usr/include/, '\\.a$']\n  portage: [^/var/db/pkg/]\n  odd: ^/x\n  'two words': [a]\n" \
	"  none: []\n"
#define DEFINED \
	"subsets_def:\n  gcc-devel:\n    description: x\n    name: gcc\n    rules: [^/usr/bin/]\n    packages: [sys-devel-9/gcc]\n" \
	"  devel:\n    rules: [^/usr/share/headers/]\n    packages: [a/b, sys-devel-9/gcc]\n    categories: [x]\n" \
	"  all:\n    rules: [^/all]\n    categories: [sys-devel-9, y]\n  nothing:\n    rules: [^/]\n"

struct subsets {
	struct luet_subsets own, defined;
	struct texts enabled;
};

static void subsets_drop(struct subsets *s)
{
	luet_subsets_drop(&s->own);
	luet_subsets_drop(&s->defined);
	texts_drop(&s->enabled);
}

static void load(struct subsets *s, const char *own, const char *defined)
{
	struct err err = ERR_INIT;
	AUTO(yaml) y = YAML_INIT;

	*s = (struct subsets){0};
	assert_int_equal(yaml_parse(span_of(own), &y, &err), 0);
	luet_subsets_take((struct luet_node){&y, NULL}, &s->own);
	if (luet_subsets_define(span_of(defined), "/d/a.yml", &s->defined, &err) < 0)
		fail_msg("%s", err.text);
}

static void what_is_left_out(void **state)
{
	static const struct {
		const char *package, *enabled, *path, *subset;
	} rows[] = {
		{"a/a", "", "/usr/include/", "devel"},
		{"a/a", "", "/usr/lib/x.a", "devel"},
		{"a/a", "", "/var/db/pkg/x", "portage"},
		{"a/a", "", "/usr/include", NULL},
		{"a/a", "", "/x", NULL},
		{"a/a", "", "/usr/share/headers/a", NULL},
		{"a/a", "devel", "/usr/include/a", NULL},
		{"a/a", "devel", "/var/db/pkg/x", "portage"},
		/* The admin's in the place of the package's. */
		{"a/b", "", "/usr/share/headers/a", "devel"},
		{"a/b", "", "/usr/include/a", NULL},
		{"a/b", "", "/var/db/pkg/x", "portage"},
		{"x/any", "", "/usr/share/headers/a", "devel"},
		{"x/any", "", "/usr/include/a", NULL},
		{"y/any", "", "/usr/include/a", "devel"},
		{"y/any", "", "/all", "all"},
		/* Of a package in the place of its category's; by its name, not the key. */
		{"sys-devel-9/gcc", "", "/usr/bin/gcc", "gcc"},
		{"sys-devel-9/gcc", "gcc-devel", "/usr/bin/gcc", "gcc"},
		{"sys-devel-9/gcc", "gcc", "/usr/bin/gcc", NULL},
		{"sys-devel-9/gcc", "", "/all", NULL},
		{"sys-devel-9/other", "", "/all", "all"},
	};
	AUTO(subsets) s;

	(void)state;
	load(&s, OWN, DEFINED);
	assert_int_equal(s.own.of.n, 3);
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(luet_rules) rules = {0};
		AUTO(texts) enabled = {0};
		struct err err = ERR_INIT;
		const struct luet_rule *r;

		texts_add(&enabled, span_of(rows[i].enabled));
		assert_int_equal(luet_rules_make(&s.own, &s.defined, &enabled,
					 span_of(rows[i].package), &rules, &err),
			0);
		r = luet_rules_find(&rules, span_of(rows[i].path));
		if (!r != !rows[i].subset ||
			(r && !span_is_text(buf_span(&r->subset), rows[i].subset)))
			fail_msg("%s %s: %s", rows[i].package, rows[i].path,
				r ? r->subset.s : "stays");
	}
}

static void what_is_no_pattern(void **state)
{
	AUTO(subsets) s;
	AUTO(luet_rules) rules = {0};
	AUTO(luet_rules) none = {0};
	struct err err = ERR_INIT, ignored = ERR_INIT;

	(void)state;
	load(&s, "rules: {devel: ['(?<a']}", "");
	assert_int_equal(
		luet_rules_make(&s.own, &s.defined, &s.enabled, SPAN("a/b"), &rules, &err), -1);
	assert_err(&err, ERR_CONFIG, "the subset devel: (?<a: invalid");
	/* Nobody asks about it where it is enabled. */
	texts_add(&s.enabled, SPAN("devel"));
	assert_int_equal(
		luet_rules_make(&s.own, &s.defined, &s.enabled, SPAN("a/b"), &none, &ignored), 0);
}

/* Whoever made the package: no more of them is read than may be. */
static void what_is_too_large(void **state)
{
	AUTO(subsets) s;
	AUTO(luet_rules) rules = {0};
	AUTO(buf) text = buf_of("rules: {devel: [");
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < 200; i++)
		buf_adds(&text, i ? ", 'a{900}'" : "'a{900}'");
	buf_adds(&text, "]}");
	load(&s, text.s, "");
	assert_int_equal(
		luet_rules_make(&s.own, &s.defined, &s.enabled, SPAN("a/b"), &rules, &err), -1);
	assert_err(&err, ERR_CONFIG, "too large");
	assert_true(rules.of.n < 20);
}

static void what_is_refused(void **state)
{
	static const char *const rows[][2] = {
		{"- a\n", "no keys"},
		{"subsets_def: [a]\n", "line 1: subsets_def must have keys"},
		{"subsets_def:\n  a: b\n", "line 2: a must have keys"},
		{"subsets_def:\n  a: {name: 'b c'}\n", "line 2: name must be one word"},
		{"subsets_def:\n  a b: {rules: []}\n", "name must be one word"},
		{"subsets_def:\n  a: {rules: b}\n", "rules must be a list"},
		{"subsets_def:\n  a: {packages: [[b]]}\n", "packages must be a list"},
		{"subsets_def:\n  a:\n    rules:\n    - b\n    - '('\n", "line 5: missing ): ("},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(luet_subsets) s = {0};
		struct err err = ERR_INIT;

		if (luet_subsets_define(span_of(rows[i][0]), "/a", &s, &err) == 0)
			fail_msg("taken: %s", rows[i][0]);
		assert_err(&err, ERR_CONFIG, rows[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left_out),
		cmocka_unit_test(what_is_no_pattern),
		cmocka_unit_test(what_is_too_large),
		cmocka_unit_test(what_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
