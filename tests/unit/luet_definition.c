/* Tests of model/luet_definition and model/luet_node. */
#include "model/luet_definition.h"

#include "ext/json.h"
#include "unit.h"

static const char full[] =
	"category: app-x\nname: hello\nversion: \"1.0+2\"\n"
	"requires:\n"
	"- {category: sys-libs, name: c, version: \">=2.0 <3\"}\n"
	"- {category: sys-libs, name: any, version: \">=0\"}\n"
	"- {category: sys-libs, name: no-version}\n"
	"- {category: virtual, name: base, version: 0}\n"
	"conflicts:\n- {category: app-x, name: other, version: \"<1\"}\n"
	"- {category: app-x, name: unclear, version: \"~>1\"}\n"
	"provides:\n- {category: virtual, name: hello, version: \"1.0\"}\n"
	"- {category: virtual, name: hi, version: \">=0\"}\n"
	"- {category: virtual, name: ho, version: \">=1\"}\n"
	"description: |\n  Says hello.\n  Twice.\n"
	"uri: [https://x/, https://y/]\nlicense: GPL-3\n"
	"labels: {emerge: \"yes\", n: 5, none: }\n"
	"annotations:\n  config_protect: /etc/hello\n  deep: {a: b}\n  list: [1]\n"
	"hidden: true\nuse_flags: [ssl, -x]\nbuildtimestamp: \"1690000000\"\n"
	"treedir: /somewhere\nid: 5\n";

static void assert_relation(const struct relations *r, size_t i, const char *text)
{
	AUTO(buf) out = BUF_INIT;

	assert_true(i < r->of.n);
	relation_format(&r->of.v[i], &out);
	assert_buf(&out, text);
}

static void check_full(const struct luet_definition *d)
{
	assert_buf(&d->name, "app-x/hello");
	assert_buf(&d->version, "1.0+2");
	assert_int_equal(d->requires.of.n, 4);
	assert_relation(&d->requires, 0, "sys-libs/c (>=2.0 <3)");
	assert_relation(&d->requires, 1, "sys-libs/any");
	assert_relation(&d->requires, 2, "sys-libs/no-version");
	assert_relation(&d->requires, 3, "virtual/base (= 0)");
	assert_int_equal(d->conflicts.of.n, 2);
	assert_relation(&d->conflicts, 0, "app-x/other (<1)");
	assert_relation(&d->conflicts, 1, "app-x/unclear");
	assert_int_equal(d->provides.of.n, 3);
	assert_relation(&d->provides, 0, "virtual/hello (= 1.0)");
	assert_relation(&d->provides, 1, "virtual/hi");
	assert_relation(&d->provides, 2, "virtual/ho");
	assert_buf(&d->description, "Says hello.\nTwice.\n");
	assert_buf(&d->license, "GPL-3");
	assert_buf(&d->timestamp, "1690000000");
	assert_int_equal(d->uris.of.n, 2);
	assert_buf(&d->uris.of.v[1], "https://y/");
	assert_int_equal(d->use_flags.of.n, 2);
	assert_buf(&d->use_flags.of.v[1], "-x");
	assert_int_equal(d->labels.of.n, 3);
	assert_buf(&d->labels.of.v[1].value, "5");
	assert_buf(luet_definition_annotation(d, "config_protect"), "/etc/hello");
	assert_null(luet_definition_annotation(d, "deep"));
	assert_null(luet_definition_annotation(d, "list"));
	assert_true(d->hidden);
}

static void all_of_yaml_is_read(void **state)
{
	AUTO(luet_definition) d;
	struct err err = ERR_INIT;

	(void)state;
	luet_definition_init(&d);
	if (luet_definition_parse(span_of(full), &d, &err) < 0)
		fail_msg("%s", err.text);
	check_full(&d);
}

/* The same values. */
static struct json *to_json(const struct yaml *y)
{
	struct json *out;

	if (y->kind == YAML_TEXT && yaml_is_null(y))
		return json_null();
	if (y->kind == YAML_TEXT && span_is_text(buf_span(&y->text), "5"))
		return json_number(5);
	if (y->kind == YAML_TEXT && span_is_text(buf_span(&y->text), "true"))
		return json_bool(true);
	if (y->kind == YAML_TEXT)
		return json_text(buf_span(&y->text));
	out = y->kind == YAML_LIST ? json_array() : json_object();
	VEC_FOR (const struct yaml, one, &y->list)
		json_append(out, to_json(one));
	VEC_FOR (const struct yaml_pair, pair, &y->pairs)
		json_put(out, pair->key.text.s, to_json(&pair->value));
	return out;
}

