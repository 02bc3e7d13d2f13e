/*
 * seeds.h - what a pack spawns is put into place once in the life of a world, a bounded step at a time.
 */
#pragma once

#include "world/core/world.h"
#include "world/pack/pack.h"

/* Entities of one step; what is in a container comes with it on top. */
enum { SEEDS_STEP = 500 };

struct seeds;

struct seeds *seeds_new(const struct pack *pack);
void seeds_free(struct seeds *s);
/* A stored document of the collection "pack"; those of other packs are passed over. */
void seeds_stored(struct seeds *s, struct span key, struct span body);
/* Puts some of what is missing into place and writes down which, for one commit. False: nothing was
 * left to do. */
bool seeds_step(struct world *w, struct seeds *s);
