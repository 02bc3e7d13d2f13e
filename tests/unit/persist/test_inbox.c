/*
 * test_inbox.c - persist as a world sees it: real links over a real bus, the keeper's thread and a
 * real database behind them, all in one loop.
 */
#include <errno.h>
#include <time.h>

#include "both.h"
#include "persist/inbox.h"
#include "rt/wire.h"

enum { PATIENCE_S = 30 };

/* The process under test. */
struct persist {
	struct inbox *inbox;
	struct wire *wire;
	bool is_ready, has_ended;
	int status;
};

/* Somebody who dials in. */
struct world {
	struct wire *wire;
	uint64_t instance;
	bool is_up, was_fresh;
	unsigned ups;
	uint64_t acked, refused, poisoned;
	Mudlark__PersistReply *reply;
	bool has_answer;
	uint64_t epoch, sent;
};

struct scene {
	struct both b; /* where, and the arena; its store is not opened */
	char endpoint[128];
	struct loop *loop;
	struct persist persist;
};

static void on_ready(void *ctx)
{
	((struct persist *)ctx)->is_ready = true;
}

static void on_ended(void *ctx, int status)
{
	struct persist *p = ctx;
	p->has_ended = true;
	p->status = status;
}

static void persist_start(struct scene *s)
{
	struct persist *p = &s->persist;
	const struct inbox_conf conf = { .loop = s->loop,
					 .store = s->b.where,
					 .hash_threads = 1,
					 .call_wait_us = 300000,
					 .clock = loop_clock(s->loop),
					 .entropy = &entropy_system,
					 .ready = on_ready,
					 .ended = on_ended,
					 .ctx = p };
	memset(p, 0, sizeof(*p));
	ck_assert_int_eq(inbox_new(&p->inbox, &conf), 0);
	const struct wire_spec wire = { .endpoint = s->endpoint,
					.link = { .role = "persist",
						  .name = "persist",
						  .instance = entropy_id(&entropy_system) },
					.events = inbox_events(p->inbox) };
	struct link_hub_conf hub = { 0 };
	inbox_hub(p->inbox, &hub);
	ck_assert_int_eq(wire_bind(&p->wire, s->loop, &wire, &hub), 0);
	inbox_attach(p->inbox, wire_hub(p->wire));
}

/* As kill -9 would: whatever was not acknowledged is forgotten. */
static void persist_end(struct scene *s)
{
	wire_free(s->persist.wire);
	inbox_free(s->persist.inbox);
}

static void scene_open(struct scene *s, int which)
{
	memset(s, 0, sizeof(*s));
	both_where(&s->b, which);
	if (which == ON_PG)
		ck_assert_ptr_nonnull(mkdtemp(s->b.dir));
	snprintf(s->endpoint, sizeof(s->endpoint), "ipc://%s/run/persist.bus", s->b.dir);
	ck_assert_int_eq(loop_new(&s->loop), 0);
	persist_start(s);
}

static void scene_close(struct scene *s)
{
	persist_end(s);
	loop_free(s->loop);
	both_close(&s->b);
}

