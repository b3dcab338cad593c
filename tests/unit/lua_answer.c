/* Tests of what fardel answers to fardel-lua. */
#include "model/lua.h"

#include "unit.h"

static void a_failure_is_one_line_without_columns(void **state)
{
	AUTO(buf) answer = BUF_INIT;
	struct err why = ERR_INIT;

	(void)state;
	err_set(&why, ERR_CHECKSUM, "checksum mismatch");
	err_detail(&why, "wanted sha256 aa");
	err_detail(&why, "got    sha256 bb");
	err_at(&why, "https://x");
	lua_answer_failure(&why, &answer);
	assert_non_null(strstr(
		answer.s, "\"https://x: checksum mismatch; wanted sha256 aa; got sha256 bb\""));
	assert_non_null(strstr(answer.s, "\"checksum\""));
}

static void a_failure_without_more_is_its_text(void **state)
{
	AUTO(buf) answer = BUF_INIT;
	struct err why = ERR_INIT;

	(void)state;
	err_set(&why, ERR_NETWORK, "no  such host");
	lua_answer_failure(&why, &answer);
	assert_non_null(strstr(answer.s, "\"no  such host\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_is_one_line_without_columns),
		cmocka_unit_test(a_failure_without_more_is_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
