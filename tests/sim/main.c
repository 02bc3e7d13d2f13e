/*
 * main.c - runs seeds: `sim [--from N] [--seeds N] [--verbose]`.
 *
 * Each seed switches most faults off and turns the others up (swarm testing), plays until the players
 * are through or the time is over, then heals everything and demands that it converges.  The counts at
 * the end say what the runs did: runs that did nothing prove nothing, so they fail.
 */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/log.h"
#include "tests/sim/sim.h"
#include "world/pack/pack.h"

enum { TICK_US = 25000, FAULTS_US = 15000000, CONVERGE_US = 60000000, SETTLE_US = 5000000 };

struct totals {
	uint64_t seeds, commits, kills, lines, told, resumed, gaps, asks, answers, relayed;
};

void sim_fail(const struct sim *s, const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "seed %lu at %.6f s: ", s->seed, (double)s->q.now / 1e6);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	_exit(1);
}

/* On in one run of three, at a rate between a hundredth of `most` and `most`. */
static uint32_t sometimes(struct sim *s, uint32_t most)
{
	if (rng_below(&s->q.rng, 3))
		return 0;
	return (uint32_t)sim_between(&s->q, most / 100, most);
}

static void choose_faults(struct sim *s)
{
	s->faults = (struct sim_faults){ .drop = sometimes(s, 50000),
					 .twice = sometimes(s, 100000),
					 .reorder = sometimes(s, 100000),
					 .cut = sometimes(s, 5000),
					 .delay_min_us = 20,
					 .delay_max_us = sim_between(&s->q, 100, 20000) };
	s->rates = (struct sim_rates){ .crash_world = sometimes(s, 1500),
				       .crash_persist = sometimes(s, 1500),
				       .crash_gateway = sometimes(s, 150),
				       .crash_bridge = sometimes(s, 1500),
				       .crash_relay = sometimes(s, 1500),
				       .stop_world = sometimes(s, 300),
				       .stop_gateway = sometimes(s, 500),
				       .second_world = sometimes(s, 300),
				       .hang_up = sometimes(s, 30),
				       .lose = sometimes(s, 1000),
				       .disk = sometimes(s, 300000),
				       .unknown = sometimes(s, 300000),
				       .slow_store = sometimes(s, 100000),
				       .power = sometimes(s, 20000) };
	sim_net_faults(s->net, &s->faults);
}

static void world_begins(void *ctx, UNUSED void *arg)
{
	struct sim *s = ctx;

	if (!s->world)
		s->world = sim_world_new(s);
}

static void world_ends(struct sim *s)
{
	s->forgiven |= sim_world_ahead(s->world);
	sim_world_free(s->world);
	s->world = NULL;
	s->kills++;
	sim_at(&s->q, sim_between(&s->q, 50000, 800000), world_begins, s, NULL);
}

static void power_cut(void *ctx, UNUSED void *arg)
{
	struct sim *s = ctx;

	sim_persist_kill(s->persist);
	if (s->world)
		world_ends(s);
}

void sim_power_cut(struct sim *s)
{
	sim_at(&s->q, 0, power_cut, s, NULL);
}

static void world_goes_on(void *ctx, UNUSED void *arg)
{
	struct sim *s = ctx;

	if (s->world)
		sim_world_pause(s->world, false);
	if (s->zombie)
		sim_world_pause(s->zombie, false);
}

static void gateways_go_on(void *ctx, UNUSED void *arg)
{
	struct sim *s = ctx;

	for (unsigned i = 0; i < SIM_GATEWAYS; i++)
		if (s->gateways[i])
			sim_gateway_pause(s->gateways[i], false);
}

static void gateway_begins(void *ctx, UNUSED void *arg)
{
	struct sim *s = ctx;

	for (unsigned i = 0; i < SIM_GATEWAYS; i++)
		if (!s->gateways[i])
			s->gateways[i] = sim_gateway_new(s);
}

static void bridge_begins(void *ctx, UNUSED void *arg)
{
	struct sim *s = ctx;

	for (unsigned i = 0; i < SIM_BRIDGES; i++)
		if (!s->bridges[i])
			s->bridges[i] = sim_bridge_new(s);
}

static void hurt_bridges(struct sim *s, uint32_t ms)
{
	for (unsigned i = 0; i < SIM_BRIDGES; i++) {
		if (!s->bridges[i] || !sim_chance(&s->q, s->rates.crash_bridge * ms))
			continue;
		sim_bridge_free(s->bridges[i]);
		s->bridges[i] = NULL;
		s->kills++;
		sim_at(&s->q, sim_between(&s->q, 1000, 3000000), bridge_begins, s, NULL);
	}
}

static void relay_begins(void *ctx, UNUSED void *arg)
{
	struct sim *s = ctx;

	if (!s->relay)
		s->relay = sim_relay_new(s, s->outside);
}

