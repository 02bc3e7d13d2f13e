/*
 * test_stream_life.c - a stream over the deaths of its bridge, its world and persist: at most once, and what is not known
 * for sure is said to be so.
 */
#include "tests/unit/bridges/stream_rig.h"

#include "rt/rand.h"

enum { STORMS = 24 };

START_TEST(killed_between_mark_and_confirmation_a_line_comes_again_as_unsure)
{
	begin();
	sends = false;
	for (unsigned i = 1; i <= 3; i++)
		rig_said(&r, i);
	rig_turns(&r, 3);
	ck_assert_uint_eq(n_got, 3);
	ck_assert_uint_eq(bridge_waiting(stream), 3);
	bridge_sent(stream, 1);
	ck_assert_uint_eq(bridge_waiting(stream), 2);
	rig_later(&r, 2 * SECOND);
	rig_turns(&r, 2);
	check_cursor(3, 1);
	rig_said(&r, 4);
	rig_kill(&r, false);
	n_got = 0;
	again();
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 3);
	ck_assert(got[0].seq == 2 && got[0].unsure);
	ck_assert(got[1].seq == 3 && got[1].unsure);
	ck_assert(got[2].seq == 4 && !got[2].unsure);
	rig_end(&r);
}
END_TEST

START_TEST(killed_before_the_mark_is_stored_a_line_is_sure)
{
	begin();
	rig_said(&r, 1);
	rig_world(&r);
	core_tick(&r.b);
	rig_kill(&r, false);
	again();
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 1);
	ck_assert(!got[0].unsure);
	rig_end(&r);
}
END_TEST

START_TEST(killed_when_the_mark_is_stored_and_nothing_was_handed_over_it_is_unsure)
{
	begin();
	rig_said(&r, 1);
	rig_world(&r);
	core_tick(&r.b);
	rig_kill(&r, true);
	ck_assert_uint_eq(n_got, 0);
	again();
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 1);
	ck_assert(got[0].unsure);
	rig_end(&r);
}
END_TEST

START_TEST(a_new_world_goes_on_behind_what_was_received)
{
	begin();
	bridge_want(stream, 2);
	for (unsigned i = 0; i < 10; i++)
		rig_said(&r, i);
	rig_turns(&r, 3);
	rig_world_down(&r);
	rig_turns(&r, 2);
	r.seq += 1000; /* numbers go on in another block */
	rig_world_fresh(&r);
	rig_said(&r, 11);
	bridge_want(stream, 100);
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 11);
	for (size_t i = 0; i < 10; i++)
		ck_assert(got[i].seq == i + 1 && !got[i].unsure);
	ck_assert_uint_eq(got[10].seq, 1011);
	rig_end(&r);
}
END_TEST

START_TEST(while_persist_is_away_nothing_is_handed_over_and_nothing_is_lost)
{
	begin();
	rig_said(&r, 1);
	rig_world(&r);
	core_tick(&r.b);
	rig_store_down(&r, false);
	for (unsigned i = 2; i <= 20; i++)
		rig_said(&r, i);
	rig_turns(&r, 3);
	rig_later(&r, 5 * SECOND);
	rig_turns(&r, 3);
	ck_assert_uint_eq(n_got, 0);
	core_store_up(&r.b);
	rig_turns(&r, 3);
	ck_assert_uint_eq(n_got, 20);
	for (size_t i = 0; i < 20; i++)
		ck_assert(got[i].seq == i + 1 && !got[i].unsure);
	rig_end(&r);
}
END_TEST

START_TEST(what_persist_refuses_for_now_is_asked_again_later)
{
	begin();
	rig_said(&r, 1);
	rig_world(&r);
	core_tick(&r.b);
	rig_refuse(&r, MUDLARK__STATUS__STATUS_STORE);
	core_tick(&r.b);
	ck_assert_uint_eq(r.n_calls, 0);
	ck_assert_uint_eq(core_due(&r.b), r.now + CORE_AGAIN_US);
	rig_later(&r, CORE_AGAIN_US);
	rig_turns(&r, 2);
	ck_assert_uint_eq(n_got, 1);
	rig_end(&r);
}
END_TEST

