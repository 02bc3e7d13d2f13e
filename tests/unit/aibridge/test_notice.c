/*
 * test_notice.c - what staff are told, each thing once.
 */
#include "aibridge/notice.h"

#include <string.h>

#include "../rt/unit.h"
#include "rt/log.h"

static struct notices n;
static size_t told;
static char last[256];

static void tell(UNUSED void *ctx, const char *text)
{
	told++;
	ck_assert_uint_lt(strlen(text), sizeof(last));
	memcpy(last, text, strlen(text) + 1);
}

static void begin(void)
{
	log_init("test", LOG_ERROR, false);
	told = 0;
	notices_init(&n, tell, NULL);
}

START_TEST(a_spent_budget_is_told_once_for_each_account_and_day)
{
	begin();
	notices_spent(&n, "day/2026-05-01");
	ck_assert_uint_eq(told, 1);
	ck_assert_ptr_nonnull(strstr(last, "day/2026-05-01"));
	notices_spent(&n, "day/2026-05-01");
	ck_assert_uint_eq(told, 1);
	notices_spent(&n, "day/2026-05-02");
	notices_spent(&n, "all");
	ck_assert_uint_eq(told, 3);
	notices_done(&n);
}
END_TEST

START_TEST(a_provider_is_told_to_be_left_alone_and_to_be_back)
{
	struct candidate c = { .provider = { .name = "anthropic", .model = (char *)"m" } };

	begin();
	breaker_init(&c.breaker, 2, 1000);
	breaker_done(&c.breaker, c.breaker.round, 1, true);
	notices_breaker(&n, &c);
	ck_assert_uint_eq(told, 0);
	breaker_done(&c.breaker, c.breaker.round, 1, true);
	notices_breaker(&n, &c);
	notices_breaker(&n, &c);
	ck_assert_uint_eq(told, 1);
	ck_assert(breaker_admit(&c.breaker, 100000));
	notices_breaker(&n, &c);
	ck_assert_uint_eq(told, 1);
	breaker_done(&c.breaker, c.breaker.round, 100000, false);
	notices_breaker(&n, &c);
	ck_assert_uint_eq(told, 2);
	ck_assert_str_eq(last, "anthropic (m) answers again.");
	notices_done(&n);
}
END_TEST

START_TEST(a_spike_is_told_with_what_it_cost)
{
	struct budgets b;
	struct spend s = { 0 };
	const uint64_t now = UINT64_C(7200000000);

	begin();
	for (size_t i = 0; i < BUDGET_SCOPES; i++)
		b.v[i] = (struct budget){ UINT64_MAX, UINT64_MAX };
	b.v[BUDGET_DAY].nanos = 1000000000;
	spend_add(&s, now, 900000000, 1000);
	notices_spend(&n, &s, now, &b);
	notices_spend(&n, &s, now, &b);
	ck_assert_uint_eq(told, 1);
	ck_assert_ptr_nonnull(strstr(last, "0.9"));
	notices_done(&n);
}
END_TEST

UNIT_MAIN("notice", a_spent_budget_is_told_once_for_each_account_and_day,
	  a_provider_is_told_to_be_left_alone_and_to_be_back, a_spike_is_told_with_what_it_cost)
