/*
 * event.c - facts and who hears them; see event.h.
 *
 * The ring keeps the memory of its bodies but of the long ones, so emitting allocates little once it is full.  A handler
 * that is removed while facts are dispatched stays in the array, marked dead, until the outermost
 * dispatch is over.
 */
#include "world/core/event.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "world/core/comp.h"
#include "world/core/events.h"

enum { SEQ_BLOCK = 1 << 20, ROW_ESTIMATE = 48, BODY_USUAL = 256 };

struct handler {
	uint64_t id;
	enum fact_kind kind;
	int (*fn)(void *ctx, struct world *w, const struct fact *f);
	void *ctx;
	uint64_t until; /* waiters: tick at which it gives up; 0: not a waiter */
	bool once, dead;
};

struct entry {
	struct fact f;
	struct buf body;
};

struct events {
	uint64_t seq, reserved;
	struct entry *ring; /* by seq % EVENT_RING */
	uint64_t n_ring;    /* facts ever put into it */
	struct handler *handlers;
	size_t n, cap, n_dead;
	size_t n_for[FACT_KIND_COUNT + 1];
	uint64_t next_id;
	unsigned depth;
	uint32_t this_turn;
	Mudlark__EventRow **rows;
	size_t n_rows, cap_rows, rows_bytes;
};

struct kind_row {
	const char *name;
	bool durable;
};

static const struct kind_row kinds[FACT_KIND_COUNT] = {
	[FACT_SERVER_STARTED] = { "server:started", true },
	[FACT_SERVER_STOPPING] = { "server:stopping", true },
	[FACT_SERVER_STALLED] = { "server:stalled", false },
	[FACT_SERVER_RECOVERED] = { "server:recovered", true },
	[FACT_PLAYER_CREATED] = { "player:created", true },
	[FACT_PLAYER_ENTERED] = { "player:entered", true },
	[FACT_PLAYER_LEFT] = { "player:left", true },
	[FACT_PLAYER_LINK_LOST] = { "player:link_lost", true },
	[FACT_PLAYER_LINK_RESTORED] = { "player:link_restored", true },
	[FACT_PLAYER_MOVED] = { "player:moved", false },
	[FACT_ROOM_ENTERED] = { "room:entered", false },
	[FACT_ROOM_LEFT] = { "room:left", false },
	[FACT_ITEM_CREATED] = { "item:created", true },
	[FACT_ITEM_DESTROYED] = { "item:destroyed", true },
	[FACT_ITEM_PICKED_UP] = { "item:picked_up", true },
	[FACT_ITEM_DROPPED] = { "item:dropped", true },
	[FACT_ITEM_PUT] = { "item:put", true },
	[FACT_ITEM_GIVEN] = { "item:given", true },
	[FACT_CHAT_SAID] = { "chat:said", false },
	[FACT_CHAT_EMOTED] = { "chat:emoted", false },
	[FACT_CHAT_TOLD] = { "chat:told", false },
	[FACT_COMMAND_RUN] = { "command:run", false },
	[FACT_COMMAND_UNKNOWN] = { "command:unknown", false },
	[FACT_CHANNEL_SAID] = { "channel:said", true },
	[FACT_STAFF_SAID] = { "staff:said", true },
	[FACT_NEWS_ANNOUNCED] = { "news:announced", true },
	[FACT_BOARD_POSTED] = { "board:posted", true },
	[FACT_BOARD_REMOVED] = { "board:removed", true },
	[FACT_ERRAND_DONE] = { "errand:done", true },
	[FACT_SITE_BANNED] = { "site:banned", true },
	[FACT_SITE_UNBANNED] = { "site:unbanned", true },
	[FACT_SITE_LISTED] = { "site:listed", true },
	[FACT_SITE_THROTTLED] = { "site:throttled", true },
};

struct events *events_new(void)
{
	struct events *t = base_alloc(1, sizeof(*t));

	t->ring = base_alloc(EVENT_RING, sizeof(*t->ring));
	t->next_id = 1;
	return t;
}

void events_free(struct world *w)
{
	struct events *t = w->events;

	if (!t)
		return;
	for (size_t i = 0; i < EVENT_RING; i++)
		buf_done(&t->ring[i].body);
	free(t->ring);
	free(t->handlers);
	free(t->rows);
	free(t);
	w->events = NULL;
}

const char *event_name(enum fact_kind kind)
{
	return kind < FACT_KIND_COUNT ? kinds[kind].name : "any";
}

static uint64_t add_handler(struct world *w, struct handler h)
{
	struct events *t = w->events;

	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 16;
		t->handlers = base_realloc(t->handlers, t->cap, sizeof(*t->handlers));
	}
	h.id = t->next_id++;
	t->handlers[t->n++] = h;
	t->n_for[h.kind]++;
	return h.id;
}

