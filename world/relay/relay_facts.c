/*
 * relay_facts.c - the facts that may leave the game, and up to which everything is durable.
 *
 * The event ring has all facts, this index only those of outward kinds, with what filters look at, so that a
 * stream looks at what concerns it alone.  It is made once a turn, in order.  A `mark` remembers which
 * batch stores a turn's facts; when that is durable, so is every fact up to it.
 */
#include "world/relay/relay_inner.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "world/commit.h"
#include "world/core/events.h"

struct mark {
	uint64_t batch, seq;
};

static const bool outward[FACT_KIND_COUNT] = {
	[FACT_CHANNEL_SAID] = true,  [FACT_NEWS_ANNOUNCED] = true, [FACT_BOARD_POSTED] = true,
	[FACT_BOARD_REMOVED] = true, [FACT_PLAYER_ENTERED] = true, [FACT_PLAYER_LEFT] = true,
	[FACT_ERRAND_DONE] = true,   [FACT_SERVER_STARTED] = true, [FACT_SERVER_STOPPING] = true,
};

bool relay_is_outward(enum fact_kind kind)
{
	return kind < FACT_KIND_COUNT && outward[kind];
}

void relay_begin(struct world *w)
{
	struct relay *r = w->relay;

	r->scanned = r->durable = r->floor = events_seq(w);
}

void relay_facts_free(struct relay *r)
{
	for (size_t i = 0; i < EVENT_RING; i++)
		free(r->facts[i].origin);
	free(r->facts);
	buf_done(&r->marks);
}

static void read_body(struct relay_fact *e, struct span text)
{
	json_t *body = json_loadb(text.p, text.n, 0, NULL);
	const char *channel = NULL, *board = NULL, *origin = NULL;
	int hidden = 0;

	(void)json_unpack(body, "{s?s, s?s, s?s, s?b}", "channel", &channel, "board", &board,
			  "origin", &origin, "hidden", &hidden);
	channel = channel ? channel : board;
	if (channel && strlen(channel) <= RELAY_PLACE_MAX)
		memcpy(e->place, channel, strlen(channel) + 1);
	if (origin && *origin)
		e->origin = base_dup(origin, strlen(origin));
	e->hidden = hidden;
	json_decref(body);
}

static void add(struct relay *r, const struct fact *f)
{
	struct relay_fact *e = &r->facts[r->n_facts % EVENT_RING];

	if (r->n_facts >= EVENT_RING)
		r->floor = e->seq;
	free(e->origin);
	*e = (struct relay_fact){ .seq = f->seq, .kind = f->kind };
	read_body(e, f->body);
	r->n_facts++;
}

/* The last one in a buf of them; NULL: it is empty. */
static struct mark *last_mark(struct buf *marks)
{
	return marks->n ? (void *)(marks->p + marks->off + marks->n - sizeof(struct mark)) : NULL;
}

void relay_facts_turn(struct world *w)
{
	struct relay *r = w->relay;
	const uint64_t last = events_seq(w), oldest = event_oldest(w);
	struct mark m = { commits_issued(w), last }, *before = last_mark(&r->marks);

	/* Rows that are left over: their commit was not issued, and never will be. */
	if (last == r->scanned || events_estimate(w))
		return;
	if (r->scanned + 1 < oldest) {
		r->floor = oldest - 1; /* one turn emitted more than the ring holds */
		r->scanned = oldest - 1;
	}
	while (r->scanned < last) {
		const struct fact *f = event_get(w, ++r->scanned);

		if (f && relay_is_outward(f->kind))
			add(r, f);
	}
	if (before && before->batch == m.batch)
		before->seq = m.seq;
	else
		buf_add(&r->marks, &m, sizeof(m));
}

/* The number of the oldest that is kept. */
static uint64_t first_kept(const struct relay *r)
{
	return r->n_facts > EVENT_RING ? r->n_facts - EVENT_RING : 0;
}

bool relay_facts_durable(struct world *w)
{
	struct relay *r = w->relay;
	const uint64_t before = r->n_durable;
	struct mark m;

	while (r->marks.n) {
		memcpy(&m, buf_p(&r->marks), sizeof(m));
#ifndef MUT_NO_RELAY_HOLD
		if (m.batch > commits_stored(w))
			break;
#endif
		r->durable = m.seq;
		buf_drain(&r->marks, sizeof(m));
	}
	if (r->n_durable < first_kept(r))
		r->n_durable = first_kept(r);
	while (r->n_durable < r->n_facts && r->facts[r->n_durable % EVENT_RING].seq <= r->durable)
		r->n_durable++;
	return r->n_durable != before;
}

const struct relay_fact *relay_facts_next(const struct world *w, uint64_t seq)
{
	const struct relay *r = w->relay;
	uint64_t lo = first_kept(r), hi = r->n_durable;

	while (lo < hi) {
		const uint64_t mid = lo + (hi - lo) / 2;

		if (r->facts[mid % EVENT_RING].seq > seq)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo < r->n_durable ? &r->facts[lo % EVENT_RING] : NULL;
}
