/* test_sites.c - the networks that may not connect, as a gateway keeps them. */
#include "gateway/sites.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/rt/unit.h"

#define SECOND ((uint64_t)1000000)

static struct sites s;

static void tell_as(const char *net, bool all, bool lifted, uint32_t for_s, uint64_t now)
{
	Mudlark__Sites m = MUDLARK__SITES__INIT;
	Mudlark__Site row = MUDLARK__SITE__INIT, *rows[] = { &row };
	char why[80];

	snprintf(why, sizeof(why), "Not from %s.", net);
	row.net = (char *)(uintptr_t)net;
	row.why = why;
	row.lifted = lifted;
	row.for_s = for_s;
	m.all = all;
	m.rows = rows;
	m.n_rows = 1;
	sites_take(&s, &m, now);
}

static void tell(const char *net, uint32_t for_s, uint64_t now)
{
	tell_as(net, false, false, for_s, now);
}

static const char *refusal(const char *address, uint64_t now)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, address, &four.sin_addr) == 1)
		return sites_refusal(&s, (const void *)&four, now);
	ck_assert_int_eq(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
	return sites_refusal(&s, (const void *)&six, now);
}

START_TEST(nobody_is_refused_at_first)
{
	struct sockaddr local = { .sa_family = AF_UNIX };

	sites_init(&s);
	ck_assert_ptr_null(refusal("203.0.113.7", 0));
	tell("0.0.0.0/0", 0, 0);
	ck_assert_ptr_null(sites_refusal(&s, &local, 0));
	sites_done(&s);
}
END_TEST

START_TEST(whoever_is_in_a_network_is_refused_with_its_sentence)
{
	sites_init(&s);
	tell("203.0.113.0/24", 0, 0);
	tell("2001:db8::/32", 0, 0);
	ck_assert_str_eq(refusal("203.0.113.7", 1), "Not from 203.0.113.0/24.");
	ck_assert_str_eq(refusal("::ffff:203.0.113.7", 1), "Not from 203.0.113.0/24.");
	ck_assert_str_eq(refusal("2001:db8:1::7", 1), "Not from 2001:db8::/32.");
	ck_assert_ptr_null(refusal("203.0.114.7", 1));
	ck_assert_ptr_null(refusal("2001:db9::7", 1));
	sites_done(&s);
}
END_TEST

START_TEST(what_has_run_out_refuses_nobody)
{
	sites_init(&s);
	tell("203.0.113.7", 10, 5 * SECOND);
	ck_assert_ptr_nonnull(refusal("203.0.113.7", 15 * SECOND - 1));
	ck_assert_ptr_null(refusal("203.0.113.7", 15 * SECOND));
	sites_done(&s);
}
END_TEST

START_TEST(a_wider_network_holds_where_a_narrower_one_has_run_out)
{
	sites_init(&s);
	tell("203.0.113.7", 10, 0);
	tell("203.0.0.0/16", 0, 0);
	ck_assert_str_eq(refusal("203.0.113.7", SECOND), "Not from 203.0.113.7.");
	ck_assert_str_eq(refusal("203.0.113.7", 11 * SECOND), "Not from 203.0.0.0/16.");
	sites_done(&s);
}
END_TEST

START_TEST(a_later_word_about_a_network_replaces_the_one_before)
{
	sites_init(&s);
	tell("203.0.113.7", 10, 0);
	tell("203.0.113.7", 100, 0);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_ptr_nonnull(refusal("203.0.113.7", 50 * SECOND));
	tell_as("203.0.113.7", false, true, 0, 0);
	ck_assert_uint_eq(s.n, 0);
	ck_assert_ptr_null(refusal("203.0.113.7", 0));
	sites_done(&s);
}
END_TEST

START_TEST(everything_anew_forgets_what_was_before)
{
	Mudlark__Sites none = MUDLARK__SITES__INIT;

	sites_init(&s);
	tell("203.0.113.7", 0, 0);
	tell_as("203.0.113.8", true, false, 0, 0);
	ck_assert_ptr_null(refusal("203.0.113.7", 0));
	ck_assert_ptr_nonnull(refusal("203.0.113.8", 0));
	none.all = true;
	sites_take(&s, &none, 0);
	ck_assert_ptr_null(refusal("203.0.113.8", 0));
	sites_done(&s);
}
END_TEST

START_TEST(nonsense_is_passed_over)
{
	sites_init(&s);
	tell("somewhere", 0, 0);
	tell("", 0, 0);
	ck_assert_uint_eq(s.n, 0);
	sites_done(&s);
}
END_TEST

static void tell_many(unsigned n, uint32_t for_s, uint64_t now, unsigned first)
{
	char net[32];

	for (unsigned i = 0; i < n; i++) {
		snprintf(net, sizeof(net), "%u.%u.%u.%u", first, i >> 16, i >> 8 & 255, i & 255);
		tell(net, for_s, now);
	}
}

START_TEST(the_table_is_bounded_and_what_has_run_out_makes_room)
{
	sites_init(&s);
	tell_many(SITES_MAX + 100, 60, 0, 11);
	ck_assert_uint_eq(s.n, SITES_MAX);
	ck_assert_uint_eq(s.overflows, 100);
	ck_assert_ptr_null(refusal("11.1.0.50", 1)); /* the one that found no room */
	tell_many(1000, 60, 61 * SECOND, 12);
	ck_assert_uint_lt(s.n, SITES_MAX);
	ck_assert_ptr_nonnull(refusal("12.0.3.231", 61 * SECOND));
	sites_done(&s);
}
END_TEST

UNIT_MAIN("sites", nobody_is_refused_at_first, whoever_is_in_a_network_is_refused_with_its_sentence,
	  what_has_run_out_refuses_nobody, a_wider_network_holds_where_a_narrower_one_has_run_out,
	  a_later_word_about_a_network_replaces_the_one_before,
	  everything_anew_forgets_what_was_before, nonsense_is_passed_over,
	  the_table_is_bounded_and_what_has_run_out_makes_room)
