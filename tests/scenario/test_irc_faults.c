/*
 * test_irc_faults.c - the bridge, the world, persist and the IRC server die while people speak (irc_traffic.h says what
 * is checked), and the bridge is thrown out, locked out and robbed of its name.
 *
 * MUDLARK_KILLS (12) is how many die at random, MUDLARK_LINES (600) how many lines go each way in the
 * volume, MUDLARK_SEED what is random; `make chaos-irc` and `make volume-irc` are the long forms.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rt/rand.h"
#include "tests/scenario/irc_scene.h"
#include "tests/scenario/irc_traffic.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"

enum { EVERY_US = 25000, SPELL_US = 600000, AHEAD = 100, GONE_US = 700000, STUCK_US = 20000000 };

static const char *const fast[] = { "irc.flood_every=0", "irc.speak_every=0", "irc.retry_min=200ms",
				    "irc.retry_max=1s", NULL };

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 10) : otherwise;
}

static void start(struct irc_scene *s, enum ircd_kind kind)
{
	irc_scene_start(s, &(struct irc_scene_conf){ .ircd = { .kind = kind }, .sets = fast });
}

/* ---- what dies ---- */

static void kill_role(struct irc_traffic *t, const char *role)
{
	struct irc_scene *s = t->scene;
	const pid_t old = mud_kill(&s->mud, role);

	if (old)
		mud_wait_pid(&s->mud, role, old);
}

static void kill_world(struct irc_traffic *t)
{
	kill_role(t, "world");
}

static void kill_persist(struct irc_traffic *t)
{
	kill_role(t, "persist");
}

static void kill_bridge(struct irc_traffic *t)
{
	kill_role(t, "irc");
}

static void kill_ircd(struct irc_traffic *t)
{
	ircd_kill(&t->scene->ircd);
	irc_traffic_lose_joe(t);
	irc_traffic_play(t, GONE_US);
	ircd_again(&t->scene->ircd);
	irc_traffic_find_joe(t);
}

struct blow {
	const char *name;
	void (*strike)(struct irc_traffic *t);
};

/* The first of them cost no line, either way. */
static const struct blow blows[] = {
	{ "kill -9 of the world", kill_world },
	{ "kill -9 of persist", kill_persist },
	{ "kill -9 of the bridge", kill_bridge },
	{ "kill -9 of the IRC server", kill_ircd },
};
enum { HARMLESS = 2 };

/* Each of the first `n_blows` once, then any of them; then all is looked at. */
static void storm(struct irc_traffic *t, struct rng *rng, size_t n_blows, uint64_t kills)
{
	struct irc_verdict v;

	for (uint64_t k = 0; k < kills; k++) {
		const struct blow *b = &blows[k < n_blows ? k : rng_below(rng, n_blows)];

		irc_traffic_play(t, rng_below(rng, 2 * SPELL_US));
		printf("  %s\n", b->name);
		b->strike(t);
	}
	irc_traffic_play(t, SPELL_US);
	v = irc_traffic_finish(t);
	irc_verdict_check(t, &v);
	ck_assert_uint_gt(v.out.heard, t->n_out / 2);
	ck_assert_uint_gt(v.in.heard, 0);
}

START_TEST(nothing_is_said_twice_in_a_storm)
{
	const uint64_t kills = setting("MUDLARK_KILLS", 12);
	const uint64_t seed = setting("MUDLARK_SEED", (uint64_t)time(NULL));
	struct irc_traffic t;
	struct irc_scene s;
	struct rng rng;

	printf("seed %llu\n", (unsigned long long)seed);
	rng_seed(&rng, seed);
	start(&s, IRCD_INSPIRCD);
	irc_traffic_start(&t, &s, EVERY_US);
	storm(&t, &rng, HARMLESS, kills / 3);
	storm(&t, &rng, ARRAY_LEN(blows), kills - kills / 3);
	irc_scene_is_well(&s, 1);
	irc_traffic_done(&t);
	irc_scene_stop(&s);
}
END_TEST

/* ---- volume ---- */

