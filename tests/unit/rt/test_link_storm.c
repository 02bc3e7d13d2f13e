/*
 * test_link_storm.c - the promises of a link under random loss, doubling, delay and crashes of either
 * end.  The checks are in link_net.h; here are the seeds.  Each seed turns some faults off and others
 * up, then everything heals and both streams must have arrived whole.
 */
#include "link_net.h"

enum { SEEDS = 400, STEPS = 1500 };

static void check_bounds(struct net *net, const struct net_app *app)
{
	struct link_stats st;

	if (!app->link)
		return;
	link_stats(app->link, &st);
	HOLDS(st.ring_bytes <= net->conf.ring_bytes);
	HOLDS(st.ring_records <= net->conf.ring_records);
	/* The peer takes over at most what it got, and grants a window beyond that. */
	HOLDS(st.in_flight <= net->conf.window + (app->up ? 0 : net->conf.window));
}

/* The binder takes over (commits) some of what it holds. */
static void take_some(struct net *net, struct net_app *app)
{
	const uint64_t waiting = app->got - app->taken;

	if (!app->by_hand || !waiting || !app->link)
		return;
	app->taken += 1 + rng_below(&net->rng, waiting);
	if (app == &net->b && net->stores) {
		net->store_instance = app->from;
		net->store_have = app->taken;
	}
	link_take(app->link, app->taken);
}

static void call_some(struct net *net, struct net_app *app)
{
	static const char *const bodies[] = { "wait", "echo" };

	if (app->link && link_call(app->link, (struct span){ bodies[rng_below(&net->rng, 2)], 4 },
				   (uint32_t)rng_below(&net->rng, 500), net_on_done, app))
		HOLDS(app->up);
}

static void step(struct net *net, unsigned crash_a, unsigned crash_b)
{
	struct net_app *apps[] = { &net->a, &net->b };

	net->now += rng_below(&net->rng, 15000);
	for (size_t i = 0; i < 2; i++) {
		for (uint64_t n = rng_below(&net->rng, 12); n > 0; n--)
			(void)!net_say(apps[i], rng_below(&net->rng, 200));
		if (net_chance(net, 300))
			take_some(net, apps[i]);
		if (net_chance(net, 100))
			call_some(net, apps[i]);
		check_bounds(net, apps[i]);
	}
	link_tick(net->a.link);
	link_hub_tick(net->hub);
	net_settle(net);
	if (net_chance(net, 3))
		link_lost(net->a.link, "cable");
	if (net_chance(net, crash_a)) {
		net_crash_dialler(net);
	} else if (net_chance(net, crash_b)) {
		net_crash_hub(net);
	}
}

static void heal(struct net *net)
{
	net->drop = net->twice = net->late = 0;
	for (int i = 0; i < 200; i++) {
		take_some(net, &net->a);
		take_some(net, &net->b);
		net_pass(net, 50000);
	}
	HOLDS(net->a.up && net->b.up);
	HOLDS(net->a.got == net->b.sent);
	HOLDS(net->b.got == net->a.sent);
	HOLDS(net->a.acked == net->a.sent);
	HOLDS(net->b.acked == net->b.sent);
}

/* Seldom 0 is what makes swarms: most faults off, the rest turned up. */
static unsigned rate(struct net *net, unsigned most)
{
	return net_chance(net, 500) ? 0 : (unsigned)rng_below(&net->rng, most);
}

static void storm(uint64_t seed, bool stores)
{
	struct net net;
	unsigned crash_a, crash_b;
	bool forgets;

	net_init(&net, seed);
	net.a.by_hand = net_chance(&net, 300);
	net.b.by_hand = stores || net_chance(&net, 500);
	net.stores = stores;
	forgets = !stores && net_chance(&net, 300);
	if (forgets)
		net.hub_conf.forget_us = 1 + rng_below(&net.rng, 200000);
	net_start(&net);
	if (stores) {
		/* As a world is granted its epoch: known from its start on. */
		net.store_instance = net.a.instance;
		net.store_have = 0;
	}
	net.drop = rate(&net, 100);
	net.twice = rate(&net, 100);
	net.late = rate(&net, 200);
	crash_a = stores ? 0 : rate(&net, 15);
	crash_b = rate(&net, 15);
	for (int i = 0; i < STEPS; i++)
		step(&net, crash_a, crash_b);
	heal(&net);
	if (!crash_a && !crash_b && !forgets)
		HOLDS(net.a.fresh == stores ? 0 : 1);
	if (stores) {
		HOLDS(net.a.fresh == 0);
		HOLDS(net.store_have == net.a.sent);
	}
	HOLDS(net.a.records + net.b.records > 500);
	net_done(&net);
}

START_TEST(nothing_is_lost_or_doubled_whatever_happens_between_two_processes)
{
	storm((uint64_t)_i, false);
}
END_TEST

START_TEST(a_binder_that_stores_what_it_takes_goes_on_behind_it_after_any_crash)
{
	storm((uint64_t)_i, true);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("link_storm");
	TCase *t = tcase_create("storm");
	SRunner *r = srunner_create(s);
	int failed;

	/* check shows the number of the round, which is the seed. */
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, nothing_is_lost_or_doubled_whatever_happens_between_two_processes, 0,
			    SEEDS);
	tcase_add_loop_test(t, a_binder_that_stores_what_it_takes_goes_on_behind_it_after_any_crash,
			    0, SEEDS);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
