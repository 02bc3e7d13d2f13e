/*
 * test_talk.c - people of the world talk, by telnet, with the words of their pack: who is meant, what is known, several at a
 * time, an errand, and what becomes of an answer when those who make it die.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenario/people.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"

START_TEST(one_can_talk_ask_and_speak_to_somebody)
{
	struct people p;
	struct talk t;

	people_start(&p, &(struct people_conf){ 0 });
	cast_enter(&p.mud, &t, "Wrenna");
	talk_line(&t, "talk");
	talk_expect(&t, "You can talk to ");
	talk_line(&t, "talk to hob");
	people_hear(&t, PEOPLE_GREETING "Wrenna.\"");
	talk_line(&t, "ask hob about the wheel");
	people_hear(&t, PEOPLE_WHEEL "\"");
	talk_line(&t, "say Hob, when does the sluice open?");
	people_hear(&t, PEOPLE_SLUICE "\"");
	talk_line(&t, "ask hob about quaternions");
	people_hear(&t, PEOPLE_SHRUG);
	talk_line(&t, "talk cat");
	talk_expect(&t, "A cat says, \"Miaow.\"");
	talk_line(&t, "ask ada about wool");
	talk_expect(&t, "Ada Reed says, \"Three sheep");
	ck_assert_uint_eq(talk_count(&t, PEOPLE_SECRET), 0);
	talk_line(&t, "quit");
	talk_expect_end(&t);
	talk_close(&t);
	cast_return(&p.mud, &t, "Wrenna");
	talk_line(&t, "talk hob");
	people_hear(&t, PEOPLE_AGAIN "Wrenna.\"");
	talk_close(&t);
	people_stop(&p);
}
END_TEST

/* What it is told comes from another process, which the end of its input does not outrun. */
START_TEST(the_operator_asks_for_the_aibridges_and_is_answered)
{
	static const char *const answers[] = { "1 aibridge, 0 answers under way",
					       "scripted: always there", "Spent by this aibridge:",
					       "Nothing was spent there." };
	struct people p;

	people_start(&p, &(struct people_conf){ 0 });
	mud_expect_log(&p.mud, "process=world event=peer_up role=aibridge");
	mud_expect_log(&p.mud, "process=aibridge event=peer_up role=persist");
	CLEANUP(base_freep) char *said = mud_console(&p.mud, "@ai status\n@ai budget\n");

	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		ck_assert_msg(strstr(said, answers[i]), "no \"%s\" in:\n%s", answers[i], said);
	people_stop(&p);
}
END_TEST

START_TEST(several_who_talk_to_one_are_all_answered)
{
	static const char *const names[] = { "Adda", "Bertil", "Cora" };
	struct talk t[ARRAY_LEN(names)];
	struct people p;

	people_start(&p, &(struct people_conf){ 0 });
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		cast_enter(&p.mud, &t[i], names[i]);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		talk_line(&t[i], "talk hob");
	/* Each hears the greeting of each, as the others in the room do. */
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char line[80];

		snprintf(line, sizeof(line), PEOPLE_GREETING "%s.\"", names[i]);
		t[0].at = 0; /* in whatever order they came */
		people_hear(&t[0], line);
		ck_assert_uint_eq(talk_count(&t[0], line), 1);
	}
	/* Nothing that is asked meanwhile is forgotten. */
	talk_line(&t[0], "ask hob about the wheel");
	talk_line(&t[1], "ask hob about stones");
	talk_line(&t[1], "ask hob about the sluice");
	people_hear(&t[1], PEOPLE_WHEEL);
	people_hear(&t[1], PEOPLE_SHRUG);
	people_hear(&t[1], PEOPLE_SLUICE);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		talk_close(&t[i]);
	people_stop(&p);
}
END_TEST

START_TEST(an_errand_turns_on_a_conversation)
{
	struct people p;
	struct talk t;

	people_start(&p, &(struct people_conf){ 0 });
	cast_enter(&p.mud, &t, "Severin");
	talk_line(&t, "ask hob about work");
	people_hear(&t, "I could use a sack.");
	talk_line(&t, "accept");
	talk_expect(&t, "A Sack for the Mill");
	talk_line(&t, "errands");
	talk_expect(&t, "Ask about the sluice.");
	talk_line(&t, "ask hob about the sluice");
	people_hear(&t, PEOPLE_SLUICE);
	talk_expect(&t, "You know when.");
	talk_line(&t, "north\r\nget sack\r\nsouth\r\ngive sack to hob");
	talk_expect(&t, "It is his.");
	talk_expect(&t, "Hob Miller nods.");
	talk_line(&t, "inventory");
	talk_expect(&t, "token");
	talk_close(&t);
	people_stop(&p);
}
END_TEST

START_TEST(an_answer_that_is_owed_comes_after_the_world_is_killed)
{
	struct people p;
	struct talk t;
	pid_t before;

	people_start(&p, &(struct people_conf){ .provider = "anthropic" });
	fake_ai_mode(&p.fake, "{\"latency_ms\":700,\"text\":\"That was long ago.\"}");
	cast_enter(&p.mud, &t, "Odile");
	talk_line(&t, "ask hob about the flood");
	talk_expect(&t, "You ask Hob Miller about the flood.");
	fake_ai_wait(&p.fake, "in_flight", 1);
	before = mud_kill(&p.mud, "world");
	mud_wait_pid(&p.mud, "world", before);
	talk_expect(&t, "Hob Miller says, \"");
	talk_line(&t, "ask hob about the wheel");
	talk_expect(&t, "You ask Hob Miller about the wheel.");
	talk_expect(&t, "Hob Miller says, \"");
	talk_close(&t);
	people_stop(&p);
}
END_TEST

START_TEST(with_nobody_to_ask_they_say_something_of_their_own)
{
	static const char *const sets[] = { "world.answer_wait=4s", NULL };
	struct people p;
	struct talk t;
	pid_t bridge;

	people_start(&p, &(struct people_conf){ .sets = sets });
	cast_enter(&p.mud, &t, "Marlo");
	bridge = mud_pid(&p.mud, "aibridge");
	kill(bridge, SIGSTOP);
	talk_line(&t, "ask hob about the wheel");
	talk_expect(&t, PEOPLE_GESTURE);
	people_hear(&t, PEOPLE_SHRUG);
	talk_line(&t, "think still here");
	talk_expect(&t, "still here\n");
	kill(bridge, SIGKILL);
	mud_wait_pid(&p.mud, "aibridge", bridge);
	for (unsigned i = 0; !talk_count(&t, PEOPLE_WHEEL); i++) {
		if (i == 20)
			die("it never came back: %s", buf_p(&t.text));
		talk_line(&t, "ask hob about the wheel");
		talk_expect(&t, "Hob Miller says, \"");
	}
	talk_close(&t);
	people_stop(&p);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ one_can_talk_ask_and_speak_to_somebody, 1 },
		{ the_operator_asks_for_the_aibridges_and_is_answered, 1 },
		{ several_who_talk_to_one_are_all_answered, 1 },
		{ an_errand_turns_on_a_conversation, 1 },
		{ an_answer_that_is_owed_comes_after_the_world_is_killed, 1 },
		{ with_nobody_to_ask_they_say_something_of_their_own, 1 },
	};

	return suite_together("talk", 60, tests, ARRAY_LEN(tests));
}
