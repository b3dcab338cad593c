/* Tests of model/minisign, model/minisign_secret and base/base64, on files that minisign 0.11 wrote. */
#include "model/minisign.h"

#include "base/base64.h"
#include "model/minisign_secret.h"
#include "unit.h"

#define KEY "RWT+aHrvWOVLaOz/qkSE27GUjHQwMjyQydIs0rrrZ4rgRU9p9UoNWpTJ"
#define SECRET \
	"untrusted comment: minisign encrypted secret key\n" \
	"RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/mh671jlS2gf9e0QTrY+S/tOyTpdQTUIEdCtPjI" \
	"Z3EkIQvO7QTNvwuz/qkSE27GUjHQwMjyQydIs0rrrZ4rgRU9p9UoNWpTJAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define FIRST "untrusted comment: signature from minisign secret key\n"
#define SECOND \
	"RUT+aHrvWOVLaMvsjNQ2FQ8RO/pOYO7z21wfADsoOZiZBCu3CRTtEb7EM7hNeiS4RUZKDc2fbgEHxH27ymlWYZJrdiLFORYTdwE=\n"
#define THIRD "trusted comment: x y\n"
#define FOURTH \
	"+EFOJtqD2RfM+LtMT+bJSn51l7agKANyODK01ldDqt1l5sw8frNUiihfyfY/s9t9WgYraX33WyC3Z1APOn4uDA==\n"
#define ONE FIRST SECOND THIRD FOURTH

static void base64_is_canonical(void **state)
{
	static const struct {
		const char *bytes, *text;
	} known[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
		{"foobar", "Zm9vYmFy"}, {"\xff\xef\xbe", "/+++"}};
	static const char *const wrong[] = {"Zg", "Zg=", "Zh==", "Zg=g",
		"Z===", "Zg==Zg==", "Zg\n=", "Zg= ", "Z-==", "=Zg=", "Zm8=", "Zg======"};
	unsigned char bytes[8];

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		size_t n = strlen(known[i].bytes);
		AUTO(buf) text = BUF_INIT;

		base64_encode(&text, known[i].bytes, n);
		assert_buf(&text, known[i].text);
		assert_true(base64_decode(buf_span(&text), bytes, n));
		assert_memory_equal(bytes, known[i].bytes, n);
	}
	for (size_t i = 0; i < COUNT(wrong); i++)
		if (base64_decode(span_of(wrong[i]), bytes, 1))
			fail_msg("%s was read", wrong[i]);
	assert_false(base64_decode(SPAN("Zm9="), bytes, 2));
}

static void a_key_is_a_line_or_a_file(void **state)
{
	static const char *const right[] = {KEY, KEY "\n", "untrusted comment: mine\n" KEY "\n",
		"untrusted comment: mine\r\n" KEY "\r\n"};
	static const char *const wrong[] = {"", "\n", KEY "\n\n", KEY "\n" KEY "\n", KEY "A",
		"untrusted comment: mine\n", "comment: mine\n" KEY "\n",
		"untrusted comment: x\n" KEY "\n\n",
		"RUT+aHrvWOVLaOz/qkSE27GUjHQwMjyQydIs0rrrZ4rgRU9p9UoNWpTJ",
		"RWT+aHrvWOVLaOz/qkSE27GUjHQwMjyQydIs0rrrZ4rgRU9p9UoNWpT", SECRET};
	struct minisign_key k;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(right); i++) {
		AUTO(buf) text = BUF_INIT;

		assert_int_equal(minisign_key_parse(span_of(right[i]), &k, &err), 0);
		minisign_key_format(&k, &text);
		assert_buf(&text, KEY);
		buf_clear(&text);
		minisign_id_format(k.id, &text);
		assert_buf(&text, "684BE558EF7A68FE");
		buf_clear(&text);
		minisign_key_format_file(&k, &text);
		assert_buf(&text,
			"untrusted comment: minisign public key 684BE558EF7A68FE\n" KEY "\n");
	}
	for (size_t i = 0; i < COUNT(wrong); i++) {
		if (minisign_key_parse(span_of(wrong[i]), &k, &err) == 0)
			fail_msg("%s was read", wrong[i]);
		assert_err(&err, ERR_FAILED, "no public key of minisign");
	}
}

