/* keeper.c - the thread that holds the store; see keeper.h. */
#include "persist/keeper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "persist/call.h"
#include "persist/dumper.h"
#include "persist/row.h"

enum {
	PAUSE_MIN_MS = 50,
	PAUSE_MAX_MS = 2000,
	TRIES_MAX = 2,
	EXPIRY_MS = 100,
	GROUP_MAX = 64,
	DUMP_LOOK_MS = 1000,
};

struct keeper {
	struct keeper_conf conf;
	struct queue in;
	pthread_t thread;
	/* Of the thread alone: */
	struct store *s;
	struct job_list line, done;
	struct dumper dumper;
	struct rng rng;
	int pause_ms;
	uint64_t open_at_us; /* not before */
	bool was_open;	     /* once, so that "in use" is only a start's affair */
	bool hopeless;
	/* Commits at the head of the line, as they are joined. */
	struct batch_item items[BATCH_COMMITS];
	Mudlark__Commit *commits[BATCH_COMMITS];
};

static uint64_t now_us(const struct keeper *k)
{
	return clock_mono(k->conf.clock);
}

static void post(struct keeper *k)
{
	queue_push_all(k->conf.out, &k->done);
}

static void post_state(struct keeper *k, enum store_state state, const struct buf *why)
{
	struct job *j = job_new(JOB_STATE);
	const struct db_value text = why ? db_text(buf_p(why), why->n) : db_text("", 0);

	j->state = state;
	j->why = row_text(&j->arena, &text);
	if (state == STORE_OPEN && k->conf.ops->worlds(k->s, &j->worlds, &j->n_worlds, &j->arena)) {
		/* Gone again already; the next job will tell. */
		j->worlds = NULL;
		j->n_worlds = 0;
	}
	jobs_add(&k->done, j);
	post(k);
}

/* Growing pauses, each between half and all of its length. */
static void pause_before_opening(struct keeper *k)
{
	const uint64_t half = (uint64_t)k->pause_ms / 2;

	k->open_at_us = now_us(k) + (half + rng_below(&k->rng, half + 1)) * 1000;
	k->pause_ms = k->pause_ms * 2 < PAUSE_MAX_MS ? k->pause_ms * 2 : PAUSE_MAX_MS;
}

static void lose_store(struct keeper *k, int r)
{
	struct buf why = { 0 };

	buf_addf(&why, "the store failed: %s", strerror(-r));
	dumper_end(&k->dumper, "the store failed");
	k->conf.ops->close(k->s);
	k->s = NULL;
	pause_before_opening(k);
	post_state(k, STORE_AWAY, &why);
	buf_done(&why);
}

/* How far every world has come goes with the news: links are resumed by it. */
static void tell_open(struct keeper *k)
{
	struct job *j = job_new(JOB_STATE);
	const int r = k->conf.ops->worlds(k->s, &j->worlds, &j->n_worlds, &j->arena);

	if (r) {
		job_free(j);
		lose_store(k, r < 0 ? r : -EIO);
		return;
	}
	j->state = STORE_OPEN;
	j->why = "";
	jobs_add(&k->done, j);
	post(k);
}

static void open_store(struct keeper *k)
{
	struct buf why = { 0 };
	const int r = k->conf.ops->open(&k->s, k->conf.where, &why);

	if (!r) {
		k->conf.ops->keep_events(k->s, k->conf.event_keep);
		k->was_open = true;
		tell_open(k);
	} else if (r > 0 || (r == -EADDRINUSE && !k->was_open)) {
		k->hopeless = true;
		post_state(k, r > 0 ? STORE_REFUSED : STORE_IN_USE, &why);
	} else {
		pause_before_opening(k);
		post_state(k, STORE_AWAY, &why);
	}
	buf_done(&why);
}

static void settled(void *ctx, size_t i, enum batch_outcome outcome, uint64_t epoch,
		    const char *why)
{
	struct keeper *k = ctx;
	struct job *j = jobs_pop(&k->line);
	const struct db_value text = db_text(why, strlen(why));

	(void)i;
	j->outcome = outcome;
	j->epoch = epoch;
	j->why = row_text(&j->arena, &text);
	jobs_add(&k->done, j);
}

