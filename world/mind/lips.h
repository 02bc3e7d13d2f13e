/*
 * lips.h - what a model wrote and somebody of the world does not say after all.
 *
 * The guard of the aibridge knows few by name; the world knows who plays.  What a pack says is not
 * asked about: its words are as they are, whatever players call themselves.
 */
#pragma once

#include "world/core/world.h"

/* Why this npc does not say this line (clean, plain) to that player; NULL: it may.  It tells of no
 * player whom it cannot perceive, and speaks for nobody else ("Jem Pottle: I owe you"). */
const char *lips_fault(const struct world *w, struct ent npc, struct ent player, struct span line);
