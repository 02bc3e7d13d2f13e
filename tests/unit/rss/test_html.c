/*
 * test_html.c - HTML as text: nothing of it is left but what a person reads.
 */
#include "bridges/rss/html.h"

#include <stdlib.h>
#include <string.h>
#include "../rt/unit.h"

struct row {
	const char *html, *text;
};

static void look(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct buf out = { 0 };

		html_text(&out, (struct span){ rows[i].html, strlen(rows[i].html) }, 4096);
		ck_assert_msg(out.n == strlen(rows[i].text) &&
				      memcmp(buf_p(&out), rows[i].text, out.n) == 0,
			      "\"%s\" is \"%.*s\", not \"%s\"", rows[i].html, (int)out.n,
			      buf_p(&out), rows[i].text);
		buf_done(&out);
	}
}

START_TEST(tags_go_and_their_text_stays)
{
	static const struct row rows[] = {
		{ "plain", "plain" },
		{ "a <b>bold</b> word", "a bold word" },
		{ "<a href=\"http://x/?a>b\">a link</a>, read", "a link, read" },
		{ "<a title='a > b' href=x>t</a>", "t" },
		{ "before<!-- a > comment -- -->after", "beforeafter" },
		{ "before<!-- never closed", "before" },
		{ "1 < 2 and 3 > 2", "1 < 2 and 3 > 2" },
		{ "I <3 you", "I <3 you" },
		{ "cut <a href=\"http", "cut" },
		{ "an end of it <", "an end of it <" },
		{ "<?php echo 1 ?>x", "x" },
		{ "<!DOCTYPE html><p>x", "x" },
		{ "<b", "" },
		{ "", "" },
	};
	look(rows, ARRAY_LEN(rows));
}
END_TEST

START_TEST(what_is_for_machines_goes_with_its_text)
{
	static const struct row rows[] = {
		{ "a<script>alert('<b>')</script>b", "ab" },
		{ "a<SCRIPT type='x'>1 < 2</ScRiPt >b", "ab" },
		{ "a<script>never closed", "a" },
		{ "a<style>p { color: red }</style> b", "a b" },
		{ "a<iframe src=x>fallback</iframe>b", "ab" },
		{ "a<svg><text>b</text></svg>c", "ac" },
		{ "<head><title>t</title></head>body", "body" },
		{ "a<iframe src=x/>b", "ab" },
	};
	look(rows, ARRAY_LEN(rows));
}
END_TEST

START_TEST(blocks_are_lines)
{
	static const struct row rows[] = {
		{ "<p>one</p><p>two</p>", "one\n\ntwo" },
		{ "one<br>two<br/><br />three", "one\ntwo\n\nthree" },
		{ "<div><div>one</div></div><div>two</div>", "one\ntwo" },
		{ "<h1>Head</h1>text", "Head\n\ntext" },
		{ "  much   space\n and\tlines ", "much space and lines" },
		{ "<ul><li>one<li>two</ul>end", "- one\n- two\nend" },
		{ "<ol><li>one</li><li>two</li></ol>", "1. one\n2. two" },
		{ "<ul><li>a<ol><li>b</ol><li>c</ul>", "- a\n1. b\n- c" },
		{ "<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc" },
		{ "<pre>a\n  b\n\n\nc</pre>d e\nf", "a\nb\n\nc\n\nd e f" },
		{ "<p></p><p> </p><br><br><br>x<p></p>", "x" },
		{ "<ul><li></li><li>x</li></ul>", "- x" },
		{ "a<img src=x alt=\"a cat &amp; a dog\">b", "a[a cat & a dog]b" },
		{ "a<img alt='' src=x>b<img>c", "abc" },
	};
	look(rows, ARRAY_LEN(rows));
}
END_TEST

START_TEST(references_are_characters)
{
	static const struct row rows[] = {
		{ "&lt;b&gt; &amp; &quot;x&quot; &apos;", "<b> & \"x\" '" },
		{ "&eacute;&Eacute;&euro;&hellip;", "\303\251\303\211\342\202\254\342\200\246" },
		{ "a&nbsp;b", "a b" },
		{ "&nbsp;a \302\240\302\240 b\302\240", "a b" },
		{ "&#233;&#xe9;&#XE9;&#8217;", "\303\251\303\251\303\251\342\200\231" },
		{ "&#150;&#x93;", "\342\200\223\342\200\234" },
		{ "&#128512;", "\360\237\230\200" },
		{ "&copy 2020 &amp co &eacute", "\302\251 2020 & co \303\251" },
		{ "&amp;eacute;&amp;#8217;&amp;amp;", "\303\251\342\200\231&" },
		{ "&amp;nosuch; &nosuch; & && &;", "&nosuch; &nosuch; & && &;" },
		{ "?a=1&section=2&hellipse", "?a=1&section=2&hellipse" },
		{ "&#0;&#xd800;&#x110000;&#99999999999;",
		  "\357\277\275\357\277\275\357\277\275\357\277\275" },
		{ "&#;&#x;", "&#;&#x;" },
		{ "a&#10;&#32;&#9;b", "a b" },
		{ "&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>" },
	};
	look(rows, ARRAY_LEN(rows));
}
END_TEST

START_TEST(it_ends_at_a_whole_character)
{
	struct buf out = { 0 };

	html_text(&out, SPAN("abc&euro;&euro;"), 7);
	ck_assert_uint_eq(out.n, 6);
	ck_assert_mem_eq(buf_p(&out), "abc\342\202\254", 6);
	buf_done(&out);
	html_text(&out, SPAN("one two three four"), 9);
	ck_assert_uint_le(out.n, 9);
	ck_assert_mem_eq(buf_p(&out), "one two", 7);
	buf_done(&out);
}
END_TEST

START_TEST(every_name_is_found)
{
	static const struct row names[] = { { "AElig", "\303\206" },	{ "zwnj", "\342\200\214" },
					    { "nbsp", "\302\240" },	{ "AMP", "&" },
					    { "zwj", "\342\200\215" },	{ "yuml", "\303\277" },
					    { "thetasym", "\317\221" }, { "lang", NULL } };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char utf8[4];
		const uint32_t c =
			html_entity((struct span){ names[i].html, strlen(names[i].html) });

		ck_assert_msg(c != 0, "%s", names[i].html);
		if (names[i].text)
			ck_assert_mem_eq(utf8, names[i].text, html_utf8(c, utf8));
	}
	ck_assert_uint_eq(html_entity(SPAN("")), 0);
	ck_assert_uint_eq(html_entity(SPAN("Nbsp")), 0);
	ck_assert_uint_eq(html_entity(SPAN("averyveryverylongnamethatnocharacterhas")), 0);
}
END_TEST

UNIT_MAIN("html", tags_go_and_their_text_stays, what_is_for_machines_goes_with_its_text,
	  blocks_are_lines, references_are_characters, it_ends_at_a_whole_character,
	  every_name_is_found)
