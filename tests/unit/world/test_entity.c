/*
 * test_entity.c - handles, components, places, and entities as JSON.
 */
#include <errno.h>
#include "rig.h"
#include "world/core/comp.h"
#include "world/core/ents.h"
#include "world/core/item.h"

static struct rig r;
static struct world *w;

static void setup(void)
{
	rig_init(&r);
	w = r.world;
}

static void teardown(void)
{
	rig_done_with(&r);
}

static struct ent thing(const char *key)
{
	return item_new(w, r.pack, pack_item(r.pack, (struct span){ key, strlen(key) }));
}

START_TEST(a_handle_goes_stale_and_never_becomes_another)
{
	struct ent a = thing("stone"), b;

	ent_destroy(w, a);
	b = thing("stone");
	ck_assert_uint_eq(a.slot, b.slot);
	ck_assert(!ent_alive(w, a));
	ck_assert(ent_alive(w, b));
	ck_assert_uint_eq(ent_id(w, a), 0);
	ck_assert_ptr_null(comp_get(w, a, COMP_ITEM));
	ck_assert_ptr_null(comp_write(w, a, COMP_ITEM));
}
END_TEST

START_TEST(ids_carry_the_world_and_tell_the_packs_things_from_those_made_in_play)
{
	uint64_t made = ent_id(w, thing("stone")), room = ent_id(w, room_start(w));

	ck_assert_uint_eq(made >> 48, 1);
	ck_assert_uint_eq(room >> 48, 1);
	ck_assert_uint_eq(made & ENT_PACK_BIT, 0);
	ck_assert_uint_ne(room & ENT_PACK_BIT, 0);
	ck_assert_uint_eq(room, ent_pack_id(1, "proving", "room", "yard"));
	ck_assert_uint_ne(room, ent_pack_id(2, "proving", "room", "yard"));
}
END_TEST

START_TEST(rows_are_collected_in_order_of_first_marking)
{
	struct ent a = thing("stone"), b = thing("box"), c = thing("stone");
	Mudlark__Commit m = MUDLARK__COMMIT__INIT;

	rig_turn(&r);
	ent_touch(w, c);
	ent_touch(w, a);
	ent_touch(w, c);
	ent_touch(w, b);
	ents_collect(w, &m);
	ck_assert_uint_eq(m.n_put, 3);
	ck_assert_uint_eq(m.put[0]->id, ent_id(w, c));
	ck_assert_uint_eq(m.put[1]->id, ent_id(w, a));
	ck_assert_uint_eq(m.put[2]->id, ent_id(w, b));
	ents_collect(w, &m);
}
END_TEST

START_TEST(what_was_never_stored_is_not_deleted_and_what_was_is)
{
	struct ent a = thing("stone"), b = thing("stone");
	uint64_t id;
	Mudlark__Commit m = MUDLARK__COMMIT__INIT;

	ent_destroy(w, a);
	rig_turn(&r);
	ck_assert_ptr_nonnull(rig_row(&r, ent_id(w, b)));
	id = ent_id(w, b);
	ent_destroy(w, b);
	ents_collect(w, &m);
	ck_assert_uint_eq(m.n_put, 0);
	ck_assert_uint_eq(m.n_del, 1);
	ck_assert_uint_eq(m.del[0], id);
}
END_TEST

START_TEST(destroying_takes_what_is_inside_along)
{
	struct ent box = thing("box"), stone = thing("stone");

	ck_assert_int_eq(place_move(w, box, room_start(w)), 0);
	ck_assert_int_eq(place_move(w, stone, box), 0);
	ent_destroy(w, box);
	ck_assert(!ent_alive(w, stone));
}
END_TEST

START_TEST(nothing_gets_into_itself)
{
	struct ent a = thing("box"), b = thing("box"), c = thing("box");

	ck_assert_int_eq(place_move(w, b, a), 0);
	ck_assert_int_eq(place_move(w, c, b), 0);
	ck_assert_int_eq(place_move(w, a, a), PLACE_LOOP);
	ck_assert_int_eq(place_move(w, a, c), PLACE_LOOP);
	ck_assert(place_inside(w, c, a));
	ck_assert(!place_inside(w, a, c));
}
END_TEST

START_TEST(boxes_in_boxes_end_somewhere)
{
	struct ent in = room_start(w), box, two;
	int n = 0, refused;

	do {
		box = thing("box");
		refused = place_move(w, box, in);
		in = refused ? in : box;
	} while (!refused && ++n < 100);
	ck_assert_int_eq(refused, PLACE_DEEP);
	ck_assert_int_eq(n, PLACE_DEPTH_MAX);
	/* Nor does a box with one in it fit where only one does. */
	two = thing("box");
	ck_assert_int_eq(place_move(w, box, two), 0);
	ck_assert_int_eq(place_move(w, two, place_owner(w, in)), PLACE_DEEP);
}
END_TEST

