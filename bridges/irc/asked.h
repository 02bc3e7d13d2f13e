/*
 * asked.h - who waits for the game's answer: to a command, or to a line that the game may refuse.  Held until the answer
 * comes or its network goes.
 */
#pragma once

#include "rt/base.h"

struct net;

struct asker {
	struct asker *prev, *next;
	struct askers *all;
	struct net *net;
	char *channel; /* NULL: in private */
	char *nick;
};

struct askers {
	struct asker *first;
};

struct asker *asker_add(struct askers *t, struct net *net, const char *channel, struct span nick);
void asker_free(struct asker *a);
void askers_done(struct askers *t);
