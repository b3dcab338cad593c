/* Tests of ext/toml. */
#include "unit.h"

#include "ext/toml.h"

static int on_item(void *arg, const struct toml_item *item, struct err *err)
{
	struct buf *out = arg;

	if (strcmp(item->key, "stop") == 0)
		return err_set(err, ERR_CONFIG, "stopped");
	buf_addf(out, "%s", item->key);
	switch (item->kind) {
	case TOML_TEXT: buf_addf(out, "='%s'", item->text); break;
	case TOML_INTEGER: buf_addf(out, "=%lld", (long long)item->integer); break;
	case TOML_BOOL: buf_adds(out, item->yes ? "=yes" : "=no"); break;
	case TOML_TABLE: buf_adds(out, "={}"); break;
	case TOML_OTHER: buf_adds(out, "=?"); break;
	case TOML_TEXTS:
		buf_adds(out, "=[");
		for (size_t i = 0; i < item->count; i++)
			buf_addf(out, "'%s'", item->texts[i]);
		buf_addc(out, ']');
		break;
	}
	buf_addf(out, "@%u:%u ", item->line, item->column);
	return 0;
}

static void assert_reads(const char *text, const char *want)
{
	AUTO(buf) out = BUF_INIT;
	struct err err = ERR_INIT;

	if (toml_parse(span_of(text), on_item, &out, &err) < 0)
		fail_msg("%s", err.text);
	assert_buf(&out, want);
}

static void keys_come_in_the_documents_order(void **state)
{
	(void)state;
	assert_reads("", "");
	assert_reads("# nothing\n\n[empty]\n", "");
	assert_reads(
		"z = 1\na = 'x'\n[fetch]\nretries = -3\nproxy = \"a\\u00e4\"\n[a2]\nb.c = true\n",
		"z=1@1:1 a='x'@2:1 fetch.retries=-3@4:1 fetch.proxy='a\xc3\xa4'@5:1 a2.b.c=yes@7:3 ");
	assert_reads("t = { y = 1, x = false }\n", "t.y=1@1:7 t.x=no@1:14 ");
}

static void kinds_are_told_apart(void **state)
{
	(void)state;
	assert_reads("a = []\nb = ['x', \"y\"]\nc = [1]\nd = ['x', 1]\n",
		"a=[]@1:1 b=['x''y']@2:1 c=?@3:1 d=?@4:1 ");
	assert_reads("f = 1.5\nd = 2020-01-01\nt = 10:00:00\nn = 9223372036854775807\nh = 0x10\n",
		"f=?@1:1 d=?@2:1 t=?@3:1 n=9223372036854775807@4:1 h=16@5:1 ");
	assert_reads("[[p]]\na = 1\n[[p]]\na = 2\n", "p[0].a=1@2:1 p[1].a=2@4:1 ");
	assert_reads("m = [{a = 1}, 2]\n", "m=?@1:1 ");
}

static void quoted_keys_do_not_pass_for_dotted_ones(void **state)
{
	(void)state;
	assert_reads("\"fetch.retries\" = 1\n", "\"fetch.retries\"=1@1:1 ");
	assert_reads("[fetch]\n\"retries\" = 1\n", "fetch.retries=1@2:1 ");
	assert_reads("\"a\\\"b\\u0000\" = 1\n\"\" = 2\n", "\"a\\\"b\\x00\"=1@1:1 \"\"=2@2:1 ");
}

static void what_is_not_toml_names_its_place(void **state)
{
	static const struct {
		const char *text, *place;
	} bad[] = {
		{"a = \n", "line 1"},
		{"a = 1\nb = [\n", "line 2"},
		{"a = 1\na = 2\n", "line 2"},
		{"x = 1 y = 2", "line 1"},
		{"n = 9223372036854775808\n", "line 1"},
		{"ok = 1\nt = \"\xff\"\n", "line 2"},
		{"t = \"a\\u0000b\"\n", "line 1, column 1: t: a text with a NUL"},
		{"ok = 1\nt = ['a', \"\\u0000\"]\n", "line 2, column 1: t: a text with a NUL"},
	};
	AUTO(buf) out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		err_clear(&err);
		if (toml_parse(span_of(bad[i].text), on_item, &out, &err) == 0)
			fail_msg("%s was read", bad[i].text);
		assert_err(&err, ERR_CONFIG, bad[i].place);
	}
}

