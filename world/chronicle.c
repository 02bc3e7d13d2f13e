/*
 * chronicle.c - the link to persist: commits in order, calls beside them, and what is durable.
 *
 * A commit's number is its sequence on the link, and the link's acknowledgement of it means durable.
 * When persist goes away the link keeps what is not acknowledged and sends it again; when it comes
 * back without knowing us, its store was replaced under a running world, and this world must end.
 */
#include "world/server.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/route.h"

static void feed_committed(struct server *s, uint64_t batch)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__Committed m = MUDLARK__COMMITTED__INIT;

	m.batch = batch;
	in.body_case = MUDLARK__WORLD_IN__BODY_COMMITTED;
	in.committed = &m;
	server_feed(s, 0, &in);
}

static void feed_store_state(struct server *s, bool stalled)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__StoreState m = MUDLARK__STORE_STATE__INIT;

	s->stalled = stalled;
	m.stalled = stalled;
	in.body_case = MUDLARK__WORLD_IN__BODY_STORE_STATE;
	in.store_state = &m;
	server_feed(s, 0, &in);
}

static void feed_call_done(struct server *s, uint64_t id, const struct span *reply)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__CallDone m = MUDLARK__CALL_DONE__INIT;

	m.id = id;
	m.failed = !reply;
	if (reply)
		m.reply = (ProtobufCBinaryData){ .len = reply->n,
						 .data = (uint8_t *)(uintptr_t)reply->p };
	in.body_case = MUDLARK__WORLD_IN__BODY_CALL_DONE;
	in.call_done = &m;
	server_feed(s, 0, &in);
}

static void on_up(void *ctx, struct link *l, const struct link_peer *peer, enum link_up how)
{
	struct server *s = ctx;

	(void)l;
	log_info("persist_up", LOG_ID("instance", peer->instance),
		 LOG_STR("how", how == LINK_FRESH ? "fresh" : "resumed"));
	s->store_up = true;
	if (!s->granted)
		start_store_up(s);
	else if (how == LINK_FRESH)
		server_fail(s, EXIT_SUPERSEDED, "persist does not know this world any more");
}

static void on_down(void *ctx, struct link *l, const char *why)
{
	struct server *s = ctx;

	(void)l;
	s->store_up = false;
	log_warning("persist_down", LOG_STR("reason", why));
}

static void on_record(void *ctx, struct link *l, uint64_t seq, struct span body)
{
	(void)l;
	(void)seq;
	inbox_record(ctx, 0, ROLE_PERSIST, body);
}

static void on_acked(void *ctx, struct link *l, uint64_t seq)
{
	struct server *s = ctx;

	(void)l;
	s->durable = seq;
	phases_batch_durable(&s->phases, seq);
	s->oldest_us = seq >= s->issued ? 0 : clock_mono(loop_clock(s->loop));
}

/* Not before all that came with the acknowledgement was read: a batch that was set aside is
 * acknowledged, too, and what it says must not be shown. */
void chronicle_turn(struct server *s)
{
	if (s->told == s->durable)
		return;
	s->told = s->durable;
	feed_committed(s, s->durable);
	if (s->stalled && !s->oldest_us) {
		log_info("persist_caught_up", LOG_U64("batch", s->durable));
		feed_store_state(s, false);
	}
}

static void on_refused(void *ctx, struct link *l, const char *why)
{
	/* Its store is another one, or an older one, than when we began. */
	const bool is_other = strcmp(why, LINK_RECORDS_LOST) == 0;

	(void)l;
	server_fail(ctx, is_other ? EXIT_SUPERSEDED : EXIT_FAULT, why);
}

void chronicle_commit(void *ctx, const Mudlark__Commit *c, struct span record)
{
	struct server *s = ctx;
	uint64_t seq;
	int r = link_send(wire_link(s->store), record, &seq);

	if (r || seq != c->batch) {
		/* What was done could not be kept: nothing of it may be shown. */
		log_error("commit_not_taken", LOG_INT("result", r), LOG_U64("batch", c->batch));
		server_fail(s, EXIT_FAULT, "a commit could not be queued");
		return;
	}
	s->issued = c->batch;
	phases_batch_issued(&s->phases, c);
	if (!s->oldest_us)
		s->oldest_us = clock_mono(loop_clock(s->loop));
}

