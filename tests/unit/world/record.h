/*
 * record.h - a world that is fed while an input log records it, for tests that play the log again.
 */
#pragma once

#include <string.h>

#include "rig.h"
#include "world/inputlog.h"

static inline void record_put(struct inputlog *l, struct world *w, uint64_t peer,
			      Mudlark__WorldIn *in)
{
	inputlog_input(l, peer, in);
	world_feed(w, peer, in);
	inputlog_turn(l);
	(void)world_turn(w);
}

#define RECORD_PUT(log, world, peer, kind, member, message)                                        \
	do {                                                                                       \
		Mudlark__WorldIn in_ = MUDLARK__WORLD_IN__INIT;                                    \
                                                                                                   \
		in_.body_case = MUDLARK__WORLD_IN__BODY_##kind;                                    \
		in_.member = (message);                                                            \
		record_put((log), (world), (peer), &in_);                                          \
	} while (0)
