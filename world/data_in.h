/*
 * data_in.h - what clients say as data (GMCP): requests for lists, and the login.
 *
 * It changes nothing that a line could not: who plays asks only for what he could look at, and the
 * login goes the way of the typed one.  Everything is checked and bounded; what is unknown, too much or
 * wrong is dropped and counted (stats.data_ignored).
 */
#pragma once

#include "world/session.h"

enum { DATA_IN_BYTES = 4096, DATA_IN_RATE = 20 /* requests in a second */ };

void data_in(struct world *w, struct session *s, const Mudlark__SessionData *m);
