/*
 * mode_roundtrip.c - N players, each with one effect-free line a second, evenly spread.
 *
 * Latency counts from the moment the line was due, so that a stall of the server is charged to
 * every line that had to wait for it, also to those not yet written (no coordinated omission).
 */
#include "tests/bench/mode.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/crowd.h"
#include "tests/bench/hist.h"
#include "tests/support/die.h"

enum { PERIOD_US = 1000000, WARM_US = 1500000 };

struct roundtrip {
	struct crowd *crowd;
	struct hist *hist;
	uint64_t begin_us; /* measured from here on */
	size_t late;	   /* lines not sent because the one before was not answered */
};

static void answered(void *ctx, struct player *p)
{
	struct roundtrip *m = ctx;

	if (p->sent_us >= m->begin_us)
		hist_add(m->hist, now_us() - p->sent_us);
}

static void send_due(struct roundtrip *m, struct player *p, uint64_t due)
{
	char mark[MARK_MAX + 1];

	if (p->state != PLAYER_IN)
		return;
	if (p->is_waiting) {
		m->late++;
		return;
	}
	snprintf(mark, sizeof(mark), "Q%05u.%u", p->number, p->step++ % 1000000);
	player_expect(p, mark);
	p->sent_us = due;
	player_send(p, "think %s", mark);
}

static void play(struct roundtrip *m, uint64_t seconds_us)
{
	uint64_t begin = now_us(), due = begin, end;
	size_t n = m->crowd->n, next = 0, round = 0;

	m->begin_us = begin + WARM_US;
	end = m->begin_us + seconds_us;
	while (now_us() < end) {
		while (due <= now_us() && due < end) {
			send_due(m, &m->crowd->players[next], due);
			round += ++next == n;
			next %= n;
			due = begin + round * PERIOD_US + next * PERIOD_US / n;
		}
		crowd_turn(m->crowd, due < end ? due : end);
	}
	for (end = now_us() + PERIOD_US; now_us() < end;)
		crowd_turn(m->crowd, end);
}

void mode_roundtrip(const struct target *t, const struct mode_conf *c, struct figures *ret)
{
	struct roundtrip m = { .hist = base_alloc(1, sizeof(*m.hist)) };

	m.crowd = crowd_new(t->ports[c->way], c->way, c->clients);
	m.crowd->events = (struct crowd_events){ .answered = answered, .ctx = &m };
	ret->clients = crowd_enter(m.crowd, PLAYER_IN, 30000000);
	play(&m, c->seconds_us);
	ret->n = m.hist->n;
	ret->p50_us = hist_at(m.hist, .5);
	ret->p99_us = hist_at(m.hist, .99);
	ret->max_us = m.hist->max;
	ret->lost = m.late;
	for (size_t i = 0; i < m.crowd->n; i++)
		ret->lost += m.crowd->players[i].is_waiting;
	ret->dropped = m.crowd->n_dropped;
	crowd_free(m.crowd);
	free(m.hist);
}
