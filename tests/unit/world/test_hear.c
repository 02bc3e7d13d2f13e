/*
 * test_hear.c - who is meant by what is said in a room, who greets unasked, and that people of the world
 * do not talk among themselves without end.
 */
#include "mind_rig.h"

#include "world/mind/bond.h"

static struct mind_rig r;
static struct world *w;

static void open_world(char *life)
{
	mind_rig_open(&r, life);
	w = r.st.world;
}

static void setup(void)
{
	open_world("life=0");
}

static void teardown(void)
{
	mind_rig_close(&r);
}

static size_t asks(void)
{
	return mind_rig_count(&r, MUDLARK__AI_IN__BODY_ASK);
}

/* Says it and returns the key of who was asked; "": nobody. */
static const char *asked_by(size_t who, const char *line)
{
	static char npc[64];
	const size_t before = asks();

	stage_type(&r.st, who, line);
	*npc = 0;
	if (asks() > before) {
		snprintf(npc, sizeof(npc), "%s", mind_rig_asked(&r)->view->npc);
		mind_rig_answer(&r, "Hm.");
		mind_rig_ticks(&r, 15);
	}
	stage_forget(&r.st);
	return npc;
}

static void bring(const char *npc, const char *room)
{
	ck_assert_int_eq(place_move(w, mind_rig_npc(&r, npc), stage_room(&r.st, room)), 0);
}

START_TEST(alone_with_somebody_one_is_answered)
{
	ck_assert_str_eq(asked_by(0, "say it is cold"), "parley/nan");
	ck_assert_str_eq(asked_by(0, "emote shivers"), "");
}
END_TEST

START_TEST(who_hides_is_no_company)
{
	struct ent bob = stage_ent(&r.st, stage_enter(&r.st, "Bob"));

	ck_assert_str_eq(asked_by(0, "say it is cold"), "");
	player_write(w, bob)->hidden = true;
	ck_assert_str_eq(asked_by(0, "say it is cold"), "parley/nan");
	ck_assert_str_eq(asked_by(0, "say Bob, is it cold?"), "parley/nan");
}
END_TEST

START_TEST(in_company_one_is_answered_when_one_says_a_name)
{
	stage_enter(&r.st, "Bob");
	bring("jem", "quay");
	ck_assert_str_eq(asked_by(0, "say it is cold"), "");
	ck_assert_str_eq(asked_by(0, "say so Nan said it was cold then"), "parley/nan");
	ck_assert_str_eq(asked_by(1, "say it was old Nan who said it was cold"), "");
	ck_assert_str_eq(asked_by(1, "say is it cold, JEM?"), "parley/jem");
	ck_assert_str_eq(asked_by(1, "say hello ferryman!"), "parley/jem");
	ck_assert_str_eq(asked_by(1, "say the nanny is cold"), "parley/jem"); /* talks with him */
}
END_TEST

START_TEST(talk_goes_on_until_one_leaves_or_is_silent_for_a_minute)
{
	stage_enter(&r.st, "Bob");
	ck_assert_str_eq(asked_by(0, "say nan, hello"), "parley/nan");
	ck_assert_str_eq(asked_by(0, "say it is cold"), "parley/nan");
	ck_assert_str_eq(asked_by(0, "say Bob, is it cold?"), "");
	ck_assert_str_eq(asked_by(1, "say it is"), "");
	ck_assert_str_eq(asked_by(0, "say it is"), "parley/nan");
	mind_rig_ticks(&r, 600);
	ck_assert_str_eq(asked_by(0, "say it is"), "");
	ck_assert_str_eq(asked_by(0, "say nan, hello"), "parley/nan");
	stage_type(&r.st, 0, "north");
	stage_type(&r.st, 0, "south");
	ck_assert_str_eq(asked_by(0, "say it is"), "");
}
END_TEST

/* Whom each of them names: all in a ring. */
static const char *next_of(const char *npc, bool two)
{
	if (!strcmp(npc, "parley/nan"))
		return "Jem, what do you say?";
	return !strcmp(npc, "parley/jem") && !two ? "Tam, what do you say?"
						  : "Nan, what do you say?";
}

/* All answer at once, naming the next, until nobody is asked any more. */
static size_t chatter(unsigned ticks, bool two)
{
	size_t answered = 0;

	for (unsigned t = 0; t < ticks; t++) {
		for (size_t i = 0; i < r.n; i++) {
			const Mudlark__AiIn *m = r.kept[i].m;

			if (m->body_case != MUDLARK__AI_IN__BODY_ASK || i < answered)
				continue;
			mind_rig_says(&r, MIND_RIG_BRIDGE, m->ask->ask, 1,
				      next_of(m->ask->view->npc, two));
			mind_rig_done(&r, MIND_RIG_BRIDGE, m->ask->ask, NULL);
			answered = i + 1;
		}
		stage_tick(&r.st);
	}
	return asks();
}

