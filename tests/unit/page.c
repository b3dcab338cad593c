/* Tests of model/html and model/page. What a browser makes of pages: tests/web. */
#include "model/page.h"

#include "model/html.h"
#include "unit.h"

static void check(struct span x, const char *wanted)
{
	AUTO(buf) out = BUF_INIT;

	html_add(&out, x);
	assert_buf(&out, wanted);
}

static void text_stays_text(void **state)
{
	(void)state;
	check(SPAN("<b class='x' id=\"y\">&amp;</b>"),
		"&lt;b class=&#39;x&#39; id=&quot;y&quot;&gt;&amp;amp;&lt;/b&gt;");
	check(SPAN("\xc3\xa4\n\\"), "\xc3\xa4\n\\");
	check(SPAN("a\x1b[1m\xff\xe2\x80\xae"
		   "b\0c"),
		"a\\x1b[1m\\xff\\u{202e}b\\x00c");
}

static void names_are_listed_by_their_letter(void **state)
{
	(void)state;
	assert_int_equal(page_letter(SPAN("zoom")), 'z');
	assert_int_equal(page_letter(SPAN("Zoom")), 'z');
	assert_int_equal(page_letter(SPAN("_zoom")), '0');
	assert_int_equal(page_letter(SPAN("7zip")), '0');
	assert_int_equal(page_letter(SPAN("")), '0');
}

static void lists_are_json_that_ends_no_script(void **state)
{
	AUTO(page_entries) all = {0};
	AUTO(buf) out = BUF_INIT;

	(void)state;
	page_json(&all, &out);
	assert_buf(&out, "[]\n");
	buf_clear(&out);
	*vec_push(&all.of) = (struct page_entry){buf_of("a"), buf_of(""), buf_of("x \"y\"\n")};
	*vec_push(&all.of) = (struct page_entry){buf_of("b"), buf_of("1"), buf_of("")};
	page_json(&all, &out);
	assert_buf(&out, "[[\"a\",\"\",\"x \\\"y\\\"\\n\"],\n[\"b\",\"1\",\"\"]]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_stays_text),
		cmocka_unit_test(names_are_listed_by_their_letter),
		cmocka_unit_test(lists_are_json_that_ends_no_script),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
