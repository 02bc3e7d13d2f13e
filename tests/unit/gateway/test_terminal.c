/*
 * test_terminal.c - what clients say about themselves, as the clients of Debian 12 say it.
 */
#include "gateway/terminal.h"

#include <stdio.h>
#include "tests/unit/gateway/bytes.h"

static struct terminal t;
static struct buf out;

static bool sub(uint8_t option, struct span data)
{
	struct telnet_event ev = { .kind = TELNET_KIND_SUB, .option = option, .data = data };

	return terminal_sub(&t, &ev, &out);
}

static void option_on(uint8_t option, bool us)
{
	struct telopt_change c = { .option = option, .us = us, .on = true };

	terminal_option(&t, &c, &out);
}

static const char ask[] = "\xff\xfa\x18\x01\xff\xf0";

/* Answers a TTYPE question; was another one asked? */
static bool answer(const char *name)
{
	struct buf data = { 0 };
	bool asked;

	buf_addc(&data, '\0');
	buf_adds(&data, name);
	buf_clear(&out);
	sub(OPTION_TTYPE, buf_span(&data));
	asked = out.n == sizeof(ask) - 1 && memcmp(buf_p(&out), ask, out.n) == 0;
	buf_clear(&out);
	buf_done(&data);
	return asked;
}

static void begin_ttype(void)
{
	t = (struct terminal){ 0 };
	option_on(OPTION_TTYPE, false);
	ck_assert_bytes(&out, "\xff\xfa\x18\x01\xff\xf0");
	buf_clear(&out);
}

START_TEST(tintin_says_its_name_terminal_and_mtts)
{
	begin_ttype();
	ck_assert(answer("TINTIN++"));
	ck_assert(answer("xterm-256color"));
	ck_assert(!answer("MTTS 271"));
	ck_assert_str_eq(t.client, "TINTIN++");
	ck_assert_int_eq(terminal_kind(&t).colour, COLOUR_TRUE);
	ck_assert_int_eq(terminal_kind(&t).charset, CHARSET_UTF8);
	terminal_done(&t);
}
END_TEST

START_TEST(a_name_that_repeats_ends_the_questions)
{
	begin_ttype();
	ck_assert(answer("XTERM-256COLOR"));
	ck_assert(!answer("XTERM-256COLOR"));
	ck_assert_int_eq(terminal_kind(&t).colour, COLOUR_256);
	terminal_done(&t);
}
END_TEST

START_TEST(a_client_that_always_has_another_name_is_asked_four_times)
{
	unsigned asked = 1;
	char name[8];

	begin_ttype();
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "N%d", i);
		asked += answer(name);
	}
	ck_assert_uint_eq(asked, TERMINAL_ROUNDS);
	terminal_done(&t);
}
END_TEST

START_TEST(mtts_without_utf8_means_ascii)
{
	begin_ttype();
	answer("OLDCLIENT");
	answer("MTTS 9");
	ck_assert_int_eq(terminal_kind(&t).charset, CHARSET_ASCII);
	ck_assert_int_eq(terminal_kind(&t).colour, COLOUR_256);
	ck_assert(!t.screen_reader);
	terminal_done(&t);
}
END_TEST

START_TEST(a_screen_reader_is_noticed)
{
	begin_ttype();
	answer("X");
	answer("MTTS 69");
	ck_assert(t.screen_reader);
	terminal_done(&t);
}
END_TEST

START_TEST(names_are_cleaned)
{
	begin_ttype();
	answer("EV\x1b[31mIL\r\n{red}");
	ck_assert_str_eq(t.client, "EV31mILred");
	terminal_done(&t);
}
END_TEST

START_TEST(an_answer_nobody_asked_for_is_ignored)
{
	t = (struct terminal){ 0 };
	ck_assert(!sub(OPTION_TTYPE, BYTES("\0XTERM")));
	ck_assert(!sub(OPTION_TTYPE, BYTES("")));
	ck_assert_ptr_null(t.client);
}
END_TEST

START_TEST(tinyfugue_gets_ascii)
{
	begin_ttype();
	answer("TINYFUGUE");
	ck_assert_int_eq(terminal_kind(&t).charset, CHARSET_ASCII);
	terminal_done(&t);
}
END_TEST

START_TEST(the_window_is_clamped)
{
	t = (struct terminal){ 0 };
	ck_assert(sub(OPTION_NAWS, BYTES("\0\x50\0\x18")));
	ck_assert_uint_eq(t.width, 80);
	ck_assert_uint_eq(t.height, 24);
	ck_assert(!sub(OPTION_NAWS, BYTES("\0\x50\0\x18")));
	ck_assert(sub(OPTION_NAWS, BYTES("\xff\xff\xff\xff")));
	ck_assert_uint_eq(t.width, TERMINAL_WIDTH_MAX);
	ck_assert_uint_eq(t.height, TERMINAL_HEIGHT_MAX);
	ck_assert(sub(OPTION_NAWS, BYTES("\0\x01\0\x01")));
	ck_assert_uint_eq(t.width, TERMINAL_WIDTH_MIN);
	ck_assert(sub(OPTION_NAWS, BYTES("\0\0\0\0")));
	ck_assert_uint_eq(t.width, 0);
	ck_assert(!sub(OPTION_NAWS, BYTES("\0\x50\0")));
}
END_TEST

