/*
 * numbers.c - see numbers.h.
 */
#include "world/numbers.h"

#include <string.h>

#include "rt/metric.h"
#include "world/commit.h"
#include "world/core/ents.h"
#include "world/core/player.h"
#include "world/mind/bridges.h"
#include "world/relay/relay.h"
#include "world/server.h"

enum number {
	N_LINES,
	N_LINES_DROPPED,
	N_LINES_QUARANTINED,
	N_TURNS,
	N_TICKS,
	N_BATCHES,
	N_DURABLE,
	N_OUTPUTS,
	N_OUTPUTS_HELD,
	N_FACTS,
	N_FACTS_REFUSED,
	N_HANDLERS_FAILED,
	N_CALLS,
	N_INPUTS_REFUSED,
	N_LOAD_TROUBLES,
	N_TIMERS_REFUSED,
	N_DATA_IGNORED,
	N_ASKS,
	N_ANSWERS_FAILED,
	N_SENTENCES_DROPPED,
	N_ASKS_UNDER_WAY,
	N_BRIDGES,
	N_FACTS_RELAYED,
	N_SAYS_TAKEN,
	N_SAYS_REFUSED,
	N_RELAY_IGNORED,
	N_ENTITIES,
	N_PLAYERS,
	N_GATEWAYS,
	N_WAITING,
	N_STALLED,
	N_EPOCH,
	N_OVER_BUDGET,
	N_TICKS_LOST,
	N_TICK_LAG,
	N_TIMED, /* by enum timed; what they are says phases.c */
	N_NUMBERS = N_TIMED + TIMED
};

#define COUNTER(n, h)                                                                              \
	{                                                                                          \
		.name = "mudlark_world_" n "_total", .help = h, .kind = METRIC_COUNTER             \
	}
#define GAUGE(n, h)                                                                                \
	{                                                                                          \
		.name = "mudlark_world_" n, .help = h, .kind = METRIC_GAUGE                        \
	}

static struct metric numbers[N_NUMBERS] = {
	[N_LINES] = COUNTER("lines", "lines run"),
	[N_LINES_DROPPED] = COUNTER("lines_dropped", "lines that were repetitions, or nobody's"),
	[N_LINES_QUARANTINED] = COUNTER("lines_quarantined", "lines set aside after two crashes"),
	[N_TURNS] = COUNTER("turns", "turns"),
	[N_TICKS] = COUNTER("ticks", "ticks of logical time"),
	[N_BATCHES] = COUNTER("batches", "commits issued"),
	[N_DURABLE] = GAUGE("batch_durable", "newest commit known to be durable"),
	[N_OUTPUTS] = COUNTER("outputs", "records for gateways"),
	[N_OUTPUTS_HELD] = COUNTER("outputs_held", "records that waited for a commit"),
	[N_FACTS] = COUNTER("facts", "facts emitted"),
	[N_FACTS_REFUSED] = COUNTER("facts_refused", "facts above a cap"),
	[N_HANDLERS_FAILED] = COUNTER("handlers_failed", "handlers of facts that failed"),
	[N_CALLS] = COUNTER("calls", "calls to persist"),
	[N_INPUTS_REFUSED] = COUNTER("inputs_refused", "records from who may not send them"),
	[N_LOAD_TROUBLES] = COUNTER("load_troubles", "stored things not understood at loading"),
	[N_TIMERS_REFUSED] = COUNTER("timers_refused", "timers above the limit"),
	[N_DATA_IGNORED] =
		COUNTER("data_ignored", "GMCP of clients that was unknown, wrong or too much"),
	[N_ASKS] = COUNTER("asks", "asks of people who are talked to, that an aibridge got"),
	[N_ANSWERS_FAILED] =
		COUNTER("answers_failed", "asks without an answer, whatever the cause"),
	[N_SENTENCES_DROPPED] =
		COUNTER("sentences_dropped", "sentences of answers that were not said"),
	[N_ASKS_UNDER_WAY] = GAUGE("asks_under_way", "asks that aibridges work on"),
	[N_BRIDGES] = GAUGE("bridges", "bridges to the outside that are connected"),
	[N_FACTS_RELAYED] = COUNTER("facts_relayed", "facts told to streams of bridges"),
	[N_SAYS_TAKEN] = COUNTER("says_taken", "lines and posts from outside that were said"),
	[N_SAYS_REFUSED] = COUNTER("says_refused", "lines and posts from outside that were not"),
	[N_RELAY_IGNORED] =
		COUNTER("relay_ignored", "records of bridges that were replaced or dropped"),
	[N_ENTITIES] = GAUGE("entities", "entities in memory"),
	[N_PLAYERS] = GAUGE("players", "characters in the world"),
	[N_GATEWAYS] = GAUGE("gateways", "gateways, aibridges and bridges known"),
	[N_WAITING] = GAUGE("batches_waiting", "commits not yet durable"),
	[N_STALLED] = GAUGE("store_stalled", "1 while persist takes longer than stall_grace"),
	[N_EPOCH] = GAUGE("epoch", "epoch of this world"),
	[N_OVER_BUDGET] = COUNTER("ticks_over_budget", "ticks that took longer than their period"),
	[N_TICKS_LOST] = COUNTER("ticks_lost", "ticks that were never run"),
	[N_TICK_LAG] = GAUGE("tick_lag_seconds", "how late the last tick ran"),
};

