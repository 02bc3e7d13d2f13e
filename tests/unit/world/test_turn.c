/*
 * test_turn.c - units, turns and commits: what is stored, what is held, what counts once.
 */
#include "rig.h"
#include "rt/route.h"
#include "world/core/item.h"
#include "world/turn.h"

static struct rig r;
static struct world *w;

static void setup(void)
{
	rig_init(&r);
	w = r.world;
}

static void teardown(void)
{
	rig_done_with(&r);
}

START_TEST(every_input_has_a_handler)
{
	const char *missing = route_check(&world_inbox);

	ck_assert_msg(!missing, "no row for %s", missing);
}
END_TEST

START_TEST(a_line_without_effect_leaves_no_trace_but_its_answer)
{
	uint64_t batch;

	rig_guest(&r, 5);
	batch = r.issued;
	rig_line(&r, 5, 2, "look");
	rig_line(&r, 5, 3, "think of nothing");
	rig_line(&r, 5, 4, "");
	ck_assert_uint_eq(r.issued, batch);
	ck_assert_uint_eq(r.n_said, 3);
	ck_assert_uint_eq(rig_done(&r, 5), 4);
	for (size_t i = 0; i < r.n_said; i++)
		ck_assert_uint_eq(r.said[i].oseq, 0);
	ck_assert(rig_heard(&r, 5, "The Yard"));
	ck_assert_uint_eq(rig_session(&r, 5)->applied, 1);
}
END_TEST

START_TEST(a_line_with_effect_is_one_commit_with_its_mark_and_its_output)
{
	uint64_t batch;
	struct ent guest = rig_guest(&r, 5);
	const Mudlark__Commit *c;

	batch = r.issued;
	r.prompt_store = false;
	rig_line(&r, 5, 2, "get stone");
	ck_assert_uint_eq(r.issued, batch + 1);
	c = r.waiting[0];
	ck_assert_uint_eq(c->n_put, 1);
	ck_assert_uint_eq(c->put[0]->owner, ent_id(w, guest));
	ck_assert_uint_eq(c->n_sessions, 1);
	ck_assert_uint_eq(c->sessions[0]->session, 5);
	ck_assert_uint_eq(c->sessions[0]->applied, 2);
	ck_assert_uint_eq(c->sessions[0]->character, ent_id(w, guest));
	ck_assert_uint_eq(c->n_outbox, 1);
	ck_assert_uint_eq(c->n_events, 1);
	ck_assert_str_eq(c->events[0]->kind, "item:picked_up");
	rig_durable(&r);
}
END_TEST

START_TEST(nobody_hears_what_the_store_does_not_have)
{
	rig_guest(&r, 5);
	rig_guest(&r, 6);
	r.prompt_store = false;
	rig_line(&r, 5, 2, "get stone");
	rig_line(&r, 6, 2, "look"); /* no effect, but it shows that the stone is gone */
	ck_assert_uint_eq(r.n_said, 0);
	rig_durable(&r);
	ck_assert_uint_eq(rig_done(&r, 5), 2);
	ck_assert_uint_eq(rig_done(&r, 6), 2);
	ck_assert_uint_gt(r.said[0].oseq, 0);
	ck_assert_uint_eq(r.said[r.n_said - 1].oseq, 0);
	ck_assert(rig_room_heard(&r, 6, "picks up"));
}
END_TEST

START_TEST(batches_are_pipelined_and_released_one_by_one)
{
	Mudlark__Committed m = MUDLARK__COMMITTED__INIT;

	rig_guest(&r, 5);
	r.prompt_store = false;
	rig_line(&r, 5, 2, "get stone");
	rig_line(&r, 5, 3, "get stone");
	ck_assert_uint_eq(r.n_waiting, 2);
	m.batch = r.waiting[0]->batch;
	RIG_FEED(&r, 0, COMMITTED, committed, &m);
	ck_assert_uint_eq(rig_done(&r, 5), 2);
	rig_durable(&r);
	ck_assert_uint_eq(rig_done(&r, 5), 3);
}
END_TEST

static void store_state(bool stalled)
{
	Mudlark__StoreState m = MUDLARK__STORE_STATE__INIT;

	m.stalled = stalled;
	RIG_FEED(&r, 0, STORE_STATE, store_state, &m);
	rig_turn(&r);
}

