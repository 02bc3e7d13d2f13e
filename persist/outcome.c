/*
 * outcome.c - what goes out: finished jobs become acknowledgements, refusals and answers, and the
 * store's comings and goings become what the process says of itself.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "persist/inbox_inner.h"
#include "persist/row.h"
#include "rt/log.h"
#include "rt/proc.h"
#include "rt/trace.h"

enum { REFUSAL_US = 2000000 };

struct store_world *outcome_world(struct inbox *in, uint32_t world)
{
	for (size_t i = 0; i < in->n_worlds; i++) {
		if (in->worlds[i].world == world)
			return &in->worlds[i];
	}
	in->worlds = base_realloc(in->worlds, in->n_worlds + 1, sizeof(*in->worlds));
	in->worlds[in->n_worlds] = (struct store_world){ .world = world };
	return &in->worlds[in->n_worlds++];
}

static bool is_account(const struct job *j)
{
	return j->work != NULL;
}

/* True when it is off our hands. */
static bool send_answer(struct inbox *in, const struct job *j)
{
	const struct peer *p = map64_get(&in->peers, j->peer);
	struct buf out = { 0 };

	if (!p)
		return true;
	const size_t n = mudlark__persist_reply__get_packed_size(&j->reply);
	mudlark__persist_reply__pack(&j->reply, (uint8_t *)buf_reserve(&out, n + 1));
	buf_commit(&out, n);
	int r = link_reply(p->link, j->id, buf_span(&out));
	buf_done(&out);
	if (r == -EMSGSIZE) {
		Mudlark__PersistReply sorry = MUDLARK__PERSIST_REPLY__INIT;
		uint8_t small[128];
		reply_say(&sorry, MUDLARK__STATUS__STATUS_BAD, "The answer is too long.");
		const struct span body = { (const char *)small,
					   mudlark__persist_reply__pack(&sorry, small) };
		r = link_reply(p->link, j->id, body);
	}
	return r <= 0;
}

static void end_call(struct inbox *in, struct job *j)
{
	in->n_calls--;
	in->n_hashing -= is_account(j);
	inbox_count(in, GAUGE_CALLS, 1);
	metric_observe_us(&in->metrics[GAUGE_CALL_SECONDS], inbox_now(in) - j->since_us);
	job_free(j);
}

void outcome_answer(struct inbox *in, struct job *j)
{
	if (send_answer(in, j))
		end_call(in, j);
	else
		jobs_add(&in->unsent, j);
}

static int send_record(struct peer *p, const Mudlark__WorldIn *m, uint64_t *ret_seq)
{
	const size_t n = mudlark__world_in__get_packed_size(m);
	CLEANUP(base_freep) char *bytes = base_alloc(n + 1, 1);

	mudlark__world_in__pack(m, (uint8_t *)bytes);
	return link_send(p->link, (struct span){ bytes, n }, ret_seq);
}

/* The lines that changed something in this batch. */
static void trace_lines(const Mudlark__Commit *c)
{
	for (size_t i = 0; log_on(LOG_DEBUG) && i < c->n_sessions; i++)
		if (c->sessions[i]->applied)
			log_debug("line_durable",
				  LOG_TRACE(c->sessions[i]->session, c->sessions[i]->applied),
				  LOG_ID("session", c->sessions[i]->session),
				  LOG_U64("batch", c->batch));
}

static void on_durable(struct inbox *in, const struct job *j)
{
	inbox_count(in, GAUGE_COMMITS, 1);
	metric_observe_us(&in->metrics[GAUGE_DURABLE_SECONDS], inbox_now(in) - j->since_us);
	trace_lines(j->commit.commit);
}

static void on_poisoned(struct inbox *in, const struct job *j, struct peer *p)
{
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
	Mudlark__BatchPoisoned poisoned = MUDLARK__BATCH_POISONED__INIT;

	inbox_count(in, GAUGE_POISONED, 1);
	log_error("batch_poisoned", LOG_U64("world", j->commit.commit->world),
		  LOG_U64("epoch", j->commit.commit->epoch),
		  LOG_U64("batch", j->commit.commit->batch),
		  LOG_TEXT("reason", ((struct span){ j->why, strlen(j->why) })));
	poisoned.batch = j->commit.commit->batch;
	poisoned.why = (char *)j->why;
	m.body_case = MUDLARK__WORLD_IN__BODY_BATCH_POISONED;
	m.batch_poisoned = &poisoned;
	if (p && send_record(p, &m, NULL))
		log_error("batch_poisoned_untold", LOG_U64("batch", poisoned.batch));
}

