/*
 * test_view.c - somebody knows what its pack says is open, what it perceives and what it remembers.
 */
#include "hamlet_rig.h"

#include "rt/text.h"
#include "world/core/sky.h"
#include "world/mind/heard.h"
#include "world/mind/view.h"

static struct hamlet h;
static struct stage *st = &h.st;
static struct world *w;
static struct arena a;
static Mudlark__AiView v;

static void setup(void)
{
	hamlet_open(&h);
	w = h.st.world;
	arena_init(&a, 0);
	heard_forget(w, h.wick);
}

static void teardown(void)
{
	arena_done(&a);
	hamlet_close(&h);
}

static void build(struct ent npc, struct ent player)
{
	view_build(w, npc, player, &a, &v);
}

/* Does the whole of it hold this anywhere? */
static bool holds(const char *text)
{
	size_t n = mudlark__ai_view__get_packed_size(&v);
	uint8_t *p = arena_alloc(&a, n + 1);

	ck_assert_uint_eq(mudlark__ai_view__pack(&v, p), n);
	return memmem(p, n, text, strlen(text));
}

static bool is(ProtobufCBinaryData b, const char *text)
{
	return b.len == strlen(text) && !memcmp(b.data, text, b.len);
}

static const Mudlark__AiTopic *topic(const char *key)
{
	for (size_t i = 0; i < v.n_topics; i++)
		if (!strcmp(v.topics[i]->key, key))
			return v.topics[i];
	return NULL;
}

START_TEST(markup_becomes_plain_text)
{
	static const struct {
		const char *markup, *plain;
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "{say}x{/}", "x" },
		{ "a {bold}{red}b{/}{/} c", "a b c" },
		{ "{do look well}well{/}", "well" },
		{ "{{curly}", "{curly}" },
		{ "Hello, {name}: {place}, {time}, {weather}.",
		  "Hello, {name}: {place}, {time}, {weather}." },
		{ "{names}x", "x" },
		{ "end {say", "end " },
		{ "{", "" },
		{ "{name", "{name" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out = { 0 };

		view_plain(&out, rows[i].markup);
		buf_addc(&out, 0);
		ck_assert_str_eq(buf_p(&out), rows[i].plain);
		buf_done(&out);
	}
}
END_TEST

START_TEST(it_knows_who_it_is_and_where)
{
	const struct sky sky = sky_now(w);

	build(h.wick, h.ana);
	ck_assert_str_eq(v.npc, "hamlet/wick");
	ck_assert_str_eq(v.name, "Old Wick");
	ck_assert_str_eq(v.pronoun, "she");
	ck_assert(is(v.persona, "Old Wick is the oldest of the hamlet."));
	ck_assert(is(v.style, "Short."));
	ck_assert_uint_eq(v.n_knows, 1);
	ck_assert_str_eq(v.avoids[0], "tax");
	ck_assert(is(v.shrugs[0], "Ask the well."));
	ck_assert(is(v.place, "The Green\nGrass and a well."));
	ck_assert_str_eq(v.weather, sky.weather);
	ck_assert(strstr(v.time, sky.time) == v.time && strstr(v.time, sky.tide));
}
END_TEST

START_TEST(who_has_no_mind_has_an_empty_view)
{
	build(hamlet_npc(w, "goose"), h.ana);
	ck_assert_uint_eq(mudlark__ai_view__get_packed_size(&v), 0);
	build(h.ana, h.ben);
	ck_assert_uint_eq(mudlark__ai_view__get_packed_size(&v), 0);
}
END_TEST

START_TEST(greetings_are_those_of_the_first_time_or_of_later)
{
	build(h.wick, h.ana);
	ck_assert_uint_eq(v.n_greets, 1);
	ck_assert(is(v.greets[0], "Who are you, {name}?"));
	ck_assert(is(v.relation, "You have not met Ana before."));
	bond_meet(w, h.ana, "hamlet/wick");
	build(h.wick, h.ana);
	ck_assert(is(v.greets[0], "You again, {name}."));
	ck_assert(is(v.relation, "You have not met Ana before.")); /* but now */
	bond_meet(w, h.ana, "hamlet/tam");
	build(h.tam, h.ana);
	ck_assert(is(v.greets[0], "Hello.")); /* it has no others */
}
END_TEST

START_TEST(it_knows_how_it_stands_with_a_player)
{
	bond_meet(w, h.ana, "hamlet/wick");
	for (int i = 0; i < 2; i++) {
		w->tick += 7000;
		bond_meet(w, h.ana, "hamlet/wick");
	}
	bond_regard(w, h.ana, "hamlet/wick", 30);
	bond_remember(w, h.ana, "hamlet/wick", SPAN("likes pears"));
	bond_remember(w, h.ben, "hamlet/wick", SPAN("hates pears"));
	build(h.wick, h.ana);
	ck_assert_uint_eq(v.met, 2);
	ck_assert_int_eq(v.regard, 30);
	ck_assert(is(v.relation, "You have met Ana twice and like them."));
	ck_assert_uint_eq(v.n_memories, 1);
	ck_assert(is(v.memories[0], "likes pears"));
	ck_assert(!holds("hates"));
	bond_regard(w, h.ana, "hamlet/wick", -90);
	build(h.wick, h.ana);
	ck_assert(is(v.relation, "You have met Ana twice and cannot stand them."));
}
END_TEST

