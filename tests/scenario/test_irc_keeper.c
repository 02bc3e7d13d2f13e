/*
 * test_irc_keeper.c - the IRC bridge in the hands of those who keep the game: announced, muted, restarted, told of other
 * channels while it runs; and left alone: hung, and with a server that is away for too long.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenario/irc_scene.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/tally.h"
#include "tests/support/tmp.h"

enum { QUIET_US = 400000, HUNG = 300, OLD = 20, AWAY_US = 2500000 };

static const char *const fast[] = { "irc.flood_every=0", "irc.speak_every=0", "irc.retry_min=200ms",
				    "irc.retry_max=500ms", NULL };

/* ---- staff ---- */

static void order(struct talk *t, const char *line)
{
	talk_line(t, "%s", line);
	talk_expect(t, TALK_PROMPT);
}

/* He is not heard until he is again; she who ignores him hears less than others. */
static void silence_joe(struct irc_scene *s, struct talk *meg)
{
	order(meg, "@mute joe@irc");
	irc_user_say(&s->joe, "#mud", "from a muted one");
	irc_user_expect(&s->joe, ":Mudlark NOTICE joe :");
	order(meg, "@unmute joe@irc");
	order(&s->ana, "ignore joe@irc");
	irc_user_say(&s->joe, "#mud", "for some");
	talk_expect(meg, "[chat] joe@irc: for some\n");
	order(&s->ana, "unignore joe@irc");
	irc_scene_is_well(s, 1);
	ck_assert_uint_eq(talk_count(&s->ana, "from a muted one") +
				  talk_count(meg, "from a muted one"),
			  0);
	ck_assert_uint_eq(talk_count(&s->ana, "for some"), 0);
}

static void begin_anew(struct irc_scene *s, struct talk *meg)
{
	const pid_t old = mud_pid(&s->mud, "irc");

	order(meg, "@bridge restart irc");
	irc_user_expect(&s->joe, ":Mudlark QUIT ");
	mud_wait_pid(&s->mud, "irc", old);
	irc_user_expect(&s->joe, ":Mudlark JOIN ");
	irc_scene_is_well(s, 2);
}

static void rewrite(struct irc_scene *s, const char *path, const char *rows)
{
	const char *const words[] = { "reload", "irc", NULL };
	CLEANUP(base_freep) char *text = NULL;
	int status;

	must(asprintf(&text, "irc:\n  channels: [ %s ]\n", rows), "asprintf");
	tmp_write(path, text);
	free(TAKE(text));
	text = mud_command(&s->mud, words, NULL, &status);
	ck_assert_msg(status == 0, "%s", text);
}

static void change_channels(struct irc_scene *s, const char *path)
{
	irc_user_join(&s->joe, "#two");
	rewrite(s, path, "'#mud = chat', '#two = advice'");
	irc_user_expect(&s->joe, ":Mudlark JOIN ");
	talk_line(&s->ana, "advice is there any?");
	irc_user_expect(&s->joe, ":Mudlark PRIVMSG #two :<Ana> is there any?\n");
	irc_user_say(&s->joe, "#two", "there is");
	talk_expect(&s->ana, "[advice] joe@irc: there is\n");
	/* what is told there is another list: it goes on */
	rewrite(s, path, "'#mud = chat kinds=said,news', '#two = advice'");
	talk_line(&s->ana, "chat do you hear me?");
	irc_user_expect(&s->joe, ":Mudlark PRIVMSG #mud :<Ana> do you hear me?\n");
	/* what is wrong changes nothing */
	rewrite(s, path, "'#mud = chat kinds=gossip'");
	mud_expect_log(&s->mud, "gossip");
	irc_scene_is_well(s, 3);
	rewrite(s, path, "'#two = advice'");
	irc_user_expect(&s->joe, ":Mudlark PART :#mud\n");
	talk_line(&s->ana, "advice still there?");
	irc_user_expect(&s->joe, ":Mudlark PRIVMSG #two :<Ana> still there?\n");
}

