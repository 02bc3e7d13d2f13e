/*
 * test_core.c - the rest of a bridge's core: questions to the world, documents, what staff are told, its inbox.
 */
#include "tests/unit/bridges/core_rig.h"

enum { SECOND = 1000000 };

static struct rig r;
static char heard[2000];
static bool is_well;

static void note(const char *what, struct span text)
{
	const size_t n = strlen(heard);

	snprintf(heard + n, sizeof(heard) - n, "%s:%.*s;", what, (int)text.n, text.p ? text.p : "");
}

static void on_status(UNUSED void *ctx, struct buf *out)
{
	buf_adds(out, "#mud on net: joined\n");
}

static bool on_ready(UNUSED void *ctx, struct buf *why)
{
	if (!is_well)
		buf_adds(why, "the network is away");
	return is_well;
}

static void on_stop(UNUSED void *ctx)
{
	note("stop", SPAN(""));
}

static void begin(void)
{
	const struct bridge_events e = { .status = on_status, .ready = on_ready, .stop = on_stop };

	heard[0] = '\0';
	is_well = true;
	rig_begin(&r, &e);
}

/* ---- questions ---- */

static void on_answer(void *ctx, struct span text, bool failed)
{
	note(failed ? "failed" : ctx, text);
}

static void ask(const char *name)
{
	bridge_ask(&r.b, MUDLARK__BRIDGE_ASK__KIND__WHO, NULL, SPAN("joe"), SPAN(""), on_answer,
		   (void *)(uintptr_t)name);
}

static void answer(uint64_t number, const char *text, bool failed)
{
	Mudlark__BridgeIn m = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgeAnswer a = MUDLARK__BRIDGE_ANSWER__INIT;

	a.ask = number;
	a.text.data = (uint8_t *)(uintptr_t)text;
	a.text.len = strlen(text);
	a.failed = failed;
	m.body_case = MUDLARK__BRIDGE_IN__BODY_ANSWER;
	m.answer = &a;
	rig_send(&r, &m);
}

START_TEST(a_question_has_one_answer)
{
	begin();
	ask("first");
	ask("second");
	ck_assert_uint_eq(r.n_told, 2);
	ck_assert_int_eq(r.told[1]->body_case, MUDLARK__WORLD_IN__BODY_BRIDGE_ASK);
	answer(r.told[1]->bridge_ask->ask, "Ana", false);
	answer(r.told[0]->bridge_ask->ask, "Nobody has such a code.", true);
	answer(r.told[0]->bridge_ask->ask, "again", false);
	answer(77, "never asked", false);
	ck_assert_str_eq(heard, "second:Ana;failed:Nobody has such a code.;");
	rig_end(&r);
}
END_TEST

START_TEST(an_answer_that_does_not_come_is_a_failure_after_5_s)
{
	begin();
	ask("first");
	rig_turn(&r);
	ck_assert_uint_eq(core_due(&r.b), r.now + 5 * SECOND);
	rig_later(&r, 5 * SECOND - 1);
	rig_turn(&r);
	ck_assert_str_eq(heard, "");
	rig_later(&r, 1);
	rig_turn(&r);
	ck_assert_str_eq(heard,
			 "failed:The game cannot be reached right now; try again in a moment.;");
	answer(r.told[0]->bridge_ask->ask, "late", false);
	ck_assert_str_eq(heard,
			 "failed:The game cannot be reached right now; try again in a moment.;");
	rig_end(&r);
}
END_TEST

START_TEST(without_a_world_or_with_a_new_one_a_question_fails_at_once_but_not_from_inside)
{
	begin();
	ask("first");
	rig_world_down(&r);
	ask("second");
	ck_assert_str_eq(heard, "");
	rig_turn(&r);
	ck_assert_str_eq(heard,
			 "failed:The game cannot be reached right now; try again in a moment.;");
	rig_world_fresh(&r);
	heard[0] = '\0';
	rig_turn(&r);
	ck_assert_str_eq(heard,
			 "failed:The game cannot be reached right now; try again in a moment.;");
	rig_end(&r);
}
END_TEST

START_TEST(questions_are_bounded)
{
	begin();
	for (unsigned i = 0; i < CORE_ASKS_MAX; i++)
		ask("x");
	ck_assert_uint_eq(r.n_told, CORE_ASKS_MAX);
	ask("more");
	ck_assert_uint_eq(r.n_told, CORE_ASKS_MAX);
	rig_turn(&r);
	ck_assert_str_eq(heard,
			 "failed:Too much is being asked right now; try again in a moment.;");
	bridge_forget(&r.b, (const void *)"x");
	rig_end(&r);
}
END_TEST

/* ---- documents ---- */

static void on_got(void *ctx, const struct span *body, bool failed)
{
	note(failed ? "failed" : body ? ctx : "none", body ? *body : SPAN(""));
}

static void on_kept(void *ctx)
{
	note(ctx, SPAN("kept"));
}

static void get(const char *key)
{
	bridge_keep_get(&r.b, key, on_got, (void *)(uintptr_t)key);
}

