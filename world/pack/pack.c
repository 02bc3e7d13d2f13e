/*
 * pack.c - looking things up in a loaded pack, and telling a builder how it went.
 */
#include "world/pack/pack.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static bool is_key(const char *key, struct span s)
{
	return strlen(key) == s.n && !memcmp(key, s.p, s.n);
}

const struct pack_room *pack_room(const struct pack *p, struct span key)
{
	for (size_t i = 0; i < p->n_rooms; i++)
		if (is_key(p->rooms[i].key, key))
			return &p->rooms[i];
	return NULL;
}

const struct pack_item *pack_item(const struct pack *p, struct span key)
{
	for (size_t i = 0; i < p->n_items; i++)
		if (is_key(p->items[i].key, key))
			return &p->items[i];
	return NULL;
}

const struct pack_npc *pack_npc(const struct pack *p, struct span key)
{
	for (size_t i = 0; i < p->n_npcs; i++)
		if (is_key(p->npcs[i].key, key))
			return &p->npcs[i];
	return NULL;
}

const struct pack_errand *pack_errand(const struct pack *p, struct span key)
{
	for (size_t i = 0; i < p->n_errands; i++)
		if (is_key(p->errands[i].key, key))
			return &p->errands[i];
	return NULL;
}

const char *const pack_verb_names[] = { "say",	  "emote", "give", "go",       "follow", "open",
					"attack", "offer", "mood", "remember", NULL };

static size_t count_placed(const struct pack *p, bool items)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_spawns; i++)
		if (items == (p->spawns[i].item != NULL))
			n += p->spawns[i].count;
	return n;
}

/* How many can be talked to; their topics are added up. */
static size_t count_minds(const struct pack *p, size_t *ret_topics)
{
	size_t n = 0;

	*ret_topics = 0;
	for (size_t i = 0; i < p->n_npcs; i++) {
		if (!p->npcs[i].mind)
			continue;
		n++;
		*ret_topics += p->npcs[i].mind->n_topics;
	}
	return n;
}

int pack_check(const char *dir)
{
	CLEANUP(pack_freep) struct pack *p = NULL;
	struct buf errors = { 0 };
	size_t minds, topics;
	int r = pack_load(&p, dir, &errors);

	fwrite(buf_p(&errors), 1, errors.n, stdout);
	buf_done(&errors);
	if (r)
		return EX_DATAERR;
	minds = count_minds(p, &topics);
	printf("ok: %zu rooms in %zu areas, %zu things of %zu kinds, %zu people (%zu to talk to, "
	       "with "
	       "%zu topics), %zu errands, %zu help topics\n",
	       p->n_rooms, p->n_areas, count_placed(p, true), p->n_items, count_placed(p, false),
	       minds, topics, p->n_errands, p->n_help);
	return 0;
}
