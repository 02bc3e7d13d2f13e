/*
 * test_giveup.c - a gateway is given up: what is said to its players is not lost, to whoever of them comes
 * back by another one or by itself, in this world or the next.
 */
#include "world/outbox.h"

#include "tests/unit/world/resume_rig.h"
#include "world/resume.h"
#include "world/sites.h"

static void other_line(uint64_t seq, const char *text)
{
	rig_feed_line(&r, RIG_OTHER, OTHER, seq, text, false);
	rig_turn(&r);
}

/* The hero on one gateway, somebody else on the other; the place that the hero's client has seen. */
static uint64_t far_players(void)
{
	log_set(LOG_ERROR, false);
	rig_init(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	play(HERO);
	rig_open(&r, RIG_OTHER, OTHER);
	other_line(1, "guest");
	other_line(2, "say qA");
	return last_place();
}

static void feed_gone(uint64_t gateway)
{
	Mudlark__PeerDown down = MUDLARK__PEER_DOWN__INIT;

	down.peer = gateway;
	down.gone = true;
	RIG_FEED(&r, 0, PEER_DOWN, peer_down, &down);
}

static void give_up_one(uint64_t gateway)
{
	feed_gone(gateway);
	rig_turn(&r);
}

static void give_up(void)
{
	give_up_one(RIG_GATEWAY);
}

static void feed_attach_of(uint64_t session, uint64_t at)
{
	Mudlark__SessionAttach m = MUDLARK__SESSION_ATTACH__INIT;

	m.session = session;
	m.peer = "203.0.113.7";
	m.done = 1;
	m.at = at;
	RIG_FEED(&r, RIG_GATEWAY, SESSION_ATTACH, session_attach, &m);
}

static void feed_attach(uint64_t at)
{
	feed_attach_of(HERO, at);
}

static void attach(uint64_t at)
{
	feed_attach(at);
	rig_turn(&r);
}

/* It is given up and comes back; the place up to which it has read of the hero. */
static void give_up_and_attach(uint64_t at)
{
	give_up();
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_forget(&r);
	attach(at);
}

static void read_by(uint64_t gateway, uint64_t upto)
{
	Mudlark__PeerAcked acked = MUDLARK__PEER_ACKED__INIT;

	acked.peer = gateway;
	acked.oseq = upto;
	RIG_FEED(&r, 0, PEER_ACKED, peer_acked, &acked);
}

static size_t rows_of(uint64_t gateway)
{
	size_t n = 0;

	for (size_t i = 0; i < r.n_outbox; i++)
		n += r.outbox[i]->gateway == gateway;
	return n;
}

/* Bytes of durable records said to it since rig_forget(). */
static size_t said_to(uint64_t gateway)
{
	size_t n = 0;

	for (size_t i = 0; i < r.n_said; i++)
		if (r.said[i].gateway == gateway && r.said[i].oseq)
			n += mudlark__gateway_in__get_packed_size(r.said[i].m);
	return n;
}

static void resume_elsewhere(uint64_t at, const char *expected)
{
	rig_forget(&r);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert(answer()->ok);
	ck_assert(!answer()->gap);
	ck_assert_str_eq(read_all(RIG_OTHER, HEIR, NULL), expected);
}

START_TEST(what_is_said_when_a_gateway_is_given_up_is_missed_not_lost)
{
	uint64_t at = far_players();

	other_line(3, "say qB");
	give_up();
	other_line(4, "say qC");
	other_line(5, "tell Guest1 qD");
	rig_ticks(&r, 3);
	other_line(6, "say qE");
	ck_assert_int_eq(session_get(r.world, HERO)->state, SESSION_PARKED);
	resume_elsewhere(at, "BCDE");
	rig_done_with(&r);
}
END_TEST

START_TEST(of_a_turn_in_which_a_gateway_is_given_up_nothing_is_lost)
{
	uint64_t at = far_players();

	rig_guest(&r, 12);
	rig_feed_line(&r, RIG_OTHER, OTHER, 3, "say qB", false);
	feed_gone(RIG_GATEWAY);
	rig_feed_line(&r, RIG_OTHER, OTHER, 4, "say qC", false);
	rig_turn(&r);
	resume_elsewhere(at, "BC");
	rig_done_with(&r);
}
END_TEST

START_TEST(the_next_world_knows_what_was_said_as_a_gateway_was_given_up)
{
	uint64_t at = far_players();

	rig_feed_line(&r, RIG_OTHER, OTHER, 3, "say qB", false);
	feed_gone(RIG_GATEWAY);
	rig_turn(&r);
	other_line(4, "say qC");
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	resume_elsewhere(at, "BC");
	rig_done_with(&r);
}
END_TEST

START_TEST(one_that_comes_back_in_the_turn_in_which_it_was_given_up_hears_all_once)
{
	uint64_t at = far_players();
	Mudlark__PeerUp up = MUDLARK__PEER_UP__INIT;

	r.prompt_store = false;
	rig_forget(&r);
	other_line(3, "say qB"); /* waits to be durable */
	feed_gone(RIG_GATEWAY);
	up.peer = RIG_GATEWAY;
	up.role = "gateway";
	up.name = "gateway";
	RIG_FEED(&r, 0, PEER_UP, peer_up, &up);
	feed_attach(at);
	rig_turn(&r);
	ck_assert_str_eq(read_all(RIG_GATEWAY, HERO, NULL), "");
	rig_durable(&r);
	r.prompt_store = true;
	rig_turn(&r);
	other_line(4, "say qC");
	ck_assert_int_eq(session_get(r.world, HERO)->state, SESSION_PLAYING);
	ck_assert_str_eq(read_all(RIG_GATEWAY, HERO, NULL), "BC");
	rig_done_with(&r);
}
END_TEST

START_TEST(rows_of_a_gateway_that_was_given_up_and_came_back_stay)
{
	uint64_t at = far_players(), place;
	char line[900] = "say q1 ";

	memset(line + strlen(line), 'x', 800);
	give_up();
	rig_peer_up(&r, RIG_GATEWAY, false);
	attach(at);
	r.world->conf.resume_bytes = 8 << 10;
	for (uint64_t seq = 3; seq < 30; seq++)
		other_line(seq, line);
	place = last_place();
	other_line(30, "say qY");
	for (uint64_t seq = 31; seq < 35; seq++) {
		rig_ticks(&r, 11);
		other_line(seq, "think x");
	}
	ck_assert_uint_gt(rows_of(RIG_GATEWAY), 0);
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	ck_assert(rig_room_heard(&r, HERO, "qY")); /* it has not read it */
	rig_peer_up(&r, RIG_OTHER, false);
	resume_elsewhere(place, "Y");
	rig_done_with(&r);
}
END_TEST

START_TEST(what_a_gateway_missed_when_it_was_given_up_is_not_said_twice_by_the_next_world)
{
	uint64_t at = far_players();

	other_line(3, "say qB");
	give_up();
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_forget(&r);
	attach(at);
	ck_assert_str_eq(read_all(RIG_GATEWAY, HERO, NULL), "B");
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	ck_assert_str_eq(read_all(RIG_GATEWAY, HERO, NULL), "B");
	rig_done_with(&r);
}
END_TEST

START_TEST(an_instance_may_be_larger_than_a_number_of_json)
{
	const uint64_t large = UINT64_MAX - 5;

	log_set(LOG_ERROR, false);
	rig_init(&r);
	rig_peer_up(&r, large, false);
	rig_open(&r, large, HERO);
	give_token(large, HERO, 'a' + HERO);
	for (uint64_t seq = 1; seq < 4; seq++) {
		rig_feed_line(&r, large, HERO, seq, seq == 1 ? "guest" : "say qA", false);
		rig_turn(&r);
	}
	read_by(large, last_place());
	give_up_one(large);
	ck_assert_uint_gt(r.n_documents, 0);
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, large, false);
	ck_assert_uint_eq(said_to(large), 0);
	rig_done_with(&r);
}
END_TEST

