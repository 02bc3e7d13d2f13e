/*
 * test_bond.c - what people make of a player is counted, bounded, stored and forgotten.
 */
#include "hamlet_rig.h"

#include "world/core/comp.h"
#include "world/core/ents.h"

static struct hamlet h;
static struct world *w;
static const char wick[] = "hamlet/wick";

static void setup(void)
{
	hamlet_open(&h);
	w = h.st.world;
}

static void teardown(void)
{
	hamlet_close(&h);
}

static void remember(const char *npc, const char *text)
{
	bond_remember(w, h.ana, npc, (struct span){ text, strlen(text) });
}

START_TEST(strangers_have_no_bond)
{
	ck_assert_ptr_null(bond_get(w, h.ana, wick));
	ck_assert(!bond_was_told(w, h.ana, wick, "ring"));
	ck_assert(!bond_gave(w, h.ana, wick, "token"));
	ck_assert_uint_eq(bond_met_before(w, h.ana, wick), 0);
	ck_assert_uint_eq(bond_forget(w, h.ana, NULL), 0);
	bond_meet(w, h.wick, wick); /* not a player */
	ck_assert_ptr_null(bond_get(w, h.wick, wick));
}
END_TEST

START_TEST(a_conversation_counts_once)
{
	bond_meet(w, h.ana, wick);
	w->tick += 5999; /* not quite ten minutes */
	bond_meet(w, h.ana, wick);
	ck_assert_uint_eq(bond_get(w, h.ana, wick)->met, 1);
	ck_assert_uint_eq(bond_met_before(w, h.ana, wick), 0);
	w->tick += 6000;
	ck_assert_uint_eq(bond_met_before(w, h.ana, wick), 1);
	bond_meet(w, h.ana, wick);
	ck_assert_uint_eq(bond_get(w, h.ana, wick)->met, 2);
	ck_assert_uint_eq(bond_met_before(w, h.ana, wick), 1);
}
END_TEST

START_TEST(regard_has_bounds)
{
	bond_regard(w, h.ana, wick, 0);
	ck_assert_ptr_null(bond_get(w, h.ana, wick));
	bond_regard(w, h.ana, wick, INT32_MAX);
	ck_assert_int_eq(bond_get(w, h.ana, wick)->regard, BOND_REGARD_MAX);
	bond_regard(w, h.ana, wick, INT32_MIN);
	ck_assert_int_eq(bond_get(w, h.ana, wick)->regard, -BOND_REGARD_MAX);
}
END_TEST

START_TEST(memories_are_clean_short_and_few)
{
	char text[400] = "x\x1b[31my\xe2\x80\xae z\n ";

	remember(wick, text);
	ck_assert_str_eq(bond_get(w, h.ana, wick)->memories[0], "x[31my z");
	remember(wick, "x[31my z");
	remember(wick, " \t ");
	ck_assert_ptr_null(bond_get(w, h.ana, wick)->memories[1]);
	memset(text, 'm', sizeof(text) - 1);
	for (int i = 0; i < BOND_MEMORIES; i++) {
		text[0] = (char)('a' + i);
		remember(wick, text);
	}
	ck_assert_uint_eq(strlen(bond_get(w, h.ana, wick)->memories[0]), BOND_MEMORY_MAX);
	ck_assert_int_eq(*bond_get(w, h.ana, wick)->memories[0], 'a');
	ck_assert_int_eq(*bond_get(w, h.ana, wick)->memories[BOND_MEMORIES - 1],
			 'a' + BOND_MEMORIES - 1);
}
END_TEST

START_TEST(what_was_told_and_given_is_kept_in_mind)
{
	char item[8];

	bond_told(w, h.ana, wick, "ring");
	bond_told(w, h.ana, wick, "ring");
	ck_assert(bond_was_told(w, h.ana, wick, "ring"));
	ck_assert_ptr_null(bond_get(w, h.ana, wick)->told[1]);
	ck_assert(!bond_was_told(w, h.ben, wick, "ring"));
	for (int i = 0; i < BOND_MEMORIES; i++) {
		snprintf(item, sizeof(item), "i%d", i);
		ck_assert(!bond_gave(w, h.ana, wick, item));
		bond_note_gift(w, h.ana, wick, item);
		ck_assert(bond_gave(w, h.ana, wick, item));
	}
	ck_assert(bond_gave(w, h.ana, wick, "one more"));
}
END_TEST

