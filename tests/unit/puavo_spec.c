/* Tests of model/puavo_spec. */
#include "model/puavo_spec.h"

#include "unit.h"

/* Each line as NUMBER NAME ACTION WHICH VERSION, or NUMBER !why. */
static void check(const char *text, const char *wanted)
{
	__attribute__((cleanup(puavo_spec_drop))) struct puavo_spec spec = PUAVO_SPEC_INIT;
	static const char *const which[] = {"latest", "number", "id"};
	struct err err = ERR_INIT;
	AUTO(buf) out = BUF_INIT;

	if (puavo_spec_parse(span_of(text), &spec, &err) < 0)
		fail_msg("%s", err.text);
	VEC_FOR (const struct puavo_line, l, &spec.of) {
		if (l->why.n)
			buf_addf(&out, "%u !%s;", l->number, l->why.s);
		else
			buf_addf(&out, "%u %s %s %s %s;", l->number, l->name.s,
				puavo_action_name(l->action), which[l->which], l->version.s);
	}
	assert_buf(&out, wanted);
}

#define ID "0123456789abcdef0123456789abcdef"

static void each_action_is_read(void **state)
{
	(void)state;
	check("a do-nothing\n", "1 a do-nothing latest ;");
	check("a extract\nb extract:7\n", "1 a extract latest ;2 b extract number 7;");
	check("a install", "1 a install latest ;");
	check("a latest", "1 a install latest ;");
	check("a install:latest", "1 a install latest ;");
	check("a install:12", "1 a install number 12;");
	check("a install:" ID, "1 a install id " ID ";");
	check("a prepare:999999", "1 a prepare number 999999;");
	check("a remove", "1 a remove latest ;");
	check("a remove:3", "1 a remove number 3;");
	check("a remove:0123456789ABCDEF0123456789abcdef", "1 a remove id " ID ";");
	check("a\n", "1 a switch-to-system latest ;");
	check("a switch-to-system\n", "1 a switch-to-system latest ;");
	check("a install:007", "1 a install number 7;");
	check("a install:000", "1 a install number 0;");
}

static void blanks_and_comments_are_passed_over(void **state)
{
	(void)state;
	check("", "");
	check("\n \n# a install\n\t#b\n", "");
	check("  a\t \tinstall:1 \r\n\nb\r\n",
		"1 a install number 1;3 b switch-to-system latest ;");
}

static void what_is_malformed_says_so_and_the_others_stay(void **state)
{
	(void)state;
	check("a instal\nb latest\n", "1 !there is no action 'instal';2 b install latest ;");
	check("a b c", "1 !there is more than NAME ACTION[:VERSION];");
	check("../a install", "1 !'../a' is not a package's name;");
	check("a/b", "1 !'a/b' is not a package's name;");
	check("A install", "1 !'A' is not a package's name;");
	check("-a", "1 !'-a' is not a package's name;");
	check("a install:", "1 !'' is neither a version's number nor a package-id;");
	check("a install:1:2", "1 !'1:2' is neither a version's number nor a package-id;");
	check("a install:1000000", "1 !'1000000' is neither a version's number nor a package-id;");
	check("a install:-1", "1 !'-1' is neither a version's number nor a package-id;");
	check("a install:../../x", "1 !'../../x' is neither a version's number nor a package-id;");
	check("a remove:latest", "1 !'latest' is neither a version's number nor a package-id;");
	check("a latest:1", "1 !latest takes no version;");
	check("a do-nothing:", "1 !do-nothing takes no version;");
	check("a :1", "1 !there is no action ':1';");
	check("a install\na remove\n", "1 a install latest ;2 !the name came before;");
	check("a nonsense\na remove\n", "1 !there is no action 'nonsense';2 a remove latest ;");
}

static void long_lines_and_nuls_are_refused(void **state)
{
	__attribute__((cleanup(puavo_spec_drop))) struct puavo_spec spec = PUAVO_SPEC_INIT;
	struct err err = ERR_INIT;
	AUTO(buf) text = buf_of("a install ");

	(void)state;
	for (int i = 0; i < 300; i++)
		buf_addc(&text, 'x');
	check(text.s, "1 !the line is too long;");
	assert_int_equal(
		puavo_spec_parse((struct span){"a\0b remove\nc remove\n", 20}, &spec, &err), 0);
	assert_int_equal(spec.of.n, 2);
	assert_buf(&spec.of.v[0].why, "there is a NUL in the line");
	assert_buf(&spec.of.v[1].name, "c");
}

static void too_much_is_refused_as_a_whole(void **state)
{
	__attribute__((cleanup(puavo_spec_drop))) struct puavo_spec spec = PUAVO_SPEC_INIT;
	struct err err = ERR_INIT;
	AUTO(buf) text = BUF_INIT;

	(void)state;
	for (int i = 0; i < 10001; i++)
		buf_addf(&text, "p%d\n", i);
	assert_int_equal(puavo_spec_parse(buf_span(&text), &spec, &err), -1);
	assert_err(&err, ERR_CONFIG, "more than 10000 lines");
	puavo_spec_drop(&spec);
	buf_clear(&text);
	for (int i = 0; i <= PUAVO_SPEC_MAX; i++)
		buf_addc(&text, '\n');
	assert_int_equal(puavo_spec_parse(buf_span(&text), &spec, &err), -1);
	assert_err(&err, ERR_CONFIG, "longer than 1048576 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_action_is_read),
		cmocka_unit_test(blanks_and_comments_are_passed_over),
		cmocka_unit_test(what_is_malformed_says_so_and_the_others_stay),
		cmocka_unit_test(long_lines_and_nuls_are_refused),
		cmocka_unit_test(too_much_is_refused_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
