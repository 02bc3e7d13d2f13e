/*
 * group.h - who hears what: sessions in groups (the rooms of the world), so that a text for a room
 * crosses the bus once.  Entering and leaving cost the same however many there are.
 */
#pragma once

#include "gateway/session.h"
#include "rt/map.h"

struct group {
	uint64_t id;
	struct session **members;
	uint32_t n, cap;
};

/* NULL: nobody is in it. */
struct group *group_get(const struct map64 *groups, uint64_t id);
/* The session leaves its group for this one; 0: for none. */
void group_enter(struct map64 *groups, struct session *s, uint64_t id);
