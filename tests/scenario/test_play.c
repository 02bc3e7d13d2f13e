/* test_play.c - from the first login to the last good-bye, by hand, on both stores. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/store.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

static void start(struct mud *m, int kind)
{
	char *dir = tmp_dir(), url[300];
	struct mud_conf conf = { .dir = dir, .store = url };

	snprintf(url, sizeof(url), "%s", store_url((enum store_kind)kind, dir));
	mud_start(m, &conf);
}

/* What is carried, as `inventory` says it, behind what was read; freed by the caller. */
static char *inventory(struct talk *t)
{
	const char *from;
	size_t at = t->at;

	talk_line(t, "inventory");
	talk_expect(t, TALK_PROMPT);
	from = strstr(buf_p(&t->text) + at, "You carry");
	if (!from)
		die("no inventory in: %s", buf_p(&t->text) + at);
	return base_dup(from, (size_t)(buf_p(&t->text) + t->at - from));
}

START_TEST(a_new_player_finds_everything_again_after_quitting)
{
	char *before, *after;
	struct talk t;
	struct mud m;

	start(&m, _i);
	talk_open(&t, "first visit", m.telnet);
	talk_expect(&t, "Name:");
	ck_assert(!t.is_hidden);
	talk_line(&t, "Wrenna");
	talk_expect(&t, "(y/n)");
	talk_line(&t, "y");
	talk_expect(&t, "Choose a password:");
	ck_assert(t.is_hidden);
	talk_line(&t, "a long passphrase 1");
	talk_expect(&t, "Repeat the password:");
	ck_assert(t.is_hidden);
	talk_line(&t, "a long passphrase 1");
	talk_expect(&t, "Exits:");
	talk_expect(&t, TALK_PROMPT);
	ck_assert(!t.is_hidden);
	talk_line(&t, "get boat");
	talk_expect(&t, "You pick up");
	talk_line(&t, "down");
	talk_expect(&t, "The Foreshore at Low Tide");
	talk_line(&t, "get penny");
	talk_expect(&t, "You pick up");
	talk_expect(&t, TALK_PROMPT);
	before = inventory(&t);
	ck_assert_ptr_nonnull(strstr(before, "penny"));
	talk_line(&t, "quit");
	talk_expect_end(&t);
	ck_assert_uint_eq(talk_count(&t, "a long passphrase"), 0);
	talk_close(&t);

	talk_open(&t, "second visit", m.telnet);
	talk_enter(&t, "wrenna", "a long passphrase 1");
	ck_assert_uint_eq(talk_count(&t, "The Foreshore at Low Tide"), 1);
	after = inventory(&t);
	ck_assert_str_eq(before, after);
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
	free(before);
	free(after);
}
END_TEST