START_TEST(a_stalled_store_holds_nobody_when_available)
{
	rig_guest(&r, 5);
	r.prompt_store = false;
	rig_line(&r, 5, 2, "get stone");
	ck_assert_uint_eq(rig_done(&r, 5), 0);
	store_state(true);
	ck_assert_uint_eq(rig_done(&r, 5), 2);
	ck_assert_ptr_nonnull(
		strstr((char *)rig_last(&r, MUDLARK__GATEWAY_IN__BODY_NOTICE)->notice->text.data,
		       "The chronicle has fallen behind"));
	rig_line(&r, 5, 3, "get stone");
	ck_assert_uint_eq(rig_done(&r, 5), 3);
	ck_assert_uint_eq(r.n_waiting, 2); /* every batch is kept */
	rig_durable(&r);
	store_state(false);
	rig_durable(&r); /* that it recovered is a fact and is stored, too */
	ck_assert_ptr_nonnull(
		strstr((char *)rig_last(&r, MUDLARK__GATEWAY_IN__BODY_NOTICE)->notice->text.data,
		       "caught up"));
}
END_TEST

START_TEST(a_stalled_store_holds_everybody_when_strict)
{
	rig_guest(&r, 5);
	w->conf.strict = true;
	r.prompt_store = false;
	rig_line(&r, 5, 2, "get stone");
	store_state(true);
	ck_assert_uint_eq(rig_done(&r, 5), 0);
	rig_durable(&r);
	ck_assert_uint_eq(rig_done(&r, 5), 2);
}
END_TEST

START_TEST(above_the_backlog_no_line_is_run_until_the_store_is_back)
{
	rig_guest(&r, 5);
	w->conf.backlog_bytes = 1;
	r.prompt_store = false;
	rig_line(&r, 5, 2, "get stone");
	ck_assert_uint_eq(r.n_waiting, 1);
	rig_feed_line(&r, RIG_GATEWAY, 5, 3, "get stone", false);
	ck_assert(!world_turn(w)); /* it does not turn in circles either */
	ck_assert_uint_eq(r.n_waiting, 1);
	rig_durable(&r);
	rig_turn(&r);
	ck_assert_uint_eq(r.n_waiting, 1);
	ck_assert_uint_eq(r.waiting[0]->sessions[0]->applied, 3);
}
END_TEST

START_TEST(what_happened_in_this_turn_is_durable_with_the_batch_of_its_end)
{
	uint64_t batch;

	rig_guest(&r, 5);
	batch = commits_issued(w);
	ck_assert_uint_eq(commits_next_durable(w), batch);
	world_document(w, "pack", "yard", SPAN("{}"));
	ck_assert_uint_eq(commits_next_durable(w), batch + 1);
	rig_turn(&r);
	ck_assert_uint_eq(commits_issued(w), batch + 1);
	ck_assert_uint_eq(commits_next_durable(w), batch + 1);
}
END_TEST

START_TEST(a_repeated_line_is_dropped)
{
	rig_guest(&r, 5);
	rig_line(&r, 5, 2, "get stone");
	rig_forget(&r);
	rig_line(&r, 5, 2, "get stone");
	rig_line(&r, 5, 1, "guest");
	ck_assert_uint_eq(r.n_said, 0);
	ck_assert_uint_eq(w->stats.lines_dropped, 2);
}
END_TEST

START_TEST(a_line_from_another_gateway_is_dropped)
{
	rig_guest(&r, 5);
	rig_peer_up(&r, RIG_OTHER, false);
	rig_feed_line(&r, RIG_OTHER, 5, 2, "get stone", false);
	rig_turn(&r);
	rig_feed_line(&r, RIG_GATEWAY, 999, 1, "look", false);
	rig_turn(&r);
	ck_assert_uint_eq(r.n_said, 0);
	ck_assert_uint_eq(w->stats.lines_dropped, 2);
}
END_TEST

START_TEST(a_session_runs_one_line_in_a_turn)
{
	uint64_t lines;

	rig_guest(&r, 5);
	rig_guest(&r, 6);
	rig_feed_line(&r, RIG_GATEWAY, 5, 2, "look", false);
	rig_feed_line(&r, RIG_GATEWAY, 5, 3, "look", false);
	rig_feed_line(&r, RIG_GATEWAY, 6, 2, "look", false);
	lines = w->stats.lines;
	ck_assert(world_turn(w));
	ck_assert_uint_eq(w->stats.lines, lines + 1);
	ck_assert(!world_turn(w));
	ck_assert_uint_eq(w->stats.lines, lines + 3);
}
END_TEST

