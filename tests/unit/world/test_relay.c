/*
 * test_relay.c - streams: what bridges are told, when, in which order, and what they are never told.
 */
#include "relay_rig.h"

#include "world/core/events.h"

static struct relay_rig r;
static struct world *w;

static void setup(void)
{
	relay_rig_open_world(&r);
	w = r.st.world;
}

static void teardown(void)
{
	relay_rig_close_world(&r);
}

static void turn(void)
{
	rig_turn(&r.st);
}

static size_t facts(uint64_t bridge)
{
	return RELAY_RIG_TOLD(&r, bridge, FACT);
}

static void open_stream(uint64_t bridge, char *key)
{
	Mudlark__BridgeOpen m = relay_rig_stream(key);

	relay_rig_open(&r, bridge, &m);
}

static void more(uint32_t n)
{
	Mudlark__BridgeMore m = MUDLARK__BRIDGE_MORE__INIT;

	m.stream = RELAY_RIG_STREAM;
	m.n = n;
	RIG_FEED(&r.st, RELAY_RIG_IRC, BRIDGE_MORE, bridge_more, &m);
	turn();
}

static void chat(const char *channel, const char *text)
{
	ck_assert_uint_gt(relay_rig_chat(&r, channel, text), 0);
	turn();
}

static const Mudlark__BridgeOpened *opened_of(uint64_t bridge)
{
	const size_t n = RELAY_RIG_TOLD(&r, bridge, OPENED);

	ck_assert_uint_gt(n, 0);
	return relay_rig_told(&r, bridge, MUDLARK__BRIDGE_IN__BODY_OPENED, n - 1)->opened;
}

static const Mudlark__BridgeOpened *opened(void)
{
	return opened_of(RELAY_RIG_IRC);
}

START_TEST(a_line_is_told_when_it_is_durable_and_not_before)
{
	open_stream(RELAY_RIG_IRC, "irc/libera/#mud");
	r.st.prompt_store = false;
	chat("chat", "hello");
	ck_assert_uint_gt(r.st.n_waiting, 0);
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 0);
	rig_durable(&r.st);
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 1);
	ck_assert_str_eq(relay_rig_text(&r, RELAY_RIG_IRC, 0), "hello");
	turn();
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 1);
}
END_TEST

START_TEST(a_store_that_stalls_lets_nothing_out)
{
	Mudlark__StoreState m = MUDLARK__STORE_STATE__INIT;

	open_stream(RELAY_RIG_IRC, "irc/libera/#mud");
	r.st.prompt_store = false;
	m.stalled = true;
	RIG_FEED(&r.st, 0, STORE_STATE, store_state, &m);
	chat("chat", "hello");
	rig_ticks(&r.st, 100);
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 0);
	rig_durable(&r.st);
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 1);
}
END_TEST

START_TEST(what_a_turn_emitted_is_told_when_its_own_batch_is_durable)
{
	Mudlark__Committed done = MUDLARK__COMMITTED__INIT;

	open_stream(RELAY_RIG_IRC, "irc/libera/#mud");
	r.st.prompt_store = false;
	done.batch = r.st.batch;
	for (int i = 0; i < 3; i++) {
		chat("chat", "one of three");
		rig_ticks(&r.st, 1);
	}
	ck_assert_uint_ge(r.st.n_waiting, 3);
	for (size_t i = 0; i < 3; i++) {
		done.batch++;
		RIG_FEED(&r.st, 0, COMMITTED, committed, &done);
		ck_assert_uint_le(facts(RELAY_RIG_IRC), i + 1);
	}
	ck_assert_uint_ge(facts(RELAY_RIG_IRC), 1);
	done.batch = r.st.issued;
	RIG_FEED(&r.st, 0, COMMITTED, committed, &done);
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 3);
}
END_TEST

START_TEST(lines_are_told_in_order_as_far_as_credit_goes)
{
	Mudlark__BridgeOpen m = relay_rig_stream("irc/libera/#mud");
	uint64_t last = 0;
	char text[8];

	m.more = 2;
	relay_rig_open(&r, RELAY_RIG_IRC, &m);
	for (int i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), "%d", i);
		chat("chat", text);
	}
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 2);
	more(1);
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 3);
	more(1000);
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 5);
	for (size_t i = 0; i < 5; i++) {
		const Mudlark__BridgeFact *f =
			relay_rig_told(&r, RELAY_RIG_IRC, MUDLARK__BRIDGE_IN__BODY_FACT, i)->fact;

		ck_assert_uint_gt(f->seq, last);
		ck_assert_uint_eq(f->stream, RELAY_RIG_STREAM);
		ck_assert_str_eq(f->kind, "channel:said");
		last = f->seq;
		snprintf(text, sizeof(text), "%zu", i);
		ck_assert_str_eq(relay_rig_text(&r, RELAY_RIG_IRC, i), text);
	}
}
END_TEST