START_TEST(a_wrong_password_does_not_enter)
{
	struct talk t;
	struct mud m;

	start(&m, _i);
	talk_open(&t, "owner", m.telnet);
	talk_enter_new(&t, "Tobin", "right horse battery");
	talk_line(&t, "quit");
	talk_expect_end(&t);
	talk_close(&t);
	talk_open(&t, "thief", m.telnet);
	talk_expect(&t, "Name:");
	talk_line(&t, "Tobin");
	talk_expect(&t, "Password:");
	talk_line(&t, "wrong horse battery");
	ck_assert(!talk_sees(&t, TALK_PROMPT, 2000000));
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(passwords_that_differ_are_asked_again)
{
	struct talk t;
	struct mud m;

	start(&m, _i);
	talk_open(&t, "typist", m.telnet);
	talk_expect(&t, "Name:");
	talk_line(&t, "Marlo");
	talk_expect(&t, "(y/n)");
	talk_line(&t, "y");
	talk_expect(&t, "Choose a password:");
	talk_line(&t, "one long password");
	talk_expect(&t, "Repeat the password:");
	talk_line(&t, "one lonk password");
	talk_expect(&t, "Choose a password:");
	talk_line(&t, "one long password");
	talk_expect(&t, "Repeat the password:");
	talk_line(&t, "one long password");
	talk_expect(&t, TALK_PROMPT);
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(what_is_typed_ahead_is_done_in_order)
{
	struct talk t;
	struct mud m;

	start(&m, STORE_OF_SQLITE);
	talk_open(&t, "fast", m.telnet);
	talk_enter_guest(&t);
	talk_line(&t, "think one\r\nget boat\r\nthink two\r\ndrop boat\r\nthink three");
	talk_expect(&t, "one\n");
	talk_expect(&t, "You pick up");
	talk_expect(&t, "two\n");
	talk_expect(&t, "You drop");
	talk_expect(&t, "three\n");
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(players_meet_talk_and_hand_things_over)
{
	struct talk a, b;
	struct mud m;

	start(&m, STORE_OF_SQLITE);
	talk_open(&a, "Ada", m.telnet);
	talk_enter_new(&a, "Ada", "some long password");
	talk_open(&b, "Berta", m.telnet);
	talk_enter_new(&b, "Berta", "some long password");
	talk_line(&a, "say mind the {red}tide{/} {{ now");
	talk_expect(&a, "You say, \"mind the {red}tide{/} {{ now\"");
	talk_expect(&b, "Ada says, \"mind the {red}tide{/} {{ now\"");
	talk_line(&a, "get boat\r\ngive boat to berta");
	talk_expect(&a, "You give Berta");
	talk_expect(&b, "Ada gives you");
	talk_line(&b, "tell ada thank you");
	talk_expect(&b, "You tell Ada");
	talk_expect(&a, "Berta tells you, \"thank you\"");
	talk_line(&b, "down");
	talk_expect(&b, "Exits:");
	talk_line(&a, "say alone");
	talk_expect(&a, "alone");
	talk_line(&b, "think still here");
	talk_expect(&b, "still here\n");
	ck_assert_uint_eq(talk_count(&b, "alone"), 0);
	talk_close(&a);
	talk_close(&b);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(a_second_login_takes_over_with_a_notice)
{
	struct talk first, second;
	struct mud m;

	start(&m, STORE_OF_SQLITE);
	talk_open(&first, "first", m.telnet);
	talk_enter_new(&first, "Tamsin", "some long password");
	talk_line(&first, "down");
	talk_expect(&first, "The Foreshore at Low Tide");
	talk_open(&second, "second", m.telnet);
	talk_enter(&second, "Tamsin", "some long password");
	talk_expect_end(&first);
	ck_assert(*talk_rest(&first));
	talk_line(&second, "look");
	talk_expect(&second, "The Foreshore at Low Tide");
	talk_line(&second, "who");
	talk_expect(&second, "One person.");
	talk_close(&first);
	talk_close(&second);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(a_lost_connection_leaves_the_character_where_it_was)
{
	struct talk t, witness;
	struct mud m;

	start(&m, STORE_OF_SQLITE);
	talk_open(&witness, "witness", m.telnet);
	talk_enter_guest(&witness);
	talk_open(&t, "lost", m.telnet);
	talk_enter_new(&t, "Odile", "some long password");
	talk_line(&t, "get boat");
	talk_expect(&t, "You pick up");
	talk_close(&t);
	talk_expect(&witness, "Odile");
	talk_line(&witness, "who");
	talk_expect(&witness, "Odile");
	talk_open(&t, "back", m.telnet);
	talk_enter(&t, "Odile", "some long password");
	talk_line(&t, "drop boat");
	talk_expect(&t, "You drop");
	talk_close(&t);
	talk_close(&witness);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ a_new_player_finds_everything_again_after_quitting, STORES },
		{ a_wrong_password_does_not_enter, STORES },
		{ passwords_that_differ_are_asked_again, 1 },
		{ what_is_typed_ahead_is_done_in_order, 1 },
		{ players_meet_talk_and_hand_things_over, 1 },
		{ a_second_login_takes_over_with_a_notice, 1 },
		{ a_lost_connection_leaves_the_character_where_it_was, 1 },
	};

	return suite_main("play", 60, tests, ARRAY_LEN(tests));
}
