/*
 * test_sites.c - who may not connect is the same at every gateway, at once, and after the death of
 * every process: bans, lock-outs, and addresses that were too much.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenario/gate.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/store.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"
#include "tests/support/ws.h"

#define PASSWORD "some long password"
#define REFUSAL "Your address may not connect here until 20"

static void open_from(struct talk *t, const char *from, uint16_t port)
{
	talk_open_by(t, from, &(struct talk_way){ .port = port, .from = from });
}

static void ck_refused(const char *from, uint16_t port, const char *sentence)
{
	struct talk t;

	open_from(&t, from, port);
	talk_expect(&t, sentence);
	talk_expect_end(&t);
	ck_assert_uint_eq(talk_count(&t, "Name:"), 0);
	talk_close(&t);
}

static void ck_welcome(const char *from, uint16_t port)
{
	struct talk t;

	open_from(&t, from, port);
	talk_expect(&t, "Name:");
	talk_close(&t);
}

static void ck_console(struct mud *m, const char *line, const char *answer)
{
	CLEANUP(base_freep) char *said = mud_console(m, line);

	ck_assert_msg(strstr(said, answer) != NULL, "%s: %s", line, said);
}

static void start(struct mud *m, int kind, const char *const *sets)
{
	char *dir = tmp_dir(), url[300];
	struct mud_conf conf = { .dir = dir, .store = url, .sets = sets };

	snprintf(url, sizeof(url), "%s", store_url((enum store_kind)kind, dir));
	mud_start(m, &conf);
}

START_TEST(a_ban_holds_at_every_gateway_and_outlives_every_process)
{
	struct gate second;
	struct talk ana, ben;
	struct mud m;

	start(&m, _i, NULL);
	gate_start(&second, &m, "second", NULL);
	open_from(&ana, "127.0.0.2", second.telnet);
	talk_enter_new(&ana, "Ana", PASSWORD);
	open_from(&ben, "127.0.0.3", second.telnet);
	talk_enter_new(&ben, "Ben", PASSWORD);
	ck_console(&m, "@sites\n", "127.0.0.2        telnet   second  Ana");

	ck_console(&m, "@ban 127.0.0.2 for 1h because this is a test\n",
		   "One connection is closed.");
	talk_expect(&ana, REFUSAL);
	talk_expect(&ana, "UTC: this is a test.");
	talk_expect_end(&ana);
	ck_refused("127.0.0.2", m.telnet, REFUSAL);
	ck_refused("127.0.0.2", second.telnet, REFUSAL);
	ck_welcome("127.0.0.3", m.telnet);

	/* The gateway refuses while there is no world, and when there is a new one. */
	mud_kill(&m, "world");
	ck_refused("127.0.0.2", second.telnet, REFUSAL);
	talk_line(&ben, "think still here");
	talk_expect(&ben, "still here\n");
	ck_refused("127.0.0.2", second.telnet, REFUSAL);
	mud_kill(&m, "persist");
	mud_kill(&m, "world");
	gate_kill(&second);
	gate_start(&second, &m, "second", NULL);
	ck_refused("127.0.0.2", second.telnet, REFUSAL);
	ck_refused("127.0.0.2", m.telnet, REFUSAL);

	ck_console(&m, "@unban 127.0.0.2\n", "Lifted: 127.0.0.2.");
	ck_welcome("127.0.0.2", m.telnet);
	ck_welcome("127.0.0.2", second.telnet);
	talk_close(&ana);
	talk_close(&ben);
	gate_kill(&second);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(an_account_is_kept_out_wherever_it_comes_from)
{
	struct gate second;
	struct talk t;
	struct mud m;

	start(&m, _i, NULL);
	gate_start(&second, &m, "second", NULL);
	talk_open(&t, "Ana", m.telnet);
	talk_enter_new(&t, "Ana", PASSWORD);
	ck_console(&m, "@ban ana because of cheating\n", "Banned: the account Ana");
	talk_expect(&t, "This account may not be used: of cheating.");
	talk_expect_end(&t);
	talk_close(&t);
	mud_wait_pid(&m, "world", mud_kill(&m, "world"));
	open_from(&t, "127.0.0.9", second.telnet);
	talk_expect(&t, "Name:");
	talk_line(&t, "Ana");
	talk_expect(&t, "Password:");
	talk_line(&t, PASSWORD);
	talk_expect(&t, "This account may not be used: of cheating.");
	talk_expect_end(&t);
	talk_close(&t);
	ck_console(&m, "@unban account ana\n", "Lifted: the account Ana.");
	talk_open(&t, "Ana", second.telnet);
	talk_enter(&t, "Ana", PASSWORD);
	talk_close(&t);
	gate_kill(&second);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

/* Types wrong passwords for Ana until the server has had enough; returns how many. */
static unsigned guess(const char *from, uint16_t port, unsigned most)
{
	struct talk t;
	unsigned n = 0;

	open_from(&t, from, port);
	talk_expect(&t, "Name:");
	talk_line(&t, "Ana");
	while (n < most) {
		talk_expect(&t, "Password:");
		talk_line(&t, "a wrong password %u", n++);
		talk_expect(&t, "rong"); /* ... password; ... three times */
		if (talk_sees(&t, "Good-bye", 1))
			break;
	}
	talk_close(&t);
	return n;
}

/* Says the name until the chronicle answers again. */
static void say_name(struct talk *t)
{
	for (uint64_t end = now_us() + TALK_US; now_us() < end;) {
		talk_line(t, "Ana");
		if (talk_sees(t, "Password:", 1000000))
			return;
	}
	die("%s: nobody asks for a password", t->who);
}

START_TEST(a_lock_out_holds_at_the_other_gateway_and_after_a_new_persist)
{
	struct gate second;
	struct talk t;
	struct mud m;

	start(&m, _i, NULL);
	gate_start(&second, &m, "second", NULL);
	talk_open(&t, "Ana", m.telnet);
	talk_enter_new(&t, "Ana", PASSWORD);
	talk_close(&t);
	guess("127.0.0.4", m.telnet, 2);
	guess("127.0.0.4", m.telnet, 2);
	guess("127.0.0.4", m.telnet, 1);
	mud_wait_pid(&m, "persist", mud_kill(&m, "persist"));
	open_from(&t, "127.0.0.4", second.telnet);
	talk_expect(&t, "Name:");
	say_name(&t);
	talk_line(&t, PASSWORD); /* the right one */
	talk_expect(&t, "Too many");
	talk_close(&t);
	/* Nobody else is locked out of her account. */
	open_from(&t, "127.0.0.5", second.telnet);
	talk_enter(&t, "Ana", PASSWORD);
	talk_close(&t);
	gate_kill(&second);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(an_address_that_guesses_too_often_is_refused_by_all_gateways)
{
	const char *const sets[] = { "world.failed_logins=3", NULL };
	struct gate second;
	struct talk t;
	struct mud m;

	start(&m, _i, sets);
	gate_start(&second, &m, "second", NULL);
	talk_open(&t, "Ana", m.telnet);
	talk_enter_new(&t, "Ana", PASSWORD);
	guess("127.0.0.4", m.telnet, 2);
	guess("127.0.0.4", second.telnet, 1);
	guess("127.0.0.4", m.telnet, 1);
	ck_refused("127.0.0.4", second.telnet, "Please wait five minutes.");
	ck_refused("127.0.0.4", m.telnet, "Please wait five minutes.");
	mud_wait_pid(&m, "world", mud_kill(&m, "world"));
	talk_line(&t, "think here");
	talk_expect(&t, "here\n");
	ck_refused("127.0.0.4", m.telnet, "Please wait five minutes.");
	ck_welcome("127.0.0.5", m.telnet);
	talk_close(&t);
	gate_kill(&second);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(sessions_and_new_ones_are_counted_over_all_gateways)
{
	const char *const sets[] = { "world.max_per_address=2", "world.opens_minute=6", NULL };
	struct gate second;
	struct talk a, b;
	struct ws w;
	struct mud m;

	start(&m, _i, sets);
	gate_start(&second, &m, "second", NULL);
	open_from(&a, "127.0.0.4", m.telnet);
	talk_expect(&a, "Name:");
	open_from(&b, "127.0.0.4", second.telnet);
	talk_expect(&b, "Name:");
	ck_refused("127.0.0.4", second.telnet, "There are too many connections from your address.");
	talk_close(&b);
	for (int i = 0; i < 3; i++) { /* let in or not, as long as the world has seen him */
		open_from(&b, "127.0.0.4", i % 2 ? m.telnet : second.telnet);
		while (!talk_count(&b, "Name:") && !talk_count(&b, "your address"))
			ck_assert(talk_read(&b, TALK_US));
		talk_close(&b);
	}
	ck_refused("127.0.0.4", m.telnet, "You connect too often. Please wait a minute.");
	ck_refused("127.0.0.4", second.telnet, "You connect too often. Please wait a minute.");
	/* Who is here stays, and whoever comes from elsewhere comes in. */
	talk_line(&a, "guest");
	talk_expect(&a, TALK_PROMPT);
	ws_open(&w, &(struct ws_spec){ .port = second.web });
	ws_expect(&w, "Name:");
	ws_close(&w);
	talk_close(&a);
	gate_kill(&second);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(who_is_exempt_at_the_gateway_is_not_counted_by_the_world)
{
	const char *const sets[] = { "gateway.exempt=127.0.0.4/30", "world.max_per_address=1",
				     "world.opens_minute=2", NULL };
	struct talk held, t;
	struct mud m;

	start(&m, _i, sets);
	open_from(&held, "127.0.0.4", m.telnet);
	talk_line(&held, "guest");
	talk_expect(&held, TALK_PROMPT);
	for (int i = 0; i < 5; i++)
		ck_welcome("127.0.0.4", m.telnet);
	/* A new world hears it again. */
	mud_wait_pid(&m, "world", mud_kill(&m, "world"));
	talk_line(&held, "think here");
	talk_expect(&held, "here\n");
	for (int i = 0; i < 5; i++)
		ck_welcome("127.0.0.4", m.telnet);
	open_from(&t, "127.0.0.8", m.telnet);
	talk_expect(&t, "Name:");
	ck_refused("127.0.0.8", m.telnet, "There are too many connections from your address.");
	talk_close(&t);
	talk_close(&held);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ a_ban_holds_at_every_gateway_and_outlives_every_process, STORES },
		{ an_account_is_kept_out_wherever_it_comes_from, 1 },
		{ a_lock_out_holds_at_the_other_gateway_and_after_a_new_persist, STORES },
		{ an_address_that_guesses_too_often_is_refused_by_all_gateways, 1 },
		{ sessions_and_new_ones_are_counted_over_all_gateways, 1 },
		{ who_is_exempt_at_the_gateway_is_not_counted_by_the_world, 1 },
	};

	return suite_main("sites", 60, tests, ARRAY_LEN(tests));
}
