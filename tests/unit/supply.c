/* Tests of solve/supply, and of the bounds of what libsolv is given. */
#include "solve/supply.h"

#include <stdio.h>

#include "solve/resolve.h"
#include "unit.h"

static void add(struct supply *s, unsigned repository, const char *name, const char *version,
	const char *relations)
{
	struct supply_item item = {.name = span_of(name),
		.version = span_of(version),
		.relations = span_of(relations),
		.repository = repository};
	struct err err = ERR_INIT;

	assert_int_equal(supply_add(s, &item, &err), 0);
}

static unsigned repository(struct supply *s)
{
	struct err err = ERR_INIT;
	unsigned number;

	assert_int_equal(supply_repository(s, SPAN("main"), 7, true, &number, &err), 0);
	return number;
}

static void what_is_given_is_got(void **state)
{
	struct supply *s = supply_new();
	unsigned main = repository(s);
	struct supply_item item;
	size_t walk = 0;

	(void)state;
	add(s, SUPPLY_INSTALLED, "a", "1", "d b\n");
	add(s, main, "a", "2", "p x (= 1)\n");
	assert_int_equal(supply_count(s), 2);
	assert_int_equal(supply_first(s, SPAN("a")), 1);
	assert_int_equal(supply_older(s, 1), 0);
	assert_true(supply_older(s, 0) == SUPPLY_NONE);
	assert_true(supply_first(s, SPAN("b")) == SUPPLY_NONE);
	assert_true(supply_first(s, SPAN("c")) == SUPPLY_NONE);
	assert_int_equal(supply_provider(s, SPAN("x"), &walk), 1);
	assert_true(supply_provider(s, SPAN("x"), &walk) == SUPPLY_NONE);
	supply_get(s, 1, &item);
	assert_span(item.name, "a");
	assert_span(item.version, "2");
	assert_span(item.relations, "p x (= 1)\n");
	assert_int_equal(supply_repository_priority(s, item.repository), 7);
	assert_span(supply_repository_name(s, item.repository), "main");
	supply_free(s);
}

static void assert_next(struct supply *s, const char *wanted)
{
	struct span name;

	if (!wanted) {
		assert_false(supply_next(s, &name));
		return;
	}
	assert_true(supply_next(s, &name));
	assert_span(name, wanted);
}

static void names_are_asked_for_once(void **state)
{
	struct supply *s = supply_new();
	unsigned main = repository(s);

	(void)state;
	add(s, SUPPLY_INSTALLED, "old", "1", "d lib (<< 2)\n");
	add(s, SUPPLY_INSTALLED, "alone", "1", "d other\n");
	supply_want(s, SPAN("new"));
	supply_want(s, SPAN("new"));
	assert_next(s, "new");
	add(s, main, "new", "1", "d lib (>= 2)\nd lib (>= 1)\nc foe\n");
	assert_next(s, "lib");
	add(s, main, "lib", "2", "");
	/* Who is installed and speaks of it may be in the way; who conflicts and is not there cannot. */
	assert_next(s, "old");
	assert_next(s, NULL);
	add(s, main, "old", "2", "d more\n");
	assert_next(s, "more");
	assert_next(s, NULL);
	supply_free(s);
}

static void all_that_is_installed_is_asked_for(void **state)
{
	struct supply *s = supply_new();

	(void)state;
	add(s, SUPPLY_INSTALLED, "a", "1", "");
	add(s, SUPPLY_INSTALLED, "b", "1", "");
	supply_want_installed(s);
	assert_next(s, "a");
	assert_next(s, "b");
	assert_next(s, NULL);
	supply_free(s);
}

/* Who has a name and provides it comes by both. */
static void what_comes_twice_is_taken_once(void **state)
{
	struct supply *s = supply_new();
	unsigned main = repository(s), other = repository(s);

	(void)state;
	add(s, main, "a", "1", "p b\n");
	add(s, main, "a", "1", "p b\n");
	assert_int_equal(supply_count(s), 1);
	add(s, main, "a", "1.0", "");
	add(s, other, "a", "1", "");
	assert_int_equal(supply_count(s), 3);
	supply_free(s);
}

/* Another version of what is installed, which somebody who is installed needs as it is. */
static void who_needs_what_changes_is_asked_for(void **state)
{
	struct supply *s = supply_new();
	unsigned main = repository(s);

	(void)state;
	add(s, SUPPLY_INSTALLED, "a", "1", "");
	add(s, SUPPLY_INSTALLED, "b", "1", "d a (<< 2)\n");
	supply_want(s, SPAN("mail"));
	assert_next(s, "mail");
	add(s, main, "a", "2", "p mail\n");
	assert_next(s, "a");
	assert_next(s, "b");
	assert_next(s, NULL);
	supply_free(s);
}

static void many_names_are_found_again(void **state)
{
	struct supply *s = supply_new();
	unsigned main = repository(s);

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "p%u", i);
		add(s, main, name, "1", "");
	}
	for (unsigned i = 0; i < 20000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "p%u", i);
		assert_int_equal(supply_first(s, span_of(name)), i);
	}
	supply_free(s);
}