static void hurt_relay(struct sim *s, uint32_t ms)
{
	if (!s->relay || !sim_chance(&s->q, s->rates.crash_relay * ms))
		return;
	sim_relay_free(s->relay);
	s->relay = NULL;
	s->kills++;
	sim_at(&s->q, sim_between(&s->q, 1000, 3000000), relay_begins, s, NULL);
}

static void hurt_world(struct sim *s, uint32_t ms)
{
	if (!s->world)
		return;
	if (sim_world_ended(s->world) || sim_chance(&s->q, s->rates.crash_world * ms)) {
		world_ends(s);
	} else if (sim_chance(&s->q, s->rates.stop_world * ms)) {
		sim_world_pause(s->world, true);
		sim_at(&s->q, sim_between(&s->q, 10000, 6000000), world_goes_on, s, NULL);
	} else if (!s->zombie && sim_world_ready(s->world) &&
		   sim_chance(&s->q, s->rates.second_world * ms)) {
		s->forgiven |= sim_world_ahead(s->world);
		s->zombie = s->world;
		s->world = NULL;
		sim_world_pause(s->zombie, true);
		sim_at(&s->q, 1000, world_begins, s, NULL);
		sim_at(&s->q, sim_between(&s->q, 10000, 4000000), world_goes_on, s, NULL);
	}
}

static void hurt(struct sim *s)
{
	const uint32_t ms = TICK_US / 1000;

	hurt_world(s, ms);
	hurt_bridges(s, ms);
	hurt_relay(s, ms);
	if (sim_chance(&s->q, s->rates.crash_persist * ms)) {
		s->kills++;
		sim_persist_kill(s->persist);
	}
	for (unsigned i = 0; i < SIM_GATEWAYS; i++) {
		if (s->gateways[i] && sim_chance(&s->q, s->rates.stop_gateway * ms)) {
			sim_gateway_pause(s->gateways[i], true);
			sim_at(&s->q, sim_between(&s->q, 10000, 6000000), gateways_go_on, s, NULL);
		}
		if (!s->gateways[i] || !sim_chance(&s->q, s->rates.crash_gateway * ms))
			continue;
		sim_players_dropped(s->players, i);
		sim_gateway_free(s->gateways[i]);
		s->gateways[i] = NULL;
		s->kills++;
		sim_at(&s->q, sim_between(&s->q, 1000, 500000), gateway_begins, s, NULL);
	}
}

static void watch(struct sim *s, uint64_t *items)
{
	uint64_t stored, lost;

	if (s->world && sim_world_ready(s->world)) {
		if (!*items)
			*items = sim_world_items(s->world);
		if (sim_world_items(s->world) != *items)
			sim_fail(s, "P5: %lu things in the world, were %lu",
				 sim_world_items(s->world), *items);
	}
	sim_persist_items(s->persist, &stored, &lost);
	if (stored && *items && stored != *items)
		sim_fail(s, "P5: %lu things in the store, were %lu", stored, *items);
	if (lost)
		sim_fail(s, "P5: %lu things are nowhere", lost);
}

static void tick(struct sim *s)
{
	if (!s->healing)
		hurt(s);
	else if (s->world && sim_world_ended(s->world))
		world_ends(s);
	if (s->zombie)
		s->forgiven |= sim_world_ahead(s->zombie);
	if (s->zombie && sim_world_ended(s->zombie)) {
		sim_world_free(s->zombie);
		s->zombie = NULL;
	}
	if (s->zombie)
		sim_world_tick(s->zombie);
	if (s->world)
		sim_world_tick(s->world);
	sim_persist_tick(s->persist);
	for (unsigned i = 0; i < SIM_GATEWAYS; i++)
		if (s->gateways[i])
			sim_gateway_tick(s->gateways[i]);
	for (unsigned i = 0; i < SIM_BRIDGES; i++)
		if (s->bridges[i])
			sim_bridge_tick(s->bridges[i]);
	if (s->relay)
		sim_relay_tick(s->relay);
	sim_players_tick(s->players);
}

static void run_until(struct sim *s, uint64_t end)
{
	while (s->q.n && s->q.heap[0].at <= end)
		(void)sim_step(&s->q);
	s->q.now = end;
}

static void heal(struct sim *s)
{
	const struct sim_faults none = { .delay_min_us = 20, .delay_max_us = 400 };

	s->healing = true;
	sim_net_faults(s->net, &none);
	world_goes_on(s, NULL);
	gateways_go_on(s, NULL);
}

