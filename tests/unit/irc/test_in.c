/*
 * test_in.c - what people on IRC say, made harmless; who they are; what they may ask.
 */
#include "bridges/irc/in.h"

#include <string.h>

#include "bridges/irc/commands.h"
#include "tests/unit/rt/unit.h"

static struct span of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static void is(struct span got, const char *want)
{
	ck_assert_msg(got.n == strlen(want) && memcmp(got.p, want, got.n) == 0,
		      "`%.*s` is not `%s`", (int)got.n, got.p, want);
}

struct pair {
	const char *in, *out;
};

static const struct pair texts[] = {
	{ "hello", "hello" },
	{ "\x02"
	  "bold\x0f \x1ditalic\x1d \x1funder\x16 \x1estruck\x11mono",
	  "bold italic under struckmono" },
	{ "\x03"
	  "4red \x03"
	  "12,05back \x03"
	  "1,none \x03plain",
	  "red back ,none plain" },
	{ "\x03"
	  "123",
	  "3" },
	{ "\x03"
	  "4,567",
	  "7" },
	{ "\x04"
	  "ff0000red \x04"
	  "00ff00,0000ffback \x04zz",
	  "red back zz" },
	{ "\xe4rger", "\xc3\xa4rger" },
	{ "\xc3\xa4rger", "\xc3\xa4rger" },
	{ "a\tb\rc", "a b c" },
	{ "a\x1b[31mb", "a[31mb" },
	{ "\xe2\x80\xae"
	  "evil",
	  "evil" },
	{ "\x02\x03"
	  "4\x0f",
	  "" },
	{ "\xe2\x80\x8b", "" },
};

START_TEST(codes_go_and_letters_are_repaired)
{
	CLEANUP(buf_done) struct buf out = { 0 };

	in_clean(&out, of(texts[_i].in));
	is(buf_span(&out), texts[_i].out);
}
END_TEST

START_TEST(an_action_is_told_from_other_ctcp)
{
	struct span text;

	ck_assert_int_eq(in_form(of("\1ACTION waves\1"), &text), IN_ACTION);
	is(text, " waves");
	ck_assert_int_eq(in_form(of("\1action waves"), &text), IN_ACTION);
	ck_assert_int_eq(in_form(of("\1VERSION\1"), &text), IN_CTCP);
	is(text, "VERSION");
	ck_assert_int_eq(in_form(of("\1DCC SEND x 1 2 3\1"), &text), IN_CTCP);
	is(text, "DCC");
	ck_assert_int_eq(in_form(of("\1"), &text), IN_CTCP);
	ck_assert_int_eq(in_form(of("say \1ACTION\1"), &text), IN_SAID);
}
END_TEST

static void identity_is(const char *source, const char *account, const char *want)
{
	CLEANUP(buf_done) struct buf line = { 0 }, out = { 0 };
	struct irc_line l;

	buf_addf(&line, ":%s PRIVMSG #mud :x", source);
	ck_assert(irc_parse(&l, buf_span(&line)));
	in_identity(&out, "libera", CASEMAP_RFC1459, &l, of(account));
	is(buf_span(&out), want);
	buf_done(&line);
	buf_done(&out);
}

START_TEST(who_somebody_is_has_a_key)
{
	char host[200];

	identity_is("Ana!User@host.example", "", "irc/libera/ana!User@host.example");
	identity_is("Ana!User@host.example", "AnaB", "irc/libera/account:anab");
	identity_is("irc.server", "", "");
	identity_is("An\xe4!u@h", "", "");
	identity_is("ana!u@h\x01x", "", "");
	memset(host, 'h', sizeof(host) - 1);
	memcpy(host, "a!b@", 4);
	host[sizeof(host) - 1] = '\0';
	identity_is(host, "", "");
}
END_TEST

START_TEST(a_split_is_two_servers)
{
	ck_assert(in_is_split(of("a.example b.example")));
	ck_assert(in_is_split(of("*.net *.split")));
	ck_assert(!in_is_split(of("gone home")));
	ck_assert(!in_is_split(of("a.example b.example c")));
	ck_assert(!in_is_split(of("see http://a.example b.example")));
	ck_assert(!in_is_split(of("a. .b")));
	ck_assert(!in_is_split(of("")));
}
END_TEST

START_TEST(commands_are_words_behind_a_mark)
{
	struct span arg;

	ck_assert_int_eq(command_of(of("!who"), false, &arg), COMMAND_WHO);
	ck_assert_int_eq(command_of(of("!LOOK  Ana Maria "), false, &arg), COMMAND_LOOK);
	is(arg, "Ana Maria");
	ck_assert_int_eq(command_of(of("who"), false, &arg), COMMAND_NONE);
	ck_assert_int_eq(command_of(of("link 123456"), true, &arg), COMMAND_LINK);
	is(arg, "123456");
	ck_assert_int_eq(command_of(of("!link 123456"), false, &arg), COMMAND_LINK);
	ck_assert(command_is_private(COMMAND_LINK) && command_is_private(COMMAND_UNLINK));
	ck_assert(!command_is_private(COMMAND_WHO));
	ck_assert_int_eq(command_of(of("!"), false, &arg), COMMAND_NONE);
	ck_assert_int_eq(command_of(of("!whoever"), false, &arg), COMMAND_NONE);
	ck_assert_int_eq(command_of(of("!! who"), false, &arg), COMMAND_NONE);
	ck_assert_int_eq(command_of(of(""), true, &arg), COMMAND_NONE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("in");
	TCase *t = tcase_create("in");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(t, codes_go_and_letters_are_repaired, 0, ARRAY_LEN(texts));
	tcase_add_test(t, an_action_is_told_from_other_ctcp);
	tcase_add_test(t, who_somebody_is_has_a_key);
	tcase_add_test(t, a_split_is_two_servers);
	tcase_add_test(t, commands_are_words_behind_a_mark);
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
