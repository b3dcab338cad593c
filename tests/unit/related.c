/* Tests of solve/related. */
#include "solve/related.h"

#include "unit.h"

/* What a package states, one text each; NULL: nothing. */
struct stated {
	const char *name, *version, *depends, *conflicts, *provides;
	bool comes;
};

struct kept {
	struct relations depends, conflicts, provides;
};

static void add(struct relations *r, const char *text)
{
	if (text)
		assert_true(relations_add_text(r, span_of(text)));
}

static void make(const struct stated *stated, struct kept *kept, struct related_list *out)
{
	for (; stated->name; stated++, kept++) {
		*kept = (struct kept){0};
		add(&kept->depends, stated->depends);
		add(&kept->conflicts, stated->conflicts);
		add(&kept->provides, stated->provides);
		*vec_push(&out->of) =
			(struct related){span_of(stated->name), span_of(stated->version),
				&kept->depends, &kept->conflicts, &kept->provides, stated->comes};
	}
}

static void drop(struct kept *kept, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		relations_drop(&kept[i].depends);
		relations_drop(&kept[i].conflicts);
		relations_drop(&kept[i].provides);
	}
}

static void who_comes_is_checked(void **state)
{
	static const struct {
		struct stated of[4];
		const char *why; /* NULL: it can come */
	} cases[] = {
		{{{"a", "1", NULL, NULL, NULL, true}}, NULL},
		{{{"a", "1", "b", NULL, NULL, true}}, "it depends on b, which is not installed"},
		{{{"a", "1", "b", NULL, NULL, true}, {"b", "1", NULL, NULL, NULL, false}}, NULL},
		{{{"a", "1", "b (>= 2)", NULL, NULL, true}, {"b", "1", NULL, NULL, NULL, false}},
			"it depends on b (>= 2), and b is 1"},
		{{{"a", "1", "b (>= 2)", NULL, NULL, true}, {"b", "", NULL, NULL, NULL, false}},
			"and b is of unknown version"},
		{{{"a", "1", "b (>= 2)", NULL, NULL, true},
			 {"c", "1", NULL, NULL, "b (= 2)", false}},
			NULL},
		{{{"a", "1", "b (>= 2)", NULL, NULL, true}, {"c", "9", NULL, NULL, "b", false}},
			"it depends on b (>= 2), which is not installed"},
		{{{"a", "1", "a2", NULL, "a2", true}}, NULL},
		{{{"a", "1", NULL, "b", NULL, true}, {"b", "1", NULL, NULL, NULL, false}},
			"it conflicts with b: b is installed"},
		{{{"a", "1", NULL, "b (<< 1)", NULL, true}, {"b", "1", NULL, NULL, NULL, false}},
			NULL},
		{{{"a", "1", NULL, "x", "x", true}, {"b", "1", NULL, NULL, "x", false}},
			"it conflicts with x: b is installed"},
		{{{"a", "1", NULL, "x", "x", true}}, NULL},
		{{{"a", "1", NULL, NULL, NULL, true}, {"b", "1", NULL, "a (= 1)", NULL, false}},
			"b, which is installed, conflicts with a (= 1)"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kept kept[4] = {0};
		AUTO(related_list) all = {0};
		struct err err = ERR_INIT;

		make(cases[i].of, kept, &all);
		assert_int_equal(related_check(&all, 0, &err), cases[i].why ? -1 : 0);
		if (cases[i].why)
			assert_err(&err, ERR_CONFLICT, cases[i].why);
		drop(kept, COUNT(kept));
	}
}

static void who_stays_keeps_what_it_has(void **state)
{
	static const struct stated before[] = {{"a", "1", "b (>= 1)", NULL, NULL, false},
		{"b", "1", NULL, NULL, NULL, false}, {"c", "1", "none", NULL, NULL, false}, {0}};
	static const struct {
		struct stated after[4];
		const char *why;
	} cases[] = {
		{{{"a", "1", "b (>= 1)", NULL, NULL, false}, {"c", "1", "none", NULL, NULL, false}},
			"b: a depends on b (>= 1)"},
		{{{"a", "1", "b (>= 1)", NULL, NULL, false}, {"b", "0.9", NULL, NULL, NULL, true}},
			"b: a depends on b (>= 1)"},
		{{{"a", "1", "b (>= 1)", NULL, NULL, false}, {"b", "2", NULL, NULL, NULL, true}},
			NULL},
		{{{"a", "1", "b (>= 1)", NULL, NULL, false},
			 {"d", "2", NULL, NULL, "b (= 1)", true}},
			NULL},
		{{{"c", "1", "none", NULL, NULL, false}}, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kept kept[4] = {0}, kept_after[4] = {0};
		AUTO(related_list) was = {0};
		AUTO(related_list) will = {0};
		struct err err = ERR_INIT;

		make(before, kept, &was);
		make(cases[i].after, kept_after, &will);
		assert_int_equal(related_check_rest(&was, &will, &err), cases[i].why ? -1 : 0);
		if (cases[i].why)
			assert_err(&err, ERR_CONFLICT, cases[i].why);
		drop(kept, COUNT(kept));
		drop(kept_after, COUNT(kept_after));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_comes_is_checked),
		cmocka_unit_test(who_stays_keeps_what_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
