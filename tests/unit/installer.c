/* Tests of model/installer. */
#include "model/installer.h"

#include "unit.h"

#define ID "181e48657784a43b9b2533ed5c717553"
#define VERSION \
	"name zoom\npackage-id " ID "\npkg-format 2\ntimestamp 2019-11-19T13:29:27+02:00\n" \
	"version 5\n"
#define MD5 "d41d8cd98f00b204e9800998ecf8427e"
#define SHA384 \
	"38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da" \
	"274edebfe76f65fbd51ad2f14898b95b"

/* One fact, or two, of an installer whose top folder is "zoom". */
static int parse(struct installer *in, const char *name, const char *value, const char *name2,
	const char *value2, struct err *err)
{
	AUTO(facts) facts = FACTS_INIT;

	installer_drop(in);
	facts.has_rules = true;
	if (name)
		facts_add(&facts, span_of(name), span_of(value));
	if (name2)
		facts_add(&facts, span_of(name2), span_of(value2));
	return installer_parse(&facts, SPAN("zoom"), in, err);
}

static void good(struct installer *in, const char *name, const char *value)
{
	struct err err = ERR_INIT;

	if (parse(in, name, value, NULL, NULL, &err) < 0)
		fail_msg("%s: %s", value, err.text);
}

static void bad(const char *name, const char *value, const char *why)
{
	AUTO(installer) in;
	struct err err = ERR_INIT;

	installer_init(&in);
	assert_int_equal(parse(&in, name, value, NULL, NULL, &err), -1);
	assert_err(&err, ERR_INSTALLER, why);
}

static void names_stay_in_one_folder(void **state)
{
	static const char *const yes[] = {"zoom", "_x", "0ad", "a+b.c_d-e", "a..b"};
	static const char *const no[] = {"", ".", "..", ".x", "-x", "+x", "a/b", "Zoom", "a b",
		"a\nb", "\xc3\xa4", "../../x"};
	char name[66] = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++)
		assert_true(installer_name_is_valid(span_of(yes[i])));
	for (size_t i = 0; i < COUNT(no); i++)
		assert_false(installer_name_is_valid(span_of(no[i])));
	assert_false(installer_name_is_valid((struct span){"a\0b", 3}));
	memset(name, 'a', 65);
	assert_true(installer_name_is_valid(span_cut(span_of(name), 0, 64)));
	assert_false(installer_name_is_valid(span_of(name)));
}

static void file_names_state_the_name(void **state)
{
	AUTO(buf) out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(installer_file_name(SPAN("/a/b.c/zoom.tar.gz"), &out, &err), 0);
	assert_int_equal(installer_file_name(SPAN("slack.tar.zst"), &out, &err), 0);
	assert_buf(&out, "zoomslack");
	assert_int_equal(installer_file_name(SPAN("/a/zoom.tgz"), &out, &err), -1);
	assert_err(&err, ERR_INSTALLER, ".tar.gz");
	assert_int_equal(installer_file_name(SPAN("/a/.tar.gz"), &out, &err), -1);
	assert_int_equal(installer_file_name(SPAN("/a/Zoom.tar.gz"), &out, &err), -1);
	assert_err(&err, ERR_INSTALLER, "not a package's name");
	assert_int_equal(installer_file_name(SPAN("zoom.tar.gz/"), &out, &err), -1);
	assert_buf(&out, "zoomslack");
}

static void format_1_needs_rules_only(void **state)
{
	AUTO(installer) in;
	AUTO(facts) none = FACTS_INIT;
	struct err err = ERR_INIT;

	(void)state;
	installer_init(&in);
	good(&in, NULL, NULL);
	assert_int_equal(in.format, 1);
	assert_buf(&in.name, "zoom");
	assert_buf(&in.version, "");
	assert_buf(&in.packs.of.v[0].url, "");
	assert_true(sums_is_empty(&in.packs.of.v[0].sums));
	assert_int_equal(installer_parse(&none, SPAN("zoom"), &in, &err), -1);
	assert_err(&err, ERR_INSTALLER, "`rules`");
}

static void format_1_takes_its_name_from_the_top(void **state)
{
	AUTO(installer) in;
	AUTO(facts) facts = FACTS_INIT;
	struct err err = ERR_INIT;

	(void)state;
	installer_init(&in);
	facts.has_rules = true;
	assert_int_equal(installer_parse(&facts, SPAN("../x"), &in, &err), -1);
	assert_err(&err, ERR_INSTALLER, "top folder is not a package's name");
}

