/* middle.h - the median: what one disturbed run of several does not change. */
#pragma once

#include <stddef.h>

/* Sorts them. The upper one when there are two; NaN for none. */
double middle(double *v, size_t n);
