/* Tests of model/acceptance. */
#include "model/acceptance.h"

#include "unit.h"

#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void what_is_written_is_read(void **state)
{
	AUTO(acceptance) a;
	AUTO(acceptance) again;
	AUTO(buf) text = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	acceptance_init(&a);
	acceptance_init(&again);
	buf_sets(&a.name, "zoom");
	assert_true(digest_parse(DIGEST_SHA256, SPAN(SHA256), &a.sha256));
	buf_sets(&a.spdx, "MIT");
	buf_sets(&a.file, "EULA");
	buf_sets(&a.user, "a\"b\\c\n");
	buf_sets(&a.tool, "fardel 1");
	a.uid = 1000;
	a.at = 1000000000;
	acceptance_format(&a, &text);
	assert_buf(&text, "# Written by fardel when the licence was accepted.\nname = \"zoom\"\n"
			  "sha256 = \"" SHA256 "\"\nspdx = \"MIT\"\nfile = \"EULA\"\nuid = 1000\n"
			  "user = \"a\\\"b\\\\c?\"\naccepted = \"2001-09-09T01:46:40Z\"\n"
			  "tool = \"fardel 1\"\n");
	assert_int_equal(acceptance_parse(buf_span(&text), &again, &err), 0);
	assert_buf(&again.name, "zoom");
	assert_true(digest_is(&a.sha256, &again.sha256));
}

static void what_says_too_little_is_none(void **state)
{
	static const char *const bad[] = {"", "name = \"zoom\"\n", "sha256 = \"" SHA256 "\"\n",
		"name = \"zoom\"\nsha256 = \"00\"\n", "name = 1\nsha256 = \"" SHA256 "\"\n",
		"name = \"zoom\nsha256 = \"" SHA256 "\"\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		AUTO(acceptance) a;
		struct err err = ERR_INIT;

		acceptance_init(&a);
		assert_int_equal(acceptance_parse(span_of(bad[i]), &a, &err), -1);
		assert_err(&err, ERR_CONFIG, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(what_says_too_little_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
