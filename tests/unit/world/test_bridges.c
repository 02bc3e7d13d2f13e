/*
 * test_bridges.c - several aibridges share the work; the brake outlives restarts; staff is answered, or
 * told that nobody answers.
 */
#include "mind_rig.h"

#include "world/core/player.h"
#include "world/mind/orders.h"

static struct mind_rig r;
static struct world *w;

static void setup(void)
{
	mind_rig_open(&r, "life=0");
	w = r.st.world;
}

static void teardown(void)
{
	mind_rig_close(&r);
}

static uint64_t ask(void)
{
	Mudlark__AiAsk m = MUDLARK__AI_ASK__INIT;

	return bridges_ask(w, &m);
}

static void staff(size_t who)
{
	player_write(w, stage_ent(&r.st, who))->role = ROLE_ADMIN;
}

static void text(uint64_t bridge, uint64_t order, const char *words, bool last)
{
	Mudlark__AiText m = MUDLARK__AI_TEXT__INIT;

	m.order = order;
	m.text = (ProtobufCBinaryData){ strlen(words), (uint8_t *)(uintptr_t)words };
	m.last = last;
	STAGE_FEED(&r.st, bridge, AI_TEXT, ai_text, &m);
	stage_settle(&r.st);
}

static void load(const char *key, const char *body)
{
	Mudlark__DocumentRow row = MUDLARK__DOCUMENT_ROW__INIT;

	row.collection = "ai";
	row.key = (char *)(uintptr_t)key;
	row.body = (ProtobufCBinaryData){ strlen(body), (uint8_t *)(uintptr_t)body };
	bridges_load(w, &row);
}

START_TEST(the_one_with_the_fewest_is_asked)
{
	mind_rig_up(&r, MIND_RIG_OTHER);
	ck_assert_uint_eq(bridges_count(w), 2);
	ck_assert_uint_eq(ask(), MIND_RIG_BRIDGE);
	ck_assert_uint_eq(ask(), MIND_RIG_OTHER);
	ck_assert_uint_eq(ask(), MIND_RIG_BRIDGE);
	bridges_ended(w, MIND_RIG_BRIDGE);
	bridges_ended(w, MIND_RIG_BRIDGE);
	bridges_ended(w, MIND_RIG_BRIDGE);
	bridges_ended(w, 999);
	ck_assert_uint_eq(ask(), MIND_RIG_BRIDGE);
	ck_assert_uint_eq(bridges_asks(w), 2);
}
END_TEST

START_TEST(who_is_gone_is_asked_nothing)
{
	ck_assert(!bridges_down(w, 999));
	mind_rig_up(&r, MIND_RIG_OTHER);
	ck_assert(bridges_down(w, MIND_RIG_BRIDGE));
	ck_assert_uint_eq(ask(), MIND_RIG_OTHER);
	ck_assert(bridges_down(w, MIND_RIG_OTHER));
	ck_assert_uint_eq(ask(), 0);
	ck_assert_uint_eq(bridges_count(w), 0);
	mind_rig_up(&r, MIND_RIG_OTHER);
	mind_rig_up(&r, MIND_RIG_OTHER);
	ck_assert_uint_eq(bridges_count(w), 1);
}
END_TEST

START_TEST(an_answer_of_another_aibridge_than_was_asked_is_dropped)
{
	uint64_t id;

	mind_rig_up(&r, MIND_RIG_OTHER);
	stage_type(&r.st, 0, "talk nan");
	id = mind_rig_asked(&r)->ask;
	stage_forget(&r.st);
	mind_rig_says(&r, MIND_RIG_OTHER, id, 1, "I am another.");
	mind_rig_done(&r, MIND_RIG_OTHER, id, NULL);
	mind_rig_says(&r, MIND_RIG_BRIDGE, id + 1, 1, "It is another.");
	mind_rig_says(&r, MIND_RIG_BRIDGE, 0, 1, "It is none.");
	STAGE_HEARS_NOTHING(&r.st, 0);
	ck_assert_uint_eq(bridges_asks(w), 1);
	mind_rig_answer(&r, "I was asked.");
	STAGE_HEARS(&r.st, 0, "Nan Marrable says, \"I was asked.\"");
	ck_assert_uint_eq(bridges_asks(w), 0);
}
END_TEST

START_TEST(a_pause_is_told_to_all_and_to_who_comes_later)
{
	stage_enter(&r.st, "Bob");
	STAGE_SAYS(&r.st, 0, "@ai pause", "You do not know how to \"@ai\". (Try: help)");
	staff(0);
	stage_type(&r.st, 0, "@ai pause");
	ck_assert(bridges_paused(w));
	ck_assert(mind_rig_sent(&r, MUDLARK__AI_IN__BODY_PAUSE, 0, NULL)->pause->paused);
	mind_rig_forget(&r);
	mind_rig_up(&r, MIND_RIG_OTHER);
	ck_assert(mind_rig_sent(&r, MUDLARK__AI_IN__BODY_PAUSE, 0, NULL)->pause->paused);
	ck_assert_uint_eq(r.kept[0].bridge, MIND_RIG_OTHER);
	mind_rig_forget(&r);
	stage_type(&r.st, 0, "@ai resume");
	ck_assert_uint_eq(mind_rig_count(&r, MUDLARK__AI_IN__BODY_PAUSE), 2);
	ck_assert(!mind_rig_sent(&r, MUDLARK__AI_IN__BODY_PAUSE, 0, NULL)->pause->paused);
	stage_forget(&r.st);
	STAGE_SAYS(&r.st, 0, "@ai resume", "That is so already.");
}
END_TEST

