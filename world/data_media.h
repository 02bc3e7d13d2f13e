/*
 * data_media.h - sounds of what happens: played once, for those who asked for Client.Media.
 */
#pragma once

#include "world/core/entity.h"

/* A name of a pack; NULL: nothing is to be heard. */
void data_sound_room(struct world *w, struct ent room, const char *sound);
void data_sound_to(struct world *w, struct ent player, const char *sound);
