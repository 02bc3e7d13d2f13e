/*
 * noun.h - how a thing is called: "an old net" taken apart, its plural, the words for it.
 */
#pragma once

#include "world/pack/loader.h"

/* Fills the name from its full form; plural and words may be set already and are kept, the words
 * come first. */
void noun_fill(struct pack_loader *l, const char *full, struct pack_name *name);
/* The words of a text, lower case, without those that only join others. */
void noun_words(struct pack_loader *l, const char *text, const char *const **ret, size_t *ret_n);
