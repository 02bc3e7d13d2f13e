/*
 * test_mxp.c - MXP: nothing of a text is a tag, a link sends one line.
 */
#include "gateway/mxp.h"

#include "tests/unit/gateway/bytes.h"

static struct buf out;

#define expect(literal)                                                                            \
	do {                                                                                       \
		ck_assert_bytes(&out, literal);                                                    \
		buf_clear(&out);                                                                   \
	} while (0)

START_TEST(the_start_opens_the_mode)
{
	mxp_start(&out);
	expect("\xff\xfa\x5b\xff\xf0\033[5z");
}
END_TEST

START_TEST(text_is_shown_as_it_is)
{
	ck_assert(mxp_is_plain(SPAN("a \"b\" c")));
	ck_assert(!mxp_is_plain(SPAN("a&b")));
	mxp_escape(&out, SPAN("<!ELEMENT x '&quot;\"'>"));
	expect("&lt;!ELEMENT x '&amp;quot;\"'&gt;");
}
END_TEST

START_TEST(a_link_sends_its_command_whatever_is_in_it)
{
	mxp_link(&out, SPAN("say \"<>&"), CHARSET_UTF8);
	mxp_link_end(&out);
	expect("\033[4z<SEND href=\"say &quot;&lt;&gt;&amp;\">\033[4z</SEND>");
	mxp_link(&out, SPAN("look \xc3\xbf"), CHARSET_LATIN1);
	expect("\033[4z<SEND href=\"look \xff\xff\">"); /* doubled: it is IAC */
}
END_TEST

START_TEST(a_link_is_one_line_and_no_menu)
{
	ck_assert(mxp_can_send(SPAN("go north")));
	ck_assert(!mxp_can_send(SPAN("")));
	ck_assert(!mxp_can_send(SPAN("a\nb")));
	ck_assert(!mxp_can_send(SPAN("a|b")));
	ck_assert(!mxp_can_send(SPAN("a\033b")));
}
END_TEST

UNIT_MAIN("mxp", the_start_opens_the_mode, text_is_shown_as_it_is,
	  a_link_sends_its_command_whatever_is_in_it, a_link_is_one_line_and_no_menu)
