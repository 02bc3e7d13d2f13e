/*
 * commit.c - see commit.h.
 *
 * The world's own counters are reserved in blocks (ids, numbers of facts), so that most commits need
 * no WorldState; after a crash the rest of a block is skipped.
 */
#include "world/commit.h"

#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "world/core/ents.h"
#include "world/core/events.h"
#include "world/core/timers.h"
#include "world/outbox.h"
#include "world/relay/relay.h"
#include "world/resume.h"
#include "world/turn.h"

enum { ID_BLOCK = 4096, STATE_TICKS = 20, TRIM_TICKS = 10, ROW_ESTIMATE = 128 };

struct mark {
	uint64_t session, gateway;
	bool ended;
};

struct document {
	char *collection, *key, *body;
	size_t n;
};

struct pending {
	uint64_t batch, bytes;
};

struct commits {
	uint64_t issued, durable;
	bool stalled, failed;
	struct mark *marks;
	size_t n_marks, cap_marks;
	struct document *documents;
	size_t n_documents, cap_documents, document_bytes;
	struct buf pending; /* struct pending: what persist has not stored yet */
	uint64_t pending_bytes;
	uint64_t reserved_id, safe_id, safe_id_batch;
	uint64_t state_tick, trim_tick;
	struct rng stored_rng;
	bool state_stored; /* by this world, at least once */
	struct buf packed, timers;
};

struct commits *commits_new(void)
{
	return base_alloc(1, sizeof(struct commits));
}

static void drop_documents(struct commits *c)
{
	for (size_t i = 0; i < c->n_documents; i++) {
		free(c->documents[i].collection);
		free(c->documents[i].key);
		free(c->documents[i].body);
	}
	c->n_documents = 0;
	c->document_bytes = 0;
}

void commits_free(struct world *w)
{
	struct commits *c = w->commits;

	if (!c)
		return;
	drop_documents(c);
	free(c->documents);
	free(c->marks);
	buf_done(&c->pending);
	buf_done(&c->packed);
	buf_done(&c->timers);
	free(c);
	w->commits = NULL;
}

/* One mark for a session in a commit: it knows its place among them. */
static void mark(struct world *w, struct mark m)
{
	struct commits *c = w->commits;
	struct session *s = session_get(w, m.session);

	world_effect(w);
	if (s && s->marked == c->issued + 1) {
		c->marks[s->mark] = m;
		return;
	}
	if (s) {
		s->marked = c->issued + 1;
		s->mark = (uint32_t)c->n_marks;
	}
	if (c->n_marks == c->cap_marks) {
		c->cap_marks = c->cap_marks ? c->cap_marks * 2 : 32;
		c->marks = base_realloc(c->marks, c->cap_marks, sizeof(*c->marks));
	}
	c->marks[c->n_marks++] = m;
}

void commit_session(struct world *w, const struct session *s)
{
	mark(w, (struct mark){ s->id, outbox_instance(w, s->gateway), false });
}

void commit_session_ended(struct world *w, uint64_t session, uint64_t gateway)
{
	mark(w, (struct mark){ session, gateway, true });
}

void world_document(struct world *w, const char *collection, const char *key, struct span body)
{
	struct commits *c = w->commits;

	world_effect(w);
	if (c->n_documents == c->cap_documents) {
		c->cap_documents = c->cap_documents ? c->cap_documents * 2 : 8;
		c->documents = base_realloc(c->documents, c->cap_documents, sizeof(*c->documents));
	}
	c->documents[c->n_documents++] =
		(struct document){ .collection = base_dup(collection, strlen(collection)),
				   .key = base_dup(key, strlen(key)),
				   .body = base_dup(body.p ? body.p : "", body.n),
				   .n = body.n };
	c->document_bytes += body.n + ROW_ESTIMATE;
}

size_t commit_estimate(const struct world *w)
{
	const struct commits *c = w->commits;

	return ents_estimate(w) + events_estimate(w) + outbox_estimate(w) + c->document_bytes +
	       c->n_marks * ROW_ESTIMATE;
}

