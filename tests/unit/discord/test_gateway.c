/*
 * test_gateway.c - the gateway machine against a scripted peer, on virtual time.
 */
#include "bridges/discord/gateway.h"

#include <stdio.h>
#include <string.h>
#include "../rt/unit.h"
#include "rt/buf.h"

enum { MS = 1000, S = 1000000 };
#define TOKEN "a-token-of-nobody"
#define DAY_MS INT64_C(1780012800000) /* midnight */

static struct gateway g;
static uint64_t now_us;
static int64_t wall_ms;
static struct buf sent, events, told;
static char url[GATEWAY_URL];
static unsigned asks, connects, closes, counts, code;

static uint64_t on_mono(UNUSED void *ctx)
{
	return now_us;
}

static int64_t on_wall(UNUSED void *ctx)
{
	return wall_ms;
}

static const struct clock test_clock = { on_mono, on_wall, NULL };

static void on_ask(UNUSED void *ctx)
{
	asks++;
}

static void on_connect(UNUSED void *ctx, const char *to)
{
	connects++;
	snprintf(url, sizeof(url), "%s", to);
}

static void on_send(UNUSED void *ctx, struct span text)
{
	buf_add(&sent, text.p, text.n);
	buf_addc(&sent, '\n');
}

static void on_close(UNUSED void *ctx, unsigned with)
{
	closes++;
	code = with;
}

static void on_count(UNUSED void *ctx, UNUSED const struct gateway_count *c)
{
	counts++;
}

static void on_event(UNUSED void *ctx, const char *name, UNUSED const json_t *d)
{
	buf_addf(&events, "%s ", name);
}

static void on_changed(UNUSED void *ctx, UNUSED enum gateway_state from,
		       UNUSED enum gateway_state to)
{
}

static void on_tell(UNUSED void *ctx, const char *text)
{
	if (text)
		buf_addf(&told, "%s\n", text);
}

static void begin_with(const struct gateway_session *s, const struct gateway_count *c)
{
	const struct gateway_conf conf = {
		.token = TOKEN, .intents = 33281, .shard = 0, .shards = 1, .seed = 7
	};
	const struct gateway_io io = {
		.ask = on_ask,
		.connect = on_connect,
		.send = on_send,
		.close = on_close,
		.count = on_count,
		.event = on_event,
		.changed = on_changed,
		.tell = on_tell,
	};

	buf_clear(&sent);
	buf_clear(&events);
	buf_clear(&told);
	asks = connects = closes = counts = code = 0;
	now_us = 100 * (uint64_t)S;
	wall_ms = DAY_MS + 3600000;
	gateway_init(&g, &conf, &io, &test_clock);
	gateway_start(&g, s, c);
}

static void pass(uint64_t us)
{
	now_us += us;
	wall_ms += (int64_t)(us / 1000);
}

/* Time goes on to what is due next, at most `us` in all. */
static void run(uint64_t us)
{
	const uint64_t end = now_us + us;

	while (gateway_due(&g) && gateway_due(&g) <= end) {
		if (gateway_due(&g) > now_us)
			pass(gateway_due(&g) - now_us);
		gateway_tick(&g);
	}
	if (now_us < end)
		pass(end - now_us);
}

static void say(const char *text)
{
	gateway_message(&g, (struct span){ text, strlen(text) });
}

static void tell_limits(uint64_t remaining, uint64_t reset_after_ms)
{
	const struct gateway_limits l = { .url = SPAN("ws://127.0.0.1:7"),
					  .remaining = remaining,
					  .reset_after_ms = reset_after_ms,
					  .max_concurrency = 1,
					  .shards = 1 };

	gateway_told(&g, &l);
}

static void hello(void)
{
	gateway_opened(&g);
	say("{\"op\":10,\"d\":{\"heartbeat_interval\":40000}}");
}

static void come_in(void)
{
	tell_limits(900, 0);
	hello();
	gateway_counted(&g);
	say("{\"op\":0,\"s\":1,\"t\":\"READY\",\"d\":{\"session_id\":\"abc\","
	    "\"resume_gateway_url\":\"wss://resume.example\",\"application\":{\"id\":\"77\"},"
	    "\"user\":{\"id\":\"78\"}}}");
}

static bool has_sent(const char *text)
{
	return memmem(buf_p(&sent), sent.n, text, strlen(text)) != NULL;
}

static size_t lines_sent(void)
{
	size_t n = 0;

	for (size_t i = 0; i < sent.n; i++)
		n += buf_p(&sent)[i] == '\n';
	return n;
}

