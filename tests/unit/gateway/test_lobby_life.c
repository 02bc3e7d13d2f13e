/*
 * test_lobby_life.c - a gateway that lives on when the store is put back to an earlier moment.
 */
#include "gateway/lobby.h"

#include "tests/unit/gateway/fake_world.h"

enum { FIRST = 11, SECOND, THIRD }; /* lives of the world */
enum { THREE = 300, FOUR = 400, FIVE = 500 };

#define LOST "{system}What you typed meanwhile is set aside.{/}"
#define BACK                                                                                       \
	"{system}The world was put back to an earlier moment; what happened since is undone. "     \
	"Please connect again and log in.{/}"

static struct fake_world f;

/* One session in play in the first life, which has said something durable. */
static struct session *one_player(uint64_t oseq)
{
	struct session *s;

	fake_init(&f);
	s = fake_open(&f, "here");
	lobby_up(&f.lobby, LINK_FRESH);
	fake_life(&f, FIRST, oseq);
	fake_state(&f, 0, 1, true, true, 0);
	fake_output(&f, oseq + 9, 1, "nine", 0, NULL);
	fake_expect_told(&f, "open 1 here\n");
	fake_expect_seen(&f, "1: nine\n");
	return s;
}

static void next_life(uint64_t instance, uint64_t oseq)
{
	lobby_down(&f.lobby);
	lobby_up(&f.lobby, LINK_FRESH);
	fake_life(&f, instance, oseq);
}

/* _i 0: the epoch is lower; 1: it is the same one again, of another life. */
START_TEST(who_was_in_the_world_that_is_undone_is_shown_out_with_a_sentence)
{
	one_player(FOUR);
	lobby_down(&f.lobby);
	lobby_line(map64_get(&f.lobby.sessions, 1), BYTES("two"));
	buf_reset(&f.seen);
	lobby_up(&f.lobby, LINK_FRESH);
	fake_life(&f, SECOND, _i ? FOUR : THREE);
	fake_expect_seen(&f, "1: " LOST "\n1: " BACK "\n");
	fake_expect_told(&f, "attach 1 done 0\nclosed 1 world_set_back\n");
	ck_assert_uint_eq(f.closed, 1);
	ck_assert_uint_eq(f.lobby.sessions.n, 0);
	ck_assert_uint_eq(f.lobby.stats.dropped, 1);
	ck_assert_uint_eq(f.lobby.stats.queued, 0);
	fake_done(&f);
}
END_TEST

START_TEST(who_comes_after_it_hears_everything)
{
	one_player(FOUR);
	lobby_down(&f.lobby);
	fake_open(&f, "new");
	buf_reset(&f.seen);
	lobby_up(&f.lobby, LINK_FRESH);
	fake_life(&f, SECOND, _i ? FOUR : THREE);
	ck_assert_uint_eq(f.lobby.sessions.n, 1);
	fake_state(&f, 0, 2, false, false, 0);
	buf_reset(&f.seen);
	fake_output(&f, (_i ? FOUR : THREE) + 1, 2, "one", 0, NULL);
	fake_output(&f, (_i ? FOUR : THREE) + 1, 2, "one", 0, NULL);
	fake_expect_seen(&f, "2: one\n");
	ck_assert_uint_eq(f.lobby.stats.repeated, 1);
	fake_done(&f);
}
END_TEST

START_TEST(a_later_life_goes_on_with_the_same_sessions_and_numbers)
{
	one_player(FOUR);
	next_life(SECOND, FIVE);
	fake_state(&f, 0, 1, true, true, 0);
	fake_output(&f, FOUR + 9, 1, "nine", 0, NULL);
	fake_output(&f, FIVE + 1, 1, "one", 0, NULL);
	fake_expect_seen(&f, "1: one\n");
	next_life(SECOND, FIVE); /* the link alone had to begin anew */
	fake_state(&f, 0, 1, true, true, 0);
	fake_output(&f, FIVE + 1, 1, "one", 0, NULL);
	fake_expect_seen(&f, "");
	ck_assert_uint_eq(f.closed, 0);
	fake_done(&f);
}
END_TEST

START_TEST(a_life_that_was_replaced_takes_nothing_back)
{
	one_player(FOUR);
	next_life(SECOND, FIVE);
	next_life(FIRST, FOUR);
	fake_output(&f, FOUR + 10, 1, "nobody stores this", 0, NULL);
	next_life(SECOND, FIVE);
	ck_assert_uint_eq(f.closed, 0);
	fake_state(&f, 0, 1, true, true, 0);
	fake_output(&f, FIVE + 1, 1, "one", 0, NULL);
	ck_assert_uint_eq(f.closed, 0);
	next_life(THIRD, FOUR);
	ck_assert_uint_eq(f.closed, 1);
	fake_done(&f);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lobby_life");
	TCase *tc = tcase_create("lobby_life");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, UNIT_TIMEOUT_S);
	tcase_add_loop_test(tc, who_was_in_the_world_that_is_undone_is_shown_out_with_a_sentence, 0,
			    2);
	tcase_add_loop_test(tc, who_comes_after_it_hears_everything, 0, 2);
	tcase_add_test(tc, a_later_life_goes_on_with_the_same_sessions_and_numbers);
	tcase_add_test(tc, a_life_that_was_replaced_takes_nothing_back);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
