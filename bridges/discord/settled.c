/*
 * settled.c - see settled.h.
 */
#include "bridges/discord/settled.h"

#include <stdlib.h>

void settled_init(struct settled *s)
{
	*s = (struct settled){ .n = 0 };
	TAILQ_INIT(&s->open);
}

void settled_done(struct settled *s)
{
	while (!TAILQ_EMPTY(&s->open))
		settled_close(s, TAILQ_FIRST(&s->open));
}

struct settled_line *settled_open(struct settled *s, uint64_t seq, void *of)
{
	struct settled_line *l = base_alloc(1, sizeof(*l));

	l->seq = seq;
	l->of = of;
	TAILQ_INSERT_TAIL(&s->open, l, entry);
	s->n++;
	return l;
}

void settled_close(struct settled *s, struct settled_line *l)
{
	TAILQ_REMOVE(&s->open, l, entry);
	s->n--;
	free(l);
}

/* Those of another session, which counted otherwise, may be among them. */
uint64_t settled_upto(const struct settled *s, uint64_t seq)
{
	const struct settled_line *l;

	TAILQ_FOREACH(l, &s->open, entry)
	if (l->seq <= seq)
		seq = l->seq - 1;
	return seq;
}
