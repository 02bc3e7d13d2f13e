/*
 * test_line.c - lines out of keys: ends, editing, limits, character sets, echo.
 */
#include "gateway/line.h"

#include "rt/rand.h"
#include "rt/text.h"
#include "tests/unit/gateway/bytes.h"

/* All lines of bytes that come in pieces of `step`, each in angle brackets. */
static struct buf lines_of(struct span in, size_t step, struct buf *echo)
{
	struct line l = { 0 };
	struct buf out = { 0 };

	for (size_t i = 0; i < in.n;) {
		size_t n = step && step < in.n - i ? step : in.n - i;
		struct span part = { in.p + i, n };

		while (line_next(&l, &part, echo)) {
			buf_addc(&out, '<');
			if (line_take(&l, &out, CHARSET_UTF8))
				buf_adds(&out, " CUT");
			buf_addc(&out, '>');
		}
		i += n;
	}
	line_done(&l);
	return out;
}

static void expect(struct span in, const char *want)
{
	for (size_t step = 0; step < 4; step++) {
		struct buf got = lines_of(in, step, NULL);

		ck_assert_text(&got, want);
	}
}

static void expect_echo(struct span in, const char *want)
{
	for (size_t step = 1; step < 4; step++) {
		struct buf echo = { 0 };
		struct buf got = lines_of(in, step, &echo);

		ck_assert_text(&echo, want);
		buf_done(&got);
	}
}

START_TEST(every_end_of_line_ends_it_once)
{
	expect(BYTES("a\r\nb\r\n"), "<a><b>");
	expect(BYTES("a\nb\n"), "<a><b>");
	expect(BYTES("a\rb\r"), "<a><b>");
	expect(BYTES("a\r\0b\r\0"), "<a><b>");
	expect(BYTES("a\r\0\nb\r\n\r\n"), "<a><><b><>");
}
END_TEST

START_TEST(empty_lines_are_lines)
{
	expect(BYTES("\r\n\r\n\n\r"), "<><><><>");
}
END_TEST

START_TEST(backspace_takes_a_character)
{
	expect(BYTES("helo\blo\n"), "<hello>");
	expect(BYTES("helo\x7flo\n"), "<hello>");
	expect(BYTES("\b\b\x7fhi\n"), "<hi>");
	expect(BYTES("caf\xc3\xa9\x7f"
		     "e\n"),
	       "<cafe>");
	expect(BYTES("x\xe2\x82\xac\xf0\x9f\x98\x80\x7f\x7fy\n"), "<xy>");
	expect(BYTES("ae\xcc\x81\x7f\n"), "<a>"); /* e with a combining accent */
}
END_TEST

START_TEST(control_u_takes_all_and_control_w_a_word)
{
	expect(BYTES("rubbish\x15look\n"), "<look>");
	expect(BYTES("say good bye\x17morning\n"), "<say good morning>");
	expect(BYTES("say good bye  \x17morning\n"), "<say good morning>");
	expect(BYTES("\x17\x15x\n"), "<x>");
}
END_TEST

START_TEST(keys_that_are_not_text_are_swallowed)
{
	expect(BYTES("a\x1b[Ab\x1b[1;5Cc\x1bOPd\x07\x01\n"), "<abcd>");
	expect(BYTES("a\x1b\nb\n"), "<a><b>");
	expect(BYTES("a\0b\n"), "<ab>");
	expect(BYTES("a\tb\n"), "<a b>");
}
END_TEST

START_TEST(a_sequence_without_end_does_not_swallow_the_line)
{
	expect(BYTES("\x1b[1234567890123456789012\n"), "<89012>");
}
END_TEST

START_TEST(a_line_is_cut_at_its_limit)
{
	struct buf in = { 0 }, got;

	for (int i = 0; i < 5000; i++)
		buf_addc(&in, 'x');
	buf_addc(&in, '\n');
	got = lines_of(buf_span(&in), 100, NULL);
	ck_assert_uint_eq(got.n, LINE_BYTES + strlen("< CUT>"));
	buf_done(&got);
	buf_done(&in);
}
END_TEST

START_TEST(a_line_is_never_cut_within_a_character)
{
	struct buf in = { 0 }, got;

	buf_addc(&in, 'x');
	for (int i = 0; i < 1000; i++)
		buf_adds(&in, "\xe2\x82\xac");
	buf_addc(&in, '\n');
	got = lines_of(buf_span(&in), 7, NULL);
	ck_assert_uint_eq(got.n, 1 + 3 * (LINE_BYTES / 3) + strlen("< CUT>"));
	ck_assert(text_is_utf8(buf_span(&got)));
	buf_done(&got);
	buf_done(&in);
}
END_TEST

