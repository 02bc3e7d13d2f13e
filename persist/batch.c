/* batch.c - what becomes of waiting commits; see batch.h. */
#include "persist/batch.h"

#include <errno.h>

size_t batch_join(const struct batch_item *items, size_t n)
{
	const Mudlark__Commit *first = items[0].commit;
	size_t bytes = items[0].bytes, i = 1;

	for (; i < n && i < BATCH_COMMITS; i++) {
		const Mudlark__Commit *c = items[i].commit;
		bytes += items[i].bytes;
		if (c->world != first->world || c->epoch != first->epoch || bytes > BATCH_BYTES)
			break;
	}
	return i;
}

struct run {
	const struct store_ops *ops;
	struct store *s;
	Mudlark__Commit *const *commits;
	size_t n, settled;
	const struct batch_sink *sink;
	struct buf why;
};

static const char *sentence(struct run *r)
{
	buf_addc(&r->why, '\0');
	return buf_p(&r->why);
}

static void settle(struct run *r, size_t n, enum batch_outcome outcome, uint64_t epoch)
{
	const char *why = outcome == BATCH_DURABLE ? "" : sentence(r);

	while (n--)
		r->sink->settled(r->sink->ctx, r->settled++, outcome, epoch, why);
}

/* All that is left belongs to the same epoch. */
static int refuse_rest(struct run *r)
{
	uint64_t epoch = 0, instance, batch;
	const int bad = r->ops->progress(r->s, r->commits[0]->world, &epoch, &instance, &batch);

	if (bad)
		return bad;
	settle(r, r->n - r->settled, BATCH_REFUSED, epoch);
	return 0;
}

static int set_aside(struct run *r)
{
	const int bad = r->ops->set_aside(r->s, r->commits[r->settled], sentence(r));

	if (bad == STORE_STALE || bad == STORE_BAD)
		return refuse_rest(r);
	/* Whatever else is in its way, it can be neither stored nor passed: that is for a person. */
	if (bad)
		return bad < 0 ? bad : -EIO;
	settle(r, 1, BATCH_POISONED, 0);
	return 0;
}

/* How many to try next after `tried` from the front were refused for the sake of number `bad`. */
static size_t shorter(size_t tried, size_t bad)
{
	if (bad >= tried)
		return tried / 2;
	return bad ? bad : 1;
}

static int step(struct run *r, size_t *take)
{
	const size_t left = r->n - r->settled, tried = *take < left ? *take : left;
	size_t bad = tried;

	buf_reset(&r->why);
	const int result = r->ops->commit(r->s, r->commits + r->settled, tried, &bad, &r->why);
	*take = r->n;
	if (result < 0)
		return result;
	if (result == STORE_POISON && tried > 1) {
		*take = shorter(tried, bad);
		return 0;
	}
	if (result == STORE_POISON)
		return set_aside(r);
	if (result)
		return refuse_rest(r);
	settle(r, tried, BATCH_DURABLE, 0);
	return 0;
}

int batch_run(const struct store_ops *ops, struct store *s, Mudlark__Commit *const *commits,
	      size_t n, const struct batch_sink *sink)
{
	struct run r = { .ops = ops, .s = s, .commits = commits, .n = n, .sink = sink };
	size_t take = n;
	int result = 0;

	while (!result && r.settled < n)
		result = step(&r, &take);
	buf_done(&r.why);
	return result;
}
