/*
 * test_restart.c - the world is killed and begins again: sessions, outputs and lines, each exactly
 * once; gateways that come back, are late, or never come.
 */
#include "rig.h"
#include "world/core/item.h"
#include "world/outbox.h"

static struct rig r;

static void setup(void)
{
	rig_init(&r);
}

static void teardown(void)
{
	rig_done_with(&r);
}

static size_t stones_of(uint64_t session)
{
	const struct session *s = session_get(r.world, session);
	size_t n = 0;

	ck_assert_ptr_nonnull(s);
	for (struct ent e = place_first(r.world, s->actor); ent_is(e); e = place_next(r.world, e))
		n++;
	return n;
}

static void acked(uint64_t gateway, uint64_t oseq)
{
	Mudlark__PeerAcked m = MUDLARK__PEER_ACKED__INIT;

	m.peer = gateway;
	m.oseq = oseq;
	RIG_FEED(&r, 0, PEER_ACKED, peer_acked, &m);
}

static void gone(uint64_t gateway)
{
	Mudlark__PeerDown m = MUDLARK__PEER_DOWN__INIT;

	m.peer = gateway;
	m.gone = true;
	RIG_FEED(&r, 0, PEER_DOWN, peer_down, &m);
	rig_turn(&r);
}

START_TEST(a_line_whose_commit_was_lost_never_was_and_is_run_again)
{
	rig_guest(&r, 5);
	r.prompt_store = false;
	rig_line(&r, 5, 2, "get stone");
	rig_kill(&r);
	r.prompt_store = true;
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_attach(&r, RIG_GATEWAY, 5, 1);
	ck_assert(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_STATE)->session_state->resumed);
	ck_assert_uint_eq(
		rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_STATE)->session_state->applied, 1);
	ck_assert_uint_eq(stones_of(5), 0);
	rig_line(&r, 5, 2, "get stone");
	ck_assert_uint_eq(stones_of(5), 1);
	ck_assert_uint_eq(rig_done(&r, 5), 2);
}
END_TEST

START_TEST(a_line_whose_commit_is_durable_is_told_and_not_run_again)
{
	uint64_t oseq = 0;

	rig_guest(&r, 5);
	r.prompt_store = false;
	rig_line(&r, 5, 2, "get stone");
	/* Durable, but the world dies before it hears so: nobody was told. */
	rig_apply(&r, r.waiting[0]);
	ck_assert_uint_eq(rig_done(&r, 5), 0);
	rig_kill(&r);
	r.prompt_store = true;
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	ck_assert_uint_eq(rig_done(&r, 5), 2);
	for (size_t i = 0; i < r.n_said; i++) {
		ck_assert_uint_gt(r.said[i].oseq, oseq);
		oseq = r.said[i].oseq;
	}
	rig_attach(&r, RIG_GATEWAY, 5, 2);
	rig_line(&r, 5, 2, "get stone");
	ck_assert_uint_eq(stones_of(5), 1);
}
END_TEST

START_TEST(an_attached_player_is_where_it_was_and_nobody_notices)
{
	struct ent guest = rig_guest(&r, 5);
	uint64_t id = ent_id(r.world, guest), room;

	rig_guest(&r, 6);
	rig_line(&r, 5, 2, "north");
	rig_line(&r, 6, 2, "north");
	room = ent_id(r.world, place_room(r.world, guest));
	for (size_t i = 0; i < r.n_said; i++)
		if (r.said[i].oseq)
			acked(RIG_GATEWAY, r.said[i].oseq);
	rig_ticks(&r, 20);
	ck_assert_uint_eq(r.n_outbox, 0);
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_attach(&r, RIG_GATEWAY, 5, 2);
	rig_attach(&r, RIG_GATEWAY, 6, 2);
	ck_assert_uint_eq(ent_id(r.world, session_get(r.world, 5)->actor), id);
	ck_assert_uint_eq(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_PLACE)->place->group, room);
	for (size_t i = 0; i < r.n_said; i++) {
		ck_assert_uint_eq(r.said[i].oseq, 0); /* an answer to an attach is never kept */
		if (r.said[i].m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT)
			ck_assert_uint_eq(r.said[i].m->output->text.len, 0);
	}
}
END_TEST