static void collect_sessions(struct world *w, Mudlark__Commit *m)
{
	struct commits *c = w->commits;

	m->sessions =
		arena_alloc(&w->scratch, (c->n_marks + 1) * sizeof(struct Mudlark__SessionRow *));
	for (size_t i = 0; i < c->n_marks; i++) {
		const struct mark *k = &c->marks[i];
		struct session *s = k->ended ? NULL : session_get(w, k->session);
		Mudlark__SessionRow *row = arena_alloc(&w->scratch, sizeof(*row));

		mudlark__session_row__init(row);
		row->session = k->session;
		row->gateway = k->gateway;
		if (s) {
			row->character = ent_id(w, s->actor);
			row->account = s->account;
			row->applied = s->applied;
#ifndef MUT_NO_STORED_TAG
			row->tag = s->tag;
#endif
			row->grace_s = s->grace_s;
			if (resume_can(s))
				row->token = (ProtobufCBinaryData){ sizeof(s->token),
								    (uint8_t *)s->token };
		}
		m->sessions[m->n_sessions++] = row;
	}
	c->n_marks = 0;
}

static void collect_documents(struct world *w, Mudlark__Commit *m)
{
	struct commits *c = w->commits;

	m->documents = arena_alloc(&w->scratch,
				   (c->n_documents + 1) * sizeof(struct Mudlark__DocumentRow *));
	for (size_t i = 0; i < c->n_documents; i++) {
		const struct document *d = &c->documents[i];
		Mudlark__DocumentRow *row = arena_alloc(&w->scratch, sizeof(*row));

		mudlark__document_row__init(row);
		row->collection = d->collection;
		row->key = d->key;
		row->body = (ProtobufCBinaryData){ .len = d->n, .data = (uint8_t *)d->body };
		m->documents[m->n_documents++] = row;
	}
}

static bool state_due(const struct world *w)
{
	const struct commits *c = w->commits;

	return !c->state_stored || timers_changed(w) || events_needs_block(w) ||
	       w->ents->next_id + ID_BLOCK / 2 > c->reserved_id ||
	       w->tick >= c->state_tick + STATE_TICKS ||
	       memcmp(&w->rng, &c->stored_rng, sizeof(w->rng)) != 0;
}

