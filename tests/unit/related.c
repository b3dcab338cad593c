/* Tests of solve/related. */
#include "solve/related.h"

#include <stdio.h>
#include <string.h>

#include "solve/bereft.h"
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
	related_sort(out);
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
		{"b", "1", NULL, NULL, NULL, false}, {"c", "1", "none", NULL, NULL, false},
		{"w", "1", "v", NULL, NULL, false}, {"z", "1", NULL, NULL, "v", false},
		{"e", "1", NULL, NULL, "v", false}, {0}};
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
		{{{"w", "1", "v", NULL, NULL, false}}, "z: w depends on v"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kept kept[6] = {0}, kept_after[4] = {0};
		AUTO(related_list) was = {0};
		AUTO(related_list) will = {0};
		struct err err = ERR_INIT;

		make(before, kept, &was);
		make(cases[i].after, kept_after, &will);
		assert_int_equal(
			bereft_check(GOAL_REMOVE, &was, &will, &err), cases[i].why ? -1 : 0);
		if (cases[i].why)
			assert_err(&err, ERR_CONFLICT, cases[i].why);
		drop(kept, COUNT(kept));
		drop(kept_after, COUNT(kept_after));
	}
}

/* Names as long as they may be. */
static void long_names_leave_room_for_the_ways_out(void **state)
{
	enum { COUNT_OF = 12, LONG = 127 };
	static char names[COUNT_OF + 1][LONG + 1];
	char needs[LONG + 16];
	struct stated before[COUNT_OF + 2] = {0}, after[COUNT_OF + 1] = {0};
	struct kept kept[COUNT_OF + 1] = {0}, kept_after[COUNT_OF] = {0};
	AUTO(related_list) was = {0};
	AUTO(related_list) will = {0};
	AUTO(buf) wanted = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i <= COUNT_OF; i++)
		memset(names[i], 'a' + i, LONG);
	snprintf(needs, sizeof(needs), "%s (>= 1)", names[COUNT_OF]);
	for (int i = 0; i < COUNT_OF; i++)
		before[i] = after[i] = (struct stated){names[i], "1", needs, NULL, NULL, false};
	before[COUNT_OF] = (struct stated){names[COUNT_OF], "1", NULL, NULL, NULL, false};
	make(before, kept, &was);
	make(after, kept_after, &will);
	assert_int_equal(bereft_check(GOAL_REMOVE, &was, &will, &err), -1);
	assert_non_null(strstr(err.detail, "\nand more\nEither: "));
	buf_addf(&wanted,
		"Either:  fardel remove --cascade %s   (it removes %s, %s, %s, %s, %s and 7 more)\nor:      fardel remove --force %s",
		names[COUNT_OF], names[0], names[1], names[2], names[3], names[4], names[COUNT_OF]);
	assert_non_null(strstr(err.detail, wanted.s));
	/* Of a command that would not be whole nothing is said. */
	err_clear(&err);
	assert_int_equal(bereft_check(GOAL_UNCONFIGURE, &was, &will, &err), -1);
	assert_null(strstr(err.detail, "Instead"));
	assert_true(strlen(err.next) > 0);
	drop(kept, COUNT(kept));
	drop(kept_after, COUNT(kept_after));
}

/* --- The order ---------------------------------------------------------------------------------- */

static void check_order(const struct stated *of, bool going, const char *wanted)
{
	struct kept kept[6] = {0};
	AUTO(related_list) all = {0};
	AUTO(buf) text = BUF_INIT;
	size_t order[6];

	make(of, kept, &all);
	related_order(&all, going, order);
	for (size_t i = 0; i < all.of.n; i++)
		buf_add_span(&text, all.of.v[order[i]].name);
	assert_buf(&text, wanted);
	drop(kept, COUNT(kept));
}

static void who_is_needed_comes_first_and_goes_last(void **state)
{
	static const struct stated chain[] = {{"c", "1", "b", NULL, NULL, true},
		{"b", "1", "a (>= 1)", NULL, NULL, true}, {"x", "1", NULL, NULL, NULL, true},
		{"a", "1", NULL, NULL, NULL, true}, {0}};
	static const struct stated provided[] = {{"c", "1", "v (= 2)", NULL, NULL, true},
		{"a", "1", NULL, NULL, "v (= 1)", true}, {"b", "1", NULL, NULL, "v (= 2)", true},
		{0}};
	static const struct stated ring[] = {{"c", "1", "a", NULL, NULL, true},
		{"a", "1", "b", NULL, NULL, true}, {"b", "1", "c", NULL, "b", true},
		{"d", "1", "d", NULL, NULL, true}, {0}};
	static const struct stated nobody[] = {{0}};

	(void)state;
	check_order(chain, false, "xabc");
	check_order(chain, true, "cbxa");
	check_order(provided, false, "abc");
	check_order(provided, true, "cab");
	check_order(ring, false, "dcba");
	check_order(ring, true, "dcab");
	check_order(nobody, false, "");
}

