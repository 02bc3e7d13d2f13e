/*
 * forgets.c - see forgets.h.
 *
 * A debt has a number of the same kind as asks have: what was asked before it is cancelled by it, what comes
 * after it is not, however often it is told; and who asks for the same again while it is owed gives it a new
 * number, so that a confirmation of the older one does not count.
 */
#include "world/mind/forgets.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "aibridge.pb-c.h"
#include "rt/log.h"
#include "world/core/timer.h"
#include "world/mind/bridges.h"
#include "world/mind/mind.h"

#define COLLECTION "ai"
#define KEY "forget-"

enum { DIGITS = 16 };

struct forget {
	uint64_t player, number, due; /* tick at which it is told again */
	char *npc;		      /* "": all */
	uint64_t *waits; /* aibridges that were told and have not said that it is done */
	size_t n_waits;
};

struct forgets {
	struct forget v[FORGETS_MAX];
	size_t n;
};

struct forgets *forgets_new(void)
{
	return base_alloc(1, sizeof(struct forgets));
}

static void remove_at(struct forgets *t, size_t i)
{
	free(t->v[i].npc);
	free(t->v[i].waits);
	t->v[i] = t->v[--t->n];
}

void forgets_free(struct world *w)
{
	while (w->forgets && w->forgets->n)
		remove_at(w->forgets, w->forgets->n - 1);
	free(w->forgets);
	w->forgets = NULL;
}

size_t forgets_count(const struct world *w)
{
	return w->forgets->n;
}

static struct forget *find(struct forgets *t, uint64_t player, const char *npc)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].player == player && !strcmp(t->v[i].npc, npc))
			return &t->v[i];
	return NULL;
}

static size_t count_of(const struct forgets *t, uint64_t player)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		n += t->v[i].player == player;
	return n;
}

static struct forget *add(struct forgets *t, uint64_t player, const char *npc)
{
	t->v[t->n] = (struct forget){ .player = player, .npc = base_dup(npc, strlen(npc)) };
	return &t->v[t->n++];
}

static void store(struct world *w, const struct forget *f, bool is_owed)
{
	const char *key = arena_printf(&w->scratch, KEY "%016" PRIx64 "-%s", f->player, f->npc);
	const char *body = arena_printf(&w->scratch, "{\"number\":%" PRIu64 "}", f->number);

	world_document(w, COLLECTION, key,
		       is_owed ? (struct span){ body, strlen(body) } : SPAN(""));
}

static void settle(struct world *w, size_t i)
{
	store(w, &w->forgets->v[i], false);
	remove_at(w->forgets, i);
}

static void tell(struct world *w, struct forget *f)
{
	Mudlark__AiIn in = MUDLARK__AI_IN__INIT;
	Mudlark__AiForget m = MUDLARK__AI_FORGET__INIT;

	m.who = f->player;
	m.npc = f->npc;
	m.number = f->number;
	in.body_case = MUDLARK__AI_IN__BODY_FORGET;
	in.forget = &m;
	bridges_send(w, 0, &in);
	f->due = w->tick + timer_seconds(w, FORGETS_AGAIN_S);
	f->n_waits = bridges_count(w);
	f->waits = base_realloc(f->waits, f->n_waits + 1, sizeof(*f->waits));
	for (size_t i = 0; i < f->n_waits; i++)
		f->waits[i] = bridges_at(w, i);
}

bool forgets_add(struct world *w, uint64_t player, const char *npc)
{
	struct forgets *t = w->forgets;
	struct forget *f = find(t, player, npc ? npc : "");

	if (npc && !f && count_of(t, player) >= FORGETS_SINGLE)
		return forgets_add(w, player, NULL);
	for (size_t i = t->n; !npc && i-- > 0;)
		if (t->v[i].player == player && *t->v[i].npc)
			settle(w, i);
	f = find(t, player, npc ? npc : "");
	if (!f && t->n == FORGETS_MAX) {
		log_warning("forget_refused", LOG_ID("player", player));
		return false;
	}
	if (!f)
		f = add(t, player, npc ? npc : "");
	f->number = mind_number(w);
	store(w, f, true);
	tell(w, f);
	return true;
}

void forgets_repeat(struct world *w)
{
	for (size_t i = 0; i < w->forgets->n; i++)
		tell(w, &w->forgets->v[i]);
}

/* It still waits for it until then: what the lost one has written may come behind what others do now. */
void forgets_lost(struct world *w, uint64_t peer)
{
	const uint64_t soon = w->tick + timer_seconds(w, FORGETS_LOST_S);

	for (size_t i = 0; i < w->forgets->n; i++) {
		struct forget *f = &w->forgets->v[i];

		for (size_t k = 0; k < f->n_waits; k++)
			if (f->waits[k] == peer && f->due > soon)
				f->due = soon;
	}
}

void forgets_tick(struct world *w)
{
	for (size_t i = 0; i < w->forgets->n; i++)
		if (w->forgets->v[i].due <= w->tick)
			tell(w, &w->forgets->v[i]);
}

void forgets_done(struct world *w, uint64_t peer, const Mudlark__AiForgot *m)
{
	struct forget *f = find(w->forgets, m->who, m->npc);

	if (!f || f->number != m->number)
		return;
	for (size_t i = 0; i < f->n_waits; i++) {
		if (f->waits[i] != peer)
			continue;
		f->waits[i] = f->waits[--f->n_waits];
		if (!f->n_waits) {
			log_debug("forgotten", LOG_ID("player", f->player), LOG_STR("npc", f->npc));
			settle(w, (size_t)(f - w->forgets->v));
		}
		return;
	}
}

void forgets_load(struct world *w, const Mudlark__DocumentRow *row)
{
	struct forgets *t = w->forgets;
	json_int_t number = 0;
	struct forget *f;
	json_t *body;

	if (strncmp(row->key, KEY, strlen(KEY)) != 0 || strlen(row->key) <= strlen(KEY) + DIGITS ||
	    t->n == FORGETS_MAX)
		return;
	body = json_loadb((const char *)row->body.data, row->body.len, 0, NULL);
	(void)json_unpack(body, "{s?I}", "number", &number);
	f = add(t, strtoull(row->key + strlen(KEY), NULL, 16), row->key + strlen(KEY) + DIGITS + 1);
	f->number = (uint64_t)number;
	json_decref(body);
}
