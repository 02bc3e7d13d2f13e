/*
 * discord_scene.h - a Mudlark with its bridge on the fake Discord, a player in the game, and whoever is wanted in the
 * channels.  The Discord is the judge: a misuse of it ends the test with the scene.
 */
#pragma once

#include "tests/scenario/cast.h"
#include "tests/support/fake_discord.h"

struct discord_scene {
	struct mud mud;
	struct fake_discord d;
	struct talk ana; /* a player with an account */
	uint16_t metrics;
	char *config;
	struct cast_sets sets;
};

struct discord_scene_conf {
	const char *const *
		rows; /* of discord.channels with the names of the fake's, NULL-terminated; NULL: "quay = chat" */
	const char *const *sets; /* further options, NULL-terminated; NULL: none */
	const char *first;	 /* an order to the fake before the bridge comes; NULL: none */
	const char *certificate; /* by TLS, with one for this name; NULL: plain */
	bool asked;		 /* where the gateway is has to be asked for */
	bool apart;		 /* the bridge is not waited for */
};

/* Everybody is there, and the bridge is in its session. */
void discord_scene_start(struct discord_scene *s, const struct discord_scene_conf *c);
/* Nothing was misused, and the token is nowhere. */
void discord_scene_stop(struct discord_scene *s);
/* A line each way that is heard: the bridge is well. */
void discord_scene_is_well(struct discord_scene *s, unsigned n);
/* kill -9 of a process, and somebody new is there. */
void discord_scene_kill(struct discord_scene *s, const char *role);
/* What Ana has read so far. */
struct span discord_scene_read(struct discord_scene *s);
