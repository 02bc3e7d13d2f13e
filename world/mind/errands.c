/*
 * errands.c - the book of a player; see errands.h.
 */
#include "world/mind/errands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "world/core/comps.h"

static const char *const state_names[] = {
	[ERRAND_OFFERED] = "offered",
	[ERRAND_TAKEN] = "taken",
	[ERRAND_DONE] = "done",
};

static void drop(struct errand_entry *e)
{
	free(e->path);
	free(e->step);
}

void errands_done(void *c)
{
	struct errands *book = c;

	for (size_t i = 0; i < book->n; i++)
		drop(&book->v[i]);
	free(book->v);
}

size_t errands_bulk(const void *c)
{
	const struct errands *book = c;
	size_t bytes = 0;

	for (size_t i = 0; i < book->n; i++)
		bytes += strlen(book->v[i].path) + 40 +
			 (book->v[i].step ? strlen(book->v[i].step) : 0);
	return bytes;
}

const struct errands *errands_get(const struct world *w, struct ent player)
{
	return comp_get(w, player, COMP_ERRANDS);
}

static struct errand_entry *find(const struct errands *book, const char *path)
{
	for (size_t i = 0; book && i < book->n; i++)
		if (!strcmp(book->v[i].path, path))
			return &book->v[i];
	return NULL;
}

const struct errand_entry *errands_find(const struct world *w, struct ent player, const char *path)
{
	return find(errands_get(w, player), path);
}

/* Not yet taken ones give way; false: there are none. */
static bool make_room(struct errands *book)
{
	for (size_t i = 0; i < book->n; i++) {
		if (book->v[i].state != ERRAND_OFFERED)
			continue;
		drop(&book->v[i]);
		book->n--;
		memmove(book->v + i, book->v + i + 1, (book->n - i) * sizeof(*book->v));
		return true;
	}
	return false;
}

static size_t n_open(const struct errands *book)
{
	size_t n = 0;

	for (size_t i = 0; i < book->n; i++)
		n += book->v[i].state != ERRAND_DONE;
	return n;
}

static struct errand_entry *add(struct errands *book, const char *path)
{
	if (book->n == book->cap) {
		book->cap = book->cap ? book->cap * 2 : 4;
		book->v = base_realloc(book->v, book->cap, sizeof(*book->v));
	}
	book->v[book->n] = (struct errand_entry){ .path = base_dup(path, strlen(path)) };
	return &book->v[book->n++];
}

static void change(struct errands *book, struct errand_entry *e, enum errand_state state,
		   const char *step)
{
	char *kept = step ? base_dup(step, strlen(step)) : NULL;

	book->n_taken -= e->state == ERRAND_TAKEN;
	book->n_taken += state == ERRAND_TAKEN;
	free(e->step);
	e->step = kept;
	e->state = state;
}

bool errands_set(struct world *w, struct ent player, const char *path, enum errand_state state,
		 const char *step)
{
	struct errands *book;
	struct errand_entry *e;

	if (!errands_get(w, player))
		return false;
	book = comp_write(w, player, COMP_ERRANDS);
	e = find(book, path);
	if (!e && (n_open(book) >= ERRANDS_MAX || book->n >= ERRANDS_KEPT) && !make_room(book))
		return false;
	change(book, e ? e : add(book, path), state, step);
	return true;
}

void errands_save(const struct world *w, struct ent e, const void *c, struct buf *out)
{
	const struct errands *book = c;

	(void)w;
	(void)e;
	for (size_t i = 0; i < book->n; i++) {
		json_member(out, book->v[i].path);
		buf_addc(out, '{');
		comp_save_text(out, "state", state_names[book->v[i].state]);
		comp_save_text(out, "step", book->v[i].step);
		buf_addc(out, '}');
	}
}

/* A state that only a newer world knows is not done again. */
static enum errand_state state_of(const char *name)
{
	for (int i = ERRAND_OFFERED; name && i < ERRAND_DONE; i++)
		if (!strcmp(state_names[i], name))
			return (enum errand_state)i;
	return ERRAND_DONE;
}

static int load_entry(struct errands *book, const char *path, json_t *members, unsigned *unknown)
{
	enum errand_state state = ERRAND_DONE;
	const char *key, *step = NULL;
	json_t *v;
	int bad = 0;

	json_object_foreach(members, key, v)
	{
		if (!strcmp(key, "state"))
			state = state_of(comp_text(v, &bad));
		else if (!strcmp(key, "step"))
			step = comp_text(v, &bad);
		else
			++*unknown;
	}
	if (!bad)
		change(book, add(book, path), state, step);
	return bad;
}

int errands_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown)
{
	const char *path;
	json_t *v;
	int bad = 0;

	(void)w;
	(void)e;
	json_object_foreach(members, path, v)
	{
		bad = json_is_object(v) ? load_entry(c, path, v, unknown) : -EINVAL;
		if (bad)
			break;
	}
	return bad;
}