static int run_commits(struct keeper *k)
{
	const struct batch_sink sink = { settled, k };
	size_t n = 0;

	for (const struct job *j = k->line.head; j && j->kind == JOB_COMMIT && n < BATCH_COMMITS;
	     j = j->next)
		k->items[n++] = j->commit;
	n = batch_join(k->items, n);
	for (size_t i = 0; i < n; i++)
		k->commits[i] = k->items[i].commit;
	const uint64_t start = now_us(k);
	const int r = batch_run(k->conf.ops, k->s, k->commits, n, &sink);
	if (k->done.head) {
		k->done.head->took_us = now_us(k) - start;
		k->done.head->joined = k->done.n;
	}
	return r;
}

static void answer_away(struct job *j)
{
	reply_say(&j->reply, MUDLARK__STATUS__STATUS_STORE,
		  "The chronicle cannot be reached right now; try again in a moment.");
	j->is_done = true;
}

/* Done twice it would do more than done once. */
static bool is_risky(const struct job *j)
{
	return j->kind == JOB_ACCOUNT_FINISH
		       ? j->call->body_case == MUDLARK__PERSIST_CALL__BODY_ACCOUNT_CREATE
		       : j->call->body_case == MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT;
}

static int try_dump(struct keeper *k, struct job *j)
{
	const struct dumper_ask ask = { .ops = k->conf.ops,
					.s = k->s,
					.peer = j->peer,
					.now_us = now_us(k),
					.fresh = entropy_id(k->conf.entropy),
					.a = &j->arena };

	dumper_run(&k->dumper, &ask, j->call, &j->reply);
	return 0;
}

static int try_call(struct keeper *k, struct job *j)
{
	const struct account_at at = { k->conf.ops, k->s, clock_wall(k->conf.clock),
				       k->conf.create_rate, &j->arena };

	switch (j->kind) {
	case JOB_ACCOUNT_BEGIN:
		return account_begin(&at, j->call, j->is_ops, j->work, &j->reply, &j->is_done);
	case JOB_ACCOUNT_FINISH:
		j->is_done = true;
		return account_finish(&at, j->call, j->work, &j->reply);
	default:
		j->is_done = true;
		if (dumper_is(j->call))
			return try_dump(k, j);
		return call_run(k->conf.ops, k->s, j->call, &j->arena, &j->reply);
	}
}

static int run_call(struct keeper *k)
{
	struct job *j = k->line.head;
	int r = 0;

	if (now_us(k) >= j->until_us)
		answer_away(j);
	else
		r = try_call(k, j);
	if (r < 0 && !is_risky(j) && ++j->tries < TRIES_MAX)
		return r; /* stays at the head */
	if (r)
		answer_away(j);
	jobs_add(&k->done, jobs_pop(&k->line));
	return r < 0 ? r : 0;
}

/* What an aibridge asks for each answer: done twice it does no more than done once, and one that is refused
 * spoils no other (store.h). */
static bool is_grouped(const struct keeper *k, const struct job *j)
{
	if (!j || j->kind != JOB_CALL || now_us(k) >= j->until_us)
		return false;
	switch (j->call->body_case) {
	case MUDLARK__PERSIST_CALL__BODY_DOCUMENT_GET:
	case MUDLARK__PERSIST_CALL__BODY_LEDGER_RESERVE:
	case MUDLARK__PERSIST_CALL__BODY_LEDGER_SETTLE:
		return true;
	default:
		return false;
	}
}

/*
 * The calls at the head of the line that can share a transaction do.  False: there is none to share, or
 * it failed, and what became of it is unknown; then the first of them is done by itself.
 */
