/*
 * test_data_login.c - coming in by Char.Login: the same account, limits and sentences as typed.
 */
#include "data_rig.h"
#include "world/login.h"

#define TOKEN "#0000000000000001"
#define GOOD "{\"account\":\"aNA\",\"password\":\"" TOKEN "\"}"

static struct rig r;

static void setup(void)
{
	rig_init(&r);
	rig_open(&r, RIG_GATEWAY, 5);
	rig_caps(&r, 5, "char.login");
}

static void teardown(void)
{
	rig_done_with(&r);
}

static const Mudlark__AccountVerify *verify(void)
{
	ck_assert_uint_eq(r.n_calls, 1);
	ck_assert_int_eq(r.calls[0].m->body_case, MUDLARK__PERSIST_CALL__BODY_ACCOUNT_VERIFY);
	return r.calls[0].m->account_verify;
}

START_TEST(the_login_is_offered_to_who_supports_it)
{
	ck_assert_str_eq(rig_json(&r, 5, "Char.Login.Default"),
			 "{\"type\":[\"password-credentials\"]}");
	ck_assert_uint_eq(rig_told(&r, 5, "Char.Login.Default"), 1);
	rig_open(&r, RIG_GATEWAY, 6);
	rig_caps(&r, 6, "room");
	ck_assert_uint_eq(rig_told(&r, 6, NULL), 0);
}
END_TEST

START_TEST(account_and_password_at_once_are_verified_like_typed_ones)
{
	const char *names[] = { "Ana" };
	uint64_t id = 0x1000000000042;

	rig_data(&r, 5, "char.login.credentials", GOOD);
	ck_assert_str_eq(verify()->name, "Ana");
	ck_assert_str_eq(verify()->source, "203.0.113.7");
	ck_assert_mem_eq(verify()->password.data, TOKEN, strlen(TOKEN));
	rig_answer_account(&r, 42, &id, names, 1);
	ck_assert_str_eq(rig_json(&r, 5, "Char.Login.Result"), "{\"success\":true}");
	rig_answer_tree(&r);
	ck_assert_int_eq(session_get(r.world, 5)->state, SESSION_PLAYING);
	ck_assert_str_eq(rig_prompt(&r, 5), "> ");
	rig_line(&r, 5, 1, "look");
	ck_assert_uint_eq(rig_done(&r, 5), 1);
}
END_TEST

START_TEST(several_characters_are_still_a_menu)
{
	const char *names[] = { "Ana", "Bea" };
	const uint64_t ids[] = { 0x1000000000042, 0x1000000000043 };

	rig_data(&r, 5, "char.login.credentials", GOOD);
	rig_answer_account(&r, 42, ids, names, 2);
	ck_assert_str_eq(rig_json(&r, 5, "Char.Login.Result"), "{\"success\":true}");
	ck_assert_str_eq(rig_prompt(&r, 5), "Character: ");
}
END_TEST

START_TEST(a_wrong_password_is_told_and_the_third_closes)
{
	for (int i = 0; i < LOGIN_TRIES; i++) {
		rig_forget(&r);
		rig_data(&r, 5, "char.login.credentials", GOOD);
		rig_answer_status(&r, MUDLARK__STATUS__STATUS_DENIED, "That is \"wrong\".");
		ck_assert_str_eq(rig_json(&r, 5, "Char.Login.Result"),
				 "{\"success\":false,\"message\":\"That is \\\"wrong\\\".\"}");
	}
	ck_assert_ptr_null(session_get(r.world, 5));
	ck_assert(rig_heard(&r, 5, "Good-bye"));
}
END_TEST

START_TEST(tries_by_hand_and_by_data_are_counted_together)
{
	rig_line(&r, 5, 1, "Ana");
	rig_answer_account(&r, 42, NULL, NULL, 0);
	rig_line(&r, 5, 2, TOKEN);
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_DENIED, "wrong");
	rig_line(&r, 5, 3, TOKEN);
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_DENIED, "wrong");
	rig_data(&r, 5, "char.login.credentials", GOOD);
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_DENIED, "wrong");
	ck_assert_ptr_null(session_get(r.world, 5));
}
END_TEST

START_TEST(a_store_that_is_away_costs_no_try)
{
	for (int i = 0; i < 5; i++) {
		rig_forget(&r);
		rig_data(&r, 5, "char.login.credentials", GOOD);
		rig_answer(&r, 0, NULL);
		RIG_HAS(&r, 5, "Char.Login.Result", "\"success\":false");
	}
	ck_assert_ptr_nonnull(session_get(r.world, 5));
	ck_assert_str_eq(session_get(r.world, 5)->ask, "Name: ");
}
END_TEST

START_TEST(a_line_typed_meanwhile_waits_for_the_answer)
{
	rig_data(&r, 5, "char.login.credentials", GOOD);
	rig_forget(&r);
	rig_line(&r, 5, 1, "Ana");
	ck_assert(rig_heard(&r, 5, "One moment"));
	ck_assert_uint_eq(rig_done(&r, 5), 0);
	ck_assert_uint_eq(r.n_calls, 1);
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_DENIED, "wrong");
	ck_assert_uint_eq(rig_done(&r, 5), 1);
	rig_line(&r, 5, 2, "guest");
	ck_assert_int_eq(session_get(r.world, 5)->state, SESSION_PLAYING);
}
END_TEST

