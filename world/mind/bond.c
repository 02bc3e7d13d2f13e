/*
 * bond.c - what people make of a player; see bond.h.
 *
 * Lists are short and end with NULL.  A bond has two sides: what is lived (met, regard, memories), which those
 * who were not met for longest forget so that the row stays small; and what is settled (told, gave), which
 * stays, and is refused beyond a bound instead.  A bond with neither is none.
 */
#include "world/mind/bond.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "world/core/comps.h"
#include "world/core/timer.h"
#include "world/core/world.h"

static size_t list_count(char *const *list, size_t max)
{
	size_t n = 0;

	while (n < max && list[n])
		n++;
	return n;
}

static bool list_has(char *const *list, size_t max, const char *text)
{
	for (size_t i = 0; i < max && list[i]; i++)
		if (!strcmp(list[i], text))
			return true;
	return false;
}

static void list_clear(char **list, size_t max)
{
	for (size_t i = 0; i < max; i++) {
		free(list[i]);
		list[i] = NULL;
	}
}

/* To the end; the first makes room. */
static void list_add(char **list, size_t max, struct span text)
{
	size_t n = list_count(list, max);

	if (n == max) {
		free(list[0]);
		memmove(list, list + 1, (max - 1) * sizeof(*list));
		n--;
	}
	list[n] = base_dup(text.p, text.n);
}

static size_t list_bytes(char *const *list, size_t max)
{
	size_t bytes = 0;

	for (size_t i = 0; i < max && list[i]; i++)
		bytes += strlen(list[i]) + 4;
	return bytes;
}

static void drop_bond(struct bond *b)
{
	free(b->npc);
	list_clear(b->memories, BOND_MEMORIES);
	list_clear(b->told, BOND_TOLD_MAX);
	list_clear(b->gave, BOND_MEMORIES);
}

static void remove_at(struct bonds *bonds, size_t i)
{
	drop_bond(&bonds->v[i]);
	bonds->n--;
	memmove(bonds->v + i, bonds->v + i + 1, (bonds->n - i) * sizeof(*bonds->v));
}

void bonds_done(void *c)
{
	struct bonds *bonds = c;

	while (bonds->n)
		remove_at(bonds, bonds->n - 1);
	free(bonds->v);
}

static struct bond *find(const struct bonds *bonds, const char *npc)
{
	for (size_t i = 0; bonds && i < bonds->n; i++)
		if (!strcmp(bonds->v[i].npc, npc))
			return &bonds->v[i];
	return NULL;
}

static struct bond *add(struct bonds *bonds, const char *npc)
{
	if (bonds->n == bonds->cap) {
		bonds->cap = bonds->cap ? bonds->cap * 2 : 4;
		bonds->v = base_realloc(bonds->v, bonds->cap, sizeof(*bonds->v));
	}
	bonds->v[bonds->n] = (struct bond){ .npc = base_dup(npc, strlen(npc)) };
	return &bonds->v[bonds->n++];
}

static bool is_lived(const struct bond *b)
{
	return b->met || b->regard || b->memories[0];
}

static bool is_settled(const struct bond *b)
{
	return b->told[0] || b->gave[0];
}

/* Who was not met for longest, but not `but`; NULL: nobody else. */
static struct bond *stalest(const struct bonds *bonds, const char *but, bool has_memories)
{
	struct bond *found = NULL;

	for (size_t i = 0; i < bonds->n; i++) {
		struct bond *b = &bonds->v[i];

		if (strcmp(b->npc, but) != 0 && is_lived(b) && (!has_memories || b->memories[0]) &&
		    (!found || b->last < found->last))
			found = b;
	}
	return found;
}

static size_t lived_bytes(const struct bond *b)
{
	return is_lived(b) ? strlen(b->npc) + 80 + list_bytes(b->memories, BOND_MEMORIES) : 0;
}

static size_t settled_bytes(const struct bond *b)
{
	return is_settled(b) ? strlen(b->npc) + 40 + list_bytes(b->told, BOND_TOLD_MAX) +
				       list_bytes(b->gave, BOND_MEMORIES)
			     : 0;
}

size_t bonds_bulk(const void *c)
{
	const struct bonds *bonds = c;
	size_t bytes = 0;

	for (size_t i = 0; i < bonds->n; i++)
		bytes += lived_bytes(&bonds->v[i]) + settled_bytes(&bonds->v[i]);
	return bytes;
}

/* Can this be kept for ever, too? */
static bool has_room(const struct bonds *bonds, const char *npc, const char *what)
{
	size_t bytes = strlen(npc) + strlen(what) + 44;

	for (size_t i = 0; i < bonds->n; i++)
		bytes += settled_bytes(&bonds->v[i]);
	return bytes <= BONDS_KEPT_BYTES && strlen(npc) <= BOND_KEY_MAX &&
	       strlen(what) <= BOND_KEY_MAX;
}

