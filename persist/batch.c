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
	size_t n, settled, suspects, clean;
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
	r->suspects = r->clean = 0;
	return 0;
}

/*
 * How many to try next.  `suspects`: so many from the front hold a poisoned one for certain (0: nothing
 * is known); they are halved until one is left.  `clean`: so many before it are said to be fine.
 */
static size_t next_length(const struct run *r)
{
	if (!r->suspects)
		return r->n - r->settled;
	if (r->clean)
		return r->clean;
	return r->suspects > 1 ? r->suspects / 2 : 1;
}

static int step(struct run *r)
{
	const size_t tried = next_length(r);
	size_t bad = tried;

	buf_reset(&r->why);
	const int result = r->ops->commit(r->s, r->commits + r->settled, tried, &bad, &r->why);
	if (result < 0)
		return result;
	if (result == STORE_POISON && tried > 1) {
		/* A store that tells which: those before it are tried at once. */
		r->suspects = bad ? tried : 1;
		r->clean = bad < tried ? bad : 0;
		return 0;
	}
	if (result == STORE_POISON)
		return set_aside(r);
	if (result)
		return refuse_rest(r);
	settle(r, tried, BATCH_DURABLE, 0);
	/* Behind a clean stretch stands the poisoned one itself. */
	r->suspects = r->clean ? 1 : r->suspects > tried ? r->suspects - tried : 0;
	r->clean = 0;
	return 0;
}

int batch_run(const struct store_ops *ops, struct store *s, Mudlark__Commit *const *commits,
	      size_t n, const struct batch_sink *sink)
{
	struct run r = { .ops = ops, .s = s, .commits = commits, .n = n, .sink = sink };
	int result = 0;

	while (!result && r.settled < n)
		result = step(&r);
	buf_done(&r.why);
	return result;
}
