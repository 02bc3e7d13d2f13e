/* test_cidr.c - addresses and networks as people write them, and the table of networks. */
#include "rt/cidr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include "tests/unit/rt/unit.h"

static struct cidr of(const char *text)
{
	struct cidr c;

	ck_assert_msg(cidr_parse((struct span){ text, strlen(text) }, &c), "%s", text);
	return c;
}

static bool is_one(const char *text)
{
	struct cidr c;

	return cidr_parse((struct span){ text, strlen(text) }, &c);
}

static void ck_shown(const char *typed, const char *shown)
{
	struct cidr c = of(typed);
	char text[CIDR_TEXT];

	cidr_text(&c, text);
	ck_assert_str_eq(text, shown);
}

START_TEST(addresses_and_networks_are_shown_as_they_are_written)
{
	ck_shown("203.0.113.7", "203.0.113.7");
	ck_shown("203.0.113.7/32", "203.0.113.7");
	ck_shown("10.0.0.0/8", "10.0.0.0/8");
	ck_shown("0.0.0.0/0", "0.0.0.0/0");
	ck_shown("2001:db8::/32", "2001:db8::/32");
	ck_shown("2001:DB8:0:0::1", "2001:db8::1");
	ck_shown("::/0", "::/0");
}
END_TEST

START_TEST(what_stands_behind_the_prefix_is_cleared)
{
	ck_shown("10.1.2.3/8", "10.0.0.0/8");
	ck_shown("203.0.113.255/25", "203.0.113.128/25");
	ck_shown("2001:db8:ffff::1/33", "2001:db8:8000::/33");
}
END_TEST

START_TEST(a_mapped_ipv4_address_is_an_ipv4_address)
{
	ck_shown("::ffff:203.0.113.7", "203.0.113.7");
	ck_shown("::ffff:10.0.0.0/104", "10.0.0.0/8");
}
END_TEST

START_TEST(anything_else_is_refused)
{
	static const char *const wrong[] = {
		"",	      "ana",	    "1.2.3",	     "1.2.3.4.5",     "256.0.0.1",
		"1.2.3.4/33", "1.2.3.4/",   "1.2.3.4/-1",    "1.2.3.4/08",    "1.2.3.4/ 8",
		"1.2.3.4/8x", "::1/129",    "1.2.3.4/0x8",   "fe80::1%eth0",  "1.2.3.4 ",
		":::",	      "1.2.3.4//8", "1.2.3.4/99999", "[2001:db8::1]", "/8",
	};
	struct cidr c;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		ck_assert_msg(!is_one(wrong[i]), "%s", wrong[i]);
	ck_assert(!cidr_parse((struct span){ "1.2.3.4\0x", 9 }, &c));
	ck_assert(!is_one("1111111111111111111111111111111111111111111111111111111111111111111"));
}
END_TEST

START_TEST(a_network_has_what_its_prefix_says)
{
	struct cidr net = of("203.0.113.128/25"), wide = of("203.0.0.0/16");
	struct cidr in = of("203.0.113.200"), out = of("203.0.113.100"), six = of("2001:db8::1");

	ck_assert(cidr_has(&net, &in));
	ck_assert(!cidr_has(&net, &out));
	ck_assert(!cidr_has(&net, &six));
	ck_assert(cidr_has(&wide, &net));
	ck_assert(!cidr_has(&net, &wide));
	in = cidr_around(&six, 64);
	out = of("2001:db8::ffff:1");
	ck_assert(cidr_has(&in, &out));
}
END_TEST

START_TEST(a_socket_address_is_the_same_by_either_family)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr local = { .sa_family = AF_UNIX };
	struct cidr a, b;

	inet_pton(AF_INET, "203.0.113.7", &four.sin_addr);
	inet_pton(AF_INET6, "::ffff:203.0.113.7", &six.sin6_addr);
	ck_assert(cidr_of_sockaddr((const void *)&four, &a));
	ck_assert(cidr_of_sockaddr((const void *)&six, &b));
	ck_assert(cidr_has(&a, &b) && cidr_has(&b, &a) && cidr_is_v4(&a));
	ck_assert(!cidr_of_sockaddr(&local, &a));
}
END_TEST

START_TEST(the_table_finds_from_the_narrowest_to_the_widest)
{
	static const char *const nets[] = { "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "10.2.0.0/16",
					    "2001:db8::/32" };
	struct cidr address = of("10.1.2.3"), c;
	struct cidr_map m;
	unsigned it = 0;

	cidr_map_init(&m, NULL);
	for (size_t i = 0; i < ARRAY_LEN(nets); i++) {
		c = of(nets[i]);
		ck_assert_ptr_null(cidr_map_put(&m, &c, (void *)(uintptr_t)nets[i]));
	}
	ck_assert_str_eq(cidr_map_find(&m, &address, &it), "10.1.2.3");
	ck_assert_str_eq(cidr_map_find(&m, &address, &it), "10.1.0.0/16");
	ck_assert_str_eq(cidr_map_find(&m, &address, &it), "10.0.0.0/8");
	ck_assert_ptr_null(cidr_map_find(&m, &address, &it));
	/* A network is in wider ones, not in narrower ones. */
	c = of("10.1.0.0/17");
	it = 0;
	ck_assert_str_eq(cidr_map_find(&m, &c, &it), "10.1.0.0/16");
	cidr_map_done(&m);
}
END_TEST

START_TEST(a_length_that_is_not_in_use_any_more_costs_nothing)
{
	struct cidr a = of("10.0.0.0/8"), b = of("11.0.0.0/8"), c = of("10.0.0.1");
	struct cidr_map m;
	unsigned it = 0;

	cidr_map_init(&m, NULL);
	cidr_map_put(&m, &a, "a");
	cidr_map_put(&m, &b, "b");
	cidr_map_put(&m, &c, "c");
	ck_assert_uint_eq(m.n_lengths, 2);
	ck_assert_str_eq(cidr_map_put(&m, &b, "again"), "b");
	ck_assert_str_eq(cidr_map_del(&m, &a), "a");
	ck_assert_ptr_null(cidr_map_del(&m, &a));
	ck_assert_uint_eq(m.n_lengths, 2);
	ck_assert_str_eq(cidr_map_del(&m, &b), "again");
	ck_assert_uint_eq(m.n_lengths, 1);
	ck_assert_str_eq(cidr_map_find(&m, &c, &it), "c");
	cidr_map_done(&m);
}
END_TEST

UNIT_MAIN("cidr", addresses_and_networks_are_shown_as_they_are_written,
	  what_stands_behind_the_prefix_is_cleared, a_mapped_ipv4_address_is_an_ipv4_address,
	  anything_else_is_refused, a_network_has_what_its_prefix_says,
	  a_socket_address_is_the_same_by_either_family,
	  the_table_finds_from_the_narrowest_to_the_widest,
	  a_length_that_is_not_in_use_any_more_costs_nothing)
