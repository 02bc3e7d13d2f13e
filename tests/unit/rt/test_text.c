/*
 * test_text.c - foreign text made harmless, measured, compared and quoted.
 */
#include "rt/text.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>
#include "rt/rand.h"
#include "unit.h"

static bool holds(const struct buf *b, const char *text)
{
	if (b->n == strlen(text) && memcmp(buf_p(b), text, b->n) == 0)
		return true;
	fprintf(stderr, "got: %.*s\nnot: %s\n", (int)b->n, buf_p(b), text);
	return false;
}

static void expect_clean(struct span in, const char *out)
{
	struct buf b = { 0 };

	text_clean(&b, in);
	ck_assert(holds(&b, out));
	buf_done(&b);
}

static bool is_control(int32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029;
}

static bool is_bidi_or_hidden(int32_t c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0x061c || c == 0x180e ||
	       c == 0xad || (c >= 0xe0000 && c <= 0xe007f) || (c >= 0xfdd0 && c <= 0xfdef) ||
	       (c & 0xfffe) == 0xfffe;
}

static void check_harmless(struct span s)
{
	for (size_t i = 0; i < s.n;) {
		int32_t c;
		utf8proc_ssize_t n =
			utf8proc_iterate((const uint8_t *)s.p + i, (utf8proc_ssize_t)(s.n - i), &c);

		if (n <= 0)
			ck_abort_msg("not UTF-8 at %zu", i);
		if (is_control(c) || is_bidi_or_hidden(c))
			ck_abort_msg("U+%04X survived", (unsigned)c);
		i += (size_t)n;
	}
}

/* Harmless, and clean already: cleaning again changes nothing. (An assertion of check's that holds is told to the
 * test's parent each time, which millions of them are too many for.) */
static void check_clean(struct span in)
{
	struct buf once = { 0 }, twice = { 0 };

	text_clean(&once, in);
	check_harmless(buf_span(&once));
	text_clean(&twice, buf_span(&once));
	if (once.n != twice.n || memcmp(buf_p(&once), buf_p(&twice), once.n) != 0)
		ck_abort_msg("cleaned again it is another: %.*s", (int)in.n, in.p);
	buf_done(&once);
	buf_done(&twice);
}

START_TEST(printable_ascii_stays_as_it_is)
{
	expect_clean(SPAN("say Hello, {world}! ~"), "say Hello, {world}! ~");
	expect_clean(SPAN(""), "");
}
END_TEST

START_TEST(controls_go_and_tabs_become_spaces)
{
	expect_clean(SPAN("a\033[31mb\tc\r\nd\0e\x7f"), "a[31mb cde");
	expect_clean(SPAN("x\xc2\x9b"
			  "31my"),
		     "x31my");
}
END_TEST