START_TEST(outputs_are_numbered_upwards_over_restarts)
{
	uint64_t last;

	rig_guest(&r, 5);
	rig_line(&r, 5, 2, "get stone");
	last = r.said[r.n_said - 1].oseq;
	ck_assert_uint_gt(last, 0);
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_attach(&r, RIG_GATEWAY, 5, 2);
	rig_forget(&r);
	rig_line(&r, 5, 3, "get stone");
	ck_assert_uint_gt(r.said[0].oseq, last);
}
END_TEST

START_TEST(who_was_not_logged_in_begins_anew)
{
	rig_open(&r, RIG_GATEWAY, 5);
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_attach(&r, RIG_GATEWAY, 5, 3);
	ck_assert(!rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_STATE)->session_state->resumed);
	ck_assert(rig_heard(&r, 5, "come in again"));
	ck_assert_str_eq(rig_prompt(&r, 5), "Name: ");
	rig_line(&r, 5, 4, "guest");
	ck_assert(rig_heard(&r, 5, "The Yard"));
}
END_TEST

static void open_trusted(uint64_t session)
{
	Mudlark__SessionOpen m = MUDLARK__SESSION_OPEN__INIT;

	m.session = session;
	m.peer = "console";
	m.trusted = true;
	RIG_FEED(&r, RIG_GATEWAY, SESSION_OPEN, session_open, &m);
	rig_turn(&r);
}

START_TEST(a_stored_session_that_is_opened_again_is_attached)
{
	uint64_t id;

	open_trusted(31);
	ck_assert_ptr_nonnull(rig_session(&r, 31));
	id = rig_session(&r, 31)->character;
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_forget(&r);
	open_trusted(31);
	ck_assert(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_STATE)->session_state->resumed);
	ck_assert_uint_eq(ent_id(r.world, session_get(r.world, 31)->actor), id);
	rig_line(&r, 31, 1, "look");
	ck_assert_uint_eq(rig_done(&r, 31), 1);
}
END_TEST

START_TEST(a_session_opened_again_by_another_gateway_is_not_its)
{
	open_trusted(31);
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	rig_open(&r, RIG_OTHER, 31);
	ck_assert_uint_eq(r.n_said, 0);
	ck_assert_int_eq(session_get(r.world, 31)->state, SESSION_DETACHED);
}
END_TEST

START_TEST(a_session_is_not_given_to_another_gateway)
{
	rig_guest(&r, 5);
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	rig_attach(&r, RIG_OTHER, 5, 1);
	ck_assert_uint_eq(r.n_said, 0);
	ck_assert_int_eq(session_get(r.world, 5)->state, SESSION_DETACHED);
}
END_TEST

START_TEST(a_gateway_that_never_comes_back_leaves_its_players_linkdead)
{
	rig_guest(&r, 5);
	rig_line(&r, 5, 2, "get stone");
	rig_kill(&r);
	rig_start(&r);
	ck_assert_uint_eq(player_count(r.world), 1);
	rig_ticks(&r, 50); /* attach_seconds=5 */
	/* A guest has nobody to come back: it goes, and what it carried stays here. */
	ck_assert_uint_eq(player_count(r.world), 0);
	ck_assert_uint_eq(r.n_sessions, 0);
	ck_assert_uint_eq(place_count(r.world, room_start(r.world)), 5);
}
END_TEST

START_TEST(output_of_a_gateway_that_never_comes_back_is_trimmed)
{
	rig_guest(&r, 5);
	rig_line(&r, 5, 2, "quit");
	ck_assert_uint_eq(r.n_sessions, 0);
	ck_assert_uint_gt(r.n_outbox, 0);
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	rig_ticks(&r, 40);
	ck_assert_uint_gt(r.n_outbox, 0);
	rig_ticks(&r, 30); /* attach_seconds=5, and a second for the trim */
	ck_assert_uint_eq(r.n_outbox, 0);
}
END_TEST

START_TEST(places_of_gateways_that_never_come_back_are_used_again)
{
	Mudlark__OutboxRow row = MUDLARK__OUTBOX_ROW__INIT, *rows[1] = { &row };
	Mudlark__LoadOutbox m = MUDLARK__LOAD_OUTBOX__INIT;

	rig_kill(&r);
	for (r.n_outbox = 0; r.n_outbox < ARRAY_LEN(r.outbox); r.n_outbox++) {
		row.gateway = 100000 + r.n_outbox;
		row.oseq = 1;
		r.outbox[r.n_outbox] = (Mudlark__OutboxRow *)(void *)rig_copy(&row.base);
	}
	rig_start(&r);
	/* Pages as the first one, until there is no place left. */
	m.rows = rows;
	m.n_rows = 1;
	for (row.gateway = 200000; outbox_n_gateways(r.world) < OUTBOX_GATEWAYS; row.gateway++)
		RIG_FEED(&r, 0, LOAD_OUTBOX, load_outbox, &m);
	rig_ticks(&r, 70);
	ck_assert_uint_eq(r.n_outbox, 0);
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_open(&r, RIG_GATEWAY, 5);
	ck_assert_str_eq(rig_prompt(&r, 5), "Name: ");
}
END_TEST

