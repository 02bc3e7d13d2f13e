/*
 * test_resume.c - a lost connection is taken up again: nothing twice, nothing lost, or it is said.
 */
#include "world/resume.h"

#include "tests/unit/world/resume_rig.h"

/* A hero with a token and somebody else in the same room; the place the hero's client has seen. */
static uint64_t two_players(void)
{
	log_set(LOG_ERROR, false);
	rig_init(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	play(HERO);
	rig_guest(&r, OTHER);
	rig_line(&r, OTHER, 2, "say qA");
	ck_assert_str_eq(read_all(RIG_GATEWAY, HERO, NULL), "");
	return last_place();
}

START_TEST(what_was_missed_is_said_in_order_and_only_that)
{
	uint64_t at = two_players();
	struct ent hero = session_get(r.world, HERO)->actor;

	rig_line(&r, OTHER, 3, "say qB"); /* to a client that is not there any more */
	rig_closed(&r, RIG_GATEWAY, HERO);
	ck_assert(player_linkdead(r.world, hero));
	rig_line(&r, OTHER, 4, "say qC");
	rig_line(&r, OTHER, 5, "tell Guest1 qD");
	rig_line(&r, OTHER, 6, "think qX");
	rig_forget(&r);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(answer()->ok);
	ck_assert(!answer()->gap);
	ck_assert_uint_eq(answer()->session, HEIR);
	ck_assert_str_eq(read_all(RIG_OTHER, HEIR, NULL), "BCD");
	ck_assert_str_eq(rig_prompt(&r, HEIR), "> ");
	ck_assert(!player_linkdead(r.world, hero));
	ck_assert_ptr_null(session_get(r.world, HERO));
	rig_line(&r, OTHER, 7, "say qE");
	rig_feed_line(&r, RIG_OTHER, HEIR, 1, "say qF", false);
	rig_turn(&r);
	ck_assert_str_eq(read_all(RIG_OTHER, HEIR, NULL), "BCDEF");
	rig_done_with(&r);
}
END_TEST

START_TEST(rooms_are_followed_and_exceptions_kept)
{
	uint64_t at = two_players();

	rig_line(&r, OTHER, 3, "say qB");
	tagged(RIG_GATEWAY, HERO, 2, "north", 1);
	rig_line(&r, OTHER, 4, "say qX"); /* in the room that the hero has left */
	tagged(RIG_GATEWAY, HERO, 3, "say qC", 2);
	tagged(RIG_GATEWAY, HERO, 4, "south", 3);
	rig_line(&r, OTHER, 5, "say qD");
	rig_line(&r, OTHER, 6, "north");
	rig_line(&r, OTHER, 7, "say qY");
	rig_closed(&r, RIG_GATEWAY, HERO);
	rig_line(&r, OTHER, 8, "say qZ");
	rig_line(&r, OTHER, 9, "south");
	rig_line(&r, OTHER, 10, "say qE");
	rig_forget(&r);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert_str_eq(read_all(RIG_OTHER, HEIR, NULL), "BCDE");
	ck_assert_uint_eq(answer()->tag, 3);
	rig_done_with(&r);
}
END_TEST

START_TEST(one_that_is_still_connected_is_moved_without_a_word_to_others)
{
	uint64_t at = two_players();

	rig_line(&r, OTHER, 3, "say qB");
	rig_forget(&r);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert_str_eq(read_all(RIG_OTHER, HEIR, NULL), "B");
	ck_assert(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE)->session_close->moved);
	ck_assert(!rig_room_heard(&r, HEIR, "stirs"));
	ck_assert(!rig_room_heard(&r, HEIR, "silent"));
	rig_closed(&r, RIG_GATEWAY, HERO);
	ck_assert(!rig_room_heard(&r, HEIR, "silent"));
	rig_done_with(&r);
}
END_TEST

START_TEST(a_short_loss_is_not_worth_a_word_to_others)
{
	uint64_t at = two_players();

	rig_closed(&r, RIG_GATEWAY, HERO);
	rig_ticks(&r, 40);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(answer()->ok);
	rig_ticks(&r, 70);
	ck_assert(!rig_room_heard(&r, OTHER, "falls silent"));
	ck_assert(!rig_room_heard(&r, OTHER, "stirs"));
	rig_done_with(&r);
}
END_TEST

