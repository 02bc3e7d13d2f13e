/*
 * wire.h - what is under way from a gateway to a client: it comes in order, each after a while, and what
 * has not come when the connection is cut never does.
 */
#pragma once

#include <string.h>
#include "rt/buf.h"
#include "tests/sim/queue.h"

enum wire_kind { WIRE_TEXT, WIRE_PLACE, WIRE_TOKEN, WIRE_RESUMED, WIRE_REFUSED };

struct wire_item {
	enum wire_kind kind;
	uint64_t due; /* set by wire_add() */
	uint64_t at, line;
	bool gap;
	size_t n; /* bytes of its text */
};

struct wire {
	struct buf items;
	uint64_t last_due;
};

static inline void wire_add(struct wire *w, struct sim_queue *q, struct wire_item item,
			    struct span text)
{
	item.due = q->now + sim_between(q, 0, 60000);
	if (item.due < w->last_due)
		item.due = w->last_due;
	w->last_due = item.due;
	item.n = text.n;
	buf_add(&w->items, &item, sizeof(item));
	buf_add(&w->items, text.p, text.n);
}

/* The next one that has come; its text replaces what is in *text. */
static inline bool wire_take(struct wire *w, uint64_t now, struct wire_item *ret, struct buf *text)
{
	if (!w->items.n)
		return false;
	memcpy(ret, buf_p(&w->items), sizeof(*ret));
	if (ret->due > now)
		return false;
	buf_reset(text);
	buf_add(text, buf_p(&w->items) + sizeof(*ret), ret->n);
	buf_drain(&w->items, sizeof(*ret) + ret->n);
	return true;
}

static inline void wire_cut(struct wire *w)
{
	buf_done(&w->items);
}
