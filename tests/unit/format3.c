/* Tests of model/format3. */
#include "model/format3.h"

#include "model/spdx.h"
#include "unit.h"

#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define MD5 "d41d8cd98f00b204e9800998ecf8427e"
#define HEAD "format = 3\nname = \"zoom\"\nversion = \"1.2\"\n"
#define PACK "[[pack]]\nurl = \"https://x.org/z.deb\"\nsha256 = \"" SHA256 "\"\n"

static int parse_span(struct installer *in, struct span text, struct err *err)
{
	AUTO(facts) facts = FACTS_INIT;

	installer_drop(in);
	facts.has_lua = true;
	facts_add(&facts, SPAN(FORMAT3_FACT), text);
	return installer_parse(&facts, SPAN("zoom"), in, err);
}

static void good(struct installer *in, const char *text)
{
	struct err err = ERR_INIT;

	if (parse_span(in, span_of(text), &err) < 0)
		fail_msg("%s: %s", text, err.text);
}

static void bad_span(struct span text, const char *why)
{
	AUTO(installer) in;
	struct err err = ERR_INIT;

	installer_init(&in);
	if (parse_span(&in, text, &err) == 0)
		fail_msg("%.*s was read", SPAN_ARG(text));
	assert_err(&err, ERR_INSTALLER, why);
	assert_err(&err, ERR_INSTALLER, "manifest.toml: ");
}

static void every_key_goes_to_its_place(void **state)
{
	AUTO(installer) in;
	const struct pack *p;
	AUTO(buf) out = BUF_INIT;

	(void)state;
	installer_init(&in);
	good(&in, HEAD
		"epoch = 2\narchitectures = [\"amd64\", \"arm64\"]\nsummary = \"Calls\"\n"
		"description = \"\"\"\nOne.\n\nTwo: \xc3\xa4.\"\"\"\nhomepage = \"https://x.org\"\n"
		"depends = [\"a\", \"b (>= 1)\"]\nconflicts = [\"c\"]\nprovides = [\"d (= 2)\"]\n"
		"[license]\nspdx = \"MIT AND LicenseRef-x\"\nfile = \"EULA.txt\"\naccept = true\n"
		"[translations.fi]\nsummary = \"Puhelut\"\ndescription = \"Yksi\"\n"
		"[needs]\ndeb = [\"libgl1:i386 (>= 1)\"]\nprograms = [\"update-mime-database\"]\n"
		"live = \"it asks the bus\"\nnetwork = true\n"
		"[declares]\nfiles = [\"/usr/share/**\"]\neffects = [\"systemctl start z.service\"]\n"
		"[[pack]]\nurl = \"https://x.org/z.deb\"\nmirrors = [\"http://a/z\", \"http://b/z\"]\n"
		"size = 12\nsha256 = \"" SHA256 "\"\nmd5 = \"" MD5 "\"\narch = \"arm64\"\n"
		"file = \"z.deb\"\nredistributable = false\n"
		"[[pack]]\nsha256 = \"" SHA256 "\"\narch = \"all\"\n");
	assert_int_equal(in.format, 3);
	assert_buf(&in.name, "zoom");
	assert_buf(&in.version, "2:1.2");
	assert_buf(&in.puavo_id, "");
	assert_int_equal(in.architectures.of.n, 2);
	assert_buf(&in.architectures.of.v[1], "arm64");
	assert_buf(&in.homepage, "https://x.org");
	assert_span(facts_text(&in.facts, "legend", "fi_FI.UTF-8"), "Puhelut");
	assert_span(facts_text(&in.facts, "legend", "C"), "Calls");
	assert_span(facts_text(&in.facts, "description", "sv"), "One.\n\nTwo: \xc3\xa4.");
	assert_span(facts_text(&in.facts, "description", "fi"), "Yksi");
	assert_buf(&in.licence.spdx, "MIT AND LicenseRef-x");
	assert_string_equal(installer_licence_file(&in), "EULA.txt");
	assert_true(in.licence.accept && in.has_licence);
	assert_int_equal(in.depends.of.n, 2);
	assert_buf(&in.conflicts.of.v[0].name, "c");
	assert_buf(&in.provides.of.v[0].version, "2");
	relation_format(&in.needs.deb.of.v[0], &out);
	assert_buf(&out, "libgl1:i386 (>= 1)");
	assert_buf(&in.needs.programs.of.v[0], "update-mime-database");
	assert_true(in.needs.live && in.needs.network);
	assert_buf(&in.needs.live_why, "it asks the bus");
	assert_buf(&in.needs.network_why, "");
	assert_true(in.declares.has_files && in.declares.has_effects);
	assert_buf(&in.declares.files.of.v[0], "/usr/share/**");
	assert_buf(&in.declares.effects.of.v[0], "systemctl start z.service");
	assert_int_equal(in.packs.of.n, 2);
	p = &in.packs.of.v[0];
	assert_buf(&p->url, "https://x.org/z.deb");
	assert_buf(&p->mirrors.of.v[1], "http://b/z");
	assert_int_equal(p->size, 12);
	assert_true(p->sums.has[DIGEST_SHA256] && p->sums.has[DIGEST_MD5] && !p->sums.advisory);
	assert_buf(&p->architecture, "arm64");
	assert_buf(&p->file, "z.deb");
	assert_false(p->redistributable);
	p++;
	assert_buf(&p->url, "");
	assert_buf(&p->architecture, "");
	assert_int_equal(p->size, -1);
	assert_true(p->redistributable);
}

