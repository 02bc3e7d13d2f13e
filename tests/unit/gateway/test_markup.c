/*
 * test_markup.c - markup for every kind of client: tags, wrapping, and that nothing leaves that a
 * terminal obeys.
 */
#include "gateway/markup.h"

#include <utf8proc.h>
#include "gateway/style.h"
#include "rt/rand.h"
#include "rt/text.h"
#include "tests/unit/gateway/bytes.h"
#include "tests/unit/gateway/harmless.h"

static struct buf render(const char *text, struct markup_kind kind)
{
	struct buf out = { 0 };

	markup_render(&out, text_of(text), kind);
	return out;
}

static void expect(const char *text, struct markup_kind kind, const char *want)
{
	struct buf got = render(text, kind);

	ck_assert_text(&got, want);
}

static const struct markup_kind plain = { .colour = COLOUR_NONE };
static const struct markup_kind c16 = { .colour = COLOUR_16 };
static const struct markup_kind c256 = { .colour = COLOUR_256 };
static const struct markup_kind ctrue = { .colour = COLOUR_TRUE };

static struct markup_kind wide(uint16_t width)
{
	return (struct markup_kind){ .width = width };
}

START_TEST(plain_text_stays_and_lines_end_in_cr_lf)
{
	expect("Tide Square\nExits: north", plain, "Tide Square\r\nExits: north");
	expect("", plain, "");
	expect("\n", plain, "\r\n");
}
END_TEST

START_TEST(tags_are_nothing_without_colours)
{
	expect("{red}a{/} {bold}b{/}{nonsense}c{/}", plain, "a bc");
}
END_TEST

START_TEST(a_doubled_brace_is_a_brace)
{
	expect("{{red} {{{{ }", plain, "{red} {{ }");
	expect("{red}{{{/}", c16, "\033[0;31m{\033[0m");
}
END_TEST

START_TEST(a_brace_without_end_stands_for_itself)
{
	expect("a { b", plain, "a { b");
	expect("{", plain, "{");
	expect("{0123456789012345678901234567890123456789012345678901234567890123456789}", plain,
	       "{0123456789012345678901234567890123456789012345678901234567890123456789}");
}
END_TEST

START_TEST(colours_are_named_nested_and_closed)
{
	expect("{red}a{bold}b{/}c{/}d", c16, "\033[0;31ma\033[0;1;31mb\033[0;31mc\033[0md");
	expect("{bright-red}x", c16, "\033[0;1;31mx\033[0m");
	expect("{bright-red}x", c256, "\033[0;91mx\033[0m");
	expect("{#ff8000}x{/}", ctrue, "\033[0;38;2;255;128;0mx\033[0m");
	expect("{#ff8000}x{/}", c256, "\033[0;38;5;208mx\033[0m");
	expect("{#808080}x{/}", c256, "\033[0;38;5;244mx\033[0m");
	expect("{#fe0102}x{/}", c16, "\033[0;31mx\033[0m");
}
END_TEST

START_TEST(a_style_ends_on_its_own_line)
{
	expect("{red}a{/}\nb{red}\nc\nd{/}", c16,
	       "\033[0;31ma\033[0m\r\nb\033[0;31m\r\nc\r\nd\033[0m");
}
END_TEST

START_TEST(a_style_around_nothing_costs_nothing)
{
	expect("{red}{/}a{bold}{/}", c256, "a");
}
END_TEST

START_TEST(unknown_tags_are_nothing_and_keep_their_place)
{
	expect("{red}a{wobble}b{/}c{/}d", c16, "\033[0;31mabc\033[0md");
	expect("{#12345}a{/}{#gggggg}b{/}{}c{/}{/}{/}d", c16, "abcd");
}
END_TEST

START_TEST(every_tag_of_the_header_is_known)
{
	static const char *const tags[] = {
		"black",	"red",
		"green",	"yellow",
		"blue",		"magenta",
		"cyan",		"white",
		"bright-black", "bright-red",
		"bright-green", "bright-yellow",
		"bright-blue",	"bright-magenta",
		"bright-cyan",	"bright-white",
		"bold",		"dim",
		"italic",	"underline",
		"room",		"exits",
		"item",		"npc",
		"player",	"say",
		"tell",		"system",
		"error",	"prompt",
		"title",	"hint",
	};

	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		struct style none = { 0 }, s = { 0 };

		ck_assert_msg(style_apply(&s, text_of(tags[i])), "%s", tags[i]);
		ck_assert_msg(!style_same(&s, &none), "%s", tags[i]);
	}
}
END_TEST