START_TEST(who_comes_back_by_his_own_gateway_is_told_that_something_is_forgotten)
{
	uint64_t at = far_players();
	char line[4200] = "say qB ";

	give_up();
	memset(line + strlen(line), 'x', 4000);
	for (uint64_t seq = 3; seq < 63; seq++) {
		other_line(seq, line);
		rig_forget(&r);
	}
	rig_peer_up(&r, RIG_GATEWAY, false);
	attach(at);
	ck_assert(rig_heard(&r, HERO, "Some of what happened meanwhile is not remembered."));
	ck_assert_uint_gt(strlen(read_all(RIG_GATEWAY, HERO, NULL)), 20);
	rig_done_with(&r);
}
END_TEST

START_TEST(one_that_is_given_up_again_before_it_reads_is_told_all_once)
{
	uint64_t at = far_players(), read = 0;

	other_line(3, "say qB");
	give_up_and_attach(at);
	other_line(4, "say qC");
	give_up_and_attach(at);
	ck_assert_str_eq(read_all(RIG_GATEWAY, HERO, &read), "BC");
	other_line(5, "say qD");
	give_up_and_attach(read);
	ck_assert_str_eq(read_all(RIG_GATEWAY, HERO, NULL), "D");
	give_up_and_attach(at);
	ck_assert_str_eq(read_all(RIG_GATEWAY, HERO, NULL), "BCD");
	rig_done_with(&r);
}
END_TEST

