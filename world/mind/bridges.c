/*
 * bridges.c - who answers for the people of the world; see bridges.h.
 *
 * Records go out at once, in the middle of a turn: what an ask holds was not promised to anybody, and a
 * world that dies before its commit is another epoch, whose generations are others.
 */
#include "world/mind/bridges.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "world/mind/forgets.h"
#include "world/mind/mind.h"

#define COLLECTION "ai"
#define PAUSE_KEY "pause"

struct bridge {
	uint64_t instance;
	size_t asks; /* under way */
	char *name;
};

struct bridges {
	struct bridge *v; /* in the order in which they came */
	size_t n;
	bool paused;
};

struct bridges *bridges_new(void)
{
	return base_alloc(1, sizeof(struct bridges));
}

void bridges_free(struct world *w)
{
	struct bridges *t = w->bridges;

	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i].name);
	free(t->v);
	free(t);
	w->bridges = NULL;
}

static struct bridge *find(const struct bridges *t, uint64_t instance)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].instance == instance)
			return &t->v[i];
	return NULL;
}

static void pack(struct world *w, uint64_t instance, const Mudlark__AiIn *in)
{
	size_t n = mudlark__ai_in__get_packed_size(in);
	char *p = arena_alloc(&w->scratch, n + 1);

	mudlark__ai_in__pack(in, (uint8_t *)p);
	w->env.output(w->env.ctx, instance, (struct span){ p, n }, 0);
}

void bridges_send(struct world *w, uint64_t instance, const Mudlark__AiIn *in)
{
	const struct bridges *t = w->bridges;

	for (size_t i = 0; i < t->n; i++)
		if (!instance || t->v[i].instance == instance)
			pack(w, t->v[i].instance, in);
}

static void tell_pause(struct world *w, uint64_t instance)
{
	Mudlark__AiIn in = MUDLARK__AI_IN__INIT;
	Mudlark__AiPause m = MUDLARK__AI_PAUSE__INIT;

	m.paused = w->bridges->paused;
	in.body_case = MUDLARK__AI_IN__BODY_PAUSE;
	in.pause = &m;
	bridges_send(w, instance, &in);
}

/* ---- who is there ---- */

void bridges_up(struct world *w, uint64_t instance, const char *name)
{
	struct bridges *t = w->bridges;

	if (!find(t, instance)) {
		t->v = base_realloc(t->v, t->n + 1, sizeof(*t->v));
		t->v[t->n++] = (struct bridge){ .instance = instance,
						.name = base_dup(name, strlen(name)) };
	}
	tell_pause(w, instance);
	forgets_repeat(w);
}

bool bridges_down(struct world *w, uint64_t instance)
{
	struct bridges *t = w->bridges;
	struct bridge *b = find(t, instance);
	size_t at;

	if (!b)
		return false;
	mind_lost(w, instance);
	at = (size_t)(b - t->v);
	free(b->name);
	memmove(b, b + 1, (t->n - at - 1) * sizeof(*b));
	t->n--;
	forgets_lost(w, instance);
	return true;
}

size_t bridges_count(const struct world *w)
{
	return w->bridges->n;
}

uint64_t bridges_at(const struct world *w, size_t i)
{
	return i < w->bridges->n ? w->bridges->v[i].instance : 0;
}

size_t bridges_asks(const struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->bridges->n; i++)
		n += w->bridges->v[i].asks;
	return n;
}

uint64_t bridges_ask(struct world *w, Mudlark__AiAsk *ask)
{
	const struct bridges *t = w->bridges;
	Mudlark__AiIn in = MUDLARK__AI_IN__INIT;
	struct bridge *best = NULL;

	for (size_t i = 0; i < t->n; i++)
		if (!best || t->v[i].asks < best->asks)
			best = &t->v[i];
	if (!best)
		return 0;
	best->asks++;
	in.body_case = MUDLARK__AI_IN__BODY_ASK;
	in.ask = ask;
	pack(w, best->instance, &in);
	return best->instance;
}

void bridges_ended(struct world *w, uint64_t instance)
{
	struct bridge *b = find(w->bridges, instance);

	if (b && b->asks)
		b->asks--;
}

/* ---- stored ---- */

void bridges_pause(struct world *w, bool paused)
{
	w->bridges->paused = paused;
	world_document(w, COLLECTION, PAUSE_KEY, paused ? SPAN("{\"paused\":true}") : SPAN(""));
	tell_pause(w, 0);
}

bool bridges_paused(const struct world *w)
{
	return w->bridges->paused;
}

void bridges_load(struct world *w, const Mudlark__DocumentRow *row)
{
	json_t *body;
	int paused = 0;

	if (!row->body.len)
		return;
	forgets_load(w, row);
	if (strcmp(row->key, PAUSE_KEY) != 0)
		return;
	body = json_loadb((const char *)row->body.data, row->body.len, 0, NULL);
	if (json_unpack(body, "{s:b}", "paused", &paused)) {
		w->stats.load_troubles++;
		log_error("ai_document_malformed", LOG_STR("key", row->key));
	}
	w->bridges->paused = paused;
	json_decref(body);
}
