/*
 * mode_restart.c - kill -9 of the world under a crowd in play.
 *
 * Every player types again a fifth of a second after its last answer, so each of them has a line
 * under way, or one about to be, when the world goes.  A player's stall is its longest wait.  A
 * line whose text never came back is lost, one that came back twice is doubled.
 */
#include "tests/bench/mode.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/crowd.h"
#include "tests/bench/hist.h"
#include "tests/support/die.h"

enum { PACE_US = 200000, BEFORE_US = 2000000, AFTER_US = 8000000, STEP_US = 2000 };

struct restart {
	struct crowd *crowd;
	uint64_t *longest, *next_us; /* for each player */
	size_t doubled;
	bool is_killed;
};

static void answered(void *ctx, struct player *p)
{
	struct restart *m = ctx;
	uint64_t now = now_us(), took = now - p->sent_us;

	if (m->is_killed && took > m->longest[p->number])
		m->longest[p->number] = took;
	m->next_us[p->number] = now + PACE_US;
}

static void marked(void *ctx, struct player *p)
{
	struct restart *m = ctx;

	m->doubled += p->marks > 1;
}

static void send_due(struct restart *m, uint64_t now)
{
	char mark[MARK_MAX + 1];

	for (size_t i = 0; i < m->crowd->n; i++) {
		struct player *p = &m->crowd->players[i];

		if (p->is_waiting || p->state != PLAYER_IN || m->next_us[i] > now)
			continue;
		snprintf(mark, sizeof(mark), "Q%05u.%u", p->number, p->step++ % 1000000);
		player_expect(p, mark);
		p->sent_us = now;
		player_send(p, "think %s", mark);
	}
}

static void play(struct restart *m, uint64_t for_us, bool is_sending)
{
	for (uint64_t now = now_us(), end = now + for_us; now < end; now = now_us()) {
		if (is_sending)
			send_due(m, now);
		crowd_turn(m->crowd, now + STEP_US);
	}
}

void mode_restart(const struct target *t, const struct mode_conf *c, struct figures *ret)
{
	struct restart m = { .crowd = crowd_new(t->ports[c->way], c->way, c->clients) };
	struct hist *hist = base_alloc(1, sizeof(*hist));

	m.longest = base_alloc(c->clients, sizeof(*m.longest));
	m.next_us = base_alloc(c->clients, sizeof(*m.next_us));
	ret->clients = crowd_enter(m.crowd, PLAYER_IN, 60000000);
	m.crowd->events = (struct crowd_events){ answered, marked, &m };
	for (size_t i = 0; i < c->clients; i++)
		m.next_us[i] = now_us() + i * PACE_US / c->clients;
	play(&m, BEFORE_US, true);
	m.is_killed = true;
	must(kill(t->world, SIGKILL), "kill the world");
	play(&m, AFTER_US, true);
	play(&m, BEFORE_US, false);
	for (size_t i = 0; i < c->clients; i++) {
		hist_add(hist, m.longest[i]);
		ret->lost += m.crowd->players[i].is_waiting;
	}
	ret->n = hist->n;
	ret->p50_us = hist_at(hist, .5);
	ret->p99_us = hist_at(hist, .99);
	ret->max_us = hist->max;
	ret->doubled = m.doubled;
	ret->dropped = m.crowd->n_dropped;
	crowd_free(m.crowd);
	free(m.longest);
	free(m.next_us);
	free(hist);
}
