/*
 * test_irc_hostile.c - an IRC server that is mad, hostile or has had enough of us: whatever it sends, the bridge stays
 * small and alive, answers, comes back when that makes sense and stays away when it does not.
 *
 * The bridge is alone with the server, but where it matters what the game is told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/irc_alone.h"
#include "tests/support/mud.h"
#include "tests/support/sample.h"
#include "tests/support/talk.h"

enum {
	LONG = 100 << 10,
	NAMES = 10000,
	GROWTH_KB = 8192,
	CAPS = 20000,
	SPLIT = 400,
	QUIET_US = 900000,
	SPOKEN = 12,
	PACE_US = 5000000,
};

static const char *const fast[] = { "irc.retry_min=100ms", "irc.retry_max=200ms", NULL };

static void start(struct irc_alone *a)
{
	irc_alone_start(a, fast, NULL, false);
	ck_assert(irc_script_accept(&a->script, IRC_US));
}

static void go_in(struct irc_alone *a)
{
	irc_script_welcome(&a->script, "server-time message-tags");
	irc_script_join(&a->script, "#mud", "@op joe");
}

/* It has taken everything before. */
static void answers(struct irc_script *s, const char *what)
{
	irc_script_say(s, "PING :%s", what);
	do
		irc_script_take(s, "PONG");
	while (!strstr(s->line, what));
}

static void send_fill(struct irc_script *s, const char *before, char fill, size_t n,
		      const char *after)
{
	struct buf all = { 0 };

	buf_adds(&all, before);
	while (n--)
		buf_addc(&all, fill);
	buf_adds(&all, after);
	irc_script_bytes(s, buf_p(&all), all.n);
	buf_done(&all);
}

/* Bytes with their length, as there are zeros in them. */
#define JUNK(literal)                                                                              \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}

static const struct span junk[] = {
	JUNK("\r\n\r\n\n\n\r\r\n"),
	JUNK(":\r\n: \r\n:a\r\n@\r\n@a\r\n@a :b\r\n@ : \r\n :x\r\n"),
	JUNK(":joe!j@h PRIVMSG\r\n:joe!j@h PRIVMSG #mud\r\n:joe!j@h PRIVMSG #mud :\r\n"),
	JUNK(":joe!j@h PRIVMSG #mud :a\rQUIT :b\r\n"),
	JUNK(":joe!j@h PRIVMSG #mud :a\0b\r\n"),
	JUNK(":joe!j@h PRIVMSG #mud :\xff\xfe\xc3\x28\xed\xa0\x80\r\n"),
	JUNK(":joe!j@h PRIVMSG #mud :\001\r\n:joe!j@h PRIVMSG #mud :\001\001\r\n"),
	JUNK(":joe!j@h PRIVMSG #mud :\001ACTION\r\n:joe!j@h PRIVMSG #mud :\001DCC SEND x 1 "
	     "2\001\r\n"),
	JUNK("353\r\n:x 353 Mudlark\r\n:x 353 Mudlark = #mud\r\n:x 353 Mudlark = #other "
	     ":@@@@++\r\n"),
	JUNK(":x 005 Mudlark NICKLEN=999999999999 LINELEN=-1 PREFIX=()() PREFIX=(ov CASEMAPPING= "
	     "CHANTYPES= CHANMODES=,,,,,,, =\r\n"),
	JUNK(":x 005 Mudlark NICKLEN= LINELEN=1 PREFIX CHANTYPES=#&+! -NICKLEN CASEMAPPING=rfc1459 "
	     "PREFIX=(ov)@+\r\n"),
	JUNK(":joe!j@h MODE #mud +ooooooo\r\n:joe!j@h MODE\r\n:joe!j@h MODE #mud +b-b+zzz\r\n"),
	JUNK(":x KICK #mud\r\n:x KICK\r\n:x JOIN\r\n:x PART\r\n:x QUIT\r\n:x NICK\r\n:x NICK "
	     ":\r\n"),
	JUNK(":x CAP\r\n:x CAP *\r\n:x CAP * LS\r\n:x CAP * DEL :\r\n:x CAP * NEW :sasl\r\n"),
	JUNK("AUTHENTICATE\r\nAUTHENTICATE +\r\n:x 903\r\n:x 904 :\r\n:x 908\r\n"),
	JUNK(":x BATCH\r\n:x BATCH +\r\n:x BATCH +a\r\n:x BATCH -a\r\n:x BATCH +a netsplit\r\n"),
	JUNK("@time=;label=;batch=a;msgid=\\ :joe!j@h PRIVMSG #mud :tags\r\n"),
	JUNK(":x 433\r\n:x 433 Mudlark\r\n:x 432 Mudlark Mudlark\r\n:x 437 Mudlark #mud\r\n"),
	JUNK(":x 99999 Mudlark\r\n:x 000 a\r\n:x -1 a\r\n:x 1e9 a\r\n"),
	JUNK(":x ACCOUNT\r\n:joe!j@h ACCOUNT\r\n:joe!j@h CHGHOST\r\n:joe!j@h CHGHOST a\r\n"),
	JUNK(":x FAIL\r\n:x FAIL * X\r\n:x WARN\r\n:x NOTE\r\nINVITE\r\n:x INVITE Mudlark\r\n"),
	JUNK("a b c d e f g h i j k l m n o p q r s t u v w x y z\r\n"),
};

