/* watch.c - see watch.h. */
#include "watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"

enum { OF_READY, OF_METRICS };

static void drop_shots(struct watch_target *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		scrape_done(&t->shots[i].scrape);
	memmove(t->shots, t->shots + n, (t->n - n) * sizeof(*t->shots));
	t->n -= n;
}

static void free_fetches(struct watch_target *t)
{
	for (size_t i = 0; i < ARRAY_LEN(t->fetches); i++) {
		fetch_free(t->fetches[i]);
		t->fetches[i] = NULL;
	}
}

/* Callbacks of fetches may not free them: a round ends in a turn of its own. */
static void on_settled(void *ctx)
{
	struct watch *w = ctx;
	for (size_t i = 0; i < w->n; i++)
		free_fetches(w->targets[i]);
	fetch_free(w->asked);
	w->asked = NULL;
	w->done(w->ctx);
}

static void one_less(struct watch *w)
{
	if (--w->pending == 0)
		loop_timer_soon(&w->settle);
}

static bool is_same_life(const struct scrape *before, const struct scrape *now)
{
	static const char *const rising[] = { "process_start_time_seconds",
					      "process_cpu_seconds_total" };
	const double begun = scrape_value(now, rising[0]), was = scrape_value(before, rising[0]);
	if (begun < was || begun > was)
		return false;
	return !(scrape_value(now, rising[1]) < scrape_value(before, rising[1]));
}

static void take_shot(struct watch_target *t, struct span body)
{
	struct watch_shot shot = { .at_us = clock_mono(loop_clock(t->watch->loop)) };
	scrape_read(&shot.scrape, body);
	if (t->n > 0 && !is_same_life(&t->shots[t->n - 1].scrape, &shot.scrape))
		drop_shots(t, t->n);
	else if (t->n == WATCH_SHOTS)
		drop_shots(t, 1);
	t->shots[t->n++] = shot;
}

static void on_metrics(void *ctx, int r, unsigned status, struct span body)
{
	struct watch_target *t = ctx;
	t->r = r;
	if (r == 0 && status == 200)
		take_shot(t, body);
	else
		drop_shots(t, t->n);
	one_less(t->watch);
}

static void on_ready(void *ctx, int r, unsigned status, struct span body)
{
	struct watch_target *t = ctx;
	struct buf clean = { 0 };
	t->ready = r == 0 ? status : 0;
	t->why[0] = '\0';
	if (t->ready != 200) {
		const char *newline = memchr(body.p, '\n', body.n);
		text_clean(&clean,
			   (struct span){ body.p, newline ? (size_t)(newline - body.p) : body.n });
		const size_t n = text_cut(buf_span(&clean), WATCH_WHY - 1);
		memcpy(t->why, buf_p(&clean), n);
		t->why[n] = '\0';
		buf_done(&clean);
	}
	one_less(t->watch);
}

static void on_told(void *ctx, int r, UNUSED unsigned status, struct span body)
{
	struct watch *w = ctx;
	buf_reset(&w->told);
	if (r == 0)
		buf_add(&w->told, body.p, body.n);
	one_less(w);
}

void watch_init(struct watch *w, struct loop *l, void (*done)(void *ctx), void *ctx)
{
	*w = (struct watch){ .loop = l, .done = done, .ctx = ctx };
	loop_timer_init(l, &w->settle, on_settled, w);
}

void watch_done(struct watch *w)
{
	if (!w->loop)
		return;
	loop_timer_done(&w->settle);
	for (size_t i = 0; i < w->n; i++) {
		free_fetches(w->targets[i]);
		drop_shots(w->targets[i], w->targets[i]->n);
		free(w->targets[i]);
	}
	w->n = 0;
	fetch_free(w->asked);
	buf_done(&w->told);
}

int watch_super(struct watch *w, const char *path)
{
	const int n = snprintf(w->super, sizeof(w->super), "unix:%s", path);
	return n >= (int)sizeof(w->super);
}

struct watch_target *watch_find(struct watch *w, const char *name)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->targets[i]->name, name) == 0)
			return w->targets[i];
	return NULL;
}

int watch_add(struct watch *w, const char *name, const char *address)
{
	struct watch_target *t = watch_find(w, name);
	if (strlen(name) >= WATCH_NAME || strlen(address) >= WATCH_ADDRESS)
		return 1;
	if (!t && w->n == WATCH_MAX)
		return 1;
	if (!t)
		t = w->targets[w->n++] = base_alloc(1, sizeof(*t));
	t->watch = w;
	memcpy(t->name, name, strlen(name) + 1);
	memcpy(t->address, address, strlen(address) + 1);
	return 0;
}

void watch_round(struct watch *w, uint64_t timeout_us)
{
	if (w->pending > 0 || w->settle.pending)
		return;
	w->pending = 2 * w->n + (w->super[0] != '\0');
	if (w->pending == 0)
		loop_timer_soon(&w->settle);
	if (w->super[0]) {
		const struct fetch_spec spec = { .address = w->super,
						 .order = "status",
						 .timeout_us = timeout_us,
						 .done = on_told,
						 .ctx = w };
		w->asked = fetch_start(w->loop, &spec);
	}
	for (size_t i = 0; i < w->n; i++) {
		struct watch_target *t = w->targets[i];
		struct fetch_spec spec = { .address = t->address,
					   .path = "/readyz",
					   .timeout_us = timeout_us,
					   .done = on_ready,
					   .ctx = t };
		t->fetches[OF_READY] = fetch_start(w->loop, &spec);
		spec.path = "/metrics";
		spec.done = on_metrics;
		t->fetches[OF_METRICS] = fetch_start(w->loop, &spec);
	}
}

const struct scrape *watch_now(const struct watch_target *t)
{
	static const struct scrape none = { 0 };
	return t->n > 0 ? &t->shots[t->n - 1].scrape : &none;
}

const struct watch_shot *watch_before(const struct watch_target *t, size_t rounds)
{
	if (t->n < 2)
		return NULL;
	return &t->shots[t->n - 1 > rounds ? t->n - 1 - rounds : 0];
}
