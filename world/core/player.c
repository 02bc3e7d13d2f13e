/*
 * player.c - characters; see player.h.
 */
#include "world/core/players.h"

#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "world/core/comps.h"
#include "world/core/ents.h"
#include "world/core/name.h"
#include "world/core/world.h"

struct players {
	struct ent first, last;
	size_t n, n_leaving;
	struct strmap by_name; /* lower case -> slot + 1 */
};

static const char *const roles[ROLE_COUNT] = {
	[ROLE_PLAYER] = "player", [ROLE_HELPER] = "helper",	      [ROLE_BUILDER] = "builder",
	[ROLE_ADMIN] = "admin",	  [ROLE_IMPLEMENTOR] = "implementor",
};

struct players *players_new(void)
{
	struct players *t = base_alloc(1, sizeof(*t));

	strmap_init(&t->by_name, NULL);
	return t;
}

void players_free(struct world *w)
{
	if (!w->players)
		return;
	strmap_done(&w->players->by_name);
	free(w->players);
	w->players = NULL;
}

static struct player *raw(const struct world *w, struct ent e)
{
	return (struct player *)(uintptr_t)comp_get(w, e, COMP_PLAYER);
}

void players_add(struct world *w, struct ent e)
{
	struct players *t = w->players;
	struct player *p = raw(w, e), *last = raw(w, t->last);

	p->prev = t->last;
	p->next = ENT_NONE;
	*(last ? &last->next : &t->first) = e;
	t->last = e;
	t->n++;
}

void players_remove(struct world *w, struct ent e)
{
	struct players *t = w->players;
	struct player *p = raw(w, e), *beside;

	players_unname(w, e);
	beside = raw(w, p->prev);
	*(beside ? &beside->next : &t->first) = p->next;
	beside = raw(w, p->next);
	*(beside ? &beside->prev : &t->last) = p->prev;
	t->n--;
	t->n_leaving -= p->leaves != 0;
}

static void set_leaves(struct world *w, struct player *p, uint64_t tick)
{
	w->players->n_leaving -= p->leaves != 0;
	p->leaves = tick;
	w->players->n_leaving += p->leaves != 0;
}

void players_set_leaves(struct world *w, struct ent e, uint64_t tick)
{
	struct player *p = raw(w, e);

	if (!p || p->leaves == tick)
		return;
	ent_touch(w, e);
	set_leaves(w, p, tick);
}

size_t players_leaving(const struct world *w)
{
	return w->players->n_leaving;
}

static struct span word_of(const struct world *w, struct ent e)
{
	const struct name *n = name_get(w, e);

	return n && n->own_word ? (struct span){ n->own_word, strlen(n->own_word) }
				: (struct span){ 0 };
}

void players_name(struct world *w, struct ent e)
{
	struct span word = word_of(w, e);

	if (word.n && raw(w, e) && !strmap_get(&w->players->by_name, word))
		strmap_put(&w->players->by_name, word, (void *)(uintptr_t)(e.slot + 1));
}

void players_unname(struct world *w, struct ent e)
{
	struct span word = word_of(w, e);

	if (word.n && raw(w, e) &&
	    (uintptr_t)strmap_get(&w->players->by_name, word) == (uintptr_t)e.slot + 1)
		strmap_del(&w->players->by_name, word);
}

const struct player *player_get(const struct world *w, struct ent e)
{
	return comp_get(w, e, COMP_PLAYER);
}

struct player *player_write(struct world *w, struct ent e)
{
	return comp_write(w, e, COMP_PLAYER);
}

bool player_linkdead(const struct world *w, struct ent e)
{
	const struct player *p = player_get(w, e);

	return p && (!p->session || p->leaves);
}

void players_link(struct world *w, struct ent e, uint64_t session)
{
	struct player *p = raw(w, e);

	if (p)
		p->session = session;
}

const char *role_name(enum role r)
{
	return r < ROLE_COUNT ? roles[r] : roles[ROLE_PLAYER];
}