/* What is settled stays. */
static void forget_at(struct bonds *bonds, size_t i)
{
	struct bond *b = &bonds->v[i];

	list_clear(b->memories, BOND_MEMORIES);
	b->regard = 0;
	b->met = 0;
	if (!is_settled(b))
		remove_at(bonds, i);
}

static bool is_small(const struct bonds *bonds, bool *ret_many)
{
	size_t n = 0, bytes = 0;

	for (size_t i = 0; i < bonds->n; i++) {
		n += is_lived(&bonds->v[i]);
		bytes += lived_bytes(&bonds->v[i]);
	}
	*ret_many = n > BONDS_MAX;
	return n <= BONDS_MAX && bytes <= BONDS_BYTES;
}

/* Until it is small enough; `keep` is the one that is written. */
static void trim(struct bonds *bonds, const char *keep)
{
	struct bond *b;
	bool many;

	while (!is_small(bonds, &many)) {
		b = many ? NULL : stalest(bonds, keep, true);
		if (b)
			list_clear(b->memories, BOND_MEMORIES);
		else if ((b = stalest(bonds, keep, false)))
			forget_at(bonds, (size_t)(b - bonds->v));
		else
			return;
	}
}

const struct bond *bond_get(const struct world *w, struct ent player, const char *npc)
{
	return find(comp_get(w, player, COMP_BONDS), npc);
}

/* To be changed; made when there is none. NULL: not a player, or no such key can be. */
static struct bond *write_bond(struct world *w, struct ent player, const char *npc)
{
	struct bonds *bonds;
	struct bond *b;

	if (!comp_get(w, player, COMP_BONDS) || strlen(npc) > BOND_KEY_MAX)
		return NULL;
	bonds = comp_write(w, player, COMP_BONDS);
	b = find(bonds, npc);
	if (b)
		return b;
	b = add(bonds, npc);
	b->last = w->tick;
	return b;
}

static void written(struct world *w, struct ent player, const char *npc)
{
	trim(comp_write(w, player, COMP_BONDS), npc);
}

static bool is_talking(const struct world *w, const struct bond *b)
{
	return b->met && w->tick < b->last + timer_seconds(w, BOND_PAUSE_SECONDS);
}

void bond_meet(struct world *w, struct ent player, const char *npc)
{
	struct bond *b = write_bond(w, player, npc);

	if (!b)
		return;
	if (!is_talking(w, b) && b->met < UINT32_MAX)
		b->met++;
	b->last = w->tick;
	written(w, player, npc);
}

uint32_t bond_met_before(const struct world *w, struct ent player, const char *npc)
{
	const struct bond *b = bond_get(w, player, npc);

	return b ? b->met - is_talking(w, b) : 0;
}

static int32_t bounded(int64_t regard)
{
	if (regard > BOND_REGARD_MAX)
		return BOND_REGARD_MAX;
	return regard < -BOND_REGARD_MAX ? -BOND_REGARD_MAX : (int32_t)regard;
}

void bond_regard(struct world *w, struct ent player, const char *npc, int32_t change)
{
	struct bond *b = change ? write_bond(w, player, npc) : NULL;

	if (!b)
		return;
	b->regard = bounded((int64_t)b->regard + change);
	written(w, player, npc);
}

void bond_remember(struct world *w, struct ent player, const char *npc, struct span text)
{
	struct buf clean = { 0 };
	struct span memory;
	struct bond *b;

	text_clean(&clean, text);
	memory = text_trim(buf_span(&clean));
	memory.n = text_cut(memory, BOND_MEMORY_MAX);
	if (memory.n && (b = write_bond(w, player, npc))) {
		char *kept = base_dup(memory.p, memory.n);

		if (!list_has(b->memories, BOND_MEMORIES, kept))
			list_add(b->memories, BOND_MEMORIES, memory);
		free(kept);
		written(w, player, npc);
	}
	buf_done(&clean);
}

bool bond_was_told(const struct world *w, struct ent player, const char *npc, const char *topic)
{
	const struct bond *b = bond_get(w, player, npc);

	return b && list_has(b->told, BOND_TOLD_MAX, topic);
}

/* To be changed, when so much more can be kept for ever; else NULL. */
static struct bond *write_settled(struct world *w, struct ent player, const char *npc,
				  const char *what)
{
	const struct bonds *bonds = comp_get(w, player, COMP_BONDS);

	if (!bonds || !has_room(bonds, npc, what))
		return NULL;
	return write_bond(w, player, npc);
}

