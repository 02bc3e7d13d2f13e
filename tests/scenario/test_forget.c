/*
 * test_forget.c - what a player wants to be forgotten is gone from the store in the end, whoever dies or is
 * away when he types it.
 */
#include <signal.h>
#include <stdlib.h>

#include "tests/scenario/people.h"
#include "tests/scenario/suite.h"
#include "tests/support/store.h"

static const char talks[] = "SELECT count(*) FROM document WHERE collection = 'ai.talk'";
static const char debts[] =
	"SELECT count(*) FROM document WHERE collection = 'ai' AND key LIKE 'forget-%'";

/* Hob Miller knows what they talked about. */
static void begin(struct people *p, struct talk *t)
{
	people_start(p, &(struct people_conf){ 0 });
	mud_expect_log(&p->mud, "process=world event=peer_up role=aibridge");
	cast_enter(&p->mud, t, "Wrenna");
	talk_line(t, "ask hob about the wheel");
	people_hear(t, PEOPLE_WHEEL);
}

static void end(struct people *p, struct talk *t)
{
	mud_expect_log(&p->mud, "event=forgotten");
	talk_close(t);
	people_stop(p);
	ck_assert_int_eq(store_number(p->store, talks), 0);
	ck_assert_int_eq(store_number(p->store, debts), 0);
}

START_TEST(without_forgetting_it_is_kept)
{
	struct people p;
	struct talk t;

	begin(&p, &t);
	talk_close(&t);
	people_stop(&p);
	ck_assert_int_eq(store_number(p.store, talks), 1);
}
END_TEST

START_TEST(an_aibridge_that_is_killed_meanwhile_loses_nothing_of_it)
{
	struct people p;
	struct talk t;

	begin(&p, &t);
	(void)mud_kill(&p.mud, "aibridge");
	talk_line(&t, "forget me");
	talk_expect(&t, "Everybody forgets");
	end(&p, &t);
}
END_TEST

START_TEST(a_store_that_is_away_meanwhile_does_it_later)
{
	struct people p;
	struct talk t;
	pid_t store, bridge;

	begin(&p, &t);
	store = mud_pid(&p.mud, "persist");
	kill(store, SIGSTOP);
	talk_line(&t, "forget hob");
	talk_expect(&t, "Hob Miller forgets");
	bridge = mud_kill(&p.mud, "aibridge");
	mud_wait_pid(&p.mud, "aibridge", bridge);
	kill(store, SIGCONT);
	end(&p, &t);
}
END_TEST

START_TEST(a_world_that_is_killed_meanwhile_tells_it_again)
{
	struct people p;
	struct talk t;
	pid_t bridge, world;

	begin(&p, &t);
	bridge = mud_pid(&p.mud, "aibridge");
	kill(bridge, SIGSTOP);
	talk_line(&t, "forget me");
	talk_expect(&t, "Everybody forgets");
	talk_line(&t, "save");
	talk_expect(&t, TALK_PROMPT);
	world = mud_kill(&p.mud, "world");
	mud_wait_pid(&p.mud, "world", world);
	kill(bridge, SIGCONT);
	end(&p, &t);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ without_forgetting_it_is_kept, 1 },
		{ an_aibridge_that_is_killed_meanwhile_loses_nothing_of_it, 1 },
		{ a_store_that_is_away_meanwhile_does_it_later, 1 },
		{ a_world_that_is_killed_meanwhile_tells_it_again, 1 },
	};

	return suite_together("forget", 60, tests, ARRAY_LEN(tests));
}