START_TEST(a_second_try_before_the_answer_is_refused)
{
	rig_data(&r, 5, "char.login.credentials", GOOD);
	rig_forget(&r);
	rig_data(&r, 5, "char.login.credentials", GOOD);
	ck_assert_uint_eq(r.n_calls, 1);
	RIG_HAS(&r, 5, "Char.Login.Result", "\"success\":false");
}
END_TEST

START_TEST(nothing_known_or_nonsense_leaves_the_dialogue_as_it_is)
{
	rig_forget(&r);
	rig_data(&r, 5, "char.login.credentials", "{}");
	ck_assert_uint_eq(r.world->stats.data_ignored, 0);
	ck_assert_uint_eq(r.n_said, 0);
	rig_data(&r, 5, "char.login.credentials", "[1]");
	rig_data(&r, 5, "char.login.credentials", "");
	ck_assert_uint_eq(r.world->stats.data_ignored, 2);
	rig_data(&r, 5, "char.login.credentials",
		 "{\"account\":\"a{b\xe2\x80\xae\",\"password\":\"" TOKEN "\"}");
	RIG_HAS(&r, 5, "Char.Login.Result", "letters");
	ck_assert_uint_eq(r.n_calls, 0);
	ck_assert_str_eq(session_get(r.world, 5)->ask, "Name: ");
}
END_TEST

START_TEST(who_plays_cannot_log_in_again)
{
	rig_line(&r, 5, 1, "guest");
	rig_forget(&r);
	rig_data(&r, 5, "char.login.credentials", GOOD);
	ck_assert_uint_eq(r.n_calls, 0);
	ck_assert_uint_eq(r.n_said, 0);
	ck_assert_uint_eq(r.world->stats.data_ignored, 1);
}
END_TEST

START_TEST(the_next_world_offers_the_login_again)
{
	rig_kill(&r);
	rig_start(&r);
	rig_peer_up(&r, RIG_GATEWAY, false);
	rig_attach_caps(&r, 5, "char.login");
	ck_assert_uint_eq(rig_told(&r, 5, "Char.Login.Default"), 1);
	rig_data(&r, 5, "char.login.credentials", GOOD);
	ck_assert_str_eq(verify()->name, "Ana");
}
END_TEST

START_TEST(nobody_is_called_like_somebody_of_the_world)
{
	rig_open(&r, RIG_GATEWAY, 6);
	rig_line(&r, 6, 1, "Marta");
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_ABSENT, "no such account");
	ck_assert(rig_heard(&r, 6, "Somebody who lives here is called that."));
	ck_assert_str_eq(rig_prompt(&r, 6), "Name: ");
	rig_line(&r, 6, 2, "Marta"); /* an account of old may go on */
	rig_answer_account(&r, 42, NULL, NULL, 0);
	ck_assert_str_eq(rig_prompt(&r, 6), "Password: ");
}
END_TEST

START_TEST(no_second_character_is_called_so_either)
{
	const char *names[] = { "Ana", "Bea" };
	const uint64_t ids[] = { 0x1000000000042, 0x1000000000043 };

	rig_data(&r, 5, "char.login.credentials", GOOD);
	rig_answer_account(&r, 42, ids, names, 2);
	rig_line(&r, 5, 1, "3");
	rig_line(&r, 5, 2, "MARTA");
	ck_assert(rig_heard(&r, 5, "Somebody who lives here is called that."));
	ck_assert_uint_eq(r.n_calls, 0);
	rig_line(&r, 5, 3, "Cea");
	ck_assert_int_eq(r.calls[0].m->body_case, MUDLARK__PERSIST_CALL__BODY_CHARACTER_CREATE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("data_login");
	TCase *c = tcase_create("data_login");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, the_login_is_offered_to_who_supports_it);
	tcase_add_test(c, account_and_password_at_once_are_verified_like_typed_ones);
	tcase_add_test(c, several_characters_are_still_a_menu);
	tcase_add_test(c, a_wrong_password_is_told_and_the_third_closes);
	tcase_add_test(c, tries_by_hand_and_by_data_are_counted_together);
	tcase_add_test(c, a_store_that_is_away_costs_no_try);
	tcase_add_test(c, a_line_typed_meanwhile_waits_for_the_answer);
	tcase_add_test(c, a_second_try_before_the_answer_is_refused);
	tcase_add_test(c, nothing_known_or_nonsense_leaves_the_dialogue_as_it_is);
	tcase_add_test(c, who_plays_cannot_log_in_again);
	tcase_add_test(c, the_next_world_offers_the_login_again);
	tcase_add_test(c, nobody_is_called_like_somebody_of_the_world);
	tcase_add_test(c, no_second_character_is_called_so_either);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