START_TEST(an_identify_is_counted_before_it_is_sent)
{
	begin_with(NULL, NULL);
	ck_assert_uint_eq(asks, 1);
	tell_limits(900, 0);
	ck_assert_str_eq(url, "ws://127.0.0.1:7");
	hello();
	ck_assert_uint_eq(counts, 1);
	ck_assert_uint_eq(g.count.identifies, 1);
	ck_assert_uint_eq(sent.n, 0);
	gateway_counted(&g);
	ck_assert(has_sent("{\"op\":2,\"d\":{\"token\":\"" TOKEN "\",\"intents\":33281,"
			   "\"shard\":[0,1],"));
	ck_assert_int_eq(g.state, GATEWAY_IDENTIFYING);
}
END_TEST

START_TEST(a_session_is_remembered_with_its_address)
{
	begin_with(NULL, NULL);
	come_in();
	ck_assert_int_eq(g.state, GATEWAY_READY);
	ck_assert_str_eq(g.session.id, "abc");
	ck_assert_str_eq(g.session.url, "wss://resume.example");
	ck_assert_str_eq(g.session.application, "77");
	ck_assert_uint_eq(g.session.seq, 1);
}
END_TEST

START_TEST(an_address_that_may_not_be_dialled_is_not_remembered)
{
	begin_with(NULL, NULL);
	tell_limits(900, 0);
	hello();
	gateway_counted(&g);
	say("{\"op\":0,\"s\":1,\"t\":\"READY\",\"d\":{\"session_id\":\"abc\","
	    "\"resume_gateway_url\":\"ws://evil.example\"}}");
	ck_assert_int_eq(g.state, GATEWAY_READY);
	ck_assert_str_eq(g.session.url, "");
}
END_TEST

START_TEST(the_first_heartbeat_is_drawn_within_the_interval_and_the_next_are_regular)
{
	begin_with(NULL, NULL);
	come_in();
	buf_clear(&sent);
	run(40 * (uint64_t)S);
	ck_assert_uint_eq(lines_sent(), 1);
	ck_assert(has_sent("{\"op\":1,\"d\":1}"));
	for (unsigned i = 0; i < 5; i++) {
		say("{\"op\":11}");
		run(40 * (uint64_t)S);
	}
	ck_assert_uint_eq(lines_sent(), 6);
	ck_assert_int_eq(g.state, GATEWAY_READY);
}
END_TEST

START_TEST(a_connection_that_answers_no_heartbeat_is_closed_and_resumed)
{
	begin_with(NULL, NULL);
	come_in();
	run(81 * (uint64_t)S);
	ck_assert_uint_eq(closes, 1);
	ck_assert_uint_eq(code, GATEWAY_AWAY);
	gateway_closed(&g, 1006, "");
	run(2 * (uint64_t)S);
	ck_assert_str_eq(url, "wss://resume.example");
	buf_clear(&sent);
	hello();
	ck_assert(has_sent("{\"op\":6,\"d\":{\"token\":\"" TOKEN "\",\"session_id\":\"abc\","
			   "\"seq\":1}}"));
	ck_assert_uint_eq(g.count.identifies, 1);
}
END_TEST

START_TEST(events_of_a_resume_are_told_before_it_is_over)
{
	const struct gateway_session s = { .id = "old", .url = "ws://127.0.0.1:9", .seq = 41 };

	begin_with(&s, NULL);
	ck_assert_uint_eq(asks, 0);
	ck_assert_str_eq(url, "ws://127.0.0.1:9");
	hello();
	ck_assert(has_sent("\"seq\":41"));
	say("{\"op\":0,\"s\":42,\"t\":\"MESSAGE_CREATE\",\"d\":{}}");
	say("{\"op\":0,\"s\":43,\"t\":\"RESUMED\",\"d\":{}}");
	ck_assert_int_eq(g.state, GATEWAY_READY);
	ck_assert_uint_eq(events.n, strlen("MESSAGE_CREATE RESUMED "));
	ck_assert_uint_eq(g.session.seq, 43);
	ck_assert_uint_eq(counts, 0);
}
END_TEST

START_TEST(a_heartbeat_that_is_asked_for_goes_at_once_but_not_without_end)
{
	begin_with(NULL, NULL);
	come_in();
	buf_clear(&sent);
	for (unsigned i = 0; i < 1000; i++)
		say("{\"op\":1,\"d\":null}");
	ck_assert_uint_ge(lines_sent(), 50);
	ck_assert_uint_le(lines_sent(), GATEWAY_SENDS - GATEWAY_RESERVE);
	/* The regular one still finds room. */
	run(40 * (uint64_t)S);
	ck_assert_uint_le(lines_sent(), GATEWAY_SENDS - 1);
	ck_assert_int_eq(g.state, GATEWAY_READY);
	ck_assert(!g.acked);
}
END_TEST

