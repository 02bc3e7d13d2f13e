/*
 * mode_logins.c - how fast a crowd comes in, how many fit, and what each costs in memory: at the
 * name prompt (idle) and in play (logins).
 */
#include "tests/bench/mode.h"

#include "tests/bench/crowd.h"
#include "tests/support/die.h"
#include "tests/support/sample.h"

enum { WITHIN_US = 60000000, QUIET_US = 1000000, SETTLE_US = 30000000 };

static void answered(void *ctx UNUSED, struct player *p UNUSED)
{
}

/* KiB for one of n; the process may have been lifted by less than it had in hand. */
static double each_kb(uint64_t before, uint64_t after, size_t n)
{
	return n && after > before ? (double)(after - before) / (double)n : 0;
}

static void enter(const struct target *t, const struct mode_conf *c, enum player_state up_to,
		  struct figures *ret)
{
	struct crowd *crowd = crowd_new(t->ports[c->way], c->way, c->clients);
	uint64_t gateway = sample_pss_kb(t->gateway), world = sample_pss_kb(t->world);
	uint64_t begin = now_us();

	crowd->events.answered = answered;
	ret->clients = crowd_enter(crowd, up_to, WITHIN_US);
	ret->took_s = (double)(now_us() - begin) / 1e6;
	ret->per_s = (double)ret->clients / ret->took_s;
	ret->n = ret->clients;
	crowd_settle(crowd, QUIET_US, SETTLE_US);
	ret->gateway_kb = each_kb(gateway, sample_pss_kb(t->gateway), ret->clients);
	ret->world_kb = each_kb(world, sample_pss_kb(t->world), ret->clients);
	ret->dropped = crowd->n_dropped;
	crowd_free(crowd);
}

void mode_logins(const struct target *t, const struct mode_conf *c, struct figures *ret)
{
	enter(t, c, PLAYER_IN, ret);
}

void mode_idle(const struct target *t, const struct mode_conf *c, struct figures *ret)
{
	enter(t, c, PLAYER_NAMING, ret);
}