START_TEST(credit_has_an_end)
{
	more(UINT32_MAX); /* of a stream that is not there */
	open_stream(RELAY_RIG_IRC, "irc/libera/#mud");
	more(UINT32_MAX);
	more(UINT32_MAX);
	for (int i = 0; i < RELAY_CREDIT + 10; i++)
		relay_rig_chat(&r, "chat", "again");
	turn();
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), RELAY_CREDIT);
}
END_TEST

START_TEST(a_stream_that_is_behind_the_ring_is_told_so_and_closed)
{
	Mudlark__BridgeOpen m = relay_rig_stream("irc/libera/#mud");

	m.more = 1;
	relay_rig_open(&r, RELAY_RIG_IRC, &m);
	chat("chat", "first");
	chat("chat", "second");
	for (int i = 0; i < EVENT_RING; i++)
		event_emit(w, FACT_CHAT_TOLD, ENT_NONE, NULL);
	turn();
	more(1);
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 1);
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, BEHIND), 1);
	more(1); /* there is no such stream any more */
	chat("chat", "third");
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 1);
}
END_TEST

START_TEST(a_turn_that_emits_more_than_the_ring_holds_leaves_streams_behind)
{
	open_stream(RELAY_RIG_IRC, "irc/libera/#mud");
	relay_rig_chat(&r, "chat", "lost");
	for (int i = 0; i < EVENT_RING; i++)
		event_emit(w, FACT_CHAT_TOLD, ENT_NONE, NULL);
	relay_rig_chat(&r, "chat", "kept");
	turn();
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 0);
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, BEHIND), 1);
}
END_TEST

START_TEST(a_stream_for_which_there_was_nothing_is_not_behind)
{
	Mudlark__BridgeOpen m = relay_rig_stream("irc/libera/#mud");

	m.more = 1;
	relay_rig_open(&r, RELAY_RIG_IRC, &m);
	for (int k = 0; k < 3; k++) {
		for (int i = 0; i < EVENT_RING / 2; i++)
			event_emit(w, FACT_CHAT_TOLD, ENT_NONE, NULL);
		turn();
	}
	chat("chat", "at last");
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, BEHIND), 0);
	ck_assert_str_eq(relay_rig_text(&r, RELAY_RIG_IRC, 0), "at last");
}
END_TEST

START_TEST(it_begins_behind_what_its_bridge_has_where_the_ring_still_has_it)
{
	Mudlark__BridgeOpen m = relay_rig_stream("irc/libera/#mud");

	chat("chat", "one");
	m.after = events_seq(w);
	chat("chat", "two");
	relay_rig_open(&r, RELAY_RIG_IRC, &m);
	ck_assert_uint_eq(opened()->from, m.after);
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 1);
	ck_assert_str_eq(relay_rig_text(&r, RELAY_RIG_IRC, 0), "two");
}
END_TEST

START_TEST(what_the_ring_has_no_more_is_left_to_the_store)
{
	Mudlark__BridgeOpen m = relay_rig_stream("irc/libera/#mud");

	chat("chat", "one");
	m.after = events_seq(w) - 1;
	relay_rig_restart(&r);
	w = r.st.world;
	relay_rig_open(&r, RELAY_RIG_IRC, &m);
	ck_assert_uint_gt(opened()->from, m.after);
	ck_assert_uint_eq(opened()->from, events_seq(w));
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 0);
	chat("chat", "two");
	ck_assert_str_eq(relay_rig_text(&r, RELAY_RIG_IRC, 0), "two");
	m.after = 0;
	relay_rig_open(&r, RELAY_RIG_IRC, &m);
	ck_assert_uint_eq(opened()->from, events_seq(w));
	m.after = UINT64_MAX;
	relay_rig_open(&r, RELAY_RIG_IRC, &m);
	ck_assert_uint_eq(opened()->from, events_seq(w));
}
END_TEST

START_TEST(a_stream_begins_only_where_all_is_durable)
{
	Mudlark__BridgeOpen m = relay_rig_stream("irc/libera/#mud");
	const uint64_t before = events_seq(w);

	r.st.prompt_store = false;
	chat("chat", "not yet");
	relay_rig_open(&r, RELAY_RIG_IRC, &m);
	ck_assert_uint_eq(opened()->from, before);
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 0);
	rig_durable(&r.st);
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 1);
}
END_TEST

