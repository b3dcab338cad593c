/* Tests of ext/json. */
#include "unit.h"

#include "ext/json.h"

static void assert_json(struct json *value, const char *want)
{
	AUTO(buf) out = BUF_INIT;

	json_format(value, &out);
	json_free(value);
	assert_buf(&out, want);
}

/* As a value, and at once. */
static void assert_text(struct span text, const char *want)
{
	AUTO(buf) out = BUF_INIT;

	assert_json(json_text(text), want);
	json_format_text(text, &out);
	assert_buf(&out, want);
}

static void values_are_one_line(void **state)
{
	struct json *object = json_object();
	struct json *list = json_array();

	(void)state;
	json_put_text(object, "zebra", SPAN("a\nb\t\"\\"));
	json_put_number(object, "apple", INT64_MIN);
	json_put_bool(object, "yes", true);
	json_put(object, "none", json_null());
	json_append(list, json_number(INT64_MAX));
	json_append(list, json_bool(false));
	json_append(list, json_object());
	json_put(object, "list", list);
	assert_json(object,
		"{\"zebra\":\"a\\nb\\t\\\"\\\\\",\"apple\":-9223372036854775808,\"yes\":true,"
		"\"none\":null,\"list\":[9223372036854775807,false,{}]}");
	assert_text(SPAN(""), "\"\"");
	assert_json(json_null(), "null");
}

static void a_key_put_again_is_replaced(void **state)
{
	struct json *object = json_object();

	(void)state;
	json_put_number(object, "a", 1);
	json_put_number(object, "b", 2);
	json_put_number(object, "a", 3);
	assert_json(object, "{\"a\":3,\"b\":2}");
}