static void deep_nesting_is_an_error(void **state)
{
	AUTO(buf) deep = buf_of("a = ");
	AUTO(buf) out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_addc(&deep, '[');
	assert_int_equal(toml_parse(buf_span(&deep), on_item, &out, &err), -1);
	assert_err(&err, ERR_CONFIG, "line 1");
}

static void refuse_deep(const char *text, const char *place)
{
	AUTO(buf) out = BUF_INIT;
	struct err err = ERR_INIT;

	if (toml_parse(span_of(text), on_item, &out, &err) == 0)
		fail_msg("%.200s was read", text);
	assert_err(&err, ERR_CONFIG, place);
}

static void add_times(struct buf *out, const char *text, int times)
{
	while (times--)
		buf_adds(out, text);
}

/* Whatever makes one table in another by dots must not go down as far as it likes. */
static void long_keys_are_an_error(void **state)
{
	AUTO(buf) deep = buf_of("ok = 1\na");
	AUTO(buf) steps = BUF_INIT;

	(void)state;
	assert_reads(
		"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p = 1\n", "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p=1@1:31 ");
	refuse_deep(
		"\n a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q = 1\n", "line 2, column 34: a key of more");
	add_times(&deep, ".a", 2000000);
	buf_adds(&deep, " = 1\n");
	refuse_deep(deep.s, "line 2, column 1: a key of more");
	buf_sets(&deep, "[\"=\"");
	add_times(&deep, ".'#'", 1000000);
	buf_adds(&deep, "]\n");
	refuse_deep(deep.s, "line 1, column 1: a key of more");
	for (int i = 0; i < 100; i++)
		buf_adds(&steps, "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = [\n{");
	refuse_deep(steps.s, "line ");
	buf_sets(&deep, "a = \"\"\"");
	add_times(&deep, "...\\\"...\"\"... 'x", 20);
	buf_adds(&deep, "\"\"\"\nb = '");
	add_times(&deep, "..\\\"..", 20);
	buf_adds(&deep, "' # ");
	add_times(&deep, ". \" . '", 40);
	{
		AUTO(buf) out = BUF_INIT;
		struct err err = ERR_INIT;

		if (toml_parse(buf_span(&deep), on_item, &out, &err) < 0)
			fail_msg("%s", err.text);
	}
}

static int on_table(void *arg, const struct toml_item *item, struct err *err)
{
	return item->kind == TOML_TABLE ? on_item(arg, item, err) : 0;
}

static void tables_are_given_by_who_walks(void **state)
{
	AUTO(buf) out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(toml_walk(SPAN("x = 1\n[e]\n[[p]]\n[[p]]\na = {b = 1}\n[t.u]\n"), on_table,
				 &out, &err),
		0);
	assert_buf(&out, "e={}@2:2 p[0]={}@3:1 p[1]={}@4:1 p[1].a={}@5:1 t={}@6:2 t.u={}@6:4 ");
}

static void the_callback_ends_it(void **state)
{
	AUTO(buf) out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(toml_parse(SPAN("a = 1\nstop = 1\nb = 1\n"), on_item, &out, &err), -1);
	assert_err(&err, ERR_CONFIG, "stopped");
	assert_buf(&out, "a=1@1:1 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_come_in_the_documents_order),
		cmocka_unit_test(kinds_are_told_apart),
		cmocka_unit_test(quoted_keys_do_not_pass_for_dotted_ones),
		cmocka_unit_test(what_is_not_toml_names_its_place),
		cmocka_unit_test(deep_nesting_is_an_error),
		cmocka_unit_test(long_keys_are_an_error),
		cmocka_unit_test(tables_are_given_by_who_walks),
		cmocka_unit_test(the_callback_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
