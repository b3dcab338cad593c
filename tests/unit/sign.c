/* Tests of ext/sign: the vectors of RFC 8032, what Python's hashlib gives for BLAKE2b and scrypt. */
#include "ext/sign.h"

#include "base/text.h"
#include "unit.h"

static void hex(const char *text, unsigned char *out, size_t n)
{
	assert_true(text_unhex(span_of(text), out, n));
}

static void assert_hex(const unsigned char *bytes, size_t n, const char *wanted)
{
	AUTO(buf) got = BUF_INIT;

	text_hex(&got, bytes, n);
	assert_buf(&got, wanted);
}

/* RFC 8032, 7.1, tests 1 to 3. */
static const struct {
	const char *seed, *key, *text, *signature;
} known[] = {
	{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
		"d25bf5f0595bbe24655141438e7a100b"},
	{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
		"387b2eaeb4302aeeb00d291612bb0c00"},
	{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
		"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
		"4a7c15e9716ed28dc027beceea1ec40a"},
};

static void ed25519_is_that_of_the_rfc(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		unsigned char seed[SIGN_SEED], key[SIGN_KEY], text[2], signature[SIGN_SIGNATURE];
		struct span x = {(const char *)text, strlen(known[i].text) / 2};
		struct err err = ERR_INIT;

		hex(known[i].seed, seed, sizeof(seed));
		hex(known[i].text, text, x.n);
		assert_int_equal(sign_key(seed, key, &err), 0);
		assert_hex(key, sizeof(key), known[i].key);
		assert_int_equal(sign_make(seed, x, signature, &err), 0);
		assert_hex(signature, sizeof(signature), known[i].signature);
		assert_int_equal(sign_verify(key, x, signature, &err), 1);
	}
}

/* A bit anywhere in the signature, in the key, or in the text. */
static void what_was_changed_does_not_verify(void **state)
{
	unsigned char seed[SIGN_SEED] = {1}, key[SIGN_KEY], signature[SIGN_SIGNATURE];
	char text[] = "a text that was signed";
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(sign_key(seed, key, &err), 0);
	assert_int_equal(sign_make(seed, span_of(text), signature, &err), 0);
	for (int bit = 0; bit < SIGN_SIGNATURE * 8; bit++) {
		signature[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_int_equal(sign_verify(key, span_of(text), signature, &err), 0);
		signature[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	for (int bit = 0; bit < SIGN_KEY * 8; bit++) {
		key[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_int_equal(sign_verify(key, span_of(text), signature, &err), 0);
		key[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	text[3] ^= 1;
	assert_int_equal(sign_verify(key, span_of(text), signature, &err), 0);
	text[3] ^= 1;
	assert_int_equal(
		sign_verify(key, span_cut(span_of(text), 0, sizeof(text) - 2), signature, &err), 0);
	assert_int_equal(sign_verify(key, span_of(text), signature, &err), 1);
}

static void blake2b_is_that_of_the_rfc(void **state)
{
	static const struct {
		size_t n;
		const char *sum; /* 32 bytes, of so many "a" */
	} sums[] = {
		{0, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"},
		{1, "8928aae63c84d87ea098564d1e03ad813f107add474e56aedd286349c0c03ea4"},
		{127, "59e2f1aba240f20aa591016f5ef429990bc9c2131dcd0d30f0ffd75ed18f317d"},
		{128, "ae2aa48507885c4c950fb809b2076f959cde9f8ea6da260d9a3587df33dac450"},
		{129, "2f64744a6de0d2c0b56e64cf6e29a5aaa255010d415d51c75ccc82f73dccd865"},
		{256, "eae4d3a7627549b383179dc18049964f91a6fed14c9f3fb26705eda3eeda5558"},
		{300, "3c1292de00a518e36823f9ff908ac2da46be38718c018713403461df077e15f6"},
	};
	unsigned char out[SIGN_PREHASH];
	char text[300];

	(void)state;
	memset(text, 'a', sizeof(text));
	sign_prehash(SPAN("abc"), out);
	assert_hex(out, sizeof(out),
		"ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
		"7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
	for (size_t i = 0; i < COUNT(sums); i++) {
		sign_checksum((struct span){text, sums[i].n}, out);
		assert_hex(out, SIGN_CHECKSUM, sums[i].sum);
	}
}

/* Both ways that libsodium comes from its limits to scrypt's: N 1024, p 1; N 16384, p 2. */
static void scrypt_takes_libsodiums_limits(void **state)
{
	unsigned char salt[SIGN_SALT], out[104];
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(salt); i++)
		salt[i] = (unsigned char)i;
	assert_int_equal(sign_stretch(SPAN("password"), salt, 32768, 16 << 20, out, 16, &err), 0);
	assert_hex(out, 16, "6245efbb6c5c9d268dfbb2142d226142");
	assert_int_equal(sign_stretch(SPAN("password"), salt, 1, 16 << 20, out, 16, &err), 0);
	assert_hex(out, 16, "6245efbb6c5c9d268dfbb2142d226142");
	assert_int_equal(
		sign_stretch(SPAN("password"), salt, 1 << 20, 16 << 20, out, sizeof(out), &err), 0);
	assert_hex(out, sizeof(out),
		"da863ff515c9779378e32b9efbf03425c2bed95a5ae74fd1a598419d2041b0745954d36715444007"
		"77c590aad281733d54c62dddadd3282ef14291c61f6442a1ae0f481951febad302b50acb83686982"
		"b1545af2040592eb1d0d31e782d12942659cfd43ca63e902");
	assert_int_equal(sign_stretch(SPAN("x"), salt, 1 << 20, UINT64_MAX, out, 16, &err), -1);
	assert_err(&err, ERR_FAILED, "more work");
	assert_int_equal(sign_stretch(SPAN("x"), salt, UINT64_MAX, 1 << 20, out, 16, &err), -1);
	assert_err(&err, ERR_FAILED, "more work");
}

static void random_numbers_differ(void **state)
{
	unsigned char a[SIGN_SEED], b[SIGN_SEED];
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(sign_random(a, sizeof(a), &err), 0);
	assert_int_equal(sign_random(b, sizeof(b), &err), 0);
	assert_memory_not_equal(a, b, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ed25519_is_that_of_the_rfc),
		cmocka_unit_test(what_was_changed_does_not_verify),
		cmocka_unit_test(blake2b_is_that_of_the_rfc),
		cmocka_unit_test(scrypt_takes_libsodiums_limits),
		cmocka_unit_test(random_numbers_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
