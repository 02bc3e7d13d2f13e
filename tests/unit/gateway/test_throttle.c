/*
 * test_throttle.c - limits of connections, by address.
 */
#include "gateway/throttle.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include "tests/unit/gateway/bytes.h"

enum { MINUTE = 60000000 };

static struct throttle_conf conf;
static struct throttle t;

static void start(uint32_t max, uint32_t per_ip, uint32_t rate)
{
	conf = (struct throttle_conf){ max, per_ip, rate };
	throttle_init(&t, &conf);
}

static enum throttle_verdict enter(const char *address, uint64_t now_us, void **ret)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, address, &four.sin_addr) == 1)
		return throttle_enter(&t, (struct sockaddr *)&four, now_us, ret);
	ck_assert_int_eq(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
	return throttle_enter(&t, (struct sockaddr *)&six, now_us, ret);
}

static enum throttle_verdict comes(const char *address)
{
	void *source;

	return enter(address, 1, &source);
}

START_TEST(the_total_is_bounded)
{
	start(2, 0, 0);
	ck_assert_int_eq(comes("192.0.2.1"), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("192.0.2.2"), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("192.0.2.3"), THROTTLE_FULL);
	throttle_done(&t);
}
END_TEST

START_TEST(one_address_is_bounded_and_freed_by_leaving)
{
	void *first, *other;

	start(100, 2, 0);
	ck_assert_int_eq(enter("192.0.2.1", 1, &first), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("192.0.2.1"), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("192.0.2.1"), THROTTLE_CROWDED);
	ck_assert_int_eq(comes("::ffff:192.0.2.1"), THROTTLE_CROWDED);
	ck_assert_int_eq(enter("192.0.2.2", 1, &other), THROTTLE_WELCOME);
	throttle_leave(&t, first);
	ck_assert_int_eq(comes("192.0.2.1"), THROTTLE_WELCOME);
	throttle_done(&t);
}
END_TEST

START_TEST(ipv6_counts_by_its_network)
{
	start(100, 1, 0);
	ck_assert_int_eq(comes("2001:db8::1"), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("2001:db8::ffff:1"), THROTTLE_CROWDED);
	ck_assert_int_eq(comes("2001:db8:0:1::1"), THROTTLE_WELCOME);
	throttle_done(&t);
}
END_TEST

START_TEST(new_ones_are_bounded_in_a_minute)
{
	void *source;

	start(100, 0, 3);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(enter("192.0.2.1", 5, &source), THROTTLE_WELCOME);
		throttle_leave(&t, source);
	}
	ck_assert_int_eq(enter("192.0.2.1", MINUTE, &source), THROTTLE_HASTY);
	ck_assert_int_eq(enter("192.0.2.1", MINUTE + 5, &source), THROTTLE_WELCOME);
	throttle_done(&t);
}
END_TEST

START_TEST(exempt_networks_are_not_counted_but_in_the_total)
{
	char *nets[] = { "127.0.0.0/8", "::1", "10.1.2.0/23", NULL };
	const char *bad = NULL;

	start(5, 1, 1);
	ck_assert_int_eq(throttle_exempt(&t, nets, &bad), 0);
	ck_assert_int_eq(comes("127.0.0.1"), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("127.0.0.1"), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("::1"), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("10.1.3.255"), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("10.1.3.255"), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("127.0.0.1"), THROTTLE_FULL);
	throttle_done(&t);
}
END_TEST

START_TEST(a_network_ends_where_its_bits_end)
{
	char *nets[] = { "10.1.2.0/23", NULL };
	const char *bad = NULL;

	start(100, 1, 0);
	ck_assert_int_eq(throttle_exempt(&t, nets, &bad), 0);
	ck_assert_int_eq(comes("10.1.4.1"), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("10.1.4.1"), THROTTLE_CROWDED);
	throttle_done(&t);
}
END_TEST

START_TEST(what_is_no_network_is_named)
{
	static const char *const wrong[] = { "10.0.0.0/33", "::1/129", "here", "10.0.0.0/",
					     "10.0.0.0/8x" };

	start(1, 1, 1);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		char *nets[] = { (char *)(uintptr_t)wrong[i], NULL };
		const char *bad = NULL;

		ck_assert_int_eq(throttle_exempt(&t, nets, &bad), 1);
		ck_assert_ptr_eq(bad, nets[0]);
	}
	throttle_done(&t);
}
END_TEST

START_TEST(sources_are_forgotten_and_bounded)
{
	void *source;
	char address[32];

	start(1000000, 1, 1);
	for (unsigned i = 0; i < THROTTLE_SOURCES + 1000; i++) {
		snprintf(address, sizeof(address), "11.%u.%u.%u", i >> 16, (i >> 8) & 255, i & 255);
		if (enter(address, 5, &source) != THROTTLE_WELCOME)
			ck_abort_msg("%s", address);
		throttle_leave(&t, source);
	}
	ck_assert_uint_le(t.sources.n, THROTTLE_SOURCES);
	for (unsigned i = 0; i < THROTTLE_SOURCES; i++)
		if (enter("127.0.0.1", 10 + (uint64_t)MINUTE * (i + 1), &source) ==
		    THROTTLE_WELCOME)
			throttle_leave(&t, source);
	ck_assert_uint_le(t.sources.n, 2);
	throttle_done(&t);
}
END_TEST

UNIT_MAIN("throttle", the_total_is_bounded, one_address_is_bounded_and_freed_by_leaving,
	  ipv6_counts_by_its_network, new_ones_are_bounded_in_a_minute,
	  exempt_networks_are_not_counted_but_in_the_total, a_network_ends_where_its_bits_end,
	  what_is_no_network_is_named, sources_are_forgotten_and_bounded)