bool bond_told(struct world *w, struct ent player, const char *npc, const char *topic)
{
	struct bond *b;

	if (bond_was_told(w, player, npc, topic))
		return false;
	b = write_settled(w, player, npc, topic);
	if (!b)
		return false;
	list_add(b->told, BOND_TOLD_MAX, (struct span){ topic, strlen(topic) });
	return true;
}

bool bond_gave(const struct world *w, struct ent player, const char *npc, const char *item)
{
	const struct bonds *bonds = comp_get(w, player, COMP_BONDS);
	const struct bond *b = find(bonds, npc);

	if (b && (list_has(b->gave, BOND_MEMORIES, item) || b->gave[BOND_MEMORIES - 1]))
		return true;
	return bonds && !has_room(bonds, npc, item);
}

void bond_note_gift(struct world *w, struct ent player, const char *npc, const char *item)
{
	struct bond *b;

	if (bond_gave(w, player, npc, item))
		return;
	b = write_settled(w, player, npc, item);
	if (b)
		list_add(b->gave, BOND_MEMORIES, (struct span){ item, strlen(item) });
}

size_t bond_forget(struct world *w, struct ent player, const char *npc)
{
	struct bonds *bonds;
	size_t n = 0;

	if (!comp_get(w, player, COMP_BONDS))
		return 0;
	bonds = comp_write(w, player, COMP_BONDS);
	for (size_t i = bonds->n; i-- > 0;) {
		const struct bond *b = &bonds->v[i];

		if (npc && strcmp(b->npc, npc) != 0)
			continue;
		n += is_lived(b);
		forget_at(bonds, i);
	}
	return n;
}

static void save_list(struct buf *out, const char *key, char *const *list, size_t max)
{
	if (!list[0])
		return;
	json_member(out, key);
	buf_addc(out, '[');
	for (size_t i = 0; i < max && list[i]; i++) {
		if (i)
			buf_addc(out, ',');
		json_quote(out, (struct span){ list[i], strlen(list[i]) });
	}
	buf_addc(out, ']');
}

void bonds_save(const struct world *w, struct ent e, const void *c, struct buf *out)
{
	const struct bonds *bonds = c;

	(void)w;
	(void)e;
	for (size_t i = 0; i < bonds->n; i++) {
		const struct bond *b = &bonds->v[i];

		json_member(out, b->npc);
		buf_addc(out, '{');
		comp_save_int(out, "met", b->met);
		if (b->regard)
			comp_save_int(out, "regard", b->regard);
		comp_save_int(out, "last", (int64_t)b->last);
		save_list(out, "memories", b->memories, BOND_MEMORIES);
		save_list(out, "told", b->told, BOND_TOLD_MAX);
		save_list(out, "gave", b->gave, BOND_MEMORIES);
		buf_addc(out, '}');
	}
}

static void load_list(char **list, size_t max, json_t *v, int *bad)
{
	size_t i;
	json_t *one;

	if (!json_is_array(v))
		*bad = -EINVAL;
	json_array_foreach(v, i, one)
	{
		const char *text = comp_text(one, bad);

		if (text)
			list_add(list, max, (struct span){ text, strlen(text) });
	}
}

static uint64_t load_count(json_t *v, uint64_t max, int *bad)
{
	int64_t n = comp_int(v, bad);

	if (n < 0 || (uint64_t)n > max)
		*bad = -EINVAL;
	return *bad ? 0 : (uint64_t)n;
}

static void load_bond(struct bond *b, json_t *members, unsigned *unknown, int *bad)
{
	const char *key;
	json_t *v;

	json_object_foreach(members, key, v)
	{
		if (!strcmp(key, "met"))
			b->met = (uint32_t)load_count(v, UINT32_MAX, bad);
		else if (!strcmp(key, "regard"))
			b->regard = bounded(comp_int(v, bad));
		else if (!strcmp(key, "last"))
			b->last = load_count(v, INT64_MAX, bad);
		else if (!strcmp(key, "memories"))
			load_list(b->memories, BOND_MEMORIES, v, bad);
		else if (!strcmp(key, "told"))
			load_list(b->told, BOND_TOLD_MAX, v, bad);
		else if (!strcmp(key, "gave"))
			load_list(b->gave, BOND_MEMORIES, v, bad);
		else
			++*unknown;
	}
}

int bonds_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown)
{
	struct bonds *bonds = c;
	const char *npc;
	json_t *v;
	int bad = 0;

	(void)w;
	(void)e;
	json_object_foreach(members, npc, v)
	{
		if (!json_is_object(v))
			return -EINVAL;
		load_bond(add(bonds, npc), v, unknown, &bad);
		if (bad)
			return -EINVAL;
	}
	trim(bonds, "");
	return 0;
}
