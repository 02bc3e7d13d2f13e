/*
 * persist_node.c - persist over its real SQLite store: batches by persist/batch.c, on virtual time.
 *
 * The store's file lives as long as the run and survives kills, as a disk does.  A transaction takes
 * time; a kill in between finds it done or not done, by chance; its answer may get lost (unknown
 * outcome); the disk may refuse.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "persist/batch.h"
#include "rt/route.h"
#include "tests/sim/sim.h"

enum { LINE_MAX_ITEMS = 8192, RETRY_US = 50000 };

struct item {
	Mudlark__Commit *commit;
	struct link *from;
	uint64_t seq;
	size_t bytes;
};

struct sim_persist {
	struct sim *sim;
	char *db;
	struct store *store;
	sqlite3 *look; /* the simulator's own eyes */
	struct link_hub *hub;
	struct sim_end *end;
	uint64_t life; /* number of this one: events of an earlier one do nothing */
	struct item *line;
	size_t n_line;
	bool busy, dead;
	struct arena arena;
};

static void open_store(struct sim_persist *p)
{
	struct buf why = { 0 };

	if (store_sqlite.open(&p->store, p->db, &why) != 0)
		sim_fail(p->sim, "the store does not open: %.*s", (int)why.n, buf_p(&why));
	buf_done(&why);
}

static bool known(void *ctx, const struct link_peer *peer, uint64_t *ret_have)
{
	struct sim_persist *p = ctx;
	uint64_t epoch, instance, batch;

	if (store_sqlite.progress(p->store, 1, &epoch, &instance, &batch) != 0 ||
	    instance != peer->instance)
		return false;
	*ret_have = batch;
	return true;
}

/* ---- commits ---- */

struct settling {
	struct sim_persist *p;
	uint64_t life;
	size_t n;
	bool silent; /* the answers are lost */
};

static void refused(struct sim_persist *p, struct link *l, uint64_t epoch)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__BatchRefused r = MUDLARK__BATCH_REFUSED__INIT;
	uint8_t out[64];

	(void)p;
	r.epoch = epoch;
	in.body_case = MUDLARK__WORLD_IN__BODY_BATCH_REFUSED;
	in.batch_refused = &r;
	(void)!link_send(l, (struct span){ (const char *)out, mudlark__world_in__pack(&in, out) },
			 NULL);
}

static void settled(void *ctx, size_t i, enum batch_outcome outcome, uint64_t epoch,
		    const char *why)
{
	struct settling *s = ctx;
	const struct item *it = &s->p->line[i];

	if (outcome == BATCH_POISONED)
		sim_fail(s->p->sim, "a batch was refused as poison: %s", why);
	s->n++;
	if (s->silent || !it->from)
		return;
	if (outcome == BATCH_DURABLE)
		link_take(it->from, it->seq);
	else
		refused(s->p, it->from, epoch);
}

static void start_job(struct sim_persist *p);

static void job_done(void *ctx, void *arg)
{
	struct sim_persist *p = ctx;
	struct settling *s = arg;
	Mudlark__Commit *commits[BATCH_COMMITS];
	struct batch_item items[BATCH_COMMITS];
	size_t n = 0;
	const bool disk = sim_chance(&p->sim->q, p->sim->healing ? 0 : p->sim->rates.disk);

	if (s->life != p->life || p->dead) {
		free(s);
		return;
	}
	for (; n < p->n_line && n < BATCH_COMMITS; n++) {
		commits[n] = p->line[n].commit;
		items[n] = (struct batch_item){ commits[n], p->line[n].bytes };
	}
	p->busy = false;
	s->silent = sim_chance(&p->sim->q, p->sim->healing ? 0 : p->sim->rates.unknown);
	if (n && !disk) {
		const struct batch_sink sink = { settled, s };

		n = batch_join(items, n);
		/* A line that is longer than one transaction takes is cut anywhere. */
		if (!p->sim->healing && sim_chance(&p->sim->q, 300000))
			n = (size_t)sim_between(&p->sim->q, 1, n);
		if (batch_run(&store_sqlite, p->store, commits, n, &sink) != 0)
			sim_fail(p->sim, "the store broke by itself");
		if (!s->silent) {
			for (size_t i = 0; i < s->n; i++)
				protobuf_c_message_free_unpacked(&p->line[i].commit->base, NULL);
			p->n_line -= s->n;
			memmove(p->line, p->line + s->n, p->n_line * sizeof(*p->line));
		}
	}
	if (p->n_line) {
		if (disk || s->silent) {
			store_sqlite.close(p->store);
			open_store(p);
		}
		start_job(p);
	}
	free(s);
	sim_end_wake(p->end);
	if (!p->sim->healing && sim_chance(&p->sim->q, p->sim->rates.power))
		sim_power_cut(p->sim);
}

