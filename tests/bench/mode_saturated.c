/*
 * mode_saturated.c - as many commands as go through: every player sends the next line as soon as
 * the answer to the last is complete.  The CPU time of a command comes out as well.
 *
 * Plays: think (changes nothing), say (heard by the one other in the room), carry (get and drop in
 * turn; each is a durable change).  Against Mudlark the last two want players spread out over the
 * rooms of the bench pack (bench_pack.h): a say to two hundred in one room would measure fan-out.
 */
#include "tests/bench/mode.h"

#include <stdio.h>
#include <string.h>

#include "tests/bench/bench_pack.h"
#include "tests/bench/crowd.h"
#include "tests/support/die.h"
#include "tests/support/sample.h"

enum { WARM_US = 500000 };

struct saturated {
	struct crowd *crowd;
	const char *play;
	uint64_t answers;
	bool is_over;
};

static void send_next(struct saturated *m, struct player *p)
{
	char mark[MARK_MAX + 1] = "";

	p->step++;
	if (!strcmp(m->play, "carry")) {
		player_expect(p, "pebble");
		player_send(p, p->step % 2 ? "get pebble" : "drop pebble");
		return;
	}
	snprintf(mark, sizeof(mark), "Q%05u.%u", p->number, p->step % 1000000);
	player_expect(p, mark);
	player_send(p, "%s %s", m->play, mark);
}

static void answered(void *ctx, struct player *p)
{
	struct saturated *m = ctx;

	m->answers++;
	if (!m->is_over)
		send_next(m, p);
}

static uint64_t cpu_of(const struct target *t)
{
	return sample_cpu_us(t->gateway) + sample_cpu_us(t->world);
}

static void turns_until(struct saturated *m, uint64_t end)
{
	while (now_us() < end)
		crowd_turn(m->crowd, end);
}

static void measure(struct saturated *m, const struct target *t, uint64_t seconds_us,
		    struct figures *ret)
{
	uint64_t cpu, store_cpu, answers, begin;

	for (size_t i = 0; i < m->crowd->n; i++)
		send_next(m, &m->crowd->players[i]);
	turns_until(m, now_us() + WARM_US);
	cpu = cpu_of(t);
	store_cpu = t->persist ? sample_cpu_us(t->persist) : 0;
	answers = m->answers;
	begin = now_us();
	turns_until(m, begin + seconds_us);
	ret->n = m->answers - answers;
	ret->took_s = (double)(now_us() - begin) / 1e6;
	ret->per_s = (double)ret->n / ret->took_s;
	ret->cpu_us = (double)(cpu_of(t) - cpu) / (double)(ret->n ? ret->n : 1);
	if (t->persist)
		ret->store_cpu_us = (double)(sample_cpu_us(t->persist) - store_cpu) /
				    (double)(ret->n ? ret->n : 1);
	m->is_over = true;
	turns_until(m, now_us() + WARM_US);
}

void mode_saturated(const struct target *t, const struct mode_conf *c, struct figures *ret)
{
	struct saturated m = { .crowd = crowd_new(t->ports[c->way], c->way, c->clients),
			       .play = c->play };

	ret->clients = crowd_enter(m.crowd, PLAYER_IN, 30000000);
	if (t->persist && strcmp(c->play, "think"))
		bench_pack_spread(m.crowd, strcmp(c->play, "say") ? 1 : 2);
	m.crowd->events = (struct crowd_events){ .answered = answered, .ctx = &m };
	measure(&m, t, c->seconds_us, ret);
	for (size_t i = 0; i < m.crowd->n; i++)
		ret->lost += m.crowd->players[i].is_waiting;
	ret->dropped = m.crowd->n_dropped;
	crowd_free(m.crowd);
}
