/*
 * bridges.c - who answers for the people of the world; see bridges.h.
 */
#include "world/mind/bridges.h"

struct bridges *bridges_new(void)
{
	return NULL;
}

void bridges_free(struct world *w)
{
	(void)w;
}

void bridges_up(struct world *w, uint64_t instance, const char *name)
{
	(void)w;
	(void)instance;
	(void)name;
}

bool bridges_down(struct world *w, uint64_t instance)
{
	(void)w;
	(void)instance;
	return false;
}

size_t bridges_count(const struct world *w)
{
	(void)w;
	return 0;
}

uint64_t bridges_ask(struct world *w, Mudlark__AiAsk *ask)
{
	(void)w;
	(void)ask;
	return 0;
}

void bridges_ended(struct world *w, uint64_t instance)
{
	(void)w;
	(void)instance;
}

void bridges_send(struct world *w, uint64_t instance, const Mudlark__AiIn *in)
{
	(void)w;
	(void)instance;
	(void)in;
}

void bridges_pause(struct world *w, bool paused)
{
	(void)w;
	(void)paused;
}

bool bridges_paused(const struct world *w)
{
	(void)w;
	return false;
}

void bridges_load(struct world *w, const Mudlark__DocumentRow *row)
{
	(void)w;
	(void)row;
}
