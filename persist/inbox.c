/*
 * inbox.c - what comes in: commits in link order, calls beside them.
 *
 * A record is not taken over here: link_take() follows when its batch is durable (outcome.c), which is
 * what makes the link's acknowledgement mean "durable".  Everything unpacked lies in the job's arena.
 */
#include "persist/inbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "persist/check.h"
#include "persist/inbox_inner.h"
#include "persist/migrate.h"
#include "persist/row.h"
#include "rt/log.h"

enum { SWEEP_US = 100000, STUCK_US = 3000000 };

static int take_commit(void *ctx, uint64_t peer, const void *body)
{
	struct inbox *in = ctx;
	struct job *j = in->job;
	Mudlark__Commit *c = (Mudlark__Commit *)body;

	(void)peer;
	if (c->batch != j->id) {
		log_error("commit_misnumbered", LOG_U64("batch", c->batch),
			  LOG_U64("sequence", j->id));
		return -EPROTO;
	}
	j->commit.commit = c;
	in->from->received = j->id;
	if (keeper_push(in->keeper, j))
		return -ESHUTDOWN;
	in->job = NULL;
	if (in->n_commits++ == 0)
		in->commit_us = inbox_now(in);
	return 0;
}

/* LoadTrees that waited for batches which are now in line. */
static void release_held(struct inbox *in, struct peer *p)
{
	struct job_list held = p->held;
	struct job *j;

	p->held = (struct job_list){ 0 };
	while ((j = jobs_pop(&held))) {
		if (j->call->load_tree->after_batch > p->received)
			jobs_add(&p->held, j);
		else if (keeper_push(in->keeper, j))
			outcome_answer(in, j);
	}
}

static void on_record(void *ctx, struct link *l, uint64_t seq, struct span body)
{
	struct inbox *in = ctx;
	struct peer *p = link_owner(l);

	if (p->is_refused)
		return;
	struct job *j = job_new(JOB_COMMIT);
	j->peer = p->number;
	j->id = seq;
	j->commit.bytes = body.n;
	j->since_us = inbox_now(in);
	in->job = j;
	in->from = p;
	const ProtobufCMessage *m = route_unpack(&mudlark__persist_in__descriptor, body, &j->arena);
	const int r = m ? route_dispatch(&inbox_records, &in->stats, in, p->instance, p->role, m)
			: -EPROTO;
	const bool is_taken = !in->job;
	job_free(in->job);
	in->job = NULL;
	in->from = NULL;
	if (is_taken) {
		release_held(in, p);
	} else if (!in->is_stopping) {
		/* Nothing that follows can be in order: the connection begins anew from what we have. */
		inbox_count(in, GAUGE_MALFORMED, 1);
		log_error("record_malformed", LOG_ID("instance", p->instance),
			  LOG_U64("sequence", seq), LOG_ERRNO(r));
		link_hub_drop(in->hub, l);
	}
}

static int take_call(void *ctx, uint64_t peer, const void *body)
{
	struct inbox *in = ctx;
	struct job *j = in->job;

	(void)peer;
	(void)body;
	if (keeper_push(in->keeper, j))
		return -ESHUTDOWN;
	in->job = NULL;
	return 0;
}

/* NULL: this sender may ask this; else a sentence. */
static const char *fault_of(const struct inbox *in)
{
	switch (in->from->role) {
	case ROLE_AIBRIDGE:
		return check_aibridge(in->job->call);
	case ROLE_BRIDGE:
		return check_bridge(in->job->call);
	default:
		return NULL;
	}
}

static int take_bounded(void *ctx, uint64_t peer, const void *body)
{
	struct inbox *in = ctx;
	const char *fault = fault_of(in);

	if (!fault)
		return take_call(ctx, peer, body);
	reply_say(&in->job->reply, MUDLARK__STATUS__STATUS_BAD, fault);
	return 0;
}

static int take_load_tree(void *ctx, uint64_t peer, const void *body)
{
	struct inbox *in = ctx;
	const Mudlark__LoadTree *q = body;

	if (q->after_batch <= in->from->received)
		return take_call(ctx, peer, body);
	jobs_add(&in->from->held, in->job);
	in->job = NULL;
	return 0;
}

static int take_account(void *ctx, uint64_t peer, const void *body)
{
	struct inbox *in = ctx;
	struct job *j = in->job;

	if (in->n_hashing >= INBOX_HASHING_MAX) {
		inbox_count(in, GAUGE_BUSY, 1);
		reply_say(&j->reply, MUDLARK__STATUS__STATUS_BUSY,
			  "Too many people are logging in right now; try again in a moment.");
		return 0;
	}
	j->kind = JOB_ACCOUNT_BEGIN;
	j->work = row_alloc(&j->arena, sizeof(*j->work));
	/* Hashing takes its time, whatever the store does. */
	j->until_us += 10000000;
	in->n_hashing++;
	return take_call(ctx, peer, body);
}