START_TEST(closed_topics_are_nowhere_in_it)
{
	build(h.wick, h.ana);
	ck_assert_ptr_nonnull(topic("ring"));
	ck_assert_ptr_null(topic("grave"));
	ck_assert_ptr_null(topic("secret"));
	ck_assert(!holds("SECRET") && !holds("secret") && !holds("grave") && !holds("crown") &&
		  !holds("medal") && !holds("third stone"));
	ck_assert_ptr_null(view_topic(w, h.wick, h.ana, "secret"));
	ck_assert_ptr_null(view_topic(w, h.wick, h.ana, "grave"));
	hamlet_tell(&h, h.wick, h.ana, "ring");
	build(h.wick, h.ana);
	ck_assert_ptr_nonnull(topic("grave"));
	ck_assert_ptr_nonnull(view_topic(w, h.wick, h.ana, "grave"));
	build(h.wick, h.ben);
	ck_assert(!holds("grave"));
	ck_assert_ptr_null(view_topic(w, h.wick, h.ben, "grave"));
}
END_TEST

START_TEST(a_secret_is_told_when_its_time_has_come)
{
	hamlet_tell(&h, h.wick, h.ana, "ring");
	stage_type(st, 0, "accept");
	hamlet_tell(&h, h.tam, h.ana, "path");
	stage_type(st, 0, "north");
	stage_type(st, 0, "get ring");
	stage_type(st, 0, "south");
	build(h.wick, h.ana);
	ck_assert(!holds("SECRET"));
	stage_type(st, 0, "give ring to wick");
	build(h.wick, h.ana);
	ck_assert(is(topic("secret")->fact, "SECRETFACT the crown is under the third stone."));
	ck_assert_uint_eq(topic("secret")->n_lines, 1);
	ck_assert_ptr_nonnull(view_topic(w, h.wick, h.ana, "secret"));
	build(h.wick, h.ben);
	ck_assert(!holds("SECRET"));
}
END_TEST

START_TEST(small_talk_is_for_all_and_gives_way)
{
	const Mudlark__AiTopic *hello;

	build(h.tam, h.ana);
	hello = topic("hello");
	ck_assert(hello && hello->small);
	ck_assert_str_eq(hello->words[1], "hi");
	ck_assert(is(hello->lines[0], "And to you, {name}."));
	ck_assert(holds("SMALLWELL"));
	build(h.wick, h.ana);
	ck_assert(topic("hello") && !topic("well")->small);
	ck_assert(!holds("SMALLWELL"));
	ck_assert_ptr_eq(view_topic(w, h.wick, h.ana, "well"),
			 &npc_get(w, h.wick)->proto->mind->topics[0]);
	ck_assert_ptr_eq(view_topic(w, h.tam, h.ana, "well"), &st->pack->smalltalk[1]);
	ck_assert_ptr_null(view_topic(w, h.tam, h.ana, "none"));
}
END_TEST

START_TEST(it_sees_who_is_here_and_not_hidden)
{
	build(h.wick, h.ana);
	ck_assert_uint_eq(v.n_here, 3);
	ck_assert_str_eq(v.here[0]->name, "Ana");
	ck_assert_str_eq(v.here[0]->about, "a player");
	ck_assert_str_eq(v.here[1]->name, "Tam");
	ck_assert_str_eq(v.here[2]->name, "Ben");
	player_write(w, h.ben)->hidden = true;
	build(h.wick, h.ana);
	ck_assert_uint_eq(v.n_here, 2);
	ck_assert(!holds("Ben"));
	player_write(w, h.ben)->hidden = false;
	stage_put(st, h.ben, "hall");
	build(h.wick, h.ana);
	ck_assert(!holds("Ben"));
}
END_TEST

START_TEST(a_crowd_is_not_listed)
{
	for (int i = 0; i < 40; i++)
		ck_assert_int_eq(place_move(w,
					    npc_new(w, st->pack, pack_npc(st->pack, SPAN("goose"))),
					    stage_room(st, "green")),
				 0);
	stage_tick(st);
	build(h.wick, h.ana);
	ck_assert_uint_eq(v.n_here, 13);
	ck_assert_str_eq(v.here[0]->name, "Ana");
	ck_assert_str_eq(v.here[12]->name, "and others");
}
END_TEST

START_TEST(it_knows_what_it_heard)
{
	stage_type(st, 1, "say {bold}{{ \" <b>");
	stage_type(st, 1, "tell ana psst");
	build(h.wick, h.ana);
	ck_assert_uint_ge(v.n_recent, 1);
	ck_assert(is(v.recent[0], "Ben says, \"{bold}{{ ' <b>\""));
	ck_assert(!holds("psst"));
	stage_put(st, h.ana, "hall");
	stage_type(st, 1, "say it is under the bed");
	stage_put(st, h.ana, "green");
	build(h.wick, h.ana);
	ck_assert(!holds("bed"));
	build(h.wick, h.ben);
	ck_assert(holds("bed"));
}
END_TEST

