/*
 * test_talk.c - conversations as they are stored.
 */
#include "aibridge/talk.h"

#include <jansson.h>
#include <stdio.h>

#include "ask_rig.h"

static void add(struct arena *a, struct talk *t, const char *p, const char *n, const char *topic,
		size_t keep)
{
	const struct talk_turn turn = { rig_span(p), rig_span(n), rig_span(topic),
					t->at_ms + 1000 };

	talk_add(a, t, &turn, keep);
}

static void same(struct span got, const char *text)
{
	ck_assert_msg(got.n == strlen(text) && memcmp(got.p, text, got.n) == 0, "got \"%.*s\"",
		      (int)got.n, got.p);
}

START_TEST(keys_of_a_character_begin_alike)
{
	char key[TALK_KEY_MAX];

	talk_key(key, 0x10000000004d2, "foreshore/marrable");
	ck_assert_str_eq(key, "00010000000004d2/foreshore/marrable");
}
END_TEST

START_TEST(a_conversation_comes_back_as_it_was_saved)
{
	struct arena a;
	struct talk t, back;
	struct buf body = { 0 };

	arena_init(&a, 1 << 20);
	ck_assert(talk_load(&a, SPAN(""), &t));
	ck_assert_uint_eq(t.n_turns, 0);
	add(&a, &t, "", "Hello \"you\".", "", 2);
	add(&a, &t, "the tide?", "It turns. Twice.", "tide", 2);
	add(&a, &t, "the lamps?\n\x1b[1m", "Somebody.", "lamps", 2);
	add(&a, &t, "the tide again", "It turned.", "tide", 2);
	talk_save(&t, "Ana \"A\"", &body);
	ck_assert(talk_load(&a, buf_span(&body), &back));
	ck_assert_uint_eq(back.n_turns, 2);
	ck_assert_uint_eq(back.count, 4);
	ck_assert_int_eq(back.since_ms, 1000);
	ck_assert_int_eq(back.at_ms, 4000);
	same(back.turns[0].player, "the lamps? [1m");
	same(back.turns[1].npc, "It turned.");
	same(back.turns[1].topic, "tide");
	ck_assert_int_eq(back.turns[1].at_ms, 4000);
	same(back.older, "- Greeted: Hello \"you\".\n- Asked: the tide? Answered: It turns.");
	ck_assert_uint_eq(talk_told(&back, "tide"), 2);
	ck_assert_uint_eq(talk_told(&back, "lamps"), 1);
	ck_assert_uint_eq(talk_told(&back, "mud"), 0);
	ck_assert_uint_eq(talk_rough(&back), 2);
	buf_done(&body);
	arena_done(&a);
}
END_TEST

START_TEST(the_oldest_is_dropped_first)
{
	struct arena a;
	struct talk t;
	char line[64];

	arena_init(&a, 8 << 20);
	ck_assert(talk_load(&a, SPAN(""), &t));
	for (int i = 0; i < 100; i++) {
		snprintf(line, sizeof(line), "Question number %d, if you please? More.", i);
		add(&a, &t, line, "An answer. And more of it.", line, 0);
		ck_assert_uint_eq(t.n_turns, 0);
		ck_assert_uint_le(t.older.n, TALK_OLDER_MAX);
	}
	ck_assert(rig_has(t.older, SPAN("number 99,")));
	ck_assert(!rig_has(t.older, SPAN("number 0,")));
	ck_assert(!rig_has(t.older, SPAN("ore.")));
	ck_assert_int_eq(t.older.p[0], '-');
	ck_assert_uint_eq(t.n_told, TALK_TOLD_MAX);
	ck_assert_uint_eq(talk_told(&t, line), 1);
	ck_assert_uint_eq(t.count, 100);
	arena_done(&a);
}
END_TEST

START_TEST(at_most_forty_turns_are_kept)
{
	struct arena a;
	struct talk t;

	arena_init(&a, 8 << 20);
	ck_assert(talk_load(&a, SPAN(""), &t));
	for (int i = 0; i < 100; i++)
		add(&a, &t, "p", "n", "", 1000);
	ck_assert_uint_eq(t.n_turns, TALK_TURNS_MAX);
	arena_done(&a);
}
END_TEST