START_TEST(only_what_is_asked_for_is_told)
{
	static char *kinds[] = { "channel:said", "news:announced", "board:posted", "chat:told",
				 "staff:said" };
	static char *channels[] = { "quiz" }, *boards[] = { "gazette" };
	Mudlark__BridgeOpen m = relay_rig_stream("irc/libera/#mud");

	m.kinds = kinds;
	m.n_kinds = ARRAY_LEN(kinds);
	m.channels = channels;
	m.n_channels = 1;
	m.boards = boards;
	m.n_boards = 1;
	relay_rig_open(&r, RELAY_RIG_IRC, &m);
	chat("chat", "no");
	chat("quiz", "yes");
	event_emit(w, FACT_NEWS_ANNOUNCED, ENT_NONE, "\"text\":\"news\"");
	event_emit(w, FACT_BOARD_POSTED, ENT_NONE, "\"board\":\"other\",\"text\":\"no\"");
	event_emit(w, FACT_BOARD_POSTED, ENT_NONE, "\"board\":\"gazette\",\"text\":\"post\"");
	event_emit(w, FACT_PLAYER_ENTERED, ENT_NONE, "\"name\":\"Bob\"");
	event_emit(w, FACT_STAFF_SAID, ENT_NONE, "\"channel\":\"quiz\",\"text\":\"secret\"");
	event_emit(w, FACT_CHAT_TOLD, ENT_NONE, "\"text\":\"secret\"");
	turn();
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 3);
	ck_assert_str_eq(relay_rig_text(&r, RELAY_RIG_IRC, 0), "yes");
	ck_assert_str_eq(relay_rig_text(&r, RELAY_RIG_IRC, 1), "news");
	ck_assert_str_eq(relay_rig_text(&r, RELAY_RIG_IRC, 2), "post");
}
END_TEST

START_TEST(only_these_kinds_ever_leave)
{
	static const char *const outward[] = {
		"server:started", "server:stopping", "player:entered",
		"player:left",	  "channel:said",    "news:announced",
		"board:posted",	  "board:removed",   "errand:done",
	};
	size_t n = 0;

	for (enum fact_kind kind = 0; kind < FACT_KIND_COUNT; kind++) {
		bool found = false;

		for (size_t i = 0; i < ARRAY_LEN(outward); i++)
			found |= !strcmp(outward[i], event_name(kind));
		ck_assert_int_eq(relay_is_outward(kind), found);
		n += found;
	}
	ck_assert_uint_eq(n, ARRAY_LEN(outward));
	ck_assert(!relay_is_outward(FACT_ANY));
}
END_TEST

START_TEST(who_is_hidden_is_never_told_of)
{
	static char *kinds[] = { "player:entered", "player:left", "errand:done" };
	Mudlark__BridgeOpen m = relay_rig_stream("irc/libera/#mud");

	m.kinds = kinds;
	m.n_kinds = ARRAY_LEN(kinds);
	relay_rig_open(&r, RELAY_RIG_IRC, &m);
	event_emit(w, FACT_PLAYER_ENTERED, ENT_NONE, "\"name\":\"Op\",\"hidden\":true");
	event_emit(w, FACT_PLAYER_LEFT, ENT_NONE, "\"name\":\"Op\",\"hidden\":true");
	event_emit(w, FACT_ERRAND_DONE, ENT_NONE, "\"name\":\"Op\",\"hidden\":true");
	event_emit(w, FACT_PLAYER_ENTERED, ENT_NONE, "\"name\":\"Guest\",\"guest\":true");
	turn();
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 1);
}
END_TEST

START_TEST(what_came_from_a_target_does_not_go_back_there)
{
	Mudlark__BridgeOpen other = relay_rig_stream("irc/libera/#other");

	open_stream(RELAY_RIG_IRC, "irc/libera/#mud");
	other.stream = 8;
	relay_rig_open(&r, RELAY_RIG_IRC, &other);
	open_stream(RELAY_RIG_DISCORD, "discord/1/2");
	event_emit(w, FACT_CHANNEL_SAID, ENT_NONE,
		   "\"channel\":\"chat\",\"name\":\"joe@irc\",\"text\":\"hi\",\"via\":\"irc\","
		   "\"origin\":\"irc/libera/#mud\"");
	turn();
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 1);
	ck_assert_uint_eq(
		relay_rig_told(&r, RELAY_RIG_IRC, MUDLARK__BRIDGE_IN__BODY_FACT, 0)->fact->stream,
		8);
	ck_assert_uint_eq(facts(RELAY_RIG_DISCORD), 1);
}
END_TEST