START_TEST(junk_of_a_server_does_no_harm)
{
	struct irc_alone a;
	pid_t pid;

	start(&a);
	pid = a.child.pid;
	go_in(&a);
	answers(&a.script, "before");
	for (size_t i = 0; i < ARRAY_LEN(junk); i++) {
		char what[32];

		irc_script_bytes(&a.script, junk[i].p, junk[i].n);
		snprintf(what, sizeof(what), "junk-%zu", i);
		answers(&a.script, what);
	}
	ck_assert_int_eq(a.child.pid, pid);
	ck_assert_uint_eq(irc_pipe_count(&a.script.pipe, "elsewhere"), 0);
	irc_alone_stop(&a);
}
END_TEST

START_TEST(long_lines_and_many_names_stay_small)
{
	struct irc_alone a;
	struct buf names = { 0 };
	uint64_t before;

	start(&a);
	go_in(&a);
	answers(&a.script, "before");
	before = sample_pss_kb(a.child.pid);
	send_fill(&a.script, ":joe!j@h PRIVMSG #mud :", 'a', LONG, "\r\n");
	send_fill(&a.script, "@", 't', LONG, " :joe!j@h PRIVMSG #mud :b\r\n");
	send_fill(&a.script, ":", 'n', LONG, "!j@h PRIVMSG #mud :b\r\n");
	send_fill(&a.script, ":x ", ' ', LONG, "PING :x\r\n");
	answers(&a.script, "long");
	for (int i = 0; i < NAMES; i++)
		buf_addf(&names, ":irc.test 353 Mudlark = #mud :@name%d +voiced%d\r\n", i, i);
	irc_script_bytes(&a.script, buf_p(&names), names.n);
	buf_done(&names);
	answers(&a.script, "names");
	ck_assert_uint_lt(sample_pss_kb(a.child.pid), before + GROWTH_KB);
	irc_alone_stop(&a);
}
END_TEST

/* A line that never ends is no line: it is given up, or passed over for ever, in bounded memory. */
START_TEST(a_line_without_an_end_is_not_kept)
{
	struct irc_alone a;
	uint64_t before;

	start(&a);
	go_in(&a);
	answers(&a.script, "before");
	before = sample_pss_kb(a.child.pid);
	for (int i = 0; i < 200 && a.script.pipe.fd >= 0; i++)
		send_fill(&a.script, "", 'x', LONG, "");
	ck_assert(child_is_alive(a.child.pid));
	if (a.script.pipe.fd >= 0) {
		irc_script_bytes(&a.script, "\r\n", 2);
		answers(&a.script, "after");
	}
	ck_assert_uint_lt(sample_pss_kb(a.child.pid), before + GROWTH_KB / 4);
	irc_alone_stop(&a);
}
END_TEST

