/*
 * test_errand.c - errands are offered, taken on, done by facts and rewarded once, over restarts too.
 */
#include "hamlet_rig.h"
#include "rig.h"

#include "world/core/comp.h"
#include "world/mind/errands.h"

enum { PATIENCE = 3100 /* ticks until what was brought goes home */ };

static struct hamlet h;
static struct stage *st = &h.st;
static struct world *w;
static struct rig r;

static void setup(void)
{
	hamlet_open(&h);
	w = h.st.world;
}

static void teardown(void)
{
	hamlet_close(&h);
}

static enum errand_state state(struct ent player, const char *path)
{
	return errand_state(w, player, path, NULL);
}

#define ASSERT_STEP(player, key_)                                                                  \
	ck_assert_str_eq(errands_find(w, (player), "hamlet/fetch")->step, key_)

/* Up to the last step: it wants the ring now. */
static void do_most(size_t who)
{
	struct ent player = stage_ent(st, who);

	hamlet_tell(&h, h.wick, player, "ring");
	stage_type(st, who, "accept");
	hamlet_tell(&h, h.tam, player, "path");
	stage_type(st, who, "north");
	stage_type(st, who, "get ring");
	stage_type(st, who, "south");
	stage_forget(st);
}

START_TEST(a_topic_offers_an_errand)
{
	hamlet_tell(&h, h.wick, h.ana, "ring");
	STAGE_HEARS(
		st, 0,
		"Old Wick has an errand for you, The Bone Ring: Old Wick lost a ring in the hall.\n"
		"To take it on, type: accept fetch");
	STAGE_HEARS_NOTHING(st, 1);
	ck_assert_int_eq(state(h.ana, "hamlet/fetch"), ERRAND_OFFERED);
	ck_assert_int_eq(state(h.ben, "hamlet/fetch"), ERRAND_NONE);
	STAGE_SAYS(st, 0, "errands",
		   "Your errands:\n  The Bone Ring, for Old Wick: not taken on yet. Try: accept "
		   "fetch");
	STAGE_SAYS(st, 0, "accept",
		   "You take on the errand The Bone Ring.\nThe Bone Ring: Ask Tam about the path.");
	STAGE_SAYS(st, 0, "journal",
		   "Your errands:\n  The Bone Ring, for Old Wick: Ask Tam about the path.");
}
END_TEST

START_TEST(nobody_accepts_what_was_not_offered)
{
	STAGE_SAYS(st, 0, "accept", "Nobody offers you anything at the moment.");
	STAGE_SAYS(st, 0, "accept fetch", "Nobody has asked you to do that. Try: errands");
	STAGE_SAYS(st, 0, "errands", "You have no errands.");
	errand_accept(w, h.ana, pack_errand(st->pack, SPAN("fetch")));
	ck_assert_int_eq(state(h.ana, "hamlet/fetch"), ERRAND_NONE);
	hamlet_tell(&h, h.wick, h.ana, "ring");
	stage_type(st, 0, "accept the bone");
	stage_forget(st);
	STAGE_SAYS(st, 0, "accept fetch", "You have taken that on already. Try: errands");
	STAGE_SAYS(st, 0, "accept", "Nobody offers you anything at the moment.");
}
END_TEST

START_TEST(only_the_giver_offers_and_only_when_it_may)
{
	ck_assert(!errand_offer(w, h.tam, h.ana, "hamlet/fetch"));
	ck_assert(!errand_offer(w, h.wick, h.ana, "hamlet/none"));
	ck_assert(!errand_offer(w, h.wick, h.ana, "none/fetch"));
	ck_assert(!errand_offer(w, h.tam, h.ana, "hamlet/pebbles"));
	bond_meet(w, h.ana, "hamlet/tam");
	ck_assert(errand_offer(w, h.tam, h.ana, "hamlet/pebbles"));
	ck_assert(!errand_offer(w, h.wick, h.tam, "hamlet/fetch"));
	ck_assert_int_eq(state(h.ana, "hamlet/fetch"), ERRAND_NONE);
}
END_TEST

