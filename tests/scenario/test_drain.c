/*
 * test_drain.c - a gateway that is to go lets its players go in peace: told twice, browsers taken up at
 * another one, lines done to the last, and nothing that waits for it hangs.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/scenario/gate.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"
#include "tests/support/ws.h"

#define PASSWORD "some long password"

enum { END_US = 10000000, LINES_MAX = 2000, LINE_US = 10000 };

static void browse(struct ws *w, const struct gate *g)
{
	ws_open(w, &(struct ws_spec){ .port = g->web, .protocols = "gmcp.mudstandards.org" });
	ws_send_text(w, "Core.Supports.Set [\"Mudlark.Session 1\"]");
}

/* A browser that is sent away goes on at the other gateway, and has missed nothing. */
static void go_on(struct ws *w, const struct gate *to)
{
	const char *json = ws_data(w, "Mudlark.Session.Token", TALK_US);
	char token[65], claim[200];

	ck_assert_ptr_nonnull(json);
	ck_assert_int_eq(sscanf(json, "{\"token\":\"%64[0-9a-f]", token), 1);
	ws_line(w, "think before");
	ws_expect(w, "before\n");
	ws_expect(w, "This gate closes in ");
	ck_assert_uint_eq(ws_code(w, END_US), 1012);
	ws_close(w);
	browse(w, to);
	snprintf(claim, sizeof(claim), "Mudlark.Session.Resume {\"token\":\"%s\"}", token);
	ws_send_text(w, claim);
	ws_expect_data(w, "Mudlark.Session.Resumed");
	ws_line(w, "think behind");
	ws_expect(w, "behind\n");
	ck_assert_uint_eq(ws_count(w, "Password"), 0);
}

/* Types and types until the gateway closes; of what it took nothing is lost or done twice. */
static void type_to_the_end(struct talk *t)
{
	unsigned n = 0, n_warned = 0, n_done = 0;
	char text[40];

	for (uint64_t next = now_us(); t->fd >= 0 && n < LINES_MAX; next += LINE_US) {
		static const char line[] = "think line %u.\r\n";
		int len = snprintf(text, sizeof(text), line, n);

		if (send(t->fd, text, (size_t)len, MSG_NOSIGNAL) == len)
			n++;
		while (t->fd >= 0 && now_us() < next)
			if (talk_read(t, LINE_US) && !n_warned &&
			    talk_count(t, "This gate closes in 2 seconds."))
				n_warned = n;
	}
	talk_expect(t, "The gates close for now.");
	talk_expect_end(t);
	for (unsigned i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "line %u.\n", i);
		ck_assert_uint_le(talk_count(t, text), 1);
		if (talk_count(t, text) == 1)
			ck_assert_uint_eq(i, n_done++);
	}
	ck_assert_uint_gt(n_warned, 0);
	ck_assert_uint_ge(n_done, n_warned);
}

START_TEST(players_are_told_moved_and_served_to_the_end)
{
	const char *const sets[] = { "gateway.drain=8s", NULL };
	const struct mud_conf conf = { 0 };
	struct gate first, second;
	struct talk ada, late;
	struct ws bo;
	struct mud m;

	mud_start(&m, &conf);
	gate_start(&first, &m, "first", sets);
	gate_start(&second, &m, "second", NULL);
	talk_open(&ada, "Ada", first.telnet);
	talk_enter_new(&ada, "Ada", PASSWORD);
	browse(&bo, &first);
	ws_expect(&bo, "Name:");
	ws_line(&bo, "guest");

	kill(first.child.pid, SIGTERM);
	gate_expect_readyz(&first, 503);
	/* Whoever comes before the balancer knows is let in. */
	if (talk_try(&late, "late", first.telnet))
		talk_expect(&late, "Name:");
	else
		ck_assert(child_says(&first.child, "to=leaving", 1));
	talk_close(&late);
	go_on(&bo, &second);
	ck_assert(!talk_try(&late, "too late", first.telnet));
	type_to_the_end(&ada);
	ck_assert_int_eq(child_wait(&first.child, END_US), 0);
	talk_close(&ada);
	talk_open(&ada, "Ada", second.telnet);
	talk_enter(&ada, "Ada", PASSWORD);
	ck_assert_uint_eq(talk_count(&ada, "You are back where you were."), 1);
	ws_close(&bo);
	talk_close(&ada);
	gate_kill(&second);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(a_second_sigterm_or_nobody_left_ends_it_at_once)
{
	const char *const sets[] = { "gateway.drain=20s", NULL };
	const struct mud_conf conf = { 0 };
	struct gate g;
	struct talk t;
	struct mud m;

	mud_start(&m, &conf);
	gate_start(&g, &m, "first", sets);
	talk_open(&t, "guest", g.telnet);
	talk_enter_guest(&t);
	kill(g.child.pid, SIGTERM);
	gate_expect_readyz(&g, 503);
	talk_line(&t, "think still here");
	talk_expect(&t, "still here\n");
	kill(g.child.pid, SIGTERM);
	talk_expect(&t, "The gates close for now.");
	talk_expect_end(&t);
	ck_assert_int_eq(child_wait(&g.child, END_US), 0);
	talk_close(&t);

	gate_start(&g, &m, "second", sets);
	talk_open(&t, "guest", g.telnet);
	talk_enter_guest(&t);
	kill(g.child.pid, SIGTERM);
	talk_expect(&t, "This gate closes in 18 seconds; connect again");
	talk_line(&t, "quit");
	talk_expect_end(&t);
	ck_assert_int_eq(child_wait(&g.child, END_US), 0);
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(the_supervisor_does_not_wait_for_it)
{
	const char *const sets[] = { "gateway.drain=1h", NULL };
	const struct mud_conf conf = { .sets = sets };
	pid_t old;
	struct talk t;
	struct mud m;
	int status;

	mud_start(&m, &conf);
	talk_open(&t, "guest", m.telnet);
	talk_enter_guest(&t);
	old = mud_pid(&m, "gateway");
	CLEANUP(base_freep)
	char *said = mud_command(&m, (const char *[]){ "restart", "gateway", NULL }, NULL, &status);
	ck_assert_msg(status == 0, "%s", said);
	talk_expect(&t, "The gates close for now.");
	talk_expect_end(&t);
	mud_wait_pid(&m, "gateway", old);
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0); /* within 5 s */
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ players_are_told_moved_and_served_to_the_end, 1 },
		{ a_second_sigterm_or_nobody_left_ends_it_at_once, 1 },
		{ the_supervisor_does_not_wait_for_it, 1 },
	};

	return suite_main("drain", 60, tests, ARRAY_LEN(tests));
}
