/* Tests of ext/yaml: what is read, where it stands, what is refused. */
#include "ext/yaml.h"

#include "unit.h"

static void parse(struct yaml *y, const char *text)
{
	struct err err = ERR_INIT;

	if (yaml_parse(span_of(text), y, &err) < 0)
		fail_msg("%s: %s", text, err.text);
}

static void refuse(const char *text, const char *part)
{
	AUTO(yaml) y = YAML_INIT;
	struct err err = ERR_INIT;

	if (yaml_parse(span_of(text), &y, &err) == 0)
		fail_msg("taken: %s", text);
	assert_err(&err, ERR_CONFIG, part);
	assert_true(span_starts(span_of(err.text), "line "));
	assert_true(y.kind == YAML_TEXT && !y.text.n && !y.pairs.n && !y.list.n);
}

static const struct yaml *get(const struct yaml *y, const char *key)
{
	const struct yaml_pair *p = yaml_get(y, key);

	if (!p)
		fail_msg("no %s", key);
	return &p->value;
}

/* What stands in the text where the value is. */
static void assert_at(const char *text, const struct yaml *y, const char *wanted)
{
	assert_span(span_cut(span_of(text), y->from, y->to - y->from), wanted);
}

static void values_and_where_they_stand(void **state)
{
	const char *text =
		"# a comment\nname: \"m\\u00e4in\"   # behind\nurls:\n- http://a/\n- 'b c'\n"
		"auth: {token: x, user: }\nlong: |\n  one\n  two\nlast: [1, [2]]\n";
	AUTO(yaml) y = YAML_INIT;

	(void)state;
	parse(&y, text);
	assert_int_equal(y.kind, YAML_MAP);
	assert_int_equal(y.pairs.n, 5);
	assert_buf(&get(&y, "name")->text, "m\xc3\xa4in");
	assert_at(text, get(&y, "name"), "\"m\\u00e4in\"");
	assert_int_equal(get(&y, "name")->line, 2);
	assert_int_equal(get(&y, "name")->column, 7);
	assert_int_equal(get(&y, "name")->style, YAML_QUOTED);
	assert_int_equal(get(&y, "urls")->list.n, 2);
	assert_buf(&get(&y, "urls")->list.v[1].text, "b c");
	assert_int_equal(get(&y, "urls")->style, YAML_BLOCK);
	assert_span(span_cut(span_of(text), yaml_end(get(&y, "urls")), 6), "\nauth:");
	assert_int_equal(get(&y, "auth")->style, YAML_FLOW);
	assert_at(text, get(&y, "auth"), "{token: x, user: }");
	assert_true(yaml_is_null(get(get(&y, "auth"), "user")));
	assert_buf(&get(&y, "long")->text, "one\ntwo\n");
	assert_at(text, get(&y, "last"), "[1, [2]]");
	assert_null(yaml_get(&y, "none"));
	assert_null(yaml_get(get(&y, "urls"), "http://a/"));
}

/* libyaml counts characters; there are some of each length before these. */
static void places_are_in_bytes(void **state)
{
	const char *text =
		"\xef\xbb\xbf# \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\r\n\xc3\xa4: \xe2\x82\xac\r\nenable: no\r\n";
	AUTO(yaml) y = YAML_INIT;

	(void)state;
	parse(&y, text);
	assert_at(text, get(&y, "\xc3\xa4"), "\xe2\x82\xac");
	assert_at(text, get(&y, "enable"), "no");
	assert_at(text, &yaml_get(&y, "enable")->key, "enable");
}

static void nothing_is_an_empty_text(void **state)
{
	static const char *const texts[] = {
		"", "\n\n", "# only that\n", "---\n", "---\n...\n", "~\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO(yaml) y = YAML_INIT;

		parse(&y, texts[i]);
		assert_true(yaml_is_null(&y));
	}
}

