/*
 * login.h - the gateway machine (gateway.h) with what it needs of the world: a WebSocket, a timer, GET /gateway/bot, and its
 * session and its count of Identifys kept over restarts.
 */
#pragma once

#include "bridges/bridge.h"
#include "bridges/discord/gateway.h"
#include "bridges/discord/rest.h"

struct login;

struct login_conf {
	struct bridge *bridge;
	struct rest *rest;
	const char *token, *gateway_url, *ca_file; /* borrowed, for good */
	uint32_t shard, shards;
	/* An event, in order, with its sequence. */
	void (*event)(void *ctx, const char *name, const json_t *d, uint64_t seq);
	/* How far events have come into the game for good, with `seq` as the newest. */
	uint64_t (*settled)(void *ctx, uint64_t seq);
	/* It has come in: with a session of its own, or (resumed) with one of before. */
	void (*in)(void *ctx, bool resumed);
	/* It is closed, after login_end(). */
	void (*ended)(void *ctx);
	void *ctx;
};

struct login *login_new(const struct login_conf *c);
void login_free(struct login *l);
void login_end(struct login *l);
const struct gateway *login_gateway(const struct login *l);