enum role role_of(const char *name)
{
	for (int i = 0; name && i < ROLE_COUNT; i++)
		if (!strcmp(roles[i], name))
			return (enum role)i;
	return ROLE_PLAYER;
}

struct ent player_next(const struct world *w, struct ent previous)
{
	const struct player *p;

	if (!ent_is(previous))
		return w->players->first;
	p = player_get(w, previous);
	return p ? p->next : ENT_NONE;
}

size_t player_count(const struct world *w)
{
	return w->players->n;
}

struct ent player_by_name(const struct world *w, struct span name)
{
	char lower[64];
	uintptr_t found;

	if (!name.n || name.n > sizeof(lower))
		return ENT_NONE;
	for (size_t i = 0; i < name.n; i++)
		lower[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] - 'A' + 'a')
								: name.p[i];
	found = (uintptr_t)strmap_get(&w->players->by_name, (struct span){ lower, name.n });
	if (!found)
		return ENT_NONE;
	return ents_at(w, (uint32_t)(found - 1));
}

struct ent player_find(const struct world *w, struct span name, struct ent seeker)
{
	struct ent found = player_by_name(w, name);

	if (ent_is(found) || !name.n)
		return found;
	for (struct ent e = w->players->first; ent_is(e); e = raw(w, e)->next) {
		if (raw(w, e)->hidden || ent_same(e, seeker) ||
		    !text_prefix_fold(word_of(w, e), name))
			continue;
		if (ent_is(found))
			return ENT_NONE;
		found = e;
	}
	return found;
}

void player_done(void *c)
{
	struct player *p = c;

	free(p->account_name);
	free(p->title);
	free(p->descr);
}

void player_save(const struct world *w, struct ent e, const void *c, struct buf *out)
{
	const struct player *p = c;

	(void)w;
	(void)e;
	comp_save_id(out, "account", p->account);
	comp_save_text(out, "account_name", p->account_name);
	if (p->role != ROLE_PLAYER)
		comp_save_text(out, "role", roles[p->role]);
	if (p->guest)
		comp_save_bool(out, "guest", true);
	if (p->hidden)
		comp_save_bool(out, "hidden", true);
	if (p->silent)
		comp_save_bool(out, "silent", true);
	comp_save_id(out, "room", p->room);
	if (p->leaves)
		comp_save_int(out, "leaves", (int64_t)p->leaves);
	comp_save_text(out, "title", p->title);
	comp_save_text(out, "descr", p->descr);
}

static void take_text(char **to, json_t *v, int *bad)
{
	const char *text = comp_text(v, bad);

	if (text) {
		free(*to);
		*to = base_dup(text, strlen(text));
	}
}

int player_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown)
{
	struct player *p = c;
	const char *key;
	json_t *v;
	int bad = 0;

	(void)e;
	json_object_foreach(members, key, v)
	{
		if (!strcmp(key, "account"))
			p->account = comp_id(v, &bad);
		else if (!strcmp(key, "account_name"))
			take_text(&p->account_name, v, &bad);
		else if (!strcmp(key, "role"))
			p->role = role_of(comp_text(v, &bad));
		else if (!strcmp(key, "guest"))
			p->guest = comp_bool(v, &bad);
		else if (!strcmp(key, "hidden"))
			p->hidden = comp_bool(v, &bad);
		else if (!strcmp(key, "silent"))
			p->silent = comp_bool(v, &bad);
		else if (!strcmp(key, "room"))
			p->room = comp_id(v, &bad);
		else if (!strcmp(key, "leaves"))
			set_leaves(w, p, (uint64_t)comp_int(v, &bad));
		else if (!strcmp(key, "title"))
			take_text(&p->title, v, &bad);
		else if (!strcmp(key, "descr"))
			take_text(&p->descr, v, &bad);
		else
			++*unknown;
	}
	return bad;
}
