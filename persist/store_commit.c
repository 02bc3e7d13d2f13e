/*
 * store_commit.c - a run of commits as one transaction.
 *
 * The row of the world is locked first and decides: who holds the epoch, and which batches are there
 * already.  Rows and progress are written in the same transaction, so a replay is always told from
 * something new.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "persist/check.h"
#include "persist/net.h"
#include "persist/row.h"
#include "persist/store_inner.h"
#include "rt/clock.h"

enum { EVENT_SLICE = 1000 }; /* deleted in one transaction at most */

/* Which of the commits are new: *ret_from, n for none. */
static int choose(const struct store_world *w, Mudlark__Commit *const *commits, size_t n,
		  size_t *ret_from, struct buf *why)
{
	size_t from = 0;

#ifndef MUT_NO_EPOCH
	if (commits[0]->epoch < w->epoch) {
		buf_addf(why, "epoch %llu ended, %llu is the present one",
			 (unsigned long long)commits[0]->epoch, (unsigned long long)w->epoch);
		return STORE_STALE;
	}
#endif
	if (commits[0]->epoch > w->epoch) {
		buf_addf(why, "epoch %llu was never granted, %llu is the present one",
			 (unsigned long long)commits[0]->epoch, (unsigned long long)w->epoch);
		return STORE_BAD;
	}
	while (from < n && commits[from]->batch <= w->batch)
		from++;
	for (size_t i = from; i < n; i++) {
		if (commits[i]->batch != w->batch + 1 + (i - from)) {
			buf_addf(why, "batch %llu follows on %llu",
				 (unsigned long long)commits[i]->batch,
				 (unsigned long long)(w->batch + (i - from)));
			return STORE_BAD;
		}
	}
	*ret_from = from;
	return 0;
}

/* Room for the arguments of one statement at a time. */
struct cells {
	struct arena *a;
	struct db_value *v;
	size_t n;
};

static void cells_for(struct cells *c, size_t rows, size_t columns)
{
	c->v = row_alloc(c->a, rows * columns * sizeof(*c->v));
	c->n = 0;
}

static void cell(struct cells *c, struct db_value v)
{
	c->v[c->n++] = v;
}

static struct db_value json_cell(ProtobufCBinaryData b)
{
	return db_text((const char *)b.data, b.len);
}

static int queue(struct store *s, enum sql st, const struct cells *c, size_t columns)
{
	return c->n ? s->driver->queue(s->db, st, c->v, columns, c->n / columns) : 0;
}

static int put_entities(struct store *s, const struct net *net, uint32_t world, struct cells *c)
{
	cells_for(c, net->n_put, 6);
	for (size_t i = 0; i < net->n_put; i++) {
		const Mudlark__EntityRow *e = net->put[i];
		cell(c, db_u64(e->id));
		cell(c, db_int(world));
		cell(c, db_u64(e->owner));
		cell(c, db_str(e->kind));
		cell(c, json_cell(e->body));
		cell(c, db_u64(e->version));
	}
	return queue(s, SQL_ENTITY_PUT, c, 6);
}

static int put_ids(struct store *s, enum sql st, const uint64_t *ids, size_t n, struct cells *c)
{
	cells_for(c, n, 1);
	for (size_t i = 0; i < n; i++)
		cell(c, db_u64(ids[i]));
	return queue(s, st, c, 1);
}

static int put_sessions(struct store *s, const struct net *net, uint32_t world, struct cells *c)
{
	cells_for(c, net->n_sessions, 9);
	for (size_t i = 0; i < net->n_sessions; i++) {
		const Mudlark__SessionRow *row = net->sessions[i];
		cell(c, db_u64(row->session));
		cell(c, db_int(world));
		cell(c, db_u64(row->gateway));
		cell(c, db_u64(row->character));
		cell(c, db_u64(row->account));
		cell(c, db_u64(row->applied));
		cell(c, db_u64(row->tag));
		cell(c, db_blob(row->token.data, row->token.len));
		cell(c, db_int(row->grace_s));
	}
	return queue(s, SQL_SESSION_PUT, c, 9);
}

static int put_events(struct store *s, const struct net *net, uint32_t world, struct cells *c)
{
	cells_for(c, net->n_events, 5);
	for (size_t i = 0; i < net->n_events; i++) {
		const Mudlark__EventRow *e = net->events[i];
		cell(c, db_u64(e->seq));
		cell(c, db_int(world));
		cell(c, db_int(e->wall_ms));
		cell(c, db_str(e->kind));
		cell(c, json_cell(e->body));
	}
	return queue(s, SQL_EVENT_PUT, c, 5);
}