static time_t seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Turns the loop until the condition holds. */
#define UNTIL(s, condition)                                                                        \
	do {                                                                                       \
		const time_t end_ = seconds() + PATIENCE_S;                                        \
		while (!(condition)) {                                                             \
			ck_assert_msg(seconds() < end_, "never: %s", #condition);                  \
			turn(s);                                                                   \
		}                                                                                  \
	} while (0)

static void stop_turn(void *ctx)
{
	loop_stop(ctx, 0);
}

static void turn(struct scene *s)
{
	struct loop_timer t;
	loop_timer_init(s->loop, &t, stop_turn, s->loop);
	loop_timer_in(&t, 2000);
	ck_assert_int_eq(loop_run(s->loop), 0);
	loop_timer_done(&t);
}

static void world_up(void *ctx, struct link *l, const struct link_peer *peer, enum link_up how)
{
	struct world *w = ctx;
	(void)l;
	(void)peer;
	w->is_up = true;
	w->was_fresh = how == LINK_FRESH;
	w->ups++;
}

static void world_down(void *ctx, struct link *l, const char *why)
{
	(void)l;
	(void)why;
	((struct world *)ctx)->is_up = false;
}

static void world_record(void *ctx, struct link *l, uint64_t seq, struct span body)
{
	struct world *w = ctx;
	(void)l;
	(void)seq;
	Mudlark__WorldIn *m = mudlark__world_in__unpack(NULL, body.n, (const uint8_t *)body.p);
	ck_assert_ptr_nonnull(m);
	if (m->body_case == MUDLARK__WORLD_IN__BODY_BATCH_REFUSED)
		w->refused = m->batch_refused->epoch;
	if (m->body_case == MUDLARK__WORLD_IN__BODY_BATCH_POISONED)
		w->poisoned = m->batch_poisoned->batch;
	mudlark__world_in__free_unpacked(m, NULL);
}

static void world_acked(void *ctx, struct link *l, uint64_t seq)
{
	(void)l;
	((struct world *)ctx)->acked = seq;
}

static void world_call(void *ctx, struct link *l, uint64_t id, struct span body)
{
	(void)ctx;
	(void)l;
	(void)id;
	(void)body;
	ck_abort_msg("persist calls nobody");
}

static void world_cancelled(void *ctx, struct link *l, uint64_t id)
{
	(void)ctx;
	(void)l;
	(void)id;
}

static void world_room(void *ctx, struct link *l)
{
	(void)ctx;
	(void)l;
}

static void world_dial(struct scene *s, struct world *w, const char *role)
{
	memset(w, 0, sizeof(*w));
	w->instance = entropy_id(&entropy_system);
	const struct wire_spec spec = { .endpoint = s->endpoint,
					.link = { .role = role,
						  .name = role,
						  .instance = w->instance,
						  .world = WORLD_,
						  .auto_take = true },
					.events = { .up = world_up,
						    .down = world_down,
						    .record = world_record,
						    .acked = world_acked,
						    .call = world_call,
						    .cancelled = world_cancelled,
						    .room = world_room,
						    .ctx = w } };
	ck_assert_int_eq(wire_dial(&w->wire, s->loop, &spec), 0);
	UNTIL(s, w->is_up);
}

static void world_done(void *ctx, uint64_t id, const struct span *body, const char *why)
{
	struct world *w = ctx;
	(void)id;
	(void)why;
	w->has_answer = true;
	if (body)
		w->reply = mudlark__persist_reply__unpack(NULL, body->n, (const uint8_t *)body->p);
}

static void world_ask(struct world *w, const Mudlark__PersistCall *q)
{
	uint8_t out[1024];
	const struct span body = { (const char *)out, mudlark__persist_call__pack(q, out) };

	if (w->reply)
		mudlark__persist_reply__free_unpacked(w->reply, NULL);
	w->reply = NULL;
	w->has_answer = false;
	ck_assert_uint_ne(link_call(wire_link(w->wire), body, 20000, world_done, w), 0);
}

static Mudlark__Status answer(struct scene *s, struct world *w)
{
	UNTIL(s, w->has_answer);
	ck_assert_ptr_nonnull(w->reply);
	return w->reply->status;
}

static void ask_grant(struct world *w)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__Grant g = MUDLARK__GRANT__INIT;

	g.world = WORLD_;
	g.instance = w->instance;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_GRANT;
	q.grant = &g;
	world_ask(w, &q);
}

static void ask_tree(struct world *w, uint64_t id, uint64_t after)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__LoadTree t = MUDLARK__LOAD_TREE__INIT;

	t.id = id;
	t.after_batch = after;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_LOAD_TREE;
	q.load_tree = &t;
	world_ask(w, &q);
}

static void ask_status(struct world *w)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__StoreStatus t = MUDLARK__STORE_STATUS__INIT;

	q.body_case = MUDLARK__PERSIST_CALL__BODY_STORE_STATUS;
	q.store_status = &t;
	world_ask(w, &q);
}

static void world_enter(struct scene *s, struct world *w)
{
	world_dial(s, w, "world");
	ask_grant(w);
	ck_assert_int_eq(answer(s, w), MUDLARK__STATUS__STATUS_OK);
	w->epoch = w->reply->granted->epoch;
}