START_TEST(two_who_name_each_other_fall_silent)
{
	bring("jem", "quay");
	stage_type(&r.st, 0, "say nan, hello");
	/* Nan is asked, and draws in Jem, who may not draw in Nan within the minute. */
	ck_assert_uint_eq(chatter(3000, true), 2);
	ck_assert_str_eq(mind_rig_asked(&r)->view->npc, "parley/jem");
	ck_assert_str_eq(mind_rig_asked(&r)->who->name, "Ana");
	ck_assert_ptr_nonnull(memmem(mind_rig_asked(&r)->text.data, mind_rig_asked(&r)->text.len,
				     "another said", 12));
}
END_TEST

START_TEST(three_who_name_each_other_fall_silent)
{
	bring("jem", "quay");
	bring("tam", "quay");
	stage_type(&r.st, 0, "say nan, hello");
	ck_assert_uint_eq(chatter(3000, false), 3);
	ck_assert_str_eq(mind_rig_asked(&r)->view->npc, "parley/tam");
}
END_TEST

START_TEST(who_is_drawn_in_waits_until_the_other_has_finished)
{
	uint64_t ask;

	bring("jem", "quay");
	stage_type(&r.st, 0, "say nan, hello");
	ask = mind_rig_asked(&r)->ask;
	mind_rig_says(&r, MIND_RIG_BRIDGE, ask, 1, "Good day.");
	mind_rig_says(&r, MIND_RIG_BRIDGE, ask, 2, "Jem, what do you say?");
	mind_rig_ticks(&r, 30);
	ck_assert_ptr_nonnull(strstr(stage_heard(&r.st, 0), "Good day. Jem, what"));
	mind_rig_says(&r, MIND_RIG_BRIDGE, ask, 3, "He knows.");
	mind_rig_done(&r, MIND_RIG_BRIDGE, ask, NULL);
	mind_rig_ticks(&r, 5);
	ck_assert_ptr_nonnull(strstr(stage_heard(&r.st, 0), "He knows."));
	ck_assert_uint_eq(asks(), 1);
	mind_rig_ticks(&r, 5);
	ck_assert_uint_eq(asks(), 2);
	ck_assert_str_eq(mind_rig_asked(&r)->view->npc, "parley/jem");
}
END_TEST

START_TEST(who_greets_all_is_answered_by_one)
{
	bring("tam", "quay");
	bring("jem", "quay"); /* they stand in this order: nan, tam, jem */
	ck_assert_str_eq(asked_by(0, "say it is cold, everybody"), "");
	ck_assert_str_eq(asked_by(0, "say hello everybody"), "parley/nan");
	mind_rig_ticks(&r, 600);
	bond_forget(w, stage_ent(&r.st, 0), NULL);
	stage_enter(&r.st, "Bob");
	bond_meet(w, stage_ent(&r.st, 1), "parley/jem");
	ck_assert_str_eq(asked_by(1, "say good fish, all"), "");
	ck_assert_str_eq(asked_by(1, "say hi, Ana"), "");
	ck_assert_str_eq(asked_by(1, "say Good evening, all!"), "parley/jem");
	ck_assert_str_eq(asked_by(0, "say hey"), "parley/nan");
}
END_TEST

START_TEST(what_is_said_by_itself_draws_nobody_in)
{
	bring("jem", "quay");
	cmd_run(w, mind_rig_npc(&r, "jem"), SPAN("say Nan, are you there?"));
	stage_settle(&r.st);
	ck_assert_uint_eq(asks(), 0);
}
END_TEST

START_TEST(who_lives_here_greets_whom_it_knows_now_and_then)
{
	size_t greeted = 0;

	teardown();
	open_world("life=1");
	bond_meet(w, stage_ent(&r.st, 0), "parley/nan");
	for (int i = 0; i < 120; i++) {
		stage_type(&r.st, 0, "north");
		mind_rig_ticks(&r, 100);
		stage_forget(&r.st);
		stage_type(&r.st, 0, "south");
		mind_rig_ticks(&r, 20);
		greeted += strstr(stage_heard(&r.st, 0), "says, \"You again, Ana.\"") != NULL;
	}
	/* 24 minutes: not in the first ten, and not twice in ten. */
	ck_assert_uint_ge(greeted, 1);
	ck_assert_uint_le(greeted, 2);
	ck_assert_uint_eq(asks(), 0);
}
END_TEST

