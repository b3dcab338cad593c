/* Tests of model/digest. */
#include "model/digest.h"

#include "unit.h"

static const char md5_hex[] = "d41d8cd98f00b204e9800998ecf8427e";

static void names_and_sizes_agree(void **state)
{
	static const size_t sizes[] = {16, 20, 32, 48, 64};

	(void)state;
	for (unsigned k = 0; k < DIGEST_KINDS; k++) {
		enum digest_kind back;

		assert_int_equal(digest_size((enum digest_kind)k), sizes[k]);
		assert_true(digest_kind_parse(span_of(digest_name((enum digest_kind)k)), &back));
		assert_int_equal(back, k);
		assert_int_equal(digest_is_strong((enum digest_kind)k), sizes[k] >= 32);
	}
}

static void kinds_are_spelled_one_way(void **state)
{
	enum digest_kind kind = DIGEST_SHA1;

	(void)state;
	assert_false(digest_kind_parse(SPAN("SHA256"), &kind));
	assert_false(digest_kind_parse(SPAN("sha-256"), &kind));
	assert_false(digest_kind_parse(SPAN("sha2"), &kind));
	assert_false(digest_kind_parse(SPAN(""), &kind));
	assert_int_equal(kind, DIGEST_SHA1);
}

static void hex_is_of_the_right_length(void **state)
{
	struct digest d = {.kind = DIGEST_SHA512};
	AUTO(buf) out = BUF_INIT;

	(void)state;
	assert_true(digest_parse(DIGEST_MD5, span_of(md5_hex), &d));
	assert_int_equal(d.kind, DIGEST_MD5);
	digest_format(&out, &d);
	assert_buf(&out, md5_hex);
	assert_true(digest_parse(DIGEST_MD5, SPAN("D41D8CD98F00B204E9800998ECF8427E"), &d));
	buf_clear(&out);
	digest_format(&out, &d);
	assert_buf(&out, md5_hex);
	assert_false(digest_parse(DIGEST_SHA1, span_of(md5_hex), &d));
	assert_false(digest_parse(DIGEST_MD5, span_cut(span_of(md5_hex), 0, 31), &d));
	assert_false(digest_parse(DIGEST_MD5, SPAN("x41d8cd98f00b204e9800998ecf8427e"), &d));
	assert_false(digest_parse(DIGEST_MD5, SPAN(""), &d));
	assert_int_equal(d.kind, DIGEST_MD5);
}

static void only_the_bytes_that_count_are_compared(void **state)
{
	struct digest a, b;

	(void)state;
	assert_true(digest_parse(DIGEST_MD5, span_of(md5_hex), &a));
	b = a;
	b.bytes[16] ^= 1;
	assert_true(digest_is(&a, &b));
	b.bytes[15] ^= 1;
	assert_false(digest_is(&a, &b));
	b = a;
	b.kind = DIGEST_SHA1;
	assert_false(digest_is(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_sizes_agree),
		cmocka_unit_test(kinds_are_spelled_one_way),
		cmocka_unit_test(hex_is_of_the_right_length),
		cmocka_unit_test(only_the_bytes_that_count_are_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
