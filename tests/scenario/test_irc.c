/*
 * test_irc.c - players and people in the channel of a real IRC server hear each other: plain and over TLS, through ngircd
 * and inspircd, on one network and on two.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <unistd.h>

#include "tests/scenario/irc_scene.h"
#include "tests/scenario/suite.h"
#include "tests/support/tmp.h"

enum { QUIET_US = 400000, AWAY_US = 1500000, CODE_BYTES = 16 };

#define SAID ":Mudlark PRIVMSG #mud :"

static void they_talk(struct irc_scene *s)
{
	talk_line(&s->ana, "chat hello there");
	irc_user_expect(&s->joe, SAID "<Ana> hello there\n");
	irc_user_say(&s->joe, "#mud", "hello Ana");
	talk_expect(&s->ana, "[chat] joe@irc: hello Ana\n");
	talk_line(&s->ana, "chat :waves");
	irc_user_expect(&s->joe, SAID "* Ana waves\n");
	irc_user_say(&s->joe, "#mud", "\001ACTION waves back\001");
	talk_expect(&s->ana, "[chat] joe@irc waves back\n");
	irc_user_say(&s->joe, "#mud", "caf\351, by Latin-1, \00304red\003 and \002bold\002");
	talk_expect(&s->ana, "[chat] joe@irc: caf");
	talk_expect(&s->ana, ", by Latin-1, red and bold\n");
}

/* Neither side hears what it has said itself. */
static void nothing_comes_back(struct irc_scene *s)
{
	irc_scene_is_well(s, 1);
	irc_user_idle(&s->joe, QUIET_US);
	talk_read(&s->ana, 0);
	ck_assert_uint_eq(irc_user_count(&s->joe, "hello Ana"), 0);
	ck_assert_uint_eq(talk_count(&s->ana, "[chat] Ana: hello there"), 1);
	ck_assert_uint_eq(talk_count(&s->ana, "@irc: hello Ana"), 1);
	ck_assert_uint_eq(irc_user_count(&s->joe, "hello there"), 1);
}

/* Who comes and goes is told where the row says so; kim asks what there is to ask. */
static void kim_comes_and_asks(struct irc_scene *s)
{
	struct irc_user kim;

	irc_user_open(&kim, "kim", s->ircd.port);
	irc_user_join(&kim, "#mud");
	talk_expect(&s->ana, "[chat] (irc) kim");
	irc_user_say(&kim, "#mud", "!who");
	irc_user_expect(&kim, ":Mudlark NOTICE #mud :One person is about:\n");
	irc_user_expect(&kim, ":Mudlark NOTICE #mud :Ana\n");
	irc_user_say(&kim, "Mudlark", "look Ana");
	irc_user_expect(&kim, ":Mudlark NOTICE kim :Ana\n");
	irc_user_say(&kim, "Mudlark", "\001VERSION\001");
	irc_user_line(&kim, "QUIT :bye");
	talk_expect(&s->ana, "[chat] (irc) kim");
	irc_user_close(&kim);
}

/* The code stands where the game says it; outside it is typed in private. */
static void somebody_is_linked(struct irc_scene *s)
{
	char code[CODE_BYTES + 1];
	const char *at;

	talk_line(&s->ana, "link");
	talk_expect(&s->ana, "!link ");
	at = talk_rest(&s->ana);
	snprintf(code, sizeof(code), "%.*s", (int)strcspn(at, " \r\n.,)\""), at);
	irc_user_say(&s->joe, "#mud", "!link %s", code);
	irc_user_expect(&s->joe, "rivate");
	irc_user_say(&s->joe, "Mudlark", "!link %s", "000000");
	irc_user_expect(&s->joe, ":Mudlark NOTICE joe :");
	talk_line(&s->ana, "link");
	talk_expect(&s->ana, "!link ");
	at = talk_rest(&s->ana);
	snprintf(code, sizeof(code), "%.*s", (int)strcspn(at, " \r\n.,)\""), at);
	irc_user_say(&s->joe, "Mudlark", "!link %s", code);
	irc_user_expect(&s->joe, "Ana");
	irc_user_say(&s->joe, "#mud", "it is me");
	talk_expect(&s->ana, "[chat] Ana (irc): it is me\n");
}

static void staff_mutes(struct irc_scene *s)
{
	struct talk meg;

	cast_staff(&s->mud, &meg, "Meg", "admin");
	talk_line(&meg, "@bridge status irc");
	talk_expect(&meg, "#mud");
	talk_expect(&meg, TALK_PROMPT);
	talk_line(&meg, "@bridge mute irc chat");
	talk_expect(&meg, TALK_PROMPT);
	talk_line(&s->ana, "chat not outside");
	talk_expect(&s->ana, "not outside");
	irc_user_say(&s->joe, "#mud", "not inside");
	irc_user_idle(&s->joe, QUIET_US);
	talk_line(&meg, "@bridge unmute irc chat");
	talk_expect(&meg, TALK_PROMPT);
	irc_scene_is_well(s, 2);
	ck_assert_uint_eq(irc_user_count(&s->joe, "not outside"), 0);
	ck_assert_uint_eq(talk_count(&s->ana, "not inside"), 0);
	talk_close(&meg);
}

