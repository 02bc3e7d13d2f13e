/*
 * relay_wait.c - lines that come faster than RELAY_RATE wait for their turn, in order.
 *
 * A token is a share of a line, so that the rate is exact whatever the ticks are: each tick brings
 * RELAY_RATE of them, a line takes as many as a second has ticks.
 */
#include "world/relay/relay_inner.h"

#include <string.h>

#include "rt/log.h"
#include "rt/route.h"

struct waiting {
	uint32_t n;
	bool is_post;
};

static uint64_t most(const struct world *w)
{
	return 2ULL * RELAY_RATE * w->conf.tick_rate;
}

void relay_wait_begin(const struct world *w, struct relay_bridge *b)
{
	b->tokens = most(w);
	b->token_tick = w->tick;
}

static void fill(const struct world *w, struct relay_bridge *b)
{
	const uint64_t ticks = w->tick - b->token_tick;

	if (ticks > most(w) / RELAY_RATE)
		b->tokens = most(w);
	else
		b->tokens += ticks * RELAY_RATE;
	if (b->tokens > most(w))
		b->tokens = most(w);
	b->token_tick = w->tick;
}

static bool take(const struct world *w, struct relay_bridge *b)
{
	fill(w, b);
	if (b->tokens < w->conf.tick_rate)
		return false;
	b->tokens -= w->conf.tick_rate;
	return true;
}

bool relay_wait_may(struct world *w, struct relay_bridge *b)
{
	return !b->waiting.n && take(w, b);
}

bool relay_wait_add(struct relay_bridge *b, bool is_post, const ProtobufCMessage *m)
{
	struct waiting head = { .is_post = is_post };

	head.n = (uint32_t)protobuf_c_message_get_packed_size(m);
	if (b->waiting.n + head.n > RELAY_WAITING_BYTES)
		return false;
	buf_add(&b->waiting, &head, sizeof(head));
	protobuf_c_message_pack(m, (uint8_t *)buf_reserve(&b->waiting, head.n + 1));
	buf_commit(&b->waiting, head.n);
	return true;
}

/* The oldest is taken out of the queue before it is looked at. */
static void go_on(struct world *w, struct relay_bridge *b)
{
	struct waiting head;
	ProtobufCMessage *m;
	struct span bytes;

	memcpy(&head, buf_p(&b->waiting), sizeof(head));
	bytes = (struct span){ buf_p(&b->waiting) + sizeof(head), head.n };
	m = route_unpack(head.is_post ? &mudlark__bridge_post__descriptor
				      : &mudlark__bridge_say__descriptor,
			 bytes, &w->scratch);
	buf_drain(&b->waiting, sizeof(head) + head.n);
	if (m && head.is_post)
		relay_post_now(w, b, (const void *)m);
	else if (m)
		relay_say_now(w, b, (const void *)m);
}

bool relay_wait_step(struct world *w)
{
	struct relay *r = w->relay;

	for (size_t i = 0; i < r->n_bridges; i++)
		if (r->bridges[i]->waiting.n && take(w, r->bridges[i])) {
			go_on(w, r->bridges[i]);
			return true;
		}
	return false;
}