START_TEST(a_guest_who_leaves_is_forgotten)
{
	const uint64_t id = ent_id(w, stage_ent(&r.st, 0));

	ck_assert_str_eq(asked_by(0, "say nan, hello"), "parley/nan");
	stage_type(&r.st, 0, "quit");
	ck_assert_uint_eq(mind_rig_sent(&r, MUDLARK__AI_IN__BODY_FORGET, 0, NULL)->forget->who, id);
}
END_TEST

START_TEST(a_guest_who_talked_with_the_world_before_this_one_is_forgotten)
{
	bond_meet(w, stage_ent(&r.st, 0), "parley/nan"); /* it is stored; who talks is not */
	stage_type(&r.st, 0, "quit");
	ck_assert_ptr_nonnull(mind_rig_sent(&r, MUDLARK__AI_IN__BODY_FORGET, 0, NULL));
}
END_TEST

START_TEST(who_never_talked_costs_nothing_to_forget)
{
	stage_type(&r.st, 0, "quit");
	ck_assert_ptr_null(mind_rig_sent(&r, MUDLARK__AI_IN__BODY_FORGET, 0, NULL));
}
END_TEST

START_TEST(one_can_ask_to_be_forgotten)
{
	const Mudlark__AiForget *m;

	bond_meet(w, stage_ent(&r.st, 0), "parley/nan");
	bond_remember(w, stage_ent(&r.st, 0), "parley/nan", SPAN("likes eels"));
	STAGE_SAYS(&r.st, 0, "forget bob",
		   "You see no bob here who could forget you. Try: forget me");
	ck_assert_ptr_nonnull(bond_get(w, stage_ent(&r.st, 0), "parley/nan")->memories[0]);
	stage_type(&r.st, 0, "forget nan");
	ck_assert_ptr_nonnull(strstr(stage_heard(&r.st, 0), "Nan Marrable forgets what you said"));
	m = mind_rig_sent(&r, MUDLARK__AI_IN__BODY_FORGET, 0, NULL)->forget;
	ck_assert_str_eq(m->npc, "parley/nan");
	stage_type(&r.st, 0, "forget me");
	m = mind_rig_sent(&r, MUDLARK__AI_IN__BODY_FORGET, 0, NULL)->forget;
	ck_assert_str_eq(m->npc, "");
	ck_assert_uint_eq(m->who, ent_id(w, stage_ent(&r.st, 0)));
}
END_TEST

START_TEST(who_is_told_something_is_spoken_to_aloud_instead)
{
	stage_type(&r.st, 0, "tell nan hello");
	ck_assert_str_eq(stage_heard(&r.st, 0),
			 "Nan Marrable is here: simply say it, or try: talk nan\n");
	stage_forget(&r.st);
	bring("jem", "quay"); /* the first of his words is not the one that people see */
	STAGE_SAYS(&r.st, 0, "tell ferryman hello",
		   "Jem Pottle is here: simply say it, or try: talk jem");
	ck_assert_uint_eq(asks(), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("hear");
	TCase *c = tcase_create("hear");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_set_timeout(c, 30);
	tcase_add_test(c, alone_with_somebody_one_is_answered);
	tcase_add_test(c, who_hides_is_no_company);
	tcase_add_test(c, in_company_one_is_answered_when_one_says_a_name);
	tcase_add_test(c, talk_goes_on_until_one_leaves_or_is_silent_for_a_minute);
	tcase_add_test(c, two_who_name_each_other_fall_silent);
	tcase_add_test(c, three_who_name_each_other_fall_silent);
	tcase_add_test(c, who_is_drawn_in_waits_until_the_other_has_finished);
	tcase_add_test(c, who_greets_all_is_answered_by_one);
	tcase_add_test(c, what_is_said_by_itself_draws_nobody_in);
	tcase_add_test(c, who_lives_here_greets_whom_it_knows_now_and_then);
	tcase_add_test(c, a_guest_who_leaves_is_forgotten);
	tcase_add_test(c, a_guest_who_talked_with_the_world_before_this_one_is_forgotten);
	tcase_add_test(c, who_never_talked_costs_nothing_to_forget);
	tcase_add_test(c, one_can_ask_to_be_forgotten);
	tcase_add_test(c, who_is_told_something_is_spoken_to_aloud_instead);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
