/*
 * phases.c - see phases.h.
 */
#include "world/phases.h"

#include <string.h>

#include "gateway.pb-c.h"
#include "rt/arena.h"
#include "rt/log.h"
#include "rt/route.h"
#include "rt/trace.h"

struct waiting_line {
	uint64_t session, seq, came_us;
};

struct waiting_batch {
	uint64_t batch, issued_us;
};

#define HISTOGRAM(n, h)                                                                            \
	{                                                                                          \
		.name = "mudlark_world_" n, .help = h, .kind = METRIC_HISTOGRAM                    \
	}
#define SYSTEM(n) HISTOGRAM("system_seconds{system=\"" n "\"}", "time of a system in a tick")

static const struct metric histograms[TIMED] = {
	[TIMED_TURN] = HISTOGRAM("turn_seconds", "time of a turn"),
	[TIMED_INBOX] = HISTOGRAM("inbox_seconds", "from the arrival of a line until it runs"),
	[TIMED_COMMAND] = HISTOGRAM("command_seconds", "time that a line runs"),
	[TIMED_COMMIT] = HISTOGRAM("commit_seconds", "from issuing a commit until it is durable"),
	[TIMED_TICK] = HISTOGRAM("tick_seconds", "time of all systems in a tick"),
	[TIMED_SYSTEM] = SYSTEM("waiters"),
	[TIMED_SYSTEM + 1] = SYSTEM("timers"),
	[TIMED_SYSTEM + 2] = SYSTEM("leaving"),
	[TIMED_SYSTEM + 3] = SYSTEM("lost"),
	[TIMED_SYSTEM + 4] = SYSTEM("parked"),
	[TIMED_SYSTEM + 5] = SYSTEM("info"),
	[TIMED_SYSTEM + 6] = SYSTEM("sites"),
	[TIMED_SYSTEM + 7] = SYSTEM("minds"),
	[TIMED_SYSTEM + 8] = SYSTEM("relay"),
};

static void observe(struct phases *p, unsigned timed, uint64_t us)
{
	metric_observe_us(&p->timed[timed], us);
}

static uint64_t now_us(const struct phases *p)
{
	return clock_mono(p->clock);
}

void phases_init(struct phases *p, const struct clock *clock)
{
	*p = (struct phases){ .clock = clock, .system = TICK_SYSTEMS };
	memcpy(p->timed, histograms, sizeof(histograms));
}

void phases_done(struct phases *p)
{
	buf_done(&p->lines);
	buf_done(&p->batches);
}

/* Lines */

/* Those that come in one turn of the loop have waited in its sockets together. */
void phases_line_came(struct phases *p, uint64_t session, uint64_t seq)
{
	struct waiting_line line = { .session = session, .seq = seq };

	if (!p->turn_us)
		p->turn_us = now_us(p);
	line.came_us = p->turn_us;
	buf_add(&p->lines, &line, sizeof(line));
}

/* Takes it out of the queue, and those before it, which the core has dropped. 0: it is not there. */
static uint64_t take_line(struct phases *p, uint64_t session, uint64_t seq)
{
	struct waiting_line line;

	for (size_t at = 0; at < p->lines.n; at += sizeof(line)) {
		memcpy(&line, buf_p(&p->lines) + at, sizeof(line));
		if (line.session != session || line.seq != seq)
			continue;
		buf_drain(&p->lines, at + sizeof(line));
		return line.came_us;
	}
	return 0;
}

static void line_begins(struct phases *p, uint64_t session, uint64_t seq)
{
	const uint64_t came = take_line(p, session, seq);

	log_debug("line_runs", LOG_TRACE(session, seq), LOG_ID("session", session));
	p->began_us = now_us(p);
	if (came)
		observe(p, TIMED_INBOX, p->began_us - came);
}

void phases_line_runs(struct phases *p, uint64_t session, uint64_t seq)
{
	if (session)
		line_begins(p, session, seq);
	else
		observe(p, TIMED_COMMAND, now_us(p) - p->began_us);
}

void phases_drained(struct phases *p)
{
	buf_reset(&p->lines);
}

/* The outputs that say that lines are done. */
void phases_output(struct span record)
{
	const Mudlark__GatewayIn *m;
	struct arena arena;

	if (!log_on(LOG_DEBUG))
		return;
	arena_init(&arena, 0);
	m = (const void *)route_unpack(&mudlark__gateway_in__descriptor, record, &arena);
	if (m && m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT && m->output->done)
		for (size_t i = 0; i < m->output->n_sessions; i++)
			log_debug("line_released",
				  LOG_TRACE(m->output->sessions[i], m->output->done),
				  LOG_ID("session", m->output->sessions[i]),
				  LOG_U64("oseq", m->oseq));
	arena_done(&arena);
}

/* Batches */

void phases_batch_issued(struct phases *p, const Mudlark__Commit *c)
{
	const struct waiting_batch batch = { c->batch, now_us(p) };

	buf_add(&p->batches, &batch, sizeof(batch));
	for (size_t i = 0; log_on(LOG_DEBUG) && i < c->n_sessions; i++)
		if (c->sessions[i]->applied)
			log_debug("line_issued",
				  LOG_TRACE(c->sessions[i]->session, c->sessions[i]->applied),
				  LOG_ID("session", c->sessions[i]->session),
				  LOG_U64("batch", c->batch));
}

void phases_batch_durable(struct phases *p, uint64_t batch)
{
	const uint64_t now = now_us(p);
	struct waiting_batch first;

	while (p->batches.n) {
		memcpy(&first, buf_p(&p->batches), sizeof(first));
		if (first.batch > batch)
			break;
		observe(p, TIMED_COMMIT, now - first.issued_us);
		buf_drain(&p->batches, sizeof(first));
	}
}

/* Ticks */

/* The tick before this one is over: each of its systems is told once, however many steps it took. */
static void end_tick(struct phases *p)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < TICK_SYSTEMS; i++) {
		observe(p, TIMED_SYSTEM + i, p->system_us[i]);
		all += p->system_us[i];
	}
	observe(p, TIMED_TICK, all);
	memset(p->system_us, 0, sizeof(p->system_us));
}

void phases_system(struct phases *p, uint64_t tick, unsigned system)
{
	const uint64_t now = now_us(p);

	if (p->system < TICK_SYSTEMS)
		p->system_us[p->system] += now - p->began_us;
	if (system < TICK_SYSTEMS && p->tick != tick) {
		if (p->tick)
			end_tick(p);
		p->tick = tick;
	}
	p->system = system;
	p->began_us = now;
}

void phases_turn_took(struct phases *p, uint64_t us)
{
	observe(p, TIMED_TURN, us);
}
