/*
 * test_relay_flow.c - bridges and everybody else: who waits for whom, and what those outside are not bothered with.
 */
#include "relay_rig.h"

#include "world/core/name.h"
#include "world/turn.h"

enum { PLAYER = 900, BURST = 10000, TURNS = 5 };

static struct relay_rig r;
static struct world *w;

static void setup(void)
{
	Mudlark__BridgeOpen open = relay_rig_stream("irc/libera/#mud");

	relay_rig_open_world(&r);
	w = r.st.world;
	relay_rig_open(&r, RELAY_RIG_IRC, &open);
}

static void teardown(void)
{
	relay_rig_close_world(&r);
}

static void feed_lines(unsigned n)
{
	Mudlark__BridgeSay m = relay_rig_words("", "again and again");
	char id[16];

	m.id = id;
	for (unsigned i = 0; i < n; i++) {
		snprintf(id, sizeof(id), "n-%u", i);
		RIG_FEED(&r.st, RELAY_RIG_IRC, BRIDGE_SAY, bridge_say, &m);
	}
}

START_TEST(a_burst_of_a_bridge_holds_up_no_player)
{
	unsigned turns = 0;

	rig_guest(&r.st, PLAYER);
	rig_forget(&r.st);
	feed_lines(BURST);
	rig_feed_line(&r.st, RIG_GATEWAY, PLAYER, 2, "say here I am", false);
	while (!rig_heard(&r.st, PLAYER, "here I am") && turns++ < 2 * TURNS) {
		world_turn(w);
		rig_durable(&r.st);
	}
	ck_assert_uint_le(turns, TURNS);
	rig_ticks(&r.st, 1);
	rig_forget(&r.st);
	rig_feed_line(&r.st, RIG_GATEWAY, PLAYER, 3, "say and now", false);
	world_turn(w);
	rig_durable(&r.st);
	ck_assert(rig_heard(&r.st, PLAYER, "and now"));
	ck_assert_uint_lt(w->stats.says_taken, BURST / 2); /* the bridge waits for its turn */
}
END_TEST

START_TEST(what_waits_of_a_bridge_is_known)
{
	feed_lines(100);
	ck_assert_uint_gt(turn_waiting(w, RELAY_RIG_IRC), 100 * strlen("again and again"));
	ck_assert_uint_eq(turn_waiting(w, 0), turn_waiting(w, RELAY_RIG_IRC));
	ck_assert_uint_eq(turn_waiting(w, RELAY_RIG_DISCORD), 0);
	rig_turn(&r.st);
	ck_assert_uint_eq(turn_waiting(w, RELAY_RIG_IRC), 0);
	ck_assert_uint_eq(turn_waiting(w, 0), 0);
}
END_TEST

START_TEST(that_a_channel_leads_nowhere_is_said_outside_once)
{
	Mudlark__BridgeOpen open = relay_rig_stream("irc/libera/#mud");
	Mudlark__BridgeSay m = relay_rig_words("a-1", "hello");

	m.channel = "nowhere";
	relay_rig_say(&r, RELAY_RIG_IRC, &m);
	ck_assert(!relay_rig_taken(&r, RELAY_RIG_IRC)->silent);
	ck_assert_str_ne(relay_rig_refusal(&r, RELAY_RIG_IRC), "");
	m.id = "a-2";
	relay_rig_say(&r, RELAY_RIG_IRC, &m);
	ck_assert(relay_rig_taken(&r, RELAY_RIG_IRC)->silent);
	ck_assert_str_ne(relay_rig_refusal(&r, RELAY_RIG_IRC), "");
	relay_rig_open(&r, RELAY_RIG_IRC, &open);
	m.id = "a-3";
	relay_rig_say(&r, RELAY_RIG_IRC, &m);
	ck_assert(!relay_rig_taken(&r, RELAY_RIG_IRC)->silent);
}
END_TEST

START_TEST(a_stream_is_told_which_channels_are_silenced)
{
	Mudlark__BridgeOpen open = relay_rig_stream("irc/libera/#mud");
	const Mudlark__BridgeOpened *m;

	ck_assert(relay_mute(w, SPAN("irc"), SPAN("quiz"), true));
	ck_assert(relay_mute(w, SPAN("discord"), SPAN("chat"), true));
	relay_rig_forget(&r);
	relay_rig_open(&r, RELAY_RIG_IRC, &open);
	m = relay_rig_told(&r, RELAY_RIG_IRC, MUDLARK__BRIDGE_IN__BODY_OPENED, 0)->opened;
	ck_assert(!m->muted);
	ck_assert_uint_eq(m->n_muted_channels, 1);
	ck_assert_str_eq(m->muted_channels[0], "quiz");
}
END_TEST

static void take_time(void *ctx, const struct fact *f)
{
	int64_t *ret = ctx;

	if (f->kind == FACT_SERVER_STARTED)
		*ret = f->wall_ms;
}

START_TEST(a_world_knows_what_time_it_begins_at)
{
	int64_t wall_ms = 0;

	r.st.wall_ms = 1777636800000;
	relay_rig_restart(&r);
	event_recent(r.st.world, EVENT_RING, take_time, &wall_ms);
	ck_assert_int_eq(wall_ms, 1777636800000);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("relay");
	TCase *c = tcase_create("flow");
	SRunner *run;
	int failed;

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_burst_of_a_bridge_holds_up_no_player);
	tcase_add_test(c, what_waits_of_a_bridge_is_known);
	tcase_add_test(c, that_a_channel_leads_nowhere_is_said_outside_once);
	tcase_add_test(c, a_stream_is_told_which_channels_are_silenced);
	tcase_add_test(c, a_world_knows_what_time_it_begins_at);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
