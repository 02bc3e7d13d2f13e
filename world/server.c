/*
 * server.c - see server.h.
 */
#include "world/server.h"

#include <stdlib.h>

#include "rt/log.h"
#include "rt/metric.h"
#include "world/cmd/table.h"
#include "world/commit.h"

enum { CATCH_UP_TICKS = 3, STOP_WAIT_US = 2000000, SWEEP_TICKS = 100, QUIET_US = 10000000 };

static void superseded(void *ctx, uint64_t epoch)
{
	struct server *s = ctx;

	log_error("superseded", LOG_U64("epoch", s->epoch), LOG_U64("ruling", epoch));
	server_fail(s, EXIT_SUPERSEDED, "a newer world holds the epoch");
}

static void fault(void *ctx, uint64_t batch, const char *why)
{
	log_error("turn_cannot_be_stored", LOG_U64("batch", batch), LOG_STR("why", why));
	server_fail(ctx, EXIT_FAULT, "what a turn did cannot be stored");
}

static void running(void *ctx, uint64_t session, uint64_t seq)
{
	struct server *s = ctx;

	if (s->note)
		crashnote_set(s->note, session, seq);
	phases_line_runs(&s->phases, session, seq);
}

static void system_runs(void *ctx, unsigned system)
{
	struct server *s = ctx;

	phases_system(&s->phases, s->world->tick, system);
}

void server_feed(struct server *s, uint64_t peer, const Mudlark__WorldIn *in)
{
	if (s->log)
		inputlog_input(s->log, peer, in);
	world_feed(s->world, peer, in);
	s->fed = true;
}

static void feed_stop(struct server *s)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__Stop stop = MUDLARK__STOP__INIT;

	in.body_case = MUDLARK__WORLD_IN__BODY_STOP;
	in.stop = &stop;
	server_feed(s, 0, &in);
}

static void end(struct server *s)
{
	log_info("stopped", LOG_U64("batch", s->issued), LOG_U64("durable", s->durable));
	loop_stop(s->loop, s->status);
}

static void check_budget(struct server *s, uint64_t took_us)
{
	uint64_t now = clock_mono(loop_clock(s->loop));

	if (took_us <= 1000000 / (uint64_t)s->options->tick_rate)
		return;
	s->over_budget++;
	if (now - s->budget_told_us < QUIET_US)
		return;
	s->budget_told_us = now;
	log_warning("tick_over_budget", LOG_U64("us", took_us), LOG_U64("so_far", s->over_budget));
}

/* At the end of each turn of the loop, before the links send. */
static void take_turn(void *ctx)
{
	struct server *s = ctx;
	uint64_t began, tick, took;

	if (s->status)
		return; /* it has failed: no further turn */
	chronicle_turn(s);
	phases_turn(&s->phases);
	if (!s->fed)
		return;
	s->fed = false;
	began = clock_mono(loop_clock(s->loop));
	tick = s->world->tick;
	if (world_turn(s->world)) {
		s->fed = true;
		loop_timer_soon(&s->turn);
	} else if (!commits_full(s->world)) {
		phases_drained(&s->phases);
	}
	took = clock_mono(loop_clock(s->loop)) - began;
	phases_turn_took(&s->phases, took);
	if (s->world->tick != tick)
		check_budget(s, took);
	if (s->log)
		inputlog_turn(s->log);
	if (s->is_stopping && s->durable >= s->issued)
		end(s);
}

static void on_turn(void *ctx)
{
	(void)ctx; /* waking the loop is all: the idle hook takes the turn */
}

static void feed_tick(struct server *s)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__Tick tick = MUDLARK__TICK__INIT;

	tick.number = s->world->tick + 1;
	tick.wall_ms = clock_wall(loop_clock(s->loop));
	in.body_case = MUDLARK__WORLD_IN__BODY_TICK;
	in.tick = &tick;
	server_feed(s, 0, &in);
}

/* By absolute deadline. A world that was held up runs at most a few ticks at once, and one whose
 * backlog is full none; the others are forgotten: its time stands still, it does not jump. */
unsigned server_ticks_due(uint64_t *next_us, uint64_t now, uint64_t period, bool full,
			  uint64_t *ret_lost)
{
	unsigned n = 0;

	for (; *next_us <= now && n < CATCH_UP_TICKS && !full; n++)
		*next_us += period;
	*ret_lost = *next_us <= now ? (now - *next_us) / period + 1 : 0;
	if (*ret_lost)
		*next_us = now + period;
	return n;
}