START_TEST(what_is_said_to_a_detached_player_waits_for_its_gateway)
{
	rig_peer_up(&r, RIG_OTHER, false);
	rig_guest(&r, 5);
	rig_open(&r, RIG_OTHER, 6);
	rig_feed_line(&r, RIG_OTHER, 6, 1, "guest", false);
	rig_turn(&r);
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_attach(&r, RIG_GATEWAY, 5, 1);
	rig_line(&r, 5, 2, "say while you were away");
	rig_forget(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	rig_attach(&r, RIG_OTHER, 6, 1);
	ck_assert(rig_room_heard(&r, 6, "while you were away"));
}
END_TEST

START_TEST(a_fresh_link_gets_every_durable_output_again_and_no_other)
{
	size_t n = 0;

	rig_guest(&r, 5);
	rig_line(&r, 5, 2, "get stone");
	rig_line(&r, 5, 3, "look");
	rig_forget(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	for (size_t i = 0; i < r.n_said; i++) {
		ck_assert_uint_gt(r.said[i].oseq, 0);
		n += r.said[i].m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT;
	}
	ck_assert_uint_ge(n, 2);
	ck_assert_uint_eq(rig_done(&r, 5), 2);
	/* The answer to line 3 was lost with the link, so that line is run again. */
	rig_attach(&r, RIG_GATEWAY, 5, 2);
	rig_line(&r, 5, 3, "look");
	ck_assert_uint_eq(rig_done(&r, 5), 3);
}
END_TEST

START_TEST(a_fresh_link_does_not_get_what_is_not_durable_yet)
{
	rig_guest(&r, 5);
	for (size_t i = 0; i < 100; i++)
		acked(RIG_GATEWAY, UINT64_MAX / 2);
	r.prompt_store = false;
	rig_line(&r, 5, 2, "get stone");
	rig_peer_up(&r, RIG_GATEWAY, false);
	ck_assert_uint_eq(r.n_said, 0);
	rig_durable(&r);
	ck_assert_uint_eq(rig_done(&r, 5), 2);
}
END_TEST

START_TEST(a_resumed_link_gets_nothing_twice)
{
	rig_guest(&r, 5);
	rig_line(&r, 5, 2, "get stone");
	rig_forget(&r);
	rig_peer_up(&r, RIG_GATEWAY, true);
	ck_assert_uint_eq(r.n_said, 0);
}
END_TEST

START_TEST(what_a_gateway_has_is_trimmed_from_the_store)
{
	rig_guest(&r, 5);
	rig_line(&r, 5, 2, "get stone");
	ck_assert_uint_gt(r.n_outbox, 0);
	acked(RIG_GATEWAY, r.said[r.n_said - 1].oseq);
	rig_ticks(&r, 20);
	ck_assert_uint_eq(r.n_outbox, 0);
}
END_TEST

START_TEST(a_gateway_that_is_gone_takes_its_sessions_and_its_outbox)
{
	rig_peer_up(&r, RIG_OTHER, false);
	rig_guest(&r, 5);
	rig_open(&r, RIG_OTHER, 6);
	rig_feed_line(&r, RIG_OTHER, 6, 1, "guest", false);
	rig_turn(&r);
	gone(RIG_OTHER);
	rig_ticks(&r, 20);
	ck_assert_ptr_null(session_get(r.world, 6));
	ck_assert_ptr_nonnull(session_get(r.world, 5));
	ck_assert_uint_eq(r.n_sessions, 1);
	for (size_t i = 0; i < r.n_outbox; i++)
		ck_assert_uint_eq(r.outbox[i]->gateway, RIG_GATEWAY);
	ck_assert(rig_room_heard(&r, 5, "leaves the world"));
	/* It may come again, as new. */
	rig_peer_up(&r, RIG_OTHER, false);
	rig_open(&r, RIG_OTHER, 7);
	ck_assert_str_eq(rig_prompt(&r, 7), "Name: ");
}
END_TEST

START_TEST(a_gateway_that_comes_back_after_all_gets_numbers_that_it_has_not_seen)
{
	uint64_t last = 0;

	rig_guest(&r, 5);
	for (uint64_t i = 0; i < 10; i++)
		rig_line(&r, 5, 2 + i, i % 2 ? "south" : "north");
	for (size_t i = 0; i < r.n_said; i++)
		if (r.said[i].oseq > last)
			last = r.said[i].oseq;
	gone(RIG_GATEWAY);
	rig_ticks(&r, 20);
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_forget(&r);
	rig_open(&r, RIG_GATEWAY, 9);
	rig_line(&r, 9, 1, "guest");
	ck_assert_uint_eq(rig_done(&r, 9), 1);
	for (size_t i = 0; i < r.n_said; i++)
		if (r.said[i].oseq)
			ck_assert_uint_gt(r.said[i].oseq, last);
}
END_TEST

START_TEST(a_quit_that_is_durable_closes_the_connection_after_a_restart)
{
	rig_guest(&r, 5);
	r.prompt_store = false;
	rig_line(&r, 5, 2, "quit");
	ck_assert_ptr_null(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE));
	rig_apply(&r, r.waiting[0]);
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	ck_assert_ptr_nonnull(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE));
	ck_assert_uint_eq(
		rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE)->session_close->done, 2);
	ck_assert_uint_eq(player_count(r.world), 0);
}
END_TEST