/* The next batch: item `batch` with this body. */
static void world_commit(struct scene *s, struct world *w, const char *body)
{
	Mudlark__PersistIn in = MUDLARK__PERSIST_IN__INIT;
	Mudlark__Commit *c = a_commit(&s->b.a, w->epoch, ++w->sent);
	uint8_t out[2048];

	put(&s->b.a, c, w->sent, UINT64_MAX, "item", body);
	in.body_case = MUDLARK__PERSIST_IN__BODY_COMMIT;
	in.commit = c;
	const struct span record = { (const char *)out, mudlark__persist_in__pack(&in, out) };
	uint64_t seq;
	ck_assert_int_eq(link_send(wire_link(w->wire), record, &seq), 0);
	ck_assert_uint_eq(seq, w->sent);
	arena_reset(&s->b.a);
}

static void world_leave(struct world *w)
{
	if (w->reply)
		mudlark__persist_reply__free_unpacked(w->reply, NULL);
	wire_free(w->wire);
}

/* Looks into the store when persist is gone: so many batches, each of them whole. */
static void store_has(struct scene *s, uint64_t batches)
{
	Mudlark__EntityRow **rows;
	size_t n;

	ck_assert_int_eq(both_try_open(&s->b), 0);
	ck_assert_uint_eq(both_batch(&s->b), batches);
	for (uint64_t i = 1; i <= batches; i++)
		ck_assert_int_eq(s->b.ops->load_tree(s->b.s, i, &rows, &n, &s->b.a), 0);
	s->b.ops->close(s->b.s);
	s->b.s = NULL;
}

START_TEST(every_case_has_a_handler)
{
	ck_assert_ptr_null(route_check(&inbox_records));
	ck_assert_ptr_null(route_check(&inbox_calls));
}
END_TEST

START_TEST(what_is_acknowledged_is_in_the_store)
{
	struct scene s;
	struct world w;
	scene_open(&s, _i);
	world_enter(&s, &w);
	for (int i = 0; i < 500; i++)
		world_commit(&s, &w, "{}");
	UNTIL(&s, w.acked == 500);
	world_leave(&w);
	persist_end(&s);
	store_has(&s, 500);
	persist_start(&s);
	scene_close(&s);
}
END_TEST

START_TEST(a_restart_of_persist_loses_and_doubles_nothing)
{
	struct scene s;
	struct world w;
	scene_open(&s, _i);
	world_enter(&s, &w);
	for (unsigned round = 0; round < 4; round++) {
		for (int i = 0; i < 200; i++)
			world_commit(&s, &w, "{}");
		UNTIL(&s, w.acked > round * 200);
		persist_end(&s);
		persist_start(&s);
	}
	UNTIL(&s, w.acked == 800);
	ck_assert_uint_ge(w.ups, 2);
	world_leave(&w);
	persist_end(&s);
	store_has(&s, 800);
	persist_start(&s);
	scene_close(&s);
}
END_TEST

START_TEST(a_poisoned_batch_is_told_and_play_goes_on)
{
	struct scene s;
	struct world w;
	scene_open(&s, _i);
	world_enter(&s, &w);
	for (int i = 1; i <= 50; i++)
		world_commit(&s, &w, i == 20 ? "{]" : "{}");
	UNTIL(&s, w.acked == 50 && w.poisoned);
	ck_assert_uint_eq(w.poisoned, 20);
	ask_tree(&w, 20, 0);
	ck_assert_int_eq(answer(&s, &w), MUDLARK__STATUS__STATUS_ABSENT);
	ask_tree(&w, 50, 0);
	ck_assert_int_eq(answer(&s, &w), MUDLARK__STATUS__STATUS_OK);
	world_leave(&w);
	scene_close(&s);
}
END_TEST

START_TEST(an_older_world_is_refused_told_and_dropped)
{
	struct scene s;
	struct world old, young;
	scene_open(&s, _i);
	world_enter(&s, &old);
	world_commit(&s, &old, "{}");
	UNTIL(&s, old.acked == 1);
	world_enter(&s, &young);
	ck_assert_uint_gt(young.epoch, old.epoch);
	/* Told at once, since it may have nothing to store for a long time. */
	UNTIL(&s, old.refused);
	ck_assert_uint_eq(old.refused, young.epoch);
	ck_assert_uint_eq(old.acked, 1);
	UNTIL(&s, old.ups == 2);
	ck_assert(old.was_fresh);
	/* It did not listen: its batches are refused. */
	old.refused = old.sent = 0;
	world_commit(&s, &old, "{}");
	UNTIL(&s, old.refused);
	ck_assert_uint_eq(old.refused, young.epoch);
	world_commit(&s, &young, "{}");
	UNTIL(&s, young.acked == 1);
	world_leave(&old);
	world_leave(&young);
	scene_close(&s);
}
END_TEST

