/*
 * test_owed.c - an answer that is owed outlives the world that owes it, and is the same again when all
 * that happened is played again.
 */
#include "record.h"
#include "rig.h"

#include <unistd.h>
#include "aibridge.pb-c.h"
#include "world/core/comp.h"
#include "world/inputlog_format.h"
#include "world/mind/bridges.h"
#include "world/mind/mind.h"

enum { BRIDGE = 501, ASKS = 64 };

static struct rig r;
static uint64_t asks[ASKS];
static char asked[ASKS][64];
static size_t n_asks;
static struct inputlog *record; /* of all that is fed; NULL: none is kept */

static void on_output(void *ctx, uint64_t peer, struct span bytes, uint64_t oseq)
{
	Mudlark__AiIn *m;

	if (peer != BRIDGE) {
		rig_output(ctx, peer, bytes, oseq);
		return;
	}
	m = mudlark__ai_in__unpack(NULL, bytes.n, (const uint8_t *)bytes.p);
	ck_assert_ptr_nonnull(m);
	if (m->body_case == MUDLARK__AI_IN__BODY_ASK) {
		ck_assert_uint_lt(n_asks, ASKS);
		snprintf(asked[n_asks], sizeof(asked[0]), "%.*s", (int)m->ask->text.len,
			 (const char *)m->ask->text.data);
		asks[n_asks++] = m->ask->ask;
	}
	mudlark__ai_in__free_unpacked(m, NULL);
}

static void bridge_up(void)
{
	Mudlark__PeerUp m = MUDLARK__PEER_UP__INIT;

	r.world->env.output = on_output;
	m.peer = BRIDGE;
	m.role = "aibridge";
	m.name = "ai";
	RIG_FEED(&r, 0, PEER_UP, peer_up, &m);
	rig_turn(&r);
}

static void says(uint64_t ask, uint32_t n, const char *text)
{
	Mudlark__AiSaid m = MUDLARK__AI_SAID__INIT;

	m.ask = ask;
	m.n = n;
	m.text = (ProtobufCBinaryData){ strlen(text), (uint8_t *)(uintptr_t)text };
	RIG_FEED(&r, BRIDGE, AI_SAID, ai_said, &m);
	rig_turn(&r);
}

static void done(uint64_t ask)
{
	Mudlark__AiDone m = MUDLARK__AI_DONE__INIT;

	m.ask = ask;
	m.cause = "";
	RIG_FEED(&r, BRIDGE, AI_DONE, ai_done, &m);
	rig_turn(&r);
}

static bool room_heard(const char *text)
{
	for (size_t i = 0; i < r.n_said; i++)
		if (r.said[i].m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT &&
		    rig_contains(&r.said[i].m->output->text, text))
			return true;
	return false;
}

static void setup(void)
{
	n_asks = 0;
	rig_pack(&r, "tests/unit/world/parley");
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	bridge_up();
	(void)rig_guest(&r, 5);
}

static void teardown(void)
{
	rig_done_with(&r);
}

/* kill -9, and a new world; its gateway and its aibridge come back. */
static void restart(void)
{
	r.world->env.output = rig_output;
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_attach(&r, RIG_GATEWAY, 5, 3);
}

START_TEST(what_was_asked_is_asked_again)
{
	rig_line(&r, 5, 2, "say nan, hello");
	ck_assert_uint_eq(n_asks, 1);
	restart();
	ck_assert_uint_eq(n_asks, 1);
	bridge_up();
	rig_ticks(&r, 1);
	ck_assert_uint_eq(n_asks, 2);
	ck_assert_str_eq(asked[1], "nan, hello");
	ck_assert_uint_eq(asks[0] >> 32, 1);
	ck_assert_uint_eq(asks[1] >> 32, 2);
	rig_forget(&r);
	says(asks[0], 1, "Of another life.");
	ck_assert(!room_heard("another life"));
	says(asks[1], 1, "Hello.");
	done(asks[1]);
	ck_assert(room_heard("Nan Marrable says, \"{say}Hello.{/}\""));
	rig_ticks(&r, 50);
	ck_assert_uint_eq(n_asks, 2);
}
END_TEST

START_TEST(without_an_aibridge_it_is_made_up_for)
{
	rig_line(&r, 5, 2, "say nan, hello");
	restart();
	rig_forget(&r);
	rig_ticks(&r, 49);
	ck_assert(!room_heard("says"));
	rig_ticks(&r, 2);
	ck_assert(room_heard("Could not say."));
}
END_TEST