static void hostile_texts_are_harmless(void **state)
{
	(void)state;
	assert_text(SPAN("/usr/bin/~"), "\"/usr/bin/~\"");
	assert_text(SPAN("a\"b"), "\"a\\\"b\"");
	assert_text(SPAN("\\n"), "\"\\\\n\"");
	assert_text(SPAN("a\n"), "\"a\\n\"");
	assert_text(SPAN("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
		"\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"");
	assert_text(SPAN("a\xff\xc3"), "\"a\\\\xff\\\\xc3\"");
	assert_text(SPAN("\xed\xa0\x80"), "\"\\\\xed\\\\xa0\\\\x80\""); /* a surrogate */
	assert_text(SPAN("a\0b"), "\"a\\u0000b\"");
	assert_text(SPAN("\x1b[2J\x7f"), "\"\\u001B[2J\\u007F\"");
	assert_text(SPAN("\xe2\x80\xae\xc2\x9b"), "\"\\u202E\\u009B\"");
}

static void what_is_written_reads_the_same(void **state)
{
	static const char text[] = "\x01\x7f\xc2\x85\xe2\x80\xae \\ \" / \xf0\x9f\x98\x80";
	AUTO(buf) out = BUF_INIT;
	struct json *object = json_object();
	struct json *again;
	struct err err = ERR_INIT;

	(void)state;
	json_put_text(object, "x", span_of(text));
	json_format(object, &out);
	json_free(object);
	assert_int_equal(json_parse(buf_span(&out), &again, &err), 0);
	assert_string_equal(json_get_text(again, "x"), text);
	json_free(again);
}

static void parsing_is_strict(void **state)
{
	static const char *const bad[] = {"", " ", "{", "{\"a\":1,}", "[1] 2", "{a:1}", "nul",
		"{\"a\":1,\"a\":2}", "\"\\u0000\"", "\"\xff\"", "[1e999]", "'a'"};
	struct json *value = NULL;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		err_clear(&err);
		if (json_parse(span_of(bad[i]), &value, &err) == 0)
			fail_msg("%s was read", bad[i]);
		assert_err(&err, ERR_FAILED, "not JSON: line ");
	}
	assert_int_equal(json_parse(SPAN("{\n \"a\": x}"), &value, &err), -1);
	assert_err(&err, ERR_FAILED, "line 2, column 7");
}

static void deep_nesting_is_an_error(void **state)
{
	AUTO(buf) deep = BUF_INIT;
	struct json *value;
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_addc(&deep, '[');
	assert_int_equal(json_parse(buf_span(&deep), &value, &err), -1);
	assert_err(&err, ERR_FAILED, "depth");
}

static void getting_the_wrong_kind_is_null(void **state)
{
	struct json *value;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(json_parse(SPAN("{\"a\":{\"b\":\"c\"},\"n\":1}"), &value, &err), 0);
	assert_string_equal(json_get_text(json_get(value, "a"), "b"), "c");
	assert_null(json_get_text(value, "a"));
	assert_null(json_get_text(value, "n"));
	assert_null(json_get_text(value, "x"));
	assert_null(json_get(json_get(value, "n"), "x"));
	assert_null(json_get(NULL, "x"));
	json_free(value);
}

static void lists_are_walked(void **state)
{
	struct json *value;
	const struct json *list;
	struct err err = ERR_INIT;
	bool yes = false;

	(void)state;
	assert_int_equal(
		json_parse(SPAN("{\"l\":[\"a\",true,1],\"y\":true,\"n\":0}"), &value, &err), 0);
	list = json_get(value, "l");
	assert_true(json_is_list(list));
	assert_int_equal(json_count(list), 3);
	assert_string_equal(json_as_text(json_at(list, 0)), "a");
	assert_null(json_as_text(json_at(list, 1)));
	assert_null(json_at(list, 3));
	assert_false(json_is_list(value));
	assert_false(json_is_list(NULL));
	assert_int_equal(json_count(value), 0);
	assert_int_equal(json_count(NULL), 0);
	assert_null(json_at(NULL, 0));
	assert_null(json_as_text(NULL));
	assert_true(json_get_bool(value, "y", &yes));
	assert_true(yes);
	assert_false(json_get_bool(value, "n", &yes));
	assert_false(json_get_bool(value, "x", &yes));
	json_free(value);
}

static void values_are_asked_for_by_kind(void **state)
{
	static const char *const known[] = {"n", "list", NULL};
	struct json *value;
	struct err err = ERR_INIT;
	int64_t number = 7;
	bool yes = false;

	(void)state;
	assert_int_equal(
		json_parse(SPAN("{\"n\":-3,\"list\":[1,{\"x\":\"y\"}],\"yes\":true,\"f\":1.5}"),
			&value, &err),
		0);
	assert_false(json_get_number(value, "f", &number));
	assert_false(json_get_number(value, "yes", &number));
	assert_false(json_get_number(value, "x", &number));
	assert_int_equal(number, 7);
	assert_true(json_get_number(value, "n", &number));
	assert_int_equal(number, -3);
	assert_false(json_get_bool(value, "n", &yes));
	assert_true(json_get_bool(value, "yes", &yes));
	assert_true(yes);
	assert_false(json_is_list(value));
	assert_false(json_is_list(NULL));
	assert_true(json_is_list(json_get(value, "list")));
	assert_int_equal(json_count(json_get(value, "list")), 2);
	assert_int_equal(json_count(value), 0);
	assert_int_equal(json_count(NULL), 0);
	assert_string_equal(json_get_text(json_at(json_get(value, "list"), 1), "x"), "y");
	assert_null(json_at(json_get(value, "list"), 2));
	assert_null(json_at(NULL, 0));
	assert_string_equal(json_other_key(value, known), "yes");
	assert_null(json_other_key(json_get(value, "list"), known));
	assert_null(json_other_key(NULL, known));
	json_free(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_one_line),
		cmocka_unit_test(a_key_put_again_is_replaced),
		cmocka_unit_test(hostile_texts_are_harmless),
		cmocka_unit_test(what_is_written_reads_the_same),
		cmocka_unit_test(parsing_is_strict),
		cmocka_unit_test(deep_nesting_is_an_error),
		cmocka_unit_test(getting_the_wrong_kind_is_null),
		cmocka_unit_test(lists_are_walked),
		cmocka_unit_test(values_are_asked_for_by_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