START_TEST(many_lines_of_one_turn_are_one_commit)
{
	uint64_t batch;

	rig_guest(&r, 5);
	rig_guest(&r, 6);
	rig_guest(&r, 7);
	batch = r.issued;
	for (uint64_t s = 5; s <= 7; s++)
		rig_feed_line(&r, RIG_GATEWAY, s, 2, "get stone", false);
	rig_turn(&r);
	ck_assert_uint_eq(r.issued, batch + 1);
	for (uint64_t s = 5; s <= 7; s++)
		ck_assert_uint_eq(rig_session(&r, s)->applied, 2);
}
END_TEST

static size_t made;

static void make_many(struct world *world, struct ent actor, struct span line)
{
	(void)actor;
	(void)line;
	for (int i = 0; i < 40; i++, made++)
		item_new(world, r.pack, &r.pack->items[0]);
}

START_TEST(a_turn_ends_when_its_commit_is_large_and_no_commit_is_too_large)
{
	uint64_t first;

	for (uint64_t s = 5; s < 45; s++)
		rig_guest(&r, s);
	w->env.run = make_many;
	r.prompt_store = false;
	first = r.issued;
	for (uint64_t s = 5; s < 45; s++)
		rig_feed_line(&r, RIG_GATEWAY, s, 2, "make", false);
	ck_assert(world_turn(w));
	while (world_turn(w))
		;
	ck_assert_uint_gt(r.issued, first + 1);
	for (size_t i = 0; i < r.n_waiting; i++)
		ck_assert_uint_lt(mudlark__commit__get_packed_size(r.waiting[i]), COMMIT_HARD);
	for (size_t i = 0; i < r.n_waiting; i++)
		mudlark__commit__free_unpacked(r.waiting[i], NULL);
	r.n_waiting = 0;
	ck_assert_uint_eq(made, 40 * 40);
}
END_TEST

START_TEST(a_line_that_killed_the_world_twice_is_set_aside)
{
	Mudlark__Quarantine m = MUDLARK__QUARANTINE__INIT;

	rig_guest(&r, 5);
	m.session = 5;
	m.seq = 2;
	m.crashes = 1;
	RIG_FEED(&r, 0, QUARANTINE, quarantine, &m);
	m.seq = 3;
	m.crashes = 2;
	RIG_FEED(&r, 0, QUARANTINE, quarantine, &m);
	rig_line(&r, 5, 2, "look");
	ck_assert(rig_heard(&r, 5, "The Yard"));
	rig_forget(&r);
	rig_line(&r, 5, 3, "get stone");
	ck_assert(rig_heard(&r, 5, "set aside"));
	ck_assert_uint_eq(rig_done(&r, 5), 3);
	ck_assert_uint_eq(rig_session(&r, 5)->applied, 3);
}
END_TEST

START_TEST(the_surroundings_know_which_line_is_run)
{
	rig_guest(&r, 5);
	rig_line(&r, 5, 2, "look");
	ck_assert_uint_eq(r.running_session, 5);
	ck_assert_uint_eq(r.running_seq, 2);
}
END_TEST

START_TEST(a_password_that_nobody_asked_for_is_not_run)
{
	rig_guest(&r, 5);
	rig_feed_line(&r, RIG_GATEWAY, 5, 2, "look", true);
	rig_turn(&r);
	ck_assert(rig_heard(&r, 5, "question is forgotten"));
	ck_assert(!rig_heard(&r, 5, "Yard"));
	ck_assert_uint_eq(rig_done(&r, 5), 2);
}
END_TEST

START_TEST(a_superseded_world_says_so_and_does_nothing_more)
{
	Mudlark__BatchRefused m = MUDLARK__BATCH_REFUSED__INIT;
	uint64_t batch;

	rig_guest(&r, 5);
	m.epoch = 9;
	RIG_FEED(&r, 0, BATCH_REFUSED, batch_refused, &m);
	ck_assert_uint_eq(r.superseded, 9);
	batch = r.issued;
	rig_line(&r, 5, 2, "get stone");
	ck_assert_uint_eq(r.issued, batch);
	ck_assert_uint_eq(rig_done(&r, 5), 0);
}
END_TEST

