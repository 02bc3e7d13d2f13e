/*
 * test_roster.c - who can be asked, made from the options; and every mistake in them is found before anything
 * is asked.
 */
#include "aibridge/roster.h"

#include <errno.h>

#include "../rt/unit.h"
#include "rt/log.h"

static char none[] = "";

static struct ai_conf conf_of(enum ai_provider kind, char *model)
{
	log_init("test", LOG_ERROR, false);
	return (struct ai_conf){ .provider = (int)kind,
				 .model = model,
				 .url = none,
				 .key_file = none,
				 .temperature = none,
				 .breaker_failures = 5,
				 .breaker_pause = 1000000 };
}

static void expect(const struct ai_conf *conf, int result)
{
	struct roster r;

	ck_assert_int_eq(roster_init(&r, conf), result);
	roster_done(&r);
}

START_TEST(the_scripted_provider_needs_no_roster)
{
	struct ai_conf c = conf_of(AI_SCRIPTED, none);
	struct roster r;

	ck_assert_int_eq(roster_init(&r, &c), 0);
	ck_assert_uint_eq(r.n, 0);
	roster_done(&r);
}
END_TEST

START_TEST(the_roster_has_the_provider_and_then_the_fallback_in_order)
{
	struct ai_conf c = conf_of(AI_OLLAMA, (char *)"llama");
	char *fallback[] = { (char *)"ollama small http://127.0.0.1:9", (char *)"ollama  tiny",
			     NULL };
	struct roster r;

	c.fallback = fallback;
	ck_assert_int_eq(roster_init(&r, &c), 0);
	ck_assert_uint_eq(r.n, 3);
	ck_assert_str_eq(r.v[0].provider.model, "llama");
	ck_assert_str_eq(r.v[1].provider.model, "small");
	ck_assert_str_eq(r.v[2].provider.model, "tiny");
	ck_assert_ptr_null(r.v[0].price);
	ck_assert_uint_eq(roster_nanos(&r.v[0], 1000, 1000), 0);
	roster_done(&r);
}
END_TEST

START_TEST(a_provider_without_a_model_is_refused)
{
	struct ai_conf c = conf_of(AI_OLLAMA, none);

	expect(&c, -EINVAL);
}
END_TEST

START_TEST(a_key_file_that_is_not_there_is_refused)
{
	struct ai_conf c = conf_of(AI_ANTHROPIC, (char *)"m");

	c.key_file = (char *)"/nowhere/key";
	expect(&c, -EINVAL);
}
END_TEST

START_TEST(rows_that_cannot_be_read_are_refused)
{
	static const char *const wrong[] = { "ollama", "scripted x", "nobody x",
					     "ollama a http://127.0.0.1 k more", "" };

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct ai_conf c = conf_of(AI_OLLAMA, (char *)"llama");
		char *rows[] = { (char *)wrong[i], NULL };

		c.fallback = rows;
		expect(&c, -EINVAL);
		c.fallback = NULL;
		c.prices = rows;
		expect(&c, -EINVAL);
		c.prices = NULL;
		c.budgets = rows;
		expect(&c, -EINVAL);
	}
}
END_TEST

START_TEST(a_budget_in_money_needs_the_price_of_every_model)
{
	struct ai_conf c = conf_of(AI_OLLAMA, (char *)"llama");
	char *budgets[] = { (char *)"day 1.00", NULL };
	char *tokens[] = { (char *)"day 1000 tokens", NULL };
	char *prices[] = { (char *)"llama=0.10/0.20", NULL };
	char *fallback[] = { (char *)"ollama tiny", NULL };

	c.budgets = tokens;
	expect(&c, 0);
	c.budgets = budgets;
	expect(&c, -EINVAL);
	c.prices = prices;
	expect(&c, 0);
	c.fallback = fallback;
	expect(&c, -EINVAL);
}
END_TEST

START_TEST(moderation_needs_a_provider_that_has_it)
{
	struct ai_conf c = conf_of(AI_OLLAMA, (char *)"llama");

	c.moderation = AI_MODERATION_OPENAI;
	expect(&c, -EINVAL);
}
END_TEST

START_TEST(a_temperature_is_a_number_from_0_to_2)
{
	static const char *const wrong[] = { "warm", "-1", "2.1", "1x", "nan" };
	struct ai_conf c = conf_of(AI_OLLAMA, (char *)"llama");

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		c.temperature = (char *)wrong[i];
		expect(&c, -EINVAL);
	}
	c.temperature = (char *)"0.7";
	expect(&c, 0);
	ck_assert_double_eq(roster_temperature(&c), 0.7);
	c.temperature = none;
	ck_assert_double_lt(roster_temperature(&c), 0);
}
END_TEST

UNIT_MAIN("roster", the_scripted_provider_needs_no_roster,
	  the_roster_has_the_provider_and_then_the_fallback_in_order,
	  a_provider_without_a_model_is_refused, a_key_file_that_is_not_there_is_refused,
	  rows_that_cannot_be_read_are_refused, a_budget_in_money_needs_the_price_of_every_model,
	  moderation_needs_a_provider_that_has_it, a_temperature_is_a_number_from_0_to_2)
