/*
 * mode_ai_faults.c - N players, each with one line a second, while fifty others keep asking the people of the
 * pack something and the provider of models behind them is well, hangs, is down, sends garbage or refuses in
 * a storm.
 *
 * These states take turns, and each stands between two stretches in which nobody asks: a machine that
 * drifts, drifts under all of them.  A state is compared with the mean of the two beside it, and what counts is
 * the median of its rounds.  Every answer that is owed is waited for before the next stretch.
 *
 * Latency counts from when a line was due (mode_roundtrip.c).  Every second line changes nothing, the others
 * are said to the four who stand in the same room, out of earshot of those who could answer.
 */
#include "tests/bench/mode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench_pack.h"
#include "tests/bench/crowd.h"
#include "tests/bench/hist.h"
#include "tests/bench/middle.h"
#include "tests/support/die.h"
#include "tests/support/fake_ai.h"

enum { TALKERS = BENCH_FEW_ROOMS * BENCH_FOLK, ROUNDS = 3, STRETCHES = ROUNDS * AI_STATES };
enum {
	PERIOD_US = 1000000,   /* of a player's lines */
	PAUSE_US = 1000000,    /* of those who talk, between an answer and the next question */
	WARM_US = 500000,      /* of a stretch, before it is measured */
	PATIENCE_US = 8000000, /* for the answers that are owed after one */
	ENTER_US = 30000000
};

/* How long lines took that were due in a stretch. */
struct stretch {
	double p50_us, p99_us;
};

struct faults {
	struct crowd *crowd;
	struct hist *hist;
	uint64_t begin_us, end_us; /* measured: lines that were due between these */
	uint64_t first_us, n_due;  /* of all lines: when the first was due, how many were */
	uint64_t due[TALKERS];	   /* the next question; 0: none */
	bool is_asking[TALKERS];   /* an answer is owed */
	size_t n_asking, asked, answered, late;
};

static const struct state {
	const char *name, *mode; /* mode NULL: nobody is there */
} states[AI_STATES] = {
	[AI_HEALTHY] = { "healthy", "{\"latency_ms\":500,\"text\":\"Dear.\"}" },
	[AI_HUNG] = { "hung", "{\"fault\":\"hang\"}" },
	[AI_DOWN] = { "down", NULL },
	[AI_GARBAGE] = { "garbage", "{\"fault\":\"line\"}" },
	[AI_STORM] = { "429", "{\"status\":429,\"retry_after\":0}" },
};

static void heard(struct faults *m, struct player *p)
{
	m->is_asking[p->number] = false;
	m->n_asking--;
	m->answered++;
	m->due[p->number] = now_us() + PAUSE_US;
}

static void add(struct faults *m, const struct player *p)
{
	if (p->sent_us >= m->begin_us && p->sent_us < m->end_us)
		hist_add(m->hist, now_us() - p->sent_us);
}

static void answered(void *ctx, struct player *p)
{
	struct faults *m = ctx;

	if (p->number >= TALKERS)
		add(m, p);
	else if (m->is_asking[p->number])
		heard(m, p);
}

static void ask(struct faults *m, struct player *p)
{
	const char *name = bench_pack_person(p->number);
	char mark[MARK_MAX + 1] = "";

	strncat(mark, name, MARK_MAX / 2);
	strcat(mark, " says, ");
	player_expect(p, mark);
	m->due[p->number] = 0;
	m->is_asking[p->number] = true;
	m->n_asking++;
	m->asked++;
	player_send(p, "ask %s about coal", name);
}

static void type(struct faults *m, struct player *p, uint64_t due)
{
	char mark[MARK_MAX + 1];

	if (p->state != PLAYER_IN)
		return;
	if (p->is_waiting) {
		m->late++;
		return;
	}
	snprintf(mark, sizeof(mark), "Q%05u.%u", p->number, p->step % 1000000);
	player_expect(p, mark);
	p->sent_us = due;
	player_send(p, "%s %s", p->step++ % 2 ? "say" : "think", mark);
}

/* All play on until then; who talks asks when he is due. */
static void play_until(struct faults *m, uint64_t end)
{
	const size_t n = m->crowd->n - TALKERS;

	while (now_us() < end) {
		uint64_t due = m->first_us + m->n_due * PERIOD_US / n;

		for (; due <= now_us(); due = m->first_us + m->n_due * PERIOD_US / n)
			type(m, &m->crowd->players[TALKERS + m->n_due++ % n], due);
		for (size_t i = 0; i < TALKERS; i++)
			if (m->due[i] && m->due[i] <= now_us())
				ask(m, &m->crowd->players[i]);
		crowd_turn(m->crowd, due < end ? due : end);
	}
}

/* Lines of the stretch that are still unanswered count with what they have waited so far. */
static void add_waiting(struct faults *m)
{
	for (size_t i = TALKERS; i < m->crowd->n; i++)
		if (m->crowd->players[i].is_waiting)
			add(m, &m->crowd->players[i]);
}

static void finish_stretch(struct faults *m, struct stretch *ret)
{
	add_waiting(m);
	ret->p50_us = (double)hist_at(m->hist, .5);
	ret->p99_us = (double)hist_at(m->hist, .99);
	m->begin_us = m->end_us = 0;
}