uint64_t event_on(struct world *w, enum fact_kind kind,
		  int (*fn)(void *ctx, struct world *w, const struct fact *f), void *ctx)
{
	return add_handler(w, (struct handler){ .kind = kind, .fn = fn, .ctx = ctx });
}

uint64_t event_once(struct world *w, enum fact_kind kind,
		    int (*fn)(void *ctx, struct world *w, const struct fact *f), void *ctx)
{
	return add_handler(w, (struct handler){ .kind = kind, .fn = fn, .ctx = ctx, .once = true });
}

uint64_t event_wait(struct world *w, enum fact_kind kind, uint64_t ticks,
		    int (*fn)(void *ctx, struct world *w, const struct fact *f), void *ctx)
{
	return add_handler(w, (struct handler){ .kind = kind,
						.fn = fn,
						.ctx = ctx,
						.once = true,
						.until = w->tick + (ticks ? ticks : 1) });
}

static void kill_handler(struct events *t, struct handler *h)
{
	if (h->dead)
		return;
	h->dead = true;
	t->n_dead++;
	t->n_for[h->kind]--;
}

/* Only while nothing is dispatched. */
static void bury(struct events *t)
{
	size_t n = 0;

	if (t->depth || !t->n_dead)
		return;
	for (size_t i = 0; i < t->n; i++)
		if (!t->handlers[i].dead)
			t->handlers[n++] = t->handlers[i];
	t->n = n;
	t->n_dead = 0;
}

void event_off(struct world *w, uint64_t id)
{
	struct events *t = w->events;

	for (size_t i = 0; i < t->n; i++)
		if (t->handlers[i].id == id)
			kill_handler(t, &t->handlers[i]);
	bury(t);
}

size_t event_handlers(const struct world *w, enum fact_kind kind)
{
	return w->events->n_for[kind];
}

/* `f` NULL: its time is over. The array may move meanwhile. */
static void call_handler(struct world *w, size_t at, const struct fact *f)
{
	struct events *t = w->events;
	struct handler h = t->handlers[at];
	int r;

	if (h.once)
		kill_handler(t, &t->handlers[at]);
	r = h.fn(h.ctx, w, f);
	if (r < 0) {
		w->stats.handlers_failed++;
		log_warning("handler_failed", LOG_STR("fact", event_name(h.kind)),
			    LOG_U64("handler", h.id), LOG_ERRNO(r));
	}
}

static void dispatch(struct world *w, const struct fact *f)
{
	struct events *t = w->events;
	size_t n = t->n;

	t->depth++;
	for (int waiters = 0; waiters < 2; waiters++) {
		for (size_t i = 0; i < n; i++) {
			const struct handler *h = &t->handlers[i];

			if (!h->dead && (h->until > 0) == (waiters > 0) &&
			    (h->kind == f->kind || h->kind == FACT_ANY))
				call_handler(w, i, f);
		}
	}
	t->depth--;
	bury(t);
}

void events_tick(struct world *w)
{
	struct events *t = w->events;
	size_t n = t->n;

	t->depth++;
	for (size_t i = 0; i < n; i++)
		if (!t->handlers[i].dead && t->handlers[i].until && t->handlers[i].until <= w->tick)
			call_handler(w, i, NULL);
	t->depth--;
	bury(t);
}

static void keep_row(struct world *w, const struct entry *e)
{
	struct events *t = w->events;
	Mudlark__EventRow *row = arena_alloc(&w->scratch, sizeof(*row));

	mudlark__event_row__init(row);
	row->seq = e->f.seq;
	row->wall_ms = e->f.wall_ms;
	row->kind = (char *)(uintptr_t)kinds[e->f.kind].name;
	row->body.data = (uint8_t *)arena_dup(&w->scratch, buf_p(&e->body), e->body.n);
	row->body.len = e->body.n;
	if (t->n_rows == t->cap_rows) {
		t->cap_rows = t->cap_rows ? t->cap_rows * 2 : 32;
		t->rows = base_realloc(t->rows, t->cap_rows, sizeof(struct Mudlark__EventRow *));
	}
	t->rows[t->n_rows++] = row;
	t->rows_bytes += e->body.n + ROW_ESTIMATE;
	world_effect(w);
}

static bool allowed(struct world *w)
{
	struct events *t = w->events;

	if (t->depth < EVENT_DEPTH_MAX && t->this_turn < EVENT_TURN_MAX)
		return true;
	if (!w->stats.facts_refused++)
		log_warning("facts_capped", LOG_INT("depth", t->depth),
			    LOG_INT("this_turn", t->this_turn));
	return false;
}

