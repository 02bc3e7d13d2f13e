/*
 * timer.c - one array in order of (due, id); see timer.h.
 */
#include "world/core/timer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/text.h"
#include "world/core/comp.h"
#include "world/core/timers.h"

struct timers {
	struct timer *v; /* live ones from `first` on */
	size_t first, n, cap;
	uint64_t next_id;
	bool changed;
	void (*handlers[TIMER_KIND_COUNT])(struct world *w, const struct timer *t);
};

static const char *const names[TIMER_KIND_COUNT] = {
	[TIMER_ATTACH] = "attach",
	[TIMER_LIFE] = "life",
	[TIMER_HOME] = "home",
};

struct timers *timers_new(void)
{
	struct timers *t = base_alloc(1, sizeof(*t));

	t->next_id = 1;
	return t;
}

void timers_free(struct world *w)
{
	if (!w->timers)
		return;
	free(w->timers->v);
	free(w->timers);
	w->timers = NULL;
}

void timer_handle(struct world *w, enum timer_kind kind,
		  void (*fn)(struct world *w, const struct timer *t))
{
	w->timers->handlers[kind] = fn;
}

uint64_t timer_seconds(const struct world *w, uint64_t seconds)
{
	return seconds * w->conf.tick_rate;
}

static void changed(struct world *w)
{
	w->timers->changed = true;
	world_effect(w);
}

static bool comes_before(const struct timer *a, const struct timer *b)
{
	return a->due != b->due ? a->due < b->due : a->id < b->id;
}

static void make_room(struct timers *t)
{
	if (t->first + t->n < t->cap)
		return;
	if (t->first > t->cap / 2) {
		memmove(t->v, t->v + t->first, t->n * sizeof(*t->v));
		t->first = 0;
		return;
	}
	t->cap = t->cap ? t->cap * 2 : 32;
	t->v = base_realloc(t->v, t->cap, sizeof(*t->v));
}

static void insert(struct timers *t, const struct timer *new)
{
	struct timer *live;
	size_t lo = 0, hi = t->n;

	make_room(t);
	live = t->v + t->first;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (comes_before(new, &live[mid]))
			hi = mid;
		else
			lo = mid + 1;
	}
	memmove(live + lo + 1, live + lo, (t->n - lo) * sizeof(*live));
	live[lo] = *new;
	t->n++;
}

uint64_t timer_add(struct world *w, enum timer_kind kind, uint64_t ticks, uint64_t entity,
		   int64_t value)
{
	struct timers *t = w->timers;
	struct timer new = {
		.due = w->tick + (ticks ? ticks : 1), .kind = kind, .entity = entity, .value = value
	};

	if (t->n >= TIMER_MAX) {
		if (!w->stats.timers_refused++)
			log_error("too_many_timers", LOG_STR("kind", names[kind]),
				  LOG_U64("pending", t->n));
		return 0;
	}
	new.id = t->next_id++;
	insert(t, &new);
	changed(w);
	return new.id;
}

static void remove_at(struct timers *t, size_t i)
{
	struct timer *live = t->v + t->first;

	if (i == 0)
		t->first++;
	else
		memmove(live + i, live + i + 1, (t->n - i - 1) * sizeof(*live));
	t->n--;
}

bool timer_cancel(struct world *w, uint64_t id)
{
	struct timers *t = w->timers;

	for (size_t i = 0; i < t->n; i++) {
		if (t->v[t->first + i].id == id) {
			remove_at(t, i);
			changed(w);
			return true;
		}
	}
	return false;
}

size_t timer_cancel_for(struct world *w, enum timer_kind kind, uint64_t entity)
{
	struct timers *t = w->timers;
	size_t removed = 0;

	for (size_t i = 0; i < t->n;) {
		const struct timer *x = &t->v[t->first + i];

		if (x->kind == kind && x->entity == entity) {
			remove_at(t, i);
			removed++;
		} else {
			i++;
		}
	}
	if (removed)
		changed(w);
	return removed;
}

bool timers_due(const struct world *w)
{
	const struct timers *t = w->timers;

	return t->n && t->v[t->first].due <= w->tick;
}

void timers_run_one(struct world *w)
{
	struct timers *t = w->timers;
	const struct timer due = t->v[t->first];

	remove_at(t, 0);
	changed(w);
	if (t->handlers[due.kind])
		t->handlers[due.kind](w, &due);
}

bool timers_pending(const struct world *w, enum timer_kind kind)
{
	const struct timers *t = w->timers;

	for (size_t i = 0; i < t->n; i++)
		if (t->v[t->first + i].kind == kind)
			return true;
	return false;
}

bool timers_changed(const struct world *w)
{
	return w->timers->changed;
}

void timers_saved(struct world *w)
{
	w->timers->changed = false;
}

void timers_save(const struct world *w, struct buf *out)
{
	const struct timers *t = w->timers;

	buf_addc(out, '[');
	for (size_t i = 0; i < t->n; i++) {
		const struct timer *x = &t->v[t->first + i];

		if (i)
			buf_addc(out, ',');
		buf_addc(out, '{');
		comp_save_int(out, "id", (int64_t)x->id);
		comp_save_int(out, "due", (int64_t)x->due);
		comp_save_text(out, "kind", names[x->kind]);
		comp_save_id(out, "entity", x->entity);
		if (x->value)
			comp_save_int(out, "value", x->value);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static enum timer_kind kind_of(const char *name)
{
	int k;

	for (k = 0; k < TIMER_KIND_COUNT; k++)
		if (name && !strcmp(names[k], name))
			break;
	return (enum timer_kind)k;
}

static int load_one(struct world *w, json_t *o)
{
	struct timer x = { .kind = TIMER_KIND_COUNT };
	const char *key;
	json_t *v;
	int bad = json_is_object(o) ? 0 : -EINVAL;

	json_object_foreach(o, key, v)
	{
		if (!strcmp(key, "id"))
			x.id = (uint64_t)comp_int(v, &bad);
		else if (!strcmp(key, "due"))
			x.due = (uint64_t)comp_int(v, &bad);
		else if (!strcmp(key, "kind"))
			x.kind = kind_of(comp_text(v, &bad));
		else if (!strcmp(key, "entity"))
			x.entity = comp_id(v, &bad);
		else if (!strcmp(key, "value"))
			x.value = comp_int(v, &bad);
		else
			w->stats.load_troubles++;
	}
	if (bad || !x.id)
		return -EINVAL;
	if (x.kind == TIMER_KIND_COUNT) {
		w->stats.load_troubles++;
		return 0;
	}
	insert(w->timers, &x);
	if (x.id >= w->timers->next_id)
		w->timers->next_id = x.id + 1;
	return 0;
}

int timers_load(struct world *w, struct span json)
{
	json_t *list, *v;
	size_t i;
	int r = 0;

	if (!json.n)
		return 0;
	list = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_array(list))
		r = -EINVAL;
	json_array_foreach(list, i, v) if (!r) r = load_one(w, v);
	json_decref(list);
	return r;
}
