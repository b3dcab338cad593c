/* Tests of store/signer and store/signatures. */
#include "store/signer.h"
#include "store/signatures.h"

#include "unit.h"

/* The first key of RFC 8032, with the id 1 to 8: with the password "secret", without one, and in ways that are wrong. Python's
 * hashlib made them. */
#define SEALED \
	"untrusted comment: x\n" \
	"RWRTY0IyAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AgAAAAAAAAAAAAAEAAAAA3w6XKEzppBHuPRXT8w" \
	"7x6MKFmm4IhIix+XUUA3HphbNkewzPgAdoeBxG6rVQPTTY5MCDsKaeiPH2rsFg0t25xgvSnlpJk0zvt+Heg7rH+moL" \
	"Lnbwcmvwom6k5Npv/nhcyIrILe2VHok=" \
	"\n"
#define OPEN \
	"untrusted comment: x\n" \
	"RWQAAEIyAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AgAAAAAAAAAAAAAEAAAAAAQIDBAUGBwidYbGd7/" \
	"1aYLqESvSS7CzEREnFaXsyaRlwO6wDHK5/YNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Easnti+28UCxR4" \
	"s44CIMHgVQLxV3yjCRorwu2dsQ2VcXg=" \
	"\n"
#define UNCHECKED \
	"untrusted comment: x\n" \
	"RWQAAEIyAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AgAAAAAAAAAAAAAEAAAAAAQIDBAUGBwidYbGd7/" \
	"1aYLqESvSS7CzEREnFaXsyaRlwO6wDHK5/YNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1EaAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" \
	"\n"
#define DAMAGED \
	"untrusted comment: x\n" \
	"RWQAAEIyAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AgAAAAAAAAAAAAAEAAAAAAQIDBAUGBwidYbGd7/" \
	"1aYLqESvSS7CzEREnFaXsyaRlwO6wDHK5/YNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1EaeHh4eHh4eHh4" \
	"eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=" \
	"\n"
#define HALVES \
	"untrusted comment: x\n" \
	"RWQAAEIyAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AgAAAAAAAAAAAAAEAAAAAAQIDBAUGBwidYbGd7/" \
	"1aYLqESvSS7CzEREnFaXsyaRlwO6wDHK5/YAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEI0GAx3ufv7s" \
	"T6U9GSi108ki8DTxjzQXhzfH/RXgpD8=" \
	"\n"

static int open_text(const char *text, struct span password, struct signer *out, struct err *err)
{
	struct minisign_secret file;

	assert_int_equal(minisign_secret_parse(span_of(text), &file, err), 0);
	return signer_open(&file, password, out, err);
}

static void keys_are_opened(void **state)
{
	static const char *const right[] = {SEALED, OPEN, UNCHECKED};
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(right); i++) {
		struct signer s;

		assert_int_equal(open_text(right[i], SPAN("secret"), &s, &err), 0);
		assert_int_equal(s.key.id[0], 1);
		assert_int_equal(s.key.key[0], 0xd7);
		assert_int_equal(s.seed[0], 0x9d);
		signer_drop(&s);
		assert_int_equal(s.seed[0], 0);
	}
}

static void what_is_wrong_with_a_key_is_told(void **state)
{
	struct signer s;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(open_text(SEALED, SPAN("Secret"), &s, &err), -1);
	assert_err(&err, ERR_FAILED, "not its password");
	assert_int_equal(s.seed[0], 0);
	assert_int_equal(open_text(SEALED, SPAN(""), &s, &err), -1);
	assert_err(&err, ERR_FAILED, "not its password");
	assert_int_equal(open_text(DAMAGED, SPAN(""), &s, &err), -1);
	assert_err(&err, ERR_FAILED, "is damaged");
	assert_int_equal(open_text(HALVES, SPAN(""), &s, &err), -1);
	assert_err(&err, ERR_FAILED, "of two keys");
}

static void a_new_key_is_sealed_and_opened(void **state)
{
	struct minisign_secret file;
	struct signer a, b;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(signer_new(&a, &err), 0);
	assert_int_equal(signer_seal(&a, SPAN(""), &file, &err), 0);
	assert_false(file.sealed);
	assert_int_equal(signer_open(&file, SPAN("any"), &b, &err), 0);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_int_equal(signer_new(&b, &err), 0);
	assert_memory_not_equal(a.seed, b.seed, sizeof(a.seed));
	assert_memory_not_equal(a.key.id, b.key.id, sizeof(a.key.id));
}

