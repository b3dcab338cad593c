/* cmd/progress, cmd/bar and cmd/plan_print: what is drawn while a plan is carried out, and after
 * it. */
#include "unit.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bar.h"
#include "cmd/plan_print.h"
#include "cmd/progress.h"

static double now;

static double clock_of_test(void)
{
	return now;
}

/* A progress that writes into memory. */
struct fixture {
	struct progress p;
	char *text;
	size_t n;
};

static void begin(struct fixture *f, enum progress_style style)
{
	FILE *to = open_memstream(&f->text, &f->n);

	now = 100;
	progress_init(&f->p, to);
	f->p.clock = clock_of_test;
	f->p.style = style;
}

/* What was written so far. */
static const char *written(struct fixture *f)
{
	fflush(f->p.to);
	return f->text;
}

static void end(struct fixture *f)
{
	progress_drop(&f->p);
	fclose(f->p.to);
	free(f->text);
}

static void tell(
	struct fixture *f, enum watch_kind kind, const char *text, int64_t done, int64_t total)
{
	struct event e = {.kind = kind,
		.package = SPAN("zoom"),
		.text = span_of(text),
		.done = done,
		.total = total};

	f->p.watch.on(&f->p.watch, &e);
}

static void test_lines_at_tenths(void **state UNUSED)
{
	struct fixture f;

	begin(&f, PROGRESS_LINES);
	for (int second = 0; second <= 20; second++, now += 1)
		tell(&f, WATCH_TRANSFER, "a.deb", second * 9200000, 184000000);
	assert_non_null(strstr(written(&f), "a.deb: 10 % (18 of 184 MB, 9.2 MB/s)\n"));
	assert_non_null(strstr(f.text, "a.deb: 50 % (92 of 184 MB, 9.2 MB/s)\n"));
	assert_non_null(strstr(f.text, "a.deb: 100 % (184 of 184 MB, 9.2 MB/s)\n"));
	assert_null(strstr(f.text, "15 %"));
	assert_null(strstr(f.text, "\033"));
	end(&f);
}

static void test_lines_at_thirty_seconds(void **state UNUSED)
{
	struct fixture f;

	begin(&f, PROGRESS_LINES);
	for (int second = 0; second <= 61; second++, now += 1)
		tell(&f, WATCH_TRANSFER, "a\n.deb", second * 1000000, -1);
	assert_string_equal(
		written(&f), "a\\n.deb: 30 MB (1.0 MB/s)\na\\n.deb: 60 MB (1.0 MB/s)\n");
	end(&f);
}

static void test_bars_are_throttled_and_taken_away(void **state UNUSED)
{
	struct fixture f;
	size_t once;

	begin(&f, PROGRESS_BARS);
	tell(&f, WATCH_TRANSFER, "a.deb", 0, 100);
	written(&f);
	once = f.n;
	assert_true(once > 0);
	now += 0.05;
	tell(&f, WATCH_TRANSFER, "a.deb", 10, 100);
	written(&f);
	assert_int_equal(f.n, once);
	now += 0.06;
	tell(&f, WATCH_TRANSFER, "a.deb", 20, 100);
	written(&f);
	assert_non_null(strstr(f.text + once, "\033[1A")); /* over the line that stands there */
	once = f.n;
	tell(&f, WATCH_WARN, "be\033ware", 0, 0);
	assert_string_equal(written(&f) + once, "\r\033[1A\033[Jwarning: zoom: be\\x1bware\n");
	end(&f);
}

static void test_levels(void **state UNUSED)
{
	struct fixture f;

	begin(&f, PROGRESS_LINES);
	f.p.level = SAY_WARN;
	tell(&f, WATCH_INFO, "note", 0, 0);
	tell(&f, WATCH_DEBUG, "detail", 0, 0);
	assert_string_equal(written(&f), "");
	tell(&f, WATCH_WARN, "care", 0, 0);
	assert_string_equal(written(&f), "warning: zoom: care\n");
	f.p.level = SAY_ERROR;
	tell(&f, WATCH_WARN, "care", 0, 0);
	assert_string_equal(written(&f), "warning: zoom: care\n");
	end(&f);
}

static void test_output_is_cut_into_lines(void **state UNUSED)
{
	struct fixture f;

	begin(&f, PROGRESS_LINES);
	tell(&f, WATCH_OUTPUT, "not shown\n", 0, 0);
	f.p.level = SAY_DEBUG;
	tell(&f, WATCH_OUTPUT, "one\ntw", 0, 0);
	tell(&f, WATCH_OUTPUT, "o\n\nthree", 0, 0);
	assert_string_equal(written(&f), "zoom| one\nzoom| two\n");
	tell(&f, WATCH_STEP_END, "unpack", 0, 0);
	assert_string_equal(written(&f), "zoom| one\nzoom| two\nzoom| three\n");
	tell(&f, WATCH_OUTPUT, "a\t1\033\n", 0, 0);
	assert_string_equal(written(&f), "zoom| one\nzoom| two\nzoom| three\nzoom| a 1\\x1b\n");
	end(&f);
}