START_TEST(forgetting_takes_memories_and_regard_only)
{
	remember(wick, "owes me a ring");
	bond_told(w, h.ana, wick, "ring");
	bond_regard(w, h.ana, wick, 7);
	remember("hamlet/tam", "is kind");
	ck_assert_uint_eq(bond_forget(w, h.ana, "hamlet/nobody"), 0);
	ck_assert_uint_eq(bond_forget(w, h.ana, NULL), 2);
	ck_assert_ptr_null(bond_get(w, h.ana, "hamlet/tam"));
	ck_assert_int_eq(bond_get(w, h.ana, wick)->regard, 0);
	ck_assert_ptr_null(bond_get(w, h.ana, wick)->memories[0]);
	ck_assert(bond_was_told(w, h.ana, wick, "ring"));
	ck_assert_uint_eq(bond_forget(w, h.ana, NULL), 0);
}
END_TEST

START_TEST(who_was_not_met_for_longest_is_forgotten_first)
{
	char npc[16];

	for (int i = 0; i <= BONDS_MAX; i++) {
		w->tick += 10;
		snprintf(npc, sizeof(npc), "hamlet/n%d", i);
		bond_meet(w, h.ana, npc);
		if (i == 2)
			bond_meet(w, h.ana, "hamlet/n0");
	}
	ck_assert_ptr_nonnull(bond_get(w, h.ana, "hamlet/n0"));
	ck_assert_ptr_null(bond_get(w, h.ana, "hamlet/n1"));
	ck_assert_ptr_nonnull(bond_get(w, h.ana, npc));
}
END_TEST