START_TEST(bad_bytes_become_replacement_characters)
{
	expect_clean(SPAN("a\xff"
			  "b\xc3"),
		     "a\xef\xbf\xbd"
		     "b\xef\xbf\xbd");
	/* Overlong, surrogate, above the last code point. */
	expect_clean(SPAN("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd");
	expect_clean(SPAN("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	expect_clean(SPAN("\xf4\x90\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}
END_TEST

START_TEST(text_is_composed)
{
	expect_clean(SPAN("e\xcc\x81"), "\xc3\xa9");
	/* A hidden character between base and mark does not keep them apart. */
	expect_clean(SPAN("e\xe2\x80\x8d\xcc\x81"), "\xc3\xa9");
	expect_clean(SPAN("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"), "\xed\x95\x9c");
}
END_TEST

START_TEST(at_most_four_marks_stay_on_one_base)
{
	struct buf in = { 0 };

	buf_addc(&in, 'z');
	for (int i = 0; i < 500; i++)
		buf_adds(&in, "\xcc\xb4"); /* U+0334, composes with nothing */
	buf_addc(&in, 'y');
	expect_clean(buf_span(&in), "z\xcc\xb4\xcc\xb4\xcc\xb4\xcc\xb4y");
	buf_done(&in);
}
END_TEST

START_TEST(no_code_point_survives_that_may_harm)
{
	for (int32_t c = 0; c <= 0x10ffff; c++) {
		char text[16] = "a";
		size_t n = 1;

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		n += (size_t)utf8proc_encode_char(c, (uint8_t *)text + n);
		text[n++] = 'b';
		check_clean((struct span){ text, n });
	}
}
END_TEST

START_TEST(random_text_is_clean_after_one_cleaning)
{
	/* Ranges that interact: ASCII, Latin, marks, Indic, Hangul, hidden, emoji, any. */
	static const struct {
		uint32_t from, n;
	} ranges[] = {
		{ 0, 0x80 },	   { 0xa0, 0x250 },   { 0x300, 0x70 },	 { 0x900, 0x180 },
		{ 0x1100, 0x100 }, { 0x2000, 0x70 },  { 0xac00, 0x100 }, { 0x1f1e6, 0x500 },
		{ 0xfb1d, 0x40 },  { 0x1d15e, 0x60 }, { 0, 0x110000 },
	};
	struct rng r;

	rng_seed(&r, 5);
	for (int i = 0; i < 20000; i++) {
		char text[128];
		size_t n = 0, points = rng_below(&r, 24);

		for (size_t k = 0; k < points; k++) {
			size_t pick = rng_below(&r, ARRAY_LEN(ranges));
			uint32_t c = ranges[pick].from + (uint32_t)rng_below(&r, ranges[pick].n);

			n += (size_t)utf8proc_encode_char((int32_t)c, (uint8_t *)text + n);
		}
		check_clean((struct span){ text, n });
	}
}
END_TEST

START_TEST(random_bytes_are_clean_after_one_cleaning)
{
	struct rng r;

	rng_seed(&r, 6);
	for (int i = 0; i < 20000; i++) {
		char bytes[40];
		size_t n = rng_below(&r, sizeof(bytes));

		for (size_t k = 0; k < n; k++)
			bytes[k] = (char)rng_next(&r);
		check_clean((struct span){ bytes, n });
	}
}
END_TEST

START_TEST(utf8_is_checked_strictly)
{
	ck_assert(text_is_utf8(SPAN("plain, \xc3\xa9, \xe2\x82\xac, \xf0\x9f\x90\x9f")));
	ck_assert(text_is_utf8(SPAN("")));
	ck_assert(!text_is_utf8(SPAN("a\0b")));
	ck_assert(!text_is_utf8(SPAN("\xc3")));
	ck_assert(!text_is_utf8(SPAN("\xed\xa0\x80")));
	ck_assert(!text_is_utf8(SPAN("\xc0\x80")));
}
END_TEST

START_TEST(columns_count_what_a_terminal_moves)
{
	ck_assert_uint_eq(text_columns(SPAN("abc")), 3);
	ck_assert_uint_eq(text_columns(SPAN("\xe6\x97\xa5\xe6\x9c\xac")), 4);
	ck_assert_uint_eq(text_columns(SPAN("z\xcc\xb4")), 1);
	ck_assert_uint_eq(text_columns(SPAN("")), 0);
}
END_TEST

START_TEST(what_is_drawn_though_it_has_no_width_of_its_own_counts)
{
	/* A sign in front of a number, a vowel of an alphabet that composes, and a syllable of both. */
	ck_assert_uint_eq(text_columns(SPAN("\xd8\x80\xd8\x80\xd8\x80")), 3);
	ck_assert_uint_eq(text_columns(SPAN("\xe1\x85\xa1\xe1\x85\xa1")), 2);
	ck_assert_uint_eq(text_columns(SPAN("\xed\x95\x9c")), 2);
}
END_TEST

START_TEST(nothing_clean_is_without_width_but_a_mark)
{
	for (int32_t c = 0x20; c <= 0x10ffff; c++) {
		struct buf b = { 0 };
		char text[4];
		utf8proc_category_t k = utf8proc_category(c);

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		text_clean(&b,
			   (struct span){ text, (size_t)utf8proc_encode_char(c, (uint8_t *)text) });
		if (b.n && k != UTF8PROC_CATEGORY_MN && k != UTF8PROC_CATEGORY_MC &&
		    k != UTF8PROC_CATEGORY_ME)
			ck_assert_msg(text_columns(buf_span(&b)) > 0, "U+%04X", (unsigned)c);
		buf_done(&b);
	}
}
END_TEST

START_TEST(a_cut_never_splits_what_is_seen_as_one)
{
	ck_assert_uint_eq(text_cut(SPAN("hello"), 3), 3);
	ck_assert_uint_eq(text_cut(SPAN("hello"), 9), 5);
	ck_assert_uint_eq(text_cut(SPAN("a\xe6\x97\xa5"), 3), 1);
	ck_assert_uint_eq(text_cut(SPAN("az\xcc\xb4"), 2), 1);
	ck_assert_uint_eq(text_cut(SPAN("az\xcc\xb4"), 4), 4);
	ck_assert_uint_eq(text_cut(SPAN("\xe6\x97\xa5"), 2), 0);
	ck_assert_uint_eq(text_cut(SPAN("abc"), 0), 0);
}
END_TEST

START_TEST(a_cut_is_a_border_within_bounds)
{
	const struct span s =
		SPAN("ab\xc3\xa9z\xcc\xb4\xe6\x97\xa5\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa!");

	for (size_t max = 0; max <= s.n + 2; max++) {
		size_t n = text_cut(s, max);

		ck_assert_uint_le(n, max);
		ck_assert(text_is_utf8((struct span){ s.p, n }));
	}
}
END_TEST

START_TEST(case_does_not_matter_in_any_script)
{
	ck_assert(text_eq_fold(SPAN("Hello"), SPAN("hELLO")));
	ck_assert(!text_eq_fold(SPAN("Hello"), SPAN("Hell")));
	ck_assert(!text_eq_fold(SPAN("Hell"), SPAN("Hello")));
	ck_assert(text_eq_fold(SPAN("\xc3\x84rger"), SPAN("\xc3\xa4RGER")));
	ck_assert(text_eq_fold(SPAN("Stra\xc3\x9f"
				    "e"),
			       SPAN("STRASSE")));
	ck_assert(text_eq_fold(SPAN("\xd0\x96"), SPAN("\xd0\xb6")));
	ck_assert(!text_eq_fold(SPAN("\xff"), SPAN("\xc3\xbf")));
}
END_TEST

START_TEST(a_prefix_is_found_in_any_case)
{
	ck_assert(text_prefix_fold(SPAN("inventory"), SPAN("INV")));
	ck_assert(text_prefix_fold(SPAN("inventory"), SPAN("")));
	ck_assert(!text_prefix_fold(SPAN("inv"), SPAN("inventory")));
	ck_assert(!text_prefix_fold(SPAN("look"), SPAN("loot")));
}
END_TEST

static const char *folded(void (*fold)(struct buf *out, struct span s), const char *text)
{
	static char out[128];
	struct buf b = { 0 };

	fold(&b, (struct span){ text, strlen(text) });
	snprintf(out, sizeof(out), "%.*s", (int)b.n, buf_p(&b));
	buf_done(&b);
	return out;
}

START_TEST(a_folded_text_is_the_same_for_all_that_are_equal)
{
	ck_assert_str_eq(folded(text_fold, "Joe (IRC)"), "joe (irc)");
	ck_assert_str_eq(folded(text_fold, "\xc3\x84"
					   "x\xff"),
			 "\xc3\xa4x\xef\xbf\xbd");
	ck_assert_str_eq(folded(text_fold, "Stra\xc3\x9f"
					   "e"),
			 "strasse");
	ck_assert_str_eq(folded(text_fold, ""), "");
}
END_TEST

START_TEST(words_are_bare_of_case_accents_forms_and_what_stands_between)
{
	ck_assert_str_eq(folded(text_words, "  L'\xc3\x89t\xc3\xa9, (a) l\xc3\xa0-bas! "),
			 "l ete a la bas");
	ck_assert_str_eq(folded(text_words, "e\xcc\x81\xcc\x81t"), "et");
	ck_assert_str_eq(folded(text_words, "\xef\xbc\xa5\xef\xbc\x91"), "e1");
	ck_assert_str_eq(folded(text_words, "\xd0\x96\xd0\x9b x"), "\xd0\xb6\xd0\xbb x");
	ck_assert_str_eq(folded(text_words, "... \xe2\x80\x94 \xcc\x81"), "");
}
END_TEST

START_TEST(words_are_split_off_one_by_one)
{
	struct span rest = SPAN("  give  2.sword   to Ann ");
	struct span word = text_word(&rest);

	ck_assert(word.n == 4 && memcmp(word.p, "give", 4) == 0);
	ck_assert(rest.n == 17 && memcmp(rest.p, "2.sword   to Ann ", 17) == 0);
	word = text_word(&rest);
	ck_assert(word.n == 7);
	text_word(&rest);
	text_word(&rest);
	word = text_word(&rest);
	ck_assert_uint_eq(word.n, 0);
	ck_assert_uint_eq(rest.n, 0);
	word = text_trim(SPAN(" \t x y \r\n"));
	ck_assert(word.n == 3 && memcmp(word.p, "x y", 3) == 0);
}
END_TEST

START_TEST(a_quoted_text_shows_what_is_hidden)
{
	struct buf b = { 0 };

	text_quote(&b, SPAN("a\"b\\c\n\033[1m\xe2\x80\xae\xff\xc3\xa9"), 100);
	ck_assert(holds(&b, "\"a\\\"b\\\\c\\n\\u001b[1m\\u202e\\xff\xc3\xa9\""));
	buf_clear(&b);
	text_quote(&b, SPAN("0123456789"), 4);
	ck_assert(holds(&b, "\"0123...(+6)\""));
	buf_clear(&b);
	text_quote(&b, SPAN("ab\xc3\xa9"), 3);
	ck_assert(holds(&b, "\"ab...(+2)\""));
	buf_done(&b);
}
END_TEST

START_TEST(a_quote_of_anything_fits_and_is_one_line)
{
	struct rng r;

	rng_seed(&r, 8);
	for (int i = 0; i < 20000; i++) {
		char bytes[64];
		size_t n = rng_below(&r, sizeof(bytes));
		struct buf b = { 0 };

		for (size_t k = 0; k < n; k++)
			bytes[k] = (char)(rng_below(&r, 3) ? rng_next(&r) : rng_below(&r, 32));
		text_quote(&b, (struct span){ bytes, n }, 48);
		ck_assert_uint_ge(b.n, 2);
		ck_assert_ptr_null(memchr(buf_p(&b), '\n', b.n));
		ck_assert_ptr_null(memchr(buf_p(&b), 0x1b, b.n));
		buf_done(&b);
	}
}
END_TEST

START_TEST(json_is_written_member_by_member)
{
	struct buf b = { 0 };

	buf_addc(&b, '{');
	json_member(&b, "name");
	json_quote(&b, SPAN("a\"\\\n\001\xff\xe2\x82\xac"));
	json_member(&b, "hp");
	json_int(&b, -12);
	buf_addc(&b, '}');
	ck_assert(
		holds(&b, "{\"name\":\"a\\\"\\\\\\n\\u0001\xef\xbf\xbd\xe2\x82\xac\",\"hp\":-12}"));
	buf_done(&b);
}
END_TEST

UNIT_MAIN("text", printable_ascii_stays_as_it_is, controls_go_and_tabs_become_spaces,
	  bad_bytes_become_replacement_characters, text_is_composed,
	  at_most_four_marks_stay_on_one_base, no_code_point_survives_that_may_harm,
	  random_text_is_clean_after_one_cleaning, random_bytes_are_clean_after_one_cleaning,
	  utf8_is_checked_strictly, columns_count_what_a_terminal_moves,
	  what_is_drawn_though_it_has_no_width_of_its_own_counts,
	  nothing_clean_is_without_width_but_a_mark, a_cut_never_splits_what_is_seen_as_one,
	  a_cut_is_a_border_within_bounds, case_does_not_matter_in_any_script,
	  a_prefix_is_found_in_any_case, a_folded_text_is_the_same_for_all_that_are_equal,
	  words_are_bare_of_case_accents_forms_and_what_stands_between,
	  words_are_split_off_one_by_one, a_quoted_text_shows_what_is_hidden,
	  a_quote_of_anything_fits_and_is_one_line, json_is_written_member_by_member)
