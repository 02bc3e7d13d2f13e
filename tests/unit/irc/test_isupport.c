/*
 * test_isupport.c - what a server says of itself, the letters it takes for the same, and what it can do.
 */
#include "bridges/irc/isupport.h"

#include <string.h>

#include "bridges/irc/caps.h"
#include "tests/unit/rt/unit.h"

static struct span of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static struct isupport said(const char *line)
{
	struct isupport s;
	struct irc_line l;

	isupport_init(&s);
	ck_assert(irc_parse(&l, of(line)));
	isupport_take(&s, &l);
	return s;
}

START_TEST(names_are_the_same_as_the_network_says)
{
	ck_assert(casemap_equal(CASEMAP_RFC1459, SPAN("Ana[\\]~"), SPAN("aNA{|}^")));
	ck_assert(!casemap_equal(CASEMAP_STRICT, SPAN("~"), SPAN("^")));
	ck_assert(casemap_equal(CASEMAP_STRICT, SPAN("[\\]"), SPAN("{|}")));
	ck_assert(!casemap_equal(CASEMAP_ASCII, SPAN("["), SPAN("{")));
	ck_assert(casemap_equal(CASEMAP_ASCII, SPAN("ANA"), SPAN("ana")));
	ck_assert(!casemap_equal(CASEMAP_ASCII, SPAN("\xc3\x84"), SPAN("\xc3\xa4")));
	ck_assert(!casemap_equal(CASEMAP_ASCII, SPAN("ana"), SPAN("an")));
}
END_TEST

START_TEST(a_server_says_its_limits_and_letters)
{
	const struct isupport s =
		said(":s 005 us CASEMAPPING=ascii CHANTYPES=#+ NICKLEN=30 PREFIX=(qov)~@+ "
		     "CHANMODES=be,k,l,imn TARGMAX=NAMES:1,JOIN:4,KICK: LINELEN=400 NETWORK=Test "
		     "BOT=B UTF8ONLY WHOX :are supported");

	ck_assert_int_eq(s.casemap, CASEMAP_ASCII);
	ck_assert_str_eq(s.chantypes, "#+");
	ck_assert_uint_eq(s.nicklen, 30);
	ck_assert_str_eq(s.prefix_signs, "~@+");
	ck_assert_uint_eq(s.join_targets, 4);
	ck_assert_uint_eq(s.linelen, 400);
	ck_assert_str_eq(s.network, "Test");
	ck_assert_int_eq(s.bot, 'B');
	ck_assert(s.utf8only && s.whox);
	ck_assert_uint_eq(isupport_rank(&s, '~'), 1);
	ck_assert_uint_eq(isupport_rank(&s, 'v'), 3);
	ck_assert_uint_eq(isupport_rank(&s, 'x'), 0);
	ck_assert(isupport_has_param(&s, 'l', true));
	ck_assert(!isupport_has_param(&s, 'l', false));
	ck_assert(!isupport_has_param(&s, 'i', true));
	ck_assert(isupport_is_channel(&s, SPAN("+x")) && !isupport_is_channel(&s, SPAN("&x")));
}
END_TEST

START_TEST(nonsense_leaves_what_holds_for_all)
{
	struct isupport s;
	const struct isupport odd = said(":s 005 us CASEMAPPING=klingon PREFIX=(ov NICKLEN= "
					 "PREFIX=ov@+ BOT=Bot TARGMAX= = :x");

	isupport_init(&s);
	ck_assert_int_eq(odd.casemap, s.casemap);
	ck_assert_str_eq(odd.prefix_modes, s.prefix_modes);
	ck_assert_uint_eq(odd.nicklen, 0);
	ck_assert_int_eq(odd.bot, 0);
}
END_TEST

static enum caps_news cap(struct caps *c, const char *line)
{
	struct irc_line l;

	ck_assert(irc_parse(&l, of(line)));
	return caps_take(c, &l);
}

START_TEST(a_list_of_several_lines_is_one)
{
	struct caps c = { 0 };
	CLEANUP(buf_done) struct buf out = { 0 };

	ck_assert_int_eq(cap(&c, ":s CAP * LS * :batch labeled-response foo"), CAPS_NOTHING);
	ck_assert_int_eq(cap(&c, ":s CAP * LS :sasl=PLAIN,EXTERNAL echo-message"), CAPS_LISTED);
	ck_assert(caps_has_mechanism(&c, "EXTERNAL"));
	ck_assert(!caps_has_mechanism(&c, "SCRAM-SHA-256"));
	ck_assert(!caps_has_mechanism(&c, "PLAI"));
	ck_assert(caps_request(&c, ~0u, &out));
	buf_addc(&out, '\0');
	ck_assert_str_eq(buf_p(&out),
			 "CAP REQ :sasl\r\nCAP REQ :batch labeled-response echo-message\r\n");
	ck_assert(!caps_has(&c, CAP_SASL));
	ck_assert_int_eq(cap(&c, ":s CAP us ACK :sasl"), CAPS_AGREED);
	ck_assert(caps_has(&c, CAP_SASL));
	ck_assert_int_eq(cap(&c, ":s CAP us NAK :batch labeled-response echo-message"),
			 CAPS_AGREED);
	ck_assert_uint_eq(c.asked, 0);
	ck_assert(!caps_has(&c, CAP_ECHO_MESSAGE));
}
END_TEST

START_TEST(labels_need_batches_and_what_goes_is_gone)
{
	struct caps c = { 0 };
	CLEANUP(buf_done) struct buf out = { 0 };

	ck_assert_int_eq(cap(&c, ":s CAP * LS :labeled-response"), CAPS_LISTED);
	ck_assert(!caps_request(&c, ~0u, &out));
	ck_assert_int_eq(cap(&c, ":s CAP us NEW :batch"), CAPS_MORE);
	ck_assert(caps_request(&c, ~0u, &out));
	ck_assert_int_eq(cap(&c, ":s CAP us ACK :batch labeled-response"), CAPS_AGREED);
	ck_assert_int_eq(cap(&c, ":s CAP us DEL :labeled-response"), CAPS_NOTHING);
	ck_assert(!caps_has(&c, CAP_LABELED_RESPONSE));
	ck_assert_int_eq(cap(&c, ":s CAP us ACK :-batch"), CAPS_AGREED);
	ck_assert(!caps_has(&c, CAP_BATCH));
}
END_TEST

START_TEST(a_list_without_end_is_noticed)
{
	struct caps c = { 0 };
	int n = 0;

	while (cap(&c, ":s CAP * LS * :a b c") == CAPS_NOTHING)
		ck_assert_int_lt(n++, 1000);
	ck_assert_int_eq(cap(&c, ":s CAP * LS * :a b c"), CAPS_FLOOD);
}
END_TEST

UNIT_MAIN("isupport", names_are_the_same_as_the_network_says, a_server_says_its_limits_and_letters,
	  nonsense_leaves_what_holds_for_all, a_list_of_several_lines_is_one,
	  labels_need_batches_and_what_goes_is_gone, a_list_without_end_is_noticed)