START_TEST(what_is_still_to_be_said_is_said_and_what_was_lost_is_not_asked_again)
{
	rig_line(&r, 5, 2, "say nan, hello");
	says(asks[0], 1, "One.");
	rig_ticks(&r, 1);
	says(asks[0], 2, "Two.");
	says(asks[0], 3, "Three.");
	restart();
	bridge_up();
	rig_forget(&r);
	rig_ticks(&r, 60);
	ck_assert(!room_heard("One."));
	ck_assert(room_heard("Two."));
	ck_assert(room_heard("Three."));
	ck_assert(room_heard("loses the thread"));
	ck_assert_uint_eq(n_asks, 1);
}
END_TEST

START_TEST(what_was_complete_is_said_to_the_end)
{
	rig_line(&r, 5, 2, "say nan, hello");
	says(asks[0], 1, "One.");
	rig_ticks(&r, 1);
	says(asks[0], 2, "Two.");
	done(asks[0]);
	restart();
	bridge_up();
	rig_forget(&r);
	rig_ticks(&r, 60);
	ck_assert(room_heard("Two."));
	ck_assert(!room_heard("loses the thread"));
}
END_TEST

START_TEST(who_is_gone_is_owed_nothing)
{
	rig_line(&r, 5, 2, "say nan, hello");
	rig_open(&r, RIG_GATEWAY, 6);
	rig_line(&r, 6, 1, "guest");
	rig_line(&r, 6, 2, "say nan, and me?");
	rig_line(&r, 5, 3, "quit");
	r.world->env.output = rig_output;
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_attach(&r, RIG_GATEWAY, 6, 2);
	bridge_up();
	rig_ticks(&r, 1);
	ck_assert_str_eq(asked[n_asks - 1], "nan, and me?");
}
END_TEST

START_TEST(mood_and_whom_it_follows_are_stored)
{
	struct ent npc = ENT_NONE;
	uint64_t player = ent_id(r.world, session_get(r.world, 5)->actor);

	for (npc = ent_next(r.world, ENT_NONE); !mind_is(r.world, npc);)
		npc = ent_next(r.world, npc);
	mind_set_mood(r.world, npc, SPAN("wary"));
	mind_follow(r.world, npc, session_get(r.world, 5)->actor);
	rig_ticks(&r, 1);
	restart();
	for (npc = ent_next(r.world, ENT_NONE); !mind_is(r.world, npc);)
		npc = ent_next(r.world, npc);
	ck_assert_str_eq(mind_mood(r.world, npc), "wary");
	ck_assert_uint_eq(ent_id(r.world, mind_follows(r.world, npc)), player);
}
END_TEST

START_TEST(a_row_of_the_wrong_shape_is_refused)
{
	static const char *const bad[] = {
		"{\"mind\":{\"mood\":5}}",
		"{\"mind\":{\"asks\":[[\"0001000000000001\",9,0,\"x\"]]}}",
		"{\"mind\":{\"asks\":[[\"0001000000000001\",1,\"x\"]]}}",
		"{\"mind\":{\"lines\":\"x\"}}",
		"{\"mind\":{\"acts\":[[\"say\"]]}}",
		"{\"mind\":{\"refused\":[\"1\",\"2\",\"3\",\"4\",\"5\"]}}",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct ent e = ent_new(r.world, KIND_NPC);

		ck_assert_msg(comp_load(r.world, e, (struct span){ bad[i], strlen(bad[i]) }) < 0,
			      "%s", bad[i]);
	}
}
END_TEST

/* ---- played again ---- */

#define PUT(peer, kind, member, message) RECORD_PUT(record, r.world, peer, kind, member, message)

static void put_line(uint64_t seq, const char *text)
{
	Mudlark__SessionLine m = MUDLARK__SESSION_LINE__INIT;

	m.session = 5;
	m.seq = seq;
	m.text = (ProtobufCBinaryData){ strlen(text), (uint8_t *)(uintptr_t)text };
	PUT(RIG_GATEWAY, SESSION_LINE, session_line, &m);
}

static void put_up(uint64_t peer, char *role)
{
	Mudlark__PeerUp m = MUDLARK__PEER_UP__INIT;

	m.peer = peer;
	m.role = role;
	m.name = role;
	PUT(0, PEER_UP, peer_up, &m);
}