START_TEST(deep_nesting_is_bounded_and_balanced)
{
	struct buf text = { 0 }, out = { 0 };

	for (int i = 0; i < 100; i++)
		buf_adds(&text, "{red}");
	for (int i = 0; i < 100; i++)
		buf_adds(&text, "{/}");
	buf_adds(&text, "a{/}{/}{/}b");
	markup_render(&out, buf_span(&text), c16);
	ck_assert_text(&out, "ab");
	buf_done(&text);
}
END_TEST

START_TEST(lines_wrap_between_words)
{
	expect("the quick brown fox jumps", wide(20), "the quick brown fox\r\njumps");
	expect("aaaaaaaaa bbbbbbbbb ccccccccc", wide(20), "aaaaaaaaa bbbbbbbbb\r\nccccccccc");
	expect("aaaaaaaaaa bbbbbbbbbb", wide(20), "aaaaaaaaaa\r\nbbbbbbbbbb");
	expect("  indented text that wraps here", wide(20), "  indented text that\r\nwraps here");
	expect("one\ntwo which is a longer line", wide(20), "one\r\ntwo which is a\r\nlonger line");
}
END_TEST

START_TEST(a_line_that_fits_exactly_does_not_wrap)
{
	expect("01234567890123456789", wide(20), "01234567890123456789");
	expect("0123456789 123456789\nx", wide(20), "0123456789 123456789\r\nx");
	expect("{red}0123456789 123456789{/}", wide(20), "0123456789 123456789");
}
END_TEST

START_TEST(a_word_wider_than_the_line_is_cut)
{
	expect("0123456789012345678901234", wide(20), "01234567890123456789\r\n01234");
	expect("ab 0123456789012345678901234 c", wide(20), "ab\r\n01234567890123456789\r\n01234 c");
}
END_TEST

START_TEST(colours_do_not_count_as_columns)
{
	struct markup_kind kind = c16;

	kind.width = 20;
	expect("{red}the quick{/} {green}brown fox{/} jumps", kind,
	       "\033[0;31mthe quick\033[0m \033[0;32mbrown fox\033[0m\r\njumps");
}
END_TEST

START_TEST(a_tag_within_a_word_does_not_part_it)
{
	struct markup_kind kind = c16;

	kind.width = 20;
	expect("aaaaaaaaaaaaaaa bb{red}bb{/}bb", kind,
	       "aaaaaaaaaaaaaaa\r\nbb\033[0;31mbb\033[0mbb");
}
END_TEST

START_TEST(wide_characters_count_two_columns)
{
	/* 9 ideographs: 18 columns; then 2 more do not fit into 20 */
	expect("\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8"
	       "\xad"
	       "\xe4\xb8\xad\xe4\xb8\xad \xe4\xb8\xad\xe4\xb8\xad",
	       wide(20),
	       "\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8"
	       "\xad"
	       "\xe4\xb8\xad\xe4\xb8\xad\r\n\xe4\xb8\xad\xe4\xb8\xad");
}
END_TEST

START_TEST(a_mark_is_never_parted_from_its_letter)
{
	/* x with a combining cedilla and ring below that have no composed form */
	expect("0123456789012345678x\xcc\xa5yz", wide(20), "0123456789012345678x\xcc\xa5\r\nyz");
}
END_TEST

START_TEST(no_line_is_wider_than_asked)
{
	struct rng r;

	rng_seed(&r, 5);
	for (int round = 0; round < 2000; round++) {
		static const char *const parts[] = { "a",
						     "bcd",
						     " ",
						     "  ",
						     "\n",
						     "{red}",
						     "{/}",
						     "\xe4\xb8\xad",
						     "long-word-here",
						     "e\xcc\x81",
						     "{{" };
		struct buf text = { 0 }, out;
		struct markup_kind kind = wide((uint16_t)(20 + rng_below(&r, 10)));
		struct span rest;

		for (int i = 0; i < 40; i++)
			buf_adds(&text, parts[rng_below(&r, ARRAY_LEN(parts))]);
		buf_addc(&text, '\0');
		out = render(buf_p(&text), kind);
		rest = buf_span(&out);
		while (rest.n > 0) {
			const char *cr = memchr(rest.p, '\r', rest.n);
			size_t n = cr ? (size_t)(cr - rest.p) : rest.n;

			ck_assert_uint_le(text_columns((struct span){ rest.p, n }), kind.width);
			n = cr ? n + 2 : n;
			rest.p += n;
			rest.n -= n;
		}
		buf_done(&text);
		buf_done(&out);
	}
}
END_TEST