static void start_job(struct sim_persist *p)
{
	struct settling *s;
	uint64_t delay = sim_between(&p->sim->q, 100, 3000);

	if (p->busy || !p->n_line)
		return;
	if (sim_chance(&p->sim->q, p->sim->healing ? 0 : p->sim->rates.slow_store))
		delay += sim_between(&p->sim->q, RETRY_US, 4000000);
	p->busy = true;
	s = base_alloc(1, sizeof(*s));
	*s = (struct settling){ .p = p, .life = p->life };
	sim_at(&p->sim->q, delay, job_done, p, s);
}

static void record(void *ctx, struct link *l, uint64_t seq, struct span body)
{
	struct sim_persist *p = ctx;
	Mudlark__PersistIn *in = mudlark__persist_in__unpack(NULL, body.n, (const uint8_t *)body.p);

	if (!in || in->body_case != MUDLARK__PERSIST_IN__BODY_COMMIT)
		sim_fail(p->sim, "a malformed commit");
	if (p->n_line == LINE_MAX_ITEMS)
		sim_fail(p->sim, "P8: the line of commits passed its bound");
	p->line = base_realloc(p->line, p->n_line + 1, sizeof(*p->line));
	p->line[p->n_line++] = (struct item){ in->commit, l, seq, body.n };
	in->body_case = MUDLARK__PERSIST_IN__BODY__NOT_SET;
	in->commit = NULL;
	mudlark__persist_in__free_unpacked(in, NULL);
	start_job(p);
}

/* ---- calls ---- */

static void answer(struct link *l, uint64_t id, const Mudlark__PersistReply *r)
{
	CLEANUP(base_freep) char *out = NULL;
	size_t n = mudlark__persist_reply__get_packed_size(r);

	out = base_alloc(n + 1, 1);
	mudlark__persist_reply__pack(r, (uint8_t *)out);
	if (link_reply(l, id, (struct span){ out, n }) != 0)
		abort();
}

struct winner {
	struct sim_persist *p;
	uint64_t instance, epoch;
};

static void end_other(void *ctx, struct link *l)
{
	const struct winner *w = ctx;

	if (link_peer(l) && link_peer(l)->instance != w->instance)
		refused(w->p, l, w->epoch);
}

static void grant(struct sim_persist *p, const Mudlark__Grant *q, Mudlark__PersistReply *r,
		  Mudlark__Granted *g)
{
	if (store_sqlite.grant(p->store, q->world, q->instance, &g->epoch, &g->state, &p->arena))
		sim_fail(p->sim, "the store grants nothing");
	(void)link_hub_each(p->hub, end_other, &(struct winner){ p, q->instance, g->epoch });
	r->granted = g;
}

static void call(void *ctx, struct link *l, uint64_t id, struct span body)
{
	struct sim_persist *p = ctx;
	Mudlark__PersistReply r = MUDLARK__PERSIST_REPLY__INIT;
	Mudlark__Granted g = MUDLARK__GRANTED__INIT;
	Mudlark__Page page = MUDLARK__PAGE__INIT;
	const Mudlark__PersistCall *c;

	arena_reset(&p->arena);
	c = (const void *)route_unpack(&mudlark__persist_call__descriptor, body, &p->arena);
	if (c && c->body_case == MUDLARK__PERSIST_CALL__BODY_GRANT) {
		grant(p, c->grant, &r, &g);
	} else if (c && c->body_case == MUDLARK__PERSIST_CALL__BODY_LOAD_PAGE) {
		if (store_sqlite.load_page(p->store, c->load_page, &page, &p->arena) != 0)
			sim_fail(p->sim, "the store loads nothing");
		r.page = &page;
	} else {
		r.status = MUDLARK__STATUS__STATUS_STORE;
	}
	answer(l, id, &r);
	sim_end_wake(p->end);
}

static void cancelled(UNUSED void *ctx, UNUSED struct link *l, UNUSED uint64_t id)
{
}

static void forget_line(struct sim_persist *p, const struct link *l)
{
	for (size_t i = 0; i < p->n_line; i++)
		if (!l || p->line[i].from == l)
			p->line[i].from = NULL;
}

static void up(UNUSED void *ctx, UNUSED struct link *l, UNUSED const struct link_peer *peer,
	       UNUSED enum link_up how)
{
}

static void down(UNUSED void *ctx, UNUSED struct link *l, UNUSED const char *why)
{
}

static void acked(UNUSED void *ctx, UNUSED struct link *l, UNUSED uint64_t seq)
{
}

static void room(UNUSED void *ctx, UNUSED struct link *l)
{
}

static void forgotten(void *ctx, struct link *l)
{
	forget_line(ctx, l);
}

