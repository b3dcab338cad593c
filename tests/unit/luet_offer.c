/* Tests of model/luet_offer. */
#include "model/luet_offer.h"

#include "unit.h"

#define SUM "3e9827097fd8e046c0d74f44c25e8c474204e3bda2a7ca91f20c81965c2001bb"
#define DEFINITION \
	"name: hello\ncategory: app-x\nversion: \"1.0\"\nrequires:\n- {category: sys-libs, name: c, version: '>=2'}\n" \
	"provides:\n- {category: virtual, name: hello, version: '0'}\ndescription: |\n  Says hello\n  and more\n" \
	"uri: [ftp://x, 'https://hello.example/']\nlicense: GPL-2.0-only\nlabels: {a: b, c: 1}\nhidden: true\n"
#define PACKAGE \
	"{\"name\":\"hello\",\"category\":\"app-x\",\"version\":\"1.0\",\"requires\":[{\"category\":\"sys-libs\",\"name\":\"c\"," \
	"\"version\":\">=2\"}],\"provides\":[{\"category\":\"virtual\",\"name\":\"hello\",\"version\":\"0\"}]," \
	"\"description\":\"Says hello\\nand more\\n\",\"uri\":[\"ftp://x\",\"https://hello.example/\"]," \
	"\"license\":\"GPL-2.0-only\",\"labels\":{\"a\":\"b\",\"c\":\"1\"},\"hidden\":true}"
#define ARTIFACT(package) \
	"{\"path\":\"/build/hello-app-x-1.0.package.tar.zst\",\"checksums\":{\"sha256\":\"" SUM \
	"\"},\"compressiontype\":\"zstd\",\"files\":[\"usr/bin/hello\",\"/etc/h\",\"a\\nb\",\"\"]," package \
	"}"

static void assert_hello(const struct offer *o)
{
	AUTO(buf) relation = BUF_INIT;

	assert_buf(&o->name, "app-x/hello");
	assert_buf(&o->version, "1.0");
	assert_int_equal(o->format, FORMAT_LUET);
	assert_buf(&o->path, "hello-app-x-1.0.package.tar.zst");
	assert_buf(&o->compression, "zstd");
	assert_int_equal(o->sha256.bytes[0], 0x3e);
	assert_false(o->unchecked);
	assert_true(o->hidden);
	assert_buf(&o->summary, "Says hello");
	assert_buf(&o->description, "Says hello\nand more");
	assert_buf(&o->homepage, "https://hello.example/");
	assert_buf(&o->licence, "GPL-2.0-only");
	assert_int_equal(o->labels.of.n, 2);
	assert_buf(&o->labels.of.v[1], "c=1");
	relation_format(&o->depends.of.v[0], &relation);
	assert_buf(&relation, "sys-libs/c (>=2)");
	assert_int_equal(o->files.of.n, 2);
	assert_buf(&o->files.of.v[0], "/usr/bin/hello");
	assert_buf(&o->files.of.v[1], "/etc/h");
}

static int make(
	const char *folder, const char *artifact, bool older, struct offer *o, struct err *err)
{
	struct luet_files files = {.folder = span_of(folder),
		.definition = SPAN(DEFINITION),
		.finalize = SPAN("install: [a]\n"),
		.older = older};
	struct json *json = NULL;
	AUTO(yaml) y = YAML_INIT;
	int result;

	offer_init(o);
	if (older && yaml_parse(span_of(artifact), &y, err) < 0)
		fail_msg("%s", err->text);
	if (!older && json_parse(span_of(artifact), &json, err) < 0)
		fail_msg("%s", err->text);
	files.artifact = (struct luet_node){older ? &y : NULL, json};
	result = luet_offer_make(&files, o, err);
	json_free(json);
	return result;
}

static void of_both_layouts(void **state)
{
	AUTO(offer) newer;
	AUTO(offer) older;
	AUTO(offer) compiled;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(
		make("app-x/hello/1.0", ARTIFACT("\"runtime\":" PACKAGE), false, &newer, &err), 0);
	assert_hello(&newer);
	assert_buf(&newer.definition, DEFINITION);
	assert_buf(&newer.finalize, "install: [a]\n");
	/* In the older one definition.yaml says it, whatever the artifact does. */
	assert_int_equal(
		make("app-x/hello/1.0",
			ARTIFACT("\"runtime\":{\"name\":\"hello\",\"description\":\"old\"}"), true,
			&older, &err),
		0);
	assert_hello(&older);
	/* Without a runtime the package that was compiled is meant. */
	assert_int_equal(
		make("app-x/hello/1.0", ARTIFACT("\"compilespec\":{\"package\":" PACKAGE "}"),
			false, &compiled, &err),
		0);
	assert_hello(&compiled);
}