START_TEST(an_invalid_session_is_begun_anew_after_one_to_five_seconds)
{
	uint64_t since;

	begin_with(NULL, NULL);
	come_in();
	say("{\"op\":9,\"d\":false}");
	ck_assert_uint_eq(closes, 1);
	gateway_closed(&g, 4000, "");
	ck_assert_str_eq(g.session.id, "");
	since = now_us;
	asks = 0;
	while (!asks)
		run(gateway_due(&g) - now_us);
	ck_assert_uint_ge(now_us - since, S);
	ck_assert_uint_le(now_us - since, 5 * S);
	ck_assert_str_eq(g.session.application, "77");
}
END_TEST

START_TEST(a_session_that_may_be_resumed_is_kept)
{
	begin_with(NULL, NULL);
	come_in();
	say("{\"op\":9,\"d\":true}");
	gateway_closed(&g, 4000, "");
	ck_assert_str_eq(g.session.id, "abc");
	begin_with(NULL, NULL);
	come_in();
	say("{\"op\":7,\"d\":null}");
	ck_assert_uint_eq(code, GATEWAY_AWAY);
	gateway_closed(&g, 4000, "");
	ck_assert_str_eq(g.session.id, "abc");
}
END_TEST

struct closing {
	unsigned code;
	enum gateway_state state;
	bool keeps;
};

START_TEST(close_codes_do_what_is_documented)
{
	static const struct closing closings[] = {
		{ 1000, GATEWAY_WAITING, true }, { 1001, GATEWAY_WAITING, true },
		{ 1006, GATEWAY_WAITING, true }, { 4000, GATEWAY_WAITING, true },
		{ 4001, GATEWAY_WAITING, true }, { 4002, GATEWAY_WAITING, true },
		{ 4003, GATEWAY_WAITING, true }, { 4004, GATEWAY_STOPPED, true },
		{ 4005, GATEWAY_WAITING, true }, { 4007, GATEWAY_WAITING, false },
		{ 4008, GATEWAY_WAITING, true }, { 4009, GATEWAY_WAITING, false },
		{ 4010, GATEWAY_STOPPED, true }, { 4011, GATEWAY_STOPPED, true },
		{ 4012, GATEWAY_STOPPED, true }, { 4013, GATEWAY_STOPPED, true },
		{ 4014, GATEWAY_STOPPED, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(closings); i++) {
		begin_with(NULL, NULL);
		come_in();
		gateway_closed(&g, closings[i].code, "");
		ck_assert_msg(g.state == closings[i].state, "%u", closings[i].code);
		ck_assert_msg(!*g.session.id == !closings[i].keeps, "%u", closings[i].code);
		ck_assert_msg((told.n > 0) == (g.state == GATEWAY_STOPPED), "%u", closings[i].code);
		if (g.state == GATEWAY_STOPPED)
			ck_assert_uint_eq(gateway_due(&g), 0);
	}
}
END_TEST

START_TEST(no_more_than_two_hundred_identifies_a_day_whatever_happens)
{
	unsigned days = 0;

	begin_with(NULL, NULL);
	for (unsigned i = 0; i < 5000 && days < 3; i++) {
		const int64_t day = g.count.day;

		if (g.state == GATEWAY_ASKING)
			tell_limits(900, 0);
		if (g.state == GATEWAY_CONNECTING) {
			hello();
			gateway_counted(&g);
			gateway_closed(&g, 4009, "");
			backoff_well(&g.backoff); /* as if it had lasted */
		}
		run(gateway_due(&g) - now_us);
		ck_assert_uint_le(g.count.identifies, GATEWAY_IDENTIFIES);
		days += day != g.count.day;
	}
	ck_assert_uint_eq(days, 3);
	ck_assert(told.n > 0);
}
END_TEST

START_TEST(the_count_of_an_earlier_process_counts)
{
	const struct gateway_count c = { DAY_MS / 86400000, GATEWAY_IDENTIFIES };

	begin_with(NULL, &c);
	tell_limits(900, 0);
	ck_assert_uint_eq(connects, 0);
	ck_assert_int_eq(g.state, GATEWAY_WAITING);
	ck_assert_uint_ge(gateway_due(&g) - now_us, 22 * 3600 * (uint64_t)S);
}
END_TEST

START_TEST(a_limit_of_discord_is_waited_out)
{
	begin_with(NULL, NULL);
	tell_limits(0, 600000);
	ck_assert_uint_eq(connects, 0);
	ck_assert_uint_ge(gateway_due(&g) - now_us, 600 * (uint64_t)S);
	ck_assert(told.n > 0);
}
END_TEST

START_TEST(a_token_that_is_refused_stops_it)
{
	begin_with(NULL, NULL);
	gateway_not_told(&g, true, "HTTP 401");
	ck_assert_int_eq(g.state, GATEWAY_STOPPED);
	ck_assert(!memmem(buf_p(&told), told.n, TOKEN, strlen(TOKEN)));
	ck_assert(told.n > 0);
}
END_TEST

START_TEST(attempts_grow_apart_up_to_a_quarter_of_an_hour)
{
	uint64_t longest = 0;

	begin_with(NULL, NULL);
	for (unsigned i = 0; i < 30; i++) {
		gateway_not_told(&g, false, "no connection");
		ck_assert_int_eq(g.state, GATEWAY_WAITING);
		longest = gateway_due(&g) - now_us;
		run(longest);
		ck_assert_int_eq(g.state, GATEWAY_ASKING);
	}
	ck_assert_uint_ge(longest, 450 * (uint64_t)S);
	ck_assert_uint_le(longest, 900 * (uint64_t)S);
}
END_TEST

START_TEST(a_resume_that_finds_nobody_goes_by_the_main_address)
{
	const struct gateway_session s = { .id = "old", .url = "ws://127.0.0.1:9", .seq = 41 };

	begin_with(&s, NULL);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_uint_eq(asks, 0);
		gateway_closed(&g, 1006, "refused");
		run(10 * (uint64_t)S);
	}
	ck_assert_uint_eq(asks, 1);
	tell_limits(900, 0);
	ck_assert_str_eq(url, "ws://127.0.0.1:7");
	hello();
	ck_assert(has_sent("{\"op\":6,"));
}
END_TEST

