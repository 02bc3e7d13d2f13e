/*
 * seen.h - which items of a feed have been told, or were there before anybody listened.
 *
 * Bounded: of those that the feed still lists none is forgotten (as far as SEEN_LISTED goes: what a feed lists beyond is
 * not looked at), and of the others at least as many, the newest.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"
#include "rt/map.h"

enum { SEEN_LISTED = 2500, SEEN_LEAST = 500, SEEN_ROW = 16 };

struct seen_row {
	uint64_t id, same; /* as in struct feed_item */
	uint32_t listed;   /* poll in which it was listed last */
};

struct seen {
	struct seen_row *rows;
	size_t n, cap;
	uint32_t poll;
	size_t listed; /* in this poll, and known before */
	struct map64 ids, sames;
};

void seen_init(struct seen *s);
void seen_done(struct seen *s);
void seen_begin_poll(struct seen *s);
/* Is it known? It is listed, then. */
bool seen_list(struct seen *s, uint64_t id);
bool seen_has_same(const struct seen *s, uint64_t same);
void seen_put(struct seen *s, uint64_t id, uint64_t same); /* listed in this poll */
/* Forgets what there is no room for. */
void seen_end_poll(struct seen *s);
/* As text, and back; false: it is none, and nothing is known. */
void seen_write(const struct seen *s, struct buf *out);
bool seen_read(struct seen *s, struct span text) MUST_USE;
