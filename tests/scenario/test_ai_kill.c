/*
 * test_ai_kill.c - those who make an answer are killed and stopped in the middle of it: somebody recovers with a
 * line, the provider's connection is closed, nothing is charged twice, nothing is left under way.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenario/people.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/store.h"

static const char *const sets[] = { "world.answer_wait=6s", "ai.budgets=all 5.00", NULL };

static const char slow[] =
	"{\"piece_ms\":150,\"text\":\"The first sentence is here already. The second takes "
	"its time, as it has a good deal to say of weirs and of sluices. The third "
	"one nobody ever heard, or so they say at the Sounding Lead.\"}";
static const char fast[] = "{\"text\":\"Where was I?\"}";

static const char reserved[] = "SELECT coalesce(sum(tokens), 0) FROM reservation";
static const char reservations[] = "SELECT count(*) FROM reservation";
static const char spent[] = "SELECT tokens FROM ledger WHERE account = 'all'";
static const char open_tokens[] = "SELECT open_tokens FROM ledger WHERE account = 'all'";

static uint64_t billed(struct people *p)
{
	return fake_ai_stat(&p->fake, "tokens_in") + fake_ai_stat(&p->fake, "tokens_out");
}

/* He has begun to answer, and the rest is under way. */
static void begin(struct people *p, struct talk *t)
{
	people_start(p, &(struct people_conf){ .provider = "anthropic", .sets = sets });
	cast_enter(&p->mud, t, "Wrenna");
	fake_ai_mode(&p->fake, slow);
	talk_line(t, "ask hob about sentences");
	people_hear(t, "The first sentence is here already.");
	ck_assert_uint_eq(fake_ai_stat(&p->fake, "in_flight"), 1);
}

/* Asks until it is the provider who answers. */
static void asks_again(struct people *p, struct talk *t)
{
	fake_ai_mode(&p->fake, fast);
	for (unsigned i = 0; !talk_count(t, "Where was I?"); i++) {
		if (i == 20)
			die("no answer any more: %s", buf_p(&t->text));
		talk_line(t, "ask hob about the rest");
		talk_expect(t, "You ask Hob Miller about the rest.");
		talk_expect(t, "Hob Miller says, \"");
	}
}

START_TEST(an_aibridge_that_is_killed_in_mid_answer_costs_its_reservation_and_no_more)
{
	uint64_t before, after, bound;
	struct people p;
	struct talk t;
	pid_t old;

	begin(&p, &t);
	old = mud_kill(&p.mud, "aibridge");
	fake_ai_wait(&p.fake, "cancelled", 1);
	fake_ai_wait(&p.fake, "in_flight", 0);
	before = billed(&p);
	mud_wait_pid(&p.mud, "aibridge", old);
	talk_line(&t, "think still here");
	talk_expect(&t, "still here\n");
	asks_again(&p, &t);
	after = billed(&p);
	ck_assert_uint_eq(talk_count(&t, "The first sentence is here already."), 1);
	ck_assert_uint_eq(fake_ai_stat(&p.fake, "requests"), 2);
	talk_close(&t);
	people_stop(&p);
	bound = (uint64_t)store_number(p.store, reserved);
	ck_assert_int_eq(store_number(p.store, reservations), 1);
	ck_assert_uint_ge(bound, before);
	ck_assert_uint_eq((uint64_t)store_number(p.store, spent), bound + after - before);
	ck_assert_uint_eq((uint64_t)store_number(p.store, open_tokens), bound);
}
END_TEST

START_TEST(an_aibridge_that_is_stopped_closes_and_settles_what_is_under_way)
{
	uint64_t bill;
	struct people p;
	struct talk t;
	pid_t old;

	begin(&p, &t);
	old = mud_pid(&p.mud, "aibridge");
	kill(old, SIGTERM);
	mud_wait_pid(&p.mud, "aibridge", old);
	fake_ai_wait(&p.fake, "in_flight", 0);
	ck_assert_uint_eq(fake_ai_stat(&p.fake, "cancelled"), 1);
	asks_again(&p, &t);
	fake_ai_wait(&p.fake, "answered", 1);
	bill = billed(&p);
	talk_close(&t);
	people_stop(&p);
	ck_assert_int_eq(store_number(p.store, reservations), 0);
	ck_assert_int_eq(store_number(p.store, open_tokens), 0);
	ck_assert_uint_ge((uint64_t)store_number(p.store, spent), bill);
}
END_TEST

START_TEST(persist_is_killed_while_an_answer_comes)
{
	struct people p;
	struct talk t;
	pid_t old;

	begin(&p, &t);
	old = mud_kill(&p.mud, "persist");
	fake_ai_wait(&p.fake, "answered", 1);
	mud_wait_pid(&p.mud, "persist", old);
	people_hear(&t, "The third one nobody ever heard");
	asks_again(&p, &t);
	ck_assert_uint_eq(fake_ai_stat(&p.fake, "cancelled"), 0);
	talk_close(&t);
	people_stop(&p);
	ck_assert_int_eq(store_number(p.store, reservations), 0);
	ck_assert_int_eq(store_number(p.store, open_tokens), 0);
}
END_TEST

START_TEST(the_world_is_killed_in_mid_answer)
{
	struct people p;
	struct talk t;
	pid_t old;

	begin(&p, &t);
	old = mud_kill(&p.mud, "world");
	mud_wait_pid(&p.mud, "world", old);
	/* Nobody waits for the old answer: a request of a world that is gone is closed. */
	fake_ai_wait(&p.fake, "in_flight", 0);
	asks_again(&p, &t);
	ck_assert_uint_eq(talk_count(&t, "The first sentence is here already."), 1);
	talk_close(&t);
	people_stop(&p);
	ck_assert_int_eq(store_number(p.store, reservations), 0);
}
END_TEST

START_TEST(nothing_is_under_way_when_all_of_it_has_stopped)
{
	struct people p;
	struct talk t;

	begin(&p, &t);
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&p.mud), 0);
	fake_ai_wait(&p.fake, "in_flight", 0);
	ck_assert_uint_eq(fake_ai_stat(&p.fake, "refused"), 0);
	ck_assert_int_eq(store_number(p.store, reservations), 0);
	ck_assert_uint_ge((uint64_t)store_number(p.store, spent), billed(&p));
	fake_ai_stop(&p.fake);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ an_aibridge_that_is_killed_in_mid_answer_costs_its_reservation_and_no_more, 1 },
		{ an_aibridge_that_is_stopped_closes_and_settles_what_is_under_way, 1 },
		{ persist_is_killed_while_an_answer_comes, 1 },
		{ the_world_is_killed_in_mid_answer, 1 },
		{ nothing_is_under_way_when_all_of_it_has_stopped, 1 },
	};

	return suite_together("ai_kill", 60, tests, ARRAY_LEN(tests));
}
