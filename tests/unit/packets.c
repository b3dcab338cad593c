/* Tests of model/packets. */
#include "model/packets.h"

#include "unit.h"

static int parse(const char *text, struct installer *in, struct err *err)
{
	struct facts facts = FACTS_INIT;

	err_clear(err);
	installer_init(in);
	facts_add(&facts, SPAN("manifest.toml"), span_of(text));
	facts_add(&facts, SPAN("description"), SPAN("a vendor's file of that name"));
	return installer_parse(&facts, SPAN("."), in, err);
}

static void a_manifest_says_all(void **state)
{
	struct err err = ERR_INIT;
	struct installer in;

	(void)state;
	assert_int_equal(
		parse("[Info]\n name = \"Tool-1\"\n version = \"1.0.0\"\n description = "
		      "\"\"\"\nOne line.\nAnd another.\n\"\"\"\n dependencies = [\"a\", \"B\"]\n author "
		      "= \"robo\"\n family = \"1f84\"\n serial = 3\n other = 1\n[Hooks]\n install = "
		      "\"scripts/install.lua\"\n remove = \"remove.lua\"\n[Else]\nx = [[1]]\n",
			&in, &err),
		0);
	assert_int_equal(in.format, FORMAT_PACKETS);
	assert_buf(&in.name, "Tool-1");
	assert_buf(&in.version, "1.0.0");
	assert_buf(&in.packets.family, "1f84");
	assert_int_equal(in.packets.serial, 3);
	assert_buf(&in.packets.install, "scripts/install.lua");
	assert_buf(&in.packets.remove, "remove.lua");
	assert_int_equal(in.depends.of.n, 2);
	assert_buf(&in.depends.of.v[1].name, "B");
	assert_int_equal(in.packs.of.n, 0);
	assert_span(facts_text(&in.facts, "legend", ""), "One line.");
	assert_span(facts_text(&in.facts, "description", ""), "One line.\nAnd another.");
	installer_drop(&in);
}

static void what_is_not_there_is_empty(void **state)
{
	struct err err = ERR_INIT;
	struct installer in;

	(void)state;
	assert_int_equal(parse("[Info]\nname = \"x\"\n", &in, &err), 0);
	assert_buf(&in.version, "");
	assert_buf(&in.packets.install, "");
	assert_int_equal(in.packets.serial, 0);
	assert_null(facts_get(&in.facts, "description"));
	installer_drop(&in);
}

static void what_is_wrong_is_said_with_its_place(void **state)
{
	static const struct {
		const char *text, *says;
	} table[] = {
		{"[Info]\nversion = \"1\"\n", "manifest.toml: Info.name is missing"},
		{"[Info]\nname = \"../../root/evil-name\"\n",
			"line 2, column 1: Info.name must be"},
		{"[Info]\nname = \".hidden\"\n", "line 2, column 1: Info.name must be"},
		{"[Info]\nname = \"-rf\"\n", "line 2, column 1: Info.name must be"},
		{"[Info]\nname = \"a/b\"\n", "line 2, column 1: Info.name must be"},
		{"[Info]\nname = \"\"\n", "line 2, column 1: Info.name must be"},
		{"[Info]\nname = 1\n", "line 2, column 1: Info.name must be a text"},
		{"[Info]\nname = \"x\"\n  version = \"1 0\"\n",
			"line 3, column 3: Info.version must be"},
		{"[Info]\nname = \"x\"\nserial = -1\n", "line 3, column 1: Info.serial must be"},
		{"[Info]\nname = \"x\"\nserial = \"1\"\n", "line 3, column 1: Info.serial must be"},
		{"[Info]\nname = \"x\"\ndependencies = \"a\"\n",
			"Info.dependencies must be a list"},
		{"[Info]\nname = \"x\"\ndependencies = [\"a b\"]\n", "a list of packages' names"},
		{"[Info]\nname = \"x\"\n[Hooks]\ninstall = \"/etc/x.lua\"\n",
			"line 4, column 1: Hooks"},
		{"[Info]\nname = \"x\"\n[Hooks]\nremove = \"a/../../x\"\n", "without '..'"},
		{"[Info]\nname = \"x\"\n[Hooks]\nremove = \"a/\"\n", "the path of a file"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct err err = ERR_INIT;
		struct installer in;

		assert_int_equal(parse(table[i].text, &in, &err), -1);
		assert_int_equal(err.code, ERR_INSTALLER);
		assert_err(&err, ERR_INSTALLER, table[i].says);
		installer_drop(&in);
	}
}

static void it_is_told_by_info(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} cases[] = {
		{"[Info]\nname = \"x\"\n", true},
		{"Info.name = \"x\"\n", true},
		{"[\"\\u0049nfo\"]\nname = \"x\"\n", true},
		{"[\"I\\u006efo\"]\nname = \"x\"\n", true},
		{"[Info]\nname = \n", false},
		{"# [Info]\nformat = 3\n", false},
		{"x = \"Info.\\\\\"\n", false},
		{"[info]\nname = \"x\"\n", false},
		{"[x.Info]\nname = \"x\"\n", false},
	};
	struct err err = ERR_INIT;
	struct installer in;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO(facts) facts = FACTS_INIT;

		facts_add(&facts, SPAN("manifest.toml"), span_of(cases[i].text));
		if (packets_is(&facts) != cases[i].is)
			fail_msg("%s: %d", cases[i].text, !cases[i].is);
	}
	assert_int_equal(parse("format = 3\nname = \"x\"\n", &in, &err), -1);
	assert_null(strstr(err.text, "Info"));
	installer_drop(&in);
	assert_true(packets_is_file(SPAN("/a/b-1.pkt.tar.zst")));
	assert_false(packets_is_file(SPAN("/a/b-1.tar.zst")));
}

static void names_are_others_and_capitals(void **state)
{
	static const char *const good[] = {
		"a", "A", "Tool2", "lib+x", "a.b-c_D", "+x", "_x", "7zip"};
	static const char *const bad[] = {
		"", ".", "..", ".a", "-a", "a b", "a/b", "\xc3\xa4", "a\n"};
	char longest[NAME_SIZE + 2];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(packets_name_is_valid(span_of(good[i])));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(packets_name_is_valid(span_of(bad[i])));
	memset(longest, 'a', sizeof(longest));
	assert_true(packets_name_is_valid((struct span){longest, NAME_SIZE}));
	assert_false(packets_name_is_valid((struct span){longest, NAME_SIZE + 1}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manifest_says_all),
		cmocka_unit_test(what_is_not_there_is_empty),
		cmocka_unit_test(what_is_wrong_is_said_with_its_place),
		cmocka_unit_test(it_is_told_by_info),
		cmocka_unit_test(names_are_others_and_capitals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