/* Its link ends once it knows (on_acked), or soon. */
static void refuse(struct inbox *in, struct peer *p, uint64_t epoch, uint64_t batch)
{
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
	Mudlark__BatchRefused refused = MUDLARK__BATCH_REFUSED__INIT;

	refused.epoch = epoch;
	refused.batch = batch;
	m.body_case = MUDLARK__WORLD_IN__BODY_BATCH_REFUSED;
	m.batch_refused = &refused;
	p->is_refused = true;
	p->refused_us = inbox_now(in);
	if (send_record(p, &m, &p->refusal))
		p->refusal = 0;
}

static void on_refused(struct inbox *in, const struct job *j, struct peer *p)
{
	inbox_count(in, GAUGE_REFUSED, 1);
	if (!p || p->is_refused)
		return;
	log_warning("batch_refused", LOG_ID("instance", p->instance),
		    LOG_U64("batch", j->commit.commit->batch),
		    LOG_U64("epoch", j->commit.commit->epoch), LOG_U64("present", j->epoch),
		    LOG_STR("reason", j->why));
	refuse(in, p, j->epoch, j->commit.commit->batch);
}

/*
 * A world that lost its epoch is told at once: one without anything to store would never learn it,
 * and would go on answering the gateways it still has.
 */
static void end_former(struct inbox *in, uint64_t instance, uint64_t epoch)
{
	uint64_t key;
	size_t it = 0;
	void *value;

	while (map64_next(&in->peers, &it, &key, &value)) {
		struct peer *p = value;

		if (p->instance == instance && !p->is_refused)
			refuse(in, p, epoch, 0);
	}
}

/* What is settled is there: the next hello of this world is answered from it. */
static void note_progress(struct inbox *in, const struct job *j)
{
	const Mudlark__Commit *c = j->commit.commit;
	struct store_world *w = outcome_world(in, c->world);

	if (w->epoch == c->epoch && c->batch > w->batch)
		w->batch = c->batch;
}

static void end_commit(struct inbox *in, struct job *j)
{
	struct peer *p = map64_get(&in->peers, j->peer);

	in->n_commits--;
	in->commit_us = inbox_now(in);
	if (j->joined) {
		inbox_count(in, GAUGE_TRANSACTIONS, 1);
		metric_observe_us(&in->metrics[GAUGE_TRANSACTION_SECONDS], j->took_us);
	}
	if (j->outcome == BATCH_REFUSED) {
		on_refused(in, j, p);
	} else {
		note_progress(in, j);
		if (j->outcome == BATCH_POISONED)
			on_poisoned(in, j, p);
		else
			on_durable(in, j);
		if (p && !p->is_refused)
			link_take(p->link, j->id);
	}
	job_free(j);
}

static void note_grant(struct inbox *in, const struct job *j)
{
	const Mudlark__Grant *grant = j->call->grant;
	struct store_world *w = outcome_world(in, grant->world);

	if (w->epoch == j->reply.granted->epoch)
		return;
	log_info("epoch_granted", LOG_U64("world", grant->world),
		 LOG_U64("epoch", j->reply.granted->epoch), LOG_ID("instance", grant->instance));
	if (w->instance)
		end_former(in, w->instance, j->reply.granted->epoch);
	w->epoch = j->reply.granted->epoch;
	w->instance = grant->instance;
	w->batch = 0;
}

static void go_on(struct inbox *in, struct job *j)
{
	int r;

	if (j->kind == JOB_ACCOUNT_BEGIN) {
		j->kind = JOB_ACCOUNT_HASH;
		r = hasher_push(in->hasher, j);
	} else {
		j->kind = JOB_ACCOUNT_FINISH;
		r = keeper_push(in->keeper, j);
	}
	if (!r)
		return;
	reply_say(&j->reply, MUDLARK__STATUS__STATUS_BUSY,
		  "Too many people are logging in right now; try again in a moment.");
	outcome_answer(in, j);
}

