/*
 * test_greet.c - who is new is greeted and told that people talk; nobody is greeted in the middle of a
 * talk.
 */
#include "mind_rig.h"

static struct mind_rig r;
static struct world *w;

static void open_world(char *life)
{
	mind_rig_open(&r, life);
	w = r.st.world;
}

static void setup(void)
{
	open_world("life=1");
}

static void teardown(void)
{
	mind_rig_close(&r);
}

static const char *heard(size_t who)
{
	return stage_heard(&r.st, who);
}

static size_t asks(void)
{
	return mind_rig_count(&r, MUDLARK__AI_IN__BODY_ASK);
}

START_TEST(a_newcomer_is_greeted_once_and_can_answer)
{
	mind_rig_ticks(&r, 25);
	STAGE_HEARS_NOTHING(&r.st, 0);
	mind_rig_ticks(&r, 10);
	STAGE_HEARS(&r.st, 0, "Nan Marrable says, \"Well, Ana.\"");
	mind_rig_ticks(&r, 60);
	STAGE_HEARS_NOTHING(&r.st, 0);
	ck_assert_uint_eq(asks(), 0);
	stage_enter(&r.st, "Bob");
	stage_type(&r.st, 0, "say well what?"); /* not alone with her any more */
	ck_assert_uint_eq(asks(), 1);
	stage_type(&r.st, 1, "north");
	stage_type(&r.st, 1, "south");
	stage_forget(&r.st);
	mind_rig_ticks(&r, 40);
	ck_assert_ptr_null(strstr(heard(1), "Well, Bob."));
}
END_TEST

START_TEST(who_speaks_or_goes_on_is_not_greeted_unasked)
{
	stage_type(&r.st, 0, "say what is this place?");
	mind_rig_answer(&r, "A quay.");
	(void)heard(0);
	mind_rig_ticks(&r, 40);
	STAGE_HEARS_NOTHING(&r.st, 0);
	mind_rig_ticks(&r, 600);
	stage_enter(&r.st, "Bob");
	stage_type(&r.st, 1, "north");
	stage_forget(&r.st);
	mind_rig_ticks(&r, 40);
	ck_assert_ptr_null(strstr(heard(0), "Well, Bob."));
	stage_enter(&r.st, "Cid");
	mind_rig_ticks(&r, 40);
	ck_assert_ptr_nonnull(strstr(heard(2), "Well, "));
}
END_TEST

START_TEST(without_life_nobody_greets)
{
	teardown();
	open_world("life=0");
	mind_rig_ticks(&r, 60);
	STAGE_HEARS_NOTHING(&r.st, 0);
}
END_TEST

START_TEST(in_one_visit_there_is_one_greeting)
{
	mind_rig_ticks(&r, 60);
	(void)heard(0);
	STAGE_SAYS(&r.st, 0, "talk nan", "You turn to Nan Marrable.\nNan Marrable is listening.");
	stage_type(&r.st, 0, "say what is this place?");
	mind_rig_answer(&r, "A quay.");
	mind_rig_ticks(&r, 1100);
	stage_forget(&r.st);
	STAGE_SAYS(&r.st, 0, "talk nan", "You turn to Nan Marrable.\nNan Marrable is listening.");
	ck_assert_uint_eq(asks(), 1);
	mind_rig_ticks(&r, 1300);
	stage_type(&r.st, 0, "talk nan");
	ck_assert_uint_eq(asks(), 2);
	ck_assert_int_eq(mind_rig_asked(&r)->kind, MUDLARK__AI_ASK__KIND__GREET);
}
END_TEST

START_TEST(a_visit_lasts_while_one_stays_in_the_room)
{
	ck_assert_int_eq(place_move(w, mind_rig_npc(&r, "jem"), stage_room(&r.st, "quay")), 0);
	mind_rig_ticks(&r, 60);
	stage_type(&r.st, 0, "ask nan about eels");
	mind_rig_answer(&r, "Slippery.");
	stage_type(&r.st, 0, "ask jem about eels");
	mind_rig_answer(&r, "Long.");
	stage_forget(&r.st);
	STAGE_SAYS(&r.st, 0, "talk nan", "You turn to Nan Marrable.\nNan Marrable is listening.");
	stage_type(&r.st, 0, "north");
	stage_type(&r.st, 0, "south");
	stage_type(&r.st, 0, "talk nan");
	ck_assert_uint_eq(asks(), 3);
	ck_assert_int_eq(mind_rig_asked(&r)->kind, MUDLARK__AI_ASK__KIND__GREET);
}
END_TEST

START_TEST(who_is_in_talk_greets_nobody)
{
	mind_rig_ticks(&r, 60);
	stage_type(&r.st, 0, "say what is this place?");
	mind_rig_answer(&r, "A quay.");
	stage_enter(&r.st, "Bob");
	mind_rig_ticks(&r, 40);
	ck_assert_ptr_null(strstr(heard(1), "Well, Bob."));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("greet");
	TCase *c = tcase_create("greet");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_newcomer_is_greeted_once_and_can_answer);
	tcase_add_test(c, who_speaks_or_goes_on_is_not_greeted_unasked);
	tcase_add_test(c, without_life_nobody_greets);
	tcase_add_test(c, in_one_visit_there_is_one_greeting);
	tcase_add_test(c, a_visit_lasts_while_one_stays_in_the_room);
	tcase_add_test(c, who_is_in_talk_greets_nobody);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
