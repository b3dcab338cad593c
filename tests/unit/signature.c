/* Tests of model/signature. */
#include "model/signature.h"

#include "unit.h"

#define G "[GNUPG:] "
#define PRINT "9A8F83C1852D504024207522602DB9E016A2B050"
#define PLAIN G "PLAINTEXT 62 1795298957 d\n"
#define GOOD G "GOODSIG 602DB9E016A2B050 Test <t@example.org>\n"
#define VALID G "VALIDSIG " PRINT " 2026-11-21 1795298957 0 4 0 22 8 00 " PRINT "\n"

static void good(const char *status)
{
	AUTO(buf) key = BUF_INIT;
	struct err err = ERR_INIT;

	if (signature_judge(span_of(status), &key, &err) < 0)
		fail_msg("%s: %s", status, err.text);
	assert_buf(&key, PRINT);
}

static void bad(const char *status, const char *why)
{
	AUTO(buf) key = BUF_INIT;
	struct err err = ERR_INIT;

	if (signature_judge(span_of(status), &key, &err) == 0)
		fail_msg("taken: %s", status);
	assert_err(&err, ERR_CHECKSUM, why);
}

static void one_good_signature_holds(void **state)
{
	(void)state;
	good(PLAIN G "PLAINTEXT_LENGTH 5\n" G "NEWSIG\n" G "KEY_CONSIDERED " PRINT
		     " 0\n" GOOD VALID);
	good("gpgv: a word beside it\n" PLAIN GOOD VALID);
}

static void what_is_wanting_does_not(void **state)
{
	(void)state;
	bad("", "no valid signature");
	bad(PLAIN, "no valid signature");
	bad(PLAIN GOOD, "no valid signature");
	bad(PLAIN VALID, "no valid signature");
	bad(GOOD VALID, "no valid signature");
	bad("GOODSIG x\nVALIDSIG " PRINT "\n", "no valid signature");
	bad(PLAIN GOOD "x" VALID, "no valid signature");
	bad(PLAIN GOOD G "VALIDSIG 9A8F\n", "no valid signature");
	bad(PLAIN GOOD G "VALIDSIG ../../../../../../../../../../../../etc/passwd\n",
		"no valid signature");
}

static void what_is_wrong_counts_before_what_is_good(void **state)
{
	static const char *const lines[][2] = {
		{"BADSIG 6 x", "has changed"},
		{"EXPSIG 6 x", "signature has expired"},
		{"EXPKEYSIG 6 x", "the key that signed it has expired"},
		{"REVKEYSIG 6 x", "revoked"},
		{"ERRSIG 6 22 8 00 1 9", "cannot be checked"},
		{"NO_PUBKEY 6", "not in the keyring"},
		{"NODATA 1", "not signed data"},
		{"FAILURE gpgv 1", "cannot be checked"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		AUTO(buf) before = BUF_INIT;
		AUTO(buf) behind = BUF_INIT;

		buf_addf(&before, G "%s\n" PLAIN GOOD VALID, lines[i][0]);
		buf_addf(&behind, PLAIN GOOD VALID G "%s", lines[i][0]);
		bad(before.s, lines[i][1]);
		bad(behind.s, lines[i][1]);
	}
	bad(PLAIN PLAIN GOOD VALID, "more in it than what was signed");
	bad(PLAIN GOOD VALID GOOD VALID, "several signatures");
	bad(PLAIN GOOD VALID GOOD, "no valid signature");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_good_signature_holds),
		cmocka_unit_test(what_is_wanting_does_not),
		cmocka_unit_test(what_is_wrong_counts_before_what_is_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