static void refresh(void *ctx)
{
	const struct server *s = ctx;
	const struct world *w = s->world;

	memcpy(&numbers[N_TIMED], s->phases.timed, sizeof(s->phases.timed));
	if (!w)
		return;
	numbers[N_LINES].value = (double)w->stats.lines;
	numbers[N_LINES_DROPPED].value = (double)w->stats.lines_dropped;
	numbers[N_LINES_QUARANTINED].value = (double)w->stats.lines_quarantined;
	numbers[N_TURNS].value = (double)w->stats.turns;
	numbers[N_TICKS].value = (double)w->stats.ticks;
	numbers[N_BATCHES].value = (double)w->stats.batches;
	numbers[N_DURABLE].value = (double)s->durable;
	numbers[N_OUTPUTS].value = (double)w->stats.outputs;
	numbers[N_OUTPUTS_HELD].value = (double)w->stats.outputs_held;
	numbers[N_FACTS].value = (double)w->stats.facts;
	numbers[N_FACTS_REFUSED].value = (double)w->stats.facts_refused;
	numbers[N_HANDLERS_FAILED].value = (double)w->stats.handlers_failed;
	numbers[N_CALLS].value = (double)w->stats.calls;
	numbers[N_INPUTS_REFUSED].value = (double)s->refused_inputs;
	numbers[N_LOAD_TROUBLES].value = (double)w->stats.load_troubles;
	numbers[N_TIMERS_REFUSED].value = (double)w->stats.timers_refused;
	numbers[N_DATA_IGNORED].value = (double)w->stats.data_ignored;
	numbers[N_ASKS].value = (double)w->stats.asks;
	numbers[N_ANSWERS_FAILED].value = (double)w->stats.answers_failed;
	numbers[N_SENTENCES_DROPPED].value = (double)w->stats.sentences_dropped;
	numbers[N_ASKS_UNDER_WAY].value = (double)bridges_asks(w);
	numbers[N_BRIDGES].value = (double)relay_connected(w);
	numbers[N_FACTS_RELAYED].value = (double)w->stats.facts_relayed;
	numbers[N_SAYS_TAKEN].value = (double)w->stats.says_taken;
	numbers[N_SAYS_REFUSED].value = (double)w->stats.says_refused;
	numbers[N_RELAY_IGNORED].value = (double)w->stats.relay_ignored;
	numbers[N_ENTITIES].value = (double)w->ents->count;
	numbers[N_PLAYERS].value = (double)player_count(w);
	numbers[N_GATEWAYS].value = (double)s->n_gateways;
	numbers[N_WAITING].value = (double)(s->issued - s->durable);
	numbers[N_STALLED].value = s->stalled;
	numbers[N_EPOCH].value = (double)s->epoch;
	numbers[N_OVER_BUDGET].value = (double)s->over_budget;
	numbers[N_TICKS_LOST].value = (double)s->ticks_lost;
	numbers[N_TICK_LAG].value = (double)s->tick_lag_us / 1e6;
}

static bool is_ready(void *ctx, struct buf *reason)
{
	const struct server *s = ctx;
	const char *why = s->where;

	if (!why && s->stalled)
		why = "degraded: persist has stalled";
	else if (!why && !s->store_up)
		why = "degraded: persist is away";
	if (why)
		buf_adds(reason, why);
	return !why;
}

int numbers_serve(struct server *s)
{
	const struct metric_source source = {
		.metrics = numbers, .n = N_NUMBERS, .refresh = refresh, .ready = is_ready, .ctx = s
	};

	proc_watch(s->proc, is_ready, s);
	return metric_serve(&s->metrics, s->loop, s->options->metrics, &source);
}
