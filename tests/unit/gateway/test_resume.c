/*
 * test_resume.c - sessions that can be taken up again, as the lobby keeps them: tokens, the client's own
 * numbers of lines, how far it has read.
 *
 * Tokens of the fake world's entropy are A, B, C ... 32 times; `token_of` is the hash's first byte.
 */
#include "gateway/resume.h"

#include <sodium.h>
#include "gateway/inbox.h"
#include "tests/unit/gateway/fake_world.h"

static struct fake_world f;

static unsigned hash_of(char letter)
{
	uint8_t token[RESUME_TOKEN], hash[32];

	memset(token, letter, sizeof(token));
	crypto_hash_sha256(hash, token, sizeof(token));
	return hash[0];
}

static const char *hex_of(char letter)
{
	static char hex[RESUME_HEX + 1];
	uint8_t token[RESUME_TOKEN];

	memset(token, letter, sizeof(token));
	return sodium_bin2hex(hex, sizeof(hex), token, sizeof(token));
}

static void expect_told(const char *fmt, ...)
{
	struct buf want = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&want, fmt, ap);
	va_end(ap);
	buf_addc(&want, '\0');
	fake_expect_told(&f, buf_p(&want));
	buf_done(&want);
}

static struct session *open_one(bool up)
{
	struct session *s;

	fake_init(&f);
	f.conf.resume_grace_us = 300000000;
	if (up)
		lobby_up(&f.lobby, LINK_FRESH);
	s = fake_open(&f, "here");
	lobby_resumable(s);
	return s;
}

/* In play, token A told to the world, nothing else. */
static struct session *one_player(void)
{
	struct session *s = open_one(true);

	fake_state(&f, 0, 1, false, true, 0);
	expect_told("open 1 here\ntoken 1 %02x 300\n", hash_of('A'));
	return s;
}

static void type(struct session *s, const char *line, uint64_t tag)
{
	lobby_line_tagged(s, text_of(line), tag, false);
}

static void claim(struct session *s, char letter, uint64_t at, char next)
{
	char token[RESUME_HEX + 1];

	memcpy(token, hex_of(letter), sizeof(token));
	lobby_resume(s, &(struct resume_claim){
				.token = { token, RESUME_HEX },
				.at = at,
				.next = { next ? hex_of(next) : "", next ? RESUME_HEX : 0 },
			});
}

START_TEST(the_client_is_told_its_token_once_and_the_world_only_the_hash)
{
	struct session *s = one_player();
	char hex[RESUME_HEX + 1];
	static const uint8_t zeros[RESUME_TOKEN];

	ck_assert(resume_news_token(s->resume, hex));
	ck_assert_str_eq(hex, hex_of('A'));
	ck_assert(!resume_news_token(s->resume, hex));
	ck_assert_mem_eq(s->resume->token, zeros, RESUME_TOKEN);
	lobby_resumable(s);
	lobby_flush(&f.lobby);
	fake_expect_told(&f, "");
	fake_done(&f);
}
END_TEST

START_TEST(without_a_grace_nobody_gets_a_token)
{
	struct session *s;

	fake_init(&f);
	lobby_up(&f.lobby, LINK_FRESH);
	s = fake_open(&f, "here");
	lobby_resumable(s);
	ck_assert_ptr_null(s->resume);
	claim(s, 'A', 1, 0);
	fake_expect_seen(&f, "1: refused: You are in play already.\n");
	fake_done(&f);
}
END_TEST

START_TEST(a_new_world_is_told_token_and_place_with_the_attach)
{
	struct session *s = one_player();

	fake_output(&f, 41, 1, "hello", 0, NULL);
	fake_output(&f, 0, 1, "not kept", 0, NULL);
	lobby_up(&f.lobby, LINK_FRESH);
	expect_told("attach 1 done 0 at 41 token %02x\n", hash_of('A'));
	ck_assert_uint_eq(s->resume->at, 41);
	fake_state(&f, 0, 1, true, true, 0);
	fake_expect_told(&f, "");
	fake_done(&f);
}
END_TEST

START_TEST(a_place_is_reached_by_who_was_meant)
{
	struct session *s = one_player(), *t;
	uint64_t at, line;

	t = fake_open(&f, "there");
	lobby_resumable(t);
	fake_state(&f, 0, 2, false, true, 0);
	fake_place(&f, 1, 7);
	fake_place(&f, 2, 7);
	fake_group(&f, 7, 0, "quiet");
	ck_assert(!resume_news_place(s->resume, &at, &line));
	f.lobby.oseq = 0;
	fake_output(&f, 10, 2, "to one", 0, NULL);
	ck_assert(!resume_news_place(s->resume, &at, &line));
	ck_assert(resume_news_place(t->resume, &at, &line));
	ck_assert_uint_eq(at, 10);
	ck_assert(!resume_news_place(t->resume, &at, &line));
	fake_done(&f);
}
END_TEST

