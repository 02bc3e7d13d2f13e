/* test_price.c - money in words, and the price table. */
#include "aibridge/price.h"

#include <string.h>
#include "tests/unit/rt/unit.h"

static struct prices table;

static uint64_t money(const char *text)
{
	uint64_t nanos = 0;

	ck_assert_msg(money_parse((struct span){ text, strlen(text) }, &nanos), "%s", text);
	return nanos;
}

static void ck_written(uint64_t nanos, const char *text)
{
	struct buf b = { 0 };

	money_format(&b, nanos);
	buf_addc(&b, '\0');
	ck_assert_str_eq(buf_p(&b), text);
	buf_done(&b);
}

static void load(char *const *rows)
{
	struct buf why = { 0 };
	const int r = prices_parse(&table, rows, &why);

	ck_assert_msg(r == 0, "%.*s", (int)why.n, buf_p(&why));
	buf_done(&why);
}

static void ck_refused(char *row, const char *because)
{
	char *const rows[] = { "fine=1/2", row, NULL };
	struct prices p = { 0 };
	struct buf why = { 0 };

	ck_assert_int_eq(prices_parse(&p, rows, &why), 1);
	buf_addc(&why, '\0');
	ck_assert_msg(strstr(buf_p(&why), because), "%s: %s", row, buf_p(&why));
	ck_assert_ptr_null(p.v);
	buf_done(&why);
}

START_TEST(money_is_read_to_the_last_of_nine_decimals)
{
	ck_assert_uint_eq(money("0"), 0);
	ck_assert_uint_eq(money("12.50"), 12500000000u);
	ck_assert_uint_eq(money("0.0312"), 31200000);
	ck_assert_uint_eq(money("0.000000001"), 1);
	ck_assert_uint_eq(money("9223372036.854775807"), MONEY_MAX);
}
END_TEST

START_TEST(what_is_no_amount_of_money_is_refused)
{
	static const char *const bad[] = { "",
					   ".",
					   "1.",
					   ".5",
					   "-1",
					   "+1",
					   "1,50",
					   "1e3",
					   "x",
					   "1.2.",
					   " 1",
					   "1 ",
					   "0x10",
					   "1.0000000001",
					   "9223372036.854775808",
					   "99999999999999999999",
					   "18446744073709551617" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint64_t nanos = 7;
		ck_assert_msg(!money_parse((struct span){ bad[i], strlen(bad[i]) }, &nanos), "%s",
			      bad[i]);
		ck_assert_uint_eq(nanos, 7);
	}
}
END_TEST

START_TEST(money_is_written_with_at_least_two_decimals)
{
	ck_written(0, "0.00");
	ck_written(12500000000u, "12.50");
	ck_written(31200000, "0.0312");
	ck_written(1, "0.000000001");
	ck_written(MONEY_MAX, "9223372036.854775807");
}
END_TEST

START_TEST(a_price_of_a_million_becomes_nanos_a_token_rounded_up)
{
	load((char *const[]){ "claude-x=3.00/15.00", "mini=0.0375/0.1500001", NULL });
	const struct price *p = prices_find(&table, "claude-x");
	ck_assert_uint_eq(p->in, 3000);
	ck_assert_uint_eq(p->out, 15000);
	ck_assert_uint_eq(price_of(p, 1000000, 0), 3000000000u);
	ck_assert_uint_eq(price_of(p, 10, 3), 75000);
	p = prices_find(&table, "mini");
	ck_assert_uint_eq(p->in, 38);
	ck_assert_uint_eq(p->out, 151);
	prices_done(&table);
}
END_TEST

START_TEST(a_cost_beyond_all_numbers_is_the_greatest_one)
{
	const struct price p = { .in = 3000, .out = 15000 };

	ck_assert_uint_eq(price_of(&p, UINT64_MAX, 0), UINT64_MAX);
	ck_assert_uint_eq(price_of(&p, 0, UINT64_MAX / 2), UINT64_MAX);
	ck_assert_uint_eq(price_of(&p, UINT64_MAX / 3000, UINT64_MAX / 15000), UINT64_MAX);
}
END_TEST

START_TEST(the_whole_name_wins_then_the_longest_beginning)
{
	load((char *const[]){ "*=1/1", "gpt-*=2/2", "gpt-4*=3/3", "gpt-4o=4/4", NULL });
	ck_assert_uint_eq(prices_find(&table, "gpt-4o")->in, 4000);
	ck_assert_uint_eq(prices_find(&table, "gpt-4o-mini")->in, 3000);
	ck_assert_uint_eq(prices_find(&table, "gpt-5")->in, 2000);
	ck_assert_uint_eq(prices_find(&table, "gpt-")->in, 2000);
	ck_assert_uint_eq(prices_find(&table, "llama")->in, 1000);
	prices_done(&table);
}
END_TEST

START_TEST(a_model_without_a_row_has_no_price)
{
	load((char *const[]){ "gpt-4*=3/3", "llama=0/0", NULL });
	ck_assert_ptr_null(prices_find(&table, "gpt-"));
	ck_assert_ptr_null(prices_find(&table, "llama3"));
	ck_assert_ptr_null(prices_find(&table, ""));
	ck_assert_uint_eq(price_of(prices_find(&table, "llama"), 5, 5), 0);
	prices_done(&table);
	load(NULL);
	ck_assert_ptr_null(prices_find(&table, "llama"));
}
END_TEST

START_TEST(a_name_may_hold_signs_of_the_row)
{
	load((char *const[]){ "meta/llama=8b = 1 / 2", NULL });
	ck_assert_uint_eq(prices_find(&table, "meta/llama=8b")->out, 2000);
	prices_done(&table);
}
END_TEST

START_TEST(a_row_that_is_no_price_is_said)
{
	ck_refused("gpt", "\"gpt\" is not MODEL=IN/OUT");
	ck_refused("=1/2", "is not MODEL=IN/OUT");
	ck_refused("gpt=1", "is not MODEL=IN/OUT");
	ck_refused("gpt=1/-2", "is not MODEL=IN/OUT");
	ck_refused("gpt=1/", "is not MODEL=IN/OUT");
	ck_refused("fine=3/4", "two prices of fine");
}
END_TEST

UNIT_MAIN("price", money_is_read_to_the_last_of_nine_decimals,
	  what_is_no_amount_of_money_is_refused, money_is_written_with_at_least_two_decimals,
	  a_price_of_a_million_becomes_nanos_a_token_rounded_up,
	  a_cost_beyond_all_numbers_is_the_greatest_one,
	  the_whole_name_wins_then_the_longest_beginning, a_model_without_a_row_has_no_price,
	  a_name_may_hold_signs_of_the_row, a_row_that_is_no_price_is_said)
