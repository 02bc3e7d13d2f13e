/*
 * asked.c - see asked.h.
 */
#include "bridges/irc/asked.h"

#include <stdlib.h>
#include <string.h>

struct asker *asker_add(struct askers *t, struct net *net, const char *channel, struct span nick)
{
	struct asker *a = base_alloc(1, sizeof(*a));

	a->all = t;
	a->net = net;
	a->channel = channel ? base_dup(channel, strlen(channel)) : NULL;
	a->nick = base_dup(nick.p, nick.n);
	a->next = t->first;
	if (a->next)
		a->next->prev = a;
	t->first = a;
	return a;
}

void asker_free(struct asker *a)
{
	if (a->prev)
		a->prev->next = a->next;
	else
		a->all->first = a->next;
	if (a->next)
		a->next->prev = a->prev;
	free(a->channel);
	free(a->nick);
	free(a);
}

void askers_done(struct askers *t)
{
	while (t->first)
		asker_free(t->first);
}