static int take_status(void *ctx, uint64_t peer, const void *body)
{
	struct inbox *in = ctx;
	Mudlark__StoreInfo *info = row_alloc(&in->job->arena, sizeof(*info));
	const struct store_ops *ops = store_for(in->conf.store);

	(void)peer;
	(void)body;
	mudlark__store_info__init(info);
	info->store = (char *)ops->name;
	info->schema = migrate_newest(strcmp(ops->name, "sqlite") == 0 ? "sqlite" : "pg");
	info->ready = in->is_open;
	info->trouble = arena_printf(&in->job->arena, "%s", in->trouble);
	for (size_t i = 0; i < in->n_worlds; i++) {
		if (in->worlds[i].batch >= info->batch || in->worlds[i].epoch > info->epoch) {
			info->batch = in->worlds[i].batch;
			info->epoch = in->worlds[i].epoch;
		}
	}
	in->job->reply.store = info;
	return 0;
}

#define ANY (ROLE_WORLD | ROLE_OPS)
#define LEDGER (ROLE_AIBRIDGE | ROLE_OPS)
#define ALL (ANY | ROLE_AIBRIDGE | ROLE_BRIDGE)

static const struct route record_rows[] = {
	[MUDLARK__PERSIST_IN__BODY_COMMIT] = { "commit", ROLE_WORLD, take_commit },
};

static const struct route call_rows[] = {
	[MUDLARK__PERSIST_CALL__BODY_GRANT] = { "grant", ROLE_WORLD, take_call },
	[MUDLARK__PERSIST_CALL__BODY_LOAD_PAGE] = { "load_page", ROLE_WORLD, take_call },
	[MUDLARK__PERSIST_CALL__BODY_LOAD_TREE] = { "load_tree", ROLE_WORLD, take_load_tree },
	[MUDLARK__PERSIST_CALL__BODY_ACCOUNT_CREATE] = { "account_create", ANY, take_account },
	[MUDLARK__PERSIST_CALL__BODY_ACCOUNT_VERIFY] = { "account_verify", ANY, take_account },
	[MUDLARK__PERSIST_CALL__BODY_ACCOUNT_PASSWORD] = { "account_password", ANY, take_account },
	[MUDLARK__PERSIST_CALL__BODY_ACCOUNT_LIST] = { "account_list", ANY, take_call },
	[MUDLARK__PERSIST_CALL__BODY_ACCOUNT_GRANT] = { "account_grant", ANY, take_call },
	[MUDLARK__PERSIST_CALL__BODY_CHARACTER_CREATE] = { "character_create", ANY, take_call },
	[MUDLARK__PERSIST_CALL__BODY_DOCUMENT_GET] = { "document_get", ALL, take_bounded },
	[MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT] = { "document_put", ALL, take_bounded },
	[MUDLARK__PERSIST_CALL__BODY_DOCUMENT_QUERY] = { "document_query", ALL, take_bounded },
	[MUDLARK__PERSIST_CALL__BODY_EVENTS_AFTER] = { "events_after", ANY | ROLE_BRIDGE,
						       take_bounded },
	[MUDLARK__PERSIST_CALL__BODY_LEDGER_RESERVE] = { "ledger_reserve", ROLE_AIBRIDGE,
							 take_call },
	[MUDLARK__PERSIST_CALL__BODY_LEDGER_SETTLE] = { "ledger_settle", ROLE_AIBRIDGE,
							take_bounded },
	[MUDLARK__PERSIST_CALL__BODY_LEDGER_LIST] = { "ledger_list", LEDGER, take_call },
	[MUDLARK__PERSIST_CALL__BODY_DOCUMENT_DROP] = { "document_drop", ALL, take_bounded },
	[MUDLARK__PERSIST_CALL__BODY_LEDGER_DROP] = { "ledger_drop", LEDGER, take_call },
	[MUDLARK__PERSIST_CALL__BODY_STORE_STATUS] = { "store_status", ALL, take_status },
	[MUDLARK__PERSIST_CALL__BODY_DUMP_BEGIN] = { "dump_begin", ROLE_OPS, take_call },
	[MUDLARK__PERSIST_CALL__BODY_DUMP_READ] = { "dump_read", ROLE_OPS, take_call },
	[MUDLARK__PERSIST_CALL__BODY_DUMP_END] = { "dump_end", ROLE_OPS, take_call },
};

const struct route_table inbox_records = { &mudlark__persist_in__descriptor, record_rows,
					   ARRAY_LEN(record_rows) };
const struct route_table inbox_calls = { &mudlark__persist_call__descriptor, call_rows,
					 ARRAY_LEN(call_rows) };

