/*
 * test_discord_faults.c - the bridge, the world, persist and Discord itself break while people speak (discord_traffic.h
 * says what must be true), and Discord's limits are kept whatever happens: not one misuse, few IDENTIFYs.
 *
 * MUDLARK_KILLS (10) is how many break at random, MUDLARK_SEED what is random; `make chaos-discord` is the
 * long form.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rt/rand.h"
#include "tests/scenario/discord_traffic.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"

enum { EVERY_US = 40000, SPELL_US = 500000, IDENTIFIES = 6 };

static const char *const calm[] = { "discord.speak_every=1ms", "discord.speak_burst=1000", NULL };

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 10) : otherwise;
}

static void start(struct discord_scene *s, struct discord_traffic *t, const char *first)
{
	discord_scene_start(s, &(struct discord_scene_conf){ .sets = calm, .first = first });
	discord_traffic_start(t, s, EVERY_US);
	discord_traffic_play(t, SPELL_US);
}

/* ---- the gateway ---- */

enum { GALES = 5 };

static const char *const gales[][GALES] = {
	{ "'act':'cut'", "'act':'reconnect'", "'act':'again'", "'act':'close','code':1001" },
	{ "'act':'close','code':4000", "'act':'unknown'", "'act':'close','code':4008",
	  "'act':'beat'" },
	{ "'act':'resumable'", "'act':'big','bytes':300000", "'act':'ping'", "'act':'garbage'" },
	{ "'act':'binary'", "'act':'close','code':4001", "'act':'close','code':4002" },
};

START_TEST(a_gateway_that_breaks_off_is_resumed_and_nothing_is_missed)
{
	struct discord_traffic t;
	struct discord_scene s;

	start(&s, &t, "{'do':'set','piece':1000,'members':3000}");
	for (size_t i = 0; i < GALES && gales[_i][i]; i++) {
		fake_discord_do(&s.d, "{'do':'gateway',%s}", gales[_i][i]);
		discord_traffic_play(&t, SPELL_US / 4);
		fake_discord_wait_is(&s.d, "connected", 1);
		discord_traffic_play(&t, SPELL_US / 4);
	}
	discord_traffic_finish(&t);
	ck_assert_int_eq(fake_discord_stat(&s.d, "identifies"), 1);
	ck_assert_int_ge(fake_discord_stat(&s.d, "resumes"), 1);
	discord_scene_stop(&s);
}
END_TEST

START_TEST(a_gateway_that_falls_silent_is_noticed)
{
	struct discord_traffic t;
	struct discord_scene s;
	int64_t before;

	start(&s, &t, "{'do':'set','heartbeat_ms':700}");
	before = fake_discord_stat(&s.d, "resume_connections");
	fake_discord_do(&s.d, "{'do':'set','silent':true}");
	fake_discord_wait(&s.d, "resume_connections", before + 1);
	fake_discord_do(&s.d, "{'do':'set','silent':false}");
	fake_discord_wait(&s.d, "resumes", 1);
	discord_traffic_play(&t, SPELL_US);
	discord_traffic_finish(&t);
	ck_assert_int_eq(fake_discord_stat(&s.d, "identifies"), 1);
	discord_scene_stop(&s);
}
END_TEST

/* _i: by op 9, by what comes of a resume, by 4009. */
START_TEST(a_session_that_is_over_is_followed_by_a_new_one)
{
	static const char *const orders[] = { "{'do':'gateway','act':'invalid'}",
					      "{'do':'gateway','act':'forget'}",
					      "{'do':'gateway','act':'expire'}" };
	struct discord_traffic t;
	struct discord_scene s;

	start(&s, &t, NULL);
	/* What was written meanwhile is in the history, which takes its time; what comes then waits for it. */
	fake_discord_do(&s.d, "{'do':'fault','route':'messages','kind':'slow','ms':700}");
	fake_discord_do(&s.d, "%s", orders[_i]);
	if (_i)
		fake_discord_do(&s.d, "{'do':'gateway','act':'cut'}");
	discord_traffic_play(&t, SPELL_US);
	fake_discord_wait(&s.d, "identifies", 2);
	fake_discord_wait_is(&s.d, "connected", 1);
	discord_traffic_finish(&t);
	ck_assert_int_eq(fake_discord_stat(&s.d, "faults"), 1);
	/* One that this machine was slow to read may seem to come too soon. */
	ck_assert_int_eq(fake_discord_stat(&s.d, "identifies") -
				 fake_discord_stat(&s.d, "hurried_identifies"),
			 2);
	discord_scene_stop(&s);
}
END_TEST