START_TEST(a_cursor_that_cannot_be_read_yet_holds_everything)
{
	rig_begin(&r, NULL);
	n_got = 0;
	sends = true;
	rig_put(&r, "cursor/irc/net/#mud", SPAN("{\"taken\":2,\"sent\":2}"));
	for (unsigned i = 1; i <= 5; i++)
		rig_said(&r, i);
	open_chat();
	bridge_want(stream, 100);
	core_tick(&r.b);
	rig_refuse(&r, MUDLARK__STATUS__STATUS_BUSY);
	rig_world(&r);
	core_tick(&r.b);
	ck_assert_uint_eq(r.n_streams, 0);
	rig_later(&r, CORE_AGAIN_US);
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 3);
	ck_assert_uint_eq(got[0].seq, 3);
	rig_end(&r);
}
END_TEST

START_TEST(one_that_is_closed_and_opened_anew_goes_on_where_it_was)
{
	begin();
	sends = false;
	for (unsigned i = 1; i <= 4; i++)
		rig_said(&r, i);
	rig_turns(&r, 3);
	bridge_sent(stream, 2);
	bridge_stream_close(stream);
	open_chat();
	bridge_want(stream, 10);
	n_got = 0;
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 2);
	ck_assert(got[0].seq == 3 && got[0].unsure);
	ck_assert(got[1].seq == 4 && got[1].unsure);
	ck_assert_ptr_eq(r.b.first, stream);
	ck_assert_ptr_eq(r.b.last, stream);
	rig_end(&r);
}
END_TEST

static void on_line_close(UNUSED void *ctx, const struct bridge_line *l)
{
	got[n_got++] = (struct got){ .seq = l->seq };
	bridge_sent(stream, l->seq);
	bridge_stream_close(stream);
	open_chat();
	bridge_want(stream, 10);
}

START_TEST(one_may_be_closed_and_opened_from_inside_of_what_it_calls)
{
	begin();
	stream->e.line = on_line_close;
	for (unsigned i = 1; i <= 4; i++)
		rig_said(&r, i);
	rig_turns(&r, 6);
	ck_assert_uint_eq(n_got, 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_eq(got[i].seq, i + 1);
	rig_end(&r);
}
END_TEST

START_TEST(one_that_is_closed_stays_until_its_cursor_is_stored)
{
	begin();
	rig_said(&r, 1);
	rig_turns(&r, 3);
	rig_store_down(&r, false);
	bridge_stream_close(stream);
	rig_turns(&r, 3);
	ck_assert_ptr_nonnull(r.b.first);
	core_store_up(&r.b);
	rig_turns(&r, 2);
	ck_assert_ptr_null(r.b.first);
	check_cursor(1, 1);
	ck_assert_uint_eq(r.n_streams, 0);
	rig_end(&r);
}
END_TEST

START_TEST(an_orderly_end_leaves_nothing_unsure)
{
	begin();
	bridge_want(stream, 10);
	for (unsigned i = 1; i <= 4; i++)
		rig_said(&r, i);
	rig_world(&r);
	core_tick(&r.b);
	rig_serve_one(&r, true); /* marked, and then it is to end */
	bridge_stopped(&r.b);
	core_tick(&r.b);
	ck_assert(!r.ended);
	rig_turn(&r);
	ck_assert_uint_eq(n_got, 0);
	ck_assert(r.ended);
	check_cursor(0, 0);
	rig_kill(&r, false);
	again();
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 4);
	ck_assert(!got[0].unsure && !got[3].unsure);
	rig_end(&r);
}
END_TEST

