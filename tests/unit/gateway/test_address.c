/*
 * test_address.c - addresses and networks as people write them, and what a chain of proxies says.
 */
#include "gateway/address.h"

#include <netinet/in.h>
#include "tests/unit/gateway/bytes.h"

static struct cidr of(const char *text)
{
	struct cidr a;

	ck_assert_msg(address_parse(text_of(text), &a), "%s", text);
	return a;
}

static void expect_name(const struct cidr *a, const char *want)
{
	char name[CIDR_TEXT];

	cidr_text(a, name);
	ck_assert_str_eq(name, want);
}

static bool in_net(const char *address, const char *net)
{
	char *nets[] = { (char *)(uintptr_t)net, NULL };
	struct address_nets list = { 0 };
	struct cidr a = of(address);
	const char *bad;
	bool in;

	ck_assert_msg(address_nets_set(&list, nets, &bad) == 0, "%s", net);
	in = address_nets_have(&list, &a);
	address_nets_done(&list);
	return in;
}

START_TEST(an_address_is_read_and_shown)
{
	static const char *const names[] = { "192.0.2.1", "::1",     "2001:db8::1",
					     "fe80::2",	  "0.0.0.0", "255.255.255.255" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct cidr a = of(names[i]);

		expect_name(&a, names[i]);
	}
}
END_TEST

START_TEST(ipv4_in_ipv6_is_ipv4)
{
	struct cidr a = of("::ffff:192.0.2.1"), b = of("192.0.2.1");

	ck_assert(address_eq(&a, &b));
	expect_name(&a, "192.0.2.1");
}
END_TEST

START_TEST(sockets_have_addresses_and_back)
{
	static const char *const names[] = { "192.0.2.1", "2001:db8::1" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct cidr a = of(names[i]), back;
		struct sockaddr_storage s;

		address_sockaddr(&a, &s);
		ck_assert_int_eq(s.ss_family, i == 0 ? AF_INET : AF_INET6);
		ck_assert(cidr_of_sockaddr((struct sockaddr *)&s, &back));
		ck_assert(address_eq(&a, &back));
	}
}
END_TEST

START_TEST(a_unix_socket_has_no_address)
{
	struct sockaddr_storage s = { .ss_family = AF_UNIX };
	struct cidr a;

	ck_assert(!cidr_of_sockaddr((struct sockaddr *)&s, &a));
}
END_TEST

START_TEST(what_is_no_address_is_refused)
{
	static const char *const wrong[] = { "",	  "192.0.2",	"192.0.2.256",
					     "localhost", "192.0.2.1 ", "2001:db8::1::2",
					     "1.2.3.4:5", "10.0.0.0/8", "192.0.2.1/32",
					     "[::1]",	  "::1%lo" };
	struct cidr a;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		ck_assert_msg(!address_parse(text_of(wrong[i]), &a), "%s", wrong[i]);
	ck_assert(!address_parse(BYTES("::1\0"), &a));
}
END_TEST

START_TEST(a_network_ends_where_its_bits_end)
{
	ck_assert(in_net("10.255.0.1", "10.0.0.0/8"));
	ck_assert(!in_net("11.0.0.1", "10.0.0.0/8"));
	ck_assert(in_net("10.1.3.255", "10.1.2.0/23"));
	ck_assert(!in_net("10.1.4.0", "10.1.2.0/23"));
	ck_assert(in_net("10.1.2.3", "10.1.2.3"));
	ck_assert(!in_net("10.1.2.4", "10.1.2.3"));
	ck_assert(in_net("2001:db8:ffff::1", "2001:db8::/32"));
	ck_assert(!in_net("2001:db9::1", "2001:db8::/32"));
	ck_assert(in_net("192.0.2.1", "0.0.0.0/0"));
	ck_assert(!in_net("2001:db8::1", "0.0.0.0/0"));
	ck_assert(in_net("2001:db8::1", "::/0"));
	ck_assert(in_net("192.0.2.1", "::ffff:192.0.2.0/120"));
}
END_TEST

