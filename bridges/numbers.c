/*
 * numbers.c - what every bridge counts, for /metrics and `@bridge status`.
 */
#include <string.h>

#include "bridges/bridge_inner.h"
#include "bridges/stream.h"

/* clang-format off */
#define COUNTER(n, h) { .name = "mudlark_bridge_" n "_total", .help = h, .kind = METRIC_COUNTER }
#define GAUGE(n, h) { .name = "mudlark_bridge_" n, .help = h, .kind = METRIC_GAUGE }

static const struct metric table[NUMBERS] = {
	[N_OUT]          = COUNTER("lines_out", "Lines handed over to the outside"),
	[N_OLD]          = COUNTER("lines_skipped", "Lines that became too old before their turn came"),
	[N_LOST]         = COUNTER("gaps", "Times that persist had lines no more"),
	[N_UNSURE]       = COUNTER("lines_unsure", "Lines that an earlier life may have handed over"),
	[N_IN]           = COUNTER("lines_in", "Lines said into the game"),
	[N_REFUSED]      = COUNTER("lines_refused", "Lines and posts that the game would not have"),
	[N_FULL]         = COUNTER("lines_dropped", "Lines and posts for the game that there was no room for"),
	[N_POSTS]        = COUNTER("posts_in", "Posts put up in the game"),
	[N_ASKS]         = COUNTER("asks", "Questions to the world"),
	[N_WAITING_OUT]  = GAUGE("waiting_out", "Lines on their way out that are not confirmed"),
	[N_WAITING_IN]   = GAUGE("waiting_in", "Lines and posts that the game has not stored yet"),
	[N_STREAMS]      = GAUGE("streams", "Places that are told of the game"),
	[N_WORLD_UP]     = GAUGE("world_up", "1 while the link to the world is up"),
	[N_STORE_UP]     = GAUGE("store_up", "1 while the link to persist is up"),
	[N_READY]        = GAUGE("ready", "1 while everything outside is well, too"),
	[N_STORE_FAILED] = COUNTER("store_failures", "Calls of the store without an answer"),
	[N_UNKNOWN]      = COUNTER("records_dropped", "Records of the world that are unknown or malformed"),
};
/* clang-format on */

void numbers_init(struct metric *of)
{
	memcpy(of, table, sizeof(table));
}

void numbers_refresh(struct bridge *b)
{
	struct metric *n = b->numbers;
	struct buf why = { 0 };
	size_t waiting = 0, streams = 0;

	for (const struct bridge_stream *s = b->first; s; s = s->next) {
		waiting += s->n + stream_waiting(s);
		streams += !s->gone;
	}
	n[N_WAITING_OUT].value = (double)waiting;
	n[N_WAITING_IN].value = (double)says_waiting(b->says);
	n[N_STREAMS].value = (double)streams;
	n[N_WORLD_UP].value = b->world_up;
	n[N_STORE_UP].value = b->store_up;
	n[N_READY].value = core_is_ready(b, &why);
	n[N_UNKNOWN].value = (double)(b->stats.unknown + b->stats.malformed + b->stats.refused);
	buf_done(&why);
	if (b->refresh)
		b->refresh(b->refresh_ctx);
	if (b->n_own)
		memcpy(&n[NUMBERS], b->own, b->n_own * sizeof(*n));
}
