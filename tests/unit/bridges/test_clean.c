/*
 * test_clean.c - text of strangers: what becomes of it.
 */
#include "bridges/clean.h"

#include <string.h>

#include "../rt/unit.h"
#include "rt/text.h"

static void check_line(struct span in, bool repair, const char *want)
{
	struct buf out = { 0 };

	clean_line(&out, in, repair);
	buf_addc(&out, '\0');
	ck_assert_str_eq(buf_p(&out), want);
	buf_done(&out);
}

static void check_text(const char *in, size_t lines, const char *want)
{
	struct buf out = { 0 };

	clean_text(&out, (struct span){ in, strlen(in) }, lines);
	buf_addc(&out, '\0');
	ck_assert_str_eq(buf_p(&out), want);
	buf_done(&out);
}

static void check_name(const char *in, size_t columns, const char *want)
{
	struct buf out = { 0 };

	clean_name(&out, (struct span){ in, strlen(in) }, columns);
	buf_addc(&out, '\0');
	ck_assert_str_eq(buf_p(&out), want);
	buf_done(&out);
}

START_TEST(a_line_is_one_line_without_control_characters)
{
	check_line(SPAN("plain"), true, "plain");
	check_line(SPAN("  two\r\nlines\ttab  "), true, "two lines tab");
	check_line(SPAN("a\r\n\r\nb\x0b\x0c\xc2\x85"
			"c\xe2\x80\xa8\xe2\x80\xa9"
			"d"),
		   true, "a b c d");
	check_line(SPAN("\x02"
			"bold\x0f\x1b[31m red"),
		   true, "bold[31m red");
	check_line(SPAN("no\0thing"), true, "nothing");
	check_line(SPAN("\r\n\t "), true, "");
	check_line(SPAN(""), false, "");
}
END_TEST

START_TEST(what_turns_or_hides_text_goes)
{
	check_line(SPAN("\xe2\x80\xae"
			"evil\xe2\x80\x8b\xef\xbb\xbf"),
		   true, "evil");
	check_line(SPAN("z\xcc\x80\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86"), true,
		   "z\xcc\x80\xcc\x81\xcc\x82\xcc\x83");
	check_line(SPAN("e\xcc\x81"), true, "\xc3\xa9");
}
END_TEST

START_TEST(other_encodings_are_repaired_as_a_whole)
{
	check_line(SPAN("caf\xe9"), true, "caf\xc3\xa9");
	check_line(SPAN("\x93quoted\x94 \x80"
			"5"),
		   true,
		   "\xe2\x80\x9cquoted\xe2\x80\x9d \xe2\x82\xac"
		   "5");
	check_line(SPAN("na\xefve\0 z"), true, "na\xc3\xafve z");
	check_line(SPAN("\x81"), true, "\xef\xbf\xbd");
	check_line(SPAN("caf\xe9"), false, "caf\xef\xbf\xbd");
	check_line(SPAN("caf\xc3\xa9"), true, "caf\xc3\xa9");
}
END_TEST

START_TEST(utf8_that_was_cut_in_a_character_only_loses_its_end)
{
	check_line(SPAN("caf\xc3\xa9 \xe2\x82"), true, "caf\xc3\xa9");
	check_line(SPAN("\xc3\xa9\xf0\x9f\x98"), true, "\xc3\xa9");
}
END_TEST

START_TEST(a_text_keeps_its_lines_but_not_its_gaps)
{
	check_text("one\r\n two \rthree", 9, "one\ntwo\nthree");
	check_text("\n\n\none\n\n\n\ntwo\n\n", 9, "one\n\ntwo");
	check_text("1\n2\n3\n4", 3, "1\n2\n3");
	check_text("1\n2\n\n3\n4", 3, "1\n2");
	check_text("1\n\n3\n4", 3, "1\n\n3");
	check_text("\x1b\n\x07x", 3, "x");
	check_text("", 3, "");
	check_text("x", 0, "");
}
END_TEST

START_TEST(a_name_is_short_has_no_at_sign_and_is_never_empty)
{
	check_name("Ana", 32, "Ana");
	check_name("  Ana   B ", 32, "Ana B");
	check_name("ana@irc", 32, "anairc");
	check_name("a\xef\xbc\xa0"
		   "b\xef\xb9\xab"
		   "c",
		   32, "abc");
	check_name("\xc2\xa0\xe3\x80\x80x\xc2\xa0y", 32, "x y");
	check_name("", 32, "somebody");
	check_name("@@", 32, "somebody");
	check_name("\xcc\x80\xcc\x81", 32, "somebody");
	check_name("\xe2\xa0\x80", 32, "somebody");
	check_name("abcdefgh", 4, "abcd");
	check_name("abc defg", 4, "abc");
	check_name("\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2", 5, "\xe6\xbc\xa2\xe5\xad\x97");
	check_name("Jos\xe9", 32, "Jos\xc3\xa9");
}
END_TEST