START_TEST(our_offer_of_utf8_is_accepted)
{
	t = (struct terminal){ .charset = CHARSET_ASCII };
	option_on(OPTION_CHARSET, true);
	ck_assert_bytes(&out, "\xff\xfa\x2a\x01;UTF-8;GBK;BIG5;CP437;ISO-8859-1;US-ASCII\xff\xf0");
	ck_assert(sub(OPTION_CHARSET, BYTES("\2UTF-8")));
	ck_assert_int_eq(t.charset, CHARSET_UTF8);
	ck_assert(t.charset_agreed);
	ck_assert(!sub(OPTION_CHARSET, BYTES("\2US-ASCII"))); /* asked once, answered once */
	buf_done(&out);
}
END_TEST

START_TEST(a_rejection_leaves_things_as_they_are)
{
	t = (struct terminal){ 0 };
	option_on(OPTION_CHARSET, true);
	ck_assert(!sub(OPTION_CHARSET, BYTES("\3")));
	ck_assert(!t.charset_agreed);
	buf_done(&out);
}
END_TEST

START_TEST(the_best_of_a_clients_charsets_is_taken)
{
	t = (struct terminal){ 0 };
	ck_assert(sub(OPTION_CHARSET, BYTES("\1,KOI8-R,US-ASCII,ISO-8859-1")));
	ck_assert_int_eq(t.charset, CHARSET_LATIN1);
	ck_assert_int_eq(t.input, CHARSET_LATIN1);
	ck_assert_bytes(&out, "\xff\xfa\x2a\x02ISO-8859-1\xff\xf0");
	buf_clear(&out);
	ck_assert(!sub(OPTION_CHARSET, BYTES("\1 KOI8-R")));
	ck_assert_bytes(&out, "\xff\xfa\x2a\x03\xff\xf0");
	buf_clear(&out);
	ck_assert(!sub(OPTION_CHARSET, BYTES("\1")));
	ck_assert(sub(OPTION_CHARSET, BYTES("\1[TTABLE]\1;UTF-8")));
	buf_done(&out);
}
END_TEST

START_TEST(when_both_ask_the_server_wins)
{
	t = (struct terminal){ 0 };
	option_on(OPTION_CHARSET, true);
	buf_clear(&out);
	ck_assert(!sub(OPTION_CHARSET, BYTES("\1;US-ASCII")));
	ck_assert_bytes(&out, "\xff\xfa\x2a\x03\xff\xf0");
	ck_assert(sub(OPTION_CHARSET, BYTES("\2UTF-8")));
	buf_done(&out);
}
END_TEST

static bool env(const char *name, const char *value)
{
	struct mnes_var v = { .n = strlen(value) };

	snprintf(v.name, sizeof(v.name), "%s", name);
	snprintf(v.value, sizeof(v.value), "%s", value);
	return terminal_env(&t, &v);
}

START_TEST(the_environment_names_the_client_and_what_it_shows)
{
	t = (struct terminal){ 0 };
	ck_assert(!env("CLIENT_VERSION", "4.19")); /* of what? */
	ck_assert(env("CLIENT_NAME", "Mudlet\033[2J"));
	ck_assert(env("CLIENT_VERSION", "4.19"));
	ck_assert(!env("CLIENT_VERSION", "4.20"));
	ck_assert_str_eq(t.client, "Mudlet2J 4.19");
	ck_assert(env("MTTS", "333"));
	ck_assert(t.screen_reader);
	ck_assert_int_eq(t.colour, COLOUR_TRUE);
	ck_assert(!env("TERMINAL_TYPE", "ANSI"));
	ck_assert(!env("CHARSET", "Big5"));
	ck_assert_int_eq(t.charset, CHARSET_BIG5);
	ck_assert_int_eq(t.input, CHARSET_BIG5);
	ck_assert(!env("USER", "root"));
	ck_assert(!env("IPADDRESS", "192.0.2.1"));
	terminal_done(&t);
}
END_TEST

START_TEST(what_was_agreed_is_not_changed_by_the_environment)
{
	t = (struct terminal){ 0 };
	option_on(OPTION_CHARSET, true);
	ck_assert(sub(OPTION_CHARSET, BYTES("\2UTF-8")));
	env("CHARSET", "CP437");
	ck_assert_int_eq(t.charset, CHARSET_UTF8);
	ck_assert(terminal_charset(&t, SPAN("cp437"))); /* by hand it is */
	ck_assert_int_eq(t.charset, CHARSET_CP437);
	ck_assert(!terminal_charset(&t, SPAN("klingon")));
	buf_done(&out);
}
END_TEST

START_TEST(new_environ_is_asked_for_what_we_use)
{
	t = (struct terminal){ 0 };
	option_on(OPTION_NEW_ENVIRON, false);
	ck_assert_uint_le(out.n, 128); /* some clients keep 256 bytes */
	ck_assert_int_eq(memcmp(buf_p(&out), "\xff\xfa\x27\x01\0CLIENT_NAME", 16), 0);
	ck_assert_ptr_null(memmem(buf_p(&out), out.n, "USER\0", 5));
	buf_done(&out);
}
END_TEST

UNIT_MAIN("terminal", tintin_says_its_name_terminal_and_mtts,
	  a_name_that_repeats_ends_the_questions,
	  a_client_that_always_has_another_name_is_asked_four_times, mtts_without_utf8_means_ascii,
	  a_screen_reader_is_noticed, names_are_cleaned, an_answer_nobody_asked_for_is_ignored,
	  tinyfugue_gets_ascii, the_window_is_clamped, our_offer_of_utf8_is_accepted,
	  a_rejection_leaves_things_as_they_are, the_best_of_a_clients_charsets_is_taken,
	  when_both_ask_the_server_wins, the_environment_names_the_client_and_what_it_shows,
	  what_was_agreed_is_not_changed_by_the_environment, new_environ_is_asked_for_what_we_use)