START_TEST(of_a_longer_loss_others_hear_once_and_of_the_return)
{
	uint64_t at = two_players();

	rig_closed(&r, RIG_GATEWAY, HERO);
	rig_ticks(&r, 70);
	ck_assert(rig_room_heard(&r, OTHER, "falls silent"));
	rig_forget(&r);
	rig_ticks(&r, 70);
	ck_assert(!rig_room_heard(&r, OTHER, "falls silent"));
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(rig_room_heard(&r, OTHER, "stirs"));
	rig_forget(&r);
	rig_closed(&r, RIG_OTHER, HEIR);
	rig_ticks(&r, 70);
	ck_assert(rig_room_heard(&r, OTHER, "falls silent"));
	rig_done_with(&r);
}
END_TEST

/* A new world in which the other player is; the hero is away. */
static void begin_anew(void)
{
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_attach(&r, RIG_GATEWAY, OTHER, 2);
	rig_peer_up(&r, RIG_OTHER, false);
	rig_forget(&r); /* and what the outbox sends again */
}

START_TEST(a_new_world_tells_others_of_a_loss_that_they_have_not_heard_of)
{
	uint64_t at = two_players();

	rig_closed(&r, RIG_GATEWAY, HERO);
	rig_ticks(&r, 30);
	begin_anew();
	rig_ticks(&r, 70);
	ck_assert(rig_room_heard(&r, OTHER, "falls silent"));
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(rig_room_heard(&r, OTHER, "stirs"));
	rig_done_with(&r);
}
END_TEST

START_TEST(a_new_world_does_not_tell_others_again)
{
	uint64_t at = two_players();

	rig_closed(&r, RIG_GATEWAY, HERO);
	rig_ticks(&r, 70);
	ck_assert(rig_room_heard(&r, OTHER, "falls silent"));
	begin_anew();
	rig_ticks(&r, 70);
	ck_assert(!rig_room_heard(&r, OTHER, "falls silent"));
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(rig_room_heard(&r, OTHER, "stirs"));
	rig_done_with(&r);
}
END_TEST

START_TEST(a_token_works_once_and_the_next_one_after_it)
{
	uint64_t at = two_players();

	rig_closed(&r, RIG_GATEWAY, HERO);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(answer()->ok);
	come_back(RIG_GATEWAY, HEIR2, 'a' + HERO, at, 'y');
	ck_assert(!answer()->ok);
	ck_assert(*answer()->why);
	ck_assert_int_eq(session_get(r.world, HEIR2)->state, SESSION_LOGIN);
	feed_resume(RIG_GATEWAY, HEIR2, 'q', at, 'y');
	rig_turn(&r);
	ck_assert(!answer()->ok);
	feed_resume(RIG_GATEWAY, HEIR2, 'z', at, 'y');
	rig_turn(&r);
	ck_assert(answer()->ok);
	rig_line(&r, HEIR2, 2, "think qA");
	ck_assert(rig_heard(&r, HEIR2, "qA"));
	rig_done_with(&r);
}
END_TEST

START_TEST(who_is_cut_off_again_before_he_reads_gets_all_of_it_again)
{
	uint64_t at = two_players();

	rig_closed(&r, RIG_GATEWAY, HERO);
	rig_line(&r, OTHER, 3, "say qB");
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	rig_line(&r, OTHER, 4, "say qC");
	rig_closed(&r, RIG_OTHER, HEIR);
	rig_line(&r, OTHER, 5, "say qD");
	rig_forget(&r);
	come_back(RIG_GATEWAY, HEIR2, 'z', at, 'y');
	ck_assert(!answer()->gap);
	ck_assert_str_eq(read_all(RIG_GATEWAY, HEIR2, NULL), "BCD");
	rig_done_with(&r);
}
END_TEST

START_TEST(a_gap_is_said_and_said_again_to_who_has_not_heard_it)
{
	uint64_t at = two_players();
	char line[900] = "say qB ";

	r.world->conf.resume_bytes = 8 << 10;
	rig_closed(&r, RIG_GATEWAY, HERO);
	memset(line + strlen(line), 'x', 800);
	for (uint64_t seq = 3; seq < 23; seq++)
		rig_line(&r, OTHER, seq, line);
	rig_line(&r, OTHER, 23, "say qC");
	rig_forget(&r);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(answer()->ok);
	ck_assert(answer()->gap);
	ck_assert_str_eq(strchr(read_all(RIG_OTHER, HEIR, NULL), 'C'), "C");
	ck_assert_uint_lt(strlen(read_all(RIG_OTHER, HEIR, NULL)), 21);
	r.world->conf.resume_bytes = 8 << 20;
	come_back(RIG_GATEWAY, HEIR2, 'z', at, 'y');
	ck_assert(answer()->ok);
	ck_assert(answer()->gap);
	rig_done_with(&r);
}
END_TEST