static void little_is_enough(void **state)
{
	AUTO(installer) in;

	(void)state;
	installer_init(&in);
	good(&in, HEAD PACK);
	assert_buf(&in.version, "1.2");
	assert_int_equal(in.architectures.of.n, 0);
	assert_false(in.declares.has_files || in.needs.live || in.needs.network || in.has_licence);
	good(&in, "\xef\xbb\xbf" HEAD
		  "license = \"MIT\"\narchitectures = [\"all\"]\n[declares]\n" PACK);
	assert_buf(&in.licence.spdx, "MIT");
	assert_false(in.declares.has_files || in.declares.has_effects);
	assert_int_equal(in.architectures.of.n, 0);
	good(&in, "format = 3\r\nname = \"zoom\"\r\nversion = \"1.2\"\r\nneeds.live = false\r\n"
		  "description = \"\"\"a\nb\"\"\"\r\n"
		  "pack = [{sha512 = \"" SHA256 SHA256 "\"}]\r\n");
	assert_false(in.needs.live);
	assert_true(in.packs.of.v[0].sums.has[DIGEST_SHA512]);
}

static const struct {
	const char *text, *why;
} bad[] = {
	{"", "format is missing"},
	{"format = 3\n", "name is missing"},
	{"format = 3\nname = \"zoom\"\n", "version is missing"},
	{HEAD, "pack is missing"},
	{"a = \n", "line 1, column"},
	{HEAD "name = \"zoom\"\n" PACK, "line 4, column"},
	{"format = 4\n", "line 1, column 1: format must be 3"},
	{"format = \"3\"\n", "line 1, column 1: format must be 3"},
	{"name = \"Zoom\"\n", "line 1, column 1: name must be a package's name"},
	{"name = \"../x\"\n", "line 1, column 1: name must be"},
	{"name = 3\n", "line 1, column 1: name must be"},
	{"name = \"a\\u0000\"\n", "NUL"},
	{"version = \"1:2\"\n", "version must be a version without an epoch"},
	{"version = \"v2\"\n", "version must be"},
	{"version = 2\n", "version must be a text: put it into quotes"},
	{"version = 1.0\n", "version must be a text: put it into quotes"},
	{"homepage = true\n", "homepage must be a text: put it into quotes"},
	{"version = [\"1\"]\n", "version must be a version without an epoch"},
	{"epoch = -1\n", "epoch must be"},
	{"\n  epoch = 1000000000\n", "line 2, column 3: epoch must be"},
	{"epoch = 1.5\n", "epoch must be"},
	{"architectures = \"amd64\"\n", "architectures must be a list"},
	{"architectures = [\"x86_64\"]\n", "architectures must be"},
	{"architectures = [1]\n", "architectures must be"},
	{HEAD "architectures = [\"all\", \"amd64\"]\n" PACK,
		"line 4, column 1: architectures has \"all\" and others"},
	{HEAD "architectures = []\n" PACK, "line 4, column 1: architectures is an empty"},
	{"summary = \"\"\n", "summary must be one line"},
	{"summary = \"a\\nb\"\n", "summary must be one line"},
	{"summary = \"a\\u0007\"\n", "summary must be one line"},
	{"summary = \"a\\u202e\"\n", "summary must be one line"},
	{"summary = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	 "aaaaaaaaaaaa\"\n",
		"at most 80"},
	{"description = \" \\n\"\n", "description must be"},
	{"description = \"a\\u001b[2J\"\n", "description must be"},
	{"homepage = \"file:///x\"\n", "homepage must be"},
	{"homepage = \"javascript:x\"\n", "homepage must be"},
	{"license = \"MIT OR\"\n", "license must be"},
	{"license = 3\n", "license must be"},
	{"[license]\nfile = \"../EULA\"\n", "line 2, column 1: license.file must be"},
	{"[license]\nfile = \"upstream\"\n", "license.file must be"},
	{"[license]\nfile = \"rules\"\n", "license.file must be"},
	{"[license]\naccept = 1\n", "license.accept must be"},
	{HEAD "[license]\naccept = true\n" PACK, "line 5, column 1: license.accept is true"},
	{"depends = [\"a (>> )\"]\n", "depends must be"},
	{"depends = [\"A\"]\n", "depends must be"},
	{"depends = [\"a | b\"]\n", "depends must be"},
	{"conflicts = \"a\"\n", "conflicts must be"},
	{HEAD "provides = [\"a (>= 1)\"]\n" PACK, "line 4, column 1: provides must state"},
	{"translations = 1\n", "translations must be"},
	{"[translations]\nfi = \"x\"\n", "translations.fi must be"},
	{"[translations.f]\n", "line 1, column 15: translations.f must be"},
	{"[translations.\"../x\"]\nsummary = \"x\"\n", "is not known: did you mean translations"},
	{"[translations.fi]\nsumary = \"x\"\n",
		"line 2, column 1: translations.fi.sumary is not known: did you mean "
		"translations.*.summary?"},
	{"needs = true\n", "needs must be a table"},
	{"[needs]\ndeb = [\"-x\"]\n", "needs.deb must be"},
	{"[needs]\nprograms = [\"/bin/sh\"]\n", "needs.programs must be"},
	{"[needs]\nprograms = [\"-x\"]\n", "needs.programs must be"},
	{"[needs]\nlive = 1\n", "needs.live must be"},
	{"[needs]\nlive = \"\"\n", "needs.live must be"},
	{"[needs]\nnetwork = [\"x\"]\n", "needs.network must be"},
	{"[[needs]]\nlive = true\n", "needs[0] is not known: did you mean needs?"},
	{"[declares]\nfiles = [\"usr/x\"]\n", "declares.files must be"},
	{"[declares]\nfile = [\"/usr/x\"]\n", "did you mean declares.files?"},
	{"[declares]\neffects = [\"\"]\n", "declares.effects must be"},
	{"[pack]\nurl = \"https://x/\"\n", "line 1, column 2: pack must be tables [[pack]]"},
	{"pack = []\n", "pack must be tables"},
	{"[[pakc]]\nurl = \"https://x/\"\n", "did you mean pack?"},
	{HEAD "pakc = 1\n", "line 4, column 1: pakc is not known: did you mean pack?"},
	{"[[pack]]\nulr = \"https://x/\"\n",
		"line 2, column 1: pack[0].ulr is not known: did you mean pack.url?"},
	{"quite-another-thing = 1\n", "quite-another-thing is not known"},
	{"\"pack[0]\".url = 1\n", "is not known"},
	{HEAD "[[pack]]\n", "line 4, column 1: pack[0] has no sha256"},
	{HEAD PACK "[[pack]]\nmd5 = \"" MD5 "\"\n", "line 7, column 1: pack[1] has no sha256"},
	{"[[pack]]\nsha256 = \"" MD5 "\"\n", "pack[0].sha256 must be 64 hex digits"},
	{"[[pack]]\nurl = \"ftp://x/\"\n", "pack[0].url must be"},
	{"[[pack]]\nurl = [\"https://x/\"]\n", "pack[0].url must be"},
	{"[[pack]]\nmirrors = [\"x\"]\n", "pack[0].mirrors must be"},
	{"[[pack]]\nsize = 0\n", "pack[0].size must be"},
	{"[[pack]]\nsize = 70368744177665\n", "pack[0].size must be"},
	{"[[pack]]\nfile = \"a/b\"\n", "pack[0].file must be"},
	{"[[pack]]\nfile = \"..\"\n", "pack[0].file must be"},
	{"[[pack]]\narch = \"AMD64\"\n", "pack[0].arch must be"},
	{"[[pack]]\nredistributable = 0\n", "pack[0].redistributable must be"},
	{HEAD "[[pack]]\nmirrors = [\"http://a/b\"]\nsha256 = \"" SHA256 "\"\n",
		"pack[0] has mirrors but no url"},
	{HEAD "architectures = [\"amd64\"]\n" PACK "arch = \"arm64\"\n",
		"line 5, column 1: pack[0].arch is none of those"},
	{HEAD PACK PACK, "line 7, column 1: pack[0] and pack[1] are both called z.deb"},
	{HEAD PACK "arch = \"amd64\"\n" PACK, "are both called z.deb"},
	{"format = 3\nname = \"slack\"\nversion = \"1\"\n" PACK,
		"name is slack, but the archive's top folder is zoom"},
	{"[a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q]\nx = 1\n", "a is not known"},
};

