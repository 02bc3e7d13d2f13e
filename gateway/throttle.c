/*
 * throttle.c - see throttle.h.  Sources, addresses as well as networks, are in a map by a keyed
 * hash, and in a list in the order in which their minute began, so that old ones are dropped from
 * its front.
 */
#include "gateway/throttle.h"

#include <stdlib.h>
#include <string.h>

enum { MINUTE_US = 60000000 };

struct throttle_source {
	struct throttle_source *prev, *next;
	struct throttle_source *net; /* while it has connections; NULL: none, or itself one */
	uint64_t key, since_us;
	uint32_t conns;
	uint32_t recent[THROTTLE_PROXY]; /* new ones in this minute */
	uint32_t handshakes;
};

void throttle_init(struct throttle *t, const struct throttle_conf *conf)
{
	*t = (struct throttle){ .conf = conf };
	entropy_system.fill(entropy_system.ctx, t->key, sizeof(t->key));
	rng_seed(&t->rng, entropy_id(&entropy_system));
	map64_init(&t->sources, 0);
}

void throttle_done(struct throttle *t)
{
	while (t->oldest) {
		struct throttle_source *s = t->oldest;

		t->oldest = s->next;
		free(s);
	}
	map64_done(&t->sources);
	address_nets_done(&t->exempt);
}

static void unlink_source(struct throttle *t, struct throttle_source *s)
{
	if (s->prev)
		s->prev->next = s->next;
	else
		t->oldest = s->next;
	if (s->next)
		s->next->prev = s->prev;
	else
		t->newest = s->prev;
	s->prev = s->next = NULL;
}

static void append_source(struct throttle *t, struct throttle_source *s)
{
	s->prev = t->newest;
	if (t->newest)
		t->newest->next = s;
	else
		t->oldest = s;
	t->newest = s;
}

/* Its minute begins. */
static void renew(struct throttle *t, struct throttle_source *s, uint64_t now_us)
{
	unlink_source(t, s);
	s->since_us = now_us;
	memset(s->recent, 0, sizeof(s->recent));
	append_source(t, s);
}

static bool is_old(const struct throttle_source *s, uint64_t now_us)
{
	return now_us - s->since_us >= MINUTE_US;
}

/* Drops sources at the front whose minute is over; one that has connections begins a new one. */
static void sweep(struct throttle *t, uint64_t now_us)
{
	for (int i = 0; i < 8 && t->oldest; i++) {
		struct throttle_source *s = t->oldest;

		if (!is_old(s, now_us))
			return;
		if (s->conns > 0) {
			renew(t, s, now_us);
			continue;
		}
		unlink_source(t, s);
		map64_del(&t->sources, s->key);
		free(s);
	}
}

/* NULL: too many are known. */
static struct throttle_source *source_of(struct throttle *t, uint64_t key, uint64_t now_us)
{
	struct throttle_source *s = map64_get(&t->sources, key);

	if (!s && t->sources.n >= THROTTLE_SOURCES)
		return NULL;
	if (!s) {
		s = base_alloc(1, sizeof(*s));
		s->key = key;
		s->since_us = now_us;
		map64_put(&t->sources, key, s);
		append_source(t, s);
	} else if (is_old(s, now_us)) {
		renew(t, s, now_us);
	}
	return s;
}

/* An address and the network it is in are told apart by the number of bytes. */
static uint64_t key_of(const struct throttle *t, const struct cidr *a, size_t bytes)
{
	uint8_t part[1 + sizeof(a->address)] = { (uint8_t)bytes };
	uint64_t key;

	memcpy(part + 1, a->address, bytes);
	key = map_siphash(t->key, part, 1 + bytes);
	return key ? key : 1;
}

static struct throttle_source *find(struct throttle *t, const struct cidr *a, uint64_t now_us)
{
	bool v4 = cidr_is_v4(a);
	struct throttle_source *s = source_of(t, key_of(t, a, v4 ? 16 : 8), now_us);

	if (s && s->conns == 0)
		s->net = source_of(t, key_of(t, a, v4 ? 15 : 6), now_us);
	return s;
}

