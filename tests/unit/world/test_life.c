/*
 * test_life.c - the people of the world do small things by themselves, and the same again from the
 * same seed.
 */
#include "rig.h"
#include "stage.h"

#include "world/core/npc.h"
#include "world/core/timers.h"

enum { TICKS = 20 * 60 * 10 /* twenty minutes */, CROWD = 2000 };

static struct stage st;

static void open_world(char *life)
{
	stage_open_with(&st, "world/packs/foreshore", life);
	stage_enter(&st, "Ana");
	stage_put(&st, stage_ent(&st, 0), "strand");
}

static struct ent npc(const char *key)
{
	for (struct ent e = ent_next(st.world, ENT_NONE); ent_is(e); e = ent_next(st.world, e)) {
		const struct npc *n = npc_get(st.world, e);

		if (n && n->proto && !strcmp(n->proto->key, key))
			return e;
	}
	ck_abort_msg("no %s", key);
	return ENT_NONE;
}

static size_t run(struct buf *all)
{
	size_t lines = 0;

	for (int i = 0; i < TICKS; i++) {
		const char *heard;

		stage_tick(&st);
		heard = stage_heard(&st, 0);
		lines += *heard != 0;
		buf_adds(all, heard);
	}
	buf_addc(all, 0);
	return lines;
}

START_TEST(people_mutter_to_who_is_there)
{
	struct buf all = { 0 };
	size_t n;

	open_world("life=1");
	n = run(&all);
	ck_assert_uint_ge(n, 20 * 60 / 150 - 1);
	ck_assert_uint_le(n, 20 * 60 / 50 + 1);
	ck_assert_ptr_nonnull(strstr(buf_p(&all), "Nan Marrable"));
	ck_assert_ptr_null(strstr(buf_p(&all), "heron"));
	buf_done(&all);
	stage_close(&st);
}
END_TEST

START_TEST(without_life_nobody_stirs)
{
	struct buf all = { 0 };

	open_world("life=0");
	ck_assert_uint_eq(run(&all), 0);
	buf_done(&all);
	stage_close(&st);
}
END_TEST

START_TEST(who_wanders_stays_in_the_area)
{
	const struct pack_area *area;
	struct ent cat, at;
	size_t moves = 0;

	open_world("life=1");
	cat = npc("cat");
	at = place_room(st.world, cat);
	area = room_get(st.world, at)->def->area;
	for (int i = 0; i < TICKS; i++) {
		stage_tick(&st);
		moves += !ent_same(at, place_room(st.world, cat));
		at = place_room(st.world, cat);
		ck_assert_ptr_eq(room_get(st.world, at)->def->area, area);
	}
	ck_assert_uint_ge(moves, 3);
	stage_close(&st);
}
END_TEST

START_TEST(the_same_seed_is_the_same_life)
{
	struct buf first = { 0 }, second = { 0 };
	uint64_t hash;

	open_world("life=1");
	run(&first);
	hash = world_hash(st.world, NULL);
	stage_close(&st);
	open_world("life=1");
	run(&second);
	ck_assert_str_eq(buf_p(&first), buf_p(&second));
	ck_assert(hash == world_hash(st.world, NULL));
	stage_close(&st);
	buf_done(&first);
	buf_done(&second);
}
END_TEST

static const struct pack_npc *find_proto(const struct pack *p, const char *key)
{
	return pack_npc(p, (struct span){ key, strlen(key) });
}

START_TEST(thousands_share_one_timer_and_all_have_their_turn)
{
	static struct ent cats[CROWD], homes[CROWD];
	struct buf timers = { 0 };
	struct ent room = ENT_NONE;
	size_t moved = 0;

	open_world("life=1");
	for (size_t i = 0; i < CROWD; i++) {
		do {
			room = ent_next(st.world, room);
		} while (ent_kind(st.world, room) != KIND_ROOM);
		cats[i] = npc_new(st.world, st.pack, find_proto(st.pack, "cat"));
		homes[i] = room;
		ck_assert_int_eq(place_move(st.world, cats[i], room), 0);
		if (room.slot + 1 >= st.pack->n_rooms)
			room = ENT_NONE;
	}
	for (int i = 0; i < TICKS / 2; i++)
		stage_tick(&st);
	for (size_t i = 0; i < CROWD; i++)
		moved += !ent_same(homes[i], place_room(st.world, cats[i]));
	ck_assert_uint_gt(moved, CROWD / 2);
	timers_save(st.world, &timers);
	ck_assert_uint_lt(timers.n, 200);
	buf_done(&timers);
	stage_close(&st);
}
END_TEST

/* How many there are in the store. */
static size_t stored_timers(const struct rig *r)
{
	const char *p = (const char *)r->state->timers.data, *end = p + r->state->timers.len;
	size_t n = 0;

	while ((p = memmem(p, (size_t)(end - p), "\"life\"", 6))) {
		n++;
		p++;
	}
	return n;
}

START_TEST(a_restart_neither_doubles_nor_stops_life)
{
	static struct rig r;

	rig_pack(&r, "world/packs/foreshore");
	r.life = true;
	for (int life = 0; life < 3; life++) {
		uint64_t before;

		if (life)
			rig_kill(&r);
		rig_start(&r);
		before = r.batch;
		rig_ticks(&r, 1000);
		ck_assert_uint_gt(r.batch, before + 3);
		ck_assert_uint_eq(stored_timers(&r), 1);
	}
	rig_done_with(&r);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("life");
	TCase *tc = tcase_create("life");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, people_mutter_to_who_is_there);
	tcase_add_test(tc, without_life_nobody_stirs);
	tcase_add_test(tc, who_wanders_stays_in_the_area);
	tcase_add_test(tc, the_same_seed_is_the_same_life);
	tcase_add_test(tc, thousands_share_one_timer_and_all_have_their_turn);
	tcase_add_test(tc, a_restart_neither_doubles_nor_stops_life);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
