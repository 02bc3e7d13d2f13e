/*
 * flood.c - not there yet; see flood.h.
 */
#include "bridges/flood.h"

void flood_init(struct flood *f, uint64_t every_us, unsigned burst, uint64_t now_us)
{
	(void)f;
	(void)every_us;
	(void)burst;
	(void)now_us;
}

bool flood_take(struct flood *f, uint64_t now_us)
{
	(void)f;
	(void)now_us;
	return false;
}

uint64_t flood_wait(const struct flood *f, uint64_t now_us)
{
	(void)f;
	(void)now_us;
	return 0;
}

uint32_t flood_confess(struct flood *f, uint64_t now_us)
{
	(void)f;
	(void)now_us;
	return 0;
}

struct floods *floods_new(uint64_t every_us, unsigned burst, size_t max)
{
	(void)every_us;
	(void)burst;
	(void)max;
	return NULL;
}

void floods_free(struct floods *t)
{
	(void)t;
}

struct flood *floods_of(struct floods *t, struct span who, uint64_t now_us)
{
	(void)t;
	(void)who;
	(void)now_us;
	return NULL;
}