START_TEST(capabilities_without_end_are_given_up)
{
	struct irc_alone a;

	start(&a);
	irc_script_take(&a.script, "CAP");
	for (int i = 0; i < CAPS && a.script.pipe.fd >= 0; i++)
		irc_script_say(&a.script, ":irc.test CAP * LS * :cap%d another%d", i, i);
	irc_pipe_expect_end(&a.script.pipe);
	ck_assert(irc_script_accept(&a.script, IRC_US));
	go_in(&a);
	irc_alone_stop(&a);
}
END_TEST

START_TEST(a_nick_in_use_becomes_another_one)
{
	struct irc_alone a;
	char first[64];

	start(&a);
	irc_script_negotiate(&a.script, "");
	snprintf(first, sizeof(first), "%s", a.script.nick);
	ck_assert_str_eq(first, "Mudlark");
	for (int i = 0; i < 2; i++) {
		irc_script_say(&a.script, ":irc.test 433 * %s :Nickname is already in use",
			       a.script.nick);
		irc_script_take(&a.script, "NICK");
		ck_assert_str_ne(a.script.line, a.script.nick);
		snprintf(a.script.nick, sizeof(a.script.nick), "%.60s", a.script.line);
	}
	irc_script_let_in(&a.script);
	irc_script_join(&a.script, "#mud", "@op");
	irc_alone_stop(&a);
}
END_TEST

/* Who is banned from the network does not knock again and again. */
START_TEST(a_ban_is_final_and_a_lost_connection_is_not)
{
	struct irc_alone a;

	start(&a);
	go_in(&a);
	irc_script_hang_up(&a.script);
	ck_assert(irc_script_accept(&a.script, IRC_US));
	irc_script_negotiate(&a.script, "");
	irc_script_say(&a.script, ":irc.test 465 %s :You are banned from this server: no bridges",
		       a.script.nick);
	irc_script_say(&a.script, "ERROR :Closing Link: Mudlark (K-Lined: no bridges)");
	irc_script_hang_up(&a.script);
	ck_assert(irc_alone_says(&a, "no bridges", IRC_US));
	ck_assert(!irc_script_accept(&a.script, QUIET_US));
	ck_assert_uint_eq(irc_alone_count(&a, "the network wants us no more"), 1);
	irc_alone_stop(&a);
}
END_TEST

START_TEST(an_invitation_opens_a_channel)
{
	struct irc_alone a;

	start(&a);
	irc_script_welcome(&a.script, "");
	irc_script_take(&a.script, "JOIN");
	irc_script_say(&a.script, ":irc.test 473 %s #mud :Cannot join channel (+i)", a.script.nick);
	irc_script_say(&a.script, ":op!o@h INVITE %s #elsewhere", a.script.nick);
	irc_script_say(&a.script, ":op!o@h INVITE %s #mud", a.script.nick);
	irc_script_join(&a.script, "#mud", "@op");
	answers(&a.script, "in");
	ck_assert_uint_eq(irc_pipe_count(&a.script.pipe, "#elsewhere"), 0);
	irc_alone_stop(&a);
}
END_TEST

/* ---- with a game ---- */

struct game {
	struct mud mud;
	struct irc_script script;
	struct talk ana;
};

static void game_start(struct game *g, const char *pace)
{
	char port[32];
	const char *const sets[] = { "irc.host=127.0.0.1",
				     port,
				     "irc.tls=false",
				     "irc.channels=#mud = chat joins=yes",
				     "irc.metrics=",
				     pace,
				     "world.channel_rate=0",
				     "irc.retry_min=100ms",
				     NULL };

	irc_script_listen(&g->script, NULL);
	snprintf(port, sizeof(port), "irc.port=%u", g->script.port);
	mud_start(&g->mud, &(struct mud_conf){ .sets = sets });
	talk_open(&g->ana, "Ana", g->mud.telnet);
	talk_enter_new(&g->ana, "Ana", "some long password");
	ck_assert(irc_script_accept(&g->script, IRC_US));
	irc_script_welcome(&g->script, "");
}

static void game_stop(struct game *g)
{
	talk_close(&g->ana);
	irc_script_hang_up(&g->script);
	ck_assert_int_eq(mud_stop(&g->mud), 0);
	irc_script_free(&g->script);
}

