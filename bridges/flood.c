/*
 * flood.c - see flood.h.
 */
#include "bridges/flood.h"

#include <stdlib.h>

void flood_init(struct flood *f, uint64_t every_us, unsigned burst, uint64_t now_us)
{
	*f = (struct flood){
		.every_us = every_us, .burst = burst, .tokens = burst, .at_us = now_us
	};
}

/* How many there are by now. */
static double tokens_at(const struct flood *f, uint64_t now_us)
{
	const double more =
		now_us > f->at_us ? (double)(now_us - f->at_us) / (double)f->every_us : 0;

	return f->tokens + more < f->burst ? f->tokens + more : f->burst;
}

static bool take(struct flood *f, uint64_t now_us)
{
	f->tokens = tokens_at(f, now_us);
	f->at_us = now_us > f->at_us ? now_us : f->at_us;
	/* What was waited for is there, whatever became of it in halves of a millionth. */
	if (f->tokens < 1 - 1e-6)
		return false;
	f->tokens -= 1;
	return true;
}

bool flood_take(struct flood *f, uint64_t now_us)
{
	if (take(f, now_us))
		return true;
	f->dropped++;
	return false;
}

uint64_t flood_wait(const struct flood *f, uint64_t now_us)
{
	const double tokens = tokens_at(f, now_us);

	return tokens >= 1 ? 0 : (uint64_t)((1 - tokens) * (double)f->every_us + 1);
}

uint32_t flood_confess(struct flood *f, uint64_t now_us)
{
	const uint32_t n = f->dropped;

	if (n == 0 || !take(f, now_us))
		return 0;
	f->dropped = 0;
	return n;
}

struct speaker {
	struct flood flood;
	struct speaker *older, *newer;
	char *name;
	size_t n_name;
};

struct floods {
	struct strmap by_name;
	struct speaker *oldest, *newest;
	uint64_t every_us;
	unsigned burst;
	size_t max;
};

struct floods *floods_new(uint64_t every_us, unsigned burst, size_t max)
{
	struct floods *t = base_alloc(1, sizeof(*t));

	*t = (struct floods){ .every_us = every_us, .burst = burst, .max = max ? max : 1 };
	strmap_init(&t->by_name, NULL);
	return t;
}

static void leave(struct floods *t, struct speaker *s)
{
	*(s->older ? &s->older->newer : &t->oldest) = s->newer;
	*(s->newer ? &s->newer->older : &t->newest) = s->older;
}

static void enter(struct floods *t, struct speaker *s)
{
	s->older = t->newest;
	s->newer = NULL;
	*(t->newest ? &t->newest->newer : &t->oldest) = s;
	t->newest = s;
}

static void forget(struct floods *t, struct speaker *s)
{
	leave(t, s);
	(void)strmap_del(&t->by_name, (struct span){ s->name, s->n_name });
	free(s->name);
	free(s);
}

void floods_free(struct floods *t)
{
	if (!t)
		return;
	while (t->oldest)
		forget(t, t->oldest);
	strmap_done(&t->by_name);
	free(t);
}

struct flood *floods_of(struct floods *t, struct span who, uint64_t now_us)
{
	struct speaker *s = strmap_get(&t->by_name, who);

	if (s) {
		leave(t, s);
	} else {
		if (t->by_name.n >= t->max)
			forget(t, t->oldest);
		s = base_alloc(1, sizeof(*s));
		s->name = base_dup(who.p, who.n);
		s->n_name = who.n;
		flood_init(&s->flood, t->every_us, t->burst, now_us);
		(void)strmap_put(&t->by_name, who, s);
	}
	enter(t, s);
	return &s->flood;
}