static void assert_bar(const struct bar *b, size_t columns, const char *want)
{
	AUTO(buf) line = BUF_INIT;

	bar_format(&line, b, 12, columns, false);
	assert_buf(&line, want);
}

static void test_bar(void **state UNUSED)
{
	struct bar b = {SPAN("zoom.deb"), 138000000, 184000000, 41000000};

	assert_bar(&b, 100,
		"  zoom.deb     ######################>-------    75 %   138 of 184 MB    41 MB/s   0:02");
	assert_bar(&b, 60, "  zoom.deb        75 %   138 of 184 MB    41 MB/s   0:02");
	assert_bar(&b, 40, "  zoom.deb        75 %   138 of 184 MB~");
	b.total = -1;
	assert_bar(&b, 60, "  zoom.deb                      138 MB    41 MB/s");
	b = (struct bar){SPAN("a-very-long-name.deb"), 5, 0, -1};
	assert_bar(&b, 60, "  a-very-long~   100 %      5 of   0 B");
	assert_int_equal(bar_percent(&b), 100);
	b = (struct bar){SPAN("x"), INT64_MAX - 1, INT64_MAX, 0};
	assert_int_equal(bar_percent(&b), 100);
}

static struct plan_item *add(
	struct plan *p, enum plan_action action, const char *name, const char *version)
{
	struct plan_item *item = plan_add(p, action);

	buf_sets(&item->to.name, name);
	buf_sets(&item->to.id, "4e72505100112233");
	buf_sets(&item->to.version, version);
	item->to.pack_size = 184000000;
	*vec_push(&item->steps) = (struct step){STEP_FETCH, TARGET_NEW};
	item->result = RESULT_DONE;
	return item;
}

static void test_plan(void **state UNUSED)
{
	struct plan p = PLAN_INIT;
	AUTO(buf) text = BUF_INIT;
	struct plan_item *slack;

	p.seconds = 5.2;
	add(&p, ACTION_NEW, "zoom", "6.2.11");
	slack = add(&p, ACTION_UPGRADE, "slack", "");
	buf_sets(&slack->from.name, "slack");
	buf_sets(&slack->from.version, "4.40\033");
	p.fetch = (struct plan_fetch){.packs = 2, .bytes = 368000000};
	plan_print_table(&text, &p, false);
	plan_print_fetch(&text, &p);
	assert_buf(&text, "  zoom    6.2.11     new\n"
			  "  slack   4e725051   upgrade from 4.40\\x1b\n"
			  "To fetch: 368 MB in 2 packs.\n");
	buf_clear(&text);
	p.fetch = (struct plan_fetch){.packs = 1, .cached = 1, .bytes = -1};
	plan_print_fetch(&text, &p);
	assert_buf(&text, "To fetch: 1 pack (1 of 2 is in the cache).\n");
	buf_clear(&text);
	plan_print_closing(&text, &p);
	assert_buf(&text, "zoom 6.2.11 installed, slack 4e725051 upgraded in 5.2 s.\n");
	buf_clear(&text);
	p.of.v[1].result = RESULT_FAILED;
	buf_sets(&p.of.v[1].why, "fetch: no");
	plan_print_closing(&text, &p);
	plan_print_undone(&text, &p);
	assert_buf(&text, "zoom 6.2.11 installed in 5.2 s.\n  slack   failed: fetch: no\n");
	plan_drop(&p);
}

static void test_closing_of_many(void **state UNUSED)
{
	struct plan p = {.goal = GOAL_INSTALL, .seconds = 61};
	AUTO(buf) text = BUF_INIT;

	for (int i = 0; i < 12; i++)
		add(&p, i < 10 ? ACTION_NEW : ACTION_UPGRADE, "x", "1");
	plan_print_closing(&text, &p);
	assert_buf(&text, "10 packages installed, 2 upgraded in 1:01.\n");
	plan_drop(&p);
}

static void test_closing_of_remove(void **state UNUSED)
{
	struct plan p = {.goal = GOAL_REMOVE};
	AUTO(buf) text = BUF_INIT;

	add(&p, ACTION_REMOVE, "zoom", "1");
	add(&p, ACTION_NOTHING, "slack", "1");
	plan_print_closing(&text, &p);
	assert_buf(&text, "zoom: removed\nslack: nothing to do\n");
	plan_drop(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_at_tenths),
		cmocka_unit_test(test_lines_at_thirty_seconds),
		cmocka_unit_test(test_bars_are_throttled_and_taken_away),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_output_is_cut_into_lines),
		cmocka_unit_test(test_bar),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_closing_of_many),
		cmocka_unit_test(test_closing_of_remove),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
