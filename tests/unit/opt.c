/* cmd/opt and cmd/globals: how a command line is read. */
#include "unit.h"

#include "cmd/globals.h"
#include "cmd/opt.h"

/* Reads all of it: what was stored, and the arguments with a blank before each. */
static int read_all(
	const char *const *argv, struct globals *g, struct buf *arguments, struct err *err)
{
	struct opt_reader r = {.argv = argv, .count = 1};
	const char *argument;
	int got;

	globals_init(g);
	r.tables[0] = (struct opt_table){globals_rows, globals_count, g};
	while ((got = opt_next(&r, &argument, err)) > 0)
		buf_addf(arguments, " %s", argument);
	globals_finish(g);
	return got;
}

#define READ(...) read_all((const char *[]){__VA_ARGS__, NULL}, &g, &arguments, &err)

static void test_kinds(void **state UNUSED)
{
	AUTO(buf) arguments = BUF_INIT;
	struct err err = ERR_INIT;
	struct globals g;

	assert_int_equal(READ("-qq", "--quiet", "list", "-n", "--root", "/a", "--color=never",
				 "--set", "a=1", "--set=b=2", "--lock-timeout", "-1", "x"),
		0);
	assert_buf(&arguments, " list x");
	assert_int_equal(g.quiet, 3);
	assert_true(g.dry_run);
	assert_false(g.json);
	assert_string_equal(g.root, "/a");
	assert_int_equal(g.color, 2);
	assert_int_equal(g.sets.of.n, 3);
	assert_buf(&g.sets.of.v[1], "b=2");
	assert_buf(&g.sets.of.v[2], "lock.timeout=-1");
	globals_drop(&g);
}

static void test_jobs_sets_two(void **state UNUSED)
{
	AUTO(buf) arguments = BUF_INIT;
	struct err err = ERR_INIT;
	struct globals g;

	assert_int_equal(READ("-nj3"), 0);
	assert_int_equal(g.sets.of.n, 2);
	assert_buf(&g.sets.of.v[0], "fetch.jobs=3");
	assert_buf(&g.sets.of.v[1], "prepare.jobs=3");
	globals_drop(&g);
	assert_int_equal(READ("x"), 0);
	assert_int_equal(g.sets.of.n, 0);
	globals_drop(&g);
}

static void test_end_of_options(void **state UNUSED)
{
	AUTO(buf) arguments = BUF_INIT;
	struct err err = ERR_INIT;
	struct globals g;

	assert_int_equal(READ("-", "--", "-q", "--bogus", "--"), 0);
	assert_buf(&arguments, " - -q --bogus --");
	assert_int_equal(g.quiet, 0);
	globals_drop(&g);
	buf_clear(&arguments);
	assert_int_equal(READ("--root", "--", "a"), 0); /* a value, whatever it looks like */
	assert_string_equal(g.root, "--");
	globals_drop(&g);
}

static void test_beginnings(void **state UNUSED)
{
	AUTO(buf) arguments = BUF_INIT;
	struct err err = ERR_INIT;
	struct globals g;

	assert_int_equal(
		READ("--js", "--deb", "--col=always"), 0); /* color and its alias: one row */
	assert_true(g.json);
	assert_true(g.debug);
	assert_int_equal(g.color, 1);
	globals_drop(&g);
	assert_int_equal(READ("--ver"), -1);
	assert_err(&err, ERR_USAGE, "'--ver' may be '--verbose' or '--version'");
	globals_drop(&g);
}

static void test_refused(void **state UNUSED)
{
	static const struct {
		const char *argument;
		const char *text;
	} rows[] = {
		{"--jsn", "there is no option '--jsn'; the nearest is '--json'"},
		{"--zzzzzz", "there is no option '--zzzzzz'"},
		{"--=x", "there is no option '--'"},
		{"-qZ", "there is no option '-Z'"},
		{"-\xc3\xa4", "there is no option '-\xc3\xa4'"},
		{"--json=yes", "--json takes no value"},
		{"--root", "--root needs a value: --root DIR"},
		{"-qj", "--jobs needs a value"},
		{"-j0", "--jobs goes from 1 to 64, not '0'"},
		{"--jobs=65", "--jobs goes from 1 to 64"},
		{"--jobs=", "needs a whole number"},
		{"--jobs=1x", "needs a whole number, not '1x'"},
		{"--lock-timeout=--1", "needs a whole number"},
		{"--lock-timeout=-2", "goes from -1"},
		{"--jobs=99999999999999999999", "needs a whole number"},
		{"--color=blue", "--color is one of auto, always, never, not 'blue'"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf) arguments = BUF_INIT;
		struct err err = ERR_INIT;
		struct globals g;

		assert_int_equal(READ(rows[i].argument), -1);
		assert_err(&err, ERR_USAGE, rows[i].text);
		globals_drop(&g);
	}
}

/* A second table: the command's own, with a preset. */
static void test_two_tables(void **state UNUSED)
{
	struct own {
		int64_t keep;
	} own = {0};
	const struct opt rows[] = {
		{"keep", .letter = 'k', .kind = OPT_NUMBER, .at = offsetof(struct own, keep),
			.arg = "N", .min = 0, .max = 9, .preset = -1, .help = ""}};
	const char *argv[] = {"-q", "gc", "-qk7", "--keep=8", NULL};
	struct opt_reader r = {.argv = argv, .count = 1};
	struct err err = ERR_INIT;
	const char *argument;
	struct globals g;

	globals_init(&g);
	r.tables[0] = (struct opt_table){globals_rows, globals_count, &g};
	r.tables[1] = (struct opt_table){rows, COUNT(rows), &own};
	opt_preset(&r.tables[1]);
	assert_int_equal(own.keep, -1);
	assert_int_equal(opt_next(&r, &argument, &err), 1);
	assert_string_equal(argument, "gc");
	r.count = 2;
	assert_int_equal(opt_next(&r, &argument, &err), 0);
	assert_int_equal(own.keep, 8);
	assert_int_equal(g.quiet, 2);
	globals_drop(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_jobs_sets_two),
		cmocka_unit_test(test_end_of_options),
		cmocka_unit_test(test_beginnings),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_two_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
