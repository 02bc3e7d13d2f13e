/*
 * test_out.c - lines of the game as people on IRC read them: their form, their pieces, and what is told of those missing.
 */
#include "bridges/irc/out.h"

#include <string.h>

#include "tests/unit/rt/unit.h"

enum { HOUR_MS = 3600000, MAX = 400 };

static struct out out;
static int64_t now_ms = 14 * HOUR_MS; /* when lines are told */

static struct bridge_line line(uint64_t seq, enum line_kind kind, const char *name,
			       const char *text)
{
	return (struct bridge_line){ .seq = seq,
				     .wall_ms = 14 * HOUR_MS,
				     .kind = kind,
				     .channel = SPAN("chat"),
				     .name = { name, strlen(name) },
				     .text = { text, strlen(text) } };
}

static void next_is(const char *want, uint64_t seq)
{
	struct out_piece p;

	ck_assert(out_next(&out, MAX, now_ms, &p));
	ck_assert_msg(p.text.n == strlen(want) && !memcmp(buf_p(&p.text), want, p.text.n),
		      "`%.*s` is not `%s`", (int)p.text.n, buf_p(&p.text), want);
	ck_assert_uint_eq(p.seq, seq);
	buf_done(&p.text);
}

static void is_written(const struct bridge_line *l, bool with_channel, const char *want)
{
	out_line(&out, l, with_channel);
	next_is(want, l->seq);
	ck_assert_uint_eq(out.n, 0);
}

START_TEST(each_kind_has_its_form)
{
	struct bridge_line l = line(1, LINE_SAID, "Ana", "hello");

	is_written(&l, false, "<Ana> hello");
	is_written(&l, true, "[chat] <Ana> hello");
	l.emote = true;
	is_written(&l, false, "* Ana hello");
	l.emote = false;
	l.notice = true;
	l.name = SPAN("");
	is_written(&l, false, "(hello)");
	l = line(2, LINE_NEWS, "Meg", "We sail at noon.");
	l.subject = SPAN("Ships");
	is_written(&l, false, "News: Ships - We sail at noon.");
	l = line(3, LINE_POSTED, "Ana", "one\ntwo");
	l.channel = SPAN("gazette");
	l.subject = SPAN("Lost cat");
	l.number = 7;
	l.link = SPAN("https://example.org/7");
	is_written(&l, false, "[gazette 7] Ana: Lost cat - one two https://example.org/7");
	l.kind = LINE_REMOVED;
	is_written(&l, false, "[gazette 7] was taken off the board");
	l = line(4, LINE_ENTERED, "Ana", "");
	is_written(&l, false, "-- Ana has come into the game.");
	l.kind = LINE_LEFT;
	is_written(&l, false, "-- Ana has left the game.");
	l = line(5, LINE_STOPPING, "", "");
	is_written(&l, false, "-- The game goes down.");
}
END_TEST

START_TEST(a_long_line_is_several_and_each_says_who)
{
	char text[1000];
	struct bridge_line l;
	struct out_piece p;
	size_t pieces = 0, bytes = 0;

	for (size_t i = 0; i + 6 < sizeof(text); i += 6)
		memcpy(text + i, "m\xc3\xbcsli", 7);
	l = line(9, LINE_SAID, "Ana", text);
	out_line(&out, &l, false);
	for (bool more = true; more; pieces++) {
		ck_assert(out_next(&out, MAX, now_ms, &p));
		ck_assert_uint_le(p.text.n, MAX);
		ck_assert_mem_eq(buf_p(&p.text), "<Ana> ", 6);
		ck_assert_uint_eq(p.seq, p.is_last ? 9 : 0);
		bytes += p.text.n - 6;
		more = !p.is_last;
		buf_done(&p.text);
	}
	ck_assert_uint_eq(pieces, 3);
	ck_assert_uint_eq(bytes, strlen(text));
}
END_TEST

START_TEST(lines_that_are_unsure_are_counted_not_said)
{
	struct bridge_line l = line(5, LINE_SAID, "Ana", "x");

	l.unsure = true;
	out_line(&out, &l, false);
	l.seq = 6;
	out_line(&out, &l, false);
	ck_assert_uint_eq(out.n, 1);
	l.unsure = false;
	l.seq = 7;
	out_line(&out, &l, false);
	next_is("(up to 2 lines may not have come through)", 6);
	next_is("<Ana> x", 7);
}
END_TEST

START_TEST(what_was_lost_has_neither_number_nor_time)
{
	out_skipped(&out, 3, SKIP_LOST, 0, 0, 0);
	next_is("(some lines were not relayed; nobody knows how many)", 3);
}
END_TEST

START_TEST(what_has_not_begun_to_leave_can_be_taken_back)
{
	out_skipped(&out, 3, SKIP_OLD, 2, 0, 0);
	out_note(&out, SPAN("an answer"), true);
	out_skipped(&out, 4, SKIP_OLD, 2, 0, 0);
	ck_assert_uint_eq(out.n, 3);
	out_take_back(&out, 3);
	ck_assert_uint_eq(out.n, 2);
	ck_assert_uint_eq(out.last->kind, OUT_NOTE);
	out_take_back(&out, 0);
	ck_assert_ptr_eq(out.first, out.last);
}
END_TEST