/* Hands the call to its handler; what no handler kept is answered at once. */
static void dispatch_call(struct inbox *in, struct peer *p, struct span body)
{
	struct job *j = in->job;
	ProtobufCMessage *m = route_unpack(&mudlark__persist_call__descriptor, body, &j->arena);

	j->call = (const Mudlark__PersistCall *)(void *)m;
	reply_say(&j->reply, MUDLARK__STATUS__STATUS_OK, "");
	const uint64_t handled = in->stats.handled;
	const int r =
		m ? route_dispatch(&inbox_calls, &in->stats, in, p->instance, p->role, m) : -EPROTO;
	if (!in->job)
		return;
	if (r == -ESHUTDOWN)
		reply_say(&j->reply, MUDLARK__STATUS__STATUS_STORE, "The chronicle is closing.");
	else if (r || in->stats.handled == handled)
		reply_say(&j->reply, MUDLARK__STATUS__STATUS_BAD, "That is not for you to ask.");
	outcome_answer(in, j);
}

static void on_call(void *ctx, struct link *l, uint64_t id, struct span body)
{
	struct inbox *in = ctx;
	struct peer *p = link_owner(l);
	struct job *j = job_new(JOB_CALL);

	j->peer = p->connection;
	j->id = id;
	j->is_ops = p->role == ROLE_OPS;
	j->since_us = inbox_now(in);
	j->until_us = j->since_us + in->conf.call_wait_us;
	in->n_calls++;
	if (in->n_calls > INBOX_CALLS_MAX) {
		inbox_count(in, GAUGE_BUSY, 1);
		reply_say(&j->reply, MUDLARK__STATUS__STATUS_BUSY,
			  "Too much is being asked right now; try again in a moment.");
		outcome_answer(in, j);
		return;
	}
	in->job = j;
	in->from = p;
	dispatch_call(in, p, body);
	in->job = NULL;
	in->from = NULL;
}

static void on_up(void *ctx, struct link *l, const struct link_peer *who, enum link_up how)
{
	struct inbox *in = ctx;
	struct peer *p = link_owner(l);

	if (!p) {
		p = base_alloc(1, sizeof(*p));
		p->link = l;
		p->number = ++in->last_number;
		p->instance = who->instance;
		p->role = route_role_of(who->role);
		(void)map64_put(&in->peers, p->number, p);
		link_set_owner(l, p);
	}
	p->connection = ++in->last_number;
	(void)map64_put(&in->peers, p->connection, p);
	in->n_peers++;
	if (p->role == ROLE_WORLD) {
		const struct store_world *w = outcome_world(in, who->world);
		const uint64_t have = w->instance == who->instance ? w->batch : 0;
		p->received = p->received > have ? p->received : have;
	}
	log_info("peer_up", LOG_STR("role", who->role), LOG_STR("name", who->name),
		 LOG_ID("instance", who->instance), LOG_INT("resumed", how == LINK_RESUMED));
}

/* A dump that it began is over. */
static void tell_left(struct inbox *in, uint64_t connection)
{
	struct job *j = job_new(JOB_LEFT);

	j->peer = connection;
	if (keeper_push(in->keeper, j))
		job_free(j);
}

static void on_down(void *ctx, struct link *l, const char *why)
{
	struct inbox *in = ctx;
	struct peer *p = link_owner(l);

	if (p->role == ROLE_OPS)
		tell_left(in, p->connection);
	(void)map64_del(&in->peers, p->connection);
	p->connection = 0;
	in->n_peers--;
	in->n_calls -= p->held.n;
	jobs_free(&p->held);
	log_info("peer_down", LOG_ID("instance", p->instance), LOG_STR("reason", why));
}

static void on_acked(void *ctx, struct link *l, uint64_t seq)
{
	struct inbox *in = ctx;
	const struct peer *p = link_owner(l);

	if (p->is_refused && p->refusal && seq >= p->refusal)
		link_hub_drop(in->hub, l);
}

/* Answers still under way find nobody and are dropped by the link. */
static void on_cancelled(void *ctx, struct link *l, uint64_t id)
{
	(void)ctx;
	(void)l;
	(void)id;
}

static void on_room(void *ctx, struct link *l)
{
	(void)l;
	outcome_sweep(ctx);
}

struct link_events inbox_events(struct inbox *in)
{
	return (struct link_events){
		.up = on_up,
		.down = on_down,
		.record = on_record,
		.acked = on_acked,
		.call = on_call,
		.cancelled = on_cancelled,
		.room = on_room,
		.ctx = in,
	};
}

static bool known(void *ctx, const struct link_peer *who, uint64_t *ret_have)
{
	struct inbox *in = ctx;

	if (route_role_of(who->role) != ROLE_WORLD)
		return false;
	const struct store_world *w = outcome_world(in, who->world);
	if (w->instance != who->instance)
		return false;
	*ret_have = w->batch;
	return true;
}