START_TEST(a_state_that_lasts_too_long_is_left)
{
	begin_with(NULL, NULL);
	tell_limits(900, 0);
	gateway_opened(&g);
	run(21 * (uint64_t)S);
	ck_assert_int_eq(g.state, GATEWAY_CLOSING);
	gateway_closed(&g, 1006, "");
	ck_assert_int_eq(g.state, GATEWAY_WAITING);
}
END_TEST

START_TEST(what_cannot_be_read_closes_the_connection_and_keeps_the_session)
{
	static const char *const bad[] = {
		"", "[]", "{\"op\":\"1\"}", "{\"op\":-1}", "{", "{\"op\":1,\"op\":1}", "nonsense",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		begin_with(NULL, NULL);
		come_in();
		say(bad[i]);
		ck_assert_int_eq(g.state, GATEWAY_CLOSING);
		ck_assert_str_eq(g.session.id, "abc");
	}
}
END_TEST

START_TEST(its_end_keeps_the_session)
{
	begin_with(NULL, NULL);
	come_in();
	ck_assert(!gateway_end(&g));
	ck_assert_uint_eq(code, GATEWAY_AWAY);
	gateway_closed(&g, GATEWAY_AWAY, "");
	ck_assert_int_eq(g.state, GATEWAY_STOPPED);
	ck_assert_str_eq(g.session.id, "abc");
	begin_with(NULL, NULL);
	ck_assert(gateway_end(&g));
}
END_TEST

UNIT_MAIN("gateway", an_identify_is_counted_before_it_is_sent,
	  a_session_is_remembered_with_its_address,
	  an_address_that_may_not_be_dialled_is_not_remembered,
	  the_first_heartbeat_is_drawn_within_the_interval_and_the_next_are_regular,
	  a_connection_that_answers_no_heartbeat_is_closed_and_resumed,
	  events_of_a_resume_are_told_before_it_is_over,
	  a_heartbeat_that_is_asked_for_goes_at_once_but_not_without_end,
	  an_invalid_session_is_begun_anew_after_one_to_five_seconds,
	  a_session_that_may_be_resumed_is_kept, close_codes_do_what_is_documented,
	  no_more_than_two_hundred_identifies_a_day_whatever_happens,
	  the_count_of_an_earlier_process_counts, a_limit_of_discord_is_waited_out,
	  a_token_that_is_refused_stops_it, attempts_grow_apart_up_to_a_quarter_of_an_hour,
	  a_resume_that_finds_nobody_goes_by_the_main_address, a_state_that_lasts_too_long_is_left,
	  what_cannot_be_read_closes_the_connection_and_keeps_the_session,
	  its_end_keeps_the_session)
