/*
 * test_line.c - lines read out of a stream, taken apart and made.
 */
#include "bridges/irc/line.h"

#include <string.h>

#include "tests/unit/rt/unit.h"

static void is(struct span got, const char *want)
{
	ck_assert_msg(got.n == strlen(want) && memcmp(got.p, want, got.n) == 0,
		      "`%.*s` is not `%s`", (int)got.n, got.p, want);
}

static struct span of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

START_TEST(a_line_comes_apart_into_its_parts)
{
	struct irc_line l;

	ck_assert(irc_parse(&l, of("@a=b;+c :ana!user@host.example PRIVMSG #mud :hello  there")));
	is(l.tags, "a=b;+c");
	is(l.source, "ana!user@host.example");
	is(l.nick, "ana");
	is(l.user, "user");
	is(l.host, "host.example");
	ck_assert(irc_is(&l, "privmsg"));
	ck_assert_uint_eq(l.n_params, 2);
	is(irc_param(&l, 0), "#mud");
	is(irc_last(&l), "hello  there");
	is(irc_param(&l, 2), "");
}
END_TEST

struct sample {
	const char *line, *command, *last;
	size_t n_params;
	unsigned numeric;
	bool fine;
};

static const struct sample samples[] = {
	{ ":irc.test 001 us :Welcome", "001", "Welcome", 2, 1, true },
	{ "PING x", "PING", "x", 1, 0, true },
	{ "PING :", "PING", "", 1, 0, true },
	{ "QUIT", "QUIT", "", 0, 0, true },
	{ ":a   CMD   b   c  ", "CMD", "c", 2, 0, true },
	{ "C a b c d e f g h i j k l m n o p", "C", "o p", 15, 0, true },
	{ "", NULL, NULL, 0, 0, false },
	{ ":only", NULL, NULL, 0, 0, false },
	{ "@tags :src", NULL, NULL, 0, 0, false },
	{ "@", NULL, NULL, 0, 0, false },
};

START_TEST(odd_lines_are_read_or_refused)
{
	const struct sample *s = &samples[_i];
	struct irc_line l;

	ck_assert_int_eq(irc_parse(&l, of(s->line)), s->fine);
	if (!s->fine)
		return;
	is(l.command, s->command);
	is(irc_last(&l), s->last);
	ck_assert_uint_eq(l.n_params, s->n_params);
	ck_assert_uint_eq(l.numeric, s->numeric);
}
END_TEST

START_TEST(tags_are_unescaped_and_the_last_of_a_name_counts)
{
	struct irc_line l;
	CLEANUP(buf_done) struct buf v = { 0 };

	ck_assert(irc_parse(&l, of("@x=1;label=a\\:b\\sc\\\\d\\re\\nf\\gh\\;x=2;empty CMD")));
	ck_assert(irc_tag(&l, "label", &v));
	is(buf_span(&v), "a;b c\\d\re\nfgh");
	buf_clear(&v);
	ck_assert(irc_tag(&l, "x", &v));
	is(buf_span(&v), "2");
	buf_clear(&v);
	ck_assert(irc_tag(&l, "empty", &v));
	ck_assert_uint_eq(v.n, 0);
	ck_assert(!irc_tag(&l, "lab", &v));
}
END_TEST

START_TEST(a_stream_is_cut_into_lines_wherever_it_was_cut_before)
{
	static const char stream[] = "one\r\ntwo\n\r\nthree\r\r\nrest";
	static const char *const want[] = { "one", "two", "", "three" };

	for (size_t cut = 0; cut <= strlen(stream); cut++) {
		struct irc_reader r = { 0 };
		size_t at = 0, used, n = 0, have = cut;
		struct span line;

		for (int round = 0; round < 2; round++, have = strlen(stream)) {
			while (irc_read(&r, (struct span){ stream + at, have - at }, &used,
					&line)) {
				is(line, want[n++]);
				at += used;
			}
			at += used;
		}
		ck_assert_uint_eq(n, ARRAY_LEN(want));
		is((struct span){ stream + at, strlen(stream) - at }, "rest");
	}
}
END_TEST

