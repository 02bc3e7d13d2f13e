/*
 * test_replay.c - the same input gives the same world: what a real server recorded, answers of its people
 * included, is lived through again by `mudlark replay`, which compares every hash on the way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

enum { COMMAND_US = 30000000 };

/* A sentence of its pack, which is in no input of the world but an answer. */
#define ANSWER "Forty-eight years, bank to bank"

static char *replay(const char *log, int *ret_status)
{
	return child_output((const char *[]){ child_program("mudlark"), "replay", log, NULL }, NULL,
			    COMMAND_US, ret_status);
}

/* As the program: 0 found, 1 not. */
static int grep(const char *text, const char *file)
{
	int status;

	free(child_output((const char *[]){ "grep", "-qaF", text, file, NULL }, NULL, COMMAND_US,
			  &status));
	return status;
}

/* The ferryman is where everybody begins; the other hears him, too. */
static void converse(struct mud *m, struct talk *a, struct talk *b)
{
	mud_expect_log(m, "process=world event=peer_up role=aibridge");
	talk_line(a, "talk to jem");
	talk_expect(a, "Jem Pottle says, \"");
	talk_expect(b, "Jem Pottle says, \"");
	talk_line(a, "ask jem about the trade");
	talk_expect(a, "You ask Jem Pottle about the trade.");
	talk_expect(a, ANSWER);
	talk_line(b, "say Jem, where to go?");
	talk_expect(b, "Jem Pottle says, \"");
	talk_line(a, "forget me");
	talk_expect(a, "Everybody forgets");
	talk_line(a, "ask jem about the trade"); /* now the first one is new again */
	talk_expect(a, "You ask Jem Pottle about the trade.");
	talk_expect(a, ANSWER);
}

static void play(struct mud *m)
{
	struct talk a, b;

	talk_open(&a, "Ada", m->telnet);
	talk_enter_new(&a, "Ada", "some long password");
	talk_open(&b, "guest", m->telnet);
	talk_enter_guest(&b);
	converse(m, &a, &b);
	for (int i = 0; i < 20; i++) {
		talk_line(&a, "get boat\r\nsay round %d\r\ndrop boat", i);
		talk_line(&b, "look\r\nemote turns round\r\nthink %d", i);
	}
	talk_expect(&a, "You say, \"round 19\"");
	talk_line(&a, "down\r\nget penny\r\nquit");
	talk_expect_end(&a);
	talk_line(&b, "think done");
	talk_expect(&b, "done\n");
	talk_close(&a);
	talk_close(&b);
}

START_TEST(a_recorded_life_gives_the_same_hash_again)
{
	CLEANUP(base_freep) char *log = NULL;
	const char *sets[] = { NULL, NULL };
	struct mud_conf conf = { .dir = tmp_dir(), .sets = sets };
	char set[300], *first, *second;
	struct mud m;
	int status;

	log = tmp_path(conf.dir, "input.log");
	snprintf(set, sizeof(set), "world.input_log=%s", log);
	sets[0] = set;
	mud_start(&m, &conf);
	play(&m);
	ck_assert_int_eq(mud_stop(&m), 0);

	first = replay(log, &status);
	ck_assert_msg(status == 0, "%s", first);
	ck_assert_ptr_nonnull(strstr(first, "\nsame\n"));
	second = replay(log, &status);
	ck_assert_int_eq(status, 0);
	ck_assert_ptr_nonnull(strstr(first, "ticks "));
	ck_assert_ptr_nonnull(strstr(second, "ticks "));
	ck_assert_str_eq(strstr(first, "ticks "), strstr(second, "ticks "));
	free(first);
	free(second);

	/* No password is in what was recorded; what was said is. */
	ck_assert_int_eq(grep("some long password", log), 1);
	ck_assert_int_eq(grep("round 19", log), 0);
	ck_assert_int_eq(grep(ANSWER, log), 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = { { a_recorded_life_gives_the_same_hash_again, 1 } };

	return suite_main("replay", 60, tests, ARRAY_LEN(tests));
}