static void put_u64(uint8_t *p, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static uint64_t get_u64(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | p[i];
	return v;
}

static Mudlark__WorldState *collect_state(struct world *w)
{
	struct commits *c = w->commits;
	Mudlark__WorldState *s = arena_alloc(&w->scratch, sizeof(*s));
	uint8_t *random = arena_alloc(&w->scratch, sizeof(w->rng.s));

	if (w->ents->next_id + ID_BLOCK / 2 > c->reserved_id) {
		c->reserved_id = w->ents->next_id + ID_BLOCK;
		c->safe_id_batch = c->issued + 1;
	}
	for (size_t i = 0; i < ARRAY_LEN(w->rng.s); i++)
		put_u64(random + 8 * i, w->rng.s[i]);
	buf_reset(&c->timers);
	timers_save(w, &c->timers);
	mudlark__world_state__init(s);
	s->tick = w->tick;
	s->next_id = c->reserved_id;
	s->event_seq = events_reserve(w);
	s->random = (ProtobufCBinaryData){ .len = sizeof(w->rng.s), .data = random };
	s->timers = (ProtobufCBinaryData){ .len = c->timers.n,
					   .data = (uint8_t *)c->timers.p + c->timers.off };
	c->state_tick = w->tick;
	c->state_stored = true;
	c->stored_rng = w->rng;
	timers_saved(w);
	return s;
}

void commits_restore(struct world *w, const Mudlark__WorldState *state)
{
	struct commits *c = w->commits;

	w->tick = c->state_tick = state->tick;
	w->ents->next_id = c->reserved_id = c->safe_id = state->next_id ? state->next_id : 1;
	events_restore(w, state->event_seq);
	if (state->random.len == sizeof(w->rng.s))
		for (size_t i = 0; i < ARRAY_LEN(w->rng.s); i++)
			w->rng.s[i] = get_u64(state->random.data + 8 * i);
	if (timers_load(w, (struct span){ (const char *)state->timers.data, state->timers.len })) {
		w->stats.load_troubles++;
		log_error("timers_malformed");
	}
}

uint64_t commits_safe_id(const struct world *w)
{
	return w->commits->safe_id;
}

/* Is there anything that must be stored now? The state's counters and the trims alone can wait for
 * company, for a while. */
static bool needed(const struct world *w)
{
	const struct commits *c = w->commits;
	const struct ents *e = w->ents;

	return e->n_dirty || e->n_deleted || e->n_parting || c->n_marks || c->n_documents ||
	       outbox_has_rows(w) || events_estimate(w) || timers_changed(w) ||
	       (w->ready && state_due(w)) ||
	       (outbox_has_trims(w) && w->tick >= c->trim_tick + TRIM_TICKS);
}

static void issue(struct world *w, const Mudlark__Commit *m)
{
	struct commits *c = w->commits;
	Mudlark__PersistIn in = MUDLARK__PERSIST_IN__INIT;
	struct pending p = { .batch = m->batch };
	size_t n;

	in.body_case = MUDLARK__PERSIST_IN__BODY_COMMIT;
	in.commit = (Mudlark__Commit *)(uintptr_t)m;
	n = mudlark__persist_in__get_packed_size(&in);
	buf_reset(&c->packed);
	mudlark__persist_in__pack(&in, (uint8_t *)buf_reserve(&c->packed, n));
	buf_commit(&c->packed, n);
	c->issued = m->batch; /* in any case: what the turn said waits for it */
	if (n > COMMIT_HARD) {
		log_error("commit_too_large", LOG_U64("batch", m->batch), LOG_U64("bytes", n));
		turn_blame(w);
		commits_fail(w, m->batch, "one unit of work changed too much");
		return;
	}
	p.bytes = n;
	buf_add(&c->pending, &p, sizeof(p));
	c->pending_bytes += n;
	w->stats.batches++;
	w->env.commit(w->env.ctx, m, buf_span(&c->packed));
}

static void begin(const struct world *w, Mudlark__Commit *m)
{
	mudlark__commit__init(m);
	m->world = w->number;
	m->epoch = w->epoch;
	m->batch = w->commits->issued + 1;
}

void commit_turn(struct world *w)
{
	struct commits *c = w->commits;
	Mudlark__Commit m;

	if (c->failed || !needed(w))
		return;
	resume_settle(w, w->tick >= c->trim_tick + TRIM_TICKS);
	begin(w, &m);
	ents_collect(w, &m);
	collect_documents(w, &m);
	m.events = events_rows(w, &m.n_events);
	if (state_due(w))
		m.state = collect_state(w);
#ifdef MUT_SPLIT_COMMIT
	issue(w, &m);
	begin(w, &m);
#endif
	collect_sessions(w, &m);
	outbox_collect(w, &m);
	if (m.n_trim)
		c->trim_tick = w->tick;
	issue(w, &m);
	events_taken(w);
	drop_documents(c);
}

uint64_t commits_issued(const struct world *w)
{
	return w->commits->issued;
}

uint64_t commits_stored(const struct world *w)
{
	return w->commits->durable;
}

uint64_t commits_next_durable(const struct world *w)
{
	return w->commits->issued + needed(w);
}

uint64_t commits_visible(const struct world *w)
{
#ifdef MUT_NO_HOLD
	return UINT64_MAX;
#endif
	return w->commits->stalled && !w->conf.strict && !w->commits->failed ? UINT64_MAX
									     : w->commits->durable;
}

bool commits_full(const struct world *w)
{
	return w->conf.backlog_bytes && w->commits->pending_bytes >= w->conf.backlog_bytes;
}

void commits_durable(struct world *w, uint64_t batch)
{
	struct commits *c = w->commits;
	struct pending p;

	if (batch <= c->durable || batch > c->issued || c->failed)
		return;
	c->durable = batch;
	while (c->pending.n) {
		memcpy(&p, buf_p(&c->pending), sizeof(p));
		if (p.batch > batch)
			break;
		c->pending_bytes -= p.bytes;
		buf_drain(&c->pending, sizeof(p));
	}
	if (c->safe_id_batch && batch >= c->safe_id_batch) {
		c->safe_id = c->reserved_id;
		c->safe_id_batch = 0;
	}
	outbox_release(w);
	relay_durable(w);
}

void commits_stalled(struct world *w, bool stalled)
{
	w->commits->stalled = stalled;
	outbox_release(w);
}

void commits_fail(struct world *w, uint64_t batch, const char *why)
{
	if (w->commits->failed)
		return;
	w->commits->failed = true;
	w->stopping = true;
	if (w->env.fault)
		w->env.fault(w->env.ctx, batch, why);
}

bool commits_are_stalled(const struct world *w)
{
	return w->commits->stalled;
}
