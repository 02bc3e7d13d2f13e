/*
 * throttle.c - see throttle.h.  Sources are in a map by a keyed hash of their address, and in a list
 * in the order in which their minute began, so that old ones are dropped from its front.
 */
#include "gateway/throttle.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rt/rand.h"

enum { MINUTE_US = 60000000 };

struct throttle_source {
	struct throttle_source *prev, *next;
	uint64_t key, since_us;
	uint32_t conns, recent;
};

void throttle_init(struct throttle *t, const struct throttle_conf *conf)
{
	*t = (struct throttle){ .conf = conf };
	entropy_system.fill(entropy_system.ctx, t->key, sizeof(t->key));
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
	free(t->exempt);
}

/* Any address as 16 bytes; false: not an internet address. */
static bool address_of(const struct sockaddr *from, uint8_t ret[16])
{
	if (from->sa_family == AF_INET6) {
		memcpy(ret, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
		return true;
	}
	if (from->sa_family != AF_INET)
		return false;
	memset(ret, 0, 10);
	memset(ret + 10, 0xff, 2);
	memcpy(ret + 12, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
	return true;
}

static bool is_v4(const uint8_t a[16])
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(a, prefix, sizeof(prefix)) == 0;
}

static bool is_in(const uint8_t a[16], const struct throttle_net *net)
{
	size_t bytes = net->bits / 8;
	uint8_t mask = (uint8_t)(0xff00 >> (net->bits % 8));

	if (memcmp(a, net->address, bytes) != 0)
		return false;
	return bytes == 16 || ((a[bytes] ^ net->address[bytes]) & mask) == 0;
}

static bool is_exempt(const struct throttle *t, const uint8_t a[16])
{
	for (size_t i = 0; i < t->n_exempt; i++)
		if (is_in(a, &t->exempt[i]))
			return true;
	return false;
}

static bool parse_net(const char *text, struct throttle_net *ret)
{
	char address[64], *slash, *end;
	unsigned long bits = 128;
	bool v4;

	if (snprintf(address, sizeof(address), "%s", text) >= (int)sizeof(address))
		return false;
	slash = strchr(address, '/');
	if (slash)
		*slash++ = '\0';
	v4 = inet_pton(AF_INET, address, ret->address + 12) == 1;
	if (v4) {
		memset(ret->address, 0, 10);
		memset(ret->address + 10, 0xff, 2);
	} else if (inet_pton(AF_INET6, address, ret->address) != 1) {
		return false;
	}
	if (slash) {
		bits = strtoul(slash, &end, 10);
		if (end == slash || *end || bits > (v4 ? 32 : 128))
			return false;
		bits += v4 ? 96 : 0;
	}
	ret->bits = (uint8_t)bits;
	return true;
}

int throttle_exempt(struct throttle *t, char *const *nets, const char **ret_bad)
{
	size_t n = 0;
	struct throttle_net *list;

	while (nets && nets[n])
		n++;
	list = base_alloc(n + 1, sizeof(*list));
	for (size_t i = 0; i < n; i++) {
		if (parse_net(nets[i], &list[i]))
			continue;
		*ret_bad = nets[i];
		free(list);
		return 1;
	}
	free(t->exempt);
	t->exempt = list;
	t->n_exempt = n;
	return 0;
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

/* Drops sources at the front whose minute is over; one that has connections begins a new one. */
static void sweep(struct throttle *t, uint64_t now_us)
{
	for (int i = 0; i < 8 && t->oldest; i++) {
		struct throttle_source *s = t->oldest;

		if (now_us - s->since_us < MINUTE_US)
			return;
		unlink_source(t, s);
		if (s->conns > 0) {
			s->since_us = now_us;
			s->recent = 0;
			append_source(t, s);
			continue;
		}
		map64_del(&t->sources, s->key);
		free(s);
	}
}

/* NULL: too many are known. */
static struct throttle_source *source_of(struct throttle *t, const uint8_t a[16], uint64_t now_us)
{
	uint64_t key = map_siphash(t->key, a, is_v4(a) ? 16 : 8);
	struct throttle_source *s;

	key = key ? key : 1;
	s = map64_get(&t->sources, key);
	if (!s && t->sources.n >= THROTTLE_SOURCES)
		return NULL;
	if (!s) {
		s = base_alloc(1, sizeof(*s));
		s->key = key;
		s->since_us = now_us;
		map64_put(&t->sources, key, s);
		append_source(t, s);
	} else if (now_us - s->since_us >= MINUTE_US) {
		unlink_source(t, s);
		s->since_us = now_us;
		s->recent = 0;
		append_source(t, s);
	}
	return s;
}

static enum throttle_verdict judge(const struct throttle *t, const struct throttle_source *s)
{
	const struct throttle_conf *c = t->conf;

	if (s && c->max_per_ip > 0 && s->conns >= c->max_per_ip)
		return THROTTLE_CROWDED;
	if (s && c->rate > 0 && s->recent >= c->rate)
		return THROTTLE_HASTY;
	return t->n >= c->max_conns ? THROTTLE_FULL : THROTTLE_WELCOME;
}

enum throttle_verdict throttle_enter(struct throttle *t, const struct sockaddr *from,
				     uint64_t now_us, void **ret)
{
	struct throttle_source *s = NULL;
	enum throttle_verdict v;
	uint8_t a[16];

	sweep(t, now_us);
	if (address_of(from, a) && !is_exempt(t, a))
		s = source_of(t, a, now_us);
	v = judge(t, s);
	if (v != THROTTLE_WELCOME) {
		t->refused[v]++;
		return v;
	}
	if (s) {
		s->conns++;
		s->recent++;
	}
	t->n++;
	*ret = s;
	return v;
}

void throttle_leave(struct throttle *t, void *source)
{
	struct throttle_source *s = source;

	t->n--;
	if (s)
		s->conns--;
}

const char *throttle_sentence(enum throttle_verdict v)
{
	static const char *const sentences[THROTTLE_VERDICTS] = {
		[THROTTLE_WELCOME] = "",
		[THROTTLE_FULL] = "Mudlark is full at the moment. Please try again later.",
		[THROTTLE_CROWDED] = "There are too many connections from your address.",
		[THROTTLE_HASTY] = "You connect too often. Please wait a minute.",
	};

	return sentences[v];
}