START_TEST(who_was_away_for_more_than_fits_into_a_commit_is_told_of_the_gap)
{
	uint64_t at = two_players();
	char line[4200] = "say qB ";

	rig_closed(&r, RIG_GATEWAY, HERO);
	memset(line + strlen(line), 'x', 4000);
	for (uint64_t seq = 3; seq < 63; seq++) {
		rig_line(&r, OTHER, seq, line);
		rig_forget(&r);
	}
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(answer()->gap);
	ck_assert_uint_gt(strlen(read_all(RIG_OTHER, HEIR, NULL)), 20);
	ck_assert_uint_lt(r.largest, COMMIT_SOFT);
	rig_done_with(&r);
}
END_TEST

START_TEST(a_new_world_knows_the_token_and_what_was_missed)
{
	uint64_t at = two_players();

	tagged(RIG_GATEWAY, HERO, 2, "say qB", 7);
	rig_line(&r, OTHER, 3, "say qC");
	rig_closed(&r, RIG_GATEWAY, HERO);
	rig_line(&r, OTHER, 4, "say qD");
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_attach(&r, RIG_GATEWAY, OTHER, 4);
	rig_line(&r, OTHER, 5, "say qE");
	rig_forget(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(answer()->ok);
	ck_assert(!answer()->gap);
	ck_assert_uint_eq(answer()->tag, 7);
	ck_assert_str_eq(read_all(RIG_OTHER, HEIR, NULL), "BCDE");
	rig_done_with(&r);
}
END_TEST

START_TEST(a_gateway_that_died_with_the_world_leaves_nothing_unsaid)
{
	uint64_t at = two_players();
	Mudlark__PeerAcked acked = MUDLARK__PEER_ACKED__INIT;

	tagged(RIG_GATEWAY, HERO, 2, "think qB", 1); /* tells nobody else and changes nothing */
	tagged(RIG_GATEWAY, HERO, 3, "say qC", 2);
	acked.peer = RIG_GATEWAY;
	acked.oseq = UINT64_MAX >> 1;
	RIG_FEED(&r, 0, PEER_ACKED, peer_acked, &acked);
	rig_ticks(&r, 40);
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(answer()->ok);
	ck_assert(!answer()->gap);
	ck_assert_uint_eq(answer()->tag, 2);
	ck_assert_str_eq(read_all(RIG_OTHER, HEIR, NULL), "BC");
	rig_done_with(&r);
}
END_TEST

START_TEST(a_new_world_knows_where_its_memory_ends)
{
	uint64_t at = two_players();
	char line[900] = "say qB ";
	Mudlark__PeerAcked acked = MUDLARK__PEER_ACKED__INIT;

	r.world->conf.resume_bytes = 8 << 10;
	rig_closed(&r, RIG_GATEWAY, HERO);
	memset(line + strlen(line), 'x', 800);
	for (uint64_t seq = 3; seq < 43; seq++)
		rig_line(&r, OTHER, seq, line);
	acked.peer = RIG_GATEWAY;
	acked.oseq = UINT64_MAX >> 1;
	RIG_FEED(&r, 0, PEER_ACKED, peer_acked, &acked);
	rig_ticks(&r, 40);
	rig_line(&r, OTHER, 43, "say qC");
	ck_assert_uint_lt(r.n_outbox, 40); /* the store does not keep everything either */
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(answer()->ok);
	ck_assert(answer()->gap);
	ck_assert_str_eq(strchr(read_all(RIG_OTHER, HEIR, NULL), 'C'), "C");
	rig_done_with(&r);
}
END_TEST

START_TEST(when_nobody_can_resume_nothing_is_kept)
{
	Mudlark__PeerAcked acked = MUDLARK__PEER_ACKED__INIT;

	(void)two_players();
	rig_closed(&r, RIG_GATEWAY, HERO);
	rig_ticks(&r, 230);
	ck_assert_ptr_null(session_get(r.world, HERO));
	ck_assert(rig_room_heard(&r, HERO, "leaves the world"));
	rig_line(&r, OTHER, 3, "say qB");
	acked.peer = RIG_GATEWAY;
	acked.oseq = UINT64_MAX >> 1;
	RIG_FEED(&r, 0, PEER_ACKED, peer_acked, &acked);
	rig_ticks(&r, 40);
	ck_assert_uint_eq(r.n_outbox, 0);
	rig_done_with(&r);
}
END_TEST

START_TEST(the_grace_is_over_in_a_new_world_too)
{
	uint64_t at = two_players();

	rig_closed(&r, RIG_GATEWAY, HERO);
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	rig_ticks(&r, 230);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(!answer()->ok);
	rig_done_with(&r);
}
END_TEST

START_TEST(a_client_that_does_not_know_its_place_gets_what_came_since_it_was_lost)
{
	(void)two_players();
	rig_line(&r, OTHER, 3, "say qB");
	rig_closed(&r, RIG_GATEWAY, HERO);
	rig_line(&r, OTHER, 4, "say qC");
	come_back(RIG_OTHER, HEIR, 'a' + HERO, 0, 'z');
	ck_assert(answer()->gap); /* nobody knows */
	ck_assert_str_eq(read_all(RIG_OTHER, HEIR, NULL), "C");
	rig_done_with(&r);
}
END_TEST

START_TEST(a_gateway_that_was_given_up_and_comes_back_has_its_player_at_once)
{
	uint64_t at = two_players();
	Mudlark__PeerDown down = MUDLARK__PEER_DOWN__INIT;
	Mudlark__SessionAttach m = MUDLARK__SESSION_ATTACH__INIT;

	down.peer = RIG_GATEWAY;
	down.gone = true;
	RIG_FEED(&r, 0, PEER_DOWN, peer_down, &down);
	rig_ticks(&r, 3);
	ck_assert_int_eq(session_get(r.world, HERO)->state, SESSION_PARKED);
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_guest(&r, 12);
	rig_line(&r, 12, 2, "say qB");
	rig_forget(&r);
	m.session = HERO;
	m.peer = "203.0.113.7";
	m.done = 1;
	m.at = at;
	RIG_FEED(&r, RIG_GATEWAY, SESSION_ATTACH, session_attach, &m);
	rig_turn(&r);
	ck_assert_int_eq(session_get(r.world, HERO)->state, SESSION_PLAYING);
	ck_assert(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_STATE)->session_state->resumed);
	ck_assert_uint_eq(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_SESSION_STATE)->oseq, 0);
	ck_assert_str_eq(read_all(RIG_GATEWAY, HERO, NULL), "B");
	rig_line(&r, 12, 3, "say qC");
	ck_assert_str_eq(read_all(RIG_GATEWAY, HERO, NULL), "BC");
	rig_done_with(&r);
}
END_TEST

