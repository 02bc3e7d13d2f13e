/* trend.c - see trend.h. */
#include "tests/soak/trend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STRETCHES = 20, AT_LEAST = 3 };

/* A slope is believed that is this many times its error: one flat series in seven hundred is not. */
static const double sure = 3.0;

struct point {
	double x, y;
};

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The middle values of equally many neighbours; how many of them. */
static size_t stretch(const double *x, const double *y, size_t n, struct point *ret)
{
	const size_t stretches = n < STRETCHES ? n : STRETCHES;
	CLEANUP(base_freep) double *sorted = base_alloc(n / STRETCHES + 2, sizeof(*sorted));

	for (size_t i = 0; i < stretches; i++) {
		const size_t from = i * n / stretches, to = (i + 1) * n / stretches, m = to - from;

		memcpy(sorted, y + from, m * sizeof(*sorted));
		qsort(sorted, m, sizeof(*sorted), ascending);
		ret[i].x = (x[from] + x[to - 1]) / 2;
		ret[i].y = (sorted[(m - 1) / 2] + sorted[m / 2]) / 2;
	}
	return stretches;
}

struct trend trend_of(const double *hours, const double *values, size_t n)
{
	struct point p[STRETCHES], mean = { 0 };
	struct trend t = { 0 };
	double xx = 0, xy = 0, rest = 0;
	const size_t m = stretch(hours, values, n, p);

	for (size_t i = 0; i < m; i++) {
		mean.x += p[i].x / (double)m;
		mean.y += p[i].y / (double)m;
	}
	t.mean = mean.y;
	t.hours = n ? hours[n - 1] - hours[0] : 0;
	for (size_t i = 0; i < m; i++) {
		xx += (p[i].x - mean.x) * (p[i].x - mean.x);
		xy += (p[i].x - mean.x) * (p[i].y - mean.y);
	}
	if (m < AT_LEAST || xx <= 0)
		return t;
	t.slope = xy / xx;
	for (size_t i = 0; i < m; i++) {
		const double off = p[i].y - mean.y - t.slope * (p[i].x - mean.x);

		rest += off * off;
	}
	t.error = sqrt(rest / (double)(m - 2) / xx);
	return t;
}

bool trend_leaks(const struct trend *t, double percent)
{
	return t->slope > sure * t->error && t->slope * 100 > percent * t->mean;
}

bool trend_grows(const struct trend *t, double by)
{
	return t->slope > sure * t->error && t->slope * t->hours > by;
}