/* Their numbers have gaps (a world reserves blocks of them), so it is rows that are counted. */
static int look_at_events(struct store *s, uint32_t world)
{
	const struct db_value args[] = { db_int(world) };
	int64_t n = 0;
	int r;

	if (!s->event_keep || s->events.of == world)
		return 0;
	r = store_query(s, SQL_EVENT_COUNT, args, 1, store_one_int, &n);
	if (!r) {
		s->events.of = world;
		s->events.n = (uint64_t)n;
	}
	return r;
}

/* Half as often as a slice is long, so that a heap that is too high (from before there was a bound)
 * shrinks while new events come in. *ret_n: how many go. */
static int trim_events(struct store *s, const struct net *net, uint32_t world, uint64_t *ret_n)
{
	const uint64_t n = s->events.n + net->n_events;
	uint64_t excess = n > s->event_keep ? n - s->event_keep : 0;

	if (!s->event_keep || !net->n_events || excess < EVENT_SLICE / 2)
		return 0;
	excess = excess < EVENT_SLICE ? excess : EVENT_SLICE;
	*ret_n = excess;
	const struct db_value args[] = { db_int(world), db_u64(excess) };
	return s->driver->queue(s->db, SQL_EVENT_TRIM, args, ARRAY_LEN(args), 1);
}

static int put_outbox(struct store *s, const struct net *net, uint32_t world, struct cells *c)
{
	cells_for(c, net->n_trim, 3);
	for (size_t i = 0; i < net->n_trim; i++) {
		const uint64_t upto = net->trim[i]->upto;
		cell(c, db_int(world));
		cell(c, db_u64(net->trim[i]->gateway));
		cell(c, db_int(upto > INT64_MAX ? INT64_MAX : (int64_t)upto));
	}
	int r = queue(s, SQL_OUTBOX_TRIM, c, 3);

	cells_for(c, net->n_outbox, 4);
	for (size_t i = 0; i < net->n_outbox; i++) {
		const Mudlark__OutboxRow *row = net->outbox[i];
		cell(c, db_int(world));
		cell(c, db_u64(row->gateway));
		cell(c, db_u64(row->oseq));
		cell(c, db_blob(row->records.data, row->records.len));
	}
	return r ? r : queue(s, SQL_OUTBOX_PUT, c, 4);
}

static int put_documents(struct store *s, const struct net *net, struct cells *c)
{
	int r = 0;

	for (size_t i = 0; i < net->n_documents && !r; i++) {
		const Mudlark__DocumentRow *d = net->documents[i];
		cells_for(c, 1, 3);
		cell(c, db_str(d->collection));
		cell(c, db_str(d->key));
		if (d->body.len)
			cell(c, json_cell(d->body));
		r = queue(s, d->body.len ? SQL_DOCUMENT_PUT : SQL_DOCUMENT_DEL, c, c->n);
	}
	return r;
}

static int put_progress(struct store *s, const struct net *net, uint32_t world)
{
	const Mudlark__WorldState *w = net->state;

	if (!w) {
		const struct db_value args[] = { db_int(world), db_u64(net->batch) };
		return s->driver->queue(s->db, SQL_WORLD_BATCH, args, ARRAY_LEN(args), 1);
	}
	const struct db_value args[] = {
		db_int(world),	      db_u64(net->batch),   db_u64(w->tick),
		db_u64(w->next_id),   db_u64(w->event_seq), db_blob(w->random.data, w->random.len),
		json_cell(w->timers),
	};
	return s->driver->queue(s->db, SQL_WORLD_STATE, args, ARRAY_LEN(args), 1);
}

static int write_net(struct store *s, const struct net *net, uint32_t world, struct arena *a)
{
	struct cells c = { .a = a };
	uint64_t n_trimmed = 0;
	int r = net->n_events ? look_at_events(s, world) : 0;

	if (!r)
		r = put_entities(s, net, world, &c);

	if (!r)
		r = put_ids(s, SQL_ENTITY_DEL, net->del, net->n_del, &c);
	if (!r)
		r = put_documents(s, net, &c);
	if (!r)
		r = put_events(s, net, world, &c);
	if (!r)
		r = trim_events(s, net, world, &n_trimmed);
	if (!r)
		r = put_sessions(s, net, world, &c);
	if (!r)
		r = put_ids(s, SQL_SESSION_DEL, net->ended, net->n_ended, &c);
	if (!r)
		r = put_outbox(s, net, world, &c);
	if (!r)
		r = put_progress(s, net, world);
	s->events.n += net->n_events - n_trimmed;
	return r;
}

