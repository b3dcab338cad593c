/* Tests of model/config. */
#include "model/config.h"

#include "unit.h"

struct fixture {
	struct config c;
	struct config_origins origins;
	struct texts warnings;
};

static struct fixture fixture; /* made anew for each test */

static int begin(void **state)
{
	fixture.warnings = (struct texts){0};
	config_init(&fixture.c, &fixture.origins);
	*state = &fixture;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	config_drop(&f->c);
	config_origins_drop(&f->origins);
	texts_drop(&f->warnings);
	return 0;
}

static int parse(struct fixture *f, const char *text, struct err *err)
{
	return config_parse(&f->c, &f->origins, "/etc/f.toml", span_of(text), &f->warnings, err);
}

static void good(struct fixture *f, const char *text)
{
	struct err err = ERR_INIT;

	if (parse(f, text, &err) < 0)
		fail_msg("%s: %s", text, err.text);
}

static void bad(struct fixture *f, const char *text, const char *why)
{
	struct err err = ERR_INIT;

	assert_int_equal(parse(f, text, &err), -1);
	assert_err(&err, ERR_CONFIG, why);
}

static size_t row_of(const char *key)
{
	size_t count;
	const struct config_row *rows = config_rows(&count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].key, key) == 0)
			return i;
	fail_msg("no row %s", key);
	return 0;
}

static void check_value(struct fixture *f, const char *key, const char *value, const char *origin)
{
	AUTO(buf) out = BUF_INIT;
	size_t i = row_of(key);

	config_format(&f->c, i, &out);
	assert_buf(&out, value);
	assert_buf(&f->origins.of.v[i], origin);
}

static void defaults_are_what_the_table_says(void **state)
{
	struct fixture *f = *state;
	size_t count;
	const struct config_row *rows = config_rows(&count);

	assert_int_equal(f->origins.of.n, count);
	for (size_t i = 0; i < count; i++) {
		check_value(f, rows[i].key, rows[i].default_text, "default");
		assert_true(*rows[i].help && !strchr(rows[i].help, '\n'));
	}
	assert_int_equal(f->c.fetch_retries, 3);
	assert_true(f->c.fetch_max_size == (int64_t)16 << 30);
	assert_true(f->c.rules_chroot);
	assert_int_equal(f->c.lock_timeout, 600);
}

/* What the table says can be read back, so it may stand in a file. */
static void what_is_formatted_is_read_again(void **state)
{
	struct fixture *f = *state;
	AUTO(buf) text = BUF_INIT;
	size_t count;
	const struct config_row *rows = config_rows(&count);

	buf_sets(&f->c.fetch_ca_file, "/a \"b\"\\c\n\x7f");
	texts_add(&f->c.fetch_mirrors, SPAN("https://a/"));
	texts_add(&f->c.fetch_mirrors, SPAN("http://b/\"c"));
	for (size_t i = 0; i < count; i++) {
		buf_addf(&text, "%s = ", rows[i].key);
		config_format(&f->c, i, &text);
		buf_addc(&text, '\n');
	}
	good(f, text.s);
	assert_int_equal(f->warnings.of.n, 0);
	check_value(f, "fetch.ca_file", "\"/a \\\"b\\\"\\\\c\\u000a\\u007f\"", "/etc/f.toml:12");
	check_value(f, "fetch.mirrors", "[\"https://a/\", \"http://b/\\\"c\"]", "/etc/f.toml:13");
}

static void a_later_file_replaces_and_says_where(void **state)
{
	struct fixture *f = *state;

	good(f, "");
	good(f, "[fetch]\nretries = 5\nmirrors = [\"https://a/\"]\n\n[log]\nsyslog = false\n");
	check_value(f, "fetch.retries", "5", "/etc/f.toml:2");
	check_value(f, "fetch.mirrors", "[\"https://a/\"]", "/etc/f.toml:3");
	check_value(f, "log.syslog", "false", "/etc/f.toml:6");
	good(f, "fetch.retries = 0\nfetch.mirrors = []\n");
	check_value(f, "fetch.retries", "0", "/etc/f.toml:1");
	check_value(f, "fetch.mirrors", "[]", "/etc/f.toml:2");
	check_value(f, "log.syslog", "false", "/etc/f.toml:6");
}