static void put_ticks(int n)
{
	Mudlark__Tick m = MUDLARK__TICK__INIT;

	while (n--)
		PUT(0, TICK, tick, &m);
}

static void put_answer(uint64_t ask, bool failed)
{
	Mudlark__AiSaid said = MUDLARK__AI_SAID__INIT;
	Mudlark__AiDone over = MUDLARK__AI_DONE__INIT;
	Mudlark__AiAct mood = MUDLARK__AI_ACT__INIT, *acts[] = { &mood };

	said.ask = over.ask = ask;
	over.failed = failed;
	over.cause = failed ? "too dear" : "";
	mood.verb = "mood";
	mood.target = "wary";
	over.acts = acts;
	over.n_acts = 1;
	for (said.n = 1; !failed && said.n <= 3; said.n++) {
		said.text = (ProtobufCBinaryData){ 12, (uint8_t *)(uintptr_t) "A sentence. " };
		PUT(BRIDGE, AI_SAID, ai_said, &said);
	}
	PUT(BRIDGE, AI_DONE, ai_done, &over);
}

/* From its beginning: answers, one that fails, one that is cut off by the death of the aibridge. */
static void live(const struct pack *const *packs)
{
	struct world_env env = r.world->env;
	Mudlark__Begin begin = MUDLARK__BEGIN__INIT;
	Mudlark__Ready ready = MUDLARK__READY__INIT;
	Mudlark__SessionOpen open = MUDLARK__SESSION_OPEN__INIT;
	Mudlark__PeerDown down = MUDLARK__PEER_DOWN__INIT;
	char text[128];

	rig_kill(&r);
	r.issued = r.batch = 0;
	r.world = world_new(&env, packs, 1);
	snprintf(text, sizeof(text), "%s:%s", r.pack->name, r.pack->hash);
	begin.world = 1;
	begin.epoch = ++r.epoch;
	begin.packs = text;
	PUT(0, BEGIN, begin, &begin);
	PUT(0, READY, ready, &ready);
	put_up(RIG_GATEWAY, "gateway");
	put_up(BRIDGE, "aibridge");
	open.session = 5;
	PUT(RIG_GATEWAY, SESSION_OPEN, session_open, &open);
	put_line(1, "guest");
	for (uint64_t seq = 2; seq < 5; seq++) {
		put_line(seq, "say nan, hello");
		put_ticks(3);
		put_answer(asks[n_asks - 1], seq == 3);
		put_ticks(40);
		inputlog_hash(record, r.world);
	}
	put_line(5, "ask nan about the tide");
	down.peer = BRIDGE;
	PUT(0, PEER_DOWN, peer_down, &down);
	put_ticks(30);
	inputlog_hash(record, r.world);
}

START_TEST(answers_are_played_again_to_the_same_world)
{
	char path[] = "/tmp/mudlark-owed-XXXXXX", old[64], text[512] = "";
	const struct pack *packs[] = { r.pack };
	struct replay_result res;
	FILE *out = fmemopen(text, sizeof(text), "w");
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	snprintf(old, sizeof(old), "%s.old", path);
	ck_assert_int_eq(inputlog_open(&record, path), 0);
	live(packs);
	inputlog_close(record);
	ck_assert_int_eq(inputlog_replay(path, packs, 1, out, &res), 0);
	fclose(out);
	ck_assert_str_eq(text, "");
	ck_assert_uint_eq(res.hashes, 4);
	ck_assert_uint_eq(res.state, world_hash(r.world, NULL));
	ck_assert_uint_eq(n_asks, 4);
	unlink(path);
	unlink(old);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("owed");
	TCase *c = tcase_create("owed");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, what_was_asked_is_asked_again);
	tcase_add_test(c, without_an_aibridge_it_is_made_up_for);
	tcase_add_test(c, what_is_still_to_be_said_is_said_and_what_was_lost_is_not_asked_again);
	tcase_add_test(c, what_was_complete_is_said_to_the_end);
	tcase_add_test(c, who_is_gone_is_owed_nothing);
	tcase_add_test(c, mood_and_whom_it_follows_are_stored);
	tcase_add_test(c, a_row_of_the_wrong_shape_is_refused);
	tcase_add_test(c, answers_are_played_again_to_the_same_world);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
