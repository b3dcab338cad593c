/* Tests of model/luet_mask. */
#include "model/luet_mask.h"

#include "unit.h"

static void add(struct luet_masks *m, const char *text)
{
	struct err err = ERR_INIT;

	if (luet_mask_parse(span_of(text), "/etc/luet/mask.d/a.yml", m, &err) < 0)
		fail_msg("%s", err.text);
}

static void what_is_masked(void **state)
{
	static const struct {
		const char *repository, *name, *version, *by;
	} rows[] = {
		{"main", "test/b", "1.0", ">=test/b-1.0"},
		{"main", "test/b", "1.0+2", ">=test/b-1.0"},
		{"main", "test/b", "0.9", NULL},
		{"main", "test/bb", "1.0", NULL},
		{"main", "test/c", "2.0", "=test/c-2.0"},
		{"main", "test/c", "2.1", NULL},
		{"main", "test/d", "2.9", "<test/d-3.0"},
		{"main", "test/d", "3.0", NULL},
		{"main", "test/e", "7", "test/e"},
		{"other", "test/e", "0", "test/e"},
		{"main", "test/g", "2.0", "test/g-2.0::main"},
		{"main", "test/g-2.0", "5", "test/g-2.0::main"},
		{"main", "test/g", "2.1", NULL},
		{"other", "test/g", "2.0", NULL},
		{"other", "test/h", "1", "test/h::other"},
		{"main", "test/h", "1", NULL},
		{"main", "test/i", "1.5", "test/i@>=1 <2"},
		{"main", "test/i", "2", NULL},
		{"main", "test/off", "1", NULL},
	};
	struct luet_masks m = {0};

	(void)state;
	add(&m, "description: |\n  For all\nenabled: true\nrules:\n- \">=test/b-1.0\"\n- =test/c-2.0\n"
		"- <test/d-3.0\n- test/e\n- test/g-2.0::main\n- test/h::other\n- test/i@>=1 <2\n");
	add(&m, "enabled: false\nrules: [test/off]\n");
	add(&m, "rules: [test/off]\n");
	add(&m, "");
	add(&m, "enabled: true\n");
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct luet_mask *by = luet_masks_find(&m, span_of(rows[i].repository),
			span_of(rows[i].name), span_of(rows[i].version));

		if (!by != !rows[i].by || (by && strcmp(by->text.s, rows[i].by) != 0))
			fail_msg("%s %s: %s", rows[i].name, rows[i].version,
				by ? by->text.s : "not masked");
	}
	assert_buf(&m.of.v[0].file, "/etc/luet/mask.d/a.yml");
	assert_int_equal(m.odd.of.n, 0);
	add(&m, "enabled: true\nname: mine\nrules: [test/z]\n");
	assert_buf(&m.odd.of.v[0],
		"/etc/luet/mask.d/a.yml: line 2: name is no key of masks: it counts for nothing");
	assert_non_null(luet_masks_find(&m, SPAN("main"), SPAN("test/z"), SPAN("1")));
	luet_masks_drop(&m);
}

static void what_is_no_mask(void **state)
{
	static const char *const texts[][2] = {
		{"[]", "no keys"},
		{"enable: true\nrules: [test/a]\n",
			"line 1: enable is no key of masks, and enabled"},
		{"enabled: true\nrule: [test/a]\n", "line 2: rule is no key of masks"},
		{"enabled: perhaps\n", "enabled must be true or false"},
		{"enabled: true\nrules: test/a\n", "must be a list"},
		{"enabled: true\nrules: [tool]\n", "line 2, column 9: rules must be packages"},
		{"enabled: true\nrules: [test/a, \">=test/b\"]\n", "rules must be packages"},
		{"enabled: true\nrules: [{a: b}]\n", "rules must be packages"},
		{"enabled: true\nrules: [\"../../x\"]\n", "rules must be packages"},
		{"enabled: true\nrules:\n- >=test/b-1.0\n", "line 3"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct luet_masks m = {0};
		struct err err = ERR_INIT;

		if (luet_mask_parse(span_of(texts[i][0]), "x", &m, &err) == 0)
			fail_msg("%s is taken", texts[i][0]);
		assert_err(&err, ERR_CONFIG, texts[i][1]);
		luet_masks_drop(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_masked),
		cmocka_unit_test(what_is_no_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