static void values_are_checked(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} cases[] = {
		{"[fetch]\n\nretries = 21",
			"/etc/f.toml: line 3, column 1: fetch.retries must be a "
			"whole number from 0 to 20"},
		{"fetch.retries = -1", "fetch.retries must be"},
		{"fetch.retries = \"3\"", "fetch.retries must be"},
		{"fetch.retries = 3.0", "fetch.retries must be"},
		{"fetch.jobs = 0", "from 1 to 32"},
		{"lock.timeout = -2", "from -1 to 86400"},
		{"log.syslog = 1", "log.syslog must be true or false"},
		{"fetch.ca_file = \"a.pem\"", "fetch.ca_file must be an absolute path"},
		{"fetch.ca_file = true", "fetch.ca_file must be an absolute path"},
		{"fetch.proxy = \"proxy\"", "fetch.proxy must be a proxy's URL"},
		{"fetch.proxy = \"http://\"", "fetch.proxy must be a proxy's URL"},
		{"fetch.proxy = \"http://a b\"", "fetch.proxy must be a proxy's URL"},
		{"fetch.mirrors = \"https://a\"", "fetch.mirrors must be a list"},
		{"fetch.mirrors = [\"https://a\", \"file:///b\"]", "fetch.mirrors must be a list"},
		{"fetch.mirrors = [\"https://a\", 1]", "fetch.mirrors must be a list"},
		{"fetch.distfiles = [\"https://a\"]", "fetch.distfiles must be a list of servers"},
		{"fetch.distfiles = \"a\"", "fetch.distfiles must be a list of servers"},
		{"fetch = 1\nretries", "/etc/f.toml: "},
		{"a = 1\na = 2", "/etc/f.toml: "},
		{"[", "/etc/f.toml: "},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		bad(*state, cases[i].text, cases[i].why);
	check_value(*state, "fetch.mirrors", "[]", "default");
	good(*state, "fetch.proxy = \"none\"\nlock.timeout = -1\n");
	good(*state, "fetch.proxy = \"socks5h://[::1]:1080\"\n");
}

static void unknown_keys_only_warn(void **state)
{
	struct fixture *f = *state;

	good(f, "fetch.retrys = 5\n[future]\nthing = 1\n");
	assert_int_equal(f->warnings.of.n, 2);
	assert_buf(&f->warnings.of.v[0], "/etc/f.toml:1: fetch.retrys is no option that is known; "
					 "is fetch.retries meant?");
	assert_buf(&f->warnings.of.v[1], "/etc/f.toml:3: future.thing is no option that is known");
	assert_int_equal(f->c.fetch_retries, 3);
}

static void set(struct fixture *f, const char *assignment)
{
	struct err err = ERR_INIT;

	if (config_set(&f->c, &f->origins, span_of(assignment), &err) < 0)
		fail_msg("%s: %s", assignment, err.text);
}

static void refuse_set(struct fixture *f, const char *assignment, const char *why)
{
	struct err err = ERR_INIT;

	assert_int_equal(config_set(&f->c, &f->origins, span_of(assignment), &err), -1);
	assert_err(&err, ERR_USAGE, why);
}

static void one_option_can_be_set(void **state)
{
	struct fixture *f = *state;

	set(f, "fetch.retries=7");
	check_value(f, "fetch.retries", "7", "--set");
	set(f, " rules.chroot = false ");
	check_value(f, "rules.chroot", "false", "--set");
	set(f, "fetch.ca_file=/a/b=c \"d");
	check_value(f, "fetch.ca_file", "\"/a/b=c \\\"d\"", "--set");
	set(f, "fetch.ca_file='/a'");
	check_value(f, "fetch.ca_file", "\"/a\"", "--set");
	set(f, "fetch.ca_file=");
	check_value(f, "fetch.ca_file", "\"\"", "--set");
	set(f, "fetch.proxy=none");
	check_value(f, "fetch.proxy", "\"none\"", "--set");
	set(f, "fetch.distfiles=[\"a.example\", \"b:8443\"]");
	check_value(f, "fetch.distfiles", "[\"a.example\", \"b:8443\"]", "--set");
	set(f, "fetch.mirrors=[\"https://a/\"]");
	check_value(f, "fetch.mirrors", "[\"https://a/\"]", "--set");
}

static void a_bad_assignment_sets_nothing(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;

	refuse_set(f, "fetch.retries", "KEY=VALUE");
	refuse_set(f, "", "KEY=VALUE");
	refuse_set(f, "=1", "no option that is known");
	refuse_set(f, "fetch.retries=", "from 0 to 20");
	refuse_set(f, "fetch.retries=21", "from 0 to 20");
	refuse_set(f, "fetch.retries=x", "from 0 to 20");
	refuse_set(f, "fetch.retries=1\nlog.keep=5", "from 0 to 20");
	refuse_set(f, "fetch.retries={}", "from 0 to 20");
	refuse_set(f, "fetch.retries={x = 1}", "from 0 to 20");
	refuse_set(f, "rules.chroot=yes", "true or false");
	refuse_set(f, "fetch.ca_file=relative", "absolute path");
	refuse_set(f, "fetch.ca_file=/\xff", "absolute path");
	refuse_set(f, "fetch.mirrors=https://a", "a list of");
	check_value(f, "fetch.retries", "3", "default");
	check_value(f, "log.keep", "200", "default");
	assert_int_equal(config_set(&f->c, &f->origins, SPAN("fetch.retreis=1"), &err), -1);
	assert_err(&err, ERR_USAGE, "fetch.retreis is no option");
	assert_non_null(strstr(err_hint(&err), "fetch.retries"));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(defaults_are_what_the_table_says),
		WITH(what_is_formatted_is_read_again),
		WITH(a_later_file_replaces_and_says_where),
		WITH(values_are_checked),
		WITH(unknown_keys_only_warn),
		WITH(one_option_can_be_set),
		WITH(a_bad_assignment_sets_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
