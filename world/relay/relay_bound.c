/*
 * relay_bound.c - what one bridge may cost the world, whatever it sends.
 *
 * Each of its records costs a share of what the world's time brings it; its streams look at so many facts in a tick, and
 * at the others in the next ones.  A bridge that does what bridges do never comes near that.  One that goes beyond it, or
 * sends what no bridge would, is heard no more and dropped; it may dial again.
 */
#include "world/relay/relay_inner.h"

#include "rt/log.h"
#include "world/core/timer.h"
#include "world/mind/orders.h"

void relay_drop(struct world *w, struct relay_bridge *b, const char *why)
{
	log_error("bridge_dropped", LOG_STR("bridge", b->name), LOG_ID("instance", b->instance),
		  LOG_STR("reason", why));
	b->shut = true;
	relay_streams_close(b);
	buf_done(&b->waiting);
	orders_lost(w, b->instance);
	if (w->env.drop)
		w->env.drop(w->env.ctx, b->instance);
}

static uint64_t most(const struct world *w)
{
	return (uint64_t)RELAY_WORK_BURST * w->conf.tick_rate;
}

void relay_bound_begin(const struct world *w, struct relay_bridge *b)
{
	b->work = most(w);
	b->work_tick = w->tick;
	b->shut = false;
	b->malformed = 0;
}

/* As in relay_wait.c: a tick brings RELAY_WORK, a unit of work takes as many as a second has ticks. */
static bool may_work(const struct world *w, struct relay_bridge *b, unsigned cost)
{
	const uint64_t wanted = (uint64_t)cost * w->conf.tick_rate, ticks = w->tick - b->work_tick;

	b->work_tick = w->tick;
	if (ticks >= most(w) / RELAY_WORK || b->work + ticks * RELAY_WORK > most(w))
		b->work = most(w);
	else
		b->work += ticks * RELAY_WORK;
	if (b->work < wanted)
		return false;
	b->work -= wanted;
	return true;
}

struct relay_bridge *relay_from(struct world *w, uint64_t peer, unsigned cost)
{
	struct relay_bridge *b = relay_find(w, peer);

	if (b && !b->shut && may_work(w, b, cost))
		return b;
	if (b && !b->shut)
		relay_drop(w, b, "it sends more than any bridge has to");
	w->stats.relay_ignored++;
	return NULL;
}

void relay_malformed(struct world *w, struct relay_bridge *b, const char *what)
{
	const uint64_t minute = timer_seconds(w, 60);

	if (b->malformed && w->tick - b->malformed_tick >= minute)
		b->malformed = 0;
	if (!b->malformed++) {
		b->malformed_tick = w->tick;
		log_warning("bridge_malformed", LOG_STR("bridge", b->name), LOG_STR("what", what));
	}
	if (b->malformed == RELAY_MALFORMED && !b->shut)
		relay_drop(w, b, "too much of what it sends is malformed");
}

bool relay_may_look(const struct world *w, struct relay_bridge *b)
{
	if (b->look_tick != w->tick) {
		b->look_tick = w->tick;
		b->looks = 0;
	}
	return b->looks++ < RELAY_LOOKS;
}
