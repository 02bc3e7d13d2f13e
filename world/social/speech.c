/*
 * speech.c - not there yet; see speech.h.
 */
#include "world/social/speech.h"

struct speech *speech_new(void)
{
	return NULL;
}

void speech_free(struct world *w)
{
	(void)w;
}

const char *speech_refusal(struct world *w, struct ent speaker, struct span name,
			   struct span identity, struct span text)
{
	(void)w;
	(void)speaker;
	(void)name;
	(void)identity;
	(void)text;
	return NULL;
}

bool speech_ignores(const struct world *w, struct ent listener, struct ent speaker,
		    struct span name)
{
	(void)w;
	(void)listener;
	(void)speaker;
	(void)name;
	return false;
}

void speech_load(struct world *w, const Mudlark__DocumentRow *row)
{
	(void)w;
	(void)row;
}