/* Told once in a while: a full backlog loses every tick. */
static void lose_ticks(struct server *s, uint64_t n, bool full)
{
	uint64_t now = clock_mono(loop_clock(s->loop));

	s->ticks_lost += n;
	if (s->lost_told_us && now - s->lost_told_us < QUIET_US)
		return;
	s->lost_told_us = now;
	log_warning("ticks_lost", LOG_U64("ticks", n), LOG_U64("so_far", s->ticks_lost),
		    LOG_STR("reason", full ? "the backlog is full" : "the world was held up"));
}

static void on_tick(void *ctx)
{
	struct server *s = ctx;
	uint64_t period = 1000000 / (uint64_t)s->options->tick_rate;
	uint64_t now = clock_mono(loop_clock(s->loop)), lost;
	bool full = commits_full(s->world);
	unsigned n;

	s->tick_lag_us = now > s->next_tick_us ? now - s->next_tick_us : 0;
	n = server_ticks_due(&s->next_tick_us, now, period, full, &lost);
	while (n--)
		feed_tick(s);
	if (lost)
		lose_ticks(s, lost, full);
	chronicle_tick(s);
	if (s->world->tick % SWEEP_TICKS == 0)
		secrets_sweep(s->secrets);
	if (s->log && s->world->tick % INPUTLOG_HASH_TICKS == 0)
		inputlog_hash(s->log, s->world);
	loop_timer_in(&s->tick, s->next_tick_us > now ? s->next_tick_us - now : 0);
}

void server_run_ticks(struct server *s)
{
	s->next_tick_us = clock_mono(loop_clock(s->loop));
	loop_timer_soon(&s->tick);
}

static void on_deadline(void *ctx)
{
	struct server *s = ctx;

	log_warning("stopped_before_last_commit", LOG_U64("batch", s->issued),
		    LOG_U64("durable", s->durable));
	end(s);
}

void server_stop(struct server *s)
{
	if (s->is_stopping)
		return;
	s->is_stopping = true;
	if (!s->bus) {
		end(s);
		return;
	}
	loop_timer_stop(&s->tick);
	feed_stop(s);
	loop_timer_in(&s->deadline, STOP_WAIT_US);
	loop_timer_soon(&s->turn);
}

void server_fail(struct server *s, int status, const char *why)
{
	log_error("world_ends", LOG_STR("reason", why), LOG_INT("status", status));
	s->is_stopping = true;
	s->status = status;
	loop_stop(s->loop, status);
}

void server_init(struct server *s, struct proc *p, struct options *o)
{
	*s = (struct server){ .proc = p,
			      .loop = p->loop,
			      .options = o,
			      .where = "starting",
			      .instance = entropy_id(&entropy_system) };
	arena_init(&s->arena, 0);
	phases_init(&s->phases, loop_clock(p->loop));
	s->secrets = secrets_new(loop_clock(s->loop));
	loop_timer_init(s->loop, &s->turn, on_turn, s);
	loop_timer_init(s->loop, &s->tick, on_tick, s);
	loop_timer_init(s->loop, &s->deadline, on_deadline, s);
	/* Before the links are made: their hooks send what this one makes. */
	loop_on_idle(s->loop, take_turn, s);
}

void server_done(struct server *s)
{
	metric_server_free(s->metrics);
	gateways_done(s);
	wire_freep(&s->store);
	if (s->log && s->world)
		inputlog_hash(s->log, s->world);
	inputlog_close(s->log);
	world_free(s->world);
	crashnote_close(s->note);
	secrets_free(s->secrets);
	for (size_t i = 0; i < s->n_packs; i++)
		pack_free(s->packs[i]);
	/* Those that were never begun are zero, which done() takes. */
	struct loop_timer *const timers[] = { &s->turn,	 &s->tick,     &s->deadline, &s->again,
					      &s->drops, &s->failures, &s->too_late };
	for (size_t i = 0; i < ARRAY_LEN(timers); i++)
		loop_timer_done(timers[i]);
	free(s->failed);
	arena_done(&s->arena);
	phases_done(&s->phases);
}

const struct world_env server_env = {
	.commit = chronicle_commit,
	.output = gateways_output,
	.drop = gateways_drop,
	.call = chronicle_call,
	.superseded = superseded,
	.fault = fault,
	.running = running,
	.step = system_runs,
	.run = cmd_run,
};