START_TEST(replayed_output_waits_until_it_is_durable)
{
	uint64_t at = two_players();

	rig_closed(&r, RIG_GATEWAY, HERO);
	r.prompt_store = false;
	rig_line(&r, OTHER, 3, "say qB");
	rig_forget(&r);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert_str_eq(read_all(RIG_OTHER, HEIR, NULL), "");
	ck_assert_ptr_null(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_RESUMED));
	rig_kill(&r); /* and it never was: the token still works */
	rig_start(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	r.prompt_store = true;
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(answer()->ok);
	rig_done_with(&r);
}
END_TEST

START_TEST(a_refusal_waits_for_what_it_was_refused_for)
{
	uint64_t at = two_players();

	r.prompt_store = false;
	rig_closed(&r, RIG_GATEWAY, HERO);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	rig_forget(&r);
	come_back(RIG_OTHER, HEIR2, 'a' + HERO, at, 'z');
	ck_assert_ptr_null(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_RESUMED));
	rig_durable(&r);
	rig_turn(&r);
	ck_assert(!answer()->ok);
	rig_done_with(&r);
}
END_TEST

START_TEST(an_attach_with_an_older_token_changes_nothing)
{
	uint64_t at = two_players();
	Mudlark__SessionAttach m = MUDLARK__SESSION_ATTACH__INIT;
	Mudlark__SessionToken t = MUDLARK__SESSION_TOKEN__INIT;
	uint8_t hash[32];

	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	hash_of('o', hash); /* its gateway has not read yet that the session resumed another one */
	t.hash = (ProtobufCBinaryData){ sizeof(hash), hash };
	t.grace_s = 20;
	m.session = HEIR;
	m.peer = "203.0.113.7";
	m.token = &t;
	RIG_FEED(&r, RIG_OTHER, SESSION_ATTACH, session_attach, &m);
	rig_turn(&r);
	come_back(RIG_OTHER, HEIR2, 'o', at, 'y');
	ck_assert(!answer()->ok);
	feed_resume(RIG_OTHER, HEIR2, 'z', at, 'y');
	rig_turn(&r);
	ck_assert(answer()->ok);
	rig_done_with(&r);
}
END_TEST

/* The hero has an account and changes its password, which persist has to confirm. */
static void change_password(void)
{
	struct player *p = player_write(r.world, session_get(r.world, HERO)->actor);

	p->account_name = strdup("Bob");
	tagged(RIG_GATEWAY, HERO, 2, "password", 1);
	for (uint64_t seq = 3; seq <= 5; seq++) {
		rig_feed_line(&r, RIG_GATEWAY, HERO, seq, seq == 3 ? "#1111" : "#2222", true);
		rig_turn(&r);
	}
	ck_assert_uint_eq(r.n_calls, 1);
}

