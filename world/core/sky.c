/*
 * sky.c - time of day, tide, weather; see sky.h.
 */
#include "world/core/sky.h"

struct sky sky_now(const struct world *w)
{
	(void)w;
	return (struct sky){ 0 };
}
