/*
 * items.h - what one feed of the game holds: the newest items, each with the number of the fact that made it, so
 * that an item is in it once and is the same after every restart.
 *
 * As JSON it fits into one document (bridge_keep_put()): the oldest go when there are too many or too much.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum { ITEMS_MAX = 200, ITEMS_BYTES = 80000 /* of texts; escaped at most twice that */ };

struct item {
	uint64_t seq; /* of the fact */
	int64_t wall_ms;
	uint64_t number;		    /* of a post, 0: none */
	char *title, *text, *author, *link; /* plain; "" where there is none */
};

struct items {
	struct item *v; /* oldest first */
	size_t n, max, bytes;
	int64_t changed_ms; /* when it became what it is; never goes back, and is the same when it is made anew */
	uint64_t revision; /* counts changes in this life */
};

void items_init(struct items *t, size_t max);
void items_done(struct items *t);
/* Copies it; at_ms is when it happened. False: it was there already, or is older than the oldest kept. */
bool items_add(struct items *t, const struct item *item, int64_t at_ms);
/* The post of that number is gone. False: there is none. */
bool items_remove(struct items *t, uint64_t number, int64_t at_ms);
void items_save(const struct items *t, struct buf *out);
/* Into an empty one. 0; 1: malformed, it stays empty. */
int items_load(struct items *t, struct span json) MUST_USE;