static bool run_group(struct keeper *k)
{
	const struct store_ops *ops = k->conf.ops;
	struct job *j = k->line.head;
	size_t n = 0;

	if (!is_grouped(k, j) || !is_grouped(k, j->next))
		return false;
	int r = ops->group_begin(k->s);
	for (; !r && n < GROUP_MAX && is_grouped(k, j); j = j->next, n++)
		r = call_run(ops, k->s, j->call, &j->arena, &j->reply);
	if (ops->group_end(k->s, r))
		return false;
	while (n--) {
		k->line.head->is_done = true;
		jobs_add(&k->done, jobs_pop(&k->line));
	}
	return true;
}

/* Nobody waits for an answer to it. */
static void run_left(struct keeper *k, struct job *j)
{
	dumper_leave(&k->dumper, j->peer);
	job_free(j);
}

static int run_calls(struct keeper *k)
{
	if (k->line.head->kind == JOB_LEFT) {
		run_left(k, jobs_pop(&k->line));
		return 0;
	}
	return run_group(k) ? 0 : run_call(k);
}

static void work(struct keeper *k)
{
	const int r = k->line.head->kind == JOB_COMMIT ? run_commits(k) : run_calls(k);

	post(k);
	if (r < 0)
		lose_store(k, r);
	else
		k->pause_ms = PAUSE_MIN_MS;
}

/* While the store is away: answers the calls that have waited long enough (`all`: every one). */
static void expire(struct keeper *k, bool all)
{
	struct job_list kept = { 0 };
	struct job *j;
	const uint64_t now = now_us(k);

	while ((j = jobs_pop(&k->line))) {
		if (j->kind == JOB_LEFT) {
			run_left(k, j);
		} else if (j->kind != JOB_COMMIT && (all || now >= j->until_us)) {
			answer_away(j);
			jobs_add(&k->done, j);
		} else {
			jobs_add(&kept, j);
		}
	}
	k->line = kept;
	post(k);
}

/* Until there is something to do, or it is time to open the store. */
static bool await(struct keeper *k)
{
	const bool is_dumping = dumper_look(&k->dumper, now_us(k));
	int timeout = is_dumping ? DUMP_LOOK_MS : -1;

	if (k->s && k->line.n) {
		queue_take(&k->in, &k->line);
		return true;
	}
	if (!k->s && !k->hopeless) {
		const uint64_t now = now_us(k);
		timeout = now >= k->open_at_us ? 0 : (int)((k->open_at_us - now) / 1000 + 1);
		timeout = timeout < EXPIRY_MS ? timeout : EXPIRY_MS;
	}
	return queue_wait(&k->in, timeout, &k->line);
}

static void *keeper_main(void *arg)
{
	struct keeper *k = arg;

	open_store(k);
	while (await(k) || (k->s && k->line.n)) {
		if (!k->s && !k->hopeless && now_us(k) >= k->open_at_us)
			open_store(k);
		if (k->s && k->line.n)
			work(k);
		else if (!k->s)
			expire(k, k->hopeless);
	}
	expire(k, true);
	dumper_end(&k->dumper, "persist stops");
	if (k->s)
		k->conf.ops->close(k->s);
	k->s = NULL;
	post_state(k, STORE_CLOSED, NULL);
	return NULL;
}

int keeper_start(struct keeper **ret, const struct keeper_conf *conf)
{
	struct keeper *k = base_alloc(1, sizeof(*k));
	int r = queue_init(&k->in, 0, false);

	k->conf = *conf;
	k->pause_ms = PAUSE_MIN_MS;
	rng_seed(&k->rng, entropy_id(conf->entropy));
	if (!r)
		r = -pthread_create(&k->thread, NULL, keeper_main, k);
	if (r) {
		free(k);
		return r;
	}
	*ret = k;
	return 0;
}

int keeper_push(struct keeper *k, struct job *j)
{
	return queue_push(&k->in, j);
}

size_t keeper_waiting(struct keeper *k)
{
	return queue_length(&k->in);
}

void keeper_stop(struct keeper *k)
{
	queue_close(&k->in);
}

void keeper_free(struct keeper *k)
{
	if (!k)
		return;
	pthread_join(k->thread, NULL);
	jobs_free(&k->line);
	queue_done(&k->in);
	free(k);
}