static void fill(void)
{
	char npc[16], text[BOND_MEMORY_MAX + 1];

	memset(text, '"', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	for (int i = 0; i < BONDS_MAX; i++) {
		snprintf(npc, sizeof(npc), "hamlet/n%d", i);
		w->tick++;
		bond_meet(w, h.ana, npc);
		for (int k = 0; k < BOND_MEMORIES; k++) {
			text[0] = (char)('a' + k);
			remember(npc, text);
		}
	}
}

START_TEST(a_row_stays_small_and_is_counted)
{
	struct buf body = { 0 };
	size_t before;

	fill();
	stage_tick(&h.st);
	comp_save(w, h.ana, &body);
	ck_assert_uint_gt(body.n, BONDS_BYTES / 2);
	ck_assert_uint_lt(body.n, 2 * BONDS_BYTES + 4096);
	ck_assert_ptr_nonnull(bond_get(w, h.ana, "hamlet/n63")->memories[BOND_MEMORIES - 1]);
	ck_assert_ptr_null(bond_get(w, h.ana, "hamlet/n0")->memories[0]);
	before = ents_estimate(w);
	ent_touch(w, h.ana);
	ck_assert_uint_gt(ents_estimate(w), before + BONDS_BYTES / 2);
	ent_touch(w, h.ana);
	ck_assert_uint_lt(ents_estimate(w), before + 2 * BONDS_BYTES);
	buf_done(&body);
}
END_TEST

START_TEST(what_was_told_and_given_outlives_all_that_is_forgotten)
{
	bond_regard(w, h.ana, wick, 5);
	ck_assert(bond_told(w, h.ana, wick, "ring"));
	bond_note_gift(w, h.ana, wick, "token");
	fill(); /* so many others, and so much of them */
	bond_meet(w, h.ana, "hamlet/more");
	ck_assert_ptr_null(bond_get(w, h.ana, "hamlet/n0"));
	ck_assert_int_eq(bond_get(w, h.ana, wick)->regard, 0); /* it is forgotten */
	ck_assert(!bond_told(w, h.ana, wick, "ring"));
	ck_assert(bond_gave(w, h.ana, wick, "token"));
	bond_meet(w, h.ana, wick);
	ck_assert_uint_eq(bond_get(w, h.ana, wick)->met, 1);
	ck_assert(bond_gave(w, h.ana, wick, "token"));
}
END_TEST

START_TEST(what_cannot_be_kept_for_ever_is_not_told_or_given)
{
	char npc[24], topic[24];
	size_t n = 0;

	for (;; n++) {
		snprintf(npc, sizeof(npc), "hamlet/n%zu", n / 60);
		snprintf(topic, sizeof(topic), "a topic number %zu", n);
		ck_assert_uint_lt(n, 2 * BONDS_KEPT_BYTES / strlen(topic));
		if (!bond_told(w, h.ana, npc, topic))
			break;
	}
	ck_assert_uint_gt(n, 1000);
	ck_assert(bond_gave(w, h.ana, wick, "token")); /* nothing more, from anybody */
	bond_note_gift(w, h.ana, wick, "token");
	ck_assert_ptr_null(bond_get(w, h.ana, wick));
	ck_assert(!bond_told(w, h.ana, "hamlet/n0", "a topic number 0"));
	for (size_t i = 0; i < n; i++) {
		snprintf(npc, sizeof(npc), "hamlet/n%zu", i / 60);
		snprintf(topic, sizeof(topic), "a topic number %zu", i);
		ck_assert(bond_was_told(w, h.ana, npc, topic));
	}
	ck_assert(!bond_gave(w, h.ben, wick, "token"));
}
END_TEST

static int load(struct ent e, const char *body)
{
	return comp_load(w, e, (struct span){ body, strlen(body) });
}

START_TEST(a_stored_bond_comes_back_as_it_was)
{
	struct buf first = { 0 }, second = { 0 };
	struct ent twin = ent_new(w, KIND_PLAYER);

	bond_meet(w, h.ana, wick);
	bond_regard(w, h.ana, wick, -3);
	remember(wick, "said \"no\" {twice}");
	bond_told(w, h.ana, wick, "ring");
	bond_note_gift(w, h.ana, wick, "token");
	bond_meet(w, h.ana, "gone/nobody"); /* of a pack that is not there any more */
	comp_save(w, h.ana, &first);
	ck_assert_ptr_nonnull(memmem(buf_p(&first), first.n, "\"bonds\":{\"hamlet/wick\"", 22));
	ck_assert_int_eq(comp_load(w, twin, buf_span(&first)), 0);
	comp_save(w, twin, &second);
	ck_assert_uint_eq(first.n, second.n);
	ck_assert_mem_eq(buf_p(&first), buf_p(&second), first.n);
	ck_assert_str_eq(bond_get(w, twin, wick)->memories[0], "said \"no\" {twice}");
	buf_done(&first);
	buf_done(&second);
	ent_destroy(w, twin);
}
END_TEST

START_TEST(wrong_types_are_refused_and_new_members_passed_over)
{
	static const char *const bad[] = {
		"{\"bonds\":{\"a/b\":1}}",
		"{\"bonds\":{\"a/b\":{\"met\":-1}}}",
		"{\"bonds\":{\"a/b\":{\"met\":1.5}}}",
		"{\"bonds\":{\"a/b\":{\"regard\":\"high\"}}}",
		"{\"bonds\":{\"a/b\":{\"memories\":\"one\"}}}",
		"{\"bonds\":{\"a/b\":{\"told\":[1]}}}",
		"{\"bonds\":{\"a/b\":{\"last\":-5}}}",
	};
	struct ent e = ent_new(w, KIND_PLAYER);
	uint64_t troubles = w->stats.load_troubles;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(load(e, bad[i]) < 0, "%s", bad[i]);
	ck_assert_int_eq(load(e, "{\"bonds\":{\"a/c\":{\"met\":2,\"regard\":900,\"mood\":1}}}"), 0);
	ck_assert_uint_eq(w->stats.load_troubles, troubles + 1);
	ck_assert_uint_eq(bond_get(w, e, "a/c")->met, 2);
	ck_assert_int_eq(bond_get(w, e, "a/c")->regard, BOND_REGARD_MAX);
	ent_destroy(w, e);
}
END_TEST

START_TEST(a_bond_is_part_of_the_hash)
{
	uint64_t before = world_hash(w, NULL);

	bond_regard(w, h.ana, wick, 1);
	ck_assert(before != world_hash(w, NULL));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bond");
	TCase *tc = tcase_create("bond");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, strangers_have_no_bond);
	tcase_add_test(tc, a_conversation_counts_once);
	tcase_add_test(tc, regard_has_bounds);
	tcase_add_test(tc, memories_are_clean_short_and_few);
	tcase_add_test(tc, what_was_told_and_given_is_kept_in_mind);
	tcase_add_test(tc, forgetting_takes_memories_and_regard_only);
	tcase_add_test(tc, who_was_not_met_for_longest_is_forgotten_first);
	tcase_add_test(tc, a_row_stays_small_and_is_counted);
	tcase_add_test(tc, what_was_told_and_given_outlives_all_that_is_forgotten);
	tcase_add_test(tc, what_cannot_be_kept_for_ever_is_not_told_or_given);
	tcase_add_test(tc, a_stored_bond_comes_back_as_it_was);
	tcase_add_test(tc, wrong_types_are_refused_and_new_members_passed_over);
	tcase_add_test(tc, a_bond_is_part_of_the_hash);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