static uint64_t fault_batch;
static unsigned faults;

static void on_fault(void *ctx, uint64_t batch, const char *why)
{
	(void)ctx;
	ck_assert_uint_gt(strlen(why), 0);
	fault_batch = batch;
	faults++;
}

static void poisoned(uint64_t batch)
{
	Mudlark__BatchPoisoned m = MUDLARK__BATCH_POISONED__INIT;

	m.batch = batch;
	m.why = "refused by the database";
	RIG_FEED(&r, 0, BATCH_POISONED, batch_poisoned, &m);
}

START_TEST(a_world_whose_batch_was_set_aside_ends_and_shows_nothing_of_it)
{
	uint64_t batch;

	rig_guest(&r, 5);
	w->env.fault = on_fault;
	r.prompt_store = false;
	rig_line(&r, 5, 2, "get stone");
	batch = r.issued;
	poisoned(batch);
	ck_assert_uint_eq(faults, 1);
	ck_assert_uint_eq(fault_batch, batch);
	rig_durable(&r);
	rig_line(&r, 5, 3, "get stone");
	rig_ticks(&r, 20);
	poisoned(batch + 1);
	ck_assert_uint_eq(faults, 1);
	ck_assert_uint_eq(r.issued, batch);
	ck_assert_uint_eq(rig_done(&r, 5), 0);
}
END_TEST

START_TEST(a_batch_that_was_set_aside_is_not_shown_while_the_store_is_stalled_either)
{
	Mudlark__StoreState m = MUDLARK__STORE_STATE__INIT;

	rig_guest(&r, 5);
	r.prompt_store = false;
	rig_line(&r, 5, 2, "get stone");
	poisoned(r.issued);
	m.stalled = true;
	RIG_FEED(&r, 0, STORE_STATE, store_state, &m);
	rig_turn(&r);
	ck_assert_uint_eq(rig_done(&r, 5), 0);
}
END_TEST

static uint64_t note_session, note_seq;

static void on_running(void *ctx, uint64_t session, uint64_t seq)
{
	(void)ctx;
	note_session = session;
	note_seq = seq;
}

static void make_too_much(struct world *x, struct ent actor, struct span line)
{
	static char text[1000 * 1024];

	(void)actor;
	(void)line;
	memset(text, 'x', sizeof(text));
	world_document(x, "pack", "huge", (struct span){ text, sizeof(text) });
}

START_TEST(a_line_that_changes_too_much_ends_the_world_and_is_blamed)
{
	uint64_t batch;

	rig_guest(&r, 5);
	rig_guest(&r, 6);
	rig_forget(&r);
	batch = r.issued;
	w->env.run = make_too_much;
	w->env.fault = on_fault;
	w->env.running = on_running;
	rig_line(&r, 6, 2, "make");
	ck_assert_uint_eq(faults, 1);
	ck_assert_uint_eq(fault_batch, batch + 1);
	ck_assert_uint_eq(r.issued, batch);
	ck_assert_uint_eq(rig_done(&r, 6), 0);
	/* The note still holds it when the process ends. */
	ck_assert_uint_eq(note_session, 6);
	ck_assert_uint_eq(note_seq, 2);
	rig_line(&r, 5, 2, "look");
	rig_ticks(&r, 10);
	ck_assert_uint_eq(r.issued, batch);
	ck_assert_uint_eq(rig_done(&r, 5), 0);
	ck_assert_uint_eq(note_session, 6);
}
END_TEST

START_TEST(after_stop_no_line_is_run_and_sessions_stay)
{
	Mudlark__Stop m = MUDLARK__STOP__INIT;

	rig_guest(&r, 5);
	RIG_FEED(&r, 0, STOP, stop, &m);
	rig_line(&r, 5, 2, "get stone");
	ck_assert_str_eq(r.last_event, "server:stopping");
	ck_assert_uint_eq(rig_done(&r, 5), 0);
	ck_assert_ptr_nonnull(rig_session(&r, 5));
}
END_TEST

static void twice(struct world *world, struct session *s, struct span text)
{
	session_keep(s, 0, text);
	(void)world;
	(void)s;
}