START_TEST(a_place_is_full_at_its_limit_but_players_always_fit)
{
	struct ent loft = ent_by_id(w, ent_pack_id(1, "proving", "room", "loft"));
	struct ent guest = rig_guest(&r, 5);

	for (int i = 0; i < PLACE_CONTENTS_MAX; i++)
		ck_assert_int_eq(place_move(w, thing("stone"), loft), 0);
	ck_assert_int_eq(place_move(w, thing("stone"), loft), PLACE_FULL);
	ck_assert_int_eq(place_move(w, guest, loft), 0);
	ck_assert_uint_eq(place_count(w, loft), PLACE_CONTENTS_MAX + 1);
}
END_TEST

START_TEST(contents_are_in_the_order_in_which_they_came)
{
	struct ent box = thing("box"), v[4];

	for (int i = 0; i < 4; i++) {
		v[i] = thing("stone");
		ck_assert_int_eq(place_move(w, v[i], box), 0);
	}
	ck_assert_int_eq(place_move(w, v[1], box), 0); /* goes to the end */
	ck_assert(ent_same(place_first(w, box), v[0]));
	ck_assert(ent_same(place_next(w, v[0]), v[2]));
	ck_assert(ent_same(place_next(w, v[2]), v[3]));
	ck_assert(ent_same(place_next(w, v[3]), v[1]));
	ck_assert(!ent_is(place_next(w, v[1])));
	ck_assert_uint_eq(place_count(w, box), 4);
}
END_TEST

START_TEST(the_order_of_contents_is_the_same_after_a_restart)
{
	struct ent box = thing("box"), first, second;
	uint64_t id = ent_id(w, box), ids[2];

	ck_assert_int_eq(place_move(w, box, room_start(w)), 0);
	second = thing("stone"); /* the lower id comes later */
	first = thing("stone");
	ck_assert_int_eq(place_move(w, first, box), 0);
	ck_assert_int_eq(place_move(w, second, box), 0);
	ids[0] = ent_id(w, first);
	ids[1] = ent_id(w, second);
	rig_turn(&r);
	rig_kill(&r);
	rig_start(&r);
	w = r.world;
	box = ent_by_id(w, id);
	ck_assert_uint_eq(place_count(w, box), 2);
	ck_assert_uint_eq(ent_id(w, place_first(w, box)), ids[0]);
	ck_assert_uint_eq(ent_id(w, place_next(w, place_first(w, box))), ids[1]);
}
END_TEST

START_TEST(weight_counts_what_is_inside)
{
	struct ent box = thing("box");

	ck_assert_int_eq(place_move(w, thing("stone"), box), 0);
	ck_assert_int_eq(place_move(w, thing("stone"), box), 0);
	ck_assert_uint_eq(place_weight(w, box), 700);
}
END_TEST

START_TEST(a_body_names_only_what_differs_from_the_default)
{
	struct ent stone = thing("stone");
	struct buf b = { 0 };

	comp_save(w, stone, &b);
	ck_assert_uint_eq(b.n, strlen("{\"item\":{\"proto\":\"proving/stone\"}}"));
	ck_assert_mem_eq(buf_p(&b), "{\"item\":{\"proto\":\"proving/stone\"}}", b.n);
	buf_done(&b);
}
END_TEST

START_TEST(a_player_survives_saving_and_loading)
{
	static const char body[] =
		"{\"name\":{\"own\":\"Ana\"},\"place\":{\"order\":7},\"actor\":{\"pronoun\":"
		"\"she\","
		"\"hp\":3},\"player\":{\"account\":\"0000000000000009\",\"role\":\"builder\","
		"\"room\":\"0001800000000005\",\"title\":\"of \\\"the\\\" {deep}\"}}";
	struct ent e = ent_new(w, KIND_PLAYER);
	struct buf b = { 0 };

	ck_assert_int_eq(comp_load(w, e, (struct span){ body, strlen(body) }), 0);
	ck_assert_str_eq(player_get(w, e)->title, "of \"the\" {deep}");
	ck_assert_int_eq(player_get(w, e)->role, ROLE_BUILDER);
	ck_assert(ent_same(player_by_name(w, SPAN("aNa")), e));
	comp_save(w, e, &b);
	buf_addc(&b, 0);
	ck_assert_str_eq(buf_p(&b), body);
	buf_done(&b);
}
END_TEST

START_TEST(an_unknown_member_is_counted_and_a_wrong_type_refused)
{
	static const char *const bad[] = {
		"{\"player\":{\"account\":9}}",
		"{\"player\":{\"account\":\"9\"}}",
		"{\"actor\":{\"hp\":1.5}}",
		"{\"player\":7}",
		"[]",
		"{\"actor\":{\"hp\":1,\"hp\":2}}",
		"{\"player\":{\"guest\":\"yes\"}}",
		"",
	};
	static const char odd[] = "{\"wings\":{\"n\":2},\"actor\":{\"hp\":3,\"mood\":1}}";
	struct ent e = ent_new(w, KIND_PLAYER);
	uint64_t before = w->stats.load_troubles;

	ck_assert_int_eq(comp_load(w, e, (struct span){ odd, strlen(odd) }), 0);
	ck_assert_uint_eq(w->stats.load_troubles, before + 2);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_int_lt(comp_load(w, e, (struct span){ bad[i], strlen(bad[i]) }), 0);
}
END_TEST