START_TEST(a_line_that_ends_when_its_connection_is_lost_counts_in_the_next_world_too)
{
	Mudlark__PersistReply reply = MUDLARK__PERSIST_REPLY__INIT;
	uint64_t at = two_players();

	change_password();
	session_get(r.world, HERO)->running_tag = 4;
	rig_closed(&r, RIG_GATEWAY, HERO);
	rig_answer(&r, 0, &reply);
	rig_ticks(&r, 40);
	ck_assert_uint_eq(rig_session(&r, HERO)->applied, 5);
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(answer()->ok);
	ck_assert_uint_eq(answer()->tag, 4);
	ck_assert(rig_heard(&r, HEIR, "password is changed"));
	rig_done_with(&r);
}
END_TEST

START_TEST(a_secret_that_comes_again_is_no_command)
{
	uint64_t at = two_players();

	rig_closed(&r, RIG_GATEWAY, HERO);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	rig_forget(&r);
	rig_feed_line(&r, RIG_OTHER, HEIR, 1, "say qS", true);
	rig_turn(&r);
	ck_assert(rig_heard(&r, HEIR, "The question is forgotten; ask again."));
	ck_assert_str_eq(read_all(RIG_OTHER, HEIR, NULL), "");
	ck_assert_uint_eq(rig_done(&r, HEIR), 1);
	rig_done_with(&r);
}
END_TEST

START_TEST(a_token_is_not_its_own_successor)
{
	uint64_t at = two_players();

	rig_closed(&r, RIG_GATEWAY, HERO);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'a' + HERO);
	ck_assert(!answer()->ok);
	ck_assert_int_eq(session_get(r.world, HERO)->state, SESSION_PARKED);
	rig_done_with(&r);
}
END_TEST

START_TEST(who_is_sent_away_cannot_resume)
{
	uint64_t at = two_players();
	struct session *s = session_get(r.world, HERO);

	rig_closed(&r, RIG_GATEWAY, HERO);
	session_close(r.world, s, "Begone.");
	rig_turn(&r);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(!answer()->ok);
	rig_done_with(&r);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("resume");
	TCase *t = tcase_create("resume");

	tcase_add_test(t, what_was_missed_is_said_in_order_and_only_that);
	tcase_add_test(t, rooms_are_followed_and_exceptions_kept);
	tcase_add_test(t, one_that_is_still_connected_is_moved_without_a_word_to_others);
	tcase_add_test(t, a_short_loss_is_not_worth_a_word_to_others);
	tcase_add_test(t, of_a_longer_loss_others_hear_once_and_of_the_return);
	tcase_add_test(t, a_new_world_tells_others_of_a_loss_that_they_have_not_heard_of);
	tcase_add_test(t, a_new_world_does_not_tell_others_again);
	tcase_add_test(t, a_token_works_once_and_the_next_one_after_it);
	tcase_add_test(t, who_is_cut_off_again_before_he_reads_gets_all_of_it_again);
	tcase_add_test(t, a_gap_is_said_and_said_again_to_who_has_not_heard_it);
	tcase_add_test(t, who_was_away_for_more_than_fits_into_a_commit_is_told_of_the_gap);
	tcase_add_test(t, a_new_world_knows_the_token_and_what_was_missed);
	tcase_add_test(t, a_gateway_that_died_with_the_world_leaves_nothing_unsaid);
	tcase_add_test(t, a_new_world_knows_where_its_memory_ends);
	tcase_add_test(t, when_nobody_can_resume_nothing_is_kept);
	tcase_add_test(t, the_grace_is_over_in_a_new_world_too);
	tcase_add_test(t, a_client_that_does_not_know_its_place_gets_what_came_since_it_was_lost);
	tcase_add_test(t, a_gateway_that_was_given_up_and_comes_back_has_its_player_at_once);
	tcase_add_test(t, replayed_output_waits_until_it_is_durable);
	tcase_add_test(t, a_refusal_waits_for_what_it_was_refused_for);
	tcase_add_test(t, an_attach_with_an_older_token_changes_nothing);
	tcase_add_test(t,
		       a_line_that_ends_when_its_connection_is_lost_counts_in_the_next_world_too);
	tcase_add_test(t, a_secret_that_comes_again_is_no_command);
	tcase_add_test(t, a_token_is_not_its_own_successor);
	tcase_add_test(t, who_is_sent_away_cannot_resume);
	suite_add_tcase(s, t);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