static void put(const char *key, const char *body)
{
	bridge_keep_put(&r.b, key, (struct span){ body, strlen(body) }, on_kept,
			(void *)(uintptr_t)key);
}

START_TEST(what_is_kept_is_read_back)
{
	begin();
	get("k");
	rig_turn(&r);
	put("k", "{\"a\":1}");
	rig_turn(&r);
	get("k");
	rig_turn(&r);
	put("k", "");
	rig_turn(&r);
	get("k");
	rig_turn(&r);
	ck_assert_str_eq(heard, "none:;k:kept;k:{\"a\":1};k:kept;none:;");
	rig_end(&r);
}
END_TEST

START_TEST(the_newest_body_is_written_and_everybody_hears_of_it)
{
	begin();
	put("k", "1");
	put("k", "2");
	core_tick(&r.b);
	ck_assert_uint_eq(r.n_calls, 1);
	put("k", "3");
	put("k", "4");
	core_tick(&r.b);
	ck_assert_uint_eq(r.n_calls, 1);
	get("k");
	core_tick(&r.b);
	ck_assert_str_eq(heard, "k:4;");
	heard[0] = '\0';
	rig_serve_one(&r, true);
	ck_assert_str_eq(heard, "k:kept;k:kept;");
	rig_turn(&r);
	ck_assert_str_eq(heard, "k:kept;k:kept;k:kept;k:kept;");
	ck_assert_uint_eq(r.n_puts, 2);
	ck_assert_int_eq(memcmp(buf_p(&rig_doc(&r, "k")->body), "4", 1), 0);
	rig_end(&r);
}
END_TEST

START_TEST(what_persist_did_not_take_is_written_again)
{
	begin();
	put("k", "1");
	core_tick(&r.b);
	rig_store_down(&r, false);
	rig_later(&r, 10 * SECOND);
	core_tick(&r.b);
	ck_assert_str_eq(heard, "");
	get("other");
	core_tick(&r.b);
	ck_assert_str_eq(heard, "failed:;");
	core_store_up(&r.b);
	rig_turn(&r);
	ck_assert_str_eq(heard, "failed:;k:kept;");
	rig_end(&r);
}
END_TEST

static void on_kept_forget(UNUSED void *ctx)
{
	note("first", SPAN(""));
	bridge_forget(&r.b, (const void *)"k");
}

START_TEST(who_is_forgotten_in_the_midst_of_it_is_not_called)
{
	begin();
	bridge_keep_put(&r.b, "k", SPAN("1"), on_kept_forget, NULL);
	put("k", "2");
	rig_turn(&r);
	ck_assert_str_eq(heard, "first:;");
	rig_end(&r);
}
END_TEST

START_TEST(too_long_or_too_many_documents_are_given_up)
{
	static char longer[BRIDGE_KEEP_BYTES + 1];
	char key[16];

	begin();
	memset(longer, '1', sizeof(longer));
	bridge_keep_put(&r.b, "k", (struct span){ longer, sizeof(longer) }, on_kept, NULL);
	rig_store_down(&r, false);
	for (unsigned i = 0; i < CORE_KEEPS_MAX + 10; i++) {
		snprintf(key, sizeof(key), "%u", i);
		bridge_keep_put(&r.b, key, SPAN("1"), NULL, NULL);
	}
	core_store_up(&r.b);
	rig_turns(&r, 3);
	ck_assert_uint_eq(r.n_puts, CORE_KEEPS_MAX);
	ck_assert_str_eq(heard, "");
	rig_end(&r);
}
END_TEST

/* ---- staff ---- */

static void order(const char *words)
{
	Mudlark__BridgeIn m = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgeOrder o = MUDLARK__BRIDGE_ORDER__INIT;

	rig_forget_told(&r);
	o.order = 9;
	o.words = (char *)(uintptr_t)words;
	m.body_case = MUDLARK__BRIDGE_IN__BODY_ORDER;
	m.order = &o;
	rig_send(&r, &m);
}

static void expect_text(const char *part)
{
	const Mudlark__BridgeText *t;
	char text[1000];

	ck_assert_uint_ge(r.n_told, 1);
	ck_assert_int_eq(r.told[0]->body_case, MUDLARK__WORLD_IN__BODY_BRIDGE_TEXT);
	t = r.told[0]->bridge_text;
	ck_assert_uint_eq(t->order, 9);
	ck_assert(t->last);
	snprintf(text, sizeof(text), "%.*s", (int)t->text.len, (const char *)t->text.data);
	ck_assert_msg(strstr(text, part) != NULL, "%s is not in %s", part, text);
}

START_TEST(staff_are_told_how_it_is)
{
	begin();
	order("status");
	expect_text("irc is well.\n");
	expect_text("#mud on net: joined\n");
	is_well = false;
	order("status");
	expect_text("irc is not well: the network is away\n");
	order("dance");
	expect_text("status and restart");
	ck_assert_str_eq(heard, "");
	rig_end(&r);
}
END_TEST