START_TEST(a_gateway_that_lets_nobody_in_is_not_besieged)
{
	struct discord_traffic t;
	struct discord_scene s;

	start(&s, &t, NULL);
	fake_discord_do(&s.d, "{'do':'gateway','act':'refuse','times':3,'status':503}");
	fake_discord_do(&s.d, "{'do':'gateway','act':'cut'}");
	fake_discord_wait(&s.d, "refused_upgrades", 3);
	fake_discord_wait_is(&s.d, "connected", 1);
	discord_traffic_finish(&t);
	ck_assert_int_le(fake_discord_stat(&s.d, "identifies"), 2);
	discord_scene_stop(&s);
}
END_TEST

/* ---- REST ---- */

enum { FAULTS = 4 };

static const char *const faults[][FAULTS] = {
	{ "'kind':'status','status':500", "'kind':'late_status','status':503", "'kind':'garbage'" },
	{ "'kind':'cut'", "'kind':'late_cut'", "'kind':'status','status':502,'times':2" },
	{ "'kind':'slow','ms':800", "'kind':'limit','retry_ms':300",
	  "'kind':'limit','retry_ms':700,'scope':'shared'" },
	{ "'kind':'limit','retry_ms':700,'global':true", "'kind':'cloudflare','retry_ms':1000" },
};

START_TEST(what_discord_does_not_take_is_told_once_when_it_does)
{
	struct discord_traffic t;
	struct discord_scene s;
	struct discord_verdict v;

	start(&s, &t, "{'do':'set','bucket_n':5,'bucket_ms':300}");
	for (size_t i = 0; i < FAULTS && faults[_i][i]; i++) {
		fake_discord_do(&s.d, "{'do':'fault','route':'execute',%s}", faults[_i][i]);
		discord_traffic_play(&t, SPELL_US);
		fake_discord_wait(&s.d, "faults", (int64_t)i + 1);
	}
	v = discord_traffic_finish(&t);
	ck_assert_uint_eq(v.out.lost, 0);
	/* Only those that were ordered: buckets are never overdrawn. */
	ck_assert_int_le(fake_discord_stat(&s.d, "limited"), 2);
	discord_scene_stop(&s);
}
END_TEST

START_TEST(an_answer_that_never_comes_is_not_waited_for_for_ever)
{
	static const char *const kinds[] = { "hang", "late_hang" };
	struct discord_traffic t;
	struct discord_scene s;
	struct discord_verdict v;

	start(&s, &t, NULL);
	fake_discord_do(&s.d, "{'do':'fault','route':'execute','kind':'%s'}", kinds[_i]);
	discord_traffic_play(&t, SPELL_US);
	fake_discord_wait(&s.d, "faults", 1);
	v = discord_traffic_finish(&t);
	ck_assert_uint_eq(v.out.lost, 0);
	discord_scene_stop(&s);
}
END_TEST

/* Many at once: the bucket decides how fast they come, and none is refused. */
START_TEST(a_flood_waits_for_its_bucket)
{
	struct discord_traffic t;
	struct discord_scene s;
	struct discord_verdict v;

	start(&s, &t, "{'do':'set','bucket_n':3,'bucket_ms':1000}");
	for (; t.n_out < 150; t.n_out++)
		talk_line(&s.ana, "chat ebb %u.", t.n_out);
	v = discord_traffic_finish(&t);
	ck_assert_uint_eq(v.out.lost, 0);
	ck_assert_int_eq(fake_discord_stat(&s.d, "limited"), 0);
	discord_scene_stop(&s);
}
END_TEST

START_TEST(a_webhook_that_is_gone_is_made_anew)
{
	struct discord_traffic t;
	struct discord_scene s;
	struct discord_verdict v;

	start(&s, &t, NULL);
	fake_discord_do(&s.d, "{'do':'unhook','channel':'quay'}");
	discord_traffic_play(&t, SPELL_US);
	v = discord_traffic_finish(&t);
	ck_assert_uint_eq(v.out.lost, 0);
	ck_assert_int_eq(fake_discord_stat(&s.d, "new_hook"), 2);
	discord_scene_stop(&s);
}
END_TEST

