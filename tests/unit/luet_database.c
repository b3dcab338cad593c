/* Tests of model/luet_database. */
#include "model/luet_database.h"

#include "unit.h"

static const char printed[] =
	"annotations:\n  config_protect: /etc\ncategory: app-x\nconflicts: null\ndescription: |-\n  Two\n\n  paragraphs: here\n"
	"id: 5\nlabels:\n  a: b\nname: hello\nrequires:\n- category: sys-libs\n  name: c\n  version: '>=2'\nversion: \"1.0\"\n"
	"\nfiles:\n- usr/bin/hello\n- etc/a b\n- ../victim\n- usr//bin\n- /usr/lib/x\n- usr/./y\n- usr/folder/\n"
	"\ncategory: sys-libs\nconflicts: null\nid: 6\nname: c\nrequires: null\nversion: 2.1+2\n"
	"\nfiles:\n[]\n"
	"\ncategory: meta\nid: 7\nname: all\nversion: \"0\"\n"
	"---\ncategory: x\nname: bad\nversion: '../1'\n";

static void packages_are_told_apart(void **state)
{
	static const char *const names[] = {"app-x/hello", "sys-libs/c", "meta/all", NULL};
	static const size_t files[] = {3, 0, 0};
	struct span rest = span_of(printed), one;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		AUTO(luet_installed) p;
		struct err err = ERR_INIT;

		luet_installed_init(&p);
		assert_true(luet_database_next(&rest, &one));
		if (!names[i]) {
			assert_int_equal(luet_database_parse(one, &p, &err), -1);
			assert_err(&err, ERR_INSTALLER, "version");
			continue;
		}
		if (luet_database_parse(one, &p, &err) < 0)
			fail_msg("%.*s: %s", SPAN_ARG(one), err.text);
		assert_buf(&p.definition.name, names[i]);
		assert_int_equal(p.files.of.n, files[i]);
		assert_int_equal(p.has_files, i < 2);
		assert_null(memmem(p.text.s, p.text.n, "files:", 6));
	}
	assert_false(luet_database_next(&rest, &one));
}

static void files_are_absolute_and_stay_below(void **state)
{
	struct span rest = span_of(printed), one;
	AUTO(luet_installed) p;
	struct err err = ERR_INIT;

	(void)state;
	luet_installed_init(&p);
	assert_true(luet_database_next(&rest, &one));
	assert_int_equal(luet_database_parse(one, &p, &err), 0);
	assert_buf(&p.files.of.v[0], "/usr/bin/hello");
	assert_buf(&p.files.of.v[1], "/etc/a b");
	assert_buf(&p.files.of.v[2], "/usr/lib/x");
	assert_buf(&p.definition.description, "Two\n\nparagraphs: here");
}

static void what_is_wrong_is_told(void **state)
{
	static const char *const bad[] = {"x\n", "category: a\nname: b\nversion: 1\nfiles: x\n",
		"category: a\nname: b\nversion: 1\nfiles:\n  a: b\n", "files:\n- a\n", "{\n"};
	struct span rest = SPAN("\n\n---\n"), one;

	(void)state;
	assert_false(luet_database_next(&rest, &one));
	for (size_t i = 0; i < COUNT(bad); i++) {
		AUTO(luet_installed) p;
		struct err err = ERR_INIT;

		luet_installed_init(&p);
		rest = span_of(bad[i]);
		assert_true(luet_database_next(&rest, &one));
		assert_span(one, bad[i]);
		if (luet_database_parse(one, &p, &err) == 0)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(err.code, ERR_INSTALLER);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packages_are_told_apart),
		cmocka_unit_test(files_are_absolute_and_stay_below),
		cmocka_unit_test(what_is_wrong_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