START_TEST(it_knows_the_errands_that_concern_it)
{
	hamlet_tell(&h, h.wick, h.ana, "ring");
	build(h.wick, h.ana);
	ck_assert_uint_eq(v.n_errands, 1);
	ck_assert(is(v.errands[0],
		     "You have offered Ana the errand \"The Bone Ring\": Old Wick lost "
		     "a ring in the hall."));
	build(h.tam, h.ana);
	ck_assert_uint_eq(v.n_errands, 0);
	stage_type(st, 0, "accept");
	build(h.tam, h.ana);
	ck_assert(is(v.errands[0],
		     "Ana has taken on the errand \"The Bone Ring\": Ask Tam about the "
		     "path."));
	hamlet_tell(&h, h.tam, h.ana, "path");
	build(h.tam, h.ana);
	ck_assert_uint_eq(v.n_errands, 0);
	build(h.wick, h.ana);
	ck_assert(is(v.errands[0], "Ana has taken on the errand \"The Bone Ring\" for you: Go into "
				   "the hall."));
}
END_TEST

START_TEST(a_view_changes_nothing)
{
	uint64_t before = world_hash(w, NULL), commits = st->batches;

	build(h.wick, h.ana);
	ck_assert(before == world_hash(w, NULL));
	while (world_turn(w))
		;
	ck_assert_uint_eq(st->batches, commits);
}
END_TEST

/* A pack whose every text is as long as texts can be thought of. */
START_TEST(the_whole_is_bounded_whatever_packs_say)
{
	enum { N = 200, LONG = 9000 };
	static char text[LONG + 1], keys[N][12];
	static const char *lines[N];
	static struct pack_topic topics[N];
	const struct pack_npc *proto = npc_get(w, h.wick)->proto;
	struct pack_npc other = *proto;
	struct pack_mind mind = *proto->mind;
	struct npc *npc = comp_write(w, h.wick, COMP_NPC);
	size_t n;

	for (size_t i = 0; i < LONG; i += 3)
		memcpy(text + i, "\xe2\x82\xac", 3);
	for (int i = 0; i < N; i++) {
		lines[i] = text;
		snprintf(keys[i], sizeof(keys[i]), "t%d", i);
		topics[i] = (struct pack_topic){ .key = keys[i],
						 .fact = text,
						 .words = lines,
						 .n_words = N,
						 .lines = lines,
						 .n_lines = N };
	}
	mind = (struct pack_mind){ .persona = text,
				   .style = text,
				   .knows = lines,
				   .n_knows = N,
				   .avoids = lines,
				   .n_avoids = N,
				   .greets = lines,
				   .n_greets = N,
				   .again = lines,
				   .n_again = N,
				   .shrugs = lines,
				   .n_shrugs = N,
				   .topics = topics,
				   .n_topics = N,
				   .may = mind.may };
	other.mind = &mind;
	npc->proto = &other;
	for (int i = 0; i < HEARD_MAX; i++)
		stage_type(st, 1,
			   "say \xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac");
	for (int i = 0; i < BOND_MEMORIES; i++) {
		text[0] = (char)('a' + i);
		text[1] = text[2] = 'x';
		bond_remember(w, h.ana, "hamlet/wick", (struct span){ text, LONG });
	}
	build(h.wick, h.ana);
	n = mudlark__ai_view__get_packed_size(&v);
	ck_assert_uint_lt(n, 24 * 1024);
	ck_assert_uint_gt(n, 8 * 1024);
	ck_assert(text_is_utf8((struct span){ (char *)v.persona.data, v.persona.len }));
	ck_assert_uint_ge(v.n_greets, 1);
	ck_assert_uint_ge(v.n_shrugs, 1);
	npc->proto = proto;
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("view");
	TCase *tc = tcase_create("view");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, markup_becomes_plain_text);
	tcase_add_test(tc, it_knows_who_it_is_and_where);
	tcase_add_test(tc, who_has_no_mind_has_an_empty_view);
	tcase_add_test(tc, greetings_are_those_of_the_first_time_or_of_later);
	tcase_add_test(tc, it_knows_how_it_stands_with_a_player);
	tcase_add_test(tc, closed_topics_are_nowhere_in_it);
	tcase_add_test(tc, a_secret_is_told_when_its_time_has_come);
	tcase_add_test(tc, small_talk_is_for_all_and_gives_way);
	tcase_add_test(tc, it_sees_who_is_here_and_not_hidden);
	tcase_add_test(tc, a_crowd_is_not_listed);
	tcase_add_test(tc, it_knows_what_it_heard);
	tcase_add_test(tc, it_knows_the_errands_that_concern_it);
	tcase_add_test(tc, a_view_changes_nothing);
	tcase_add_test(tc, the_whole_is_bounded_whatever_packs_say);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
