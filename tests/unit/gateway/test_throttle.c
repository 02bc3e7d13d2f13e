/*
 * test_throttle.c - limits of connections: in all, by address, by network, of those not logged in.
 */
#include "gateway/throttle.h"

#include <stdio.h>
#include "tests/unit/gateway/bytes.h"

enum { MINUTE = 60000000 };

static struct throttle_conf conf;
static struct throttle t;

static void start(uint32_t max, uint32_t per_ip, uint32_t rate)
{
	conf = (struct throttle_conf){ .max_conns = max, .max_per_ip = per_ip, .rate = rate };
	throttle_init(&t, &conf);
}

static void exempt(char *const *nets)
{
	const char *bad = NULL;

	ck_assert_int_eq(address_nets_set(&t.exempt, nets, &bad), 0);
}

static enum throttle_verdict enter(const char *address, uint64_t now_us, void **ret)
{
	struct cidr from;

	ck_assert(address_parse(text_of(address), &from));
	return throttle_enter(&t, &from, THROTTLE_PLAYER, now_us, ret);
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

START_TEST(pages_have_a_larger_count_and_an_upgrade_is_a_players)
{
	struct cidr from;
	void *page, *source;

	start(100, 0, 2);
	ck_assert(address_parse(text_of("192.0.2.1"), &from));
	for (int i = 0; i < 2 * THROTTLE_PAGES; i++) {
		ck_assert_int_eq(throttle_enter(&t, &from, THROTTLE_PAGE, 5, &page),
				 THROTTLE_WELCOME);
		if (i > 0)
			throttle_leave(&t, page);
	}
	ck_assert_int_eq(throttle_enter(&t, &from, THROTTLE_PAGE, 5, &source), THROTTLE_HASTY);
	ck_assert_int_eq(throttle_upgrade(&t, page, 5), THROTTLE_WELCOME);
	ck_assert_int_eq(enter("192.0.2.1", 5, &source), THROTTLE_WELCOME);
	ck_assert_int_eq(throttle_upgrade(&t, page, 5), THROTTLE_HASTY);
	ck_assert_int_eq(enter("192.0.2.1", 5, &source), THROTTLE_HASTY);
	ck_assert_uint_eq(t.refused[THROTTLE_HASTY], 3);
	/* In the next minute, which an upgrade may begin. */
	ck_assert_int_eq(throttle_upgrade(&t, page, MINUTE + 5), THROTTLE_WELCOME);
	ck_assert_int_eq(throttle_enter(&t, &from, THROTTLE_PAGE, MINUTE + 6, &source),
			 THROTTLE_WELCOME);
	ck_assert_int_eq(throttle_upgrade(&t, NULL, 5), THROTTLE_WELCOME);
	throttle_done(&t);
}
END_TEST

START_TEST(exempt_networks_are_not_counted_but_in_the_total)
{
	char *nets[] = { "127.0.0.0/8", "::1", "10.1.2.0/23", NULL };

	start(5, 1, 1);
	exempt(nets);
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

	start(100, 1, 0);
	exempt(nets);
	ck_assert_int_eq(comes("10.1.4.1"), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("10.1.4.1"), THROTTLE_CROWDED);
	throttle_done(&t);
}
END_TEST

START_TEST(a_network_is_bounded_as_a_whole)
{
	void *first;

	start(100, 0, 0);
	conf.max_per_net = 2;
	ck_assert_int_eq(enter("192.0.2.1", 1, &first), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("192.0.2.2"), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("192.0.2.3"), THROTTLE_NET);
	ck_assert_int_eq(comes("192.0.3.3"), THROTTLE_WELCOME);
	throttle_leave(&t, first);
	ck_assert_int_eq(comes("192.0.2.3"), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("2001:db8:1:1::1"), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("2001:db8:1:2::1"), THROTTLE_WELCOME);
	ck_assert_int_eq(comes("2001:db8:1:3::1"), THROTTLE_NET);
	ck_assert_int_eq(comes("2001:db8:2:3::1"), THROTTLE_WELCOME);
	throttle_done(&t);
}
END_TEST

START_TEST(a_network_outlives_the_minute_of_its_addresses)
{
	void *held, *source;

	start(100, 0, 0);
	conf.max_per_net = 1;
	ck_assert_int_eq(enter("192.0.2.1", 1, &held), THROTTLE_WELCOME);
	for (unsigned i = 1; i < 5; i++)
		ck_assert_int_eq(enter("192.0.2.2", 1 + i * (uint64_t)MINUTE, &source),
				 THROTTLE_NET);
	throttle_leave(&t, held);
	ck_assert_int_eq(enter("192.0.2.2", 6 * (uint64_t)MINUTE, &source), THROTTLE_WELCOME);
	throttle_leave(&t, source);
	throttle_done(&t);
}
END_TEST

/* How many of 1000 are let in while so many have not logged in. */
static int welcome_of(size_t strangers, const char *address)
{
	int n = 0;

	for (int i = 0; i < 1000; i++) {
		void *source;

		t.strangers = strangers;
		if (enter(address, 1, &source) != THROTTLE_WELCOME)
			continue;
		throttle_leave(&t, source);
		n++;
	}
	return n;
}

START_TEST(strangers_are_drawn_the_more_the_more_there_are)
{
	char *nets[] = { "10.0.0.0/8", NULL };
	int half;

	start(2000, 2000, 0);
	exempt(nets);
	ck_assert_int_eq(welcome_of(250, "192.0.2.1"), 1000);
	half = welcome_of(625, "192.0.2.1");
	ck_assert_int_gt(half, 350);
	ck_assert_int_lt(half, 650);
	ck_assert_int_lt(welcome_of(925, "192.0.2.1"), half);
	ck_assert_int_eq(welcome_of(1000, "192.0.2.1"), 0);
	ck_assert_int_eq(welcome_of(1500, "192.0.2.1"), 0);
	ck_assert_int_eq(welcome_of(1000, "10.0.0.1"), 1000);
	conf.max_per_ip = 0;
	ck_assert_int_eq(welcome_of(1000, "192.0.2.1"), 1000);
	throttle_done(&t);
}
END_TEST

START_TEST(handshakes_of_one_address_are_bounded)
{
	void *one, *other;

	start(100, 0, 0);
	ck_assert_int_eq(enter("192.0.2.1", 1, &one), THROTTLE_WELCOME);
	ck_assert_int_eq(enter("192.0.2.2", 1, &other), THROTTLE_WELCOME);
	for (int i = 0; i < THROTTLE_HANDSHAKES; i++)
		ck_assert(throttle_handshake(one));
	ck_assert(!throttle_handshake(one));
	ck_assert(throttle_handshake(other));
	throttle_handshake_over(one);
	ck_assert(throttle_handshake(one));
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
		t.strangers = 0;
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
	  pages_have_a_larger_count_and_an_upgrade_is_a_players,
	  exempt_networks_are_not_counted_but_in_the_total, a_network_ends_where_its_bits_end,
	  a_network_is_bounded_as_a_whole, a_network_outlives_the_minute_of_its_addresses,
	  strangers_are_drawn_the_more_the_more_there_are, handshakes_of_one_address_are_bounded,
	  sources_are_forgotten_and_bounded)
