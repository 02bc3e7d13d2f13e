/*
 * relay.c - not there yet; see relay.h.
 */
#include "world/relay/relay.h"

struct relay *relay_new(void)
{
	return NULL;
}

void relay_free(struct world *w)
{
	(void)w;
}

void relay_up(struct world *w, uint64_t instance, const char *name, bool resumed)
{
	(void)w;
	(void)instance;
	(void)name;
	(void)resumed;
}

bool relay_down(struct world *w, uint64_t instance)
{
	(void)w;
	(void)instance;
	return false;
}

size_t relay_count(const struct world *w)
{
	(void)w;
	return 0;
}

const char *relay_name(const struct world *w, size_t i)
{
	(void)w;
	(void)i;
	return NULL;
}

uint64_t relay_at(const struct world *w, size_t i)
{
	(void)w;
	(void)i;
	return 0;
}

void relay_open(struct world *w, uint64_t peer, const Mudlark__BridgeOpen *m)
{
	(void)w;
	(void)peer;
	(void)m;
}

void relay_more(struct world *w, uint64_t peer, const Mudlark__BridgeMore *m)
{
	(void)w;
	(void)peer;
	(void)m;
}

void relay_close(struct world *w, uint64_t peer, const Mudlark__BridgeClose *m)
{
	(void)w;
	(void)peer;
	(void)m;
}

void relay_say(struct world *w, uint64_t peer, const Mudlark__BridgeSay *m)
{
	(void)w;
	(void)peer;
	(void)m;
}

void relay_post(struct world *w, uint64_t peer, const Mudlark__BridgePost *m)
{
	(void)w;
	(void)peer;
	(void)m;
}

void relay_ask(struct world *w, uint64_t peer, const Mudlark__BridgeAsk *m)
{
	(void)w;
	(void)peer;
	(void)m;
}

void relay_text(struct world *w, uint64_t peer, const Mudlark__BridgeText *m)
{
	(void)w;
	(void)peer;
	(void)m;
}

void relay_notice(struct world *w, uint64_t peer, const Mudlark__BridgeNotice *m)
{
	(void)w;
	(void)peer;
	(void)m;
}

void relay_turn(struct world *w)
{
	(void)w;
}

void relay_durable(struct world *w)
{
	(void)w;
}

void relay_tick(struct world *w)
{
	(void)w;
}

void relay_load(struct world *w, const Mudlark__DocumentRow *row)
{
	(void)w;
	(void)row;
}

bool relay_is_outward(enum fact_kind kind)
{
	(void)kind;
	return false;
}

void relay_mute(struct world *w, struct span bridge, struct span channel, bool muted)
{
	(void)w;
	(void)bridge;
	(void)channel;
	(void)muted;
}

bool relay_is_muted(const struct world *w, struct span bridge, struct span channel)
{
	(void)w;
	(void)bridge;
	(void)channel;
	return false;
}

void relay_order(struct world *w, struct ent staff, uint64_t instance, struct span words)
{
	(void)w;
	(void)staff;
	(void)instance;
	(void)words;
}

void relay_link_code(struct world *w, struct ent player, char ret_code[16])
{
	(void)w;
	(void)player;
	(void)ret_code;
}

size_t relay_linked(const struct world *w, uint64_t character, struct buf *out)
{
	(void)w;
	(void)character;
	(void)out;
	return 0;
}

bool relay_unlink(struct world *w, uint64_t character, struct span identity)
{
	(void)w;
	(void)character;
	(void)identity;
	return false;
}
