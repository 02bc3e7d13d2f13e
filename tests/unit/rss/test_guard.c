/*
 * test_guard.c - addresses: how they are read and joined, and where a feed may lead to.
 */
#include "bridges/rss/guard.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "../rt/unit.h"
#include "bridges/rss/url.h"

static bool allows(const struct guard *g, const char *address)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, address, &four.sin_addr) == 1)
		return guard_address(g, (const struct sockaddr *)&four);
	ck_assert_msg(inet_pton(AF_INET6, address, &six.sin6_addr) == 1, "%s", address);
	return guard_address(g, (const struct sockaddr *)&six);
}

/* Without this machine's own. */
static void make(struct guard *g, char *const *allow)
{
	char *ports[] = { "80", "443", NULL };
	struct buf why = { 0 };

	ck_assert_int_eq(guard_init(g, allow, ports, &why), 0);
	g->n_own = 0;
	buf_done(&why);
}

START_TEST(only_public_addresses_are_led_to)
{
	static const char *const bad[] = {
		"127.0.0.1",
		"127.255.0.1",
		"0.0.0.0",
		"0.1.2.3",
		"10.0.0.1",
		"10.255.255.255",
		"172.16.0.1",
		"172.31.255.255",
		"192.168.0.1",
		"169.254.169.254",
		"169.254.0.1",
		"100.64.0.1",
		"100.127.255.255",
		"100.100.100.200",
		"192.0.0.1",
		"192.0.0.192",
		"192.0.2.1",
		"198.18.0.1",
		"198.19.255.255",
		"198.51.100.1",
		"203.0.113.1",
		"224.0.0.1",
		"239.255.255.250",
		"240.0.0.1",
		"255.255.255.255",
		"168.63.129.16",
		"192.88.99.1",
		"::",
		"::1",
		"::127.0.0.1",
		"::ffff:127.0.0.1",
		"::ffff:10.0.0.1",
		"::ffff:169.254.169.254",
		"::ffff:0:127.0.0.1",
		"fe80::1",
		"fec0::1",
		"fc00::1",
		"fd00:ec2::254",
		"ff02::1",
		"64:ff9b::7f00:1",
		"64:ff9b::a00:1",
		"64:ff9b::a9fe:a9fe",
		"64:ff9b:1::1",
		"2002:7f00:1::",
		"2002:a9fe:a9fe::1",
		"2002:c0a8:1::1",
		"2001::1",
		"2001:0:4136:e378:8000:63bf:3fff:fdd2",
		"2001:db8::1",
		"3fff::1",
		"100::1",
		"5f00::1",
		"4000::1",
	};
	static const char *const good[] = {
		"1.1.1.1",	   "8.8.8.8",	       "9.255.255.255",
		"11.0.0.1",	   "100.63.255.255",   "100.128.0.1",
		"172.15.255.255",  "172.32.0.1",       "192.0.1.1",
		"192.167.1.1",	   "192.169.1.1",      "198.17.0.1",
		"198.20.0.1",	   "223.255.255.255",  "168.63.129.17",
		"2606:4700::1111", "2a00:1450::1",     "2001:4860:4860::8888",
		"::ffff:8.8.8.8",  "64:ff9b::808:808", "2002:808:808::1",
	};
	struct guard g;

	make(&g, NULL);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(!allows(&g, bad[i]), "%s", bad[i]);
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		ck_assert_msg(allows(&g, good[i]), "%s", good[i]);
}
END_TEST

START_TEST(what_is_no_internet_address_is_not_led_to)
{
	const struct sockaddr local = { .sa_family = AF_UNIX };
	struct guard g;

	make(&g, NULL);
	ck_assert(!guard_address(&g, &local));
}
END_TEST

START_TEST(an_intranet_can_be_allowed)
{
	char *nets[] = { "10.1.0.0/16", "fd00::/8", "127.0.0.1", NULL };
	struct guard g;

	make(&g, nets);
	ck_assert(allows(&g, "10.1.2.3"));
	ck_assert(allows(&g, "::ffff:10.1.2.3"));
	ck_assert(!allows(&g, "10.2.0.1"));
	ck_assert(allows(&g, "fd12::1"));
	ck_assert(allows(&g, "127.0.0.1"));
	ck_assert(!allows(&g, "127.0.0.2"));
	ck_assert(!allows(&g, "::1"));
}
END_TEST

START_TEST(this_machines_own_addresses_are_not_led_to)
{
	struct guard g;

	make(&g, NULL);
	ck_assert(allows(&g, "11.22.33.44"));
	ck_assert(cidr_parse(SPAN("11.22.33.44"), &g.own[0]));
	g.n_own = 1;
	ck_assert(!allows(&g, "11.22.33.44"));
	ck_assert(!allows(&g, "::ffff:11.22.33.44"));
	ck_assert(allows(&g, "11.22.33.45"));
}
END_TEST