START_TEST(a_tree_is_loaded_after_the_batch_it_asks_for)
{
	struct scene s;
	struct world w;
	scene_open(&s, _i);
	world_enter(&s, &w);
	/* The question leaves before the batch does. */
	ask_tree(&w, 1, 1);
	turn(&s);
	ck_assert(!w.has_answer);
	world_commit(&s, &w, "{}");
	ck_assert_int_eq(answer(&s, &w), MUDLARK__STATUS__STATUS_OK);
	ck_assert_uint_eq(w.reply->n_entities, 1);
	ask_tree(&w, 1, 99);
	ck_assert_int_eq(answer(&s, &w), MUDLARK__STATUS__STATUS_STORE);
	world_leave(&w);
	scene_close(&s);
}
END_TEST

START_TEST(the_operator_may_ask_but_not_hold_a_world)
{
	struct scene s;
	struct world ops;
	scene_open(&s, ON_SQLITE);
	UNTIL(&s, s.persist.is_ready);
	world_dial(&s, &ops, "ops");
	ask_grant(&ops);
	ck_assert_int_eq(answer(&s, &ops), MUDLARK__STATUS__STATUS_BAD);
	ask_status(&ops);
	ck_assert_int_eq(answer(&s, &ops), MUDLARK__STATUS__STATUS_OK);
	ck_assert(ops.reply->store->ready);
	ck_assert_str_eq(ops.reply->store->store, "sqlite");
	ck_assert_uint_eq(ops.reply->store->schema, 3);
	Mudlark__PersistCall nothing = MUDLARK__PERSIST_CALL__INIT;
	world_ask(&ops, &nothing);
	ck_assert_int_eq(answer(&s, &ops), MUDLARK__STATUS__STATUS_BAD);
	world_leave(&ops);
	scene_close(&s);
}
END_TEST

START_TEST(more_logins_than_can_wait_are_told_to_try_again)
{
	struct scene s;
	struct world w[80];
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountVerify v = MUDLARK__ACCOUNT_VERIFY__INIT;
	unsigned busy = 0, other = 0;
	scene_open(&s, ON_SQLITE);
	UNTIL(&s, s.persist.is_ready);
	world_dial(&s, &w[0], "world");
	v.password = bytes_of("wrong wrong");
	q.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_VERIFY;
	q.account_verify = &v;
	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		char name[8] = { 'Q', 'a', (char)('a' + i / 26), (char)('a' + i % 26), '\0' };
		if (i)
			w[i] = (struct world){ .wire = w[0].wire };
		v.name = name;
		world_ask(&w[i], &q);
	}
	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		const Mudlark__Status status = answer(&s, &w[i]);
		busy += status == MUDLARK__STATUS__STATUS_BUSY;
		other += status == MUDLARK__STATUS__STATUS_DENIED;
		if (i)
			mudlark__persist_reply__free_unpacked(w[i].reply, NULL);
	}
	ck_assert_uint_ge(other, INBOX_HASHING_MAX);
	ck_assert_uint_gt(busy, 0);
	ck_assert_uint_eq(busy + other, ARRAY_LEN(w));
	world_leave(&w[0]);
	scene_close(&s);
}
END_TEST

static bool is_ready(struct scene *s, struct buf *why)
{
	const struct metric_source m = inbox_metrics(s->persist.inbox);
	buf_reset(why);
	const bool ready = m.ready(m.ctx, why);
	buf_addc(why, '\0');
	return ready;
}