START_TEST(that_nothing_was_for_it_is_told_now_and_then)
{
	const Mudlark__BridgeIn *m;
	uint64_t seq;

	open_stream(RELAY_RIG_IRC, "irc/libera/#mud");
	relay_rig_forget(&r);
	rig_ticks(&r.st, 10 * RELAY_PASSED_S);
	relay_rig_forget(&r);
	seq = event_emit(w, FACT_CHAT_TOLD, ENT_NONE, NULL);
	r.st.prompt_store = false;
	event_emit(w, FACT_NEWS_ANNOUNCED, ENT_NONE, NULL);
	rig_ticks(&r.st, 10 * RELAY_PASSED_S);
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, PASSED), 0); /* not durable */
	rig_durable(&r.st);
	r.st.prompt_store = true;
	rig_ticks(&r.st, 10 * RELAY_PASSED_S);
	m = relay_rig_told(&r, RELAY_RIG_IRC, MUDLARK__BRIDGE_IN__BODY_PASSED, 0);
	ck_assert_ptr_nonnull(m);
	ck_assert_uint_ge(m->passed->seq, seq + 1);
	ck_assert_uint_le(m->passed->seq, events_seq(w));
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 0);
}
END_TEST

START_TEST(it_has_not_passed_what_waits_for_credit)
{
	Mudlark__BridgeOpen m = relay_rig_stream("irc/libera/#mud");
	uint64_t said;

	m.more = 0;
	relay_rig_open(&r, RELAY_RIG_IRC, &m);
	event_emit(w, FACT_CHAT_TOLD, ENT_NONE, NULL);
	said = relay_rig_chat(&r, "chat", "waits");
	rig_ticks(&r.st, 30 * RELAY_PASSED_S);
	for (size_t i = 0; i < RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, PASSED); i++)
		ck_assert_uint_lt(relay_rig_told(&r, RELAY_RIG_IRC, MUDLARK__BRIDGE_IN__BODY_PASSED,
						 i)
					  ->passed->seq,
				  said);
	more(1);
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 1);
}
END_TEST

START_TEST(a_resumed_link_goes_on_and_a_fresh_one_begins_anew)
{
	open_stream(RELAY_RIG_IRC, "irc/libera/#mud");
	relay_rig_down(&r, RELAY_RIG_IRC, false);
	ck_assert_uint_eq(relay_count(w), 2);
	ck_assert_uint_eq(relay_connected(w), 1);
	chat("chat", "waits in the link");
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 1);
	relay_rig_up(&r, RELAY_RIG_IRC, "irc", true);
	chat("chat", "and on");
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 2);
	relay_rig_up(&r, RELAY_RIG_IRC, "irc", false);
	chat("chat", "nobody asked");
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 2);
	relay_rig_down(&r, RELAY_RIG_IRC, true);
	ck_assert_uint_eq(relay_count(w), 1);
	ck_assert_str_eq(relay_name(w, 0), "discord");
	ck_assert_ptr_null(relay_name(w, 1));
}
END_TEST

START_TEST(the_next_life_of_a_bridge_takes_the_place_of_the_last)
{
	relay_rig_down(&r, RELAY_RIG_IRC, false);
	relay_rig_up(&r, RELAY_RIG_IRC + 10, "irc", false);
	ck_assert_uint_eq(relay_count(w), 2);
	ck_assert_uint_eq(relay_connected(w), 2);
	ck_assert_uint_eq(relay_at(w, 1), RELAY_RIG_IRC + 10);
}
END_TEST

START_TEST(of_a_name_there_is_one_bridge_the_one_that_came_last)
{
	enum { NEW = RELAY_RIG_IRC + 10 };

	open_stream(RELAY_RIG_IRC, "irc/libera/#mud");
	relay_rig_up(&r, NEW, "irc", false);
	ck_assert_uint_eq(relay_count(w), 2);
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, REPLACED), 1);
	open_stream(RELAY_RIG_IRC, "irc/libera/#mud");
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, OPENED), 1);
	ck_assert_uint_eq(w->stats.relay_ignored, 1);
	open_stream(NEW, "irc/libera/#mud");
	chat("chat", "once");
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 0);
	ck_assert_uint_eq(facts(NEW), 1);
	relay_rig_down(&r, RELAY_RIG_IRC, true);
	ck_assert_uint_eq(relay_count(w), 2);
	/* It was held up, and comes back. */
	relay_rig_up(&r, RELAY_RIG_IRC, "irc", false);
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, REPLACED), 2);
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, NEW, REPLACED), 0);
	chat("chat", "again once");
	ck_assert_uint_eq(facts(NEW), 2);
}
END_TEST

