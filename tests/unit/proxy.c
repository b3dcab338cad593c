/* Tests of model/proxy. */
#include "model/proxy.h"

#include "unit.h"

static void schemes_have_their_own(void **state)
{
	AUTO(proxies) p = PROXIES_INIT;

	(void)state;
	assert_null(proxies_choose(&p, false, SPAN("a")));
	proxies_take(&p, SPAN("http_proxy= http://one "));
	proxies_take(&p, SPAN("ftp_proxy=http://none"));
	assert_string_equal(proxies_choose(&p, false, SPAN("a")), "http://one");
	assert_null(proxies_choose(&p, true, SPAN("a")));
	proxies_take(&p, SPAN("https_proxy=two:3128"));
	assert_string_equal(proxies_choose(&p, true, SPAN("a")), "two:3128");
}

static void a_setting_is_for_all(void **state)
{
	AUTO(proxies) p = PROXIES_INIT;
	AUTO(proxies) none = PROXIES_INIT;

	(void)state;
	proxies_set(&p, SPAN("socks5h://p"));
	assert_string_equal(proxies_choose(&p, false, SPAN("a")), "socks5h://p");
	assert_string_equal(proxies_choose(&p, true, SPAN("a")), "socks5h://p");
	proxies_set(&none, SPAN("none"));
	proxies_set(&none, SPAN(""));
	assert_null(proxies_choose(&none, true, SPAN("a")));
}

static void exceptions_are_asked_without(void **state)
{
	static const struct {
		const char *except, *host;
		bool without;
	} rows[] = {
		{"*", "any.example", true},
		{"example.org", "example.org", true},
		{"example.org", "EXAMPLE.ORG.", true},
		{"example.org", "a.example.org", true},
		{".example.org", "a.example.org", true},
		{".example.org", "example.org", true},
		{"example.org", "badexample.org", false},
		{"a.example.org", "example.org", false},
		{"a, b\tc d", "c", true},
		{"a,,b", "x", false},
		{",.,", "x", false},
		{"127.0.0.1", "127.0.0.1", true},
		{"127.0.0.1", "127.0.0.2", false},
		{"0.0.1", "127.0.0.1", false},
		{"10.0.0.0/8", "10.255.1.2", true},
		{"10.0.0.0/8", "11.0.0.0", false},
		{"192.168.0.0/23", "192.168.1.9", true},
		{"192.168.0.0/23", "192.168.2.9", false},
		{"0.0.0.0/0", "8.8.8.8", true},
		{"10.0.0.0/33", "10.0.0.0", false},
		{"10.0.0.0/x", "10.0.0.0", false},
		{"10.0.0.0/", "10.0.0.0", false},
		{"::1", "[::1]", true},
		{"[::1]", "[::1]", true},
		{"fd00::/8", "[fd12::1]", true},
		{"fd00::/8", "10.0.0.1", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(proxies) p = PROXIES_INIT;

		buf_sets(&p.http, "http://p");
		buf_sets(&p.except, rows[i].except);
		if (!proxies_choose(&p, false, span_of(rows[i].host)) != rows[i].without)
			fail_msg("\"%s\" for %s", rows[i].except, rows[i].host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schemes_have_their_own),
		cmocka_unit_test(a_setting_is_for_all),
		cmocka_unit_test(exceptions_are_asked_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
