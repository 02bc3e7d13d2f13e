/*
 * irc_scene.h - a Mudlark with its bridge in a real IRC server, a player in the game and somebody in the channel.
 *
 * Lines are numbered so that it can be seen what was lost and what was said twice: see irc_tally.
 */
#pragma once

#include "tests/support/irc_user.h"
#include "tests/support/ircd.h"
#include "tests/support/mud.h"
#include "tests/support/talk.h"

enum { IRC_SCENE_SETS = 40 };

struct irc_scene {
	struct mud mud;
	struct ircd ircd;
	struct talk ana;     /* a player with an account */
	struct irc_user joe; /* in #mud, its founder and operator */
	char *sets[IRC_SCENE_SETS];
	size_t n_sets;
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
/* One option of a Mudlark that is to be started: kept until the end. */
void irc_scene_set(struct irc_scene *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A player of this name with an account, or his return. */
void irc_scene_enter(struct irc_scene *s, struct talk *t, const char *name);
/* The same with the rights of an admin. */
void irc_scene_staff(struct irc_scene *s, struct talk *t, const char *name);
/* A line each way that is heard: the bridge is well. */
void irc_scene_is_well(struct irc_scene *s, unsigned n);

/* Which of the lines "<word><number>." were heard in a transcript, and how often. */
struct irc_tally {
	size_t heard, doubled, lost, disordered; /* of 0 to n - 1 */
};
/* How often each was; freed by the caller. *ret_disordered: how many came behind a later one. */
uint32_t *irc_times_of(const struct buf *text, const char *word, size_t n,
		       size_t *ret_disordered) MUST_USE;
struct irc_tally irc_tally_of(const struct buf *text, const char *word, size_t n);