START_TEST(steps_are_done_in_order_by_facts)
{
	hamlet_tell(&h, h.wick, h.ana, "ring");
	stage_type(st, 0, "north"); /* too early */
	stage_type(st, 0, "south");
	stage_type(st, 0, "accept");
	ASSERT_STEP(h.ana, "path");
	hamlet_tell(&h, h.tam, h.ben, "path"); /* that was somebody else */
	hamlet_tell(&h, h.wick, h.ana, "well");
	ASSERT_STEP(h.ana, "path");
	stage_forget(st);
	hamlet_tell(&h, h.tam, h.ana, "path");
	STAGE_HEARS(st, 0, "So that is the way.\nThe Bone Ring: Go into the hall.");
	ASSERT_STEP(h.ana, "hall");
	stage_type(st, 1, "north");
	ASSERT_STEP(h.ana, "hall");
	stage_type(st, 0, "north");
	ASSERT_STEP(h.ana, "ring");
	ck_assert_ptr_nonnull(strstr(stage_heard(st, 0), "It is dark in here.\nThe Bone Ring: "
							 "Bring Old Wick her ring."));
}
END_TEST

START_TEST(what_is_reached_already_needs_no_way)
{
	hamlet_tell(&h, h.wick, h.ana, "ring");
	stage_type(st, 0, "accept");
	stage_put(st, h.ana, "hall");
	hamlet_tell(&h, h.tam, h.ana, "path");
	ASSERT_STEP(h.ana, "ring");
}
END_TEST

START_TEST(things_are_taken_only_when_they_are_wanted)
{
	stage_type(st, 0, "get pebble");
	stage_forget(st);
	stage_declined(st, 0, "give pebble to wick", "Old Wick ");
	do_most(0);
	stage_declined(st, 0, "give pebble to wick", "Old Wick ");
	stage_declined(st, 0, "give ring to tam", "Tam ");
	ck_assert_uint_eq(hamlet_has(&h, h.ana, "ring"), 1);
}
END_TEST

START_TEST(the_end_is_rewarded_once)
{
	do_most(0);
	STAGE_SAYS(st, 0, "give ring to wick",
		   "You give Old Wick a bone ring.\nOld Wick bites on the ring.\n"
		   "\"There,\" says Old Wick.\nYou get a small crown.\nYou get an anvil.\n"
		   "You have done the errand The Bone Ring.");
	STAGE_HEARS(st, 1, "Ana gives Old Wick a bone ring.");
	ck_assert_int_eq(state(h.ana, "hamlet/fetch"), ERRAND_DONE);
	ck_assert_int_eq(bond_get(w, h.ana, "hamlet/wick")->regard, 20);
	STAGE_SAYS(st, 0, "errands", "You have no errands.\nYou have done: The Bone Ring.");
	hamlet_give(&h, "ring", h.ana);
	stage_declined(st, 0, "give ring to wick", "Old Wick ");
	hamlet_tell(&h, h.wick, h.ana, "ring"); /* offers it no more */
	STAGE_HEARS_NOTHING(st, 0);
	errand_accept(w, h.ana, pack_errand(st->pack, SPAN("fetch")));
	stage_tick(st);
	STAGE_HEARS(st, 0, "You have done that already.");
	ck_assert_uint_eq(hamlet_has(&h, h.ana, "crown"), 1);
}
END_TEST

START_TEST(a_reward_that_is_too_heavy_lies_at_his_feet)
{
	do_most(0);
	hamlet_give(&h, "anvil", h.ana);
	stage_type(st, 0, "give ring to wick");
	ck_assert_ptr_nonnull(
		strstr(stage_heard(st, 0),
		       "You get a small crown.\nAn anvil is yours; it lies at your feet."));
	ck_assert_uint_eq(hamlet_has(&h, h.ana, "anvil"), 1);
	ck_assert_uint_eq(hamlet_has(&h, stage_room(st, "green"), "anvil"), 1);
}
END_TEST

START_TEST(of_many_things_one_is_kept)
{
	bond_meet(w, h.ana, "hamlet/tam");
	ck_assert(errand_offer(w, h.tam, h.ana, "hamlet/pebbles"));
	stage_type(st, 0, "accept");
	stage_type(st, 0, "get 3 pebbles");
	stage_forget(st);
	STAGE_SAYS(
		st, 0, "give 3 pebbles to tam",
		"You give Tam three round pebbles.\nYou have done the errand Pebbles.\n"
		"Tam gives the round pebble back to you.\nTam gives the round pebble back to you.");
	ck_assert_uint_eq(hamlet_has(&h, h.ana, "pebble"), 2);
	ck_assert_uint_eq(hamlet_has(&h, h.tam, "pebble"), 1);
}
END_TEST

START_TEST(what_was_brought_goes_home)
{
	do_most(0);
	stage_type(st, 0, "give ring to wick");
	ck_assert_uint_eq(hamlet_has(&h, h.wick, "ring"), 1);
	for (int i = 0; i < PATIENCE; i++)
		stage_tick(st);
	ck_assert_uint_eq(hamlet_has(&h, h.wick, "ring"), 0);
	ck_assert_uint_eq(hamlet_has(&h, stage_room(st, "hall"), "ring"), 1);
	do_most(1); /* so somebody else can do it, too */
	stage_type(st, 1, "give ring to wick");
	ck_assert_int_eq(state(h.ben, "hamlet/fetch"), ERRAND_DONE);
}
END_TEST

