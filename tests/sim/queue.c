/* queue.c - a binary heap of events; see queue.h. */
#include "tests/sim/queue.h"

#include <stdlib.h>
#include <string.h>

static bool earlier(const struct sim_event *a, const struct sim_event *b)
{
	return a->at != b->at ? a->at < b->at : a->tie < b->tie;
}

void sim_queue_init(struct sim_queue *q, uint64_t seed)
{
	memset(q, 0, sizeof(*q));
	q->now = 1000000;
	rng_seed(&q->rng, seed);
}

void sim_queue_done(struct sim_queue *q, void (*drop)(void *arg))
{
	for (size_t i = 0; i < q->n; i++)
		if (q->heap[i].arg)
			drop(q->heap[i].arg);
	free(q->heap);
	memset(q, 0, sizeof(*q));
}

void sim_at(struct sim_queue *q, uint64_t delay_us, void (*run)(void *ctx, void *arg), void *ctx,
	    void *arg)
{
	size_t i = q->n++;

	if (q->n > q->cap) {
		q->cap = q->cap ? q->cap * 2 : 256;
		q->heap = base_realloc(q->heap, q->cap, sizeof(*q->heap));
	}
	q->heap[i] = (struct sim_event){ q->now + delay_us, q->ties++, run, ctx, arg };
	while (i && earlier(&q->heap[i], &q->heap[(i - 1) / 2])) {
		struct sim_event t = q->heap[i];

		q->heap[i] = q->heap[(i - 1) / 2];
		i = (i - 1) / 2;
		q->heap[i] = t;
	}
}

static void sink(struct sim_queue *q)
{
	size_t i = 0;

	for (;;) {
		size_t least = i;
		struct sim_event t;

		for (size_t c = 2 * i + 1; c <= 2 * i + 2 && c < q->n; c++)
			if (earlier(&q->heap[c], &q->heap[least]))
				least = c;
		if (least == i)
			return;
		t = q->heap[i];
		q->heap[i] = q->heap[least];
		q->heap[least] = t;
		i = least;
	}
}

bool sim_step(struct sim_queue *q)
{
	struct sim_event e;

	if (!q->n)
		return false;
	e = q->heap[0];
	q->heap[0] = q->heap[--q->n];
	sink(q);
	q->now = e.at;
	e.run(e.ctx, e.arg);
	return true;
}

static uint64_t clock_now(void *ctx)
{
	return ((struct sim_queue *)ctx)->now;
}

static int64_t clock_wall_now(void *ctx)
{
	return (int64_t)(((struct sim_queue *)ctx)->now / 1000) + 1700000000000;
}

struct clock sim_clock(struct sim_queue *q)
{
	return (struct clock){ clock_now, clock_wall_now, q };
}

static void fill(void *ctx, void *p, size_t n)
{
	struct sim_queue *q = ctx;
	uint8_t *out = p;

	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)rng_next(&q->rng);
}

struct entropy sim_entropy(struct sim_queue *q)
{
	return (struct entropy){ fill, q };
}

bool sim_chance(struct sim_queue *q, uint32_t of)
{
	return of && rng_below(&q->rng, 1000000) < of;
}

uint64_t sim_between(struct sim_queue *q, uint64_t lo, uint64_t hi)
{
	return lo + rng_below(&q->rng, hi - lo + 1);
}