START_TEST(a_thing_whose_prototype_is_gone_keeps_its_row)
{
	static const char body[] = "{\"item\":{\"proto\":\"proving/unicorn\"}}";
	Mudlark__EntityRow row = MUDLARK__ENTITY_ROW__INIT;
	struct buf b = { 0 };
	struct ent e;

	row.id = (uint64_t)1 << 48 | 9999;
	row.kind = "item";
	row.body = (ProtobufCBinaryData){ .len = strlen(body), .data = (uint8_t *)(uintptr_t)body };
	ck_assert_int_eq(ents_load(w, &row, &e), 0);
	ck_assert_str_eq(name_of(w, e), "something");
	ck_assert_int_eq(item_flags(w, e), 0);
	comp_save(w, e, &b);
	buf_addc(&b, 0);
	ck_assert_str_eq(buf_p(&b), body);
	buf_done(&b);
	ck_assert_int_eq(ents_load(w, &row, &e), -EEXIST);
}
END_TEST

START_TEST(what_lost_its_owner_is_found_where_characters_begin)
{
	struct ent box = thing("box"), stone = thing("stone");
	uint64_t id = ent_id(w, stone);

	ck_assert_int_eq(place_move(w, box, room_start(w)), 0);
	ck_assert_int_eq(place_move(w, stone, box), 0);
	rig_turn(&r);
	rig_row(&r, id)->owner = (uint64_t)1 << 48 | ENT_PACK_BIT | 77; /* a room that is gone */
	rig_kill(&r);
	rig_start(&r);
	ck_assert(ent_same(place_owner(r.world, ent_by_id(r.world, id)), room_start(r.world)));
}
END_TEST

START_TEST(spawn_points_are_used_once_in_the_life_of_a_world)
{
	struct ent yard = room_start(w);
	uint32_t n = place_count(w, yard);

	ck_assert_uint_eq(n, 5);
	ent_destroy(w, place_first(w, yard));
	rig_turn(&r);
	rig_kill(&r);
	rig_start(&r);
	ck_assert_uint_eq(place_count(r.world, room_start(r.world)), n - 1);
}
END_TEST

START_TEST(players_are_found_by_name_or_the_beginning_of_one)
{
	struct ent ana = ent_new(w, KIND_PLAYER), anton = ent_new(w, KIND_PLAYER);

	name_set(w, ana, "Ana");
	name_set(w, anton, "Anton");
	ck_assert(ent_same(player_find(w, SPAN("ant"), ENT_NONE), anton));
	ck_assert(ent_same(player_find(w, SPAN("ana"), ENT_NONE), ana));
	ck_assert(!ent_is(player_find(w, SPAN("an"), ENT_NONE)));
	ck_assert(ent_same(player_find(w, SPAN("an"), ana), anton)); /* nobody means himself */
	ck_assert(ent_same(player_find(w, SPAN("ana"), ana), ana));
	ck_assert(!ent_is(player_find(w, SPAN(""), ENT_NONE)));
	name_set(w, anton, "Berta");
	ck_assert(!ent_is(player_find(w, SPAN("anton"), ENT_NONE)));
	ent_destroy(w, ana);
	ck_assert(!ent_is(player_by_name(w, SPAN("ana"))));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("entity");
	TCase *c = tcase_create("entity");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_handle_goes_stale_and_never_becomes_another);
	tcase_add_test(c, ids_carry_the_world_and_tell_the_packs_things_from_those_made_in_play);
	tcase_add_test(c, rows_are_collected_in_order_of_first_marking);
	tcase_add_test(c, what_was_never_stored_is_not_deleted_and_what_was_is);
	tcase_add_test(c, destroying_takes_what_is_inside_along);
	tcase_add_test(c, nothing_gets_into_itself);
	tcase_add_test(c, boxes_in_boxes_end_somewhere);
	tcase_add_test(c, a_place_is_full_at_its_limit_but_players_always_fit);
	tcase_add_test(c, contents_are_in_the_order_in_which_they_came);
	tcase_add_test(c, the_order_of_contents_is_the_same_after_a_restart);
	tcase_add_test(c, weight_counts_what_is_inside);
	tcase_add_test(c, a_body_names_only_what_differs_from_the_default);
	tcase_add_test(c, a_player_survives_saving_and_loading);
	tcase_add_test(c, an_unknown_member_is_counted_and_a_wrong_type_refused);
	tcase_add_test(c, a_thing_whose_prototype_is_gone_keeps_its_row);
	tcase_add_test(c, what_lost_its_owner_is_found_where_characters_begin);
	tcase_add_test(c, spawn_points_are_used_once_in_the_life_of_a_world);
	tcase_add_test(c, players_are_found_by_name_or_the_beginning_of_one);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