/* Calls and their ids fit into a pointer's place: the context is one small allocation each. */
struct asked {
	struct server *server;
	uint64_t id;
};

static void on_reply(void *ctx, uint64_t link_id, const struct span *body, const char *why)
{
	struct asked a = *(struct asked *)ctx;

	(void)link_id;
	free(ctx);
	if (!body)
		log_warning("call_failed", LOG_U64("call", a.id), LOG_STR("reason", why));
	feed_call_done(a.server, a.id, body);
}

/* Answers are inputs and come from the loop, never from inside a turn. */
static void fail_later(struct server *s, uint64_t id)
{
	if (s->n_failed == s->cap_failed) {
		s->cap_failed = s->cap_failed ? s->cap_failed * 2 : 16;
		s->failed = base_realloc(s->failed, s->cap_failed, sizeof(*s->failed));
	}
	s->failed[s->n_failed++] = id;
	loop_timer_soon(&s->failures);
}

static void on_failures(void *ctx)
{
	struct server *s = ctx;

	for (size_t i = 0; i < s->n_failed; i++)
		feed_call_done(s, s->failed[i], NULL);
	s->n_failed = 0;
}

void chronicle_call(void *ctx, uint64_t id, const Mudlark__PersistCall *call, uint32_t deadline_ms)
{
	struct server *s = ctx;
	struct buf packed = { 0 };
	Mudlark__PersistCall *c = (Mudlark__PersistCall *)(uintptr_t)call;
	struct asked *a;
	size_t n;

	if (!secrets_reveal(s->secrets, c)) {
		fail_later(s, id);
		return;
	}
	n = mudlark__persist_call__get_packed_size(c);
	mudlark__persist_call__pack(c, (uint8_t *)buf_reserve(&packed, n + 1));
	buf_commit(&packed, n);
	a = base_alloc(1, sizeof(*a));
	*a = (struct asked){ s, id };
	if (!link_call(wire_link(s->store), buf_span(&packed), deadline_ms, on_reply, a)) {
		free(a);
		fail_later(s, id);
	}
	sodium_memzero(packed.p, packed.cap);
	buf_done(&packed);
}

void chronicle_tick(struct server *s)
{
	uint64_t now = clock_mono(loop_clock(s->loop));

	if (!s->stalled && s->oldest_us && now - s->oldest_us > (uint64_t)s->options->stall_grace) {
		log_warning("persist_stalled", LOG_U64("issued", s->issued),
			    LOG_U64("durable", s->durable));
		feed_store_state(s, true);
	}
}

int chronicle_dial(struct server *s)
{
	const struct proc_common *common = proc_common(s->proc);
	const struct wire_spec spec = {
		.endpoint = s->options->store_bus,
		.to = ROLE_PERSIST,
		.security = { .insecure = s->proc->insecure,
			      .key_file = common->bus_key_file,
			      .allow_file = common->bus_allow_file,
			      .peer_key = common->bus_peer_key },
		.link = { .role = "world",
			  .name = s->proc->name,
			  .instance = s->instance,
			  .world = (uint32_t)s->options->number,
			  .auto_take = true,
			  /* The core stops at its backlog; a turn's commit comes on top. */
			  .ring_bytes = (size_t)s->options->backlog + (8U << 20),
			  .ring_records = (size_t)1 << 22 },
		.events = { .up = on_up,
			    .down = on_down,
			    .record = on_record,
			    .acked = on_acked,
			    .refused = on_refused,
			    .ctx = s },
	};

	loop_timer_init(s->loop, &s->failures, on_failures, s);
	return wire_dial(&s->store, s->loop, &spec);
}
