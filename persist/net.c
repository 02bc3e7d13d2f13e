/*
 * net.c - walks the commits from the last to the first: whatever is met first for a key is what
 * stays.  Inside a commit a deletion stands after a put, an outbox row after a trim.
 */
#include "persist/net.h"

#include "persist/row.h"
#include "rt/map.h"

static bool first_time(struct map64 *seen, uint64_t key)
{
	if (map64_get(seen, key))
		return false;
	(void)map64_put(seen, key, seen); /* any value: a set */
	return true;
}

static void entities_of(struct net *net, const Mudlark__Commit *c, struct map64 *seen)
{
	for (size_t i = c->n_del; i-- > 0;) {
		if (first_time(seen, c->del[i]))
			net->del[net->n_del++] = c->del[i];
	}
	for (size_t i = c->n_put; i-- > 0;) {
		if (first_time(seen, c->put[i]->id))
			net->put[net->n_put++] = c->put[i];
	}
}

static void sessions_of(struct net *net, const Mudlark__Commit *c, struct map64 *seen)
{
	for (size_t i = c->n_sessions; i-- > 0;) {
		if (!first_time(seen, c->sessions[i]->session))
			continue;
		if (c->sessions[i]->character)
			net->sessions[net->n_sessions++] = c->sessions[i];
		else
			net->ended[net->n_ended++] = c->sessions[i]->session;
	}
}

/* `trims`: gateway -> the furthest trim of later commits. */
static void outbox_of(struct net *net, const Mudlark__Commit *c, struct map64 *trims)
{
	for (size_t i = c->n_outbox; i-- > 0;) {
		const Mudlark__OutboxTrim *t = map64_get(trims, c->outbox[i]->gateway);
		if (!t || c->outbox[i]->oseq > t->upto)
			net->outbox[net->n_outbox++] = c->outbox[i];
	}
	for (size_t i = c->n_trim; i-- > 0;) {
		const Mudlark__OutboxTrim *t = map64_get(trims, c->trim[i]->gateway);
		if (!t || c->trim[i]->upto > t->upto)
			(void)map64_put(trims, c->trim[i]->gateway, c->trim[i]);
	}
}

static void allocate(struct net *net, Mudlark__Commit *const *commits, size_t n, struct arena *a)
{
	struct net most = { 0 };

	for (size_t i = 0; i < n; i++) {
		most.n_put += commits[i]->n_put;
		most.n_del += commits[i]->n_del;
		most.n_documents += commits[i]->n_documents;
		most.n_events += commits[i]->n_events;
		most.n_sessions += commits[i]->n_sessions;
		most.n_outbox += commits[i]->n_outbox;
		most.n_trim += commits[i]->n_trim;
	}
	net->put = row_alloc(a, most.n_put * sizeof(*net->put));
	net->del = row_alloc(a, most.n_del * sizeof(*net->del));
	net->documents = row_alloc(a, most.n_documents * sizeof(*net->documents));
	net->events = row_alloc(a, most.n_events * sizeof(*net->events));
	net->sessions = row_alloc(a, most.n_sessions * sizeof(*net->sessions));
	net->ended = row_alloc(a, most.n_sessions * sizeof(*net->ended));
	net->outbox = row_alloc(a, most.n_outbox * sizeof(*net->outbox));
	net->trim = row_alloc(a, most.n_trim * sizeof(*net->trim));
}

static void in_order(struct net *net, const Mudlark__Commit *c)
{
	for (size_t i = 0; i < c->n_documents; i++)
		net->documents[net->n_documents++] = c->documents[i];
	for (size_t i = 0; i < c->n_events; i++)
		net->events[net->n_events++] = c->events[i];
	if (c->state)
		net->state = c->state;
	net->batch = c->batch;
}

void net_build(struct net *ret, Mudlark__Commit *const *commits, size_t n, struct arena *a)
{
	struct map64 entities, sessions, trims;
	size_t it = 0;
	uint64_t gateway;
	void *trim;

	*ret = (struct net){ 0 };
	allocate(ret, commits, n, a);
	map64_init(&entities, 0);
	map64_init(&sessions, 0);
	map64_init(&trims, 0);
	for (size_t i = n; i-- > 0;) {
		entities_of(ret, commits[i], &entities);
		sessions_of(ret, commits[i], &sessions);
		outbox_of(ret, commits[i], &trims);
	}
	for (size_t i = 0; i < n; i++)
		in_order(ret, commits[i]);
	while (map64_next(&trims, &it, &gateway, &trim))
		ret->trim[ret->n_trim++] = trim;
	map64_done(&entities);
	map64_done(&sessions);
	map64_done(&trims);
}
