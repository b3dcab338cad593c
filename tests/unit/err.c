/* Tests of base/err. */
#include "unit.h"

#include <errno.h>

static void context_goes_in_front(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&err, ERR_CHECKSUM, "wanted %s", "4e72"), -1);
	assert_int_equal(err_at(&err, "fetch %s", "https://x"), -1);
	assert_int_equal(err_at(&err, "install zoom"), -1);
	assert_string_equal(err.text, "install zoom: fetch https://x: wanted 4e72");
	assert_int_equal(err.code, ERR_CHECKSUM);
	assert_int_equal(err_exit(err.code), 5);
	assert_string_equal(err_name(err.code), "checksum");
}

static void text_from_outside_is_escaped(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	err_set(&err, ERR_FAILED, "%s", "a\033[31mb\n");
	assert_string_equal(err.text, "a\\x1b[31mb\\n");
	err_at(&err, "c\x9b");
	assert_string_equal(err.text, "c\\x9b: a\\x1b[31mb\\n");
	err_detail(&err, "line\nbreak");
	assert_string_equal(err.detail, "line\\nbreak\n");
}

static void errno_says_what_to_do(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	errno = EROFS;
	err_sys(&err, "write");
	assert_non_null(strstr(err_hint(&err), "writable"));
	assert_true(err_may_pass(&err));
	errno = ENOSPC;
	err_sys(&err, "write");
	assert_int_equal(err.code, ERR_NO_SPACE);
	assert_non_null(strstr(err_hint(&err), "make room"));
	assert_true(err_may_pass(&err));
	err_next(&err, "buy a disk");
	assert_string_equal(err_hint(&err), "buy a disk");
	errno = ENOENT;
	err_sys(&err, "open");
	assert_string_equal(err_hint(&err), "");
	assert_false(err_may_pass(&err));
	/* A signal's number is no errno. */
	err_set(&err, ERR_SIGNAL, "interrupted");
	err.sys = EINTR;
	assert_string_equal(err_hint(&err), "");
	assert_false(err_may_pass(&err));
}

static void long_texts_are_cut_at_a_character(void **state)
{
	AUTO(buf) text = BUF_INIT;
	struct err err = ERR_INIT;
	size_t n;

	(void)state;
	for (int i = 0; i < 400; i++)
		buf_adds(&text, "\xe2\x86\x92"); /* three bytes each */
	err_set(&err, ERR_FAILED, "%s", text.s);
	n = strlen(err.text);
	assert_true(n < sizeof(err.text) && n > sizeof(err.text) - 8);
	assert_string_equal(err.text + n - 3, "...");
	assert_int_equal((n - 3) % 3, 0);
}

static void a_long_context_leaves_the_cause(void **state)
{
	AUTO(buf) context = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_addc(&context, 'c');
	err_set(&err, ERR_FAILED, "the cause");
	err_at(&err, "%s", context.s);
	assert_non_null(strstr(err.text, ": the cause"));
	for (int i = 0; i < 5; i++) {
		err_at(&err, "%s \xe2\x86\x92", i % 2 ? context.s : "context");
		assert_non_null(strstr(err.text, ": the cause"));
		assert_true(strlen(err.text) < sizeof(err.text));
	}
	assert_true(span_starts(
		buf_span(&(struct buf){.s = err.text, .n = strlen(err.text)}), "context"));
}

static void details_stop_when_full(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	err_set(&err, ERR_FAILED, "x");
	for (int i = 0; i < 1000; i++)
		err_detail(&err, "detail %d", i);
	assert_true(strlen(err.detail) < sizeof(err.detail));
	assert_int_equal(err.detail[strlen(err.detail) - 1], '\n');
	assert_int_equal(strncmp(err.detail, "detail 0\ndetail 1\n", 18), 0);
}

static void system_errors_keep_their_number(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	errno = ENOENT;
	err_sys(&err, "open %s", "/x");
	assert_err(&err, ERR_SYSTEM, "open /x: No such file or directory");
	assert_int_equal(err.sys, ENOENT);
	errno = ENOSPC;
	err_sys(&err, "write");
	assert_err(&err, ERR_NO_SPACE, "write: ");
	assert_int_equal(err.sys, ENOSPC);
	errno = EDQUOT;
	err_sys(&err, "write");
	assert_int_equal(err.code, ERR_NO_SPACE);
}

static void hints_come_from_next_or_the_code(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	err_set(&err, ERR_NO_PACKAGE, "zoom");
	assert_string_equal(err_hint(&err), "see: fardel list");
	err_next(&err, "fardel install %s", "x.tar.gz");
	assert_string_equal(err_hint(&err), "fardel install x.tar.gz");
	err_set(&err, ERR_FAILED, "again");
	assert_string_equal(err_hint(&err), "");
	err_clear(&err);
	assert_int_equal(err.code, ERR_NONE);
	assert_string_equal(err.text, "");
}

/* Each status that an error can end in stands in the table that people are shown, which ascends. */
static void exit_statuses_are_documented(void **state)
{
	(void)state;
	for (unsigned code = 0; code < ERR_COUNT; code++) {
		bool found = false;

		for (unsigned i = 0; i < exit_count; i++)
			found = found || exit_table[i].status == err_exit((enum err_code)code);
		assert_true(found);
	}
	for (unsigned i = 1; i < exit_count; i++)
		assert_true(exit_table[i - 1].status < exit_table[i].status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(context_goes_in_front),
		cmocka_unit_test(text_from_outside_is_escaped),
		cmocka_unit_test(errno_says_what_to_do),
		cmocka_unit_test(long_texts_are_cut_at_a_character),
		cmocka_unit_test(a_long_context_leaves_the_cause),
		cmocka_unit_test(details_stop_when_full),
		cmocka_unit_test(system_errors_keep_their_number),
		cmocka_unit_test(hints_come_from_next_or_the_code),
		cmocka_unit_test(exit_statuses_are_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