START_TEST(keepers_silence_restart_and_move_it)
{
	CLEANUP(base_freep) char *path = tmp_path(tmp_dir(), "irc.yaml");
	struct irc_scene s;
	struct talk meg;

	tmp_write(path, "irc:\n  channels: [ '#mud = chat' ]\n");
	irc_scene_start(&s, &(struct irc_scene_conf){ .ircd = { .kind = IRCD_INSPIRCD },
						      .config = path,
						      .sets = fast });
	cast_staff(&s.mud, &meg, "Meg", "admin");
	order(&meg, "@announce The bridge is open.");
	irc_user_expect(&s.joe, ":Mudlark PRIVMSG #mud :News: The bridge is open.\n");
	silence_joe(&s, &meg);
	begin_anew(&s, &meg);
	change_channels(&s, path);
	talk_close(&meg);
	irc_scene_stop(&s);
}
END_TEST

/* ---- left alone ---- */

/* Players notice nothing of a bridge that hangs, and the channel gets everything when it does not any more. */
START_TEST(a_bridge_that_hangs_holds_nobody_up)
{
	struct tally heard;
	struct irc_scene s;
	pid_t pid;

	irc_scene_start(&s,
			&(struct irc_scene_conf){ .ircd = { .kind = IRCD_NGIRCD }, .sets = fast });
	pid = mud_pid(&s.mud, "irc");
	kill(pid, SIGSTOP);
	for (int i = 0; i < HUNG; i++)
		talk_line(&s.ana, "chat hung %d.", i);
	/* said and shown while the bridge has heard of none */
	talk_expect(&s.ana, "[chat] Ana: hung 299.");
	irc_user_idle(&s.joe, QUIET_US);
	ck_assert_uint_eq(irc_user_count(&s.joe, "hung "), 0);
	kill(pid, SIGCONT);
	irc_user_expect(&s.joe, "<Ana> hung 299.");
	irc_scene_is_well(&s, 1);
	heard = tally_of(buf_span(&s.joe.pipe.text), "<Ana> hung ", HUNG);
	ck_assert_uint_eq(heard.lost + heard.doubled + heard.disordered, 0);
	ck_assert_int_eq(mud_pid(&s.mud, "irc"), pid);
	irc_scene_stop(&s);
}
END_TEST

static void wait_for(struct irc_scene *s, uint64_t for_us)
{
	const uint64_t end = now_us() + for_us;

	while (now_us() < end)
		talk_read(&s->ana, for_us / 10);
}

/* What became old while the server was away is summed up in one line, in front of what is new. */
START_TEST(what_is_too_old_is_told_in_one_line)
{
	const char *const sets[] = { fast[0], fast[2], fast[3], "irc.max_age=1s", NULL };
	struct irc_scene s;

	irc_scene_start(&s, &(struct irc_scene_conf){ .ircd = { .kind = IRCD_INSPIRCD },
						      .sets = sets });
	irc_scene_is_well(&s, 1);
	ircd_kill(&s.ircd);
	irc_pipe_expect_end(&s.joe.pipe);
	irc_user_close(&s.joe);
	mud_expect_log(&s.mud, "not connected");
	for (int i = 0; i < OLD; i++)
		talk_line(&s.ana, "chat old %d.", i);
	wait_for(&s, AWAY_US);
	/* joe is in the channel before the bridge can be */
	kill(mud_pid(&s.mud, "irc"), SIGSTOP);
	ircd_again(&s.ircd);
	irc_user_open(&s.joe, "joe", s.ircd.port);
	irc_user_join(&s.joe, "#mud");
	kill(mud_pid(&s.mud, "irc"), SIGCONT);
	irc_user_expect(&s.joe, ":Mudlark PRIVMSG #mud :(20 lines between ");
	irc_user_expect(&s.joe, " were not relayed)\n");
	irc_scene_is_well(&s, 2);
	ck_assert_uint_eq(irc_user_count(&s.joe, "<Ana> old "), 0);
	ck_assert_uint_eq(irc_user_count(&s.joe, "not relayed"), 1);
	irc_scene_stop(&s);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ keepers_silence_restart_and_move_it, 1 },
		{ a_bridge_that_hangs_holds_nobody_up, 1 },
		{ what_is_too_old_is_told_in_one_line, 1 },
	};

	return suite_together("irc_keeper", 90, tests, ARRAY_LEN(tests));
}
