/*
 * server.h - what is measured: a fresh Mudlark on SQLite with durable commits and the bench pack,
 * or the floor.
 */
#pragma once

#include "tests/bench/mode.h"
#include "tests/support/fake_ai.h"
#include "tests/support/ircd.h"
#include "tests/support/mud.h"

struct server {
	struct target target;
	bool is_floor, is_none;
	struct mud mud;
	struct child floor_gateway, floor_world;
	bool has_fake;
	struct fake_ai fake;
	bool has_ircd;
	struct ircd ircd;
};

/* `pack` NULL: the bench pack. */
void server_start_mud(struct server *s, const char *pack);
/* People to talk to: by a model of the fake provider, that takes SERVER_PROVIDER_US for an answer, or with the
 * words of their pack. */
enum { SERVER_PROVIDER_US = 2000000 };
void server_start_folk(struct server *s, bool with_model);
/* People in a few rooms; a provider that fails is given up soon, and always asked again. */
void server_start_few(struct server *s);
/* With its bridge in #mud of an IRC server, and no pace; the floor is the IRC server alone. */
void server_start_irc(struct server *s, bool is_floor);
void server_start_floor(struct server *s);
/* Nothing: the mode has all it needs. */
void server_start_none(struct server *s);
void server_stop(struct server *s);
/* CPU time of all its processes so far. */
uint64_t server_cpu_us(const struct server *s);
