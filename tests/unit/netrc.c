/* Tests of model/netrc. */
#include "model/netrc.h"

#include "unit.h"

static void entries_are_found(void **state)
{
	static const struct {
		const char *text, *host, *user, *password; /* user NULL: there is none */
	} rows[] = {
		{"machine h login u password p", "h", "u", "p"},
		{"machine h login u password p", "H", "u", "p"},
		{"machine h login u password p", "hh", NULL, NULL},
		{"machine hh login u password p", "h", NULL, NULL},
		{"", "h", NULL, NULL},
		{"machine a login x password y\nmachine h\n\tlogin u\r\n\tpassword p\n", "h", "u",
			"p"},
		{"machine h login u password p machine h login v password q", "h", "u", "p"},
		{"machine a password x default login u password p", "h", "u", "p"},
		{"machine h password p\ndefault login u", "h", "", "p"},
		{"machine h password \"a b\\\"\\\\\\n\\t\\r\\x\" login \"\"", "h", "",
			"a b\"\\\n\t\rx"},
		{"# machine h password no\n  # nor\nmachine h password p#q", "h", "", "p#q"},
		{"machine h account a login u password p", "h", "u", "p"},
		{"macdef init\nmachine h password no\n\nmachine h password p\n", "h", "", "p"},
		{"machine h password machine", "h", "", "machine"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(login) l = LOGIN_INIT;
		struct err err = ERR_INIT;
		int found = netrc_find(span_of(rows[i].text), span_of(rows[i].host), &l, &err);

		if (found != (rows[i].user != NULL))
			fail_msg("%zu: %d %s", i, found, err.text);
		assert_buf(&l.user, found ? rows[i].user : "");
		assert_buf(&l.password, found ? rows[i].password : "");
	}
}

/* A line is named, a word never is. */
static void what_is_malformed_is_refused(void **state)
{
	static const struct {
		const char *text, *line;
	} rows[] = {
		{"machine h password \"secret", "line 1: a quote"},
		{"machine h password \"sec\nret\"", "a quote"},
		{"machine h\nlogin u\npassword", "line 3"},
		{"machine", "line 1: machine without"},
		{"\n\nsecret", "line 3: neither"},
		{"login secret", "before any machine"},
		{"default password secret\nmachine h login x", "line 2"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(login) l = LOGIN_INIT;
		struct err err = ERR_INIT;

		assert_int_equal(netrc_find(span_of(rows[i].text), SPAN("h"), &l, &err), -1);
		assert_err(&err, ERR_CONFIG, rows[i].line);
		assert_null(strstr(err.text, "sec"));
	}
}

static void nuls_and_endless_words_are_refused(void **state)
{
	AUTO(login) l = LOGIN_INIT;
	AUTO(buf) text = buf_of("machine h password ");
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(netrc_find(SPAN("machine h password a\0b"), SPAN("h"), &l, &err), -1);
	assert_err(&err, ERR_CONFIG, "NUL");
	for (int i = 0; i < 5000; i++)
		buf_addc(&text, 'x');
	assert_int_equal(netrc_find(buf_span(&text), SPAN("h"), &l, &err), -1);
	assert_err(&err, ERR_CONFIG, "too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_found),
		cmocka_unit_test(what_is_malformed_is_refused),
		cmocka_unit_test(nuls_and_endless_words_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