START_TEST(nobody_leaves_the_game_with_what_an_errand_wants)
{
	struct ent chest = hamlet_give(&h, "chest", h.ana), ring;

	hamlet_give(&h, "crown", h.ana);
	do_most(0); /* even though it is his errand */
	ring = place_first(w, h.ana);
	while (strcmp(item_get(w, ring)->proto->key, "ring") != 0)
		ring = place_next(w, ring);
	ck_assert_int_eq(place_move(w, ring, chest), 0);
	stage_type(st, 0, "get 2 pebbles");
	hamlet_give(&h, "pebble", h.ana); /* of another making */
	stage_type(st, 0, "quit");
	ck_assert(ent_same(place_owner(w, ring), stage_room(st, "hall")));
	ck_assert_uint_eq(hamlet_has(&h, stage_room(st, "hall"), "ring"), 1);
	/* A guest leaves all it has: the rest lies where it was. */
	ck_assert_uint_eq(hamlet_has(&h, stage_room(st, "green"), "crown"), 1);
	ck_assert_uint_eq(hamlet_has(&h, stage_room(st, "green"), "pebble"), 4);
	do_most(1);
	stage_type(st, 1, "give ring to wick");
	ck_assert_int_eq(state(h.ben, "hamlet/fetch"), ERRAND_DONE);
}
END_TEST

START_TEST(who_keeps_what_an_errand_wants_leaves_another)
{
	struct ent ring;

	do_most(0);
	ring = place_first(w, h.ana);
	while (strcmp(item_get(w, ring)->proto->key, "ring") != 0)
		ring = place_next(w, ring);
	player_write(w, h.ana)->guest = false;
	player_write(w, h.ben)->guest = false;
	/* Somebody else has one: nobody is in want of it. */
	hamlet_give(&h, "ring", h.ben);
	stage_type(st, 1, "quit");
	ck_assert_uint_eq(hamlet_has(&h, stage_room(st, "hall"), "ring"), 0);
	stage_type(st, 0, "quit");
	ck_assert(!ent_alive(w, ring)); /* with its owner, in the store */
	ck_assert_uint_eq(hamlet_has(&h, stage_room(st, "hall"), "ring"), 1);
}
END_TEST

START_TEST(what_is_not_missing_may_be_kept)
{
	struct ent second = hamlet_give(&h, "ring", h.ana);

	stage_type(st, 0, "quit");
	ck_assert(ent_same(place_owner(w, second),
			   stage_room(st, "green"))); /* as a guest's things */
	ck_assert_uint_eq(hamlet_has(&h, stage_room(st, "hall"), "ring"), 1);
}
END_TEST

START_TEST(a_full_place_does_not_swallow_what_comes_home)
{
	struct ent hall = stage_room(st, "hall");
	size_t n = 0;

	do_most(0);
	stage_type(st, 0, "give ring to wick");
	while (!place_check(w, h.tam, hall)) {
		hamlet_give(&h, "pebble", hall);
		ck_assert_uint_lt(n++, 1000);
	}
	for (int i = 0; i < PATIENCE; i++)
		stage_tick(st);
	ck_assert_uint_eq(hamlet_has(&h, h.wick, "ring"), 1);
	ent_destroy(w, place_first(w, hall));
	for (int i = 0; i < PATIENCE; i++)
		stage_tick(st);
	ck_assert_uint_eq(hamlet_has(&h, hall, "ring"), 1);
}
END_TEST

START_TEST(regard_for_a_topic_changes_once)
{
	hamlet_tell(&h, h.wick, h.ana, "well");
	hamlet_tell(&h, h.wick, h.ana, "well");
	ck_assert_int_eq(bond_get(w, h.ana, "hamlet/wick")->regard, 5);
}
END_TEST

