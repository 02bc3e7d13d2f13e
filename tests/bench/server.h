/*
 * server.h - what is measured: a fresh Mudlark on SQLite with durable commits and the bench pack,
 * or the floor.
 */
#pragma once

#include "tests/bench/mode.h"
#include "tests/support/mud.h"

struct server {
	struct target target;
	bool is_floor;
	struct mud mud;
	struct child floor_gateway, floor_world;
};

/* `pack` NULL: the bench pack. */
void server_start_mud(struct server *s, const char *pack);
void server_start_floor(struct server *s);
void server_stop(struct server *s);
/* CPU time of all its processes so far. */
uint64_t server_cpu_us(const struct server *s);
