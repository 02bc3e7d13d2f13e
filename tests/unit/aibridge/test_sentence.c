/*
 * test_sentence.c - a stream of text becomes sentences, however it is cut.
 */
#include "aibridge/sentence.h"

#include "ask_rig.h"
#include "rt/rand.h"

static void collect(void *ctx, struct span sentence)
{
	buf_addc(ctx, '|');
	buf_add(ctx, sentence.p, sentence.n);
	ck_assert_uint_gt(sentence.n, 0);
	ck_assert_uint_le(sentence.n, SENTENCE_MAX);
}

/* In pieces of 1 .. most bytes; 0: whole. */
static void run(struct span text, size_t most, struct rng *rng, struct buf *out)
{
	struct sentences s = { .fn = collect, .ctx = out };

	while (text.n) {
		size_t n = most ? 1 + (size_t)rng_below(rng, most) : text.n;

		n = n < text.n ? n : text.n;
		sentences_feed(&s, (struct span){ text.p, n });
		text.p += n;
		text.n -= n;
	}
	sentences_end(&s);
	sentences_done(&s);
}

static void every_cut_is_the_same(struct span text)
{
	struct buf whole = { 0 };
	struct rng rng;

	rng_seed(&rng, 7);
	run(text, 0, &rng, &whole);
	for (size_t most = 1; most < 40; most += most < 6 ? 1 : 11) {
		struct buf cut = { 0 };

		run(text, most, &rng, &cut);
		ck_assert_msg(cut.n == whole.n && memcmp(buf_p(&cut), buf_p(&whole), cut.n) == 0,
			      "pieces of up to %zu: %.*s\nwhole: %.*s", most, (int)cut.n,
			      buf_p(&cut), (int)whole.n, buf_p(&whole));
		buf_done(&cut);
	}
	buf_done(&whole);
}

static void expect(const char *text, const char *sentences)
{
	struct buf out = { 0 };

	run(rig_span(text), 0, NULL, &out);
	ck_assert_msg(out.n == strlen(sentences) && memcmp(buf_p(&out), sentences, out.n) == 0,
		      "got %.*s", (int)out.n, buf_p(&out));
	buf_done(&out);
	every_cut_is_the_same(rig_span(text));
}

START_TEST(a_sentence_ends_with_its_sign)
{
	expect("The tide turns at four. Mind your feet! Will you come? Yes",
	       "|The tide turns at four.|Mind your feet!|Will you come?|Yes");
	expect("He said \"the tide is out.\" And it was so. (It often is, here.) Good.",
	       "|He said \"the tide is out.\"|And it was so.|(It often is, here.)|Good.");
	expect("  Blanks   before and behind.   ", "|Blanks   before and behind.");
	expect("", "");
	expect(" \n\n ", "");
}
END_TEST

START_TEST(a_line_end_always_ends_a_sentence)
{
	expect("Aye\nThe tide\r\n\r\nturns", "|Aye|The tide|turns");
}
END_TEST

START_TEST(numbers_and_abbreviations_do_not_end_one)
{
	expect("It costs 3.50 and Mr. Pottle knows. St. Mary's rings.",
	       "|It costs 3.50 and Mr. Pottle knows.|St. Mary's rings.");
	expect("Some things, e.g. old pins, shine. J. Pottle said so did I. Then we left.",
	       "|Some things, e.g. old pins, shine.|J. Pottle said so did I.|Then we left.");
	expect("The river.The mud is one word of a thousand.",
	       "|The river.The mud is one word of a thousand.");
}
END_TEST

START_TEST(an_ellipsis_may_go_on)
{
	expect("I saw the lamps... and then I did not. The rest... Well, you know.",
	       "|I saw the lamps... and then I did not.|The rest... Well, you know.");
	expect("I saw the lamps out there\xe2\x80\xa6 but no. I looked again\xe2\x80\xa6 Nothing.",
	       "|I saw the lamps out there\xe2\x80\xa6 but no.|I looked "
	       "again\xe2\x80\xa6|Nothing.");
}
END_TEST

START_TEST(very_short_ones_are_joined)
{
	expect("Aye. No. Perhaps. Come back tomorrow.", "|Aye. No. Perhaps.|Come back tomorrow.");
}
END_TEST

START_TEST(other_scripts_have_their_own_signs)
{
	expect("\xe6\xbd\xae\xe6\xb0\xb4\xe6\xaf\x8f\xe5\xa4\xa9\xe3\x80\x82\xe6\xbd\xae\xe6\xb0"
	       "\xb4",
	       "|\xe6\xbd\xae\xe6\xb0\xb4\xe6\xaf\x8f\xe5\xa4\xa9\xe3\x80\x82|"
	       "\xe6\xbd\xae\xe6\xb0\xb4");
}
END_TEST

START_TEST(what_is_too_long_is_parted_at_a_comma_or_space)
{
	struct buf text = { 0 }, out = { 0 };

	for (int i = 0; i < 40; i++)
		buf_adds(&text, i % 5 ? "mudlark " : "mud, ");
	buf_adds(&text, "mudlark mudlark mudlark mudlark mudlark mudlark mudlark mudlark");
	run(buf_span(&text), 0, NULL, &out);
	ck_assert(rig_has(buf_span(&out), SPAN("mud,|mudlark")));
	every_cut_is_the_same(buf_span(&text));
	buf_done(&out);
	buf_reset(&text);
	for (int i = 0; i < 400; i++)
		buf_adds(&text, "\xe2\x82\xac");
	run(buf_span(&text), 0, NULL, &out);
	ck_assert_uint_eq(out.n, 1200 + 4); /* 300 bytes each */
	every_cut_is_the_same(buf_span(&text));
	buf_done(&text);
	buf_done(&out);
}
END_TEST

START_TEST(any_text_is_cut_the_same_way)
{
	static const char *const parts[] = {
		"a",	" ", ".",  "...",	   "!",	   "\"",   "Mr",   "\n",  "\xe2\x80\xa6",
		",",	"I", "b.", "\xe3\x80\x82", "long", "\xe2", "\x80", "1.5", "*",
		"word "
	};
	struct rng rng;

	rng_seed(&rng, 42);
	for (int round = 0; round < 300; round++) {
		struct buf text = { 0 };

		for (size_t n = (size_t)rng_below(&rng, 500); n; n--)
			buf_adds(&text, parts[rng_below(&rng, ARRAY_LEN(parts))]);
		every_cut_is_the_same(buf_span(&text));
		buf_done(&text);
	}
}
END_TEST

UNIT_MAIN("sentence", a_sentence_ends_with_its_sign, a_line_end_always_ends_a_sentence,
	  numbers_and_abbreviations_do_not_end_one, an_ellipsis_may_go_on,
	  very_short_ones_are_joined, other_scripts_have_their_own_signs,
	  what_is_too_long_is_parted_at_a_comma_or_space, any_text_is_cut_the_same_way)
