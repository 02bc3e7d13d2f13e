/*
 * test_words.c - what players say, do, tell and are called, full of everything that harms terminals, seen by
 * a plain telnet client, one that reads MXP, one that reads GMCP, and a browser: no control
 * character but line ends and our colours reaches any of them, no tag of MXP that a player wrote, no
 * markup of his.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/ws.h"

enum { IAC = 255, SB = 250, SE = 240, WILL = 251, ESC = 27 };

/* What is typed; each goes before "mark<N>". */
static const char *const payloads[] = {
	"\x1b[2J\x1b[Hscreen",	    /* CSI */
	"\x1b]0;title\x07",	    /* OSC, BEL */
	"\x1bPq\x1b\\\x1b_x\x1b\\", /* DCS, APC */
	"\x1b"
	"c\x1b(0\x1bN", /* reset, character sets */
	"\x9b"
	"31m\x9d"
	"0;x\x9c", /* C1 as bytes */
	"\xc2\x9b"
	"31m\xc2\x9d\xc2\x85",		/* C1 as UTF-8 */
	"\x05\x0e\x0f\x07\x0b\x0c\x1a", /* ENQ, SO, SI, BEL, VT, FF, SUB */
	"ab\x7f\x08\x08",		/* keys that erase */
	"\xe2\x80\xae"
	"live\xe2\x80\xac", /* right to left */
	"\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\x8f\xd8\x9c",
	"a\xe2\x80\x8b"
	"b\xe2\x80\x8d"
	"c\xef\xbb\xbf"
	"d\xe2\x81\xa0",						/* zero width */
	"\xf3\xa0\x81\x81\xf3\xa0\x80\xa0",				/* tags of plane 14 */
	"\xef\xbf\xbe\xef\xb7\x90\xf4\x8f\xbf\xbf",			/* no characters */
	"\xc0\xaf\xe0\x80\xaf\xed\xa0\x80\xf4\x90\x80\x80\xff\xff\xfe", /* no UTF-8 */
	"<b>bold</b> <SEND href=\"quit\">x</SEND> <!ELEMENT a> &lt; &#27;",
	"\x1b[1z<B>secure\x1b[4z<SEND>",
	"{red}red{/} {do quit}x{/} {system}{{{ }}} {",
	"$n $N %s %n $$ @me",
	"\\x1b[31m \\u001b[31m",
	"\xff\xf9\xff\xef\xff\xfb\x01\xff\xff", /* telnet commands, typed */
};

struct scene {
	struct mud mud;
	struct talk plain, mxp, gmcp, speaker;
	struct ws web;
};

static const struct mud_conf conf = {
	.web = true,
	.sets = (const char *const[]){ "world.life=false", "world.channel_rate=0",
				       "gateway.input_rate=0", NULL },
};

static void enter(struct scene *s, struct talk *t, const char *name, const char *first)
{
	talk_open(t, name, s->mud.telnet);
	t->keeps_raw = true;
	talk_bytes(t, first, strlen(first));
	talk_enter_new(t, name, "some long password");
}

static void scene_begin(struct scene *s)
{
	*s = (struct scene){ 0 };
	mud_start(&s->mud, &conf);
	enter(s, &s->plain, "Plain", "");
	enter(s, &s->mxp, "Mixer", "");
	talk_bytes(&s->mxp, "\xff\xfd\x5b", 3);
	enter(s, &s->gmcp, "Gimcrack",
	      "\xff\xfd\xc9\xff\xfa\xc9"
	      "Core.Supports.Set [\"Comm.Channel 1\", \"Room 1\", \"Char 1\"]\xff\xf0");
	ws_open(&s->web,
		&(struct ws_spec){ .port = s->mud.web, .protocols = "gmcp.mudstandards.org" });
	ws_send_text(&s->web, "Core.Supports.Set [\"Comm.Channel 1\", \"Room 1\", \"Char 1\"]");
	ws_enter_new(&s->web, "Webster", "some long password");
	enter(s, &s->speaker, "Speaker", "");
}

static void scene_end(struct scene *s)
{
	talk_close(&s->plain);
	talk_close(&s->mxp);
	talk_close(&s->gmcp);
	talk_close(&s->speaker);
	ws_close(&s->web);
	ck_assert_int_eq(mud_stop(&s->mud), 0);
}

