/*
 * backoff.c - not there yet; see backoff.h.
 */
#include "bridges/backoff.h"

void backoff_init(struct backoff *b, uint64_t min_us, uint64_t max_us, uint64_t seed)
{
	(void)b;
	(void)min_us;
	(void)max_us;
	(void)seed;
}

uint64_t backoff_next(struct backoff *b)
{
	(void)b;
	return 0;
}

void backoff_well(struct backoff *b)
{
	(void)b;
}