static void signatures_are_read_as_they_were_written(void **state)
{
	struct minisign_signatures s = {0};
	struct err err = ERR_INIT;
	AUTO(buf) text = BUF_INIT;

	(void)state;
	assert_int_equal(minisign_parse(SPAN(ONE ONE), &s, &err), 0);
	assert_int_equal(s.of.n, 2);
	assert_span(s.of.v[1].comment, "x y");
	minisign_format(&s.of.v[0], &text);
	assert_buf(&text,
		"untrusted comment: signature by key 684BE558EF7A68FE\n" SECOND THIRD FOURTH);
	minisign_signatures_drop(&s);
	/* As minisign comments where it is not told what to. */
	assert_int_equal(
		minisign_parse(
			SPAN(FIRST SECOND
				"trusted comment: timestamp:1795312\tfile:f\thashed\n" FOURTH),
			&s, &err),
		0);
	assert_span(s.of.v[0].comment, "timestamp:1795312\tfile:f\thashed");
	minisign_signatures_drop(&s);
}

/* S25: each file that somebody may put in the place of the signatures. */
static const struct {
	const char *text, *why;
} malformed[] = {
	{"", "it is empty"},
	{"\n", "does not begin with"},
	{FIRST, "before the signature"},
	{FIRST SECOND, "before the trusted comment"},
	{FIRST SECOND THIRD, "before the comment's signature"},
	{FIRST SECOND FOURTH, "trusted comment does not begin"},
	{FIRST SECOND THIRD "\n", "the comment's signature is not 64 bytes"},
	{ONE "\n", "the untrusted comment"},
	{ONE "x", "middle of a signature"},
	{ONE FIRST, "middle of a signature"},
	{SECOND THIRD FOURTH, "the untrusted comment does not begin"},
	{"trusted comment: x\n" SECOND THIRD FOURTH, "the untrusted comment does not begin"},
	{FIRST SECOND "untrusted comment: x y\n" FOURTH, "the trusted comment does not begin"},
	{"untrusted comment: a\r\n" SECOND THIRD FOURTH, "such as CR"},
	{FIRST SECOND "trusted comment: a\r\n" FOURTH, "such as CR"},
	{FIRST SECOND "trusted comment: \xff\n" FOURTH, "do not belong"},
	{FIRST SECOND "trusted comment: \x1b[31m\n" FOURTH, "do not belong"},
	{FIRST SECOND "trusted comment: \xe2\x80\xae\n" FOURTH, "do not belong"},
	{FIRST "RWT+aHrvWOVLaMvsjNQ2FQ8RO/pOYO7z21wfADsoOZiZBCu3CRTtEb7EM7hNeiS4RUZKDc2fbgEHxH27ymlWYZJrdiLFORYTdwE=\n" THIRD
			FOURTH,
		"older kind"},
	{FIRST "RXT+aHrvWOVLaMvsjNQ2FQ8RO/pOYO7z21wfADsoOZiZBCu3CRTtEb7EM7hNeiS4RUZKDc2fbgEHxH27ymlWYZJrdiLFORYTdwE=\n" THIRD
			FOURTH,
		"none that is known"},
	{FIRST "RUT+aHrvWOVLaMvsjNQ2FQ8RO/pOYO7z21wfADsoOZiZBCu3CRTtEb7EM7hNeiS4RUZKDc2fbgEHxH27ymlWYZJrdiLFORYTdwF=\n" THIRD
			FOURTH,
		"not 74 bytes"},
	{FIRST "RUT+aHrvWOVL\n" THIRD FOURTH, "not 74 bytes"},
	{FIRST " " SECOND THIRD FOURTH, "not 74 bytes"},
	{FIRST SECOND THIRD "AAAA" FOURTH, "not 64 bytes"},
	{FIRST SECOND THIRD SECOND, "not 64 bytes"},
};

static void what_is_malformed_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(malformed); i++) {
		struct minisign_signatures s = {0};
		struct err err = ERR_INIT;

		if (minisign_parse(span_of(malformed[i].text), &s, &err) == 0)
			fail_msg("%zu was read: %s", i, malformed[i].why);
		assert_err(&err, ERR_CHECKSUM, malformed[i].why);
		minisign_signatures_drop(&s);
	}
}

