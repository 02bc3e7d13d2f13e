/*
 * asks.c - questions to the world: who plays, how it looks, codes that link.  Asked once; an answer that does not come in
 * time, or a world that has forgotten the question, is a failure with a sentence.
 */
#include <stdlib.h>
#include <string.h>

#include "bridges/bridge_inner.h"

struct ask {
	struct ask *prev, *next; /* in order of being asked, so of being due */
	uint64_t number, due_us;
	const char *fault; /* not asked at all */
	void (*done)(void *ctx, struct span text, bool failed);
	void *ctx;
};

struct asks {
	struct bridge *b;
	struct ask *first, *last;
	size_t n;
	uint64_t number;
};

static const char away[] = "The game cannot be reached right now; try again in a moment.";
static const char busy[] = "Too much is being asked right now; try again in a moment.";

struct asks *asks_new(struct bridge *b)
{
	struct asks *t = base_alloc(1, sizeof(*t));

	t->b = b;
	return t;
}

static void drop(struct asks *t, struct ask *a)
{
	*(a->prev ? &a->prev->next : &t->first) = a->next;
	*(a->next ? &a->next->prev : &t->last) = a->prev;
	t->n--;
	free(a);
}

void asks_free(struct asks *t)
{
	while (t->first)
		drop(t, t->first);
	free(t);
}

static void end(struct asks *t, struct ask *a, struct span text, bool failed)
{
	const struct ask was = *a;

	drop(t, a);
	if (was.done)
		was.done(was.ctx, text, failed);
}

static void fail(struct asks *t, struct ask *a, const char *why)
{
	end(t, a, (struct span){ why, strlen(why) }, true);
}

void asks_fresh(struct asks *t)
{
	for (struct ask *a = t->first; a; a = a->next)
		a->fault = a->fault ? a->fault : away;
}

void asks_answer(struct asks *t, const Mudlark__BridgeAnswer *m)
{
	struct ask *a = t->first;

	while (a && a->number != m->ask)
		a = a->next;
	if (a)
		end(t, a, (struct span){ (const char *)m->text.data, m->text.len }, m->failed);
}

uint64_t asks_due(const struct asks *t)
{
	return t->first ? t->first->due_us : UINT64_MAX;
}

static struct ask *next_over(const struct asks *t)
{
	const uint64_t now = core_now(t->b);
	struct ask *a = t->first;

	while (a && !a->fault && a->due_us > now)
		a = a->next;
	return a;
}

void asks_tick(struct asks *t)
{
	struct ask *a;

	/* From the first again after each: whoever is called may have asked or forgotten others. */
	while ((a = next_over(t)))
		fail(t, a, a->fault ? a->fault : away);
}

void asks_forget(struct asks *t, const void *ctx)
{
	for (struct ask *a = t->first; a; a = a->next)
		if (a->ctx == ctx)
			a->done = NULL;
}

static bool tell(struct bridge *b, const struct ask *a, int kind, const char *identity,
		 struct span name, struct span text)
{
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
	Mudlark__BridgeAsk q = MUDLARK__BRIDGE_ASK__INIT;

	q.ask = a->number;
	q.kind = (Mudlark__BridgeAsk__Kind)kind;
	q.identity = (char *)(uintptr_t)(identity ? identity : "");
	q.name = (ProtobufCBinaryData){ name.n, (uint8_t *)(uintptr_t)name.p };
	q.text = (ProtobufCBinaryData){ text.n, (uint8_t *)(uintptr_t)text.p };
	m.body_case = MUDLARK__WORLD_IN__BODY_BRIDGE_ASK;
	m.bridge_ask = &q;
	return core_tell(b, &m);
}

void bridge_ask(struct bridge *b, int kind, const char *identity, struct span name,
		struct span text, void (*done)(void *ctx, struct span text, bool failed), void *ctx)
{
	struct asks *t = b->asks;
	struct ask *a = base_alloc(1, sizeof(*a));

	*a = (struct ask){ .prev = t->last,
			   .number = ++t->number,
			   .due_us = core_now(b) + CORE_ASK_US,
			   .done = done,
			   .ctx = ctx };
	*(t->last ? &t->last->next : &t->first) = a;
	t->last = a;
	if (++t->n > CORE_ASKS_MAX)
		a->fault = busy;
	else if (!tell(b, a, kind, identity, name, text))
		a->fault = away;
	else
		core_count(b, N_ASKS, 1);
	b->io.wake(b->io.ctx);
}
