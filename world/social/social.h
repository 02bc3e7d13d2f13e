/*
 * social.h - what a player has to do with others at large (component of players): which channels are on or
 * off, who is ignored, when one was last in, how much was said of late.
 *
 * The pace is not stored: it begins anew with each world.
 */
#pragma once

#include "world/core/entity.h"
#include "world/social/channel.h"

struct social_choice {
	char channel[CHANNEL_NAME_MAX + 1];
	bool on;
};

/* So much was said, and so long ago: it leaks away. */
struct pace {
	uint64_t level, tick;
};

struct social {
	struct social_choice *choices; /* what is not as it is for who has not said otherwise */
	size_t n_choices;
	char **ignores; /* "ana", "joe@irc", "*@irc": case-folded */
	size_t n_ignores;
	uint64_t seen; /* number of the last fact before one left; 0: has never left */
	struct pace talk, post;
};

const struct social *social_get(const struct world *w, struct ent e); /* NULL: not a player */

/* What was chosen for a channel; NULL: nothing. */
const struct social_choice *social_choice(const struct world *w, struct ent e, const char *channel);
/* `usual`: what it is without a choice. */
void social_choose(struct world *w, struct ent e, const char *channel, bool on, bool usual);

/* Folded as it is kept. False: there is no room for one more. */
bool social_ignore(struct world *w, struct ent e, struct span name);
/* False: that one was not ignored. */
bool social_unignore(struct world *w, struct ent e, struct span name);
bool social_ignores(const struct social *s, struct span name);
void social_leave(struct world *w, struct ent e);

/* One more line on channels, or one more post: false, it is too much just now. */
bool social_may_talk(struct world *w, struct ent e);
bool social_may_post(struct world *w, struct ent e);