/* --- Signatures ----------------------------------------------------------------------------------------- */

#define TEXT SPAN("what was signed\n")

struct three {
	struct signer of[3];
	struct role role; /* of the first two */
};

static void add_key(struct role *role, const struct signer *s)
{
	struct err err = ERR_INIT;
	AUTO(buf) line = BUF_INIT;

	minisign_key_format(&s->key, &line);
	assert_int_equal(role_add(role, buf_span(&line), &err), 0);
}

static void three_init(struct three *t)
{
	struct err err = ERR_INIT;

	*t = (struct three){0};
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(signer_new(&t->of[i], &err), 0);
	add_key(&t->role, &t->of[0]);
	add_key(&t->role, &t->of[1]);
}

static void three_drop(struct three *t)
{
	texts_drop(&t->role.keys);
}

static void sign(const struct signer *s, struct span text, struct buf *out)
{
	struct err err = ERR_INIT;

	assert_int_equal(signer_sign(s, text, SPAN("a\tcomment"), out, &err), 0);
}

static void check(const struct three *t, struct span text, struct span file, int64_t count,
	const char *others, const char *broken)
{
	struct err err = ERR_INIT;
	AUTO(signatures) s;

	signatures_init(&s);
	if (signatures_check(text, file, &t->role, &s, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(s.count, count);
	assert_buf(&s.others, others);
	assert_buf(&s.broken, broken);
}

static void each_key_counts_once(void **state)
{
	AUTO(three) t;
	AUTO(buf) file = BUF_INIT;
	AUTO(buf) other = BUF_INIT;
	AUTO(buf) first = BUF_INIT;

	(void)state;
	three_init(&t);
	minisign_id_format(t.of[2].key.id, &other);
	minisign_id_format(t.of[0].key.id, &first);
	sign(&t.of[0], TEXT, &file);
	check(&t, TEXT, buf_span(&file), 1, "", "");
	sign(&t.of[0], TEXT, &file);
	check(&t, TEXT, buf_span(&file), 1, "", "");
	sign(&t.of[2], TEXT, &file);
	check(&t, TEXT, buf_span(&file), 1, other.s, "");
	sign(&t.of[1], TEXT, &file);
	check(&t, TEXT, buf_span(&file), 2, other.s, "");
	sign(&t.of[0], SPAN("another text"), &file);
	check(&t, TEXT, buf_span(&file), 2, other.s, first.s);
}

/* The id is only a hint: who takes another's id still has another key. */
static void an_id_is_no_key(void **state)
{
	AUTO(three) t;
	AUTO(buf) file = BUF_INIT;
	AUTO(buf) first = BUF_INIT;

	(void)state;
	three_init(&t);
	memcpy(t.of[2].key.id, t.of[0].key.id, MINISIGN_ID);
	minisign_id_format(t.of[0].key.id, &first);
	sign(&t.of[2], TEXT, &file);
	check(&t, TEXT, buf_span(&file), 0, "", first.s);
}

/* The signature over the comment has to hold as well, and over this very one. */
static void comments_are_signed(void **state)
{
	AUTO(three) t;
	AUTO(buf) file = BUF_INIT;
	AUTO(buf) first = BUF_INIT;

	(void)state;
	three_init(&t);
	minisign_id_format(t.of[0].key.id, &first);
	sign(&t.of[0], TEXT, &file);
	*strstr(file.s, "a\tcomment") = 'A';
	check(&t, TEXT, buf_span(&file), 0, "", first.s);
}

static void a_malformed_file_counts_for_nothing(void **state)
{
	struct err err = ERR_INIT;
	AUTO(three) t;
	AUTO(buf) file = BUF_INIT;
	AUTO(signatures) s;

	(void)state;
	three_init(&t);
	signatures_init(&s);
	sign(&t.of[0], TEXT, &file);
	buf_addc(&file, '\n');
	assert_int_equal(signatures_check(TEXT, buf_span(&file), &t.role, &s, &err), -1);
	assert_err(&err, ERR_CHECKSUM, "the untrusted comment");
	assert_int_equal(s.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_opened),
		cmocka_unit_test(what_is_wrong_with_a_key_is_told),
		cmocka_unit_test(a_new_key_is_sealed_and_opened),
		cmocka_unit_test(each_key_counts_once),
		cmocka_unit_test(an_id_is_no_key),
		cmocka_unit_test(comments_are_signed),
		cmocka_unit_test(a_malformed_file_counts_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