START_TEST(what_is_stored_of_it_is_read_again)
{
	load("pause", "{\"paused\":true}");
	ck_assert(bridges_paused(w));
	load("pause", "{\"paused\":1}");
	ck_assert_uint_eq(w->stats.load_troubles, 1);
}
END_TEST

START_TEST(orders_of_staff_are_answered_by_whom_they_were_sent_to)
{
	const Mudlark__AiOrder *o;

	staff(0);
	mind_rig_up(&r, MIND_RIG_OTHER);
	stage_type(&r.st, 0, "@ai status");
	STAGE_HEARS(&r.st, 0,
		    "2 aibridges, 0 answers under way; providers of models are not paused.");
	ck_assert_uint_eq(mind_rig_count(&r, MUDLARK__AI_IN__BODY_ORDER), 2);
	o = mind_rig_sent(&r, MUDLARK__AI_IN__BODY_ORDER, 0, NULL)->order;
	ck_assert_str_eq(o->words, "status");
	text(MIND_RIG_BRIDGE, o->order, "not mine", true);
	STAGE_HEARS_NOTHING(&r.st, 0);
	text(MIND_RIG_OTHER, o->order, "{bold} one", false);
	text(MIND_RIG_OTHER, o->order, "two", true);
	text(MIND_RIG_OTHER, o->order, "three", true);
	STAGE_HEARS(&r.st, 0, "{bold} one\ntwo");
	o = mind_rig_sent(&r, MUDLARK__AI_IN__BODY_ORDER, 1, NULL)->order;
	text(MIND_RIG_BRIDGE, o->order, "", true);
	stage_type(&r.st, 0, "@ai transcript parley/nan");
	ck_assert_uint_eq(mind_rig_count(&r, MUDLARK__AI_IN__BODY_ORDER), 3);
}
END_TEST

/* Is the last line of this one not done yet? */
static bool waits(size_t who)
{
	return session_get(w, r.st.player[who].session)->running != 0;
}

START_TEST(a_line_of_staff_is_done_when_all_have_answered)
{
	uint64_t first, second;

	stage_enter(&r.st, "Bob");
	staff(0);
	staff(1);
	mind_rig_up(&r, MIND_RIG_OTHER);
	stage_type(&r.st, 0, "@ai status");
	stage_type(&r.st, 1, "@ai budget");
	stage_forget(&r.st);
	first = mind_rig_sent(&r, MUDLARK__AI_IN__BODY_ORDER, 3, NULL)->order->order;
	second = mind_rig_sent(&r, MUDLARK__AI_IN__BODY_ORDER, 2, NULL)->order->order;
	text(MIND_RIG_OTHER, second, "b", true);
	text(MIND_RIG_BRIDGE, first, "a", false);
	ck_assert(waits(0));
	text(MIND_RIG_BRIDGE, first, "", true);
	STAGE_HEARS(&r.st, 0, "b\na");
	ck_assert(!waits(0));
	ck_assert(waits(1));
	/* Who is gone and who takes too long are not waited for, either. */
	stage_type(&r.st, 0, "@ai budget");
	mind_rig_down(&r, MIND_RIG_OTHER);
	mind_rig_ticks(&r, 1);
	ck_assert(waits(0));
	ck_assert(waits(1));
	mind_rig_ticks(&r, 99);
	ck_assert(!waits(0));
	ck_assert(!waits(1));
	STAGE_HEARS(&r.st, 0, "The aibridge is gone.\nThe aibridge does not answer.");
	STAGE_HEARS(&r.st, 1, "The aibridge is gone.\nThe aibridge does not answer.");
	STAGE_SAYS(&r.st, 0, "@ai resume", "That is so already.");
}
END_TEST

START_TEST(staff_is_told_that_nobody_answers)
{
	staff(0);
	stage_type(&r.st, 0, "@ai budget");
	mind_rig_ticks(&r, 99);
	STAGE_HEARS_NOTHING(&r.st, 0);
	mind_rig_ticks(&r, 1);
	STAGE_HEARS(&r.st, 0, "The aibridge does not answer.");
	stage_type(&r.st, 0, "@ai budget");
	mind_rig_down(&r, MIND_RIG_BRIDGE);
	STAGE_HEARS_NOTHING(&r.st, 0);
	mind_rig_ticks(&r, 1);
	STAGE_HEARS(&r.st, 0, "The aibridge is gone.");
	STAGE_SAYS(&r.st, 0, "@ai budget", "There is no aibridge.");
	for (int i = 0; i < 40; i++)
		stage_type(&r.st, 0, "@ai");
	stage_forget(&r.st);
	STAGE_SAYS(&r.st, 0, "@ai help",
		   "Usage: @ai status|budget|pause|resume|transcript NPC [PLAYER]");
}
END_TEST