static void what_is_no_plain_document_is_refused(void **state)
{
	(void)state;
	refuse("a: &x 1\n", "line 1, column 4: anchors");
	refuse("a: 1\nb: *x\n", "line 2, column 4: aliases");
	refuse("*x\n", "aliases");
	refuse("a: !!str 1\n", "line 1, column 4: tags");
	refuse("!x {a: 1}\n", "tags");
	refuse("a: !x [1]\n", "tags");
	refuse("a: 1\n---\nb: 2\n", "second document");
	refuse("a: 1\nb: 2\na: 3\n", "line 3, column 1: a stands there twice");
	refuse("{a: 1, a: 1}", "twice");
	refuse("<<: {a: 1}\n", "merged");
	refuse("[1]: 2\n", "a key must be a text");
	refuse("? {a: 1}\n: 2\n", "a key must be a text");
	refuse("\"a\\0b\": 2\n", "NUL");
	refuse("a: [1\n", "line ");
	refuse("a: \"1\n", "line ");
	refuse("a: b: c\n", "line 1");
	refuse("a:\n\t- b\n", "line 2");
	refuse("a: \xff\n", "line ");
	refuse("a: \x01\n", "line ");
	refuse("@\n", "line 1");
}

static void levels_and_keys_are_bounded(void **state)
{
	AUTO(buf) deep = BUF_INIT;
	AUTO(buf) many = BUF_INIT;
	AUTO(yaml) y = YAML_INIT;

	(void)state;
	for (int i = 0; i < YAML_DEPTH_MAX; i++)
		buf_addc(&deep, '[');
	for (int i = 0; i < YAML_DEPTH_MAX; i++)
		buf_addc(&deep, ']');
	parse(&y, deep.s);
	buf_clear(&deep);
	for (int i = 0; i <= YAML_DEPTH_MAX; i++)
		buf_addc(&deep, '[');
	refuse(deep.s, "too many levels");
	for (int i = 0; i < 60000; i++)
		buf_addc(&deep, '[');
	refuse(deep.s, "too many levels");
	for (int i = 0; i <= YAML_KEYS_MAX; i++)
		buf_addf(&many, "k%d: 1\n", i);
	refuse(many.s, "too many keys");
}

static void values_are_bounded(void **state)
{
	AUTO(buf) text = buf_of("[a");
	AUTO(yaml) y = YAML_INIT;
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < YAML_VALUES_MAX; i++)
		buf_adds(&text, ",a");
	buf_addc(&text, ']');
	assert_int_equal(yaml_parse(buf_span(&text), &y, &err), -1);
	assert_err(&err, ERR_CONFIG, "too many values");
}

static void what_is_true_and_what_is_false(void **state)
{
	static const char *const texts[] = {
		"true", "yes", "On", "y", "\"true\"", "false", "no", "OFF", "'no'", "n"};
	static const char *const neither[] = {
		"1", "tRUE", "", "~", "[true]", "|\n  true", "truely"};
	bool value;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO(yaml) y = YAML_INIT;

		parse(&y, texts[i]);
		assert_true(yaml_is_bool(&y, &value));
		assert_int_equal(value, i < COUNT(texts) / 2);
	}
	for (size_t i = 0; i < COUNT(neither); i++) {
		AUTO(yaml) y = YAML_INIT;

		parse(&y, neither[i]);
		assert_false(yaml_is_bool(&y, &value));
	}
}

static void the_same_however_it_is_written(void **state)
{
	AUTO(yaml) a = YAML_INIT;
	AUTO(yaml) b = YAML_INIT;
	AUTO(yaml) c = YAML_INIT;
	AUTO(yaml) d = YAML_INIT;

	(void)state;
	parse(&a, "x: [1, 'two']\ny: {z: }\n");
	parse(&b, "# other\nx:\n- \"1\"\n- two\ny:\n  z:\n");
	parse(&c, "x: [1, 'two']\ny: {z: ''}\n");
	parse(&d, "x: [1]\ny: {z: }\n");
	assert_true(yaml_is_same(&a, &b));
	assert_false(yaml_is_same(&a, &c));
	assert_false(yaml_is_same(&a, &d));
}

static void a_text_is_read_back_as_it_was(void **state)
{
	static const char *const texts[] = {"plain words", "", "yes", "null", "~", "12", "a: b",
		"a #b", "a:", " a", "a ", "\"q\"", "back\\slash", "two\nlines", "\t", "\x01\x7f",
		"\xc3\xa4 \xe2\x82\xac", "turned \xe2\x80\xae", "\xc2\x85", "\xf0\x9f\x98\x80",
		"- a", "[a]", "{a", "&a", "*a", "!a", "%a", "/a/path",
		"https://a.example/x?y=1&z#f", "a,b", "---", "true story",
		"\xef\xbb\xbf"
		"a"};
	static const char *const plain[] = {
		"plain words", "/a/path", "https://a.example/x", "Main-2.0_x"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO(buf) text = buf_of("x: ");
		AUTO(buf) list = buf_of("x: [");
		AUTO(yaml) y = YAML_INIT;
		AUTO(yaml) l = YAML_INIT;

		yaml_format_text(span_of(texts[i]), &text);
		yaml_format_text(span_of(texts[i]), &list);
		buf_addc(&list, ']');
		assert_null(strchr(text.s, '\n'));
		parse(&y, text.s);
		assert_buf(&get(&y, "x")->text, texts[i]);
		assert_false(yaml_is_null(get(&y, "x")));
		parse(&l, list.s);
		assert_buf(&get(&l, "x")->list.v[0].text, texts[i]);
	}
	for (size_t i = 0; i < COUNT(plain); i++) {
		AUTO(buf) text = BUF_INIT;

		yaml_format_text(span_of(plain[i]), &text);
		assert_buf(&text, plain[i]);
	}
}

