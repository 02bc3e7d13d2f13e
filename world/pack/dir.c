/*
 * dir.c - the table of directions.
 */
#include "world/pack/dir.h"

#include <string.h>
#include "rt/text.h"

#define ROW(d, name, abbrev, from, back) [DIR_##d] = { name, abbrev, from, DIR_##back }

static const struct dir_info table[N_DIRS] = {
	ROW(NORTH, "north", "n", "the north", SOUTH),
	ROW(EAST, "east", "e", "the east", WEST),
	ROW(SOUTH, "south", "s", "the south", NORTH),
	ROW(WEST, "west", "w", "the west", EAST),
	ROW(NORTHEAST, "northeast", "ne", "the northeast", SOUTHWEST),
	ROW(NORTHWEST, "northwest", "nw", "the northwest", SOUTHEAST),
	ROW(SOUTHEAST, "southeast", "se", "the southeast", NORTHWEST),
	ROW(SOUTHWEST, "southwest", "sw", "the southwest", NORTHEAST),
	ROW(UP, "up", "u", "above", DOWN),
	ROW(DOWN, "down", "d", "below", UP),
};

const struct dir_info *dir_info(enum dir d)
{
	return &table[d];
}

bool dir_parse(struct span word, enum dir *ret)
{
	for (enum dir d = 0; d < N_DIRS; d++) {
		const struct dir_info *i = &table[d];

		if (text_eq_fold(word, (struct span){ i->name, strlen(i->name) }) ||
		    text_eq_fold(word, (struct span){ i->abbrev, strlen(i->abbrev) })) {
			*ret = d;
			return true;
		}
	}
	return false;
}