START_TEST(who_gets_a_token_in_play_has_what_was_said_before)
{
	struct session *s;
	uint64_t at, line;

	fake_init(&f);
	f.conf.resume_grace_us = 300000000;
	lobby_up(&f.lobby, LINK_FRESH);
	s = fake_open(&f, "here");
	fake_state(&f, 0, 1, false, true, 0);
	fake_output(&f, 41, 1, "hello", 0, NULL);
	lobby_resumable(s);
	ck_assert(!resume_news_place(s->resume, &at, &line));
	fake_expect_told(&f, "open 1 here\n");
	lobby_up(&f.lobby, LINK_FRESH);
	expect_told("attach 1 done 0 at 41 token %02x\n", hash_of('A'));
	fake_done(&f);
}
END_TEST

START_TEST(a_number_that_was_taken_is_a_repetition)
{
	struct session *s = one_player();
	uint64_t at, line;

	type(s, "one", 5);
	type(s, "one", 5);
	type(s, "old", 4);
	type(s, "two", 6);
	fake_expect_told(&f, "line 1 1 one #5\n");
	fake_output(&f, 9, 1, "done", 1, NULL);
	fake_expect_told(&f, "line 1 2 two #6\n");
	ck_assert(resume_news_place(s->resume, &at, &line));
	ck_assert_uint_eq(line, 5);
	fake_done(&f);
}
END_TEST

START_TEST(a_refused_line_counts_with_the_one_before_it)
{
	struct session *s = one_player();
	uint64_t at, line;

	f.conf.input_queue = 2;
	type(s, "one", 1);
	type(s, "two", 2);
	type(s, "three", 3);
	type(s, "three", 3);
	ck_assert_uint_eq(f.lobby.stats.refused, 1);
	fake_output(&f, 9, 1, "done", 1, NULL);
	fake_expect_told(&f, "line 1 1 one #1\nline 1 2 two #3\n");
	fake_output(&f, 10, 1, "done", 2, NULL);
	ck_assert(resume_news_place(s->resume, &at, &line));
	ck_assert_uint_eq(line, 3);
	fake_done(&f);
}
END_TEST

START_TEST(a_wish_waits_for_the_world_and_lines_for_the_answer)
{
	struct session *s = open_one(false);
	char hex[RESUME_HEX + 1];

	claim(s, 'q', 77, 'n');
	type(s, "look", 0);
	lobby_up(&f.lobby, LINK_FRESH);
	fake_state(&f, 0, 1, false, false, 0);
	expect_told("open 1 here\ntoken 1 %02x 300\nresume 1 %02x at 77 next %02x\n", hash_of('A'),
		    hash_of('q'), hash_of('n'));
	fake_state(&f, 99, 1, true, true, 0);
	fake_resumed(&f, 100, 1, 12, false, NULL);
	fake_expect_told(&f, "line 1 1 look\n");
	ck_assert(resume_news_token(s->resume, hex));
	ck_assert_str_eq(hex, hex_of('n'));
	ck_assert_uint_eq(s->resume->at, 100);
	type(s, "repeated", 12);
	type(s, "new", 13);
	ck_assert_uint_eq(s->n_lines, 2);
	lobby_up(&f.lobby, LINK_FRESH);
	expect_told("attach 1 done 0 at 100 token %02x\n", hash_of('n'));
	fake_done(&f);
}
END_TEST

START_TEST(numbered_lines_from_before_the_answer_come_again)
{
	struct session *s = open_one(true);

	fake_state(&f, 0, 1, false, false, 0);
	claim(s, 'q', 1, 0);
	type(s, "seven", 7);
	type(s, "eight", 8);
	buf_clear(&f.told);
	buf_clear(&f.seen);
	fake_resumed(&f, 5, 1, 7, true, NULL);
	fake_expect_seen(&f, "1: resumed line 7 gap\n");
	fake_expect_told(&f, "");
	type(s, "seven", 7);
	type(s, "eight", 8);
	fake_expect_told(&f, "line 1 1 eight #8\n");
	ck_assert_uint_eq(f.lobby.stats.queued, 1);
	fake_done(&f);
}
END_TEST

START_TEST(numbered_lines_come_again_and_others_stay)
{
	struct session *s = open_one(true);

	fake_state(&f, 0, 1, false, false, 0);
	claim(s, 'q', 1, 0);
	type(s, "first", 0);
	type(s, "seven", 7);
	type(s, "last", 0);
	buf_clear(&f.told);
	fake_resumed(&f, 5, 1, 6, false, NULL);
	ck_assert_uint_eq(f.lobby.stats.queued, 2);
	type(s, "seven", 7);
	fake_expect_told(&f, "line 1 1 first\n");
	fake_output(&f, 0, 1, "", 1, NULL);
	fake_expect_told(&f, "line 1 2 last\n");
	fake_output(&f, 0, 1, "", 2, NULL);
	fake_expect_told(&f, "line 1 3 seven #7\n");
	fake_done(&f);
}
END_TEST

START_TEST(a_line_in_the_world_stays_whatever_its_number)
{
	struct session *s = open_one(true);

	fake_state(&f, 0, 1, false, false, 0);
	type(s, "in the world", 3);
	claim(s, 'q', 1, 0);
	type(s, "seven", 7);
	fake_resumed(&f, 5, 1, 6, false, NULL);
	ck_assert_uint_eq(s->n_lines, 1);
	fake_output(&f, 0, 1, "", 1, NULL);
	ck_assert_uint_eq(s->n_lines, 0);
	ck_assert_uint_eq(s->resume->done, 6);
	fake_done(&f);
}
END_TEST