/* A raw telnet stream apart: text, and what subnegotiations carried. */
static void take_apart(const struct buf *raw, struct buf *text, struct buf *data)
{
	const uint8_t *p = (const uint8_t *)buf_p(raw), *end = p + raw->n;

	while (p < end) {
		if (*p != IAC) {
			buf_addc(text, (char)*p++);
		} else if (p + 2 < end && p[1] == SB) {
			for (p += 3; p + 1 < end && !(p[0] == IAC && p[1] == SE); p++)
				buf_addc(data, (char)*p);
			buf_addc(data, '\n');
			p += 2;
		} else if (p + 1 < end && p[1] == IAC) {
			die("0xFF reached a player as text");
		} else {
			p += p + 1 < end && p[1] >= WILL ? 3 : 2;
		}
	}
}

/* Characters that nobody may be sent, control characters apart. */
static bool is_harmful(uint32_t c)
{
	return (c >= 0x7f && c < 0xa0) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe ||
	       (c >= 0xe0000 && c <= 0xe0fff) || (c >= 0xd800 && c <= 0xdfff);
}

/* Strict UTF-8 (RFC 3629), written anew: the server's own reader is what is tested. 0: it is none. */
static size_t decode(struct span s, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t c = (uint8_t)*s.p;
	size_t n = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0;

	if (!n || n > s.n)
		return 0;
	*ret = n == 1 ? c : c & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		if (((uint8_t)s.p[i] & 0xc0) != 0x80)
			return 0;
		*ret = *ret << 6 | ((uint8_t)s.p[i] & 0x3f);
	}
	return *ret < least[n] || *ret > 0x10ffff ? 0 : n;
}

/* Length of a character that may be sent; 0: it may not. */
static size_t harmless(struct span s)
{
	uint32_t code = 0;
	size_t n = decode(s, &code);

	return is_harmful(code) ? 0 : n;
}

/* Length of an escape sequence that is ours: SGR, or for MXP a mode of a line. 0: it is not. */
static size_t our_sequence(struct span s, bool mxp)
{
	size_t n = 2;

	if (s.n < 3 || s.p[1] != '[')
		return 0;
	while (n < s.n && (s.p[n] == ';' || (s.p[n] >= '0' && s.p[n] <= '9')))
		n++;
	return n < s.n && (s.p[n] == 'm' || (mxp && s.p[n] == 'z')) ? n + 1 : 0;
}

static void check_text(const char *who, struct span s, bool mxp)
{
	while (s.n) {
		uint8_t c = (uint8_t)*s.p;
		size_t n = 1;

		if (c == ESC)
			n = our_sequence(s, mxp);
		else if (c < ' ' && c != '\r' && c != '\n')
			n = 0;
		else if (c >= 0x7f)
			n = harmless(s);
		if (!n)
			die("%s was sent byte %u in: %.*s", who, c, (int)(s.n < 60 ? s.n : 60),
			    s.p);
		s.p += n;
		s.n -= n;
	}
}

/* Neither tags nor markup that a player wrote mean anything. */
static void check_tags(const char *who, const struct buf *text)
{
	static const char *const live[] = {
		"<b>", "<B>", "</b>", "<!ELEMENT", "<SEND href=\"quit\"", "<SEND>", "\x1b[1z"
	};

	for (size_t i = 0; i < ARRAY_LEN(live); i++)
		if (memmem(buf_p(text), text->n, live[i], strlen(live[i])))
			die("%s was sent %s", who, live[i]);
}

static void check_talk(struct talk *t, bool mxp)
{
	struct buf text = { 0 }, data = { 0 };

	take_apart(&t->raw, &text, &data);
	check_text(t->who, buf_span(&text), mxp);
	if (mxp)
		check_tags(t->who, &text);
	else
		ck_assert_ptr_nonnull(
			memmem(buf_p(&text), text.n, "{red}red{/} {do quit}x{/}", 25));
	buf_done(&text);
	buf_done(&data);
}