static void json_says_the_same(void **state)
{
	AUTO(luet_definition) d;
	AUTO(yaml) y = YAML_INIT;
	struct err err = ERR_INIT;
	struct json *value;

	(void)state;
	luet_definition_init(&d);
	assert_int_equal(yaml_parse(span_of(full), &y, &err), 0);
	value = to_json(&y);
	if (luet_definition_of_json(value, &d, &err) < 0)
		fail_msg("%s", err.text);
	json_free(value);
	check_full(&d);
}

#define LEAST "category: a\nname: b\nversion: 1\n"

static void nothing_is_no_fault(void **state)
{
	static const char *const good[] = {LEAST, LEAST "requires:\n", LEAST "requires: []\n",
		LEAST "requires: null\nlabels: ~\nhidden:\ndescription:\nuri:\n", LEAST "uri: x\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		AUTO(luet_definition) d;
		struct err err = ERR_INIT;

		luet_definition_init(&d);
		if (luet_definition_parse(span_of(good[i]), &d, &err) < 0)
			fail_msg("%s: %s", good[i], err.text);
		assert_int_equal(d.requires.of.n, 0);
		assert_false(d.hidden);
	}
}

static void what_is_wrong_is_told(void **state)
{
	static const struct {
		const char *text, *part;
	} bad[] = {
		{"", "must be a package"},
		{"a", "must be a package"},
		{"[]", "must be a package"},
		{"name: b\nversion: 1\n", "/b is no CATEGORY/NAME"},
		{"category: a\nversion: 1\n", "a/ is no CATEGORY/NAME"},
		{"category: ..\nname: b\nversion: 1\n", "../b is no CATEGORY/NAME"},
		{"category: a\nname: b/c\nversion: 1\n", "a/b/c is no"},
		{"category: a\nname: b\n", "version: \"\" is none"},
		{"category: a\nname: b\nversion: ../1\n", "version: \"../1\" is none"},
		{"category: a\nname: b\nversion: \">=1\"\n", "is none"},
		{"category: a\nname: b\nversion: [1]\n", "must have texts as category"},
		{"category: {}\nname: b\nversion: 1\n", "must have texts as category"},
		{LEAST "requires: x\n", "a/b: requires: must be a list"},
		{LEAST "requires: {a: b}\n", "requires: must be a list"},
		{LEAST "requires: [x]\n", "requires: must be a package"},
		{LEAST "requires: [{category: a, name: \"\"}]\n", "requires: a/ is no"},
		{LEAST "conflicts: [{name: x}]\n", "conflicts: /x is no"},
		{LEAST "provides: [1]\n", "provides: must be a package"},
		{LEAST "description: [a]\n", "description: must be a text"},
		{LEAST "license: {}\n", "license: must be a text"},
		{LEAST "uri: [[a]]\n", "uri: must be a list of texts"},
		{LEAST "labels: [a]\n", "labels: must have keys"},
		{LEAST "hidden: perhaps\n", "hidden: must be true or false"},
		{LEAST "a: &x b\nc: *x\n", "line"},
		{LEAST "name: c\n", "line"},
		{"{", "line"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		AUTO(luet_definition) d;
		struct err err = ERR_INIT;

		luet_definition_init(&d);
		if (luet_definition_parse(span_of(bad[i].text), &d, &err) == 0)
			fail_msg("taken: %s", bad[i].text);
		assert_err(&err, ERR_INSTALLER, bad[i].part);
	}
}

static bool takes(size_t count)
{
	AUTO(luet_definition) d;
	AUTO(buf) text = buf_of(LEAST "requires:\n");
	struct err err = ERR_INIT;

	luet_definition_init(&d);
	for (size_t i = 0; i < count; i++)
		buf_addf(&text, "- {category: c, name: n%zu, version: \">=0\"}\n", i);
	return luet_definition_parse(buf_span(&text), &d, &err) == 0 && d.requires.of.n == count;
}

static void lists_are_bounded(void **state)
{
	AUTO(luet_definition) d;
	AUTO(buf) text = buf_of(LEAST "description: ");
	struct err err = ERR_INIT;

	(void)state;
	assert_true(takes(LUET_LIST_MAX));
	assert_false(takes(LUET_LIST_MAX + 1));
	while (text.n <= LUET_DEFINITION_MAX)
		buf_adds(&text, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	luet_definition_init(&d);
	assert_int_equal(luet_definition_parse(buf_span(&text), &d, &err), -1);
	assert_err(&err, ERR_INSTALLER, "longer than");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_yaml_is_read),
		cmocka_unit_test(json_says_the_same),
		cmocka_unit_test(nothing_is_no_fault),
		cmocka_unit_test(what_is_wrong_is_told),
		cmocka_unit_test(lists_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