/* Nobody is drawn while a quarter of the places for strangers is free; all are when none is. */
static bool is_drawn(struct throttle *t)
{
	const struct throttle_conf *c = t->conf;
	size_t most = c->max_conns / 2, least;

	if (c->max_per_ip == 0 && c->max_per_net == 0)
		return false;
	most = most > THROTTLE_STRANGERS_MIN ? most : THROTTLE_STRANGERS_MIN;
	least = most / 4;
	return t->strangers >= least && rng_below(&t->rng, most - least) < t->strangers - least;
}

/* Too many new ones in this minute? */
static bool is_hasty(const struct throttle *t, const struct throttle_source *s,
		     enum throttle_use use)
{
	uint32_t most = t->conf->rate * (use == THROTTLE_PAGE ? THROTTLE_PAGES : 1);

	return most > 0 && s->recent[use] >= most;
}

static enum throttle_verdict judge(struct throttle *t, const struct throttle_source *s,
				   enum throttle_use use)
{
	const struct throttle_conf *c = t->conf;

	if (s && c->max_per_ip > 0 && s->conns >= c->max_per_ip)
		return THROTTLE_CROWDED;
	if (s && is_hasty(t, s, use))
		return THROTTLE_HASTY;
	if (s && s->net && c->max_per_net > 0 && s->net->conns >= c->max_per_net)
		return THROTTLE_NET;
	return t->n >= c->max_conns ? THROTTLE_FULL : THROTTLE_WELCOME;
}

bool throttle_exempts(const struct throttle *t, const struct cidr *from)
{
	return address_nets_have(&t->exempt, from);
}

enum throttle_verdict throttle_enter(struct throttle *t, const struct cidr *from,
				     enum throttle_use use, uint64_t now_us, void **ret)
{
	bool exempt = use == THROTTLE_PROXY || throttle_exempts(t, from);
	struct throttle_source *s;
	enum throttle_verdict v;

	sweep(t, now_us);
	s = exempt ? NULL : find(t, from, now_us);
	v = judge(t, s, use);
	if (v == THROTTLE_WELCOME && !exempt && is_drawn(t))
		v = THROTTLE_DROPPED;
	if (v != THROTTLE_WELCOME) {
		t->refused[v]++;
		return v;
	}
	if (s) {
		s->conns++;
		s->recent[use]++;
		if (s->net)
			s->net->conns++;
	}
	t->n++;
	t->strangers++;
	*ret = s;
	return v;
}

enum throttle_verdict throttle_upgrade(struct throttle *t, void *source, uint64_t now_us)
{
	struct throttle_source *s = source;

	if (!s)
		return THROTTLE_WELCOME;
	if (is_old(s, now_us))
		renew(t, s, now_us);
	if (is_hasty(t, s, THROTTLE_PLAYER)) {
		t->refused[THROTTLE_HASTY]++;
		return THROTTLE_HASTY;
	}
	s->recent[THROTTLE_PLAYER]++;
	return THROTTLE_WELCOME;
}

void throttle_leave(struct throttle *t, void *source)
{
	struct throttle_source *s = source;

	t->n--;
	if (!s)
		return;
	s->conns--;
	if (s->net)
		s->net->conns--;
}

bool throttle_handshake(void *source)
{
	struct throttle_source *s = source;

	if (s && s->handshakes >= THROTTLE_HANDSHAKES)
		return false;
	if (s)
		s->handshakes++;
	return true;
}

void throttle_handshake_over(void *source)
{
	struct throttle_source *s = source;

	if (s)
		s->handshakes--;
}

const char *throttle_sentence(enum throttle_verdict v)
{
	static const char *const sentences[THROTTLE_VERDICTS] = {
		[THROTTLE_WELCOME] = "",
		[THROTTLE_FULL] = "Mudlark is full at the moment. Please try again later.",
		[THROTTLE_CROWDED] = "There are too many connections from your address.",
		[THROTTLE_HASTY] = "You connect too often. Please wait a minute.",
		[THROTTLE_NET] = "There are too many connections from your network.",
		[THROTTLE_DROPPED] = "Very many connect at the moment. Please try again.",
	};

	return sentences[v];
}