START_TEST(conditions_are_what_they_say)
{
	const struct pack_errand *fetch = pack_errand(st->pack, SPAN("fetch"));
	struct pack_when isnew = { .errand = fetch, .is = ERRAND_IS_NEW },
			 open = { .errand = fetch, .is = ERRAND_IS_OPEN },
			 path = { .errand = fetch, .is = ERRAND_IS_OPEN, .step = "path" },
			 hall = { .errand = fetch, .is = ERRAND_IS_OPEN, .step = "hall" },
			 done = { .errand = fetch, .is = ERRAND_IS_DONE },
			 has = { .has = pack_item(st->pack, SPAN("token")) },
			 told = { .told_npc = "wick", .told = "ring" }, met = { .met = 2 },
			 liked = { .regard = 1, .has_regard = true },
			 disliked = { .regard = -5, .has_regard = true };
	static const char wick[] = "hamlet/wick";
	struct ent box = hamlet_give(&h, "chest", h.ana);

	ck_assert(errand_when(w, h.ana, wick, NULL));
	ck_assert(errand_when(w, h.ana, wick, &isnew));
	ck_assert(!errand_when(w, h.ana, wick, &open));
	ck_assert(!errand_when(w, h.ana, wick, &told));
	hamlet_tell(&h, h.wick, h.ana, "ring");
	ck_assert(errand_when(w, h.ana, wick, &told));
	ck_assert(errand_when(w, h.ana, "hamlet/tam", &told));
	ck_assert(!errand_when(w, h.ana, "other/wick", &told));
	ck_assert(!errand_when(w, h.ben, wick, &told));
	ck_assert(errand_when(w, h.ana, wick, &isnew));
	stage_type(st, 0, "accept");
	ck_assert(!errand_when(w, h.ana, wick, &isnew));
	ck_assert(errand_when(w, h.ana, wick, &open));
	ck_assert(errand_when(w, h.ana, wick, &path));
	ck_assert(!errand_when(w, h.ana, wick, &hall));
	ck_assert(!errand_when(w, h.ana, wick, &done));
	ck_assert(!errand_when(w, h.ana, wick, &has));
	hamlet_give(&h, "token", box); /* in something that one carries */
	ck_assert(errand_when(w, h.ana, wick, &has));
	bond_meet(w, h.ana, wick);
	ck_assert(!errand_when(w, h.ana, wick, &met));
	w->tick += 7000;
	bond_meet(w, h.ana, wick);
	ck_assert(errand_when(w, h.ana, wick, &met));
	ck_assert(!errand_when(w, h.ana, wick, &liked));
	ck_assert(errand_when(w, h.ana, wick, &disliked));
	bond_regard(w, h.ana, wick, -6);
	ck_assert(!errand_when(w, h.ana, wick, &disliked));
}
END_TEST

START_TEST(the_book_has_an_end)
{
	char path[24];

	for (int i = 0; i < ERRANDS_MAX; i++) {
		snprintf(path, sizeof(path), "hamlet/taken%d", i);
		ck_assert(errands_set(w, h.ana, path, ERRAND_TAKEN, "x"));
	}
	ck_assert(!errands_set(w, h.ana, "hamlet/more", ERRAND_OFFERED, NULL));
	for (int i = 0; i < ERRANDS_MAX; i++) {
		snprintf(path, sizeof(path), "hamlet/taken%d", i);
		ck_assert(errands_set(w, h.ana, path, ERRAND_DONE, NULL));
	}
	for (int i = 0; i < 2 * ERRANDS_MAX; i++) {
		snprintf(path, sizeof(path), "hamlet/offer%d", i);
		ck_assert(errands_set(w, h.ana, path, ERRAND_OFFERED, NULL));
	}
	ck_assert_uint_eq(errands_get(w, h.ana)->n, 2 * ERRANDS_MAX);
	ck_assert_int_eq(errands_find(w, h.ana, "hamlet/taken0")->state, ERRAND_DONE);
	ck_assert_ptr_null(errands_find(w, h.ana, "hamlet/offer0"));
	ck_assert(!errands_set(w, h.wick, "hamlet/fetch", ERRAND_TAKEN, "path"));
}
END_TEST

static int load(struct ent e, const char *body)
{
	return comp_load(w, e, (struct span){ body, strlen(body) });
}

START_TEST(what_no_pack_knows_is_kept_and_means_nothing)
{
	static const char gone[] = "{\"errands\":{\"hamlet/old\":{\"state\":\"taken\",\"step\":"
				   "\"a\"},\"gone/x\":{\"state\":\"done\"}}}";
	struct ent e = ent_new(w, KIND_PLAYER);
	struct buf body = { 0 };
	enum errand_state s;
	uint32_t step;

	ck_assert_int_eq(load(e, gone), 0);
	ck_assert_ptr_null(errand_next(w, e, NULL, &s, &step));
	comp_save(w, e, &body);
	ck_assert_ptr_nonnull(memmem(buf_p(&body), body.n, gone + 1, strlen(gone) - 2));
	ck_assert_int_lt(load(e, "{\"errands\":{\"a/b\":1}}"), 0);
	ck_assert_int_lt(load(e, "{\"errands\":{\"a/b\":{\"state\":1}}}"), 0);
	ck_assert_int_lt(load(e, "{\"errands\":{\"a/b\":{\"step\":[]}}}"), 0);
	ck_assert_int_eq(load(e, "{\"errands\":{\"a/c\":{\"state\":\"paused\",\"x\":1}}}"), 0);
	ck_assert_int_eq(errands_find(w, e, "a/c")->state, ERRAND_DONE);
	ck_assert_int_eq(load(e, "{\"errands\":{\"hamlet/fetch\":{\"state\":\"taken\",\"step\":"
				 "\"renamed\"}}}"),
			 0);
	ck_assert_int_eq(errand_state(w, e, "hamlet/fetch", &step), ERRAND_TAKEN);
	ck_assert_uint_eq(step, 0);
	buf_done(&body);
	ent_destroy(w, e);
}
END_TEST

