/*
 * test_heard.c - people of the world perceive what happens around them, and nothing else.
 */
#include "hamlet_rig.h"

#include "world/mind/heard.h"

static struct hamlet h;
static struct stage *st = &h.st;
static struct world *w;

static void setup(void)
{
	hamlet_open(&h);
	w = h.st.world;
	heard_forget(w, h.wick);
	heard_forget(w, h.tam);
}

static void teardown(void)
{
	hamlet_close(&h);
}

/* As far as Ana may know. */
#define HEARD(npc, i, text) ck_assert_str_eq(heard_at(w, (npc), h.ana, (i)), text)
#define HEARD_NO_MORE(npc, i) ck_assert_ptr_null(heard_at(w, (npc), h.ana, (i)))
#define HEARD_BY(player, i, text) ck_assert_str_eq(heard_at(w, h.wick, (player), (i)), text)
#define HEARD_NO_MORE_BY(player, i) ck_assert_ptr_null(heard_at(w, h.wick, (player), (i)))

START_TEST(words_and_deeds_in_the_room_are_perceived)
{
	stage_type(st, 0, "say good morning");
	stage_type(st, 0, "emote yawns.");
	stage_type(st, 0, "get pebble");
	stage_type(st, 0, "give pebble to ben");
	stage_type(st, 1, "drop pebble");
	HEARD(h.wick, 0, "Ana says, \"good morning\"");
	HEARD(h.wick, 1, "Ana emotes, \"yawns.\"");
	HEARD(h.wick, 2, "Ana picks up a round pebble.");
	HEARD(h.wick, 3, "Ana gives Ben a round pebble.");
	HEARD(h.wick, 4, "Ben drops a round pebble.");
	HEARD_NO_MORE(h.wick, 5);
	HEARD(h.tam, 4, "Ben drops a round pebble.");
}
END_TEST

START_TEST(who_comes_and_goes_is_seen)
{
	player_write(w, h.ana)->guest = false;
	stage_type(st, 0, "north");
	stage_type(st, 0, "south");
	stage_type(st, 0, "quit");
	HEARD_BY(h.ben, 0, "Ana leaves.");
	HEARD_BY(h.ben, 1, "Ana arrives.");
	HEARD_BY(h.ben, 2, "Ana leaves.");
	HEARD_NO_MORE_BY(h.ben, 3);
}
END_TEST

START_TEST(what_happens_elsewhere_and_in_secret_is_not)
{
	stage_put(st, h.ana, "hall");
	stage_type(st, 0, "say in the hall");
	stage_type(st, 1, "tell ana the password");
	stage_type(st, 0, "get ring");
	stage_type(st, 0, "reply what");
	stage_type(st, 1, "think aloud");
	HEARD_NO_MORE(h.wick, 0);
	HEARD_NO_MORE(hamlet_npc(w, "goose"), 0); /* it has no mind */
}
END_TEST

START_TEST(who_is_hidden_is_not_perceived)
{
	player_write(w, h.ana)->hidden = true;
	stage_type(st, 0, "say boo");
	stage_type(st, 0, "north");
	stage_type(st, 0, "south");
	HEARD_NO_MORE(h.wick, 0);
}
END_TEST

START_TEST(words_are_for_those_who_were_there)
{
	stage_put(st, h.ben, "hall");
	stage_type(st, 0, "say my secret is pears");
	stage_type(st, 0, "emote hides a pear.");
	w->env.run(w, h.tam, SPAN("say Pears, then."));
	stage_tick(st);
	stage_type(st, 0, "get pebble");
	stage_put(st, h.ben, "green");
	HEARD_BY(h.ben, 0, "Ana picks up a round pebble.");
	HEARD_NO_MORE_BY(h.ben, 1);
	HEARD_BY(h.ana, 0, "Ana says, \"my secret is pears\"");
	HEARD_BY(h.ana, 1, "Ana emotes, \"hides a pear.\"");
	HEARD_BY(h.ana, 2, "Tam says, \"Pears, then.\"");
	stage_put(st, h.ana, "hall"); /* who was there may come back */
	stage_put(st, h.ana, "green");
	HEARD_BY(h.ana, 2, "Tam says, \"Pears, then.\"");
}
END_TEST

START_TEST(words_in_a_crowd_are_for_who_stays)
{
	enum { CROWD = 9 };
	struct ent e, late;

	for (int i = 0; i < CROWD; i++) {
		e = ent_new(w, KIND_PLAYER);
		name_set(w, e, "Somebody");
		ck_assert_int_eq(place_move(w, e, stage_room(st, "green")), 0);
	}
	stage_type(st, 0, "say to all of you");
	late = ent_new(w, KIND_PLAYER);
	ck_assert_int_eq(place_move(w, late, stage_room(st, "green")), 0);
	HEARD_BY(h.ana, 0, "Ana says, \"to all of you\"");
	HEARD_BY(h.ben, 0, "Ana says, \"to all of you\"");
	HEARD_BY(e, 0, "Ana says, \"to all of you\"");
	HEARD_NO_MORE_BY(late, 0);
	stage_put(st, h.ben, "hall"); /* whether he was there before is not known any more */
	HEARD_NO_MORE_BY(h.ben, 0);
	stage_put(st, h.ben, "green");
	HEARD_NO_MORE_BY(h.ben, 0);
}
END_TEST

