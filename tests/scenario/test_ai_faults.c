/*
 * test_ai_faults.c - five hundred players play on while those who would answer for the people of the world hang, are
 * down, talk garbage or refuse in a storm: nobody is dropped, every line is answered, those who talk hear
 * something, and the aibridge stays small.  How long a line takes is printed beside the time without any of
 * this; `make bench` compares.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/crowd.h"
#include "tests/bench/hist.h"
#include "tests/scenario/people.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/sample.h"

enum { PLAYERS = 500, TALKERS = 4, PERIOD_US = 500000, PHASE_US = 1600000, LATE_US = 15000000 };
/* A hundred requests at most, each of at most a few hundred kilobytes. */
enum { GROWTH_KB = 64 << 10 };

struct play {
	struct people people;
	struct crowd *crowd;
	struct talk talkers[TALKERS];
	struct hist hist;
	uint64_t sent, answered;
	pid_t bridge;
	uint64_t bridge_kb;
};

static void on_answer(void *ctx, struct player *p)
{
	struct play *all = ctx;

	hist_add(&all->hist, now_us() - p->sent_us);
	all->answered++;
}

static void send_due(struct play *all, struct player *p, uint64_t due)
{
	char mark[MARK_MAX + 1];

	if (p->is_waiting)
		return;
	snprintf(mark, sizeof(mark), "Q%05u.%u", p->number, p->step++ % 1000000);
	player_expect(p, mark);
	p->sent_us = due;
	player_send(p, "think %s", mark);
	all->sent++;
}

/* Each player types a line in every period; then what is still owed comes. */
static void play_on(struct play *all, uint64_t for_us)
{
	uint64_t begin = now_us(), due = begin, n = 0;

	while (due < begin + for_us) {
		while (due <= now_us()) {
			send_due(all, &all->crowd->players[n % PLAYERS], due);
			n++;
			due = begin + n * PERIOD_US / PLAYERS;
		}
		crowd_turn(all->crowd, due);
		for (size_t i = 0; i < TALKERS; i++)
			talk_read(&all->talkers[i], 0);
	}
	for (uint64_t end = now_us() + LATE_US; all->answered < all->sent && now_us() < end;)
		crowd_turn(all->crowd, end);
	ck_assert_uint_eq(all->answered, all->sent);
	ck_assert_uint_eq(all->crowd->n_dropped, 0);
}

static size_t lines_said(const struct talk *t)
{
	return talk_count(t, "Hob Miller says, \"") + talk_count(t, "Ada Reed says, \"");
}

/* Each of those who asked is answered by a line at least; all hear all. */
static void hear_all(struct play *all, size_t before)
{
	struct talk *t = &all->talkers[0];

	for (uint64_t end = now_us() + LATE_US; lines_said(t) < before + TALKERS;) {
		uint64_t now = now_us();

		if (now >= end)
			die("only %zu of %d were answered: %s", lines_said(t) - before, TALKERS,
			    buf_p(&t->text));
		talk_read(t, end - now);
	}
}

/* While all play, four ask something; `talks` false: nobody does. */
static void phase(struct play *all, const char *name, bool talks)
{
	size_t before = lines_said(&all->talkers[0]);

	all->hist = (struct hist){ 0 };
	for (size_t i = 0; talks && i < TALKERS; i++)
		talk_line(&all->talkers[i], "ask %s about %s", i % 2 ? "ada" : "hob",
			  people_trees[i]);
	play_on(all, PHASE_US);
	if (talks)
		hear_all(all, before);
	printf("  %-22s %5llu lines, p50 %6.2f ms, p99 %6.2f ms, max %6.2f ms\n", name,
	       (unsigned long long)all->hist.n, (double)hist_at(&all->hist, .5) / 1000,
	       (double)hist_at(&all->hist, .99) / 1000, (double)all->hist.max / 1000);
}

/* Out of earshot, so that what is said is not told five hundred times. */
static void crowd_leaves(struct play *all)
{
	for (size_t i = 0; i < PLAYERS; i++) {
		player_expect(&all->crowd->players[i], "The Loft");
		player_send(&all->crowd->players[i], "up");
		all->sent++;
	}
	for (uint64_t end = now_us() + LATE_US; all->answered < all->sent && now_us() < end;)
		crowd_turn(all->crowd, end);
	ck_assert_uint_eq(all->answered, all->sent);
	crowd_settle(all->crowd, 200000, LATE_US);
}

static void begin(struct play *all)
{
	static const char *const sets[] = { "world.answer_wait=2s", "ai.first_token=1s",
					    "ai.stall=1s",	    "ai.breaker_failures=1000",
					    "log.level=info",	    NULL };

	*all = (struct play){ 0 };
	people_start(&all->people, &(struct people_conf){ .provider = "anthropic", .sets = sets });
	all->crowd = crowd_new(all->people.mud.telnet, WAY_TELNET, PLAYERS);
	all->crowd->events = (struct crowd_events){ .answered = on_answer, .ctx = all };
	ck_assert_uint_eq(crowd_enter(all->crowd, PLAYER_IN, LATE_US * 2), PLAYERS);
	crowd_leaves(all);
	for (size_t i = 0; i < TALKERS; i++) {
		talk_open(&all->talkers[i], "talker", all->people.mud.telnet);
		talk_enter_guest(&all->talkers[i]);
	}
	all->bridge = mud_pid(&all->people.mud, "aibridge");
	all->bridge_kb = sample_pss_kb(all->bridge);
}

static void finish(struct play *all)
{
#ifndef __SANITIZE_ADDRESS__
	ck_assert_uint_lt(sample_pss_kb(all->bridge), all->bridge_kb + GROWTH_KB);
#endif
	ck_assert_int_eq(mud_pid(&all->people.mud, "aibridge"), all->bridge);
	for (size_t i = 0; i < TALKERS; i++)
		talk_close(&all->talkers[i]);
	crowd_free(all->crowd);
	people_stop(&all->people);
}

START_TEST(nobody_notices_what_the_provider_does)
{
	static const struct {
		const char *name, *mode;
	} phases[] = {
		{ "it answers", "{\"latency_ms\":300,\"text\":\"Hm.\"}" },
		{ "it hangs", "{\"fault\":\"hang\"}" },
		{ "it sends garbage", "{\"fault\":\"line\"}" },
		{ "a storm of 429", "{\"status\":429,\"retry_after\":0}" },
	};
	struct play all;

	begin(&all);
	phase(&all, "nobody talks", false);
	for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
		uint64_t requests = fake_ai_stat(&all.people.fake, "requests");

		fake_ai_mode(&all.people.fake, phases[i].mode);
		phase(&all, phases[i].name, true);
		ck_assert_uint_gt(fake_ai_stat(&all.people.fake, "requests"), requests);
	}
	/* Connections are made, and nobody is there. */
	kill(all.people.fake.child.pid, SIGSTOP);
	phase(&all, "it is stopped", true);
	kill(all.people.fake.child.pid, SIGCONT);
	finish(&all);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = { { nobody_notices_what_the_provider_does, 1 } };

	return suite_main("ai_faults", 90, tests, ARRAY_LEN(tests));
}