/* The next body in that place of the ring: all places have the same memory in the end, so that it is full once and for all,
 * and does not grow with the longest body each of them ever had. */
static void empty(struct buf *body)
{
	if (body->cap > BODY_USUAL)
		buf_clear(body);
	else
		buf_reset(body);
	(void)!buf_reserve(body, BODY_USUAL);
}

static struct entry *new_entry(struct world *w, enum fact_kind kind, uint64_t actor)
{
	struct events *t = w->events;
	struct entry *e = &t->ring[t->n_ring % EVENT_RING];

	empty(&e->body);
	buf_addc(&e->body, '{');
	if (actor)
		buf_addf(&e->body, "\"actor\":" EVENT_ID, actor);
	e->f = (struct fact){
		.tick = w->tick, .wall_ms = w->wall_ms, .kind = kind, .actor = actor
	};
	return e;
}

uint64_t event_emit(struct world *w, enum fact_kind kind, struct ent actor, const char *fmt, ...)
{
	struct events *t = w->events;
	struct entry *e;
	struct fact f;

	if (!allowed(w))
		return 0;
	e = new_entry(w, kind, ent_id(w, actor));
	if (fmt) {
		va_list ap;

		if (e->f.actor)
			buf_addc(&e->body, ',');
		va_start(ap, fmt);
		buf_vaddf(&e->body, fmt, ap);
		va_end(ap);
	}
	buf_addc(&e->body, '}');
	if (e->body.n > EVENT_BODY_MAX) {
		w->stats.facts_refused++;
		return 0;
	}
	t->n_ring++;
	t->this_turn++;
	w->stats.facts++;
	e->f.seq = ++t->seq;
	e->f.body = buf_span(&e->body);
	if (kinds[kind].durable)
		keep_row(w, e);
	f = e->f;
	if (t->n_for[kind] || t->n_for[FACT_ANY]) {
		/* Facts emitted meanwhile may take over the entry of the ring. */
		f.body.p = arena_dup(&w->scratch, f.body.p, f.body.n);
		dispatch(w, &f);
	}
	return f.seq;
}

size_t event_recent(const struct world *w, size_t n, void (*fn)(void *ctx, const struct fact *f),
		    void *ctx)
{
	const struct events *t = w->events;
	uint64_t have = t->n_ring < EVENT_RING ? t->n_ring : EVENT_RING;

	if (n > have)
		n = (size_t)have;
	for (uint64_t i = t->n_ring - n; i < t->n_ring; i++)
		fn(ctx, &t->ring[i % EVENT_RING].f);
	return n;
}

uint64_t event_oldest(const struct world *w)
{
	const struct events *t = w->events;

	return t->seq + 1 - (t->n_ring < EVENT_RING ? t->n_ring : EVENT_RING);
}

/* Numbers in the ring follow each other; the entry of a fact that was refused has lost its own. */
const struct fact *event_get(const struct world *w, uint64_t seq)
{
	const struct events *t = w->events;
	const struct fact *f;

	if (seq < event_oldest(w) || seq > t->seq)
		return NULL;
	f = &t->ring[(t->n_ring - 1 - (t->seq - seq)) % EVENT_RING].f;
	return f->seq == seq ? f : NULL;
}

struct ent event_ent(const struct world *w, const struct fact *f, const char *member)
{
	json_t *body = json_loadb(f->body.p, f->body.n, 0, NULL);
	int bad = 0;
	const uint64_t id = comp_id(json_object_get(body, member), &bad);

	json_decref(body);
	return bad ? ENT_NONE : ent_by_id(w, id);
}

void events_turn(struct world *w)
{
	w->events->this_turn = 0;
}

Mudlark__EventRow **events_rows(struct world *w, size_t *ret_n)
{
	*ret_n = w->events->n_rows;
	return w->events->rows;
}

void events_taken(struct world *w)
{
	w->events->n_rows = 0;
	w->events->rows_bytes = 0;
}

size_t events_estimate(const struct world *w)
{
	return w->events->rows_bytes;
}

uint64_t events_seq(const struct world *w)
{
	return w->events->seq;
}

void events_restore(struct world *w, uint64_t seq)
{
	w->events->seq = seq;
	w->events->reserved = seq;
}

bool events_needs_block(const struct world *w)
{
	return w->events->seq + SEQ_BLOCK / 2 > w->events->reserved;
}

uint64_t events_reserve(struct world *w)
{
	if (events_needs_block(w))
		w->events->reserved = w->events->seq + SEQ_BLOCK;
	return w->events->reserved;
}