START_TEST(what_never_began_to_leave_is_new_to_the_next_life)
{
	begin();
	sends = false;
	for (unsigned i = 1; i <= 4; i++)
		rig_said(&r, i);
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 4);
	bridge_returned(stream, 2);
	bridge_stopped(&r.b);
	rig_turns(&r, 3);
	ck_assert(r.ended);
	check_cursor(2, 0);
	rig_kill(&r, false);
	again();
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 8);
	ck_assert(got[4].unsure && got[5].unsure);
	ck_assert(got[6].seq == 3 && !got[6].unsure && !got[7].unsure);
	rig_end(&r);
}
END_TEST

START_TEST(an_end_does_not_wait_for_ever_for_persist)
{
	begin();
	rig_said(&r, 1);
	rig_turns(&r, 3);
	rig_store_down(&r, false);
	bridge_stopped(&r.b);
	core_tick(&r.b);
	ck_assert(!r.ended);
	ck_assert_uint_ne(core_due(&r.b), UINT64_MAX);
	rig_later(&r, core_due(&r.b) - r.now);
	core_tick(&r.b);
	ck_assert(r.ended);
	rig_end(&r);
}
END_TEST

START_TEST(a_store_that_was_set_back_is_followed)
{
	begin();
	for (unsigned i = 1; i <= 10; i++)
		rig_said(&r, i);
	rig_turns(&r, 3);
	rig_world_down(&r);
	r.n_facts = r.seq = 4;
	rig_put(&r, "cursor/irc/net/#mud", SPAN("{\"taken\":4,\"sent\":4}"));
	rig_world_fresh(&r);
	rig_turns(&r, 2);
	n_got = 0;
	rig_said(&r, 5);
	rig_turns(&r, 4);
	ck_assert_uint_eq(n_got, 1);
	ck_assert_uint_eq(got[0].seq, 5);
	ck_assert(!got[0].unsure);
	rig_end(&r);
}
END_TEST

/* ---- anything at all, in any order ---- */

static struct {
	bool handed[RIG_FACTS + 1]; /* by any life */
	bool told[RIG_FACTS + 1];   /* handed or counted as missing */
	uint64_t last;		    /* that this life handed over */
	size_t lines, unsure, skipped;
} seen;

static void on_storm_line(UNUSED void *ctx, const struct bridge_line *l)
{
	ck_assert_uint_gt(l->seq, seen.last);
	ck_assert(!seen.handed[l->seq] || l->unsure);
	seen.last = l->seq;
	seen.unsure += l->unsure;
	seen.lines++;
	seen.handed[l->seq] = seen.told[l->seq] = true;
}

static void on_storm_skipped(UNUSED void *ctx, UNUSED uint64_t seq, UNUSED enum skip_why why,
			     size_t n, UNUSED int64_t from_ms, UNUSED int64_t to_ms)
{
	seen.skipped += n;
}

static const struct stream_events storm_events = { on_storm_line, on_storm_skipped, NULL };

static void storm_open(void)
{
	seen.last = 0;
	stream = bridge_stream_open(&r.b,
				    &(struct stream_spec){ .key = "irc/storm",
							   .kinds = LINE(LINE_SAID) },
				    &storm_events);
	bridge_want(stream, 20);
}

static void kill_bridge(struct rng *rng)
{
	rig_kill(&r, rng_below(rng, 2));
	rig_start(&r, NULL);
	storm_open();
}

static void kill_world(UNUSED struct rng *rng)
{
	rig_world_down(&r);
	core_tick(&r.b);
	rig_world_fresh(&r);
}

static void kill_persist(struct rng *rng)
{
	rig_store_down(&r, rng_below(rng, 2));
	rig_turn(&r);
	core_store_up(&r.b);
}

static void refuse(UNUSED struct rng *rng)
{
	rig_refuse(&r, MUDLARK__STATUS__STATUS_BUSY);
}

static void reopen(UNUSED struct rng *rng)
{
	bridge_stream_close(stream);
	storm_open();
}

static void wait_a_little(struct rng *rng)
{
	rig_later(&r, rng_below(rng, 200000));
}