START_TEST(what_is_no_network_is_named)
{
	static const char *const wrong[] = { "10.0.0.0/33", "::1/129",	   "here", "10.0.0.0/",
					     "10.0.0.0/8x", "10.0.0.0/-1", "/8",   "10.0.0.0/+8" };
	char *good[] = { (char[]){ "10.0.0.0/8" }, NULL };
	struct address_nets list = { 0 };
	struct cidr a = of("10.1.1.1");
	const char *bad = NULL;

	ck_assert_int_eq(address_nets_set(&list, good, &bad), 0);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		char *nets[] = { good[0], (char *)(uintptr_t)wrong[i], NULL };

		ck_assert_msg(address_nets_set(&list, nets, &bad) == 1, "%s", wrong[i]);
		ck_assert_ptr_eq(bad, nets[1]);
		ck_assert_uint_eq(list.n, 1);
		ck_assert(address_nets_have(&list, &a));
	}
	ck_assert_int_eq(address_nets_set(&list, NULL, &bad), 0);
	ck_assert(!address_nets_have(&list, &a));
	address_nets_done(&list);
}
END_TEST

struct forwarded_case {
	const char *header, *peer, *want;
};

START_TEST(the_rightmost_stranger_is_the_client)
{
	static const struct forwarded_case cases[] = {
		{ "192.0.2.1", "10.0.0.1", "192.0.2.1" },
		{ "203.0.113.9, 192.0.2.1", "10.0.0.1", "192.0.2.1" },
		{ "203.0.113.9,192.0.2.1 , 10.0.0.2", "10.0.0.1", "192.0.2.1" },
		{ "10.0.0.3, 10.0.0.2", "10.0.0.1", "10.0.0.3" },
		{ "192.0.2.1", "198.51.100.1", "198.51.100.1" }, /* the peer is not trusted */
		{ "", "10.0.0.1", "10.0.0.1" },
		{ "unknown", "10.0.0.1", "10.0.0.1" },
		{ "192.0.2.1, nonsense", "10.0.0.1", "10.0.0.1" },
		{ "192.0.2.1, nonsense, 10.0.0.2", "10.0.0.1", "10.0.0.2" },
		{ "192.0.2.1:4711", "10.0.0.1", "192.0.2.1" },
		{ "2001:db8::7", "10.0.0.1", "2001:db8::7" },
		{ "[2001:db8::7]", "10.0.0.1", "2001:db8::7" },
		{ "[2001:db8::7]:4711", "10.0.0.1", "2001:db8::7" },
		{ "[192.0.2.1]:4711", "10.0.0.1", "192.0.2.1" },
		{ "[2001:db8::7]x", "10.0.0.1", "10.0.0.1" },
		{ "[2001:db8::7", "10.0.0.1", "10.0.0.1" },
		{ "192.0.2.1:port", "10.0.0.1", "10.0.0.1" },
		{ ",,,", "10.0.0.1", "10.0.0.1" },
	};
	char *nets[] = { (char[]){ "10.0.0.0/8" }, NULL };
	struct address_nets trusted = { 0 };
	const char *bad;

	ck_assert_int_eq(address_nets_set(&trusted, nets, &bad), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cidr peer = of(cases[i].peer), got;

		got = address_forwarded(text_of(cases[i].header), &trusted, &peer);
		expect_name(&got, cases[i].want);
	}
	address_nets_done(&trusted);
}
END_TEST

START_TEST(a_chain_of_proxies_without_end_has_one)
{
	char *nets[] = { (char[]){ "10.0.0.0/8" }, NULL };
	struct address_nets trusted = { 0 };
	struct cidr peer = of("10.0.0.1"), got;
	struct buf header = { 0 };
	const char *bad;

	ck_assert_int_eq(address_nets_set(&trusted, nets, &bad), 0);
	buf_adds(&header, "192.0.2.1");
	for (int i = 0; i < ADDRESS_FORWARDED_MAX; i++)
		buf_addf(&header, ", 10.0.1.%d", i);
	got = address_forwarded(buf_span(&header), &trusted, &peer);
	expect_name(&got, "10.0.1.0");
	buf_done(&header);
	address_nets_done(&trusted);
}
END_TEST

UNIT_MAIN("address", an_address_is_read_and_shown, ipv4_in_ipv6_is_ipv4,
	  sockets_have_addresses_and_back, a_unix_socket_has_no_address,
	  what_is_no_address_is_refused, a_network_ends_where_its_bits_end,
	  what_is_no_network_is_named, the_rightmost_stranger_is_the_client,
	  a_chain_of_proxies_without_end_has_one)