static void what_is_wrong_is_named_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		bad_span(span_of(bad[i].text), bad[i].why);
	bad_span(SPAN("name = \"zo\0om\"\n"), "line 1");
	bad_span(SPAN("summary = \"\xff\"\n"), "line 1");
	bad_span(SPAN("\0"), "line 1");
}

/* What fits in FACT_MAX bytes and is made to cost much. */
static void much_is_refused_soon(void **state)
{
	AUTO(buf) text = BUF_INIT;

	(void)state;
	while (text.n < FACT_MAX - 8)
		buf_addf(&text, "a%zu=1\n", text.n);
	bad_span(buf_span(&text), "a0 is not known");
	buf_sets(&text, HEAD);
	for (int i = 0; i < 65; i++)
		buf_adds(&text, "[[pack]]\n");
	bad_span(
		buf_span(&text), "line 68, column 1: pack[64] must be tables [[pack]], at most 64");
	buf_sets(&text, "depends = [");
	for (int i = 0; i < 257; i++)
		buf_addf(&text, "\"a%d\",", i);
	buf_adds(&text, "]\n");
	bad_span(buf_span(&text), "depends must be a list of at most 256");
	buf_sets(&text, "version = \"");
	for (int i = 0; i < 200; i++)
		buf_addc(&text, '1');
	buf_adds(&text, "\"\n");
	bad_span(buf_span(&text), "version must be");
}