static void want(struct rng *rng)
{
	bridge_want(stream, rng_below(rng, 30));
}

static void confirm(struct rng *rng)
{
	const uint64_t less = rng_below(rng, 3);

	bridge_sent(stream, seen.last > less ? seen.last - less : 0);
}

static void tell(UNUSED struct rng *rng)
{
	rig_world(&r);
}

static void serve(UNUSED struct rng *rng)
{
	if (r.n_calls > 0)
		rig_serve_one(&r, true);
}

static void tick(UNUSED struct rng *rng)
{
	core_tick(&r.b);
}

static void say(struct rng *rng)
{
	for (uint64_t n = rng_below(rng, 8); n > 0 && r.n_facts < 6000; n--)
		rig_said(&r, 1);
}

struct step {
	unsigned weight;
	void (*fn)(struct rng *rng);
};

static const struct step steps[] = {
	{ 1, kill_bridge }, { 1, kill_world },	  { 1, kill_persist }, { 1, refuse },
	{ 1, reopen },	    { 8, wait_a_little }, { 5, want },	       { 12, confirm },
	{ 20, tell },	    { 20, serve },	  { 20, tick },	       { 10, say },
};
enum { WEIGHTS = 100 };

static void storm_step(struct rng *rng)
{
	uint64_t draw = rng_below(rng, WEIGHTS);
	size_t i = 0;

	while (draw >= steps[i].weight)
		draw -= steps[i++].weight;
	steps[i].fn(rng);
	ck_assert_uint_le(stream->n, BRIDGE_WINDOW_MAX);
}

static void storm(uint64_t seed)
{
	struct rng rng;

	rng_seed(&rng, seed);
	memset(&seen, 0, sizeof(seen));
	rig_begin(&r, NULL);
	storm_open();
	rig_turns(&r, 3);
	for (unsigned i = 0; i < 6000; i++)
		storm_step(&rng);
	ck_assert_uint_gt(seen.lines, 500);
	rig_later(&r, 10 * SECOND);
	for (unsigned i = 0; i < 400; i++) {
		bridge_want(stream, 100);
		rig_turn(&r);
		bridge_sent(stream, seen.last);
		rig_later(&r, SECOND);
	}
	ck_assert_uint_gt(r.n_facts, 1000);
	ck_assert_uint_gt(seen.unsure, 0);

	ck_assert_uint_eq(seen.skipped, 0);
	for (size_t i = 0; i < r.n_facts; i++)
		ck_assert_msg(seen.told[r.facts[i].seq], "seed %" PRIu64 ": %zu of %zu", seed, i,
			      r.n_facts);
	rig_end(&r);
}

START_TEST(whoever_dies_when_no_line_comes_twice_for_sure_and_none_is_missing)
{
	for (uint64_t seed = 1; seed <= STORMS; seed++)
		storm(seed);
}
END_TEST

UNIT_MAIN("stream_life", killed_between_mark_and_confirmation_a_line_comes_again_as_unsure,
	  killed_before_the_mark_is_stored_a_line_is_sure,
	  killed_when_the_mark_is_stored_and_nothing_was_handed_over_it_is_unsure,
	  a_new_world_goes_on_behind_what_was_received,
	  while_persist_is_away_nothing_is_handed_over_and_nothing_is_lost,
	  what_persist_refuses_for_now_is_asked_again_later,
	  a_cursor_that_cannot_be_read_yet_holds_everything,
	  one_that_is_closed_and_opened_anew_goes_on_where_it_was,
	  one_may_be_closed_and_opened_from_inside_of_what_it_calls,
	  one_that_is_closed_stays_until_its_cursor_is_stored, an_orderly_end_leaves_nothing_unsure,
	  what_never_began_to_leave_is_new_to_the_next_life,
	  an_end_does_not_wait_for_ever_for_persist, a_store_that_was_set_back_is_followed,
	  whoever_dies_when_no_line_comes_twice_for_sure_and_none_is_missing)