START_TEST(a_width_beyond_the_longest_line_changes_nothing)
{
	const char *text = "short\nand {red}another{/} line";
	struct buf a = render(text, plain);
	struct buf b = render(text, wide((uint16_t)markup_longest(text_of(text))));

	ck_assert_uint_eq(a.n, b.n);
	ck_assert_mem_eq(buf_p(&a), buf_p(&b), a.n);
	buf_done(&a);
	buf_done(&b);
}
END_TEST

START_TEST(clients_without_unicode_get_the_nearest_spelling)
{
	struct markup_kind ascii = { .charset = CHARSET_ASCII };
	struct markup_kind latin = { .charset = CHARSET_LATIN1 };

	expect("caf\xc3\xa9 \xe2\x80\x9cgro\xc3\x9f\xe2\x80\x9d \xe2\x80\x94 \xe4\xb8\xad", ascii,
	       "cafe \"gross\" -- ?");
	expect("caf\xc3\xa9 \xe2\x80\x94 \xc5\x82", latin, "caf\xe9 -- l");
	expect("\xc3\xbf", latin, "\xff\xff"); /* doubled: it is IAC */
}
END_TEST

enum { KINDS = CHARSETS * 4 * 2 * 2 };

static struct markup_kind kind_number(unsigned i)
{
	return (struct markup_kind){
		.charset = (uint8_t)(i % CHARSETS),
		.colour = (uint8_t)(i / CHARSETS % 4),
		.width = i / CHARSETS / 4 % 2 ? 20 : 0,
		.mxp = i / CHARSETS / 8,
	};
}

START_TEST(no_code_point_of_all_can_harm_a_terminal)
{
	struct buf text = { 0 };
	unsigned kind = 0;

	for (int32_t c = 0; c < 0x110000; c++) {
		struct buf out = { 0 };
		char *p = buf_reserve(&text, 4);
		utf8proc_ssize_t n = utf8proc_encode_char(c, (uint8_t *)p);

		buf_commit(&text, n > 0 ? (size_t)n : 0);
		if (c % 32 != 31)
			continue;
		/* Each character set once. */
		for (int i = 0; i < CHARSETS; i++, kind = (kind + 7) % KINDS) {
			buf_reset(&out);
			markup_render(&out, buf_span(&text), kind_number(kind));
			if (!is_harmless(buf_span(&out), kind_number(kind)))
				ck_abort_msg("in the 32 up to U+%04X, kind %u", (unsigned)c, kind);
		}
		buf_done(&out);
		buf_reset(&text);
	}
	buf_done(&text);
}
END_TEST

START_TEST(c1_controls_and_bidi_are_gone)
{
	expect("a\xc2\x9b"
	       "b\xe2\x80\xae"
	       "c\x1b[2Jd\x07"
	       "e\rf",
	       plain, "abc[2Jdef");
}
END_TEST

START_TEST(no_bytes_at_all_can_harm_a_terminal)
{
	struct rng r;

	rng_seed(&r, 9);
	for (int round = 0; round < 20000; round++) {
		static const char likely[] = "{}/[m;\033\r\n #ff0000red \xff\xc3\xa9\x9b<>&do ";
		char bytes[50];
		struct markup_kind kind = kind_number((unsigned)rng_below(&r, KINDS));
		struct buf out = { 0 };

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = rng_below(&r, 4) ? likely[rng_below(&r, sizeof(likely))]
						    : (char)rng_below(&r, 256);
		markup_render(&out, (struct span){ bytes, sizeof(bytes) }, kind);
		if (!is_harmless(buf_span(&out), kind))
			ck_abort_msg("in round %d", round);
		buf_done(&out);
	}
}
END_TEST

static const struct markup_kind mxp = { .mxp = true };

START_TEST(what_players_type_is_no_tag_for_who_reads_mxp)
{
	expect("Anna says, '<SEND \"quit\">x</SEND> &lt; &'", mxp,
	       "Anna says, '&lt;SEND \"quit\"&gt;x&lt;/SEND&gt; &amp;lt; &amp;'");
	expect("{red}<b>{/}", mxp, "&lt;b&gt;");
	expect("<b> & <i>", plain, "<b> & <i>");
}
END_TEST