static void deep_keys_end(void **state)
{
	AUTO(buf) text = BUF_INIT;

	(void)state;
	buf_adds(&text, "needs");
	while (text.n < FACT_MAX - 8)
		buf_adds(&text, ".a");
	buf_adds(&text, "=1\n");
	bad_span(buf_span(&text), "line 1");
	buf_sets(&text, "a = ");
	for (int i = 0; i < 30000; i++)
		buf_addc(&text, '[');
	bad_span(buf_span(&text), "line 1");
	buf_sets(&text, "");
	for (int i = 0; i < 30000; i++)
		buf_adds(&text, "{a=");
	bad_span(buf_span(&text), "line 1");
}

static void refuse_facts(const char *fact, bool rules, bool lua, const char *why)
{
	AUTO(facts) facts = FACTS_INIT;
	AUTO(installer) in;
	struct err err = ERR_INIT;

	installer_init(&in);
	facts.has_rules = rules;
	facts.has_lua = lua;
	facts_add(&facts, SPAN(FORMAT3_FACT), SPAN(HEAD PACK));
	if (fact)
		facts_add(&facts, span_of(fact), SPAN("2"));
	assert_int_equal(installer_parse(&facts, SPAN("zoom"), &in, &err), -1);
	assert_err(&err, ERR_INSTALLER, why);
}

