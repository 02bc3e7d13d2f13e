/*
 * queue.c - see queue.h.  A line for each player who waits, the lines in a ring: the head of the first one
 * goes, and its line goes to the end.  Who was just served therefore comes after everybody else who waits.
 */
#include "aibridge/queue.h"

#include <stdlib.h>

struct line {
	struct line *prev, *next;
	struct waiting *first, *last;
};

struct ask_queue {
	struct map64 players; /* player + 1 -> struct line */
	struct line *first, *last;
	struct line background;
	size_t n, max;
};

/* A character's id is never ~0, but may be 0 in a test: no key of a map is 0. */
static uint64_t key_of(const struct waiting *w)
{
	return w->player + 1;
}

static void line_put(struct line *l, struct waiting *w)
{
	w->prev = l->last;
	w->next = NULL;
	*(l->last ? &l->last->next : &l->first) = w;
	l->last = w;
}

static void line_cut(struct line *l, struct waiting *w)
{
	*(w->prev ? &w->prev->next : &l->first) = w->next;
	*(w->next ? &w->next->prev : &l->last) = w->prev;
	w->prev = w->next = NULL;
}

static void ring_put(struct ask_queue *q, struct line *l)
{
	l->prev = q->last;
	l->next = NULL;
	*(q->last ? &q->last->next : &q->first) = l;
	q->last = l;
}

static void ring_cut(struct ask_queue *q, struct line *l)
{
	*(l->prev ? &l->prev->next : &q->first) = l->next;
	*(l->next ? &l->next->prev : &q->last) = l->prev;
}

struct ask_queue *ask_queue_new(size_t max)
{
	struct ask_queue *q = base_alloc(1, sizeof(*q));

	map64_init(&q->players, 0);
	q->max = max;
	return q;
}

void ask_queue_free(struct ask_queue *q)
{
	if (!q)
		return;
	while (ask_queue_next(q))
		continue;
	map64_done(&q->players);
	free(q);
}

bool ask_queue_has_room(const struct ask_queue *q)
{
	return q->n < q->max;
}

bool ask_queue_add(struct ask_queue *q, struct waiting *w)
{
	struct line *l = &q->background;

	if (!ask_queue_has_room(q))
		return false;
	if (!w->background) {
		l = map64_get(&q->players, key_of(w));
		if (!l) {
			l = base_alloc(1, sizeof(*l));
			(void)map64_put(&q->players, key_of(w), l);
			ring_put(q, l);
		}
	}
	line_put(l, w);
	w->queued = true;
	q->n++;
	return true;
}

void ask_queue_remove(struct ask_queue *q, struct waiting *w)
{
	struct line *l = &q->background;

	if (!w->queued)
		return;
	if (!w->background)
		l = map64_get(&q->players, key_of(w));
	line_cut(l, w);
	w->queued = false;
	q->n--;
	if (w->background || l->first)
		return;
	ring_cut(q, l);
	(void)map64_del(&q->players, key_of(w));
	free(l);
}

struct waiting *ask_queue_next(struct ask_queue *q)
{
	struct line *l = q->first;
	struct waiting *w = l ? l->first : q->background.first;

	if (!w)
		return NULL;
	if (l && w->next) {
		ring_cut(q, l);
		ring_put(q, l);
	}
	ask_queue_remove(q, w);
	return w;
}

size_t ask_queue_length(const struct ask_queue *q)
{
	return q->n;
}