START_TEST(latin1_that_doubles_in_length_is_cut_too)
{
	struct buf in = { 0 }, got;

	for (int i = 0; i < 1000; i++)
		buf_addc(&in, '\xe9');
	buf_addc(&in, '\n');
	got = lines_of(buf_span(&in), 0, NULL);
	ck_assert_uint_eq(got.n, LINE_BYTES + strlen("< CUT>"));
	buf_done(&got);
	buf_done(&in);
}
END_TEST

START_TEST(what_is_not_utf8_is_latin1)
{
	expect(BYTES("caf\xe9\n"), "<caf\xc3\xa9>");
	expect(BYTES("caf\xc3\xa9\n"), "<caf\xc3\xa9>");
}
END_TEST

START_TEST(harmful_text_is_dropped)
{
	expect(BYTES("a\xc2\x9b"
		     "31mb\xe2\x80\xae"
		     "c\n"),
	       "<a31mbc>");
}
END_TEST

START_TEST(echo_shows_what_was_typed)
{
	expect_echo(BYTES("hi\r\n"), "hi\r\n");
	expect_echo(BYTES("\xc3\xa9\xe2\x82\xac!\r"), "\xc3\xa9\xe2\x82\xac!\r\n");
	expect_echo(BYTES("a\x1b[Ab\x07\r\n"), "ab\r\n");
}
END_TEST

START_TEST(echo_takes_back_as_many_columns_as_were_shown)
{
	expect_echo(BYTES("ab\x7f\x7f\x7f"), "ab\b \b\b \b");
	expect_echo(BYTES("\xe4\xb8\xad\x7f"), "\xe4\xb8\xad\b \b\b \b"); /* two columns wide */
	expect_echo(BYTES("a bc\x17"), "a bc\b \b\b \b");
	expect_echo(BYTES("ab\x15"), "ab\b \b\b \b");
}
END_TEST

START_TEST(echo_never_sends_a_terminal_what_it_obeys)
{
	struct rng r;

	rng_seed(&r, 3);
	for (int round = 0; round < 3000; round++) {
		char bytes[40];
		struct buf echo = { 0 };
		struct buf got;

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (char)rng_below(&r, 256);
		got = lines_of((struct span){ bytes, sizeof(bytes) }, 1, &echo);
		for (size_t i = 0; i < echo.n; i++) {
			uint8_t c = (uint8_t)buf_p(&echo)[i];

			ck_assert(c >= 0x20 || c == '\b' || c == '\r' || c == '\n');
			ck_assert(c != 0x7f);
		}
		buf_done(&got);
		buf_done(&echo);
	}
}
END_TEST

START_TEST(an_unfinished_line_is_shown_again)
{
	struct line l = { 0 };
	struct span in = BYTES("hel");
	struct buf echo = { 0 };

	ck_assert(!line_next(&l, &in, &echo));
	ck_assert_text(&echo, "hel");
	line_show(&l, &echo);
	ck_assert_text(&echo, "hel");
	line_done(&l);
}
END_TEST

START_TEST(no_memory_is_held_between_lines)
{
	struct line l = { 0 };
	struct span in = BYTES("look\r\n");

	ck_assert(line_next(&l, &in, NULL));
	ck_assert(!line_next(&l, &in, NULL));
	ck_assert_ptr_null(l.raw.p);
}
END_TEST

START_TEST(lines_are_clean_whatever_is_typed)
{
	struct rng r;

	rng_seed(&r, 11);
	for (int round = 0; round < 3000; round++) {
		char bytes[60];
		struct buf whole, cut, twice = { 0 };

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (char)(rng_below(&r, 3) ? rng_below(&r, 256) : '\r');
		whole = lines_of((struct span){ bytes, sizeof(bytes) }, 0, NULL);
		cut = lines_of((struct span){ bytes, sizeof(bytes) }, 1 + rng_below(&r, 5), NULL);
		ck_assert_uint_eq(whole.n, cut.n);
		ck_assert_mem_eq(buf_p(&whole), buf_p(&cut), whole.n);
		text_clean(&twice, buf_span(&whole));
		ck_assert_uint_eq(twice.n, whole.n);
		buf_done(&whole);
		buf_done(&cut);
		buf_done(&twice);
	}
}
END_TEST

UNIT_MAIN("line", every_end_of_line_ends_it_once, empty_lines_are_lines,
	  backspace_takes_a_character, control_u_takes_all_and_control_w_a_word,
	  keys_that_are_not_text_are_swallowed, a_sequence_without_end_does_not_swallow_the_line,
	  a_line_is_cut_at_its_limit, a_line_is_never_cut_within_a_character,
	  latin1_that_doubles_in_length_is_cut_too, what_is_not_utf8_is_latin1,
	  harmful_text_is_dropped, echo_shows_what_was_typed,
	  echo_takes_back_as_many_columns_as_were_shown, echo_never_sends_a_terminal_what_it_obeys,
	  an_unfinished_line_is_shown_again, no_memory_is_held_between_lines,
	  lines_are_clean_whatever_is_typed)
