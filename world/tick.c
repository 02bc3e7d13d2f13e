/*
 * tick.c - see tick.h.
 */
#include "world/tick.h"

#include <stdlib.h>

#include "world/calls.h"
#include "world/core/events.h"
#include "world/core/players.h"
#include "world/core/timers.h"
#include "world/info.h"
#include "world/mind/mind.h"
#include "world/outbox.h"
#include "world/relay/relay.h"
#include "world/sessions.h"
#include "world/sites.h"

struct tick {
	unsigned system; /* that runs now */
	unsigned end;	 /* the one behind the last that is to run; `system` is there: none runs */
	bool attach_over;
	uint64_t session; /* the last one that `lost` has passed by */
	uint64_t parked;  /* the same of `parked` */
	struct ent player;
};

/* Who waited in vain, for a fact or for persist. */
static bool waiters(struct world *w)
{
	events_tick(w);
	return calls_tick(w);
}

static bool timers(struct world *w)
{
	if (!timers_due(w))
		return false;
	timers_run_one(w);
	return true;
}

/* Characters whose grace without a connection is over; looked at once in a second. */
static bool leaving(struct world *w)
{
	struct tick *t = w->ticking;
	struct ent e = player_next(w, t->player);

	if (!players_leaving(w) || w->tick % w->conf.tick_rate)
		return false;
	for (; ent_is(e); e = player_next(w, e)) {
		uint64_t leaves = player_get(w, e)->leaves;

		if (leaves && leaves <= w->tick) {
			enter_leave(w, e);
			return true;
		}
		t->player = e;
	}
	return false;
}

static bool is_lost(const struct world *w, const struct session *s)
{
	return outbox_is_gone(w, s->gateway) ||
	       (w->ticking->attach_over && s->state == SESSION_DETACHED);
}

/* Sessions whose gateway is gone, or did not bring them back after a restart. */
static bool lost(struct world *w)
{
	struct tick *t = w->ticking;
	struct session *s;

	if (!t->attach_over && !outbox_any_gone(w))
		return false;
	s = session_next(w, session_get(w, t->session));
	for (; s; s = session_next(w, s)) {
		if (is_lost(w, s)) {
			enter_link_lost(w, s);
			return true;
		}
		t->session = s->id;
	}
	t->session = 0;
	t->attach_over = false;
	return false;
}

/* Sessions that nobody has resumed for long, or within their grace; looked at once in a second. */
static bool parked(struct world *w)
{
	struct tick *t = w->ticking;
	struct session *s;

	if (w->tick % w->conf.tick_rate || !outbox_sessions(w, OUTBOX_NOWHERE))
		return false;
	s = session_next(w, session_get(w, t->parked));
	for (; s; s = session_next(w, s)) {
		if (s->state == SESSION_PARKED && s->until <= w->tick) {
			enter_parked_over(w, s);
			return true;
		}
		t->parked = s->id;
		if (s->state == SESSION_PARKED && enter_parked_long(w, s))
			return true;
	}
	return false;
}

/* True: there is more to do in this tick. */
struct system_row {
	const char *name;
	bool (*step)(struct world *w);
};

enum { LOST = 3 };

static const struct system_row systems[TICK_SYSTEMS] = {
	{ "waiters", waiters },	   { "timers", timers },   { "leaving", leaving },
	[LOST] = { "lost", lost }, { "parked", parked },   { "info", info_tick },
	{ "sites", sites_tick },   { "minds", mind_tick }, { "relay", relay_tick },
};

struct tick *tick_new(void)
{
	struct tick *t = base_alloc(1, sizeof(*t));

	t->system = t->end = TICK_SYSTEMS;
	return t;
}

void tick_free(struct world *w)
{
	free(w->ticking);
	w->ticking = NULL;
}

void tick_begin(struct world *w, int64_t wall_ms)
{
	w->tick++;
	w->wall_ms = wall_ms;
	w->stats.ticks++;
	w->ticking->system = 0;
	w->ticking->end = TICK_SYSTEMS;
	w->ticking->player = ENT_NONE;
	w->ticking->parked = 0;
}

bool tick_is_running(const struct world *w)
{
	return w->ticking->system < w->ticking->end;
}

void tick_step(struct world *w)
{
	struct tick *t = w->ticking;

	if (w->env.step)
		w->env.step(w->env.ctx, t->system);
	if (!systems[t->system].step(w))
		t->system++;
	if (w->env.step)
		w->env.step(w->env.ctx, TICK_SYSTEMS);
}

void tick_lost(struct world *w)
{
	w->ticking->system = LOST;
	w->ticking->end = LOST + 1;
}

void tick_attach_over(struct world *w)
{
	outbox_unlinked_gone(w);
	w->ticking->attach_over = true;
}

const char *tick_system_name(unsigned system)
{
	return system < TICK_SYSTEMS ? systems[system].name : "none";
}