/* ---- restart ---- */

static struct ent find_npc(const char *key)
{
	return hamlet_npc(r.world, key);
}

static void line(uint64_t seq, const char *text)
{
	rig_line(&r, 1, seq, text);
	rig_ticks(&r, 1);
}

START_TEST(a_reward_is_made_in_the_same_commit_as_the_end)
{
	struct ent ana;
	const struct pack_mind *mind;
	uint64_t id, crowns = 0;

	rig_pack(&r, "tests/unit/world/hamlet");
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	ana = rig_guest(&r, 1);
	id = ent_id(r.world, ana);
	mind = npc_get(r.world, find_npc("wick"))->proto->mind;
	errand_told(r.world, find_npc("wick"), ana, &mind->topics[1]);
	line(2, "accept");
	mind = npc_get(r.world, find_npc("tam"))->proto->mind;
	errand_told(r.world, find_npc("tam"), ana, &mind->topics[0]);
	line(3, "north");
	line(4, "get ring");
	line(5, "south");
	r.prompt_store = false;
	rig_line(&r, 1, 6, "give ring to wick");
	rig_kill(&r); /* nothing of that has been */
	r.prompt_store = true;
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_attach(&r, RIG_GATEWAY, 1, 5);
	ana = ent_by_id(r.world, id);
	ck_assert_str_eq(errands_find(r.world, ana, "hamlet/fetch")->step, "ring");
	line(6, "give ring to wick");
	rig_kill(&r);
	rig_start(&r);
	ana = ent_by_id(r.world, id);
	ck_assert_int_eq(errand_state(r.world, ana, "hamlet/fetch", NULL), ERRAND_DONE);
	ck_assert_int_eq(bond_get(r.world, ana, "hamlet/wick")->regard, 20);
	for (struct ent e = ent_next(r.world, ENT_NONE); ent_is(e); e = ent_next(r.world, e)) {
		const struct item *it = item_get(r.world, e);

		crowns += it && !strcmp(it->proto->key, "crown");
	}
	ck_assert_uint_eq(crowns, 1);
	rig_ticks(&r, PATIENCE); /* the timer was stored, too */
	ck_assert(!ent_is(place_first(r.world, find_npc("wick"))));
	rig_done_with(&r);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("errand");
	TCase *tc = tcase_create("errand"), *kill = tcase_create("kill");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_topic_offers_an_errand);
	tcase_add_test(tc, nobody_accepts_what_was_not_offered);
	tcase_add_test(tc, only_the_giver_offers_and_only_when_it_may);
	tcase_add_test(tc, steps_are_done_in_order_by_facts);
	tcase_add_test(tc, what_is_reached_already_needs_no_way);
	tcase_add_test(tc, things_are_taken_only_when_they_are_wanted);
	tcase_add_test(tc, the_end_is_rewarded_once);
	tcase_add_test(tc, a_reward_that_is_too_heavy_lies_at_his_feet);
	tcase_add_test(tc, of_many_things_one_is_kept);
	tcase_add_test(tc, what_was_brought_goes_home);
	tcase_add_test(tc, nobody_leaves_the_game_with_what_an_errand_wants);
	tcase_add_test(tc, who_keeps_what_an_errand_wants_leaves_another);
	tcase_add_test(tc, what_is_not_missing_may_be_kept);
	tcase_add_test(tc, a_full_place_does_not_swallow_what_comes_home);
	tcase_add_test(tc, regard_for_a_topic_changes_once);
	tcase_add_test(tc, conditions_are_what_they_say);
	tcase_add_test(tc, the_book_has_an_end);
	tcase_add_test(tc, what_no_pack_knows_is_kept_and_means_nothing);
	tcase_add_test(kill, a_reward_is_made_in_the_same_commit_as_the_end);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, kill);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
