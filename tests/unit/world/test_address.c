/*
 * test_address.c - the many ways in which players turn to somebody: talk, ask, a name and a comma, a greeting.
 */
#include "mind_rig.h"

static struct mind_rig r;
static struct world *w;

static void setup(void)
{
	mind_rig_open(&r, "life=0");
	w = r.st.world;
}

static void teardown(void)
{
	mind_rig_close(&r);
}

static const char *heard(size_t who)
{
	return stage_heard(&r.st, who);
}

static void type(size_t who, const char *line)
{
	stage_type(&r.st, who, line);
}

START_TEST(one_asks_about_something_in_more_than_one_way)
{
	static const char *const ways[] = {
		"ask nan about the tide",	"ask nan marrable the tide",
		"ask the widow about the tide", "ask about the tide",
		"talk to nan about the tide",	"talk nan about the tide",
		"talk about the tide",		"talk about the tide with nan"
	};

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		type(0, ways[i]);
		ck_assert_str_eq(heard(0), "You ask Nan Marrable about the tide.\n");
		ck_assert_int_eq(mind_rig_asked(&r)->kind, MUDLARK__AI_ASK__KIND__ABOUT);
		ck_assert_uint_eq(mind_rig_asked(&r)->text.len, 8);
		mind_rig_answer(&r, ":nods.");
		STAGE_HEARS(&r.st, 0, "Nan Marrable nods.");
		mind_rig_ticks(&r, 20);
		mind_rig_forget(&r);
	}
	STAGE_SAYS(&r.st, 0, "ask bob about tides", "You see no bob here to ask.");
	STAGE_SAYS(&r.st, 0, "ask bob", "You see no bob here to ask.");
	STAGE_SAYS(&r.st, 0, "talk to bob about tides", "You see no bob here to ask.");
	STAGE_SAYS(&r.st, 0, "ask nan",
		   "Ask Nan Marrable about what? (As in: ask nan about the tide)");
	STAGE_SAYS(&r.st, 0, "ask", "Usage: ask SOMEBODY about SOMETHING");
	STAGE_SAYS(&r.st, 0, "ask about", "Usage: ask SOMEBODY about SOMETHING");
	STAGE_SAYS(&r.st, 0, "ask me about tides",
		   "You ask yourself, and know no more than before.");
	stage_put(&r.st, stage_ent(&r.st, 0), "roof");
	STAGE_SAYS(&r.st, 0, "ask about the tide", "Ask whom? (Who is here: talk)");
	ck_assert_uint_eq(r.n, 0);
}
END_TEST

START_TEST(who_is_called_by_name_is_spoken_to_without_a_command)
{
	static const char *const said[] = {
		"nan, what about the tide?",
		"Nan: what about the tide?",
		"the widow, a word!",
		"nan,",
		"hello nan",
		"Hello",
		"hi!",
		"thanks, dear",
	};
	char want[100];

	for (size_t i = 0; i < ARRAY_LEN(said); i++) {
		type(0, said[i]);
		snprintf(want, sizeof(want), "You say, \"%s\"\n", said[i]);
		ck_assert_str_eq(heard(0), want);
		ck_assert_int_eq(mind_rig_asked(&r)->kind, MUDLARK__AI_ASK__KIND__SAY);
		ck_assert_uint_eq(mind_rig_asked(&r)->text.len, strlen(said[i]));
		mind_rig_answer(&r, "Aye.");
		mind_rig_ticks(&r, 20);
		mind_rig_forget(&r);
	}
	STAGE_SAYS(&r.st, 0, "nan what about the tide?",
		   "You do not know how to \"nan\". To talk to Nan Marrable: say nan, ... or "
		   "ask nan about ...");
	STAGE_SAYS(&r.st, 0, "na, a word", "You do not know how to \"na,\". (Try: help)");
	STAGE_SAYS(&r.st, 0, "jem, a word", "You do not know how to \"jem,\". (Try: help)");
	STAGE_SAYS(&r.st, 0, "ana, a word", "You do not know how to \"ana,\". (Try: help)");
	mind_rig_ticks(&r, 1300);
	STAGE_SAYS(&r.st, 0, "greet nan", "You turn to Nan Marrable.");
	ck_assert_int_eq(mind_rig_asked(&r)->kind, MUDLARK__AI_ASK__KIND__GREET);
	stage_enter(&r.st, "Bob");
	STAGE_SAYS(&r.st, 0, "bob, a word", "You say, \"bob, a word\"");
	STAGE_SAYS(&r.st, 0, "bob a word", "You do not know how to \"bob\". (Try: help)");
}
END_TEST

START_TEST(talk_alone_says_who_would)
{
	STAGE_SAYS(&r.st, 0, "talk", "You can talk to Nan Marrable here.");
	type(0, "north");
	stage_forget(&r.st);
	STAGE_SAYS(&r.st, 0, "talk", "There is nobody here who would talk with you.");
	STAGE_SAYS(&r.st, 0, "talk to the cat", "You turn to a cat.\nA cat says, \"Miaow.\"");
	STAGE_SAYS(&r.st, 0, "talk to nan", "You see no nan here to talk to.");
	STAGE_SAYS(&r.st, 0, "ask cat about mice",
		   "You ask a cat about mice.\nA cat does not answer.");
	type(0, "up");
	stage_forget(&r.st);
	STAGE_SAYS(&r.st, 0, "talk", "You can talk to Jem Pottle and Tam Reed here.");
	ck_assert_int_eq(place_move(w, mind_rig_npc(&r, "nan"), place_room(w, stage_ent(&r.st, 0))),
			 0);
	STAGE_SAYS(&r.st, 0, "talk", "You can talk to Jem Pottle, Tam Reed and Nan Marrable here.");
	ck_assert_uint_eq(r.n, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("address");
	TCase *c = tcase_create("address");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, one_asks_about_something_in_more_than_one_way);
	tcase_add_test(c, who_is_called_by_name_is_spoken_to_without_a_command);
	tcase_add_test(c, talk_alone_says_who_would);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
