/*
 * queue.h - asks that wait for a free request: whoever has had least goes first.
 *
 * Players take turns (one ask each, in order of arrival), so that one who talks to ten people does not
 * hold up the others; a background task goes only when nobody waits.  Bounded.
 */
#pragma once

#include "rt/base.h"
#include "rt/map.h"

struct waiting {
	struct waiting *prev, *next; /* of the same player */
	uint64_t player;
	bool background;
	bool queued;
};

struct ask_queue;

struct ask_queue *ask_queue_new(size_t max);
void ask_queue_free(struct ask_queue *q); /* what is in it is not freed */
/* False: full. `w` is embedded in its owner. */
bool ask_queue_add(struct ask_queue *q, struct waiting *w);
void ask_queue_remove(struct ask_queue *q, struct waiting *w); /* harmless when it is not in it */
struct waiting *ask_queue_next(struct ask_queue *q);	       /* takes it out; NULL: empty */
bool ask_queue_has_room(const struct ask_queue *q);
size_t ask_queue_length(const struct ask_queue *q);