static void format_2_states_its_name(void **state)
{
	AUTO(installer) in;

	(void)state;
	installer_init(&in);
	good(&in, ".puavo-pkg-version", VERSION);
	assert_int_equal(in.format, 2);
	assert_buf(&in.name, "zoom");
	assert_buf(&in.puavo_id, ID);
	assert_buf(&in.timestamp, "2019-11-19T13:29:27+02:00");
	assert_buf(&in.required_image, "");
	good(&in, ".puavo-pkg-version",
		"\n  version \t 05 \npkg-format 2\nfuture key\nrequired-image 2026-04-16-113652\n"
		"package-id 181E48657784A43B9B2533ED5C717553\nname zoom");
	assert_buf(&in.version, "05");
	assert_buf(&in.puavo_id, ID);
	assert_buf(&in.required_image, "2026-04-16-113652");
}

#define ID_LINE "package-id " ID "\n"
#define REST ID_LINE "pkg-format 2\nversion 1\n"

static void format_2_is_read_strictly(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} cases[] = {
		{"", "name is missing"},
		{REST, "name is missing"},
		{"name zoom\npkg-format 2\nversion 1\n", "package-id is missing"},
		{"name zoom\n" ID_LINE "version 1\n", "pkg-format is missing"},
		{"name zoom\nname zoom\n" REST, "name is there twice"},
		{"name zoom\nname evil\n" REST, "name is there twice"},
		{"name zoom\n" REST ID_LINE, "package-id is there twice"},
		{"name\n" REST, "name is empty"},
		{"name  \n" REST, "name is empty"},
		{"name slack\n" REST, "top folder is zoom"},
		{"name ../../x\n" REST, "name is not a package's name: \"../../x\""},
		{"name zoom evil\n" REST, "name is not a package's name"},
		{"name zoom\r\n" REST, "name is not a package's name"},
		{"name zoom\npackage-id ../../x\npkg-format 2\nversion 1\n",
			"package-id is not 32 hex digits: \"../../x\""},
		{"name zoom\npackage-id 181e\npkg-format 2\nversion 1\n", "package-id"},
		{"name zoom\n" ID_LINE "pkg-format\nversion 1\n", "pkg-format is empty"},
		{"name zoom\n" ID_LINE "pkg-format x\nversion 1\n",
			"pkg-format is not known to this fardel: \"x\""},
		{"name zoom\n" ID_LINE "pkg-format 3\nversion 1\n", "pkg-format"},
		{"name zoom\n" ID_LINE "pkg-format 02\nversion 1\n", "pkg-format"},
		{"name zoom\n" ID_LINE "pkg-format 2\nversion -1\n", "version"},
		{"name zoom\n" ID_LINE "pkg-format 2\nversion 1.2\n", "version"},
		{"name zoom\n" REST "timestamp a\001b\n", "timestamp"},
		{"name zoom\n" REST "required-image 2026-04-16\n", "required-image"},
		{"name zoom\n" REST "required-image ../../2026-04\n", "required-image"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		bad(".puavo-pkg-version", cases[i].text, cases[i].why);
}

static void two_version_facts_are_refused(void **state)
{
	AUTO(installer) in;
	struct err err = ERR_INIT;

	(void)state;
	installer_init(&in);
	assert_int_equal(
		parse(&in, ".puavo-pkg-version", VERSION, ".puavo-pkg-version", "name x\n", &err),
		-1);
	assert_err(&err, ERR_INSTALLER, ".puavo-pkg-version is there twice");
}

static void a_format_must_be_known(void **state)
{
	AUTO(installer) in;
	struct err err = ERR_INIT;

	(void)state;
	installer_init(&in);
	good(&in, "format", "1\n");
	bad("format", "", "format is not known to this fardel: \"\"");
	bad("format", "3", "format is not known to this fardel: \"3\"");
	bad("format", "1\n1", "format is not known");
	bad("format", "2\n", "no .puavo-pkg-version");
	assert_int_equal(parse(&in, "format", "1", ".puavo-pkg-version", VERSION, &err), 0);
	assert_int_equal(parse(&in, "format", "x", ".puavo-pkg-version", VERSION, &err), -1);
	assert_err(&err, ERR_INSTALLER, "format");
}

static void sums_come_as_hex_or_as_md5sum_prints_them(void **state)
{
	AUTO(installer) in;
	AUTO(buf) hex = BUF_INIT;

	(void)state;
	installer_init(&in);
	good(&in, "upstream_pack_md5sum", MD5 "\n");
	assert_true(in.packs.of.v[0].sums.has[DIGEST_MD5]);
	assert_false(in.packs.of.v[0].sums.advisory);
	digest_format(&hex, &in.packs.of.v[0].sums.of[DIGEST_MD5]);
	assert_buf(&hex, MD5);
	good(&in, "upstream_pack_md5sum", MD5 "  zoom amd64.deb\n\n");
	assert_true(in.packs.of.v[0].sums.has[DIGEST_MD5]);
	good(&in, "upstream_pack_sha384sum", " " SHA384);
	assert_false(in.packs.of.v[0].sums.advisory);
	good(&in, "upstream_pack_sha384sum", "! " SHA384 "\n");
	assert_true(in.packs.of.v[0].sums.advisory && in.packs.of.v[0].sums.has[DIGEST_SHA384]);
	bad("upstream_pack_md5sum", "! " MD5, "upstream_pack_md5sum is not 32 hex digits");
	bad("upstream_pack_md5sum", "", "upstream_pack_md5sum is empty");
	bad("upstream_pack_md5sum", SHA384, "32 hex digits");
	bad("upstream_pack_md5sum", MD5 "\n" MD5 "\n", "several lines");
	bad("upstream_pack_md5sum", MD5 "\r\n", "32 hex digits");
	bad("upstream_pack_sha384sum", "!" SHA384, "96 hex digits");
	bad("upstream_pack_sha384sum", "! ", "is empty");
	bad("upstream_pack_sha256sum", "abc", "64 hex digits");
}

static void urls_are_checked(void **state)
{
	AUTO(installer) in;

	(void)state;
	installer_init(&in);
	good(&in, "upstream_pack_url", " https://x/y.deb \n\n");
	assert_buf(&in.packs.of.v[0].url, "https://x/y.deb");
	good(&in, "upstream_pack_url", "\n");
	assert_buf(&in.packs.of.v[0].url, "");
	bad("upstream_pack_url", "https://x/y\nhttps://x/z", "upstream_pack_url: the URL");
	bad("upstream_pack_url", "https://x/y\r\n", "upstream_pack_url: the URL");
	bad("upstream_pack_url", "gopher://x", "upstream_pack_url: the URL");
}

static void legends_are_one_line(void **state)
{
	AUTO(installer) in;
	struct err err = ERR_INIT;

	(void)state;
	installer_init(&in);
	assert_int_equal(
		parse(&in, "legend", "\n Zoom \nsecond\n", "legend.fi", "Suomi\n", &err), 0);
	assert_buf(&facts_get(&in.facts, "legend")->value, "Zoom");
	assert_buf(&facts_get(&in.facts, "legend.fi")->value, "Suomi");
	assert_int_equal(parse(&in, "legend", "", "description", "a\n\nb\n", &err), 0);
	assert_buf(&facts_get(&in.facts, "legend")->value, "");
	assert_buf(&facts_get(&in.facts, "description")->value, "a\n\nb\n");
}

static void facts_are_moved(void **state)
{
	AUTO(installer) in;
	AUTO(facts) facts = FACTS_INIT;
	struct err err = ERR_INIT;

	(void)state;
	installer_init(&in);
	facts.has_rules = facts.has_licence = true;
	facts_add(&facts, SPAN("legend"), SPAN("x"));
	assert_int_equal(installer_parse(&facts, SPAN("zoom"), &in, &err), 0);
	assert_int_equal(facts.of.n, 0);
	assert_false(facts.has_rules);
	assert_true(in.has_licence);
	assert_int_equal(in.facts.of.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_stay_in_one_folder),
		cmocka_unit_test(file_names_state_the_name),
		cmocka_unit_test(format_1_needs_rules_only),
		cmocka_unit_test(format_1_takes_its_name_from_the_top),
		cmocka_unit_test(format_2_states_its_name),
		cmocka_unit_test(format_2_is_read_strictly),
		cmocka_unit_test(two_version_facts_are_refused),
		cmocka_unit_test(a_format_must_be_known),
		cmocka_unit_test(sums_come_as_hex_or_as_md5sum_prints_them),
		cmocka_unit_test(urls_are_checked),
		cmocka_unit_test(legends_are_one_line),
		cmocka_unit_test(facts_are_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
