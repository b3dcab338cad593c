/* Tests of ext/table. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "ext/table.h"

static const struct table_column columns[] = {
	{.title = "NAME"}, {.title = "VERSION", .trunc = true}, {.title = "SIZE", .right = true}};

static void print(struct table *t, struct buf *out)
{
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);

	assert_non_null(to);
	table_print(t, to);
	fclose(to);
	buf_set(out, (struct span){text, n});
	free(text);
}

static void add(struct table *t, struct span a, struct span b, struct span c)
{
	table_add(t, (const struct span[]){a, b, c});
}

static void columns_are_aligned(void **state)
{
	struct table *t = table_new(columns, COUNT(columns), false);
	AUTO(buf) out = BUF_INIT;

	(void)state;
	add(t, SPAN("google-chrome"), SPAN("147.0"), SPAN("402 MB"));
	add(t, span_cut(SPAN("zoomXX"), 0, 4), SPAN(""), SPAN("1 kB"));
	print(t, &out);
	assert_buf(&out, "NAME            VERSION     SIZE\n"
			 "google-chrome   147.0     402 MB\n"
			 "zoom                        1 kB\n");
	table_free(t);
}

static void color_is_in_the_titles_only(void **state)
{
	struct table *t = table_new(columns, COUNT(columns), true);
	AUTO(buf) out = BUF_INIT;

	(void)state;
	add(t, SPAN("a"), SPAN("b"), SPAN("c"));
	print(t, &out);
	assert_non_null(strstr(out.s, "\x1b["));
	assert_null(strstr(strchr(out.s, '\n'), "\x1b["));
	table_free(t);
}

static void nothing_is_no_table(void **state)
{
	struct table *t = table_new(columns, COUNT(columns), false);
	AUTO(buf) out = BUF_INIT;

	(void)state;
	print(t, &out);
	assert_buf(&out, "");
	table_free(t);
	table_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_aligned),
		cmocka_unit_test(color_is_in_the_titles_only),
		cmocka_unit_test(nothing_is_no_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