static void formats_are_not_mixed(void **state)
{
	(void)state;
	refuse_facts(".puavo-pkg-version", true, false, ".puavo-pkg-version does not go with");
	refuse_facts("upstream_pack_url", true, false, "upstream_pack_url does not go with");
	refuse_facts("legend.fi", true, false, "legend.fi does not go with");
	refuse_facts("format", true, false, "format does not go with");
	refuse_facts(FORMAT3_FACT, true, false, "manifest.toml is there twice");
	refuse_facts(NULL, true, true, "both `rules` and rules.lua");
	refuse_facts(NULL, false, false, "neither");
}

static void packs_of_others_are_left_out(void **state)
{
	AUTO(installer) in;
	struct err err = ERR_INIT;

	(void)state;
	installer_init(&in);
	good(&in, HEAD PACK "arch = \"amd64\"\n[[pack]]\nfile = \"x\"\nsha256 = \"" SHA256
			    "\"\n" PACK "arch = \"arm64\"\n");
	assert_int_equal(installer_select(&in, SPAN("arm64"), &err), 0);
	assert_int_equal(in.packs.of.n, 2);
	assert_buf(&in.packs.of.v[0].file, "x");
	assert_buf(&in.packs.of.v[1].architecture, "arm64");
	good(&in, HEAD PACK "arch = \"amd64\"\n" PACK "arch = \"arm64\"\n");
	assert_int_equal(installer_select(&in, SPAN("riscv64"), &err), -1);
	assert_err(
		&err, ERR_CONFLICT, "its packs are for amd64, arm64, and this system is riscv64");
	err_clear(&err);
	good(&in, HEAD "architectures = [\"amd64\"]\n" PACK);
	assert_int_equal(installer_select(&in, SPAN("amd64"), &err), 0);
	assert_int_equal(installer_select(&in, SPAN("i386"), &err), -1);
	assert_err(&err, ERR_CONFLICT, "the package is for amd64, and this system is i386");
}

static void licence_expressions(void **state)
{
	static const char *const yes[] = {"MIT", "GPL-2.0+",
		"GPL-2.0-or-later WITH Classpath-exception-2.0",
		"(MIT OR Apache-2.0) AND BSD-3-Clause", "LicenseRef-vendor-eula",
		"DocumentRef-x:LicenseRef-y", "((MIT))"};
	static const char *const no[] = {"", " ", "MIT OR", "OR MIT", "MIT Apache", "(MIT", "MIT)",
		"MIT/X11", "MIT WITH", "MIT, BSD", "()", "WITH x", "+", "a+b", "MIT\n"};
	AUTO(buf) deep = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++)
		if (!spdx_is_expression(span_of(yes[i])))
			fail_msg("%s is none", yes[i]);
	for (size_t i = 0; i < COUNT(no); i++)
		if (spdx_is_expression(span_of(no[i])))
			fail_msg("%s is one", no[i]);
	for (int i = 0; i < 60000; i++)
		buf_addc(&deep, '(');
	assert_false(spdx_is_expression(buf_span(&deep)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_goes_to_its_place),
		cmocka_unit_test(little_is_enough),
		cmocka_unit_test(what_is_wrong_is_named_with_its_place),
		cmocka_unit_test(much_is_refused_soon),
		cmocka_unit_test(deep_keys_end),
		cmocka_unit_test(formats_are_not_mixed),
		cmocka_unit_test(packs_of_others_are_left_out),
		cmocka_unit_test(licence_expressions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