static void turn(void *ctx)
{
	struct sim_persist *p = ctx;

	link_hub_flush(p->hub);
}

static void live(struct sim_persist *p)
{
	const struct link_events events = {
		up, down, record, acked, call, cancelled, room, NULL, p
	};
	const struct link_hub_conf c = { .link = { .role = "persist",
						   .name = "sim",
						   .instance = entropy_id(&p->sim->entropy),
						   .clock = &p->sim->clock,
						   .entropy = &p->sim->entropy },
					 .known = known,
					 .roles = ROLE_WORLD,
					 .forget_us = 20000000,
					 .forgotten = forgotten };
	struct link_hub_wire wire;

	open_store(p);
	p->end = sim_end_bind(p->sim->net, SIM_PERSIST_BUS, &wire);
	p->hub = link_hub_new(&c, &wire, &events);
	sim_end_hub(p->end, p->hub);
	sim_end_turn(p->end, turn, p);
	p->dead = false;
}

static void die(struct sim_persist *p)
{
	if (p->dead)
		return;
	p->dead = true;
	p->life++;
	p->busy = false;
	sim_end_die(p->end);
	for (size_t i = 0; i < p->n_line; i++)
		protobuf_c_message_free_unpacked(&p->line[i].commit->base, NULL);
	p->n_line = 0;
	link_hub_free(p->hub);
	p->hub = NULL;
	store_sqlite.close(p->store);
	p->store = NULL;
}

static void revive(void *ctx, UNUSED void *arg)
{
	live(ctx);
}

void sim_persist_kill(struct sim_persist *p)
{
	if (p->dead)
		return;
	die(p);
	sim_at(&p->sim->q, sim_between(&p->sim->q, 20000, 1500000), revive, p, NULL);
}

struct sim_persist *sim_persist_new(struct sim *s, const char *db)
{
	struct sim_persist *p = base_alloc(1, sizeof(*p));

	p->sim = s;
	p->db = base_dup(db, strlen(db));
	arena_init(&p->arena, 0);
	live(p);
	if (sqlite3_open_v2(strchr(db, ':') + 1, &p->look, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		sim_fail(s, "the simulator cannot look into the store");
	return p;
}

void sim_persist_free(struct sim_persist *p)
{
	if (!p)
		return;
	die(p);
	sqlite3_close(p->look);
	arena_done(&p->arena);
	free(p->line);
	free(p->db);
	free(p);
}

void sim_persist_tick(struct sim_persist *p)
{
	if (p->dead)
		return;
	link_hub_tick(p->hub);
	turn(p);
}

static bool look(struct sim_persist *p, const char *sql, uint64_t arg, uint64_t *ret)
{
	sqlite3_stmt *st = NULL;
	bool found;

	if (sqlite3_prepare_v2(p->look, sql, -1, &st, NULL) != SQLITE_OK)
		sim_fail(p->sim, "%s: %s", sql, sqlite3_errmsg(p->look));
	sqlite3_bind_int64(st, 1, (sqlite3_int64)arg);
	found = sqlite3_step(st) == SQLITE_ROW;
	if (found)
		*ret = (uint64_t)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return found;
}

bool sim_persist_applied(struct sim_persist *p, uint64_t session, uint64_t *ret)
{
	return look(p, "SELECT applied FROM session WHERE session = ?", session, ret);
}

bool sim_persist_tag(struct sim_persist *p, uint64_t session, uint64_t *ret)
{
	return look(p, "SELECT tag FROM session WHERE session = ?", session, ret);
}

void sim_persist_items(struct sim_persist *p, uint64_t *ret_items, uint64_t *ret_lost)
{
	*ret_items = *ret_lost = 0;
	(void)look(p, "SELECT count(*) FROM entity WHERE kind = 'item' OR ? < 0", 0, ret_items);
	(void)look(p, "SELECT count(*) FROM entity WHERE kind = 'item' AND owner = ?", 0, ret_lost);
}

uint64_t sim_persist_said(struct sim_persist *p, unsigned id)
{
	char sql[128];
	uint64_t n = 0;

	snprintf(sql, sizeof(sql),
		 "SELECT count(*) FROM event WHERE body LIKE '%%\"o%uo\"%%' AND seq > ?", id);
	(void)look(p, sql, 0, &n);
	return n;
}

uint64_t sim_persist_next_said(struct sim_persist *p, uint64_t seq, const char *origin)
{
	char sql[200];
	uint64_t next = 0;

	snprintf(sql, sizeof(sql),
		 "SELECT seq FROM event WHERE kind = 'channel:said' AND seq > ? AND body NOT LIKE "
		 "'%%\"%s\"%%' ORDER BY seq LIMIT 1",
		 origin);
	return look(p, sql, seq, &next) ? next : 0;
}
