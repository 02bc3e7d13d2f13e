/*
 * dir.h - the ten directions: one table for packs, exits, and the commands that walk.
 */
#pragma once

#include "rt/base.h"

enum dir {
	DIR_NORTH,
	DIR_EAST,
	DIR_SOUTH,
	DIR_WEST,
	DIR_NORTHEAST,
	DIR_NORTHWEST,
	DIR_SOUTHEAST,
	DIR_SOUTHWEST,
	DIR_UP,
	DIR_DOWN,
	N_DIRS
};

struct dir_info {
	const char *name;   /* "north" */
	const char *abbrev; /* "n" */
	const char *from;   /* how an arrival is told: "from the south", "from below" */
	enum dir opposite;
};

const struct dir_info *dir_info(enum dir d);
/* A whole name or its abbreviation, in any case of letters. False: no direction. */
bool dir_parse(struct span word, enum dir *ret) MUST_USE;