START_TEST(a_line_without_end_is_passed_over_and_costs_nothing)
{
	static char big[100000];
	struct irc_reader r = { 0 };
	size_t used;
	struct span line;

	memset(big, 'x', sizeof(big));
	memcpy(big + sizeof(big) - 7, "\nPING\r\n", 7);
	/* What was read and is no line is used up at once. */
	ck_assert(!irc_read(&r, (struct span){ big, 50000 }, &used, &line));
	ck_assert_uint_eq(used, 50000);
	ck_assert(irc_read(&r, (struct span){ big + used, sizeof(big) - used }, &used, &line));
	is(line, "PING");
	ck_assert_uint_eq(r.skipped, 1);
}
END_TEST

static int build(struct buf *out, struct span target, struct span text)
{
	const struct irc_parts p = { .command = "PRIVMSG", .middle = { target }, .text = text };

	return irc_build(out, &p);
}

START_TEST(a_line_is_made)
{
	CLEANUP(buf_done) struct buf out = { 0 };
	const struct irc_parts p = { .label = "m7",
				     .command = "PRIVMSG",
				     .middle = { SPAN("#mud") },
				     .text = SPAN("hello") };

	ck_assert_int_eq(irc_build(&out, &p), 0);
	is(buf_span(&out), "@label=m7 PRIVMSG #mud :hello\r\n");
}
END_TEST

START_TEST(what_would_be_another_line_is_not_made)
{
	static const char *const bad[] = { "a\nQUIT", "a\rQUIT", "\n", "\r" };
	CLEANUP(buf_done) struct buf out = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_int_eq(build(&out, SPAN("#mud"), of(bad[i])), 1);
		ck_assert_int_eq(build(&out, of(bad[i]), SPAN("x")), 1);
	}
	ck_assert_int_eq(build(&out, SPAN("#mud"), (struct span){ "a\0b", 3 }), 1);
	ck_assert_int_eq(build(&out, SPAN("#mud x"), SPAN("x")), 1);
	ck_assert_int_eq(build(&out, SPAN(":mud"), SPAN("x")), 1);
	ck_assert_int_eq(build(&out, SPAN(""), SPAN("x")), 1);
	ck_assert_uint_eq(out.n, 0);
}
END_TEST

START_TEST(a_text_is_cut_to_512_bytes_between_characters)
{
	char text[900];

	for (size_t shift = 0; shift < 4; shift++) {
		struct buf out = { 0 };
		struct irc_line l;

		memset(text, 'x', shift);
		for (size_t i = shift; i + 4 <= sizeof(text); i += 4)
			memcpy(text + i, "\xf0\x9f\x90\x89", 4);
		ck_assert_int_eq(build(&out, SPAN("#mud"), (struct span){ text, 896 }), 0);
		ck_assert_uint_le(out.n, IRC_LINE_BYTES);
		ck_assert_uint_gt(out.n, IRC_LINE_BYTES - 4);
		ck_assert(irc_parse(&l, (struct span){ buf_p(&out), out.n - 2 }));
		ck_assert_uint_eq((irc_last(&l).n - shift) % 4, 0);
		buf_done(&out);
	}
}
END_TEST

START_TEST(a_target_that_leaves_no_room_is_refused)
{
	char target[600];
	CLEANUP(buf_done) struct buf out = { 0 };

	memset(target, 'x', sizeof(target));
	ck_assert_int_eq(build(&out, (struct span){ target, sizeof(target) }, SPAN("x")), 1);
	ck_assert_int_eq(build(&out, (struct span){ target, 501 }, SPAN("x")), 1);
	ck_assert_uint_eq(out.n, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("line");
	TCase *t = tcase_create("line");
	SRunner *runner;
	int failed;

	tcase_add_test(t, a_line_comes_apart_into_its_parts);
	tcase_add_loop_test(t, odd_lines_are_read_or_refused, 0, ARRAY_LEN(samples));
	tcase_add_test(t, tags_are_unescaped_and_the_last_of_a_name_counts);
	tcase_add_test(t, a_stream_is_cut_into_lines_wherever_it_was_cut_before);
	tcase_add_test(t, a_line_without_end_is_passed_over_and_costs_nothing);
	tcase_add_test(t, a_line_is_made);
	tcase_add_test(t, what_would_be_another_line_is_not_made);
	tcase_add_test(t, a_text_is_cut_to_512_bytes_between_characters);
	tcase_add_test(t, a_target_that_leaves_no_room_is_refused);
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
