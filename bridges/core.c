/*
 * core.c - the parts of a bridge under one roof, and the order in which they work.
 */
#include <stdlib.h>
#include <string.h>

#include "bridges/bridge_inner.h"
#include "rt/log.h"

enum {
	GOODBYE_US = 1200000,	/* for what is outside; a supervisor gives us 1.5 s */
	FLUSH_US = 1500000,	/* for what is to be stored ... */
	FLUSH_AWAY_US = 200000, /* ... while persist is away */
};

void core_init(struct bridge *b, const struct bridge_io *io, const struct clock *clock,
	       const struct bridge_conf *conf, const char *name, uint64_t instance,
	       const struct bridge_events *e)
{
	struct buf collection = { 0 };

	buf_addf(&collection, "bridge.%s", name);
	*b = (struct bridge){ .io = *io,
			      .clock = clock,
			      .conf = conf,
			      .e = *e,
			      .name = base_dup(name, strlen(name)),
			      .collection = base_dup(buf_p(&collection), collection.n),
			      .instance = instance };
	buf_done(&collection);
	arena_init(&b->scratch, 0);
	arena_init(&b->arena, 0);
	numbers_init(b->numbers);
	b->says = says_new(b);
	b->asks = asks_new(b);
	b->keeps = keeps_new(b);
	b->notices = notices_new();
}

void core_done(struct bridge *b)
{
	streams_done(b);
	says_free(b->says);
	asks_free(b->asks);
	keeps_free(b->keeps);
	notices_free(b->notices);
	arena_done(&b->scratch);
	arena_done(&b->arena);
	buf_done(&b->packed);
	free(b->name);
	free(b->collection);
}

bool core_tell(struct bridge *b, const Mudlark__WorldIn *m)
{
	const size_t n = mudlark__world_in__get_packed_size(m);

	if (!b->world_up)
		return false;
	buf_reset(&b->packed);
	mudlark__world_in__pack(m, (uint8_t *)buf_reserve(&b->packed, n + 1));
	buf_commit(&b->packed, n);
	return b->io.tell(b->io.ctx, buf_span(&b->packed)) == 0;
}

void core_world_up(struct bridge *b, uint32_t world, bool fresh)
{
	b->world_up = true;
	b->world = world;
	if (fresh) {
		streams_fresh(b);
		says_fresh(b->says);
		asks_fresh(b->asks);
	}
	if (b->e.world)
		b->e.world(b->e.ctx, true);
}

void core_world_down(struct bridge *b)
{
	b->world_up = false;
	if (b->e.world)
		b->e.world(b->e.ctx, false);
}

void core_store_up(struct bridge *b)
{
	b->store_up = true;
}

void core_store_down(struct bridge *b)
{
	b->store_up = false;
}

/* What is over outside is stored, then the process may end; not for ever. */
static void flush(struct bridge *b)
{
	const bool cursors = streams_flushed(b), keeps = keeps_flushed(b->keeps);

	if (b->ended || (!(cursors && keeps) && core_now(b) < b->until_us))
		return;
	b->ended = true;
	if (!cursors || !keeps)
		log_warning("not_all_stored");
	b->io.ended(b->io.ctx);
}

void bridge_stopped(struct bridge *b)
{
	if (b->flushing)
		return;
	b->stopping = b->flushing = true;
	b->until_us = core_now(b) + (b->store_up ? FLUSH_US : FLUSH_AWAY_US);
	b->io.wake(b->io.ctx);
}

void bridge_stop(struct bridge *b)
{
	if (b->stopping)
		return;
	b->stopping = true;
	b->until_us = core_now(b) + GOODBYE_US;
	b->io.wake(b->io.ctx);
	if (b->e.stop)
		b->e.stop(b->e.ctx);
	else
		bridge_stopped(b);
}

void core_replaced(struct bridge *b)
{
	char why[64];

	if (b->replaced)
		return;
	snprintf(why, sizeof(why), "another %s has taken over", b->name);
	log_error("replaced", LOG_STR("reason", why));
	b->replaced = b->stopping = b->flushing = b->ended = true;
	b->io.ended(b->io.ctx);
}

uint64_t core_due(const struct bridge *b)
{
	uint64_t due = core_least(streams_due(b), says_due(b->says));

	if (b->replaced)
		return UINT64_MAX;
	due = core_least(due, core_least(asks_due(b->asks), keeps_due(b->keeps)));
	return b->stopping && !b->ended ? core_least(due, b->until_us) : due;
}

void core_tick(struct bridge *b)
{
	if (b->replaced)
		return;
	if (b->stopping && !b->flushing && core_now(b) >= b->until_us) {
		log_warning("outside_not_closed");
		bridge_stopped(b);
	}
	if (b->flushing)
		(void)streams_flushed(b);
	streams_tick(b);
	says_tick(b->says);
	asks_tick(b->asks);
	keeps_tick(b->keeps);
	notices_tick(b);
	if (b->flushing)
		flush(b);
}

void bridge_forget(struct bridge *b, const void *ctx)
{
	says_forget(b->says, ctx);
	asks_forget(b->asks, ctx);
	keeps_forget(b->keeps, ctx);
}

int64_t bridge_wall_ms(const struct bridge *b)
{
	return clock_wall(b->clock);
}

bool bridge_world_up(const struct bridge *b)
{
	return b->world_up;
}
