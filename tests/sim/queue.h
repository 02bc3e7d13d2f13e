/*
 * queue.h - the simulator's only source of order: events on virtual time, ties broken by number.
 *
 * Everything that happens in a simulated run is an event of this queue; one seed therefore gives one
 * run, bit for bit.
 */
#pragma once

#include "rt/base.h"
#include "rt/clock.h"
#include "rt/rand.h"

struct sim_event {
	uint64_t at, tie;
	void (*run)(void *ctx, void *arg);
	void *ctx, *arg;
};

struct sim_queue {
	struct sim_event *heap;
	size_t n, cap;
	uint64_t now, ties;
	struct rng rng;
};

void sim_queue_init(struct sim_queue *q, uint64_t seed);
/* Frees the queue; `drop` is called with every argument that never ran. */
void sim_queue_done(struct sim_queue *q, void (*drop)(void *arg));
void sim_at(struct sim_queue *q, uint64_t delay_us, void (*run)(void *ctx, void *arg), void *ctx,
	    void *arg);
/* Runs the next event; false when there is none. */
bool sim_step(struct sim_queue *q);

struct clock sim_clock(struct sim_queue *q);
struct entropy sim_entropy(struct sim_queue *q);
/* True in `of` cases per million. */
bool sim_chance(struct sim_queue *q, uint32_t of);
uint64_t sim_between(struct sim_queue *q, uint64_t lo, uint64_t hi);
