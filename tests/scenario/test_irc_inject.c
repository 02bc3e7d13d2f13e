/*
 * test_irc_inject.c - every attempt of tests/fixtures/bridges is typed in the game and said in the channel, and what others
 * read on both sides is looked at line by line: who it is from stands in front of each, nothing in it
 * harms a terminal or a client of IRC, and the bridge does nothing but speak.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenario/irc_scene.h"
#include "tests/scenario/suite.h"
#include "tests/support/attempts.h"
#include "tests/support/die.h"

enum { AT_ONCE = 8, GAME_BYTES = 3000, IRC_BYTES = 440, QUIET_US = 300000, MOST_OF_TEN = 7 };

/* Victor is in the game and kim in the channel: both read, and say nothing. */
struct attack {
	struct irc_scene s;
	struct talk victor;
	struct irc_user kim;
	struct attempts attempts;
	size_t victor_from, kim_from; /* of their transcripts */
};

static void begin(struct attack *a)
{
	static const char *const sets[] = { "irc.flood_every=0", "irc.speak_every=0", NULL };

	*a = (struct attack){ 0 };
	attempts_read(&a->attempts);
	irc_scene_start(&a->s, &(struct irc_scene_conf){ .ircd = { .kind = IRCD_INSPIRCD },
							 .sets = sets });
	cast_enter(&a->s.mud, &a->victor, "Victor");
	irc_user_open(&a->kim, "kim", a->s.ircd.port);
	irc_user_join(&a->kim, "#mud");
	irc_scene_is_well(&a->s, 0);
	talk_expect(&a->victor, "well in 0.");
	irc_user_expect(&a->kim, "well in 0.\n");
	irc_user_idle(&a->kim, QUIET_US);
	while (talk_read(&a->victor, 0))
		;
	a->victor_from = a->victor.text.n;
	a->kim_from = a->kim.pipe.text.n;
}

static void type_it(struct attack *a, const struct buf *attempt)
{
	struct buf text = attempts_line(attempt, GAME_BYTES), line = { 0 };

	buf_adds(&line, "chat ");
	buf_add(&line, buf_p(&text), text.n);
	buf_adds(&line, "\r\n");
	talk_bytes(&a->s.ana, buf_p(&line), line.n);
	buf_done(&text);
	buf_done(&line);
}

/* What the bridge answers to a command of the channel is no one's words. */
static void say_it(struct attack *a, const struct buf *attempt)
{
	struct buf text = attempts_line(attempt, IRC_BYTES), line = { 0 };

	if (buf_p(&text)[0] == '!') {
		buf_done(&text);
		return;
	}
	buf_adds(&line, "PRIVMSG #mud :");
	buf_add(&line, buf_p(&text), text.n);
	buf_adds(&line, "\r\n");
	irc_user_bytes(&a->s.joe, buf_span(&line));
	buf_done(&text);
	buf_done(&line);
}

static void attack(struct attack *a)
{
	for (size_t i = 0; i < a->attempts.n; i++) {
		type_it(a, &a->attempts.v[i]);
		say_it(a, &a->attempts.v[i]);
		if (i % AT_ONCE == AT_ONCE - 1)
			irc_scene_is_well(&a->s, (unsigned)i);
	}
	irc_scene_is_well(&a->s, (unsigned)a->attempts.n);
	irc_user_idle(&a->kim, QUIET_US);
	while (talk_read(&a->victor, QUIET_US))
		;
}

/* One of these is in front of all that somebody said. */
static bool is_attributed(struct span line, const char *const *fronts)
{
	for (; *fronts; fronts++)
		if (talk_begins(line, *fronts))
			return true;
	return false;
}

static void check(struct span line, const char *const *fronts, const char *where)
{
	const char *harm = attempts_harm(line);

	if (harm)
		die("%s has %s: %.*s", where, harm, (int)line.n, line.p);
	if (!is_attributed(line, fronts))
		die("%s does not say who it is from: %.*s", where, (int)line.n, line.p);
}

static size_t check_game(struct attack *a)
{
	static const char *const fronts[] = { "[chat] Ana: ", "[chat] Ana ",
					      "[chat] joe@irc: ", "[chat] joe@irc ", NULL };
	struct span rest = { buf_p(&a->victor.text) + a->victor_from,
			     a->victor.text.n - a->victor_from };
	struct span line;
	size_t n = 0;

	while (talk_next_line(&rest, &line)) {
		line = talk_unprompted(line);
		if (!line.n)
			continue;
		check(line, fronts, "the game");
		n += talk_begins(line, "[chat] joe@irc");
	}
	return n;
}

static size_t check_channel(struct attack *a)
{
	static const char *const fronts[] = { ":Mudlark PRIVMSG #mud :<Ana> ",
					      ":Mudlark PRIVMSG #mud :* Ana ", NULL };
	struct span rest = { buf_p(&a->kim.pipe.text) + a->kim_from,
			     a->kim.pipe.text.n - a->kim_from };
	struct span line;
	size_t n = 0;

	while (talk_next_line(&rest, &line)) {
		if (talk_begins(line, ":joe PRIVMSG "))
			continue;
		check(line, fronts, "the channel");
		n++;
	}
	return n;
}

START_TEST(what_is_said_harms_nobody_on_the_other_side)
{
	size_t in_game, in_channel;
	struct attack a;

	begin(&a);
	attack(&a);
	in_game = check_game(&a);
	in_channel = check_channel(&a);
	printf("%zu attempts; %zu lines of joe's in the game, %zu of Ana's in the channel\n",
	       a.attempts.n, in_game, in_channel);
	/* The rest had nothing in it that could be read. */
	ck_assert_uint_ge(in_game * 10, a.attempts.n * MOST_OF_TEN);
	ck_assert_uint_ge(in_channel * 10, a.attempts.n * MOST_OF_TEN);
	talk_close(&a.victor);
	irc_user_close(&a.kim);
	irc_scene_stop(&a.s);
	attempts_done(&a.attempts);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = { { what_is_said_harms_nobody_on_the_other_side, 1 } };

	return suite_main("irc_inject", 90, tests, ARRAY_LEN(tests));
}