START_TEST(one_that_was_away_for_long_comes_back_unless_there_is_another)
{
	relay_rig_down(&r, RELAY_RIG_IRC, true);
	relay_rig_up(&r, RELAY_RIG_IRC, "irc", false);
	ck_assert_uint_eq(relay_connected(w), 2);
	relay_rig_down(&r, RELAY_RIG_IRC, true);
	relay_rig_up(&r, RELAY_RIG_IRC + 10, "irc", false);
	relay_rig_up(&r, RELAY_RIG_IRC, "irc", false);
	ck_assert_uint_eq(relay_connected(w), 2);
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, REPLACED), 1);
}
END_TEST

START_TEST(streams_of_a_bridge_look_at_so_many_facts_in_a_tick_and_at_the_others_later)
{
	enum { LINES = 1000, STREAMS = 16 };
	Mudlark__BridgeOpen m = relay_rig_stream("irc/libera/#mud");
	static char *nothing[] = { "quiz" };

	open_stream(RELAY_RIG_DISCORD, "discord/1");
	m.after = opened_of(RELAY_RIG_DISCORD)->from + 1;
	for (int i = 0; i < LINES; i++)
		ck_assert_uint_gt(relay_rig_chat(&r, "chat", "x"), 0);
	turn();
	m.channels = nothing;
	m.n_channels = 1;
	for (uint32_t i = 0; i < STREAMS; i++) {
		m.stream = 100 + i;
		relay_rig_open(&r, RELAY_RIG_IRC, &m);
	}
	m.stream = RELAY_RIG_STREAM;
	m.n_channels = 0;
	m.more = LINES;
	relay_rig_open(&r, RELAY_RIG_IRC, &m);
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 0);
	rig_ticks(&r.st, STREAMS * LINES / RELAY_LOOKS + 2);
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), LINES - 1);
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, BEHIND), 0);
}
END_TEST

static void dropped(void *ctx, uint64_t peer)
{
	(void)ctx;
	ck_assert_uint_eq(peer, RELAY_RIG_IRC);
	w->stats.late_answers++;
}

START_TEST(a_bridge_that_opens_without_end_is_dropped_and_may_dial_again)
{
	Mudlark__BridgeOpen m = relay_rig_stream("irc/libera/#mud");
	const uint64_t may = RELAY_WORK_BURST / RELAY_WORK_OPEN;

	w->env.drop = dropped;
	for (uint64_t i = 0; i < 2 * may; i++)
		RIG_FEED(&r.st, RELAY_RIG_IRC, BRIDGE_OPEN, bridge_open, &m);
	turn();
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, OPENED), may);
	ck_assert_uint_eq(w->stats.late_answers, 1);
	ck_assert_uint_eq(w->stats.relay_ignored, may);
	chat("chat", "one");
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 0);
	relay_rig_down(&r, RELAY_RIG_IRC, true);
	relay_rig_up(&r, RELAY_RIG_IRC, "irc", false);
	open_stream(RELAY_RIG_IRC, "irc/libera/#mud");
	chat("chat", "two");
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 1);
}
END_TEST

START_TEST(there_is_an_end_to_bridges_and_streams)
{
	Mudlark__BridgeOpen m = relay_rig_stream("irc/libera/#mud");
	static char *many[64];
	char name[16];

	for (uint64_t i = 0; i < RELAY_BRIDGES + 5; i++) {
		snprintf(name, sizeof(name), "other%d", (int)i);
		relay_rig_up(&r, RELAY_RIG_IRC + 20 + i, name, false);
	}
	ck_assert_uint_eq(relay_count(w), RELAY_BRIDGES);
	relay_rig_up(&r, 999, "Ana (irc)", false);
	relay_rig_forget(&r);
	for (uint32_t i = 0; i < RELAY_STREAMS + 5; i++) {
		m.stream = 100 + i;
		relay_rig_open(&r, RELAY_RIG_IRC, &m);
	}
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, OPENED), RELAY_STREAMS);
	m.stream = 100; /* again is not one more */
	relay_rig_open(&r, RELAY_RIG_IRC, &m);
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, OPENED), RELAY_STREAMS + 1);
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = "chat";
	m.channels = many;
	m.n_channels = ARRAY_LEN(many);
	relay_rig_open(&r, RELAY_RIG_IRC, &m);
	ck_assert_uint_eq(RELAY_RIG_TOLD(&r, RELAY_RIG_IRC, OPENED), RELAY_STREAMS + 1);
}
END_TEST