/* Before the store was read nobody can be told what is in it; the operator may ask why. */
static const char *admit(void *ctx, const struct link_peer *who)
{
	const struct inbox *in = ctx;

	if (in->was_open || route_role_of(who->role) == ROLE_OPS)
		return NULL;
	return "the store is not open yet";
}

static void forgotten(void *ctx, struct link *l)
{
	outcome_forget(ctx, link_owner(l));
}

void inbox_hub(struct inbox *in, struct link_hub_conf *ret)
{
	(void)in;
	ret->roles = ALL;
	ret->known = known;
	ret->admit = admit;
	ret->forgotten = forgotten;
}

void inbox_attach(struct inbox *in, struct link_hub *hub)
{
	in->hub = hub;
}

static int start(struct inbox *in, const struct store_ops *ops)
{
	const struct keeper_conf keeper = {
		.ops = ops,
		.where = in->conf.store,
		.out = &in->results,
		.clock = in->conf.clock,
		.entropy = in->conf.entropy,
		.create_rate = in->conf.create_rate,
		.event_keep = in->conf.event_keep,
	};
	int r = queue_init(&in->results, 0, true);

	if (r)
		return r;
	in->wake = event_new(loop_base(in->conf.loop), in->results.wake, EV_READ | EV_PERSIST,
			     outcome_ready, in);
	if (!in->wake || event_add(in->wake, NULL) < 0)
		return -ENOMEM;
	loop_timer_in(&in->sweep, SWEEP_US);
	r = hasher_start(&in->hasher, in->conf.hash_threads, &in->results);
	return r ? r : keeper_start(&in->keeper, &keeper);
}

static void on_sweep(void *ctx)
{
	struct inbox *in = ctx;

	loop_timer_in(&in->sweep, SWEEP_US);
	outcome_sweep(in);
}

int inbox_new(struct inbox **ret, const struct inbox_conf *conf)
{
	const struct store_ops *ops = store_for(conf->store);

	if (!ops || sodium_init() < 0)
		return -EINVAL;
	struct inbox *in = base_alloc(1, sizeof(*in));
	in->conf = *conf;
	in->results.wake = -1;
	map64_init(&in->peers, 0);
	gauges_init(in->metrics);
	loop_timer_init(conf->loop, &in->sweep, on_sweep, in);
	const int r = start(in, ops);
	if (r) {
		inbox_free(in);
		return r;
	}
	*ret = in;
	return 0;
}

void inbox_stop(struct inbox *in)
{
	if (in->is_stopping)
		return;
	in->is_stopping = true;
	keeper_stop(in->keeper);
}

static void free_peers(struct inbox *in)
{
	/* Each is there by its number, and by its connection while it is up. */
	struct peer **own = base_alloc(in->peers.n + 1, sizeof(struct peer *));
	size_t it = 0, n = 0;
	uint64_t number;
	void *p;

	while (map64_next(&in->peers, &it, &number, &p))
		if (number == ((struct peer *)p)->number)
			own[n++] = p;
	for (size_t i = 0; i < n; i++) {
		jobs_free(&own[i]->held);
		free(own[i]);
	}
	free(own);
	map64_done(&in->peers);
}

void inbox_free(struct inbox *in)
{
	if (!in)
		return;
	if (in->keeper)
		keeper_stop(in->keeper);
	keeper_free(in->keeper);
	hasher_stop(in->hasher);
	if (in->wake)
		event_free(in->wake);
	loop_timer_done(&in->sweep);
	queue_done(&in->results);
	jobs_free(&in->unsent);
	free_peers(in);
	free(in->worlds);
	free(in);
}

static void refresh(void *ctx)
{
	struct inbox *in = ctx;

	in->metrics[GAUGE_READY].value = in->is_open;
	in->metrics[GAUGE_WAITING].value = (double)(keeper_waiting(in->keeper) + in->n_calls);
	in->metrics[GAUGE_HASHING].value = (double)in->n_hashing;
	in->metrics[GAUGE_PEERS].value = (double)in->n_peers;
}

/* A database that hangs says nothing. */
static bool is_stuck(const struct inbox *in)
{
	return in->n_commits > 0 && inbox_now(in) - in->commit_us > STUCK_US;
}

static bool is_ready(void *ctx, struct buf *reason)
{
	const struct inbox *in = ctx;

	if (!in->is_open)
		buf_addf(reason, "degraded: %s",
			 in->trouble[0] ? in->trouble : "the store is not open yet");
	else if (is_stuck(in))
		buf_adds(reason, "degraded: the store does not answer");
	else
		return true;
	return false;
}

struct metric_source inbox_metrics(struct inbox *in)
{
	return (struct metric_source){ .metrics = in->metrics,
				       .n = GAUGE_COUNT_,
				       .refresh = refresh,
				       .ready = is_ready,
				       .ctx = in };
}