static void what_cannot_be_offered(void **state)
{
	static const char *const rows[][3] = {
		{"app-x/hello/1.0", ARTIFACT("\"x\":1"), "no package"},
		{"app-x/hello/1.1", ARTIFACT("\"runtime\":" PACKAGE),
			"it says that it is app-x/hello 1.0"},
		{"app-y/hello/1.0", ARTIFACT("\"runtime\":" PACKAGE), "it says that it is"},
		{"app-x/hello/1.0", "{\"runtime\":" PACKAGE "}", "tarball has a name"},
		{"app-x/hello/1.0", "{\"path\":\"a/../\",\"runtime\":" PACKAGE "}",
			"tarball has a name"},
		{"app-x/hello/1.0", "{\"path\":[],\"runtime\":" PACKAGE "}", "path must be"},
		{"app-x/hello/1.0",
			"{\"path\":\"a\",\"compressiontype\":\"xz\",\"runtime\":" PACKAGE "}",
			"compressiontype must be"},
		{"app-x/hello/1.0",
			"{\"path\":\"a\",\"checksums\":{\"sha256\":\"x\"},\"runtime\":" PACKAGE "}",
			"sha256 must be"},
		{"app-x/hello/1.0",
			"{\"path\":\"a\",\"files\":[\"a/b\",\"a/../../victim\"],\"runtime\":" PACKAGE
			"}",
			"\"a/../../victim\" leads out of the root"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(offer) o;
		struct err err = ERR_INIT;

		if (make(rows[i][0], rows[i][1], false, &o, &err) == 0)
			fail_msg("taken: %s", rows[i][1]);
		assert_err(&err, ERR_INSTALLER, rows[i][2]);
	}
}

static void what_is_not_said(void **state)
{
	AUTO(offer) o;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(make("app-x/hello/1.0", "{\"path\":\"a\",\"runtime\":" PACKAGE "}", false,
				 &o, &err),
		0);
	assert_true(o.unchecked);
	assert_buf(&o.compression, "none");
	assert_int_equal(o.files.of.n, 0);
}

static void yaml_as_json(void **state)
{
	static const char *const pairs[][2] = {
		{"{a: [1, -2, 007, 1.5, true, yes, ~, '1', \"x\\ny\"], b: {}, c: []}",
			"{\"a\":[1,-2,\"007\",\"1.5\",true,\"yes\",null,\"1\",\"x\\ny\"],\"b\":{},\"c\":[]}"},
		{"\"\\u202e\": |\n  a\n  b\n", "{\"\\u202E\":\"a\\nb\\n\"}"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		AUTO(yaml) y = YAML_INIT;
		AUTO(buf) out = BUF_INIT;
		struct err err = ERR_INIT;

		assert_int_equal(yaml_parse(span_of(pairs[i][0]), &y, &err), 0);
		luet_offer_json(&y, &out);
		assert_buf(&out, pairs[i][1]);
	}
}

static void which_folder(void **state)
{
	struct json *json = NULL;
	AUTO(buf) folder = BUF_INIT;
	AUTO(buf) none = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(json_parse(SPAN(ARTIFACT("\"runtime\":" PACKAGE)), &json, &err), 0);
	assert_int_equal(luet_offer_folder((struct luet_node){NULL, json}, &folder, &err), 0);
	assert_buf(&folder, "app-x/hello/1.0");
	json_free(json);
	assert_int_equal(json_parse(SPAN("{\"runtime\":{\"name\":\"x\"}}"), &json, &err), 0);
	assert_int_equal(luet_offer_folder((struct luet_node){NULL, json}, &none, &err), -1);
	json_free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_both_layouts),
		cmocka_unit_test(what_cannot_be_offered),
		cmocka_unit_test(what_is_not_said),
		cmocka_unit_test(yaml_as_json),
		cmocka_unit_test(which_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