START_TEST(things_are_conserved_whenever_the_world_dies)
{
	for (unsigned cut = 0; cut < 6; cut++) {
		static struct rig x;
		static const char *const lines[] = { "get stone", "put stone in box", "get stone",
						     "north", "drop stone" };
		size_t stones = 0;

		rig_init(&x);
		rig_guest(&x, 5);
		x.prompt_store = false;
		for (size_t i = 0; i < ARRAY_LEN(lines); i++)
			rig_line(&x, 5, i + 2, lines[i]);
		for (unsigned i = 0; i < cut && i < x.n_waiting; i++)
			rig_apply(&x, x.waiting[i]);
		rig_kill(&x);
		x.prompt_store = true;
		rig_start(&x);
		for (struct ent e = ent_next(x.world, ENT_NONE); ent_is(e);
		     e = ent_next(x.world, e)) {
			if (!item_get(x.world, e) || item_flags(x.world, e))
				continue;
			stones++;
			ck_assert(ent_is(place_room(x.world, e)));
		}
		ck_assert_uint_eq(stones, 3);
		rig_done_with(&x);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("restart");
	TCase *c = tcase_create("restart");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_line_whose_commit_was_lost_never_was_and_is_run_again);
	tcase_add_test(c, a_line_whose_commit_is_durable_is_told_and_not_run_again);
	tcase_add_test(c, an_attached_player_is_where_it_was_and_nobody_notices);
	tcase_add_test(c, outputs_are_numbered_upwards_over_restarts);
	tcase_add_test(c, who_was_not_logged_in_begins_anew);
	tcase_add_test(c, a_stored_session_that_is_opened_again_is_attached);
	tcase_add_test(c, a_session_opened_again_by_another_gateway_is_not_its);
	tcase_add_test(c, a_session_is_not_given_to_another_gateway);
	tcase_add_test(c, a_gateway_that_never_comes_back_leaves_its_players_linkdead);
	tcase_add_test(c, output_of_a_gateway_that_never_comes_back_is_trimmed);
	tcase_add_test(c, places_of_gateways_that_never_come_back_are_used_again);
	tcase_add_test(c, what_is_said_to_a_detached_player_waits_for_its_gateway);
	tcase_add_test(c, a_fresh_link_gets_every_durable_output_again_and_no_other);
	tcase_add_test(c, a_fresh_link_does_not_get_what_is_not_durable_yet);
	tcase_add_test(c, a_resumed_link_gets_nothing_twice);
	tcase_add_test(c, what_a_gateway_has_is_trimmed_from_the_store);
	tcase_add_test(c, a_gateway_that_is_gone_takes_its_sessions_and_its_outbox);
	tcase_add_test(c, a_gateway_that_comes_back_after_all_gets_numbers_that_it_has_not_seen);
	tcase_add_test(c, a_quit_that_is_durable_closes_the_connection_after_a_restart);
	tcase_add_test(c, things_are_conserved_whenever_the_world_dies);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
