/* beat.c - see beat.h. A process that says too much is cut short. */
#include "beat.h"

#include <string.h>

void beat_init(struct beat *b)
{
	*b = (struct beat){ 0 };
}

void beat_feed(struct beat *b, struct span bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		const char c = bytes.p[i];

		if (!b->in_line) {
			b->in_line = c == '=';
			b->n = 0;
		} else if (c == '\n') {
			b->in_line = false;
			b->line[b->n] = '\0';
			memcpy(b->why, b->line, b->n + 1);
		} else if (b->n < PROC_WHY_BYTES) {
			b->line[b->n++] = c;
		}
	}
}