/* JSON says control characters as \u00XX: none may be in it either. */
static void check_json(const char *who, const struct buf *data)
{
	for (size_t i = 0; i + 6 < data->n; i++) {
		const char *p = buf_p(data) + i;
		unsigned code = 0;

		if (p[0] != '\\' || p[1] != 'u' || (i && p[-1] == '\\'))
			continue;
		if (sscanf(p + 2, "%4x", &code) == 1 && (code < ' ' || is_harmful(code)))
			die("%s was sent \\u%04x as data: %.80s", who, code, p);
	}
}

static void check_all(struct scene *s)
{
	struct buf text = { 0 }, data = { 0 };

	check_talk(&s->plain, false);
	check_talk(&s->gmcp, false);
	check_talk(&s->mxp, true);
	check_text("the browser", buf_span(&s->web.text), false);
	check_text("the browser's data", buf_span(&s->web.data), false);
	check_json("the browser", &s->web.data);
	take_apart(&s->gmcp.raw, &text, &data);
	ck_assert_ptr_nonnull(memmem(buf_p(&data), data.n, "Comm.Channel.Text", 17));
	ck_assert_ptr_nonnull(strstr(buf_p(&s->web.data), "Comm.Channel.Text"));
	check_json("the client with GMCP", &data);
	buf_done(&text);
	buf_done(&data);
}

/* Everybody has read up to the mark. */
static void wait_for(struct scene *s, const char *mark)
{
	talk_expect(&s->plain, mark);
	talk_expect(&s->mxp, mark);
	talk_expect(&s->gmcp, mark);
	ws_expect(&s->web, mark);
}

static void type(struct talk *t, const char *verb, const char *payload, const char *mark)
{
	char line[512];
	int n = snprintf(line, sizeof(line), "%s %s %s\r\n", verb, payload, mark);

	talk_bytes(t, line, (size_t)n);
}

START_TEST(no_word_of_a_player_harms_a_terminal)
{
	static const char *const verbs[] = { "say",	   "emote",	      "tell plain",
					     "tell mixer", "tell gimcrack",   "tell webster",
					     "title",	   "think",	      "chat",
					     "chat emote", "post notices a =" };
	struct scene s;
	char mark[32];

	scene_begin(&s);
	for (unsigned i = 0; i < ARRAY_LEN(payloads); i++) {
		for (unsigned v = 0; v < ARRAY_LEN(verbs); v++)
			type(&s.speaker, verbs[v], payloads[i], "x");
		snprintf(mark, sizeof(mark), "mark%u.", i);
		talk_line(&s.plain, "who");
		talk_line(&s.mxp, "look speaker");
		talk_line(&s.gmcp, "look");
		ws_line(&s.web, "who");
		talk_line(&s.gmcp, "channel chat last");
		ws_line(&s.web, "board notices 1");
		type(&s.speaker, "say", payloads[i], mark);
		wait_for(&s, mark);
		talk_expect(&s.speaker, mark);
	}
	check_all(&s);
	check_talk(&s.speaker, false);
	scene_end(&s);
}
END_TEST

START_TEST(no_name_with_a_strange_character_gets_in)
{
	struct buf text = { 0 }, data = { 0 };
	struct scene s;
	struct talk t;

	scene_begin(&s);
	for (unsigned i = 0; i < ARRAY_LEN(payloads); i++) {
		talk_open(&t, "one with a strange name", s.mud.telnet);
		t.keeps_raw = true;
		talk_expect(&t, "Name: " TALK_GO);
		type(&t, "Mal", payloads[i], "ory");
		talk_expect(&t, TALK_GO);
		take_apart(&t.raw, &text, &data);
		check_text(t.who, buf_span(&text), false);
		buf_clear(&text);
		talk_close(&t);
	}
	talk_line(&s.plain, "say mark!");
	wait_for(&s, "mark!");
	ck_assert_uint_eq(talk_count(&s.plain, "Mal"), 0);
	buf_done(&text);
	buf_done(&data);
	scene_end(&s);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ no_word_of_a_player_harms_a_terminal, 1 },
		{ no_name_with_a_strange_character_gets_in, 1 },
	};

	return suite_main("words", 60, tests, ARRAY_LEN(tests));
}
