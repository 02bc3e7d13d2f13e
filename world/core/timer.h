/*
 * timer.h - things that happen later, as data: stored with the world, so that a restart neither
 * doubles nor loses one.
 *
 * A timer names what to do by its kind (a row of a table), to whom by lasting id, and carries one
 * number.  Due timers run at a tick in order of (due, id).
 */
#pragma once

#include "rt/base.h"
#include "world/core/entity.h"

/* Names are stored: never reuse one for something else. */
enum timer_kind { TIMER_ATTACH, TIMER_LIFE, TIMER_HOME, TIMER_KIND_COUNT };

struct timer {
	uint64_t id, due; /* tick */
	enum timer_kind kind;
	uint64_t entity; /* id, 0: none */
	int64_t value;
};

/* All are stored as one text whenever one changes: it stays below TIMERS_BYTES, and what there are
 * thousands of has to share one. */
enum { TIMER_MAX = 2000, TIMERS_BYTES = 256 * 1024 };

/* In so many ticks (at least 1). Returns its id. 0: refused, TIMER_MAX are pending. */
uint64_t timer_add(struct world *w, enum timer_kind kind, uint64_t ticks, uint64_t entity,
		   int64_t value);
bool timer_cancel(struct world *w, uint64_t id); /* false: it is not there (any more) */
/* Removes those of a kind for an entity; returns how many. */
size_t timer_cancel_for(struct world *w, enum timer_kind kind, uint64_t entity);
/* What is to be done for a kind; set once when the world is made. */
void timer_handle(struct world *w, enum timer_kind kind,
		  void (*fn)(struct world *w, const struct timer *t));
/* `seconds` of logical time in ticks. */
uint64_t timer_seconds(const struct world *w, uint64_t seconds);