START_TEST(a_line_that_its_client_calls_secret_is)
{
	struct session *s = one_player();

	lobby_line_tagged(s, text_of("hunter2"), 4, true);
	fake_expect_told(&f, "line 1 1 hunter2 SECRET #4\n");
	fake_done(&f);
}
END_TEST

START_TEST(a_token_that_would_follow_itself_is_refused)
{
	struct session *s = open_one(true);

	fake_state(&f, 0, 1, false, false, 0);
	buf_clear(&f.told);
	claim(s, 'q', 1, 'q');
	fake_expect_seen(&f, "1: refused: That is no token.\n");
	fake_expect_told(&f, "");
	fake_done(&f);
}
END_TEST

START_TEST(a_wish_is_said_again_to_a_world_that_has_not_heard_it)
{
	struct session *s = open_one(true);

	fake_state(&f, 0, 1, false, false, 0);
	claim(s, 'q', 1, 'n');
	buf_clear(&f.told);
	lobby_up(&f.lobby, LINK_FRESH);
	expect_told("attach 1 done 0 at 0 token %02x\n", hash_of('A'));
	fake_state(&f, 0, 1, false, false, 0);
	expect_told("resume 1 %02x at 1 next %02x\n", hash_of('q'), hash_of('n'));
	fake_done(&f);
}
END_TEST

START_TEST(the_answer_of_a_world_that_died_counts)
{
	struct session *s = open_one(true);

	fake_state(&f, 0, 1, false, false, 0);
	claim(s, 'q', 1, 'n');
	buf_clear(&f.told);
	lobby_up(&f.lobby, LINK_FRESH);
	buf_clear(&f.told);
	buf_clear(&f.seen);
	fake_resumed(&f, 50, 1, 3, false, NULL); /* from the store */
	fake_output(&f, 51, 1, "missed", 0, NULL);
	fake_state(&f, 0, 1, true, true, 0);
	fake_expect_seen(&f, "1: resumed line 3\n1: missed\n");
	fake_expect_told(&f, "");
	ck_assert(s->playing);
	fake_done(&f);
}
END_TEST

START_TEST(three_wrong_tokens_and_the_connection_is_closed)
{
	struct session *s = open_one(true);

	fake_state(&f, 0, 1, false, false, 0);
	claim(s, 'q', 1, 0);
	fake_resumed(&f, 0, 1, 0, false, "No.");
	fake_expect_seen(&f, "1: refused: No.\n");
	lobby_resume(s, &(struct resume_claim){ .token = SPAN("xyz") });
	fake_expect_seen(&f, "1: refused: That is no token.\n");
	ck_assert_uint_eq(f.closed, 0);
	claim(s, 'r', 1, 0);
	fake_resumed(&f, 0, 1, 0, false, "No.");
	ck_assert_uint_eq(f.closed, 1);
	ck_assert_uint_eq(f.lobby.sessions.n, 0);
	fake_done(&f);
}
END_TEST

START_TEST(who_is_in_play_does_not_resume)
{
	struct session *s = one_player();

	claim(s, 'q', 1, 0);
	fake_expect_seen(&f, "1: refused: You are in play already.\n");
	fake_expect_told(&f, "");
	fake_done(&f);
}
END_TEST

START_TEST(a_session_the_new_world_does_not_know_counts_its_lines_as_done)
{
	struct session *s = one_player();
	uint64_t at, line;

	type(s, "one", 1);
	type(s, "two", 2);
	lobby_up(&f.lobby, LINK_FRESH);
	fake_state(&f, 0, 1, false, false, 0);
	ck_assert(resume_news_place(s->resume, &at, &line));
	ck_assert_uint_eq(line, 2);
	fake_done(&f);
}
END_TEST

UNIT_MAIN("resume", the_client_is_told_its_token_once_and_the_world_only_the_hash,
	  without_a_grace_nobody_gets_a_token, a_new_world_is_told_token_and_place_with_the_attach,
	  a_place_is_reached_by_who_was_meant, who_gets_a_token_in_play_has_what_was_said_before,
	  a_number_that_was_taken_is_a_repetition, a_refused_line_counts_with_the_one_before_it,
	  a_wish_waits_for_the_world_and_lines_for_the_answer,
	  numbered_lines_from_before_the_answer_come_again,
	  numbered_lines_come_again_and_others_stay, a_line_in_the_world_stays_whatever_its_number,
	  a_line_that_its_client_calls_secret_is, a_token_that_would_follow_itself_is_refused,
	  a_wish_is_said_again_to_a_world_that_has_not_heard_it,
	  the_answer_of_a_world_that_died_counts, three_wrong_tokens_and_the_connection_is_closed,
	  who_is_in_play_does_not_resume,
	  a_session_the_new_world_does_not_know_counts_its_lines_as_done)