START_TEST(long_texts_are_cut)
{
	struct buf text = { 0 };
	struct arena a;
	struct talk t;

	arena_init(&a, 1 << 20);
	ck_assert(talk_load(&a, SPAN(""), &t));
	for (int i = 0; i < 3000; i++)
		buf_adds(&text, "\xc3\xa9");
	buf_addc(&text, 0);
	add(&a, &t, buf_p(&text), buf_p(&text), "", 4);
	ck_assert_uint_eq(t.turns[0].player.n, TALK_TEXT_MAX);
	ck_assert_uint_eq(t.turns[0].npc.n, TALK_TEXT_MAX);
	buf_done(&text);
	arena_done(&a);
}
END_TEST

START_TEST(a_models_summary_takes_the_place_of_rough_lines)
{
	struct arena a;
	struct talk t;

	arena_init(&a, 1 << 20);
	ck_assert(talk_load(&a, SPAN(""), &t));
	add(&a, &t, "the tide?", "It turns.", "", 0);
	ck_assert_uint_eq(talk_rough(&t), 1);
	talk_set_older(&a, &t, SPAN("- They spoke of the tide. - Ana was kind.\nShe left."));
	ck_assert_uint_eq(talk_rough(&t), 0);
	same(t.older, "They spoke of the tide. - Ana was kind.\nShe left.");
	add(&a, &t, "the mud?", "It stays.", "", 0);
	ck_assert_uint_eq(talk_rough(&t), 1);
	arena_done(&a);
}
END_TEST

START_TEST(what_is_malformed_is_an_empty_conversation)
{
	static const char *const bodies[] = {
		"{",
		"[]",
		"null",
		"{\"turns\":{}}",
		"{\"turns\":[1]}",
		"{\"turns\":[{\"p\":1}]}",
		"{\"turns\":[{\"p\":\"a\",\"n\":\"b\",\"at\":\"x\"}]}",
		"{\"count\":-1}",
		"{\"count\":1,\"count\":2}",
		"{\"told\":[{\"t\":[]}]}",
		"{\"told\":3}",
		"{\"older\":7}",
		"{\"older\":\"\\u0000\"}",
		"{\"turns\":[{\"p\":\"\xff\"}]}",
	};
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct talk t;

		ck_assert_msg(!talk_load(&a, rig_span(bodies[i]), &t), "%s", bodies[i]);
		ck_assert_uint_eq(t.n_turns, 0);
		ck_assert_uint_eq(t.count, 0);
		ck_assert_uint_eq(t.older.n, 0);
	}
	arena_done(&a);
}
END_TEST

START_TEST(too_much_in_a_body_is_cut_down)
{
	struct buf body = { 0 };
	struct arena a;
	struct talk t;

	arena_init(&a, 1 << 20);
	buf_adds(&body, "{\"turns\":[{\"p\":\"first\"}");
	for (int i = 0; i < 100; i++)
		buf_adds(&body, ",{\"p\":\"\\u001b[2Jx\\u202e\"}");
	buf_adds(&body, "]}");
	ck_assert(talk_load(&a, buf_span(&body), &t));
	ck_assert_uint_eq(t.n_turns, TALK_TURNS_MAX);
	same(t.turns[0].player, "[2Jx");
	buf_done(&body);
	arena_done(&a);
}
END_TEST

START_TEST(what_is_saved_is_json)
{
	struct buf body = { 0 };
	struct talk t = { .older = { "", 0 } };
	json_t *root;

	talk_save(&t, "", &body);
	root = json_loadb(buf_p(&body), body.n, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(root);
	ck_assert_uint_eq(json_array_size(json_object_get(root, "turns")), 0);
	json_decref(root);
	buf_done(&body);
}
END_TEST

UNIT_MAIN("talk", keys_of_a_character_begin_alike, a_conversation_comes_back_as_it_was_saved,
	  the_oldest_is_dropped_first, at_most_forty_turns_are_kept, long_texts_are_cut,
	  a_models_summary_takes_the_place_of_rough_lines,
	  what_is_malformed_is_an_empty_conversation, too_much_in_a_body_is_cut_down,
	  what_is_saved_is_json)