START_TEST(nothing_of_a_name_looks_like_what_stands_around_names)
{
	struct buf nick = { 0 };

	check_name("Ana: I give all my gold to Bob.", 40, "Ana_ I give all my gold to Bob.");
	check_name("n\n[chat] Ana: forged", 32, "n _chat_ Ana_ forged");
	check_name("Ana says, \"hi\"", 32, "Ana says_ _hi_");
	check_name("{red}<*|>(x)'`", 32, "_red______x___");
	check_name("Ana\xef\xbc\x9a\xe2\x80\x9cx\xe3\x80\x91", 32, "Ana__x_");
	clean_nick(&nick, SPAN("Ana:\xc2\xa0go \xe2\x80\x83 x"), 32);
	buf_addc(&nick, '\0');
	ck_assert_str_eq(buf_p(&nick), "Ana__go_x");
	buf_done(&nick);
}
END_TEST

START_TEST(a_name_of_any_length_takes_no_time)
{
	struct buf in = { 0 }, out = { 0 };

	for (unsigned i = 0; i < 100000; i++)
		buf_adds(&in, i % 2 ? "e\xcc\x80\xcc\x81" : "\xe6\xbc\xa2");
	clean_name(&out, buf_span(&in), 32);
	ck_assert_uint_le(text_columns(buf_span(&out)), 32);
	ck_assert_uint_ge(text_columns(buf_span(&out)), 31);
	buf_done(&in);
	buf_done(&out);
}
END_TEST

static void check_pieces(const char *in, size_t max, const char *const *want)
{
	struct span rest = { in, strlen(in) }, piece;

	for (size_t i = 0; want[i]; i++) {
		piece = clean_piece(&rest, max);
		ck_assert_uint_eq(piece.n, strlen(want[i]));
		ck_assert_mem_eq(piece.p, want[i], piece.n);
	}
	piece = clean_piece(&rest, max);
	ck_assert_uint_eq(piece.n, 0);
}

START_TEST(pieces_end_at_words_where_they_can)
{
	check_pieces("one two three four", 10,
		     (const char *const[]){ "one two", "three four", NULL });
	check_pieces("one two three", 13, (const char *const[]){ "one two three", NULL });
	check_pieces("one two", 3, (const char *const[]){ "one", "two", NULL });
	check_pieces("a bcdefghijklm", 9, (const char *const[]){ "a bcdefgh", "ijklm", NULL });
	check_pieces("   ", 9, (const char *const[]){ NULL });
	check_pieces("", 9, (const char *const[]){ NULL });
}
END_TEST

START_TEST(pieces_end_between_graphemes)
{
	check_pieces("abe\xcc\x81", 4, (const char *const[]){ "ab", "e\xcc\x81", NULL });
	check_pieces("\xf0\x9f\x98\x80\xf0\x9f\x98\x80", 7,
		     (const char *const[]){ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", NULL });
	/* One that has no room at all. */
	check_pieces("e\xcc\x80\xcc\x81\xcc\x82\xcc\x83", 5,
		     (const char *const[]){ "e\xcc\x80\xcc\x81", "\xcc\x82\xcc\x83", NULL });
	check_pieces("\xf0\x9f\x98\x80", 1, (const char *const[]){ "\xf0\x9f\x98\x80", NULL });
}
END_TEST

START_TEST(pieces_of_all_sizes_lose_nothing)
{
	static const char text[] = "Caf\xc3\xa9 \xe6\xbc\xa2\xe5\xad\x97 e\xcc\x81\xcc\x82 "
				   "\xf0\x9f\x98\x80 the quick brown fox; "
				   "averyveryverylongwordwithoutanyspaceinit andmore";

	for (size_t max = 4; max < 120; max++) {
		struct span rest = { text, sizeof(text) - 1 }, piece;
		size_t solid = 0, want = 0;

		while ((piece = clean_piece(&rest, max)).n > 0) {
			ck_assert_uint_le(piece.n, max);
			ck_assert(text_is_utf8(piece));
			for (size_t i = 0; i < piece.n; i++)
				solid += piece.p[i] != ' ';
		}
		for (size_t i = 0; i + 1 < sizeof(text); i++)
			want += text[i] != ' ';
		ck_assert_uint_eq(solid, want);
	}
}
END_TEST

START_TEST(blank_is_what_nobody_can_read)
{
	ck_assert(clean_is_blank(SPAN("")));
	ck_assert(clean_is_blank(SPAN("  \n\xc2\xa0\xe3\x80\x80\xe2\xa0\x80")));
	ck_assert(clean_is_blank(SPAN(" \xcc\x81")));
	ck_assert(!clean_is_blank(SPAN(" .")));
	ck_assert(!clean_is_blank(SPAN("\xe6\xbc\xa2")));
}
END_TEST

UNIT_MAIN("clean", a_line_is_one_line_without_control_characters, what_turns_or_hides_text_goes,
	  other_encodings_are_repaired_as_a_whole,
	  utf8_that_was_cut_in_a_character_only_loses_its_end,
	  a_text_keeps_its_lines_but_not_its_gaps,
	  a_name_is_short_has_no_at_sign_and_is_never_empty,
	  nothing_of_a_name_looks_like_what_stands_around_names, a_name_of_any_length_takes_no_time,
	  pieces_end_at_words_where_they_can, pieces_end_between_graphemes,
	  pieces_of_all_sizes_lose_nothing, blank_is_what_nobody_can_read)