START_TEST(a_stream_that_is_closed_is_told_nothing)
{
	Mudlark__BridgeClose m = MUDLARK__BRIDGE_CLOSE__INIT;

	open_stream(RELAY_RIG_IRC, "irc/libera/#mud");
	m.stream = RELAY_RIG_STREAM + 1;
	RIG_FEED(&r.st, RELAY_RIG_IRC, BRIDGE_CLOSE, bridge_close, &m);
	chat("chat", "one");
	m.stream = RELAY_RIG_STREAM;
	RIG_FEED(&r.st, RELAY_RIG_IRC, BRIDGE_CLOSE, bridge_close, &m);
	chat("chat", "two");
	ck_assert_uint_eq(facts(RELAY_RIG_IRC), 1);
}
END_TEST

START_TEST(the_ring_gives_facts_by_number)
{
	const uint64_t first = event_emit(w, FACT_CHAT_TOLD, ENT_NONE, "\"n\":1");
	const uint64_t second = event_emit(w, FACT_CHAT_SAID, ENT_NONE, NULL);

	ck_assert_uint_eq(event_get(w, first)->seq, first);
	ck_assert_int_eq(event_get(w, second)->kind, FACT_CHAT_SAID);
	ck_assert_ptr_null(event_get(w, second + 1));
	ck_assert_ptr_null(event_get(w, 0));
	for (int i = 0; i < EVENT_RING - 1; i++)
		event_emit(w, FACT_CHAT_TOLD, ENT_NONE, NULL);
	ck_assert_ptr_null(event_get(w, first));
	ck_assert_uint_eq(event_oldest(w), second);
	ck_assert_int_eq(event_get(w, second)->kind, FACT_CHAT_SAID);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("relay");
	TCase *c = tcase_create("streams");
	SRunner *run;
	int failed;

	tcase_set_timeout(c, 30);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_line_is_told_when_it_is_durable_and_not_before);
	tcase_add_test(c, a_store_that_stalls_lets_nothing_out);
	tcase_add_test(c, what_a_turn_emitted_is_told_when_its_own_batch_is_durable);
	tcase_add_test(c, lines_are_told_in_order_as_far_as_credit_goes);
	tcase_add_test(c, credit_has_an_end);
	tcase_add_test(c, a_stream_that_is_behind_the_ring_is_told_so_and_closed);
	tcase_add_test(c, a_turn_that_emits_more_than_the_ring_holds_leaves_streams_behind);
	tcase_add_test(c, a_stream_for_which_there_was_nothing_is_not_behind);
	tcase_add_test(c, it_begins_behind_what_its_bridge_has_where_the_ring_still_has_it);
	tcase_add_test(c, what_the_ring_has_no_more_is_left_to_the_store);
	tcase_add_test(c, a_stream_begins_only_where_all_is_durable);
	tcase_add_test(c, only_what_is_asked_for_is_told);
	tcase_add_test(c, only_these_kinds_ever_leave);
	tcase_add_test(c, who_is_hidden_is_never_told_of);
	tcase_add_test(c, what_came_from_a_target_does_not_go_back_there);
	tcase_add_test(c, that_nothing_was_for_it_is_told_now_and_then);
	tcase_add_test(c, it_has_not_passed_what_waits_for_credit);
	tcase_add_test(c, a_resumed_link_goes_on_and_a_fresh_one_begins_anew);
	tcase_add_test(c, the_next_life_of_a_bridge_takes_the_place_of_the_last);
	tcase_add_test(c, of_a_name_there_is_one_bridge_the_one_that_came_last);
	tcase_add_test(c, one_that_was_away_for_long_comes_back_unless_there_is_another);
	tcase_add_test(c,
		       streams_of_a_bridge_look_at_so_many_facts_in_a_tick_and_at_the_others_later);
	tcase_add_test(c, a_bridge_that_opens_without_end_is_dropped_and_may_dial_again);
	tcase_add_test(c, there_is_an_end_to_bridges_and_streams);
	tcase_add_test(c, a_stream_that_is_closed_is_told_nothing);
	tcase_add_test(c, the_ring_gives_facts_by_number);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