/* A text that comes in pieces of some bytes. */
struct pieces {
	struct span rest;
	size_t each;
};

static long read_pieces(void *arg, void *to, size_t room, struct err *err)
{
	struct pieces *p = arg;
	size_t n = p->each < room ? p->each : room;

	(void)err;
	n = n < p->rest.n ? n : p->rest.n;
	memcpy(to, p->rest.s, n);
	p->rest = span_cut(p->rest, n, p->rest.n);
	return (long)n;
}

static int add_item(void *arg, const struct yaml *item, struct err *err)
{
	const struct yaml_pair *name = yaml_get(item, "name");

	if (name && span_is_text(buf_span(&name->value.text), "stop"))
		return err_set(err, ERR_FAILED, "stopped");
	buf_addf(arg, "%s ", name ? name->value.text.s : item->text.s);
	return 0;
}

static int each_item(const char *text, size_t each, struct buf *out, struct err *err)
{
	struct pieces pieces = {span_of(text), each};
	struct yaml_source source = {read_pieces, &pieces, 100};

	return yaml_each_item(&source, "index", add_item, out, err);
}

static void items_one_after_the_other(void **state)
{
	const char *text =
		"other: {a: [b]}\nindex:\n- name: one\n  list: [x]\n- two\n- name: three\nlast: 1\n";

	(void)state;
	for (size_t each = 1; each < 64; each += 7) {
		AUTO(buf) found = BUF_INIT;
		struct err err = ERR_INIT;

		if (each_item(text, each, &found, &err) < 0)
			fail_msg("%s", err.text);
		assert_buf(&found, "one two three ");
	}
}

static void items_that_are_refused(void **state)
{
	static const char *const rows[][2] = {
		{"", "empty"},
		{"x", "no keys"},
		{"[x]", "no keys"},
		{"index: [a", "line"},
		{"index: [&x a, *x]", "anchors"},
		{"index: &x [a]", "anchors"},
		{"index: [*x]", "aliases"},
		{"index: [!!int 1]", "tags"},
		{"index: [a]\n--- \nindex: []", "second document"},
		{"? [a]\n: b", "a key must be a text"},
		{"index: [{name: stop}, b]", "stopped"},
		{"index: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
			"too many levels"},
	};
	AUTO(buf) huge = buf_of("index:\n- a\n- \"");

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf) found = BUF_INIT;
		struct err err = ERR_INIT;

		if (each_item(rows[i][0], 5, &found, &err) == 0)
			fail_msg("taken: %s", rows[i][0]);
		if (!strstr(err.text, rows[i][1]))
			fail_msg("%s: %s", rows[i][0], err.text);
	}
	for (size_t i = 0; i < 1 << 16; i++)
		buf_addc(&huge, 'x');
	for (int i = 0; i < 2; i++) {
		AUTO(buf) found = BUF_INIT;
		struct err err = ERR_INIT;

		assert_int_equal(each_item(huge.s, 20, &found, &err), -1);
		assert_err(&err, ERR_CONFIG, "more than 100 bytes");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_and_where_they_stand),
		cmocka_unit_test(places_are_in_bytes),
		cmocka_unit_test(nothing_is_an_empty_text),
		cmocka_unit_test(what_is_no_plain_document_is_refused),
		cmocka_unit_test(levels_and_keys_are_bounded),
		cmocka_unit_test(values_are_bounded),
		cmocka_unit_test(what_is_true_and_what_is_false),
		cmocka_unit_test(the_same_however_it_is_written),
		cmocka_unit_test(a_text_is_read_back_as_it_was),
		cmocka_unit_test(items_one_after_the_other),
		cmocka_unit_test(items_that_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