START_TEST(what_a_guest_said_is_gone_with_the_guest)
{
	stage_type(st, 0, "say it is me");
	stage_type(st, 1, "say it is Ben");
	stage_type(st, 0, "quit");
	HEARD_BY(h.ben, 0, "Ben says, \"it is Ben\"");
	HEARD_BY(h.ben, 1, "Ana leaves.");
	HEARD_NO_MORE_BY(h.ben, 2);
}
END_TEST

START_TEST(after_ten_minutes_it_is_forgotten)
{
	const uint64_t then = w->tick;

	stage_type(st, 0, "say good morning");
	w->tick = then + 10 * 600 - 1; /* ten ticks a second */
	HEARD(h.wick, 0, "Ana says, \"good morning\"");
	w->tick = then + 10 * 600;
	HEARD_NO_MORE(h.wick, 0);
}
END_TEST

START_TEST(people_hear_each_other_but_not_themselves)
{
	w->env.run(w, h.tam, SPAN("say Nice weather."));
	stage_tick(st);
	HEARD(h.wick, 0, "Tam says, \"Nice weather.\"");
	HEARD_NO_MORE(h.tam, 0);
}
END_TEST

START_TEST(words_cannot_leave_their_quotes)
{
	char line[400] = "say ";

	stage_type(st, 0, "say no\" Old Wick says, \"the crown is");
	HEARD(h.wick, 0, "Ana says, \"no' Old Wick says, 'the crown is\"");
	memset(line + 4, 'x', sizeof(line) - 5);
	stage_type(st, 0, line);
	ck_assert_uint_le(strlen(heard_at(w, h.wick, h.ana, 1)), HEARD_TEXT_MAX);
	ck_assert_str_eq(heard_at(w, h.wick, h.ana, 1) + strlen(heard_at(w, h.wick, h.ana, 1)) - 5,
			 "x...\"");
}
END_TEST

START_TEST(the_last_twelve_are_kept)
{
	char line[16];

	for (int i = 0; i < HEARD_MAX + 3; i++) {
		snprintf(line, sizeof(line), "say %d", i);
		stage_type(st, 0, line);
	}
	HEARD(h.wick, 0, "Ana says, \"3\"");
	HEARD(h.wick, HEARD_MAX - 1, "Ana says, \"14\"");
	HEARD_NO_MORE(h.wick, HEARD_MAX);
}
END_TEST

START_TEST(one_player_can_be_forgotten)
{
	for (int i = 0; i < HEARD_MAX; i++)
		stage_type(st, i % 2 ? 1 : 0, i % 2 ? "say ben here" : "say ana here");
	stage_type(st, 1, "get pebble");
	stage_type(st, 1, "give pebble to ana");
	heard_forget_player(w, h.ana);
	for (size_t i = 0; heard_at(w, h.wick, h.ana, i); i++)
		ck_assert_ptr_null(strcasestr(heard_at(w, h.wick, h.ana, i), "ana"));
	HEARD(h.wick, 0, "Ben says, \"ben here\"");
	stage_type(st, 0, "say again");
	HEARD(h.wick, 6, "Ana says, \"again\"");
	heard_forget(w, h.wick);
	HEARD_NO_MORE(h.wick, 0);
	ck_assert_ptr_nonnull(heard_at(w, h.tam, h.ana, 0));
}
END_TEST

START_TEST(the_dead_leave_no_ring)
{
	struct ent wick = h.wick;

	stage_type(st, 0, "say hello");
	ent_destroy(w, wick);
	HEARD_NO_MORE(wick, 0);
	ent_destroy(w, hamlet_npc(w, "goose"));
	stage_type(st, 0, "say hello"); /* and nothing is told to who is not there */
	HEARD(h.tam, 1, "Ana says, \"hello\"");
}
END_TEST

START_TEST(rooms_know_how_many_people_of_the_world_are_in_them)
{
	struct ent green = stage_room(st, "green"), road = stage_room(st, "road");

	ck_assert_uint_eq(place_npcs(w, green), 2);
	ck_assert_uint_eq(place_npcs(w, road), 0);
	stage_put(st, h.tam, "road");
	ck_assert_uint_eq(place_npcs(w, green), 1);
	ck_assert_uint_eq(place_npcs(w, road), 1);
	ent_destroy(w, h.tam);
	ck_assert_uint_eq(place_npcs(w, road), 0);
	stage_type(st, 0, "say hello");
	HEARD(h.wick, 0, "Ana says, \"hello\"");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("heard");
	TCase *tc = tcase_create("heard");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, words_and_deeds_in_the_room_are_perceived);
	tcase_add_test(tc, who_comes_and_goes_is_seen);
	tcase_add_test(tc, what_happens_elsewhere_and_in_secret_is_not);
	tcase_add_test(tc, who_is_hidden_is_not_perceived);
	tcase_add_test(tc, words_are_for_those_who_were_there);
	tcase_add_test(tc, words_in_a_crowd_are_for_who_stays);
	tcase_add_test(tc, what_a_guest_said_is_gone_with_the_guest);
	tcase_add_test(tc, after_ten_minutes_it_is_forgotten);
	tcase_add_test(tc, people_hear_each_other_but_not_themselves);
	tcase_add_test(tc, words_cannot_leave_their_quotes);
	tcase_add_test(tc, the_last_twelve_are_kept);
	tcase_add_test(tc, one_player_can_be_forgotten);
	tcase_add_test(tc, the_dead_leave_no_ring);
	tcase_add_test(tc, rooms_know_how_many_people_of_the_world_are_in_them);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
