/* Tests of sys/address and sys/pace. */
#include "sys/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "sys/pace.h"
#include "unit.h"

static void each_range_has_its_reach(void **state)
{
	static const struct {
		const char *host;
		enum address_reach reach;
	} rows[] = {
		{"8.8.8.8", ADDRESS_PUBLIC},
		{"0.0.0.0", ADDRESS_SELF},
		{"127.0.0.1", ADDRESS_SELF},
		{"127.255.255.255", ADDRESS_SELF},
		{"128.0.0.1", ADDRESS_PUBLIC},
		{"10.1.2.3", ADDRESS_PRIVATE},
		{"11.0.0.1", ADDRESS_PUBLIC},
		{"172.15.255.255", ADDRESS_PUBLIC},
		{"172.16.0.1", ADDRESS_PRIVATE},
		{"172.31.255.255", ADDRESS_PRIVATE},
		{"172.32.0.1", ADDRESS_PUBLIC},
		{"192.168.1.1", ADDRESS_PRIVATE},
		{"192.169.1.1", ADDRESS_PUBLIC},
		{"100.64.0.1", ADDRESS_PRIVATE},
		{"100.128.0.1", ADDRESS_PUBLIC},
		{"169.254.169.254", ADDRESS_LINK},
		{"224.0.0.1", ADDRESS_LINK},
		{"255.255.255.255", ADDRESS_LINK},
		{"[::1]", ADDRESS_SELF},
		{"::", ADDRESS_SELF},
		{"[2001:db8::1]", ADDRESS_PUBLIC},
		{"fd00::1", ADDRESS_PRIVATE},
		{"fe80::1", ADDRESS_LINK},
		{"ff02::1", ADDRESS_LINK},
		{"::ffff:127.0.0.1", ADDRESS_SELF},
		{"::ffff:8.8.8.8", ADDRESS_PUBLIC},
		{"[64:ff9b::a9fe:a9fe]", ADDRESS_LINK},
		{"64:ff9b::808:808", ADDRESS_PUBLIC},
		{"64:ff9b:1::808:808", ADDRESS_PRIVATE},
		{"64:ff9b:1:ffff::a00:1", ADDRESS_PRIVATE},
		{"64:ff9b:1::a9fe:a9fe", ADDRESS_LINK},
		{"64:ff9b:1::7f00:1", ADDRESS_SELF},
		{"64:ff9b:2::a00:1", ADDRESS_PUBLIC},
		{"2002:808:808::1", ADDRESS_PUBLIC},
		{"2002:a00:1::1", ADDRESS_PRIVATE},
		{"2002:c0a8:101::1", ADDRESS_PRIVATE},
		{"2002:a9fe:a9fe::", ADDRESS_LINK},
		{"2002:7f00:1::", ADDRESS_SELF},
		{"2003:a00:1::", ADDRESS_PUBLIC},
		{"::ffff:0:10.0.0.1", ADDRESS_PRIVATE},
		{"::ffff:0:8.8.8.8", ADDRESS_PUBLIC},
		{"::127.0.0.1", ADDRESS_SELF},
		{"::2", ADDRESS_SELF},
		{"192.0.0.192", ADDRESS_LINK},
		{"192.0.1.1", ADDRESS_PUBLIC},
		{"198.17.255.255", ADDRESS_PUBLIC},
		{"198.18.0.1", ADDRESS_PRIVATE},
		{"198.19.255.255", ADDRESS_PRIVATE},
		{"198.20.0.0", ADDRESS_PUBLIC},
		{"localhost", ADDRESS_SELF},
		{"LocalHost.", ADDRESS_SELF},
		{"a.localhost", ADDRESS_SELF},
		{"notlocalhost", ADDRESS_PUBLIC},
		{"vendor.example", ADDRESS_PUBLIC},
		{"127.0.0.1.example", ADDRESS_PUBLIC},
		{"", ADDRESS_PUBLIC},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (address_reach_of_host(span_of(rows[i].host)) != rows[i].reach)
			fail_msg("%s is not %d", rows[i].host, (int)rows[i].reach);
	assert_int_equal(address_reach_of_host(SPAN("127.0.0.1\0x")), ADDRESS_PUBLIC);
}

static void sockets_addresses_have_the_same(void **state)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a000001)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr other = {.sa_family = AF_UNIX};

	(void)state;
	assert_int_equal(address_reach((struct sockaddr *)&v4), ADDRESS_PRIVATE);
	assert_int_equal(address_reach((struct sockaddr *)&v6), ADDRESS_SELF);
	assert_int_equal(address_reach(&other), ADDRESS_SELF);
}

static void too_slow_for_too_long_is_a_stall(void **state)
{
	struct pace p;

	(void)state;
	pace_start(&p, 10, 3, 1000);
	assert_false(pace_is_stalled(&p, 3999));
	assert_true(pace_is_stalled(&p, 4000));
	/* Nine bytes a second are too slow, ten are not. */
	for (int rate = 9; rate <= 10; rate++) {
		pace_start(&p, 10, 3, 0);
		for (int64_t now = 1000; now < 3000; now += 1000) {
			pace_add(&p, rate);
			assert_false(pace_is_stalled(&p, now));
		}
		pace_add(&p, rate);
		assert_int_equal(pace_is_stalled(&p, 3000), rate == 9);
	}
	/* A burst gives three seconds more. */
	pace_start(&p, 10, 3, 0);
	pace_add(&p, 1000);
	assert_false(pace_is_stalled(&p, 1000));
	assert_false(pace_is_stalled(&p, 3900));
	assert_true(pace_is_stalled(&p, 4000));
}

static void our_own_time_does_not_count(void **state)
{
	struct pace p;

	(void)state;
	pace_start(&p, 10, 3, 0);
	pace_forgive(&p, 60000);
	assert_false(pace_is_stalled(&p, 62000));
	assert_true(pace_is_stalled(&p, 63000));
	pace_start(&p, INT64_MAX, 1, 0);
	pace_add(&p, 1);
	assert_true(pace_is_stalled(&p, 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_range_has_its_reach),
		cmocka_unit_test(sockets_addresses_have_the_same),
		cmocka_unit_test(too_slow_for_too_long_is_a_stall),
		cmocka_unit_test(our_own_time_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
