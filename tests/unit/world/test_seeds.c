/*
 * test_seeds.c - a large pack is put into place in bounded commits, each thing once, wherever the
 * world dies meanwhile.
 */
#include "rig.h"

#include <unistd.h>
#include "world/core/ents.h"
#include "world/core/seeds.h"

enum { ROOMS = 120, THINGS = 80, HELD = 20, SPAWNS = ROOMS * (THINGS + HELD) };

static struct rig r;
static char dir[] = "/tmp/mudlark-seeds-XXXXXX";

static FILE *file(const char *name)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	return f;
}

static void write_things(FILE *f, int room)
{
	fprintf(f, "  room%d:\n    name: A Room\n    look: Plain.\n    exits:\n", room);
	if (room)
		fprintf(f, "      south: room%d\n", room - 1);
	if (room < ROOMS - 1)
		fprintf(f, "      north: room%d\n", room + 1);
	fprintf(f, "    things:\n");
	for (int i = 0; i < THINGS - 1; i++)
		fprintf(f, "      - { item: stone, key: stone%d }\n", i);
	fprintf(f, "      - item: box\n        holds:\n");
	for (int i = 0; i < HELD; i++)
		fprintf(f, "          - { item: stone, key: stone%d }\n", i);
}

/* A pack of SPAWNS spawn points; in each room the last thing is a box with some of them. */
static void write_pack(void)
{
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	f = file("pack.yaml");
	fprintf(f, "name: large\nversion: 0.1.0\nlicence: MIT\ncredits: [nobody]\n"
		   "depends: []\nstart: room0\nbanner: Large.\n");
	fclose(f);
	f = file("things.yaml");
	fprintf(f, "area:\n  key: all\n  name: All\nitems:\n"
		   "  stone:\n    name: a stone\n    plural: stones\n    words: [stone]\n"
		   "    here: A stone.\n    look: Grey.\n    weight: 1\n"
		   "  box:\n    name: a box\n    plural: boxes\n    words: [box]\n"
		   "    here: A box.\n    look: Tin.\n    weight: 1\n    holds: 50\n"
		   "rooms:\n");
	for (int room = 0; room < ROOMS; room++)
		write_things(f, room);
	fclose(f);
}

static void remove_pack(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/pack.yaml", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/things.yaml", dir);
	unlink(path);
	rmdir(dir);
}

static void setup(void)
{
	write_pack();
	rig_pack(&r, dir);
	ck_assert_uint_eq(r.pack->n_spawns, SPAWNS);
}

static void teardown(void)
{
	rig_done_with(&r);
	remove_pack();
}

/* Every room has its things, every box what is in it, and nothing is anywhere else. */
static void check_all(void)
{
	size_t n = 0;

	for (struct ent e = ent_next(r.world, ENT_NONE); ent_is(e); e = ent_next(r.world, e)) {
		if (ent_kind(r.world, e) == KIND_ROOM)
			ck_assert_uint_eq(place_count(r.world, e), THINGS);
		else if (!strcmp(name_of(r.world, e), "a box"))
			ck_assert_uint_eq(place_count(r.world, e), HELD);
		n += ent_kind(r.world, e) == KIND_ITEM;
	}
	ck_assert_uint_eq(n, SPAWNS);
}

START_TEST(a_large_pack_is_seeded_in_bounded_commits_and_once)
{
	rig_start(&r);
	check_all();
	ck_assert_uint_gt(r.batch, SPAWNS / SEEDS_STEP);
	ck_assert_uint_lt(r.largest, COMMIT_SOFT);
	ck_assert_uint_eq(r.world->stats.facts_refused, 0);
	for (size_t i = 0; i < r.n_documents; i++)
		ck_assert_uint_lt(r.documents[i]->body.len, 200 * 1024);
	rig_kill(&r);
	rig_start(&r);
	check_all();
	ck_assert_uint_eq(r.n_rows, SPAWNS);
}
END_TEST

START_TEST(a_world_that_dies_while_it_is_seeded_goes_on_where_it_was)
{
	const size_t kept = (size_t)_i;

	/* Twice in a row: in the first life and in the one that went on. */
	r.prompt_store = false;
	for (int life = 0; life < 2; life++) {
		rig_start(&r);
		check_all();
		ck_assert_uint_gt(r.n_waiting, kept);
		for (size_t i = 0; i < kept; i++)
			rig_apply(&r, r.waiting[i]);
		rig_kill(&r);
	}
	r.prompt_store = true;
	rig_start(&r);
	check_all();
	ck_assert_uint_eq(r.n_rows, SPAWNS);
}
END_TEST

START_TEST(what_a_builder_adds_later_is_all_that_comes)
{
	struct pack *pack = r.pack;
	struct pack_spawn *one = (struct pack_spawn *)(uintptr_t)&pack->spawns[0];
	const char *key = one->key;

	one->key = "room0/before";
	rig_start(&r);
	rig_kill(&r);
	one->key = key;
	rig_start(&r);
	ck_assert_uint_eq(place_count(r.world, room_start(r.world)), THINGS + 1);
	ck_assert_uint_eq(r.n_rows, SPAWNS + 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("seeds");
	TCase *c = tcase_create("seeds");
	SRunner *run;
	int failed;

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_large_pack_is_seeded_in_bounded_commits_and_once);
	tcase_add_loop_test(c, a_world_that_dies_while_it_is_seeded_goes_on_where_it_was, 0, 12);
	tcase_add_test(c, what_a_builder_adds_later_is_all_that_comes);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