/* _i: ngircd and inspircd, each plain and over TLS. */
START_TEST(a_channel_and_the_game_hear_each_other)
{
	static const char *const sets[] = { "irc.flood_every=0", NULL };
	const struct irc_scene_conf conf = { .ircd = { .kind = (enum ircd_kind)(_i % IRCD_KINDS) },
					     .tls = _i >= IRCD_KINDS,
					     .channels = "#mud = chat joins=yes",
					     .sets = sets };
	struct irc_scene s;

	irc_scene_start(&s, &conf);
	they_talk(&s);
	nothing_comes_back(&s);
	kim_comes_and_asks(&s);
	somebody_is_linked(&s);
	staff_mutes(&s);
	irc_scene_stop(&s);
}
END_TEST

START_TEST(a_certificate_for_somebody_else_is_refused_and_that_is_said_once)
{
	const struct irc_scene_conf conf = { .ircd = { .kind = IRCD_INSPIRCD, .wrong_name = true },
					     .tls = true,
					     .apart = true };
	struct irc_scene s;
	CLEANUP(base_freep) char *log = NULL;
	const char *at;
	size_t n = 0;

	irc_scene_start(&s, &conf);
	mud_expect_log(&s.mud, "certificate");
	irc_user_idle(&s.joe, AWAY_US);
	ck_assert_uint_eq(irc_user_count(&s.joe, "Mudlark"), 0);
	log = mud_log(&s.mud);
	for (at = log; (at = strstr(at, "certificate")); at++)
		n++;
	ck_assert_uint_eq(n, 1);
	irc_scene_stop(&s);
}
END_TEST

/* ---- two networks ---- */

struct second {
	struct ircd ircd;
	struct irc_user zoe;
};

static void second_start(struct second *x)
{
	ircd_start(&x->ircd, &(struct ircd_conf){ .kind = IRCD_NGIRCD });
	irc_user_open(&x->zoe, "zoe", x->ircd.port);
	irc_user_join(&x->zoe, "#bar");
	irc_user_join(&x->zoe, "#log");
}

static void second_stop(struct second *x)
{
	irc_user_close(&x->zoe);
	ircd_stop(&x->ircd);
}

static void many_to_many(struct irc_scene *s, struct second *x)
{
	talk_line(&s->ana, "chat one for both");
	irc_user_expect(&s->joe, "<Ana> one for both\n");
	irc_user_expect(&x->zoe, "<Ana> one for both\n");
	irc_user_say(&s->joe, "#mud", "from the first");
	talk_expect(&s->ana, "[chat] joe@irc: from the first\n");
	irc_user_expect(&x->zoe, "<joe@irc> from the first\n");
	irc_user_say(&x->zoe, "#bar", "from the second");
	talk_expect(&s->ana, "[chat] zoe@");
	irc_user_expect(&s->joe, "from the second\n");
	/* out alone: nobody in the game hears it */
	irc_user_say(&x->zoe, "#log", "nobody hears this");
}

START_TEST(two_networks_hear_each_other_through_the_game)
{
	struct irc_scene_conf conf = { .ircd = { .kind = IRCD_INSPIRCD } };
	char networks[120];
	const char *const sets[] = { networks, "irc.flood_every=0", NULL };
	struct irc_scene s;
	struct second x;

	second_start(&x);
	snprintf(networks, sizeof(networks), "irc.networks=two 127.0.0.1:%u tls=no", x.ircd.port);
	conf.channels = "#mud = chat,two/#bar = chat,two/#log = chat out";
	conf.sets = sets;
	irc_scene_start(&s, &conf);
	irc_user_expect_member(&x.zoe, "Mudlark", "#bar");
	irc_user_expect_member(&x.zoe, "Mudlark", "#log");
	many_to_many(&s, &x);
	irc_scene_is_well(&s, 1);
	irc_user_idle(&x.zoe, QUIET_US);
	talk_read(&s.ana, 0);
	ck_assert_uint_eq(talk_count(&s.ana, "nobody hears this"), 0);
	/* one line of a player in each of two channels of the network; of a stranger in the other one alone */
	ck_assert_uint_eq(irc_user_count(&x.zoe, "<Ana> one for both"), 2);
	ck_assert_uint_eq(irc_user_count(&x.zoe, "from the second"), 1);
	ck_assert_uint_eq(irc_user_count(&s.joe, "from the first"), 0);
	irc_scene_stop(&s);
	second_stop(&x);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ a_channel_and_the_game_hear_each_other, 2 * IRCD_KINDS },
		{ a_certificate_for_somebody_else_is_refused_and_that_is_said_once, 1 },
		{ two_networks_hear_each_other_through_the_game, 1 },
	};

	return suite_together("irc", 90, tests, ARRAY_LEN(tests));
}