/* Begins the transaction and locks the world. */
static int lock_world(struct store *s, uint32_t world, struct store_world *ret)
{
	*ret = (struct store_world){ .world = world };
	const int r = s->driver->begin(s->db);

	return r ? r : store_progress(s, world, &ret->epoch, &ret->instance, &ret->batch);
}

static int write_run(struct store *s, Mudlark__Commit *const *commits, size_t n, struct buf *why)
{
	struct store_world w;
	size_t from = 0;
	int r = lock_world(s, commits[0]->world, &w);

	if (!r)
		r = choose(&w, commits, n, &from, why);
	if (!r && from < n) {
		struct arena a = { 0 };
		struct net net;
		net_build(&net, commits + from, n - from, &a);
		r = write_net(s, &net, w.world, &a);
		arena_done(&a);
	}
	return store_end(s, r);
}

int store_commit(struct store *s, Mudlark__Commit *const *commits, size_t n, size_t *ret_bad,
		 struct buf *why)
{
	const size_t said = why->n;

	store_forget_ids(s);
	for (size_t i = 0; i < n; i++) {
		assert(commits[i]->world == commits[0]->world);
		assert(commits[i]->epoch == commits[0]->epoch);
		if (check_commit(commits[i], why)) {
			*ret_bad = i;
			return STORE_POISON;
		}
	}
	int r = n ? write_run(s, commits, n, why) : 0;
	if (r == STORE_EXISTS)
		r = STORE_POISON;
	if (r == STORE_POISON)
		*ret_bad = n;
	if (r && why->n == said)
		buf_add(why, buf_p(&s->db->why), s->db->why.n);
	return r;
}

/*
 * The lines whose effects are lost are not to be run again. A session that was to begin with this batch
 * is not there, and its player logs in anew.
 */
static int mark_applied(struct store *s, const Mudlark__Commit *c, struct arena *a)
{
	struct cells marks = { .a = a }, ended = { .a = a };

	cells_for(&marks, c->n_sessions, 3);
	cells_for(&ended, c->n_sessions, 1);
	for (size_t i = 0; i < c->n_sessions; i++) {
		const Mudlark__SessionRow *row = c->sessions[i];
		if (!row->character) {
			cell(&ended, db_u64(row->session));
			continue;
		}
		cell(&marks, db_u64(row->session));
		cell(&marks, db_u64(row->applied));
		cell(&marks, db_u64(row->tag));
	}
	const int r = queue(s, SQL_SESSION_APPLIED, &marks, 3);
	return r ? r : queue(s, SQL_SESSION_DEL, &ended, 1);
}

static int bury(struct store *s, const Mudlark__Commit *c, const char *why)
{
	const size_t n = mudlark__commit__get_packed_size(c);
	CLEANUP(base_freep) uint8_t *body = base_alloc(n + 1, 1);

	mudlark__commit__pack(c, body);
	const struct db_value letter[] = {
		db_int(c->world), db_u64(c->epoch), db_u64(c->batch),
		db_blob(body, n), db_str(why),	    db_int(clock_wall(&clock_system)),
	};
	const struct db_value kept[] = { db_int(c->world), db_int(STORE_LETTERS_KEPT) };
	const struct db_value progress[] = { db_int(c->world), db_u64(c->batch) };
	int r = s->driver->queue(s->db, SQL_DEAD_LETTER, letter, ARRAY_LEN(letter), 1);
	if (!r)
		r = s->driver->queue(s->db, SQL_DEAD_LETTER_TRIM, kept, ARRAY_LEN(kept), 1);
	return r ? r : s->driver->queue(s->db, SQL_WORLD_BATCH, progress, ARRAY_LEN(progress), 1);
}

static int pass(struct store *s, const Mudlark__Commit *c, const char *why, bool with_marks)
{
	Mudlark__Commit *const commits[] = { (Mudlark__Commit *)c };
	struct store_world w;
	struct buf sentence = { 0 };
	struct arena a = { 0 };
	size_t from = 0;
	int r = lock_world(s, c->world, &w);

	if (!r)
		r = choose(&w, commits, 1, &from, &sentence);
	buf_done(&sentence);
	if (!r && from == 0 && with_marks)
		r = mark_applied(s, c, &a);
	if (!r && from == 0)
		r = bury(s, c, why);
	r = store_end(s, r);
	arena_done(&a);
	return r;
}

void store_keep_events(struct store *s, uint64_t keep)
{
	s->event_keep = keep;
	s->events.of = 0;
}

int store_set_aside(struct store *s, const Mudlark__Commit *c, const char *why)
{
	const int r = pass(s, c, why, true);

	return r == STORE_POISON ? pass(s, c, why, false) : r;
}
