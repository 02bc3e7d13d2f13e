/*
 * similar.c - the distance of Damerau and Levenshtein (restricted), three rows of its table.
 */
#include "world/cmd/similar.h"

#include <ctype.h>

enum { LONGEST = 24, FAR = 9 };

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static char at(struct span s, size_t i)
{
	return (char)tolower((unsigned char)s.p[i - 1]);
}

unsigned similar_distance(struct span a, struct span b)
{
	unsigned rows[3][LONGEST + 1];
	unsigned *older = rows[0], *old = rows[1], *now = rows[2], *spare;

	if (a.n > LONGEST || b.n > LONGEST)
		return FAR;
	for (unsigned j = 0; j <= b.n; j++)
		old[j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		now[0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			now[j] = least(least(old[j], now[j - 1]) + 1,
				       old[j - 1] + (at(a, i) != at(b, j)));
			if (i > 1 && j > 1 && at(a, i) == at(b, j - 1) && at(a, i - 1) == at(b, j))
				now[j] = least(now[j], older[j - 2] + 1);
		}
		spare = older;
		older = old;
		old = now;
		now = spare;
	}
	return old[b.n];
}