START_TEST(the_system_says_which_are_its_own)
{
	char *ports[] = { "80", NULL };
	struct buf why = { 0 };
	struct guard g;
	struct cidr loopback;
	bool found = false;

	ck_assert_int_eq(guard_init(&g, NULL, ports, &why), 0);
	ck_assert(cidr_parse(SPAN("127.0.0.1"), &loopback));
	for (size_t i = 0; i < g.n_own; i++)
		found |= cidr_has(&g.own[i], &loopback);
	ck_assert(found);
	buf_done(&why);
}
END_TEST

START_TEST(only_the_ports_and_schemes_of_the_web_are_asked)
{
	static const char *const bad[] = {
		"ftp://a.example/",
		"file:///etc/passwd",
		"gopher://a.example/",
		"a.example/x",
		"http://a.example:22/",
		"http://u:p@a.example/",
		"http://u@a.example/",
		"http://",

		"https://a.example:8443",
		"javascript:x",
		"dict://a.example/",
		"http://a.example:0/",
		"http://a.example/a b",
		"",
		"http://a\n.example/",
		"http://a.example:99999",
		"unix:/run/x",
	};
	struct guard g;

	make(&g, NULL);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(guard_url(&g, bad[i]) != NULL, "%s", bad[i]);
	ck_assert_ptr_null(guard_url(&g, "http://a.example/x?y=z"));
	ck_assert_ptr_null(guard_url(&g, "https://a.example"));
	ck_assert_ptr_null(guard_url(&g, "HTTPS://A.example:443/"));
	ck_assert_ptr_null(guard_url(&g, "http://[2001:4860::1]:80/"));
}
END_TEST

START_TEST(options_that_say_nothing_are_refused)
{
	char *good_ports[] = { "80", NULL }, *bad_ports[] = { "80", "http", NULL };
	char *zero[] = { "0", NULL }, *bad_nets[] = { "10.0.0.0/33", NULL };
	struct buf why = { 0 };
	struct guard g;

	ck_assert_int_eq(guard_init(&g, NULL, bad_ports, &why), 1);
	ck_assert_int_eq(guard_init(&g, NULL, zero, &why), 1);
	ck_assert_int_eq(guard_init(&g, bad_nets, good_ports, &why), 1);
	ck_assert_uint_gt(why.n, 0);
	buf_done(&why);
}
END_TEST

struct joint {
	const char *base, *ref, *whole; /* NULL: none */
};

START_TEST(addresses_are_joined)
{
	static const struct joint rows[] = {
		{ "http://a.example/b/c", "d", "http://a.example/b/d" },
		{ "http://a.example/b/c", "/d", "http://a.example/d" },
		{ "http://a.example/b/c", "../d", "http://a.example/d" },
		{ "http://a.example/b/c", "//e.example/f", "http://e.example/f" },
		{ "https://a.example/b/c", "//e.example/f", "https://e.example/f" },
		{ "http://a.example/b/c", "?q=1", "http://a.example/b/c?q=1" },
		{ "http://a.example/b", "https://e.example/", "https://e.example/" },
		{ "http://a.example/b", " \n/with space\t ", "http://a.example/with%20space" },
		{ "http://a.example/b", "/caf\303\251", "http://a.example/caf%c3%a9" },
		{ "http://a.example/b", "mailto:a@b.example", NULL },
		{ "http://a.example/b", "javascript:alert(1)", NULL },
		{ "http://a.example/b", "file:///etc/passwd", NULL },
		{ "http://a.example/b", "", NULL },
		{ NULL, "/relative", NULL },
		{ NULL, "http://a.example", "http://a.example/" },
		{ "", "tag:x,2003:1", NULL },
		{ "http://a.example/b", "/\1", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *whole =
			url_join(rows[i].base, (struct span){ rows[i].ref, strlen(rows[i].ref) });

		if (rows[i].whole)
			ck_assert_msg(whole && !strcasecmp(whole, rows[i].whole), "%s: %s",
				      rows[i].ref, whole ? whole : "(none)");
		else
			ck_assert_msg(whole == NULL, "%s: %s", rows[i].ref, whole);
		free(whole);
	}
}
END_TEST

START_TEST(odd_ways_to_write_an_address_are_that_address)
{
	static const char *const loopback[] = { "http://2130706433/", "http://0x7f.1/",
						"http://0177.0.0.1/", "http://127.1/" };
	struct url u;

	for (size_t i = 0; i < ARRAY_LEN(loopback); i++) {
		ck_assert(url_read(loopback[i], &u));
		ck_assert_msg(!strcmp(u.host, "127.0.0.1"), "%s: %s", loopback[i], u.host);
	}
	ck_assert(url_read("http://[::ffff:127.0.0.1]:8080/", &u));
	ck_assert_uint_eq(u.port, 8080);
	ck_assert_ptr_null(strchr(u.host, '['));
}
END_TEST

UNIT_MAIN("guard", only_public_addresses_are_led_to, what_is_no_internet_address_is_not_led_to,
	  an_intranet_can_be_allowed, this_machines_own_addresses_are_not_led_to,
	  the_system_says_which_are_its_own, only_the_ports_and_schemes_of_the_web_are_asked,
	  options_that_say_nothing_are_refused, addresses_are_joined,
	  odd_ways_to_write_an_address_are_that_address)