static void play(struct sim *s)
{
	const uint64_t begin = s->q.now;
	uint64_t items = 0, settled = 0;

	for (uint64_t t = begin;; t += TICK_US) {
		run_until(s, t);
		tick(s);
		watch(s, &items);
		if (!s->healing && t - begin > FAULTS_US)
			heal(s);
		if (!sim_players_finished(s->players) || !s->world || !sim_world_ready(s->world) ||
		    (s->healing && (sim_world_owes(s->world) || !sim_outside_settled(s->outside))))
			settled = 0;
		else if (!settled)
			settled = t;
		else if (t - settled > SETTLE_US && s->healing)
			break;
		else if (t - settled > SETTLE_US / 5)
			heal(s);
		if (t - begin <= FAULTS_US + CONVERGE_US)
			continue;
		sim_players_report(s->players);
		sim_outside_report(s->outside);
		sim_fail(s, "does not converge");
	}
	if (s->verbose) {
		sim_players_report(s->players);
		sim_outside_report(s->outside);
	}
	sim_players_check(s->players);
	sim_outside_check(s->outside);
}

static void run_seed(const struct pack *pack, uint64_t seed, bool verbose, struct totals *total)
{
	struct sim s = { .seed = seed, .verbose = verbose, .pack = pack };
	char dir[] = "/dev/shm/mudlark-sim-XXXXXX", db[64], path[64];
	static const char *const files[] = { "", "-wal", "-shm", ".lock" };

	sim_queue_init(&s.q, seed);
	s.clock = sim_clock(&s.q);
	s.entropy = sim_entropy(&s.q);
	s.net = sim_net_new(&s.q);
	s.available = rng_below(&s.q.rng, 4) == 0;
	s.resume_bytes = rng_below(&s.q.rng, 4) ? 1 << 20 : 8 << 10;
	choose_faults(&s);
	s.forget_us = rng_below(&s.q.rng, 3) ? SIM_FORGET_US : 300000;
	if (!mkdtemp(dir))
		sim_fail(&s, "no folder for the store");
	snprintf(db, sizeof(db), "sqlite:%s/w.db", dir);
	s.persist = sim_persist_new(&s, db);
	s.world = sim_world_new(&s);
	gateway_begins(&s, NULL);
	bridge_begins(&s, NULL);
	s.outside = sim_outside_new(&s);
	relay_begins(&s, NULL);
	s.players = sim_players_new(&s);
	play(&s);
	*total = (struct totals){ total->seeds + 1,	      total->commits + s.commits,
				  total->kills + s.kills,     total->lines + s.lines,
				  total->told + s.told,	      total->resumed + s.resumed,
				  total->gaps + s.gaps,	      total->asks + s.asks,
				  total->answers + s.answers, total->relayed + s.relayed };
	sim_world_free(s.zombie);
	sim_world_free(s.world);
	for (unsigned i = 0; i < SIM_GATEWAYS; i++)
		sim_gateway_free(s.gateways[i]);
	for (unsigned i = 0; i < SIM_BRIDGES; i++)
		sim_bridge_free(s.bridges[i]);
	sim_relay_free(s.relay);
	sim_outside_free(s.outside);
	sim_persist_free(s.persist);
	sim_players_free(s.players);
	sim_queue_done(&s.q, sim_net_drop_event);
	sim_net_free(s.net);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		snprintf(path, sizeof(path), "%s/w.db%s", dir, files[i]);
		(void)unlink(path);
	}
	(void)rmdir(dir);
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "from", required_argument, NULL, 'f' },
						 { "seeds", required_argument, NULL, 'n' },
						 { "pack", required_argument, NULL, 'p' },
						 { "verbose", no_argument, NULL, 'v' },
						 { 0 } };
	const char *dir = "world/packs/foreshore";
	uint64_t from = 1, seeds = 10;
	bool verbose = false;
	struct totals total = { 0 };
	struct pack *pack = NULL;
	struct buf errors = { 0 };

	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == 'f')
			from = strtoull(optarg, NULL, 10);
		else if (c == 'n')
			seeds = strtoull(optarg, NULL, 10);
		else if (c == 'p')
			dir = optarg;
		else if (c == 'v')
			verbose = true;
		else
			return 64;
	}
	log_init("sim", verbose ? LOG_INFO : LOG_ERROR, false);
	if (pack_load(&pack, dir, &errors) != 0) {
		fprintf(stderr, "%.*s", (int)errors.n, buf_p(&errors));
		return 1;
	}
	for (uint64_t i = 0; i < seeds; i++)
		run_seed(pack, from + i, verbose, &total);
	pack_free(pack);
	printf("seeds %lu commits %lu kills %lu lines %lu tokens read %lu resumed %lu gaps %lu "
	       "asked %lu answers read %lu relayed %lu\n",
	       total.seeds, total.commits, total.kills, total.lines, total.told, total.resumed,
	       total.gaps, total.asks, total.answers, total.relayed);
	if (!total.commits || !total.kills || !total.lines || !total.told || !total.resumed ||
	    !total.asks || !total.answers || !total.relayed)
		return 1;
	printf("%lu passed, 0 failed\n", total.seeds);
	return 0;
}
