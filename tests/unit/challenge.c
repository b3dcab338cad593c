/* Tests of model/challenge. */
#include "model/challenge.h"

#include "unit.h"

static void what_is_asked_for(void **state)
{
	static const struct {
		const char *header;
		bool basic, bearer;
		const char *realm, *service;
	} rows[] = {
		{"Bearer realm=\"https://a/t\",service=\"s\",scope=\"repository:x:pull\"", false,
			true, "https://a/t", "s"},
		{"bearer REALM=\"https://a/t\" , Service=s", false, true, "https://a/t", "s"},
		{"Bearer realm = \"https://a/t\"", false, true, "https://a/t", ""},
		{"Bearer realm=\"https://a/\\\"t\\\\\"", false, true, "https://a/\"t\\", ""},
		{"Bearer scope=\"a,b realm=c\",realm=\"r\"", false, true, "r", ""},
		{"Basic realm=\"x\"", true, false, "", ""},
		{"Basic", true, false, "", ""},
		{"Basic realm=\"x\", Bearer realm=\"r\",service=\"s\"", true, true, "r", "s"},
		{"Bearer realm=\"r\", Basic realm=\"x\"", true, true, "r", ""},
		{"Negotiate, Basic realm=\"x\"", true, false, "", ""},
		{"Negotiate YII/abc==, Bearer realm=\"r\"", false, true, "r", ""},
		{"Digest realm=\"d\", nonce=\"n\", Bearer realm=\"r\"", false, true, "r", ""},
		{", ,Basic realm=x,", true, false, "", ""},
		{"Other a=b", false, false, "", ""},
		{"", false, false, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(challenge) c;

		challenge_init(&c);
		if (!challenge_parse(span_of(rows[i].header), &c) || c.basic != rows[i].basic ||
			c.bearer != rows[i].bearer || strcmp(c.realm.s, rows[i].realm) != 0 ||
			strcmp(c.service.s, rows[i].service) != 0)
			fail_msg("%s: %d %d %s %s", rows[i].header, c.basic, c.bearer, c.realm.s,
				c.service.s);
	}
}

static void what_is_malformed(void **state)
{
	static const char *const rows[] = {
		"Bearer",
		"Bearer service=\"s\"",
		"Bearer realm=\"\"",
		"Bearer realm=\"r",
		"Bearer realm=\"r\\",
		"Bearer realm=\"a\nb\"",
		"Bearer realm=\"a\", realm=\"b\"",
		"Bearer realm=\"a\", service=b, service=c",
		"Bearer realm=\"a\" service=b",
		"Bearer realm=\"a\", Bearer realm=\"b\"",
		"=",
		"\"Bearer\" realm=r",
		"Bearer\x01realm=r",
	};
	AUTO(buf) many = buf_of("Bearer realm=r");

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(challenge) c;

		challenge_init(&c);
		if (challenge_parse(span_of(rows[i]), &c))
			fail_msg("%s", rows[i]);
	}
	for (size_t i = 0; i < CHALLENGE_PARAMS_MAX; i++) {
		AUTO(challenge) c;

		challenge_init(&c);
		assert_true(challenge_parse(buf_span(&many), &c));
		buf_addf(&many, ", a%zu=b", i);
	}
	for (int i = 0; i < 1; i++) {
		AUTO(challenge) c;

		challenge_init(&c);
		assert_false(challenge_parse(buf_span(&many), &c));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked_for),
		cmocka_unit_test(what_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
