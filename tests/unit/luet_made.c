/* Tests of model/luet_made and model/luet_installer. */
#include "model/luet_made.h"

#include "model/luet_installer.h"
#include "unit.h"

#define SUM "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static const char definition[] =
	"name: tool\ncategory: app-x\nversion: \"1.0+2\"\ndescription: |\n  A tool.\n  For tests.\n"
	"license: MIT\nuri:\n- https://example.org/\nannotations:\n  config_protect: /etc/a /etc/b\n";

static void fill(struct offer *o, const char *finalize)
{
	offer_init(o);
	buf_sets(&o->path, "some/where/tool-app-x-1.0+2.package.tar.zst");
	assert_true(digest_parse(DIGEST_SHA256, SPAN(SUM), &o->sha256));
	buf_sets(&o->definition, definition);
	buf_sets(&o->finalize, finalize);
}

static void parse(const struct offer *o, struct installer *in, const char *top, struct err *err)
{
	struct luet_file files[LUET_MADE_FILES];
	AUTO(buf) artifact = BUF_INIT;
	AUTO(facts) facts = FACTS_INIT;
	size_t n = luet_made_files(o, &artifact, files);

	installer_init(in);
	for (size_t i = 0; i < n; i++)
		facts_add(&facts, span_of(files[i].name), files[i].text);
	if (installer_parse(&facts, span_of(top), in, err) < 0)
		assert_int_not_equal(err->code, ERR_NONE);
}

static void what_is_made_is_read_back(void **state)
{
	AUTO(offer) o;
	AUTO(installer) in;
	struct err err = ERR_INIT;

	(void)state;
	fill(&o, "install:\n- echo\n");
	parse(&o, &in, "app-x:tool", &err);
	assert_int_equal(err.code, ERR_NONE);
	assert_int_equal(in.format, FORMAT_LUET);
	assert_buf(&in.name, "app-x/tool");
	assert_buf(&in.version, "1.0+2");
	assert_buf(&in.licence.spdx, "MIT");
	assert_buf(&in.homepage, "https://example.org/");
	assert_span(facts_text(&in.facts, "legend", ""), "A tool.");
	assert_span(facts_text(&in.facts, "description", ""), "A tool.\nFor tests.");
	assert_true(in.luet.finalizes);
	assert_int_equal(in.luet.protect.of.n, 2);
	assert_buf(&in.luet.protect.of.v[1], "/etc/b");
	assert_int_equal(in.packs.of.n, 1);
	assert_buf(&in.packs.of.v[0].file, "tool-app-x-1.0+2.package.tar.zst");
	assert_buf(&in.packs.of.v[0].url, "");
	assert_true(in.packs.of.v[0].sums.has[DIGEST_SHA256]);
	assert_true(digest_is(&in.packs.of.v[0].sums.of[DIGEST_SHA256], &o.sha256));
}

/* As sha256sum has it of the manifest that stands in ARCHITECTURE: ids are for ever. */
static void its_id_is_always_the_same(void **state)
{
	AUTO(offer) o;
	AUTO(buf) id = BUF_INIT;
	AUTO(buf) other = BUF_INIT;
	AUTO(buf) text = BUF_INIT;
	struct luet_file files[LUET_MADE_FILES];
	struct err err = ERR_INIT;

	(void)state;
	fill(&o, "");
	assert_int_equal(luet_made_files(&o, &text, files), 2);
	assert_buf(&text, "file: tool-app-x-1.0+2.package.tar.zst\nsha256: " SUM "\n");
	assert_int_equal(luet_made_id(&o, &id, &err), 0);
	assert_buf(&id, "5239ccffbf7edaa8a85d6dd987786ca2df8330608f19505b74cb5f5609bb3c51");
	buf_sets(&o.finalize, "install:\n- echo\n");
	assert_int_equal(luet_made_id(&o, &other, &err), 0);
	assert_int_equal(other.n, 64);
	assert_string_not_equal(id.s, other.s);
}

static void one_without_a_tree_has_no_pack(void **state)
{
	AUTO(offer) o;
	AUTO(installer) in;
	struct err err = ERR_INIT;

	(void)state;
	fill(&o, "");
	o.unchecked = true;
	buf_sets(&o.path, "");
	parse(&o, &in, "app-x:tool", &err);
	assert_int_equal(err.code, ERR_NONE);
	assert_int_equal(in.packs.of.n, 0);
}