/* As fast as they are heard, so many ahead. */
START_TEST(no_line_of_many_is_lost_or_doubled)
{
	const unsigned n = (unsigned)setting("MUDLARK_LINES", 600);
	uint64_t end = now_us() + STUCK_US, begin;
	unsigned out = 0, in = 0;
	struct tally a, b;
	struct irc_scene s;
	size_t before = 0;

	start(&s, IRCD_NGIRCD);
	begin = now_us();
	do {
		a = tally_of(buf_span(&s.joe.pipe.text), "<Ana> volume ", n);
		b = tally_of(buf_span(&s.ana.text), "joe@irc: volume ", n);
		while (out < n && out < a.heard + AHEAD)
			talk_line(&s.ana, "chat volume %u.", out++);
		while (in < n && in < b.heard + AHEAD)
			irc_user_say(&s.joe, "#mud", "volume %u.", in++);
		talk_read(&s.ana, 10000);
		while (talk_read(&s.ana, 0))
			;
		irc_user_idle(&s.joe, 0);
		if (a.heard + b.heard > before)
			end = now_us() + STUCK_US;
		before = a.heard + b.heard;
	} while (before < 2 * (size_t)n && now_us() < end);
	printf("%u lines each way in %.1f s\n", n, (double)(now_us() - begin) / 1e6);
	ck_assert_uint_eq(a.lost + b.lost, 0);
	irc_scene_is_well(&s, 1);
	a = tally_of(buf_span(&s.joe.pipe.text), "<Ana> volume ", n);
	b = tally_of(buf_span(&s.ana.text), "joe@irc: volume ", n);
	ck_assert_uint_eq(a.doubled + b.doubled + a.disordered + b.disordered, 0);
	irc_scene_stop(&s);
}
END_TEST

/* ---- thrown out, locked out ---- */

/* joe founded the channel and is its operator. */
static void kick(struct irc_scene *s)
{
	irc_scene_is_well(s, 1);
	irc_user_line(&s->joe, "KICK #mud Mudlark :out");
	irc_user_expect(&s->joe, " KICK #mud Mudlark ");
	talk_line(&s->ana, "chat while it is out");
	irc_user_expect(&s->joe, ":Mudlark JOIN ");
	irc_user_expect(&s->joe, "<Ana> while it is out\n");
	irc_scene_is_well(s, 2);
}

/* Somebody has its nick when it comes; it takes another one, and its own when that is free. */
static void rob(struct irc_scene *s)
{
	struct irc_user thief;
	pid_t old;

	irc_user_open(&thief, "thief", s->ircd.port);
	irc_user_join(&thief, "#mud");
	/* nobody starts it anew before he is done */
	kill(s->mud.up.pid, SIGSTOP);
	old = mud_kill(&s->mud, "irc");
	irc_user_expect(&thief, ":Mudlark QUIT");
	irc_user_line(&thief, "NICK Mudlark");
	irc_user_expect(&thief, ":thief NICK ");
	kill(s->mud.up.pid, SIGCONT);
	mud_wait_pid(&s->mud, "irc", old);
	irc_user_expect_member(&s->joe, "Mudlark_", "#mud");
	irc_user_line(&thief, "QUIT :have it");
	irc_user_expect(&s->joe, ":Mudlark_ NICK ");
	irc_scene_is_well(s, 3);
	irc_user_close(&thief);
}

/* There is a channel with a key, too. */
START_TEST(a_bridge_that_is_thrown_out_or_robbed_comes_back)
{
	const struct irc_scene_conf conf = { .ircd = { .kind = (enum ircd_kind)_i },
					     .channels = "#mud = chat,#vault = advice key=sesame",
					     .first = "JOIN #vault\r\nMODE #vault +k sesame",
					     .sets = fast };
	struct irc_scene s;

	irc_scene_start(&s, &conf);
	kick(&s);
	irc_user_expect_member(&s.joe, "Mudlark", "#vault");
	rob(&s);
	irc_scene_stop(&s);
}
END_TEST

/* Limits of speed as public servers have them: with the pace of a fresh installation it is not thrown out. */
START_TEST(a_bridge_with_its_usual_pace_does_not_flood)
{
	struct irc_scene_conf conf = { .ircd = { .kind = IRCD_INSPIRCD, .strict = true } };
	struct irc_scene s;

	irc_scene_start(&s, &conf);
	for (int i = 0; i < 40; i++)
		talk_line(&s.ana, "chat flood %d.", i);
	irc_user_expect(&s.joe, "<Ana> flood 0.\n");
	irc_user_expect(&s.joe, "<Ana> flood 6.\n");
	ck_assert_uint_eq(irc_user_count(&s.joe, "Mudlark QUIT"), 0);
	irc_scene_stop(&s);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ nothing_is_said_twice_in_a_storm, 1 },
		{ no_line_of_many_is_lost_or_doubled, 1 },
		{ a_bridge_that_is_thrown_out_or_robbed_comes_back, IRCD_KINDS },
		{ a_bridge_with_its_usual_pace_does_not_flood, 1 },
	};
	const double kills = (double)setting("MUDLARK_KILLS", 12);
	const double lines = (double)setting("MUDLARK_LINES", 600);

	return suite_together("irc_faults", 90 + 8 * kills + lines / 50, tests, ARRAY_LEN(tests));
}
