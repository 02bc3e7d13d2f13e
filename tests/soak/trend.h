/*
 * trend.h - does a series of samples grow?  A straight line is laid through the medians of equal stretches of time (least
 * squares): what is there for a moment only, like the memory of a hash, does not count, and neighbours that resemble each
 * other count once.  Its slope is judged beside its own error.
 */
#pragma once

#include "rt/base.h"

struct trend {
	double mean, slope, error; /* by the hour */
	double hours;		   /* how long was looked */
};

/* Times in hours, growing. Fewer than three samples have no slope. */
struct trend trend_of(const double *hours, const double *values, size_t n);
/* It grows by more than so many percent of its mean an hour, and that is no chance. */
bool trend_leaks(const struct trend *t, double percent);
/* While it was looked at it grew by more than that, and that is no chance. */
bool trend_grows(const struct trend *t, double by);