/* Of an image the tag stands for layers, each a pack; before it is known for which, the id is another one, which its installation still knows. */
static void an_image_has_layers(void **state)
{
	AUTO(offer) o;
	AUTO(buf) id = BUF_INIT;
	AUTO(buf) resolved = BUF_INIT;
	AUTO(buf) offered = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	fill(&o, "install:\n- echo\n");
	o.unchecked = true;
	buf_sets(&o.path, "tool-app-x-1.0-2");
	buf_sets(&o.compression, OFFER_IMAGE);
	assert_int_equal(luet_made_id(&o, &id, &err), 0);
	for (size_t i = 1; i <= 2; i++) {
		AUTO(installer) in;
		struct pack *p = vec_push(&o.packs.of);

		pack_init(p);
		p->sums.has[DIGEST_SHA256] = true;
		p->sums.of[DIGEST_SHA256] = o.sha256;
		p->sums.of[DIGEST_SHA256].bytes[0] = (unsigned char)i;
		parse(&o, &in, "app-x:tool", &err);
		assert_int_equal(err.code, ERR_NONE);
		assert_true(in.luet.image);
		assert_int_equal(in.packs.of.n, i);
		assert_buf(
			&in.packs.of.v[0].file, i == 1 ? "tool-app-x-1.0-2" : "tool-app-x-1.0-2.1");
		assert_int_equal(in.packs.of.v[i - 1].sums.of[DIGEST_SHA256].bytes[0], i);
		buf_clear(&resolved);
		buf_clear(&offered);
		assert_int_equal(luet_made_id(&o, &resolved, &err), 0);
		assert_string_not_equal(resolved.s, id.s);
		assert_int_equal(luet_made_offered_id(&in.facts, &offered, &err), 0);
		assert_buf(&offered, id.s);
	}
}

static void layers_that_are_none(void **state)
{
	static const char *const rows[] = {"layers: []", "layers: x", "layers: [x]", "layers: [[]]",
		"layers: {}", "layers: [" SUM "0]",
		"layers: [" SUM "," SUM "," SUM "," SUM "," SUM "," SUM "," SUM "," SUM "," SUM
		"," SUM "," SUM "," SUM "," SUM "]"};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(facts) facts = FACTS_INIT;
		AUTO(buf) artifact = BUF_INIT;
		AUTO(installer) in;
		struct err err = ERR_INIT;

		installer_init(&in);
		buf_addf(&artifact, "file: a\n%s\n", rows[i]);
		facts_add(&facts, SPAN(LUET_DEFINITION),
			((struct span){definition, sizeof(definition) - 1}));
		facts_add(&facts, SPAN(LUET_ARTIFACT), buf_span(&artifact));
		assert_int_equal(installer_parse(&facts, SPAN("app-x:tool"), &in, &err), -1);
		assert_err(&err, ERR_INSTALLER, "layers");
	}
}

static void what_is_wrong_is_said(void **state)
{
	static const struct {
		const char *definition, *top, *part;
	} rows[] = {
		{"name: tool\ncategory: app-x\nversion: 1", "app-y:tool",
			"the package is app-x/tool, but the archive's top folder is app-y:tool"},
		{"name: ../x\ncategory: app-x\nversion: 1", "app-x:tool", "app-x/../x is no"},
		{"name: tool\ncategory: ..\nversion: 1", "..:tool", "definition.yaml: "},
		{"category: app-x\nversion: 1", "app-x:tool", "definition.yaml: "},
		{"name: tool\ncategory: app-x", "app-x:tool", "version"},
		{"name: tool\ncategory: app-x\nversion: a b", "app-x:tool", "version"},
		{"[a]", "app-x:tool", "definition.yaml: "},
		{"a: &b c", "app-x:tool", "definition.yaml: "},
		{"name: tool\ncategory: app-x\nversion: 1\nannotations: {config_protect: etc}",
			"app-x:tool", "annotations.config_protect is no absolute path"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO(offer) o;
		AUTO(installer) in;
		struct err err = ERR_INIT;

		fill(&o, "");
		buf_sets(&o.definition, rows[i].definition);
		parse(&o, &in, rows[i].top, &err);
		assert_err(&err, ERR_INSTALLER, rows[i].part);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_made_is_read_back),
		cmocka_unit_test(its_id_is_always_the_same),
		cmocka_unit_test(one_without_a_tree_has_no_pack),
		cmocka_unit_test(an_image_has_layers),
		cmocka_unit_test(layers_that_are_none),
		cmocka_unit_test(what_is_wrong_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
