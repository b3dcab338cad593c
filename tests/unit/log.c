/* Tests of store/log. */
#include "store/log.h"

#include "scratch.h"

#include <signal.h>
#include <sys/resource.h>

#define FOLDER "var/log/fardel/"

static void lines_have_the_time_and_stay_lines(void **state)
{
	struct scratch *s = *state;
	struct log log;
	AUTO(buf) text = BUF_INIT;
	struct span rest, line;
	size_t lines = 0;

	assert_int_equal(log_open(&s->place, 42, false, &log, &s->err), 0);
	log_line(&log, "first %d", 1);
	log_output(&log, "rules say\n", 10);
	log_line(&log, "evil\n2026-01-01T00:00:00Z \x1b[31mred");
	log_drop(&log);
	assert_int_equal(log.fd, -1);
	assert_int_equal(mode_of(s, FOLDER "42.log"), 0644);
	assert_int_equal(log_read(&s->place, 42, &text, &s->err), 1);
	assert_null(strchr(text.s, 0x1b));
	rest = buf_span(&text);
	while (span_split(&rest, '\n', &line)) {
		lines++;
		if (lines == 2) {
			assert_span(line, "rules say");
			continue;
		}
		assert_true(line.n > 21);
		assert_true(line.s[4] == '-' && line.s[10] == 'T' && line.s[19] == 'Z');
		assert_true(line.s[20] == ' ');
		assert_true(span_starts(
			span_cut(line, 21, line.n), lines == 1 ? "first 1" : "evil\\n"));
	}
	assert_int_equal(lines, 3);
}

static void logs_are_added_to_or_begun_anew(void **state)
{
	static const char *const wanted[] = {"more\n", "more\nmore\n", "more\n"};
	struct scratch *s = *state;
	struct log log;

	for (size_t i = 0; i < COUNT(wanted); i++) {
		assert_int_equal(log_open(&s->place, 7, i == 1, &log, &s->err), 0);
		log_output(&log, "more\n", 5);
		log_drop(&log);
		assert_file(s, FOLDER "7.log", wanted[i]);
	}
}

static void logs_that_are_not_there_are_no_error(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) text = BUF_INIT;

	assert_int_equal(log_read(&s->place, 1, &text, &s->err), 0);
	assert_int_equal(log_trim(&s->place, 9, &s->err), 0);
	assert_false(is_there(s, "var"));
	put(s, FOLDER "1.log", "one");
	assert_int_equal(log_read(&s->place, 2, &text, &s->err), 0);
	assert_int_equal(s->err.code, ERR_NONE);
	assert_int_equal(log_read(&s->place, 1, &text, &s->err), 1);
	assert_buf(&text, "one");
}

static int write_without_room(struct scratch *s)
{
	const struct rlimit small = {8, 8};
	struct log log;

	signal(SIGXFSZ, SIG_IGN);
	CHECK(log_open(&s->place, 1, false, &log, &s->err) == 0);
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	log_line(&log, "this line does not fit");
	log_output(&log, "seen", 4);
	log_drop(&log);
	return 0;
}

static void a_log_that_cannot_be_written_stops_nothing(void **state)
{
	struct scratch *s = *state;
	struct log log = LOG_INIT;

	log_line(&log, "nobody hears this");
	log_output(&log, "nor this", 8);
	log_drop(&log);
	assert_int_equal(in_child(write_without_room, s), 0);
}

static void links_are_not_followed(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) text = BUF_INIT;
	struct log log;

	put(s, FOLDER "1.log", "one");
	put(s, "secret", "secret");
	put_link(s, FOLDER "2.log", "../../../secret");
	assert_int_equal(log_open(&s->place, 2, false, &log, &s->err), -1);
	assert_int_equal(log_read(&s->place, 2, &text, &s->err), -1);
	assert_buf(&text, "");
	assert_file(s, "secret", "secret");
}

static void trimming_takes_only_old_logs(void **state)
{
	static const char *const gone[] = {"1.log", "9.log"};
	static const char *const kept[] = {"10.log", "11.log", "100.log", "x.log", "5.txt",
		"-3.log", ".log", "99999999999999999999.log", "2.log.gz", "deep/3.log"};
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(gone) + COUNT(kept); i++) {
		AUTO(buf) path = buf_of(FOLDER);

		buf_adds(&path, i < COUNT(gone) ? gone[i] : kept[i - COUNT(gone)]);
		put(s, path.s, "x");
	}
	put_dir(s, FOLDER "4.log", 0755);
	assert_int_equal(log_trim(&s->place, 10, &s->err), 0);
	for (size_t i = 0; i < COUNT(gone) + COUNT(kept); i++) {
		AUTO(buf) path = buf_of(FOLDER);

		buf_adds(&path, i < COUNT(gone) ? gone[i] : kept[i - COUNT(gone)]);
		if (is_there(s, path.s) != (i >= COUNT(gone)))
			fail_msg("%s", path.s);
	}
	assert_true(is_there(s, FOLDER "4.log"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(lines_have_the_time_and_stay_lines),
		SCRATCH_TEST(logs_are_added_to_or_begun_anew),
		SCRATCH_TEST(logs_that_are_not_there_are_no_error),
		SCRATCH_TEST(a_log_that_cannot_be_written_stops_nothing),
		SCRATCH_TEST(links_are_not_followed),
		SCRATCH_TEST(trimming_takes_only_old_logs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