/* Measures so long, after a while that is not measured; lines of its end are waited for as long. */
static void stretch(struct faults *m, uint64_t for_us)
{
	*m->hist = (struct hist){ 0 };
	m->begin_us = now_us() + WARM_US;
	m->end_us = m->begin_us + for_us;
	play_until(m, m->end_us);
}

static void quiet(struct faults *m, uint64_t for_us, struct stretch *ret)
{
	stretch(m, for_us);
	play_until(m, m->end_us + WARM_US / 2);
	finish_stretch(m, ret);
}

/* Nobody asks any more, and what was asked is answered. */
static void hush(struct faults *m)
{
	const uint64_t end = now_us() + PATIENCE_US;

	do {
		memset(m->due, 0, sizeof(m->due));
		play_until(m, now_us() + WARM_US / 10);
	} while (m->n_asking && now_us() < end);
	memset(m->due, 0, sizeof(m->due));
	memset(m->is_asking, 0, sizeof(m->is_asking));
	m->n_asking = 0;
}

static void loud(struct faults *m, enum ai_state state, struct fake_ai *fake, uint64_t for_us,
		 struct stretch *ret, struct ai_figures *sums)
{
	uint64_t requests = fake_ai_stat(fake, "requests");

	if (states[state].mode)
		fake_ai_mode(fake, states[state].mode);
	else
		fake_ai_down(fake);
	m->asked = m->answered = 0;
	for (size_t i = 0; i < TALKERS; i++)
		m->due[i] = now_us() + 1 + i * PAUSE_US / TALKERS;
	stretch(m, for_us);
	hush(m);
	finish_stretch(m, ret);
	if (!states[state].mode) {
		fake_ai_up(fake);
		requests = 0;
	}
	sums->asked += m->asked;
	sums->answered += m->answered;
	sums->requests += fake_ai_stat(fake, "requests") - requests;
}

/* Of a state's rounds: what those who ask nothing notice. */
static void sum_up_state(const struct stretch *off, const struct stretch *on, struct ai_figures *f)
{
	double v[4][ROUNDS];

	for (size_t i = 0; i < ROUNDS; i++, on += AI_STATES, off += AI_STATES) {
		v[0][i] = on->p50_us;
		v[1][i] = on->p99_us;
		v[2][i] = 2 * on->p50_us / (off[0].p50_us + off[1].p50_us);
		v[3][i] = 2 * on->p99_us / (off[0].p99_us + off[1].p99_us);
	}
	f->p50_us = (uint64_t)middle(v[0], ROUNDS);
	f->p99_us = (uint64_t)middle(v[1], ROUNDS);
	f->p50_ratio = middle(v[2], ROUNDS);
	f->p99_ratio = middle(v[3], ROUNDS);
}

static void sum_up(const struct stretch *off, const struct stretch *on, struct figures *ret)
{
	double p50[STRETCHES + 1], p99[STRETCHES + 1];

	for (size_t i = 0; i <= STRETCHES; i++) {
		p50[i] = off[i].p50_us;
		p99[i] = off[i].p99_us;
	}
	ret->p50_us = (uint64_t)middle(p50, STRETCHES + 1);
	ret->p99_us = (uint64_t)middle(p99, STRETCHES + 1);
	for (size_t i = 0; i < AI_STATES; i++) {
		sum_up_state(off + i, on + i, &ret->ai[i]);
		ret->lost += ret->ai[i].asked - ret->ai[i].answered;
	}
}

static void play(struct faults *m, struct fake_ai *fake, uint64_t for_us, struct figures *ret)
{
	struct stretch off[STRETCHES + 1], on[STRETCHES];

	m->first_us = now_us();
	play_until(m, m->first_us + PERIOD_US);
	quiet(m, for_us, &off[0]);
	for (size_t i = 0; i < STRETCHES; i++) {
		loud(m, (enum ai_state)(i % AI_STATES), fake, for_us, &on[i],
		     &ret->ai[i % AI_STATES]);
		quiet(m, for_us, &off[i + 1]);
	}
	sum_up(off, on, ret);
}

void mode_ai_faults(const struct target *t, const struct mode_conf *c, struct figures *ret)
{
	struct faults m = { .hist = base_alloc(1, sizeof(*m.hist)) };

	if (!t->fake)
		die("there is no provider to disturb");
	m.crowd = crowd_new(t->ports[c->way], c->way, TALKERS + c->clients);
	ret->clients = crowd_enter(m.crowd, PLAYER_IN, ENTER_US);
	bench_pack_spread(m.crowd, BENCH_FOLK);
	m.crowd->events = (struct crowd_events){ .answered = answered, .ctx = &m };
	play(&m, t->fake, c->seconds_us, ret);
	ret->lost += m.late;
	ret->dropped = m.crowd->n_dropped;
	crowd_free(m.crowd);
	free(m.hist);
}

void mode_ai_faults_say(FILE *f, const struct figures *figures)
{
	for (size_t i = 0; i < AI_STATES; i++) {
		const struct ai_figures *a = &figures->ai[i];

		fprintf(f,
			"    provider %-7s p50 %.3f ms (%.2f x), p99 %.3f ms (%.2f x), %zu asked, "
			"%zu answered, %zu requests\n",
			states[i].name, (double)a->p50_us / 1e3, a->p50_ratio,
			(double)a->p99_us / 1e3, a->p99_ratio, a->asked, a->answered, a->requests);
	}
}