START_TEST(who_leaves_while_aibridges_are_asked_is_told_nothing)
{
	uint64_t order;

	staff(0);
	stage_type(&r.st, 0, "@ai budget");
	order = mind_rig_sent(&r, MUDLARK__AI_IN__BODY_ORDER, 0, NULL)->order->order;
	session_quit(w, session_get(w, r.st.player[0].session), "Bye.");
	mind_rig_ticks(&r, 1);
	stage_forget(&r.st);
	text(MIND_RIG_BRIDGE, order, "nobody hears", true);
	STAGE_HEARS_NOTHING(&r.st, 0);
}
END_TEST

START_TEST(there_is_an_end_to_orders)
{
	staff(0);
	for (uint64_t i = 0; i < 32; i++)
		mind_rig_up(&r, MIND_RIG_OTHER + i);
	stage_type(&r.st, 0, "@ai budget");
	STAGE_HEARS(&r.st, 0, "Too many orders are under way.");
	ck_assert_uint_eq(mind_rig_count(&r, MUDLARK__AI_IN__BODY_ORDER), 32);
	ck_assert(waits(0));
	mind_rig_ticks(&r, 100);
	ck_assert(!waits(0));
	stage_forget(&r.st);
	STAGE_SAYS(&r.st, 0, "@ai transcript parley/nan", "What was said with parley/nan:");
}
END_TEST

START_TEST(staff_names_whose_transcript_it_wants_as_it_likes)
{
	static const struct {
		const char *typed, *sent; /* NULL: nobody is meant */
	} cases[] = {
		{ "nan", "transcript parley/nan" },
		{ "Nan Marrable", "transcript parley/nan" },
		{ "widow Ana", "transcript parley/nan Ana" },
		{ "the widow zoe", "transcript parley/nan zoe" },
		{ "JEM", "transcript parley/jem" },
		{ "jem pottle ana", "transcript parley/jem ana" },
		{ "ferry", "transcript parley/jem" },
		{ "parley/jem ana", "transcript parley/jem ana" },
		{ "gone/nobody", "transcript gone/nobody" },
		{ "gone/nobody ana", "transcript gone/nobody ana" },
		{ "cat", NULL },
		{ "bob", NULL },
		{ "nan ana bob", NULL },
	};

	staff(0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const Mudlark__AiIn *m;
		char line[80];

		snprintf(line, sizeof(line), "@ai transcript %s", cases[i].typed);
		mind_rig_forget(&r);
		stage_type(&r.st, 0, line);
		m = mind_rig_sent(&r, MUDLARK__AI_IN__BODY_ORDER, 0, NULL);
		ck_assert_msg(!m == !cases[i].sent, "%s", line);
		if (!m)
			continue;
		ck_assert_str_eq(m->order->words, cases[i].sent);
		text(MIND_RIG_BRIDGE, m->order->order, "", true);
	}
	STAGE_HEARS(&r.st, 0, "Nobody who talks is called \"nan ana bob\", here or in the packs.");
	STAGE_SAYS(&r.st, 0, "@ai transcript",
		   "Usage: @ai status|budget|pause|resume|transcript NPC [PLAYER]");
}
END_TEST

START_TEST(notices_are_for_staff)
{
	Mudlark__AiNotice m = MUDLARK__AI_NOTICE__INIT;

	stage_enter(&r.st, "Bob");
	staff(1);
	m.text = (ProtobufCBinaryData){ 6, (uint8_t *)(uintptr_t) "beware" };
	STAGE_FEED(&r.st, MIND_RIG_BRIDGE, AI_NOTICE, ai_notice, &m);
	stage_settle(&r.st);
	STAGE_HEARS(&r.st, 1, "beware");
	STAGE_HEARS_NOTHING(&r.st, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("bridges");
	TCase *c = tcase_create("bridges");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, the_one_with_the_fewest_is_asked);
	tcase_add_test(c, who_is_gone_is_asked_nothing);
	tcase_add_test(c, an_answer_of_another_aibridge_than_was_asked_is_dropped);
	tcase_add_test(c, a_pause_is_told_to_all_and_to_who_comes_later);
	tcase_add_test(c, what_is_stored_of_it_is_read_again);
	tcase_add_test(c, orders_of_staff_are_answered_by_whom_they_were_sent_to);
	tcase_add_test(c, a_line_of_staff_is_done_when_all_have_answered);
	tcase_add_test(c, staff_is_told_that_nobody_answers);
	tcase_add_test(c, who_leaves_while_aibridges_are_asked_is_told_nothing);
	tcase_add_test(c, there_is_an_end_to_orders);
	tcase_add_test(c, staff_names_whose_transcript_it_wants_as_it_likes);
	tcase_add_test(c, notices_are_for_staff);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