START_TEST(a_question_gets_the_next_line_and_then_commands_do_again)
{
	struct session *s;

	rig_guest(&r, 5);
	s = session_get(w, 5);
	session_ask(w, s, "Well? ", true, twice);
	rig_line(&r, 5, 2, "look");
	ck_assert(!rig_heard(&r, 5, "Yard"));
	ck_assert(session_kept(s, 0).n == 4);
	rig_forget(&r);
	rig_line(&r, 5, 3, "look");
	ck_assert(rig_heard(&r, 5, "Yard"));
	ck_assert_uint_eq(session_kept(s, 0).n, 0);
}
END_TEST

START_TEST(the_same_inputs_give_the_same_world)
{
	static struct rig other;
	uint64_t a, b, parts_a[HASH_PARTS], parts_b[HASH_PARTS];

	rig_init(&other);
	for (struct rig *x = &r; x; x = x == &r ? &other : NULL) {
		rig_guest(x, 5);
		rig_guest(x, 6);
		rig_line(x, 5, 2, "get stone");
		rig_line(x, 6, 2, "north");
		rig_line(x, 5, 3, "put stone in box");
		rig_ticks(x, 30);
		world_random(x->world, 100);
	}
	a = world_hash(r.world, parts_a);
	b = world_hash(other.world, parts_b);
	ck_assert_uint_eq(a, b);
	rig_line(&other, 6, 3, "south");
	b = world_hash(other.world, parts_b);
	ck_assert_uint_ne(a, b);
	ck_assert_uint_eq(parts_a[0], parts_b[0]); /* items */
	ck_assert_uint_ne(parts_a[1], parts_b[1]); /* characters */
	rig_done_with(&other);
}
END_TEST

START_TEST(a_restart_gives_the_same_things_and_people)
{
	uint64_t before[HASH_PARTS], after[HASH_PARTS];

	rig_guest(&r, 5);
	rig_line(&r, 5, 2, "get stone");
	rig_line(&r, 5, 3, "put stone in box");
	rig_line(&r, 5, 4, "get stone");
	rig_line(&r, 5, 5, "north");
	world_hash(w, before);
	rig_kill(&r);
	rig_start(&r);
	world_hash(r.world, after);
	ck_assert_uint_eq(before[0], after[0]);
	ck_assert_uint_eq(before[1], after[1]);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("turn");
	TCase *c = tcase_create("turn");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, every_input_has_a_handler);
	tcase_add_test(c, a_line_without_effect_leaves_no_trace_but_its_answer);
	tcase_add_test(c, a_line_with_effect_is_one_commit_with_its_mark_and_its_output);
	tcase_add_test(c, nobody_hears_what_the_store_does_not_have);
	tcase_add_test(c, batches_are_pipelined_and_released_one_by_one);
	tcase_add_test(c, a_stalled_store_holds_nobody_when_available);
	tcase_add_test(c, a_stalled_store_holds_everybody_when_strict);
	tcase_add_test(c, above_the_backlog_no_line_is_run_until_the_store_is_back);
	tcase_add_test(c, what_happened_in_this_turn_is_durable_with_the_batch_of_its_end);
	tcase_add_test(c, a_repeated_line_is_dropped);
	tcase_add_test(c, a_line_from_another_gateway_is_dropped);
	tcase_add_test(c, a_session_runs_one_line_in_a_turn);
	tcase_add_test(c, many_lines_of_one_turn_are_one_commit);
	tcase_add_test(c, a_turn_ends_when_its_commit_is_large_and_no_commit_is_too_large);
	tcase_add_test(c, a_line_that_killed_the_world_twice_is_set_aside);
	tcase_add_test(c, the_surroundings_know_which_line_is_run);
	tcase_add_test(c, a_password_that_nobody_asked_for_is_not_run);
	tcase_add_test(c, a_superseded_world_says_so_and_does_nothing_more);
	tcase_add_test(c, a_world_whose_batch_was_set_aside_ends_and_shows_nothing_of_it);
	tcase_add_test(c,
		       a_batch_that_was_set_aside_is_not_shown_while_the_store_is_stalled_either);
	tcase_add_test(c, a_line_that_changes_too_much_ends_the_world_and_is_blamed);
	tcase_add_test(c, after_stop_no_line_is_run_and_sessions_stay);
	tcase_add_test(c, a_question_gets_the_next_line_and_then_commands_do_again);
	tcase_add_test(c, the_same_inputs_give_the_same_world);
	tcase_add_test(c, a_restart_gives_the_same_things_and_people);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
