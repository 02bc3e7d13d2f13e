/*
 * data.h - what the world tells clients as data (GMCP): who one is, how one is, where one is.
 */
#pragma once

#include "world/session.h"

/* Everything the client asked for; when it comes in or changes what it supports. */
void data_all(struct world *w, struct session *s);
/* Room.Info, on entering a room. */
void data_room(struct world *w, struct session *s);
