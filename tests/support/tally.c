/* tally.c - see tally.h. */
#include "tests/support/tally.h"

#include <stdlib.h>
#include <string.h>

uint32_t *tally_times(struct span text, const char *word, size_t n, size_t *ret_disordered)
{
	uint32_t *times = base_alloc(n + 1, sizeof(*times));
	const char *at = text.p, *end = text.p + text.n;
	unsigned long last = 0;

	*ret_disordered = 0;
	while ((at = memmem(at, (size_t)(end - at), word, strlen(word)))) {
		unsigned long i;
		char *dot;

		at += strlen(word);
		i = strtoul(at, &dot, 10);
		if (dot == at || *dot != '.' || i >= n)
			continue;
		*ret_disordered += i < last;
		last = i;
		times[i]++;
	}
	return times;
}

struct tally tally_of(struct span text, const char *word, size_t n)
{
	struct tally t = { 0 };
	CLEANUP(base_freep) uint32_t *times = tally_times(text, word, n, &t.disordered);

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