#define LINK(command) "\033[4z<SEND href=\"" command "\">"
#define LINK_END "\033[4z</SEND>"

START_TEST(a_deed_can_be_clicked)
{
	expect("Exits: {do go north}north{/}, {do go <x> \"&\"}east{/}.", mxp,
	       "Exits: " LINK("go north") "north" LINK_END ", " LINK(
		       "go &lt;x&gt; &quot;&amp;&quot;") "east" LINK_END ".");
	expect("Exits: {do go north}north{/}.", plain, "Exits: north.");
	expect("{do look}", mxp, "");
}
END_TEST

START_TEST(a_deed_that_is_no_line_cannot_be_clicked)
{
	expect("{do a|b}x{/} {do }x{/} {do a\tb}x{/} {do \xff}x{/}", mxp, "x x x x");
}
END_TEST

START_TEST(a_deed_within_a_deed_counts_for_nothing)
{
	expect("{do a}x{do b}y{/}z{/}", mxp, LINK("a") "xyz" LINK_END);
}
END_TEST

START_TEST(a_deed_does_not_reach_over_the_end_of_a_line)
{
	struct markup_kind kind = mxp;

	expect("{do a}x\ny{/}z", mxp, LINK("a") "x" LINK_END "\r\n" LINK("a") "y" LINK_END "z");
	kind.width = 20;
	expect("look {do a}aaaa bbbb cccc dddd{/} and so on", kind,
	       "look " LINK("a") "aaaa bbbb cccc" LINK_END "\r\n" LINK("a") "dddd" LINK_END
									    " and so on");
}
END_TEST

START_TEST(a_deed_has_the_colour_around_it)
{
	struct markup_kind kind = c16;

	kind.mxp = true;
	expect("{red}a{do b}c{/}d{/}", kind, "\033[0;31ma" LINK("b") "c" LINK_END "d\033[0m");
}
END_TEST

START_TEST(sets_of_two_bytes_are_sent_as_such)
{
	struct markup_kind gbk = { .charset = CHARSET_GBK };
	struct markup_kind big5 = { .charset = CHARSET_BIG5 };
	struct markup_kind dos = { .charset = CHARSET_CP437 };

	expect("\xe4\xb8\xad\xe6\x96\x87 caf\xc3\xa9", gbk, "\xd6\xd0\xce\xc4 caf\xa8\xa6");
	expect("\xe4\xb8\xad\xe6\x96\x87 caf\xc3\xa9", big5, "\xa4\xa4\xa4\xe5 cafe");
	expect("caf\xc3\xa9 \xe2\x94\x80 \xe4\xb8\xad", dos, "caf\x82 \xc4 ?");
	expect("a\xc2\xa0z", dos, "a\xff\xffz"); /* doubled: it is IAC */
}
END_TEST

UNIT_MAIN("markup", plain_text_stays_and_lines_end_in_cr_lf, tags_are_nothing_without_colours,
	  a_doubled_brace_is_a_brace, a_brace_without_end_stands_for_itself,
	  colours_are_named_nested_and_closed, a_style_ends_on_its_own_line,
	  a_style_around_nothing_costs_nothing, unknown_tags_are_nothing_and_keep_their_place,
	  every_tag_of_the_header_is_known, deep_nesting_is_bounded_and_balanced,
	  lines_wrap_between_words, a_line_that_fits_exactly_does_not_wrap,
	  a_word_wider_than_the_line_is_cut, colours_do_not_count_as_columns,
	  a_tag_within_a_word_does_not_part_it, wide_characters_count_two_columns,
	  a_mark_is_never_parted_from_its_letter, no_line_is_wider_than_asked,
	  a_width_beyond_the_longest_line_changes_nothing,
	  clients_without_unicode_get_the_nearest_spelling,
	  no_code_point_of_all_can_harm_a_terminal, c1_controls_and_bidi_are_gone,
	  no_bytes_at_all_can_harm_a_terminal, what_players_type_is_no_tag_for_who_reads_mxp,
	  a_deed_can_be_clicked, a_deed_that_is_no_line_cannot_be_clicked,
	  a_deed_within_a_deed_counts_for_nothing, a_deed_does_not_reach_over_the_end_of_a_line,
	  a_deed_has_the_colour_around_it, sets_of_two_bytes_are_sent_as_such)
