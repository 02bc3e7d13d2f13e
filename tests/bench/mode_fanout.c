/*
 * mode_fanout.c - all in one room, and somebody always has something to say: a second line (or burst of
 * lines) is typed while the one before is being delivered, and the next as soon as everyone has heard the
 * first.  Deliveries per second are lines times listeners, the speakers among them.
 *
 * Plays: "1" one line; "10" ten players say one line each; "10x1" one player types ten lines at once,
 * which Mudlark does one after the other, as it does for every player (design.md 3).
 */
#include "tests/bench/mode.h"

#include <stdlib.h>
#include <string.h>

#include "tests/bench/crowd.h"
#include "tests/support/die.h"
#include "tests/support/sample.h"

enum { QUIET_US = 300000, SETTLE_US = 60000000, HEARD_US = 10000000, AHEAD = 2, NAP_US = 500 };

static const char mark[] = "Q!";

struct fanout {
	struct crowd *crowd;
	unsigned burst, speakers;
	uint64_t said, heard; /* lines; lines times listeners */
	pid_t gateway;
};

static void marked(void *ctx, struct player *p UNUSED)
{
	struct fanout *m = ctx;

	m->heard++;
}

static void answered(void *ctx UNUSED, struct player *p UNUSED)
{
}

static void speak(struct fanout *m)
{
	for (unsigned i = 0; i < m->burst; i++)
		player_send(&m->crowd->players[i % m->speakers], "say %s", mark);
	m->said += m->burst;
}

/* Until all but so many bursts were heard by everybody, or the time is over. */
static void listen(struct fanout *m, unsigned bursts_left, uint64_t end)
{
	uint64_t left = (uint64_t)bursts_left * m->burst;

	while (m->said > left && m->heard < (m->said - left) * m->crowd->n_in && now_us() < end)
		crowd_nap(m->crowd, NAP_US);
}

static void play(struct fanout *m, uint64_t for_us, struct figures *ret)
{
	uint64_t begin, heard, wanted, cpu;

	for (size_t i = 0; i < m->crowd->n; i++)
		player_expect(&m->crowd->players[i], mark);
	speak(m);
	listen(m, 0, now_us() + HEARD_US);
	heard = m->heard;
	cpu = sample_cpu_us(m->gateway);
	begin = now_us();
	while (now_us() - begin < for_us) {
		speak(m);
		listen(m, AHEAD - 1, begin + for_us);
	}
	ret->took_s = (double)(now_us() - begin) / 1e6;
	ret->n = m->heard - heard;
	ret->per_s = (double)ret->n / ret->took_s;
	ret->cpu_us = (double)(sample_cpu_us(m->gateway) - cpu) / (double)(ret->n ? ret->n : 1);
	listen(m, 0, now_us() + HEARD_US);
	crowd_settle(m->crowd, QUIET_US, HEARD_US);
	wanted = m->said * m->crowd->n_in;
	ret->lost = m->heard < wanted ? wanted - m->heard : 0;
	ret->doubled = m->heard > wanted ? m->heard - wanted : 0;
}

void mode_fanout(const struct target *t, const struct mode_conf *c, struct figures *ret)
{
	struct fanout m = { .crowd = crowd_new(t->ports[c->way], c->way, c->clients),
			    .gateway = t->gateway };

	m.burst = (unsigned)atoi(c->play);
	m.speakers = strchr(c->play, 'x') ? 1 : m.burst;
	ret->clients = crowd_enter(m.crowd, PLAYER_IN, 60000000);
	m.crowd->events = (struct crowd_events){ answered, marked, &m };
	crowd_settle(m.crowd, QUIET_US, SETTLE_US);
	play(&m, c->seconds_us, ret);
	ret->dropped = m.crowd->n_dropped;
	crowd_free(m.crowd);
}
