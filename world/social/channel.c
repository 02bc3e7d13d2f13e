/*
 * channel.c - not there yet; see channel.h.
 */
#include "world/social/channel.h"

struct channels *channels_new(void)
{
	return NULL;
}

void channels_free(struct world *w)
{
	(void)w;
}

bool channels_add(struct channels *t, struct span spec, const char **ret_why)
{
	(void)t;
	(void)spec;
	(void)ret_why;
	return false;
}

size_t channels_count(const struct world *w)
{
	(void)w;
	return 0;
}

const struct channel *channel_at(const struct world *w, size_t i)
{
	(void)w;
	(void)i;
	return NULL;
}

const struct channel *channel_find(const struct world *w, struct span name)
{
	(void)w;
	(void)name;
	return NULL;
}

bool channel_may(const struct world *w, struct ent who, const struct channel *c)
{
	(void)w;
	(void)who;
	(void)c;
	return false;
}

bool channel_hears(const struct world *w, struct ent who, const struct channel *c)
{
	(void)w;
	(void)who;
	(void)c;
	return false;
}

void channel_say(struct world *w, const struct channel_line *line)
{
	(void)w;
	(void)line;
}
