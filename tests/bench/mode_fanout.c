/*
 * mode_fanout.c - all in one room, one says a line (or ten at once); when everyone has heard it,
 * the next.  Deliveries per second are lines times listeners, the speaker's own line among them.
 */
#include "tests/bench/mode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/crowd.h"
#include "tests/bench/hist.h"
#include "tests/support/die.h"

enum { QUIET_US = 300000, SETTLE_US = 60000000, HEARD_US = 10000000 };

struct fanout {
	struct crowd *crowd;
	size_t heard; /* lines of this burst, over all players */
};

static void marked(void *ctx, struct player *p UNUSED)
{
	struct fanout *m = ctx;

	m->heard++;
}

static void answered(void *ctx UNUSED, struct player *p UNUSED)
{
}

/* false: not everybody heard it. */
static bool speak(struct fanout *m, unsigned burst, unsigned speakers, unsigned number)
{
	char mark[MARK_MAX + 1];
	size_t wanted = burst * m->crowd->n_in;
	uint64_t end = now_us() + HEARD_US;
	snprintf(mark, sizeof(mark), "Q%u.", number % 1000000);
	for (size_t i = 0; i < m->crowd->n; i++)
		player_expect(&m->crowd->players[i], mark);
	m->heard = 0;
	for (unsigned i = 0; i < burst; i++)
		player_send(&m->crowd->players[i % speakers], "say %s", mark);
	while (m->heard < wanted && now_us() < end)
		crowd_turn(m->crowd, end);
	return m->heard == wanted;
}

void mode_fanout(const struct target *t, const struct mode_conf *c, struct figures *ret)
{
	struct fanout m = { .crowd = crowd_new(t->port, c->clients) };
	unsigned burst = (unsigned)atoi(c->play), speakers = strchr(c->play, 'x') ? 1 : burst;
	unsigned number = 0;
	struct hist *hist = base_alloc(1, sizeof(*hist));
	uint64_t begin, said;

	ret->clients = crowd_enter(m.crowd, PLAYER_IN, 60000000);
	m.crowd->events = (struct crowd_events){ answered, marked, &m };
	crowd_settle(m.crowd, QUIET_US, SETTLE_US);
	speak(&m, burst, speakers, number++);
	begin = now_us();
	while (now_us() - begin < c->seconds_us) {
		said = now_us();
		if (!speak(&m, burst, speakers, number++))
			ret->lost += burst * m.crowd->n_in - m.heard;
		hist_add(hist, now_us() - said);
	}
	ret->took_s = (double)(now_us() - begin) / 1e6;
	ret->n = hist->n;
	ret->p50_us = hist_at(hist, .5);
	ret->p99_us = hist_at(hist, .99);
	ret->max_us = hist->max;
	ret->per_s = (double)(hist->n * burst * ret->clients) / ret->took_s;
	ret->dropped = m.crowd->n_dropped;
	crowd_free(m.crowd);
	free(hist);
}
