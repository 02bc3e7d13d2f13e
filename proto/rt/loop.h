/*
 * loop.h - one event loop for a process, over libevent.
 *
 * Work that must run again soon is a timer with delay 0, never event_active on itself.  `idle` hooks
 * run once at the end of every turn of the loop that did any work: the place where batches are sent.
 */
#pragma once

#include <event2/event.h>
#include "rt/base.h"
#include "rt/clock.h"

struct loop;
struct wire;

struct loop_timer {
	struct loop *loop;
	struct event *ev;
	void (*fn)(void *ctx);
	void *ctx;
	bool pending;
	bool soon; /* pending for the next turn */
};

int loop_new(struct loop **ret) MUST_USE;
void loop_free(struct loop *l);
void loop_freep(struct loop **l);
struct event_base *loop_base(struct loop *l);
/* The first of the wires of this loop; wire.c links them. */
struct wire **loop_wires(struct loop *l);
const struct clock *loop_clock(struct loop *l);
int loop_run(struct loop *l) MUST_USE; /* returns the status given to loop_stop */
void loop_stop(struct loop *l, int status);

/* A timer is embedded in its owner and must be done before it goes. */
void loop_timer_init(struct loop *l, struct loop_timer *t, void (*fn)(void *ctx), void *ctx);
void loop_timer_done(struct loop_timer *t);
void loop_timer_in(struct loop_timer *t, uint64_t delay_us); /* replaces an earlier time */
void loop_timer_soon(struct loop_timer *t);		     /* next turn; idempotent */
void loop_timer_stop(struct loop_timer *t);

/* fn runs at the end of each turn in which something happened; in order of registration. */
void loop_on_idle(struct loop *l, void (*fn)(void *ctx), void *ctx);
void loop_off_idle(struct loop *l, void (*fn)(void *ctx), void *ctx);
/* A signal handler in the loop. */
int loop_on_signal(struct loop *l, int signo, void (*fn)(void *ctx, int signo), void *ctx) MUST_USE;
