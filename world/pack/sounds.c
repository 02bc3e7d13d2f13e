/*
 * sounds.c - the names of all sounds of a pack, each once: so that clients can fetch them beforehand.
 */
#include <string.h>
#include "world/pack/loader.h"

static void add(struct pack_loader *l, struct strmap *known, const char **list, const char *sound)
{
	const struct span name = { sound, sound ? strlen(sound) : 0 };

	if (!sound || strmap_get(known, name))
		return;
	strmap_put(known, name, l);
	list[l->pack->n_sounds++] = sound;
}

void load_sounds(struct pack_loader *l)
{
	const struct pack_room *rooms = l->sections[SECTION_ROOMS].list;
	const struct pack_npc *npcs = l->sections[SECTION_NPCS].list;
	size_t n_rooms = l->sections[SECTION_ROOMS].n, n_npcs = l->sections[SECTION_NPCS].n;
	size_t max = n_rooms * (1 + N_DIRS) + n_npcs;
	const char **list = arena_alloc(l->arena, max * sizeof(*list) + 1);
	struct strmap known;

	strmap_init(&known, NULL);
	for (size_t i = 0; i < n_rooms; i++) {
		add(l, &known, list, rooms[i].sound);
		for (size_t e = 0; e < rooms[i].n_exits; e++)
			add(l, &known, list, rooms[i].exits[e].sound);
	}
	for (size_t i = 0; i < n_npcs; i++)
		add(l, &known, list, npcs[i].sound);
	strmap_done(&known);
	l->pack->sounds = list;
}
