/*
 * phases.h - how long lines, batches and ticks take in this process: times are taken around the core, which
 * has no clock, and shown by numbers.c; at debug level each step of a line is logged with its trace number.
 *
 * The core runs lines in the order in which it is fed them, so what waits is a queue beside its own.
 */
#pragma once

#include "persist.pb-c.h"
#include "rt/buf.h"
#include "rt/clock.h"
#include "rt/metric.h"
#include "world/tick.h"

/* What is timed, each a histogram. */
enum timed {
	TIMED_TURN,
	TIMED_INBOX,
	TIMED_COMMAND,
	TIMED_COMMIT,
	TIMED_TICK,
	TIMED_SYSTEM, /* one for each system of tick.c */
	TIMED = TIMED_SYSTEM + TICK_SYSTEMS
};

struct phases {
	struct metric timed[TIMED];
	const struct clock *clock;
	struct buf lines;   /* that came and were not run, see phases.c */
	struct buf batches; /* that were issued and are not durable */
	uint64_t turn_us;   /* when the first line of this turn of the loop came; 0: none did */
	uint64_t began_us;  /* of the line or the step that runs */
	unsigned system;    /* of the tick, that runs; TICK_SYSTEMS: none */
	uint64_t tick;	    /* whose systems are added up */
	uint64_t system_us[TICK_SYSTEMS];
};

void phases_init(struct phases *p, const struct clock *clock);
void phases_done(struct phases *p);

/* A turn of the loop is over. */
static inline void phases_turn(struct phases *p)
{
	p->turn_us = 0;
}

void phases_line_came(struct phases *p, uint64_t session, uint64_t seq);
/* The line begins to run; session 0: it is over. As world_env.running. */
void phases_line_runs(struct phases *p, uint64_t session, uint64_t seq);
/* The core has no line any more: what is still here was dropped. */
void phases_drained(struct phases *p);
void phases_batch_issued(struct phases *p, const Mudlark__Commit *c);
/* All up to this one. */
void phases_batch_durable(struct phases *p, uint64_t batch);
/* A GatewayIn leaves. */
void phases_output(struct span record);
/* A step of this system of this tick begins; TICK_SYSTEMS: it is over. */
void phases_system(struct phases *p, uint64_t tick, unsigned system);
void phases_turn_took(struct phases *p, uint64_t us);
