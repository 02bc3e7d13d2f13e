/*
 * chat.h - the fact that something was said, also for clients (GMCP Comm.Channel).
 */
#pragma once

#include "world/core/event.h"

/* Before it is shown: what follows is of that channel. */
void chat_begin(struct world *w, enum fact_kind kind, struct ent speaker, struct ent to);
/* After it. `to` may be ENT_NONE; the room is where the speaker is. */
void chat_fact(struct world *w, enum fact_kind kind, struct ent speaker, struct ent to,
	       struct span text);