/* Hundreds go and come back: the game is told so in a line or two. */
static void split(struct game *g)
{
	const size_t before = g->ana.text.n;
	size_t lines = 0;

	for (int i = 0; i < SPLIT; i++)
		irc_script_say(&g->script, ":far%d!f@h QUIT :hub.example far.example", i);
	for (int i = 0; i < SPLIT; i++)
		irc_script_say(&g->script, ":far%d!f@h JOIN #mud", i);
	irc_script_say(&g->script, ":near!n@h PRIVMSG #mud :what was that?");
	answers(&g->script, "split");
	talk_expect(&g->ana, "[chat] near@irc: what was that?\n");
	for (size_t i = before; i < g->ana.text.n; i++)
		lines += buf_p(&g->ana.text)[i] == '\n';
	ck_assert_uint_lt(lines, 12);
}

static void forge(struct game *g)
{
	static const char text[] =
		":near!n@h PRIVMSG #mud :one\r[chat] Ana: two\r\n"
		":near!n@h PRIVMSG #mud :three\x0b[chat] Ana: \x1b[2Jfour\x85\xe2\x80\xa8"
		"five\r\n"
		":Ana!n@h PRIVMSG #mud :I am not she\r\n"
		":Ana (irc)!n@h PRIVMSG #mud :nor she\r\n"
		":near!n@h PRIVMSG #mud :six\r\n";

	irc_script_bytes(&g->script, text, sizeof(text) - 1);
	talk_expect(&g->ana, "[chat] near@irc: six\n");
	ck_assert_uint_eq(talk_count(&g->ana, "\n[chat] Ana: "), 0);
	ck_assert_uint_eq(talk_count(&g->ana, "[chat] Ana (irc)"), 0);
	ck_assert_uint_eq(talk_count(&g->ana, "\033"), 0);
	ck_assert_uint_ge(talk_count(&g->ana, "[chat] Ana@irc: I am not she"), 1);
}

START_TEST(a_split_is_quiet_and_nobody_is_forged)
{
	struct game g;

	game_start(&g, "irc.flood_every=0");
	irc_script_join(&g.script, "#mud", "near");
	for (int i = 0; i < SPLIT; i++)
		irc_script_say(&g.script, ":irc.test 353 %s = #mud :far%d", g.script.nick, i);
	irc_script_say(&g.script, ":irc.test 366 %s #mud :End", g.script.nick);
	answers(&g.script, "names");
	split(&g);
	forge(&g);
	game_stop(&g);
}
END_TEST

/* As RFC 1459 counts: a line costs two seconds, and who is more than ten ahead is thrown out. */
START_TEST(its_usual_pace_is_one_that_servers_bear)
{
	uint64_t timer = 0, begin;
	struct game g;
	size_t n = 0;

	game_start(&g, "irc.nick=Mudlark");
	irc_script_join(&g.script, "#mud", "near");
	for (int i = 0; i < SPOKEN; i++)
		talk_line(&g.ana, "chat line %d.", i);
	begin = now_us();
	while (now_us() < begin + PACE_US) {
		const char *line = irc_script_takes(&g.script, "PRIVMSG", QUIET_US);
		const uint64_t now = now_us();

		if (!line)
			continue;
		n++;
		timer = (timer < now ? now : timer) + 2000000;
		ck_assert_msg(timer <= now + 12000000, "line %zu came too soon", n);
	}
	ck_assert_uint_ge(n, 3);
	game_stop(&g);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ junk_of_a_server_does_no_harm, 1 },
		{ long_lines_and_many_names_stay_small, 1 },
		{ a_line_without_an_end_is_not_kept, 1 },
		{ capabilities_without_end_are_given_up, 1 },
		{ a_nick_in_use_becomes_another_one, 1 },
		{ a_ban_is_final_and_a_lost_connection_is_not, 1 },
		{ an_invitation_opens_a_channel, 1 },
		{ a_split_is_quiet_and_nobody_is_forged, 1 },
		{ its_usual_pace_is_one_that_servers_bear, 1 },
	};

	return suite_together("irc_hostile", 60, tests, ARRAY_LEN(tests));
}
