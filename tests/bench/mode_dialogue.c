/*
 * mode_dialogue.c - N players, each in a conversation with somebody of his own (bench_pack.h): a question, the
 * answer, a pause as long as its saying takes, the next question.
 *
 * Latency is from the moment a question was due until the first sentence of the answer is here, without
 * the time that the provider takes by itself.  Memory is what the aibridge grew by when most questions
 * were under way, for each of them.
 */
#include "tests/bench/mode.h"

#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench_pack.h"
#include "tests/bench/crowd.h"
#include "tests/bench/hist.h"
#include "tests/support/die.h"
#include "tests/support/sample.h"

enum { PAUSE_US = 1500000, PATIENCE_US = 10000000, LOOK_US = 100000, ENTER_US = 30000000 };

struct dialogue {
	struct crowd *crowd;
	struct hist *hist;
	uint64_t *due;	   /* of each player: the next question; 0: he waits for an answer */
	uint64_t begin_us; /* measured from here on */
	uint64_t provider_us;
	uint64_t n_early, n_strange;
	size_t n_waiting;
};

/* The first sentence. `step`: questions asked; `aux`: answers heard. */
static void answered(void *ctx, struct player *p)
{
	struct dialogue *d = ctx;
	const uint64_t now = now_us(), took = now - p->sent_us;

	if (p->aux == p->step) {
		d->n_strange++;
		return;
	}
	p->aux = p->step;
	d->n_waiting--;
	d->due[p->number] = now + PAUSE_US;
	if (p->sent_us < d->begin_us)
		return;
	/* Whoever was answered sooner was not answered by the model. */
	if (took < d->provider_us)
		d->n_early++;
	else
		hist_add(d->hist, took - d->provider_us);
}

static void ask(struct dialogue *d, struct player *p, uint64_t due)
{
	const char *name = bench_pack_person(p->number);
	char mark[MARK_MAX + 1] = "";

	if (p->state != PLAYER_IN)
		return;
	strncat(mark, name, MARK_MAX / 2);
	strcat(mark, " says, ");
	player_expect(p, mark);
	p->step++;
	p->sent_us = due;
	d->due[p->number] = 0;
	d->n_waiting++;
	player_send(p, "ask %s about coal", name);
}

/* Asks what is due; when the next will be. */
static uint64_t ask_due(struct dialogue *d, uint64_t end)
{
	const uint64_t now = now_us();
	uint64_t next = end;

	for (size_t i = 0; i < d->crowd->n; i++) {
		if (d->due[i] && d->due[i] <= now)
			ask(d, &d->crowd->players[i], d->due[i]);
		else if (d->due[i] && d->due[i] < next)
			next = d->due[i];
	}
	return next;
}

struct memory {
	uint64_t before_kb, most_kb;
	size_t n_waiting; /* then */
	uint64_t look_us; /* next */
};

static void look(struct dialogue *d, struct memory *m, pid_t aibridge)
{
	if (now_us() < m->look_us)
		return;
	m->look_us = now_us() + LOOK_US;
	if (d->n_waiting <= m->n_waiting)
		return;
	m->n_waiting = d->n_waiting;
	m->most_kb = sample_pss_kb(aibridge);
}

static void play(struct dialogue *d, struct memory *m, const struct target *t, uint64_t seconds_us)
{
	const uint64_t cycle = PAUSE_US + d->provider_us, begin = now_us();
	uint64_t end;

	for (size_t i = 0; i < d->crowd->n; i++) {
		d->crowd->players[i].step = d->crowd->players[i].aux = 0;
		d->due[i] = begin + 1 + i * cycle / d->crowd->n;
	}
	d->begin_us = begin + cycle;
	end = d->begin_us + seconds_us;
	while (now_us() < end) {
		crowd_turn(d->crowd, ask_due(d, end));
		look(d, m, t->aibridge);
	}
	for (end = now_us() + PATIENCE_US; d->n_waiting && now_us() < end;)
		crowd_turn(d->crowd, end);
}

void mode_dialogue(const struct target *t, const struct mode_conf *c, struct figures *ret)
{
	struct dialogue d = { .hist = base_alloc(1, sizeof(*d.hist)),
			      .provider_us = t->provider_us,
			      .due = base_alloc(c->clients, sizeof(*d.due)) };
	struct memory m = { 0 };

	d.crowd = crowd_new(t->ports[c->way], c->way, c->clients);
	ret->clients = crowd_enter(d.crowd, PLAYER_IN, ENTER_US);
	bench_pack_spread(d.crowd, BENCH_FOLK);
	d.crowd->events = (struct crowd_events){ .answered = answered, .ctx = &d };
	m.before_kb = sample_pss_kb(t->aibridge);
	play(&d, &m, t, c->seconds_us);
	ret->n = d.hist->n;
	ret->per_s = (double)d.hist->n * 1e6 / (double)c->seconds_us;
	ret->p50_us = hist_at(d.hist, .5);
	ret->p99_us = hist_at(d.hist, .99);
	ret->max_us = d.hist->max;
	if (m.n_waiting)
		ret->request_kb = ((double)m.most_kb - (double)m.before_kb) / (double)m.n_waiting;
	ret->lost = d.n_waiting + d.n_early;
	ret->doubled = d.n_strange;
	ret->dropped = d.crowd->n_dropped;
	crowd_free(d.crowd);
	free(d.hist);
	free(d.due);
}
