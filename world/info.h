/*
 * info.h - what is told about the whole world to whoever asks (MSSP, by way of the gateways): its
 * name, how many play, since when, how large it is, and what world.mssp says.
 *
 * UPTIME is when this world began to run, as the protocol asks (its first tick).  Told to a gateway that
 * links, and to all when it has changed, at most once in INFO_S seconds of logical time.
 */
#pragma once

#include "world/core/world.h"

enum { INFO_S = 5 };

struct info *info_new(void);
void info_free(struct world *w);
/* A gateway is there. */
void info_peer_up(struct world *w, uint64_t instance);
/* A system of the tick. */
bool info_tick(struct world *w);
