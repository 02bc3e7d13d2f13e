/* test_channels.c - two players talk on a channel while worlds are killed under them; what stands on a board stays. */
#include <stdio.h>
#include <string.h>

#include "tests/scenario/suite.h"
#include "tests/support/mud.h"
#include "tests/support/store.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

enum { LINES = 120, KILL_EVERY = 40 };

/* Types a line of the number, and waits for nothing. */
static void chat(struct talk *t, int n)
{
	talk_line(t, "chat %s line %d.", t->who, n);
}

/* Every line of this one, in order, once. */
static void expect_all(struct talk *t, const char *who)
{
	char text[64];
	size_t at = 0;

	for (int n = 0; n < LINES; n++) {
		const char *found;

		snprintf(text, sizeof(text), "[chat] %s: %s line %d.\n", who, who, n);
		ck_assert_msg(talk_count(t, text) == 1, "%s: %zu times %s", t->who,
			      talk_count(t, text), text);
		found = strstr(buf_p(&t->text), text);
		ck_assert_msg((size_t)(found - buf_p(&t->text)) >= at, "not in order: %s", text);
		at = (size_t)(found - buf_p(&t->text));
	}
}

START_TEST(nothing_said_on_a_channel_is_lost_or_doubled_when_worlds_die)
{
	static const char *const sets[] = { "world.channel_rate=0", "gateway.input_rate=0",
					    "gateway.input_queue=1000", NULL };
	char *dir = tmp_dir(), url[300], last[64];
	struct mud_conf conf = { .dir = dir, .store = url, .sets = sets };
	struct talk ana, ben;
	struct mud m;

	snprintf(url, sizeof(url), "%s", store_url((enum store_kind)_i, dir));
	mud_start(&m, &conf);
	talk_open(&ana, "Ana", m.telnet);
	talk_enter_new(&ana, "Ana", "a long passphrase 1");
	talk_open(&ben, "Ben", m.telnet);
	talk_enter_new(&ben, "Ben", "a long passphrase 2");
	talk_line(&ana, "post notices Lost = A brass key. | Whoever has it: Ana.");
	talk_expect(&ana, "You put something up on notices: Lost");
	for (int n = 0; n < LINES; n++) {
		chat(&ana, n);
		chat(&ben, n);
		if (n % KILL_EVERY == KILL_EVERY / 2) {
			pid_t old = mud_kill(&m, "world");

			mud_wait_pid(&m, "world", old);
		}
	}
	snprintf(last, sizeof(last), "[chat] Ana: Ana line %d.", LINES - 1);
	talk_expect(&ben, last);
	snprintf(last, sizeof(last), "[chat] Ben: Ben line %d.", LINES - 1);
	talk_expect(&ana, last);
	talk_line(&ana, "think finished");
	talk_expect(&ana, "finished");
	talk_line(&ben, "think finished");
	talk_expect(&ben, "finished");
	expect_all(&ana, "Ana");
	expect_all(&ana, "Ben");
	expect_all(&ben, "Ana");
	expect_all(&ben, "Ben");
	mud_kill(&m, "world");
	talk_line(&ben, "board notices 1");
	talk_expect(&ben, "A brass key.\nWhoever has it: Ana.");
	talk_line(&ben, "channel chat last 2");
	talk_expect(&ben, "Last on chat");
	talk_expect(&ben, last);
	talk_close(&ana);
	talk_close(&ben);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ nothing_said_on_a_channel_is_lost_or_doubled_when_worlds_die, STORES },
	};

	return suite_main("channels", 60, tests, ARRAY_LEN(tests));
}