START_TEST(while_postgres_is_away_batches_wait_and_calls_do_not)
{
	struct pg_server server;
	struct scene s;
	struct world w, ops;
	struct buf why = { 0 };
	ck_assert(pg_server_start(&server));
	memset(&s, 0, sizeof(s));
	snprintf(s.b.dir, sizeof(s.b.dir), "/tmp/mudlark-store-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(s.b.dir));
	snprintf(s.b.where, sizeof(s.b.where), "%s", server.url);
	snprintf(s.endpoint, sizeof(s.endpoint), "ipc://%s/run/persist.bus", s.b.dir);
	s.b.ops = store_for(s.b.where);
	ck_assert_int_eq(loop_new(&s.loop), 0);
	persist_start(&s);
	world_enter(&s, &w);
	world_commit(&s, &w, "{}");
	UNTIL(&s, w.acked == 1);
	ck_assert(is_ready(&s, &why));

	pg_server_kill(&server, SIGKILL);
	for (int i = 0; i < 300; i++)
		world_commit(&s, &w, "{}");
	UNTIL(&s, !is_ready(&s, &why));
	ck_assert_ptr_nonnull(strstr(buf_p(&why), "degraded: "));
	ask_tree(&w, 1, 0);
	ck_assert_int_eq(answer(&s, &w), MUDLARK__STATUS__STATUS_STORE);
	ck_assert(w.reply->why[0]);
	world_dial(&s, &ops, "ops");
	ask_status(&ops);
	ck_assert_int_eq(answer(&s, &ops), MUDLARK__STATUS__STATUS_OK);
	ck_assert(!ops.reply->store->ready);
	ck_assert(ops.reply->store->trouble[0]);
	ck_assert_uint_eq(w.acked, 1);

	ck_assert(pg_server_up(&server, NULL));
	UNTIL(&s, w.acked == 301);
	ck_assert(is_ready(&s, &why));
	world_leave(&w);
	world_leave(&ops);
	persist_end(&s);
	store_has(&s, 301);
	buf_done(&why);
	loop_free(s.loop);
	both_close(&s.b);
	pg_server_stop(&server);
}
END_TEST

START_TEST(a_stop_finishes_what_is_in_line)
{
	struct scene s;
	struct world w;
	scene_open(&s, ON_SQLITE);
	world_enter(&s, &w);
	for (int i = 0; i < 100; i++)
		world_commit(&s, &w, "{}");
	UNTIL(&s, w.acked > 0);
	inbox_stop(s.persist.inbox);
	UNTIL(&s, s.persist.has_ended);
	ck_assert_int_eq(s.persist.status, 0);
	const uint64_t acked = w.acked;
	persist_end(&s);
	ck_assert_int_eq(both_try_open(&s.b), 0);
	ck_assert_uint_ge(both_batch(&s.b), acked);
	s.b.ops->close(s.b.s);
	s.b.s = NULL;
	persist_start(&s);
	UNTIL(&s, w.acked == 100);
	world_leave(&w);
	scene_close(&s);
}
END_TEST

START_TEST(a_store_of_no_use_ends_the_process)
{
	struct scene s;
	scene_open(&s, ON_SQLITE);
	UNTIL(&s, s.persist.is_ready);
	/* A second one on the same file. */
	struct persist first = s.persist;
	snprintf(s.endpoint, sizeof(s.endpoint), "ipc://%s/run/other.bus", s.b.dir);
	persist_start(&s);
	UNTIL(&s, s.persist.has_ended);
	ck_assert_int_eq(s.persist.status, 73);
	persist_end(&s);
	s.persist = first;
	scene_close(&s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("inbox");
	TCase *t = tcase_create("inbox");

	tcase_set_timeout(t, 90);
	tcase_add_test(t, every_case_has_a_handler);
	tcase_add_loop_test(t, what_is_acknowledged_is_in_the_store, 0, STORES);
	tcase_add_loop_test(t, a_restart_of_persist_loses_and_doubles_nothing, 0, STORES);
	tcase_add_loop_test(t, a_poisoned_batch_is_told_and_play_goes_on, 0, STORES);
	tcase_add_loop_test(t, an_older_world_is_refused_told_and_dropped, 0, STORES);
	tcase_add_loop_test(t, a_tree_is_loaded_after_the_batch_it_asks_for, 0, STORES);
	tcase_add_test(t, the_operator_may_ask_but_not_hold_a_world);
	tcase_add_test(t, more_logins_than_can_wait_are_told_to_try_again);
	tcase_add_test(t, while_postgres_is_away_batches_wait_and_calls_do_not);
	tcase_add_test(t, a_stop_finishes_what_is_in_line);
	tcase_add_test(t, a_store_of_no_use_ends_the_process);
	suite_add_tcase(s, t);
	return both_main(s);
}