START_TEST(a_restart_says_goodbye_outside_and_ends)
{
	begin();
	order("restart");
	expect_text("comes back");
	ck_assert_str_eq(heard, "stop:;");
	ck_assert(!r.ended);
	order("restart");
	ck_assert_str_eq(heard, "stop:;");
	bridge_stopped(&r.b);
	rig_turn(&r);
	ck_assert(r.ended);
	rig_end(&r);
}
END_TEST

START_TEST(an_outside_that_does_not_close_is_left_in_time)
{
	begin();
	bridge_stop(&r.b);
	rig_turn(&r);
	ck_assert_uint_eq(core_due(&r.b), r.now + SECOND + SECOND / 5);
	rig_later(&r, SECOND + SECOND / 5);
	rig_turn(&r);
	ck_assert(r.ended);
	rig_end(&r);
}
END_TEST

START_TEST(a_notice_is_told_once_until_it_changes_and_waits_for_a_world)
{
	begin();
	rig_world_down(&r);
	bridge_tell_staff(&r.b, "net", "away");
	bridge_tell_staff(&r.b, "net", "away");
	rig_turn(&r);
	ck_assert_uint_eq(r.n_told, 0);
	rig_world_fresh(&r);
	rig_turns(&r, 2);
	ck_assert_uint_eq(r.n_told, 1);
	ck_assert_int_eq(r.told[0]->body_case, MUDLARK__WORLD_IN__BODY_BRIDGE_NOTICE);
	bridge_tell_staff(&r.b, "net", "back");
	bridge_tell_staff(&r.b, "other", "away");
	rig_turn(&r);
	ck_assert_uint_eq(r.n_told, 3);
	bridge_tell_staff(&r.b, "net", "back");
	rig_turn(&r);
	ck_assert_uint_eq(r.n_told, 3);
	rig_end(&r);
}
END_TEST

START_TEST(notices_are_bounded)
{
	char key[16];

	begin();
	for (unsigned i = 0; i < 3 * CORE_NOTICES_MAX; i++) {
		snprintf(key, sizeof(key), "%u", i);
		bridge_tell_staff(&r.b, key, "away");
		rig_turn(&r);
	}
	ck_assert_uint_eq(r.n_told, 3 * CORE_NOTICES_MAX);
	rig_end(&r);
}
END_TEST

START_TEST(it_is_ready_when_all_of_it_is)
{
	struct buf why = { 0 };

	begin();
	ck_assert(core_is_ready(&r.b, &why));
	is_well = false;
	ck_assert(!core_is_ready(&r.b, &why));
	is_well = true;
	rig_store_down(&r, false);
	ck_assert(!core_is_ready(&r.b, &why));
	core_store_up(&r.b);
	rig_world_down(&r);
	ck_assert(!core_is_ready(&r.b, &why));
	ck_assert_uint_gt(why.n, 0);
	buf_done(&why);
	rig_end(&r);
}
END_TEST

/* ---- the inbox ---- */

START_TEST(every_message_of_the_world_has_a_row)
{
	ck_assert_ptr_null(route_check(&inbox_table));
}
END_TEST

START_TEST(what_is_malformed_or_unknown_is_counted_and_dropped)
{
	begin();
	core_record(&r.b, SPAN("\xff\xff\xff"));
	core_record(&r.b, SPAN(""));
	rig_opened(&r, 77, 1, false);
	rig_passed(&r, 77, 1);
	rig_behind(&r, 77);
	numbers_refresh(&r.b);
	ck_assert_int_eq((int)r.b.numbers[N_UNKNOWN].value, 2);
	rig_end(&r);
}
END_TEST

START_TEST(one_that_was_replaced_ends_at_once_and_does_nothing_more)
{
	begin();
	rig_replaced(&r);
	ck_assert(r.ended);
	ck_assert(r.b.replaced);
	ck_assert_uint_eq(core_due(&r.b), UINT64_MAX);
	rig_end(&r);
}
END_TEST

UNIT_MAIN("core", one_that_was_replaced_ends_at_once_and_does_nothing_more,
	  a_question_has_one_answer, an_answer_that_does_not_come_is_a_failure_after_5_s,
	  without_a_world_or_with_a_new_one_a_question_fails_at_once_but_not_from_inside,
	  questions_are_bounded, what_is_kept_is_read_back,
	  the_newest_body_is_written_and_everybody_hears_of_it,
	  what_persist_did_not_take_is_written_again,
	  who_is_forgotten_in_the_midst_of_it_is_not_called,
	  too_long_or_too_many_documents_are_given_up, staff_are_told_how_it_is,
	  a_restart_says_goodbye_outside_and_ends, an_outside_that_does_not_close_is_left_in_time,
	  a_notice_is_told_once_until_it_changes_and_waits_for_a_world, notices_are_bounded,
	  it_is_ready_when_all_of_it_is, every_message_of_the_world_has_a_row,
	  what_is_malformed_or_unknown_is_counted_and_dropped)
