/* Tests of model/luet_conf. */
#include "model/luet_conf.h"

#include "unit.h"

static void parse(struct luet_conf *c, const char *text)
{
	struct err err = ERR_INIT;

	luet_conf_init(c);
	if (luet_conf_parse(span_of(text), c, &err) < 0)
		fail_msg("%s: %s", text, err.text);
}

static void what_it_says(void **state)
{
	AUTO(luet_conf) c;
	struct err err = ERR_INIT;

	(void)state;
	parse(&c,
		"# comment\nlogging:\n  color: false\nrepos_confdir:\n- /etc/luet/repos.conf.d\n- /my-repos/\n"
		"config_protect_confdir: [/p]\nsystem:\n  rootfs: /\n  database_path: \"/srv/luet/\"\n"
		"repositories:\n- name: a\n- name: b\nsubsets:\n  enabled: [devel, portage, devel]\n"
		"subsets_confdir: [/s]\npackages_maskdir: [/m, /n]\n");
	assert_int_equal(c.repos_confdir.of.n, 2);
	assert_buf(&c.repos_confdir.of.v[1], "/my-repos");
	assert_buf(&c.protect_confdir.of.v[0], "/p");
	assert_buf(&c.database_path, "/srv/luet");
	assert_int_equal(c.inline_repositories, 2);
	assert_int_equal(c.subsets.of.n, 2);
	assert_buf(&c.subsets.of.v[1], "portage");
	assert_buf(&c.subsets_confdir.of.v[0], "/s");
	assert_buf(&c.mask_dir.of.v[1], "/n");
	assert_int_equal(
		luet_subsets_parse(SPAN("enabled: [gcc-devel, devel]"), &c.subsets, &err), 0);
	assert_int_equal(c.subsets.of.n, 3);
	assert_buf(&c.subsets.of.v[2], "gcc-devel");
	assert_int_equal(luet_subsets_parse(SPAN("enabled: []"), &c.subsets, &err), 0);
	assert_int_equal(luet_subsets_parse(SPAN("[]"), &c.subsets, &err), -1);
}

static void what_it_does_not_say(void **state)
{
	static const char *const texts[] = {"", "system: {}\n", "repos_confdir:\nsystem:\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO(luet_conf) c;

		parse(&c, texts[i]);
		assert_int_equal(c.repos_confdir.of.n, 1);
		assert_buf(&c.repos_confdir.of.v[0], "/etc/luet/repos.conf.d");
		assert_buf(&c.protect_confdir.of.v[0], "/etc/luet/config.protect.d");
		assert_buf(&c.database_path, "/var/cache/luet");
		assert_buf(&c.mask_dir.of.v[0], "/etc/luet/mask.d");
		assert_buf(&c.subsets_confdir.of.v[0], "/etc/luet/subsets.conf.d");
		assert_int_equal(c.subsets.of.n, 0);
	}
}

static void what_is_refused(void **state)
{
	static const char *const rows[][2] = {
		{"finalizer_envs: {}", "finalizer_envs must be a list"},
		{"finalizer_envs: [{key: A}]", "finalizer_envs must be a list"},
		{"finalizer_envs: [{key: 1A, value: x}]", "finalizer_envs must be a list"},
		{"finalizer_envs: [{key: A=, value: x}]", "finalizer_envs must be a list"},
		{"[a]", "has no keys"},
		{"repos_confdir: /a", "repos_confdir must be"},
		{"repos_confdir: [a]", "repos_confdir must be"},
		{"repos_confdir: [/a/../b]", "repos_confdir must be"},
		{"repos_confdir: [\"/a\\nb\"]", "repos_confdir must be"},
		{"system: {database_path: a}", "database_path must be"},
		{"system: {database_path: [/a]}", "database_path must be"},
		{"subsets: {enabled: devel}", "enabled must be a list"},
		{"subsets: {enabled: [\"a b\"]}", "enabled must be a list"},
		{"packages_maskdir: /m", "packages_maskdir must be"},
		{"a: &x 1\nb: *x", "anchors"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(luet_conf) c;
		struct err err = ERR_INIT;

		luet_conf_init(&c);
		if (luet_conf_parse(span_of(rows[i][0]), &c, &err) == 0)
			fail_msg("taken: %s", rows[i][0]);
		assert_err(&err, ERR_CONFIG, rows[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_says),
		cmocka_unit_test(what_it_does_not_say),
		cmocka_unit_test(what_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
