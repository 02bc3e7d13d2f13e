/*
 * irc_scene.h - a Mudlark with its bridge in a real IRC server, a player in the game and somebody in the channel.
 *
 * Lines are numbered so that it can be seen what was lost and what was said twice: see irc_tally.
 */
#pragma once

#include "tests/scenario/cast.h"
#include "tests/support/irc_user.h"
#include "tests/support/ircd.h"

struct irc_scene {
	struct mud mud;
	struct ircd ircd;
	struct talk ana;     /* a player with an account */
	struct irc_user joe; /* in #mud, its founder and operator */
	struct cast_sets sets;
};

struct irc_scene_conf {
	struct ircd_conf ircd;
	bool tls;
	const char *channels;	 /* irc.channels; NULL: "#mud = chat" */
	const char *config;	 /* a file that has irc.channels instead; NULL: none */
	const char *const *sets; /* further ones, NULL-terminated; NULL: none */
	const char *first; /* what joe says to the server before the bridge comes; NULL: nothing */
	bool apart;	   /* the bridge is not waited for */
};

/* Everybody is there, and the bridge is in #mud. */
void irc_scene_start(struct irc_scene *s, const struct irc_scene_conf *c);
void irc_scene_stop(struct irc_scene *s);
/* A line each way that is heard: the bridge is well. */
void irc_scene_is_well(struct irc_scene *s, unsigned n);