START_TEST(where_it_may_make_no_webhook_it_says_so_and_goes_on_hearing)
{
	struct discord_scene s;
	struct talk meg;

	discord_scene_start(&s, &(struct discord_scene_conf){
					.sets = calm,
					.first = "{'do':'permit','channel':'quay','may':false}" });
	cast_staff(&s.mud, &meg, "Meg", "admin");
	talk_line(&meg, "@bridge status discord");
	talk_expect(&meg, "Manage Webhooks");
	fake_discord_write(&s.d, "quay", "joe", "still heard");
	talk_expect(&s.ana, "joe@discord: still heard\n");
	ck_assert_int_le(fake_discord_stat(&s.d, "forbidden"), 3);
	talk_close(&meg);
	discord_scene_stop(&s);
}
END_TEST

/* ---- what dies ---- */

static void kill_bridge(struct discord_traffic *t)
{
	discord_scene_kill(t->scene, "discord");
}

static void kill_world(struct discord_traffic *t)
{
	discord_scene_kill(t->scene, "world");
}

static void kill_persist(struct discord_traffic *t)
{
	discord_scene_kill(t->scene, "persist");
}

static void take_down(struct discord_traffic *t)
{
	fake_discord_do(&t->scene->d, "{'do':'down'}");
	discord_traffic_play(t, SPELL_US);
	fake_discord_do(&t->scene->d, "{'do':'up'}");
}

static void cut_answer(struct discord_traffic *t)
{
	fake_discord_do(&t->scene->d, "{'do':'fault','route':'execute','kind':'late_cut'}");
	discord_scene_kill(t->scene, "discord");
}

struct blow {
	const char *name;
	void (*strike)(struct discord_traffic *t);
};

static const struct blow blows[] = {
	{ "kill -9 of the bridge", kill_bridge },
	{ "kill -9 of the world", kill_world },
	{ "kill -9 of persist", kill_persist },
	{ "Discord is away", take_down },
	{ "an answer is cut, and kill -9 of the bridge", cut_answer },
};

/* Each of them once, then any. */
START_TEST(nothing_is_said_twice_in_a_storm)
{
	const uint64_t kills = setting("MUDLARK_KILLS", 10);
	const uint64_t seed = setting("MUDLARK_SEED", (uint64_t)time(NULL));
	struct discord_traffic t;
	struct discord_scene s;
	struct discord_verdict v;
	struct rng rng;

	printf("seed %llu\n", (unsigned long long)seed);
	rng_seed(&rng, seed);
	start(&s, &t, NULL);
	for (uint64_t k = 0; k < kills; k++) {
		const struct blow *b =
			&blows[k < ARRAY_LEN(blows) ? k : rng_below(&rng, ARRAY_LEN(blows))];

		printf("  %s\n", b->name);
		b->strike(&t);
		discord_traffic_play(&t, rng_below(&rng, 2 * SPELL_US));
	}
	v = discord_traffic_finish(&t);
	printf("%u out, %zu missing, %zu told; %u in, %zu missing; %lld IDENTIFYs\n", t.n_out,
	       v.out.lost, v.told, t.n_in, v.in.lost,
	       (long long)fake_discord_stat(&s.d, "identifies"));
	ck_assert_uint_gt(v.out.heard, t.n_out / 2);
	ck_assert_int_le(fake_discord_stat(&s.d, "identifies"), IDENTIFIES);
	discord_scene_stop(&s);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ a_gateway_that_breaks_off_is_resumed_and_nothing_is_missed, ARRAY_LEN(gales) },
		{ a_gateway_that_falls_silent_is_noticed, 1 },
		{ a_session_that_is_over_is_followed_by_a_new_one, 3 },
		{ a_gateway_that_lets_nobody_in_is_not_besieged, 1 },
		{ what_discord_does_not_take_is_told_once_when_it_does, ARRAY_LEN(faults) },
		{ an_answer_that_never_comes_is_not_waited_for_for_ever, 2 },
		{ a_flood_waits_for_its_bucket, 1 },
		{ a_webhook_that_is_gone_is_made_anew, 1 },
		{ where_it_may_make_no_webhook_it_says_so_and_goes_on_hearing, 1 },
		{ nothing_is_said_twice_in_a_storm, 1 },
	};
	const double kills = (double)setting("MUDLARK_KILLS", 10);

	return suite_together("discord_faults", 120 + 8 * kills, tests, ARRAY_LEN(tests));
}