START_TEST(what_was_skipped_is_said_once_with_its_times)
{
	out_skipped(&out, 0, SKIP_OLD, 40, 14 * HOUR_MS + 2 * 60000, 14 * HOUR_MS + 30 * 60000);
	out_skipped(&out, 0, SKIP_OLD, 2, 14 * HOUR_MS + 31 * 60000, 14 * HOUR_MS + 40 * 60000);
	next_is("(42 lines between 14:02 and 14:40 UTC were not relayed)", 0);
	out_skipped(&out, 0, SKIP_LOST, 0, 0, 26 * HOUR_MS);
	next_is("(lines between Jan  1 00:00 and Jan  2 02:00 UTC were not relayed)", 0);
}
END_TEST

START_TEST(a_connection_that_broke_leaves_a_note_in_front)
{
	const struct bridge_line a = line(1, LINE_SAID, "Ana", "waiting");

	out_line(&out, &a, false);
	out_broken(&out, 0, 0);
	ck_assert_uint_eq(out.n, 1);
	out_broken(&out, 9, 3);
	next_is("(up to 3 lines may not have come through)", 9);
	next_is("<Ana> waiting", 1);
}
END_TEST

START_TEST(a_line_that_had_left_in_part_is_one_of_them)
{
	char text[900];
	struct bridge_line l;
	struct out_piece p;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	l = line(4, LINE_SAID, "Ana", text);
	out_line(&out, &l, false);
	ck_assert(out_next(&out, MAX, now_ms, &p));
	buf_done(&p.text);
	out_broken(&out, 3, 1);
	next_is("(up to 2 lines may not have come through)", 4);
	ck_assert_uint_eq(out.n, 0);
}
END_TEST

START_TEST(what_has_waited_too_long_is_counted)
{
	struct bridge_line l = line(1, LINE_SAID, "Ana", "old");

	out_line(&out, &l, false);
	l.seq = 2;
	out_line(&out, &l, false);
	l.seq = 3;
	l.wall_ms += HOUR_MS;
	out_line(&out, &l, false);
	out_age(&out, 14 * HOUR_MS + 1);
	next_is("(2 lines between 14:00 and 14:00 UTC were not relayed)", 2);
	out_age(&out, 14 * HOUR_MS + 1);
	next_is("<Ana> old", 3);
}
END_TEST

START_TEST(a_line_that_is_late_says_when_it_was_said)
{
	struct bridge_line l = line(1, LINE_SAID, "Ana", "hello");

	now_ms = 14 * HOUR_MS + 60000;
	is_written(&l, true, "[chat] <Ana> hello");
	now_ms++;
	is_written(&l, true, "[14:00] [chat] <Ana> hello");
	l.kind = LINE_ENTERED;
	is_written(&l, false, "[14:00] -- Ana has come into the game.");
	now_ms += 24 * HOUR_MS;
	is_written(&l, false, "[Jan  1 14:00] -- Ana has come into the game.");
}
END_TEST

START_TEST(each_piece_of_a_late_line_has_its_time_once)
{
	char text[500];
	struct bridge_line l;
	struct out_piece p;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	l = line(1, LINE_SAID, "Ana", text);
	now_ms = 15 * HOUR_MS;
	out_line(&out, &l, false);
	ck_assert_int_eq(out_oldest_ms(&out), 14 * HOUR_MS);
	for (int i = 0; i < 2; i++) {
		ck_assert(out_next(&out, MAX, now_ms, &p));
		ck_assert_mem_eq(buf_p(&p.text), "[14:00] <Ana> x", 15);
		buf_done(&p.text);
	}
	ck_assert_uint_eq(out.n, 0);
	ck_assert_int_eq(out_oldest_ms(&out), 0);
}
END_TEST

START_TEST(codes_that_came_here_by_mistake_do_not_leave)
{
	const struct bridge_line l = line(1, LINE_SAID,
					  "A\x03"
					  "4na",
					  "a\rb\n\x01"
					  "c\x02"
					  "d");

	is_written(&l, false, "<A4na> a b cd");
}
END_TEST

static void end(void)
{
	out_done(&out);
	ck_assert_uint_eq(out.n, 0);
	ck_assert_ptr_null(out.last);
}

int main(void)
{
	const TTest *const tests[] = { each_kind_has_its_form,
				       a_long_line_is_several_and_each_says_who,
				       lines_that_are_unsure_are_counted_not_said,
				       what_was_lost_has_neither_number_nor_time,
				       what_has_not_begun_to_leave_can_be_taken_back,
				       what_was_skipped_is_said_once_with_its_times,
				       a_connection_that_broke_leaves_a_note_in_front,
				       a_line_that_had_left_in_part_is_one_of_them,
				       what_has_waited_too_long_is_counted,
				       a_line_that_is_late_says_when_it_was_said,
				       each_piece_of_a_late_line_has_its_time_once,
				       codes_that_came_here_by_mistake_do_not_leave };
	Suite *suite = suite_create("out");
	TCase *t = tcase_create("out");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(t, NULL, end);
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		tcase_add_test(t, tests[i]);
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