static void what_is_too_much_is_refused(void **state)
{
	struct minisign_signatures s = {0};
	struct err err = ERR_INIT;
	AUTO(buf) text = BUF_INIT;

	(void)state;
	for (int i = 0; i < MINISIGN_COUNT_MAX; i++)
		buf_adds(&text, ONE);
	assert_int_equal(minisign_parse(buf_span(&text), &s, &err), 0);
	assert_int_equal(s.of.n, MINISIGN_COUNT_MAX);
	minisign_signatures_drop(&s);
	buf_adds(&text, ONE);
	assert_int_equal(minisign_parse(buf_span(&text), &s, &err), -1);
	assert_err(&err, ERR_CHECKSUM, "more than 16 signatures");
	minisign_signatures_drop(&s);
	buf_sets(&text, "untrusted comment: ");
	for (int i = 0; i < MINISIGN_FILE_MAX; i++)
		buf_addc(&text, 'x');
	buf_adds(&text, "\n" SECOND THIRD FOURTH);
	assert_int_equal(minisign_parse(buf_span(&text), &s, &err), -1);
	assert_err(&err, ERR_CHECKSUM, "longer than 16384 bytes");
	minisign_signatures_drop(&s);
	/* A NUL ends no line of ours. */
	assert_int_equal(
		minisign_parse((struct span){"untrusted comment: \0\n", 21}, &s, &err), -1);
	assert_err(&err, ERR_CHECKSUM, "do not belong");
	minisign_signatures_drop(&s);
}

static void a_secret_is_read_as_it_was_written(void **state)
{
	struct minisign_secret s;
	struct minisign_key k;
	struct err err = ERR_INIT;
	AUTO(buf) text = BUF_INIT;

	(void)state;
	assert_int_equal(minisign_key_parse(SPAN(KEY), &k, &err), 0);
	assert_int_equal(minisign_secret_parse(SPAN(SECRET), &s, &err), 0);
	assert_false(s.sealed);
	assert_true(minisign_secret_unchecked(&s.of));
	assert_memory_equal(s.of.id, k.id, MINISIGN_ID);
	assert_memory_equal(s.of.key, k.key, MINISIGN_KEY);
	minisign_secret_format(&s, &text);
	assert_buf(&text, SECRET);
	s.sealed = true;
	s.ops = 0x0102030405060708;
	s.memory = 1 << 30;
	s.of.checksum[31] = 1;
	buf_clear(&text);
	minisign_secret_format(&s, &text);
	minisign_secret_drop(&s);
	assert_int_equal(s.of.seed[0], 0);
	assert_int_equal(minisign_secret_parse(buf_span(&text), &s, &err), 0);
	assert_true(s.sealed && s.ops == 0x0102030405060708 && s.memory == 1 << 30);
	assert_false(minisign_secret_unchecked(&s.of));
}

static void what_is_no_secret_is_refused(void **state)
{
	static const char *const wrong[] = {"", "untrusted comment: x\n", KEY,
		"untrusted comment: x\n" KEY "\n", ONE, SECRET "\n", "comment: x\n" KEY "\n"};
	AUTO(buf) text = BUF_INIT;
	struct minisign_secret s;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++)
		if (minisign_secret_parse(span_of(wrong[i]), &s, &err) == 0)
			fail_msg("%s was read", wrong[i]);
	buf_sets(&text, SECRET);
	text.s[strlen("untrusted comment: minisign encrypted secret key\nR")] = 'A';
	assert_int_equal(minisign_secret_parse(buf_span(&text), &s, &err), -1);
	assert_err(&err, ERR_FAILED, "of another kind");
	buf_sets(&text, SECRET);
	text.s[strlen("untrusted comment: minisign encrypted secret key\nRWQ")] = 'B';
	assert_int_equal(minisign_secret_parse(buf_span(&text), &s, &err), -1);
	assert_err(&err, ERR_FAILED, "in a way that is not known");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_is_canonical),
		cmocka_unit_test(a_key_is_a_line_or_a_file),
		cmocka_unit_test(signatures_are_read_as_they_were_written),
		cmocka_unit_test(what_is_malformed_is_refused),
		cmocka_unit_test(what_is_too_much_is_refused),
		cmocka_unit_test(a_secret_is_read_as_it_was_written),
		cmocka_unit_test(what_is_no_secret_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