/* --- Held against what each pair says -------------------------------------------------------------- */

#define MOST 9

static unsigned draw(unsigned *seed, unsigned below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

static void add_random(struct relations *r, unsigned *seed, unsigned count, const char *sign)
{
	while (count--) {
		char text[32];

		snprintf(text, sizeof(text), draw(seed, 2) ? "n%u" : "n%u (%s %u)",
			draw(seed, MOST), sign, draw(seed, 3));
		add(r, text);
	}
}

static void make_random(unsigned *seed, struct kept *kept, struct related_list *out)
{
	static const char *const names[] = {"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"},
				 *const versions[] = {"0", "1", "2", ""};
	size_t count = 1 + draw(seed, MOST), shift = draw(seed, MOST);

	for (size_t i = 0; i < count; i++) {
		kept[i] = (struct kept){0};
		add_random(&kept[i].depends, seed, draw(seed, 3), ">=");
		add_random(&kept[i].conflicts, seed, draw(seed, 6) == 0, "<<");
		add_random(&kept[i].provides, seed, draw(seed, 4) == 0, "=");
		*vec_push(&out->of) = (struct related){span_of(names[(i + shift) % MOST]),
			span_of(versions[draw(seed, 4)]), &kept[i].depends, &kept[i].conflicts,
			&kept[i].provides, true};
	}
	related_sort(out);
}

static bool is_against(const struct related *a, const struct related *b)
{
	VEC_FOR (const struct relation, r, &a->conflicts->of)
		if (related_is(b, r))
			return true;
	return false;
}

/* What is said of number i: who is missing, or the first in the way. */
static bool can_be(const struct related_list *all, size_t i, struct buf *why)
{
	const struct related *p = &all->of.v[i];

	VEC_FOR (const struct relation, r, &p->depends->of) {
		size_t k = 0;

		while (k < all->of.n && !related_is(&all->of.v[k], r))
			k++;
		if (k < all->of.n)
			continue;
		buf_adds(why, "it depends on ");
		relation_format(r, why);
		return false;
	}
	VEC_FOR (const struct related, other, &all->of) {
		bool ours = is_against(p, other);

		if (other == p || (!ours && !is_against(other, p)))
			continue;
		if (ours)
			buf_addf(why, ": %.*s is installed", SPAN_ARG(other->name));
		else
			buf_addf(why, "%.*s, which is installed, conflicts", SPAN_ARG(other->name));
		return false;
	}
	return true;
}

static size_t next_of(const struct related_list *all, const bool *placed, bool going)
{
	size_t first = all->of.n;

	for (size_t i = all->of.n; i-- > 0;) {
		size_t k = 0;

		if (placed[i])
			continue;
		while (k < all->of.n && (k == i || placed[k] ||
						!related_needs(&all->of.v[going ? k : i],
							&all->of.v[going ? i : k])))
			k++;
		if (k == all->of.n)
			first = i;
	}
	for (size_t i = 0; first == all->of.n; i++)
		first = placed[i] ? first : i;
	return first;
}

static void what_is_found_by_names_is_what_each_pair_says(void **state)
{
	unsigned seed = 1, refused = 0;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct kept kept[MOST] = {0};
		AUTO(related_list) all = {0};
		bool placed[2][MOST] = {0};
		size_t order[2][MOST];

		make_random(&seed, kept, &all);
		related_order(&all, false, order[false]);
		related_order(&all, true, order[true]);
		for (size_t i = 0; i < all.of.n; i++) {
			AUTO(buf) why = BUF_INIT;
			struct err err = ERR_INIT;
			bool can = can_be(&all, i, &why);

			assert_int_equal(related_check(&all, i, &err), can ? 0 : -1);
			if (!can)
				assert_err(&err, ERR_CONFLICT, why.s);
			refused += !can;
			for (int going = 0; going < 2; going++) {
				assert_int_equal(
					order[going][i], next_of(&all, placed[going], going));
				placed[going][order[going][i]] = true;
			}
		}
		drop(kept, COUNT(kept));
	}
	assert_true(refused > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_comes_is_checked),
		cmocka_unit_test(who_stays_keeps_what_it_has),
		cmocka_unit_test(long_names_leave_room_for_the_ways_out),
		cmocka_unit_test(who_is_needed_comes_first_and_goes_last),
		cmocka_unit_test(what_is_found_by_names_is_what_each_pair_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
