/* tally.c - see tally.h. */
#include "tests/support/tally.h"

#include <stdlib.h>
#include <string.h>

/* Counts each number that stands behind the word and before a dot. */
static void count(struct span text, const char *word, uint32_t *times, size_t n, struct tally *t)
{
	const char *at = text.p, *end = text.p + text.n;
	unsigned long last = 0;

	while ((at = memmem(at, (size_t)(end - at), word, strlen(word)))) {
		unsigned long i;
		char *dot;

		at += strlen(word);
		i = strtoul(at, &dot, 10);
		if (dot == at || *dot != '.' || i >= n)
			continue;
		t->disordered += i < last;
		last = i;
		times[i]++;
	}
}

struct tally tally_of(struct span text, const char *word, size_t n)
{
	CLEANUP(base_freep) uint32_t *times = base_alloc(n + 1, sizeof(*times));
	struct tally t = { 0 };

	count(text, word, times, n, &t);
	for (size_t i = n; i > 0; i--) {
		const uint32_t k = times[i - 1];

		t.heard += k > 0;
		t.lost += k == 0;
		t.doubled += k > 1;
		if (k == 0)
			t.first_lost = i - 1;
		if (k > 1)
			t.first_doubled = i - 1;
	}
	return t;
}