static void on_store(struct inbox *in, const struct job *j)
{
	const bool was_first = !in->was_open, is_news = strcmp(in->trouble, j->why) != 0;

	in->is_open = j->state == STORE_OPEN;
	memset(in->trouble, 0, sizeof(in->trouble));
	if (j->state == STORE_OPEN) {
		in->was_open = true;
		for (size_t i = 0; i < j->n_worlds; i++)
			*outcome_world(in, j->worlds[i].world) = j->worlds[i];
		log_info("store_open", LOG_U64("worlds", j->n_worlds));
		if (was_first)
			in->conf.ready(in->conf.ctx);
		return;
	}
	strncpy(in->trouble, j->why, sizeof(in->trouble) - 1);
	if (j->state == STORE_AWAY) {
		inbox_count(in, GAUGE_AWAY, 1);
		if (is_news)
			log_warning("store_away", LOG_STR("reason", in->trouble));
	} else if (j->state != STORE_CLOSED) {
		log_error("store_refused", LOG_STR("reason", in->trouble));
	}
	if (j->state == STORE_REFUSED)
		in->conf.ended(in->conf.ctx, EXIT_USAGE);
	else if (j->state == STORE_IN_USE)
		in->conf.ended(in->conf.ctx, EXIT_IN_USE);
	else if (j->state == STORE_CLOSED)
		in->conf.ended(in->conf.ctx, EXIT_DONE);
}

static void finish(struct inbox *in, struct job *j)
{
	switch (j->kind) {
	case JOB_COMMIT:
		end_commit(in, j);
		return;
	case JOB_STATE:
		on_store(in, j);
		job_free(j);
		return;
	case JOB_ACCOUNT_HASH:
		go_on(in, j);
		return;
	default:
		if (!j->is_done) {
			go_on(in, j);
			return;
		}
		if (j->reply.granted)
			note_grant(in, j);
		outcome_answer(in, j);
	}
}

void outcome_ready(evutil_socket_t fd, short what, void *ctx)
{
	struct inbox *in = ctx;
	struct job_list done = { 0 };
	struct job *j;

	(void)fd;
	(void)what;
	queue_take(&in->results, &done);
	while ((j = jobs_pop(&done)))
		finish(in, j);
}

/* A LoadTree whose batches never came. */
static void sweep_held(struct inbox *in, struct peer *p)
{
	struct job_list held = p->held;
	struct job *j;

	p->held = (struct job_list){ 0 };
	while ((j = jobs_pop(&held))) {
		if (inbox_now(in) < j->until_us) {
			jobs_add(&p->held, j);
			continue;
		}
		reply_say(&j->reply, MUDLARK__STATUS__STATUS_STORE,
			  "The chronicle has fallen behind; try again in a moment.");
		outcome_answer(in, j);
	}
}

/* The first peer whose time after a refusal is over. */
static struct peer *overdue(struct inbox *in)
{
	uint64_t number;
	void *p;
	size_t it = 0;

	while (map64_next(&in->peers, &it, &number, &p)) {
		const struct peer *peer = p;
		if (peer->is_refused && inbox_now(in) - peer->refused_us > REFUSAL_US)
			return p;
	}
	return NULL;
}

void outcome_sweep(void *ctx)
{
	struct inbox *in = ctx;
	struct job_list unsent = in->unsent;
	struct peer *p;
	uint64_t number;
	void *each;
	struct job *j;

	in->unsent = (struct job_list){ 0 };
	while ((j = jobs_pop(&unsent)))
		outcome_answer(in, j);
	for (size_t it = 0; map64_next(&in->peers, &it, &number, &each);) {
		p = each;
		if (number == p->number && p->held.n)
			sweep_held(in, p);
	}
	while ((p = overdue(in)))
		link_hub_drop(in->hub, p->link);
}

void outcome_forget(struct inbox *in, struct peer *p)
{
	if (!p)
		return;
	link_set_owner(p->link, NULL);
	(void)map64_del(&in->peers, p->number);
	if (p->connection)
		(void)map64_del(&in->peers, p->connection);
	in->n_calls -= p->held.n;
	jobs_free(&p->held);
	free(p);
}