START_TEST(who_has_read_less_than_his_gateway_that_came_back_is_told_all_once)
{
	uint64_t at = far_players(), read;

	other_line(3, "say qB");
	read = last_place();
	other_line(4, "say qC");
	give_up_and_attach(read);
	ck_assert_str_eq(read_all(RIG_GATEWAY, HERO, NULL), "C");
	other_line(5, "say qD");
	resume_elsewhere(at, "BCD");
	rig_done_with(&r);
}
END_TEST

START_TEST(the_next_world_knows_what_was_said_anew)
{
	uint64_t at = far_players();

	other_line(3, "say qB");
	give_up_and_attach(at);
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	resume_elsewhere(at, "B");
	rig_done_with(&r);
}
END_TEST

START_TEST(a_gateway_that_has_read_nothing_yet_is_told_all_from_the_beginning)
{
	far_players();
	other_line(3, "say qB");
	give_up_and_attach(0);
	ck_assert_str_eq(read_all(RIG_GATEWAY, HERO, NULL), "AB");
	ck_assert(rig_heard(&r, HERO, "Welcome, "));
	ck_assert(!rig_heard(&r, HERO, "not remembered"));
	rig_done_with(&r);
}
END_TEST

START_TEST(a_gateway_that_was_not_told_of_a_resume_is_told_when_it_comes_back)
{
	uint64_t at = far_players();

	rig_closed(&r, RIG_GATEWAY, HERO);
	other_line(3, "say qB");
	come_back(RIG_GATEWAY, HEIR, 'a' + HERO, at, 'z');
	give_up();
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_forget(&r);
	feed_attach_of(HEIR, at); /* of another session */
	rig_turn(&r);
	ck_assert(answer()->ok);
	ck_assert(!answer()->gap);
	ck_assert_uint_eq(answer()->session, HEIR);
	ck_assert_str_eq(read_all(RIG_GATEWAY, HEIR, NULL), "B");
	ck_assert(!rig_heard(&r, HEIR, "not remembered"));
	rig_done_with(&r);
}
END_TEST

START_TEST(a_resume_that_nobody_remembers_is_told_to_who_asks_for_it_again)
{
	uint64_t at = far_players();
	char line[900] = "say qB ";

	r.world->conf.resume_bytes = 8 << 10;
	memset(line + strlen(line), 'x', 800);
	rig_closed(&r, RIG_GATEWAY, HERO);
	come_back(RIG_GATEWAY, HEIR, 'a' + HERO, at, 'z');
	for (uint64_t seq = 3; seq < 23; seq++)
		other_line(seq, line);
	give_up();
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_forget(&r);
	feed_attach_of(HEIR, at);
	rig_turn(&r);
	ck_assert_ptr_null(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_RESUMED));
	ck_assert(rig_heard(&r, HEIR, "not remembered"));
	feed_resume(RIG_GATEWAY, HEIR, 'a' + HERO, at, 'y'); /* not what it has asked for */
	rig_turn(&r);
	ck_assert_ptr_null(rig_last(&r, MUDLARK__GATEWAY_IN__BODY_RESUMED));
	feed_resume(RIG_GATEWAY, HEIR, 'a' + HERO, at, 'z');
	rig_turn(&r);
	ck_assert(answer()->ok);
	ck_assert(answer()->gap);
	rig_done_with(&r);
}
END_TEST

/* The heir has a resume that its gateway has not read, and so much is remembered of what was said since. */
static void attach_heir(uint32_t resume_bytes)
{
	uint64_t at = far_players();

	r.world->conf.resume_bytes = resume_bytes;
	rig_closed(&r, RIG_GATEWAY, HERO);
	come_back(RIG_GATEWAY, HEIR, 'a' + HERO, at, 'z');
	for (uint64_t seq = 3; seq < 8; seq++)
		other_line(seq, "say qB");
	give_up();
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_forget(&r);
	feed_attach_of(HEIR, 0);
	rig_turn(&r);
}

/* Whatever is the first thing that is remembered. */
START_TEST(a_resume_is_not_forgotten_without_a_word)
{
	unsigned answered = 0, told = 0, n = 0;

	for (uint32_t bytes = 400; bytes < 4000; bytes += 32, n++) {
		attach_heir(bytes);
		answered += rig_last(&r, MUDLARK__GATEWAY_IN__BODY_RESUMED) != NULL;
		told += rig_heard(&r, HEIR, "not remembered");
		rig_done_with(&r);
	}
	ck_assert_uint_gt(answered, 0);
	ck_assert_uint_gt(told, 0);
	ck_assert_uint_eq(answered + told, n);
}
END_TEST

static void ban(const char *net, bool counted)
{
	struct site row = { .kind = SITE_NET, .rank = SITE_RANK_OPERATOR, .counted = counted };

	row.why = (char *)(uintptr_t)(counted ? "That was too much." : "spam");
	row.by = (char *)(uintptr_t) "Root";
	ck_assert(cidr_parse((struct span){ net, strlen(net) }, &row.net));
	ck_assert_int_eq(sites_ban(r.world, &row), 0);
	rig_turn(&r);
}