static void too_much_is_refused(void **state)
{
	struct supply *s = supply_new();
	struct supply_item item = {.name = SPAN("a"), .version = SPAN("1")};
	struct err err = ERR_INIT;
	unsigned number = 0;

	(void)state;
	item.repository = repository(s);
	for (unsigned i = 0; i < SUPPLY_VERSIONS_MAX; i++) {
		char version[16];

		snprintf(version, sizeof(version), "2.%u", i);
		add(s, item.repository, "a", version, "");
	}
	assert_int_equal(supply_add(s, &item, &err), -1);
	assert_err(&err, ERR_FAILED, "versions of a");
	for (unsigned i = 1; i < SUPPLY_REPOSITORIES_MAX; i++)
		repository(s);
	assert_int_equal(supply_repository(s, SPAN("main"), 7, true, &number, &err), -1);
	assert_err(&err, ERR_FAILED, "repositories");
	supply_free(s);
}

static int resolve_top(struct supply *s, struct err *err)
{
	struct resolve_request request = {.goal = RESOLVE_INSTALL};
	struct resolution out;
	int done;

	resolve_wish(&request, SPAN("top"), SPAN(""));
	done = resolve_run(s, &request, &out, err);
	if (done == 0)
		resolution_drop(&out);
	resolve_request_drop(&request);
	return done;
}

static void what_is_no_relation_is_named(void **state)
{
	struct supply *s = supply_new();
	struct err err = ERR_INIT;

	(void)state;
	add(s, repository(s), "top", "1", "d b (>= )\n");
	assert_int_equal(resolve_top(s, &err), -1);
	assert_err(&err, ERR_FAILED, "top: \"d b (>= )\" is no relation");
	supply_free(s);
}

/* Who all conflict with all: libsolv would make a rule of each pair. */
static void too_many_conflicts_are_refused(void **state)
{
	struct supply *s = supply_new();
	unsigned main = repository(s);
	AUTO(buf) all = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "p%u", i);
		add(s, main, name, "1", "p x\nc x\n");
		buf_addf(&all, "d %s\n", name);
	}
	add(s, main, "top", "1", all.s);
	assert_int_equal(resolve_top(s, &err), -1);
	assert_err(&err, ERR_FAILED, "too many packages conflict");
	supply_free(s);
}

/* Each of many says another relation about the same many. */
static void too_many_steps_are_refused(void **state)
{
	struct supply *s = supply_new();
	unsigned main = repository(s);
	AUTO(buf) all = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "p%u", i);
		add(s, main, name, "1", "p x (= 1)\n");
		buf_addf(&all, "d x (>= 0.%u)\n", i);
	}
	add(s, main, "top", "1", all.s);
	assert_int_equal(resolve_top(s, &err), -1);
	assert_err(&err, ERR_FAILED, "top: too many packages depend");
	assert_non_null(strstr(err.next, "fardel repo disable main"));
	supply_free(s);
}

/* Fourteen who need a place each of thirteen: nobody knows a short way to see that it cannot be. What libsolv had in its hands is lost, so leaks are not looked
 * for in this program. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static void what_has_no_end_is_given_up(void **state)
{
	struct supply *s = supply_new();
	unsigned main = repository(s);
	AUTO(buf) all = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	for (unsigned i = 0; i < 14; i++) {
		buf_addf(&all, "d seat%u\n", i);
		for (unsigned k = 0; k < 13; k++) {
			char name[32], relations[64];

			snprintf(name, sizeof(name), "guest%u-%u", i, k);
			snprintf(relations, sizeof(relations), "p seat%u\np chair%u\nc chair%u\n",
				i, k, k);
			add(s, main, name, "1", relations);
		}
	}
	add(s, main, "top", "1", all.s);
	assert_int_equal(resolve_top(s, &err), -1);
	assert_err(&err, ERR_FAILED, "too many ways");
	supply_free(s);
}

/* A chain that would end who walks it by recursion. */
static void long_chains_are_walked(void **state)
{
	struct supply *s = supply_new();
	unsigned main = repository(s);
	struct err err = ERR_INIT;

	(void)state;
	add(s, main, "top", "1", "d p0\n");
	for (unsigned i = 0; i < 50000; i++) {
		char name[16], needs[32];

		snprintf(name, sizeof(name), "p%u", i);
		snprintf(needs, sizeof(needs), "d p%u\n", i + 1);
		add(s, main, name, "1", i < 49999 ? needs : "");
	}
	assert_int_equal(resolve_top(s, &err), 0);
	supply_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_given_is_got),
		cmocka_unit_test(names_are_asked_for_once),
		cmocka_unit_test(all_that_is_installed_is_asked_for),
		cmocka_unit_test(what_comes_twice_is_taken_once),
		cmocka_unit_test(who_needs_what_changes_is_asked_for),
		cmocka_unit_test(many_names_are_found_again),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(what_is_no_relation_is_named),
		cmocka_unit_test(too_many_conflicts_are_refused),
		cmocka_unit_test(too_many_steps_are_refused),
		cmocka_unit_test(what_has_no_end_is_given_up),
		cmocka_unit_test(long_chains_are_walked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
