/* Tests of model/puavo_conf. */
#include "model/puavo_conf.h"

#include "unit.h"

struct reading {
	struct puavo_conf conf;
	struct texts warnings;
	struct err err;
};

static struct reading begin(void)
{
	struct reading r = {.warnings = {0}, .err = ERR_INIT};

	puavo_conf_init(&r.conf);
	return r;
}

static void end(struct reading *r)
{
	puavo_conf_drop(&r->conf);
	texts_drop(&r->warnings);
}

static int parse(struct reading *r, const char *text)
{
	return puavo_conf_parse(&r->conf, "conf", span_of(text), &r->warnings, &r->err);
}

static void without_a_file_the_defaults_hold(void **state)
{
	struct reading r = begin();

	(void)state;
	assert_int_equal(parse(&r, "\n# nothing\n   # nor here\n"), 0);
	assert_buf(&r.conf.rootdir, "/var/lib/puavo-pkg");
	assert_buf(&r.conf.readonly_rootdir, "/var/lib/puavo-pkg");
	assert_buf(&r.conf.cachedir, "/var/cache/puavo-pkg");
	assert_buf(&r.conf.readonly_cachedir, "/var/cache/puavo-pkg");
	assert_int_equal(r.warnings.of.n, 0);
	end(&r);
}

static void values_are_literal_or_quoted(void **state)
{
	static const struct {
		const char *line, *value;
	} table[] = {
		{"PUAVO_PKG_ROOTDIR=/a/b", "/a/b"},
		{"PUAVO_PKG_ROOTDIR=\"/a b\"", "/a b"},
		{"PUAVO_PKG_ROOTDIR='/a$b`c'", "/a$b`c"},
		{"  PUAVO_PKG_ROOTDIR=/a/b   # why", "/a/b"},
		{"PUAVO_PKG_ROOTDIR=\"/a\" # why", "/a"},
		{"PUAVO_PKG_ROOTDIR=/a//b/./c///", "/a/b/c"},
		{"PUAVO_PKG_ROOTDIR=/var/lib/fardels", "/var/lib/fardels"},
		{"PUAVO_PKG_ROOTDIR=/a\nPUAVO_PKG_ROOTDIR=/b", "/b"},
		{"PUAVO_PKG_ROOTDIR=/crlf\r\n", "/crlf"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct reading r = begin();

		assert_int_equal(parse(&r, table[i].line), 0);
		assert_buf(&r.conf.rootdir, table[i].value);
		assert_int_equal(r.warnings.of.n, 0);
		end(&r);
	}
}

static void what_a_shell_would_run_is_passed_over(void **state)
{
	static const char *const lines[] = {
		"PUAVO_PKG_ROOTDIR=$(touch /x)",
		"PUAVO_PKG_ROOTDIR=`touch /x`",
		"PUAVO_PKG_ROOTDIR=\"/a$HOME\"",
		"PUAVO_PKG_ROOTDIR=\"/a\\b\"",
		"PUAVO_PKG_ROOTDIR=\"/a",
		"PUAVO_PKG_ROOTDIR='/a",
		"PUAVO_PKG_ROOTDIR='/a'/b",
		"PUAVO_PKG_ROOTDIR=/a /b",
		"PUAVO_PKG_ROOTDIR=/a;reboot",
		"PUAVO_PKG_ROOTDIR=~/a",
		"PUAVO_PKG_ROOTDIR =/a",
		"PUAVO_PKG_ROOTDIR",
		"PUAVO_PKG_ROOTDIRS=/a",
		"export PUAVO_PKG_ROOTDIR=/a",
		"reboot",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct reading r = begin();

		assert_int_equal(parse(&r, lines[i]), 0);
		assert_buf(&r.conf.rootdir, "/var/lib/puavo-pkg");
		assert_int_equal(r.warnings.of.n, 1);
		assert_non_null(strstr(r.warnings.of.v[0].s, "conf:1:"));
		end(&r);
	}
}

static void folders_are_absolute(void **state)
{
	static const char *const lines[] = {"#\nPUAVO_PKG_ROOTDIR=a",
		"#\nPUAVO_PKG_ROOTDIR=", "#\nPUAVO_PKG_ROOTDIR=///",
		"#\nPUAVO_PKG_ROOTDIR='/a/../b'", "#\nPUAVO_PKG_READONLY_ROOTDIR=a",
		"#\nPUAVO_PKG_CACHEDIR=a/b"};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct reading r = begin();

		assert_int_equal(parse(&r, lines[i]), -1);
		assert_err(&r.err, ERR_CONFIG, "conf:2: PUAVO_PKG_");
		end(&r);
	}
}

static void some_folders_are_no_place_for_it(void **state)
{
	static const char *const lines[] = {"PUAVO_PKG_ROOTDIR=/var/lib/fardel",
		"PUAVO_PKG_ROOTDIR=/var//lib/fardel/x", "PUAVO_PKG_CACHEDIR=/var/cache/fardel/",
		"PUAVO_PKG_ROOTDIR=/tmp/x", "PUAVO_PKG_READONLY_ROOTDIR=/run/x"};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct reading r = begin();

		assert_int_equal(parse(&r, lines[i]), -1);
		assert_err(&r.err, ERR_CONFIG, "it cannot be in /");
		end(&r);
	}
}

static void there_may_be_no_cache_and_no_image(void **state)
{
	struct reading r = begin();

	(void)state;
	assert_int_equal(parse(&r, "PUAVO_PKG_CACHEDIR=\nPUAVO_PKG_READONLY_CACHEDIR=''\n"
				   "PUAVO_PKG_READONLY_ROOTDIR=\n"),
		0);
	assert_buf(&r.conf.readonly_rootdir, "");
	assert_buf(&r.conf.cachedir, "");
	assert_buf(&r.conf.readonly_cachedir, "");
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_file_the_defaults_hold),
		cmocka_unit_test(values_are_literal_or_quoted),
		cmocka_unit_test(what_a_shell_would_run_is_passed_over),
		cmocka_unit_test(folders_are_absolute),
		cmocka_unit_test(some_folders_are_no_place_for_it),
		cmocka_unit_test(there_may_be_no_cache_and_no_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
