/*
 * similar.h - how far a mistyped word is from a right one.
 */
#pragma once

#include "rt/base.h"

/* Letters to add, drop, change or swap with a neighbour; 9 for words too long to be a slip. */
unsigned similar_distance(struct span a, struct span b);