START_TEST(who_is_banned_meanwhile_does_not_come_back_with_his_gateway)
{
	uint64_t at = far_players();

	give_up();
	ban("203.0.113.0/24", false);
	rig_peer_up(&r, RIG_GATEWAY, false);
	attach(at);
	ck_assert(rig_heard(&r, HERO, "Your address may not connect here: spam."));
	ck_assert_ptr_null(session_get(r.world, HERO));
	ck_assert_ptr_null(rig_session(&r, HERO));
	rig_done_with(&r);
}
END_TEST

START_TEST(who_was_too_much_may_keep_the_connection_that_he_has)
{
	uint64_t at = far_players();

	give_up();
	ban("203.0.113.7", true);
	rig_peer_up(&r, RIG_GATEWAY, false);
	attach(at);
	ck_assert_int_eq(session_get(r.world, HERO)->state, SESSION_PLAYING);
	rig_done_with(&r);
}
END_TEST

START_TEST(in_a_world_that_has_said_nothing_rows_of_one_that_does_not_come_stay)
{
	uint64_t at = far_players();

	other_line(3, "say qB");
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	rig_ticks(&r, 80); /* its time to come back is over */
	ck_assert_int_eq(session_get(r.world, HERO)->state, SESSION_PARKED);
	ck_assert_uint_gt(rows_of(RIG_GATEWAY), 0);
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_OTHER, false);
	resume_elsewhere(at, "B");
	rig_done_with(&r);
}
END_TEST

START_TEST(a_gateway_is_told_again_only_what_it_has_not_read)
{
	uint64_t at = far_players();
	char line[4200] = "say qB ";
	size_t all;

	r.world->conf.resume_bytes = 1 << 20;
	memset(line + strlen(line), 'x', 4000);
	rig_forget(&r);
	for (uint64_t seq = 3; seq < 103; seq++) {
		other_line(seq, line);
		read_by(RIG_GATEWAY, last_place());
	}
	all = said_to(RIG_GATEWAY);
	other_line(103, "say qY");
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	ck_assert(rig_room_heard(&r, HERO, "qY"));
	ck_assert_uint_lt(said_to(RIG_GATEWAY), all / 3);
	rig_peer_up(&r, RIG_OTHER, false); /* and yet all of it is there for who comes back */
	rig_forget(&r);
	come_back(RIG_OTHER, HEIR, 'a' + HERO, at, 'z');
	ck_assert_uint_gt(strlen(read_all(RIG_OTHER, HEIR, NULL)), 20);
	rig_done_with(&r);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("giveup");
	TCase *t = tcase_create("giveup");

	tcase_add_test(t, what_is_said_when_a_gateway_is_given_up_is_missed_not_lost);
	tcase_add_test(t, of_a_turn_in_which_a_gateway_is_given_up_nothing_is_lost);
	tcase_add_test(t, the_next_world_knows_what_was_said_as_a_gateway_was_given_up);
	tcase_add_test(t, one_that_comes_back_in_the_turn_in_which_it_was_given_up_hears_all_once);
	tcase_add_test(t, rows_of_a_gateway_that_was_given_up_and_came_back_stay);
	tcase_add_test(
		t, what_a_gateway_missed_when_it_was_given_up_is_not_said_twice_by_the_next_world);
	tcase_add_test(t, an_instance_may_be_larger_than_a_number_of_json);
	tcase_add_test(t, who_comes_back_by_his_own_gateway_is_told_that_something_is_forgotten);
	tcase_add_test(t, one_that_is_given_up_again_before_it_reads_is_told_all_once);
	tcase_add_test(t, who_has_read_less_than_his_gateway_that_came_back_is_told_all_once);
	tcase_add_test(t, the_next_world_knows_what_was_said_anew);
	tcase_add_test(t, a_gateway_that_has_read_nothing_yet_is_told_all_from_the_beginning);
	tcase_add_test(t, a_gateway_that_was_not_told_of_a_resume_is_told_when_it_comes_back);
	tcase_add_test(t, a_resume_that_nobody_remembers_is_told_to_who_asks_for_it_again);
	tcase_add_test(t, a_resume_is_not_forgotten_without_a_word);
	tcase_add_test(t, who_is_banned_meanwhile_does_not_come_back_with_his_gateway);
	tcase_add_test(t, who_was_too_much_may_keep_the_connection_that_he_has);
	tcase_add_test(t, in_a_world_that_has_said_nothing_rows_of_one_that_does_not_come_stay);
	tcase_add_test(t, a_gateway_is_told_again_only_what_it_has_not_read);
	suite_add_tcase(s, t);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
