/*
 * asks.c - all asks of the process: they come in, wait for their turn, are cancelled and dropped; see ask.h.
 *
 * What ends an ask frees no other, so the list may be walked meanwhile.
 */
#include "aibridge/ask_inner.h"

#include <assert.h>
#include <string.h>

#include "rt/log.h"

void asks_init(struct asks *s, const struct ask_env *env, const struct ai_conf *conf,
	       struct roster *roster, const struct guard *guard, uint64_t instance)
{
	*s = (struct asks){
		.env = env, .conf = conf, .roster = roster, .guard = guard, .instance = instance
	};
	map64_init(&s->by_id, instance);
	s->queue = ask_queue_new((size_t)conf->queue);
}

void asks_done(struct asks *s)
{
	assert(s->n == 0);
	map64_done(&s->by_id);
	ask_queue_free(s->queue);
	s->queue = NULL;
}

void asks_take(struct asks *s, struct arena *a, const Mudlark__AiAsk *q)
{
	struct ask *k;

	if (s->is_closed || !q->ask || !q->who || !q->view || map64_get(&s->by_id, q->ask)) {
		log_warning("ask_refused", LOG_ID("ask", q->ask));
		return;
	}
	k = ask_new(s, a, q);
	(void)map64_put(&s->by_id, q->ask, k);
	if (!ask_may_pay(s)) {
		ask_go(k);
	} else if (!ask_queue_add(s->queue, &k->waiting)) {
		ask_cause(k, "too many wait");
		k->at = s->roster->n;
		ask_go(k);
	} else {
		ask_set(k, ASK_QUEUED);
	}
}

void ask_queue_up(struct ask *k)
{
	const bool added = ask_queue_add(k->all->queue, &k->waiting);

	assert(added);
	(void)added;
	ask_set(k, ASK_QUEUED);
}

static void serve(struct asks *s)
{
	while (s->n_slots < (size_t)s->conf->max_requests) {
		struct waiting *w = ask_queue_next(s->queue);
		struct ask *k;

		if (!w)
			return;
		k = CONTAINER_OF(w, struct ask, waiting);
		k->has_slot = true;
		s->n_slots++;
		ask_go(k);
	}
}

void asks_cancel(struct asks *s, uint64_t ask)
{
	struct ask *k = ask ? map64_get(&s->by_id, ask) : NULL;

	if (k)
		ask_over(k, ASK_DROPPED);
}

void asks_forget(struct asks *s, uint64_t who, const char *npc, uint64_t number)
{
	struct ask *next;

	for (struct ask *k = s->first; k; k = next) {
		next = k->next;
		if (k->q->who->id != who || (npc[0] && strcmp(npc, k->q->view->npc) != 0))
			continue;
		k->is_forgotten = true;
		if (k->is_summary || k->q->ask < number)
			ask_over(k, ASK_DROPPED);
	}
}

void asks_pause(struct asks *s, bool paused)
{
	struct waiting *w;

	if (s->paused != paused)
		log_info("paused", LOG_INT("paused", paused));
	s->paused = paused;
	while (paused && (w = ask_queue_next(s->queue))) {
		struct ask *k = CONTAINER_OF(w, struct ask, waiting);

		if (k->is_summary)
			ask_over(k, ASK_DROPPED);
		else
			ask_go(k);
	}
}

void asks_drop(struct asks *s)
{
	while (s->first)
		ask_over(s->first, ASK_DROPPED);
}

void asks_close(struct asks *s)
{
	s->is_closed = true;
	while (s->first) {
		ask_cause(s->first, "the aibridge ends");
		ask_over(s->first, ASK_CLOSED);
	}
}

uint64_t asks_due(const struct asks *s)
{
	uint64_t due = UINT64_MAX;

	if (ask_queue_length(s->queue) > 0 && s->n_slots < (size_t)s->conf->max_requests)
		return 0;
	for (const struct ask *k = s->first; k; k = k->next)
		if (k->due_us < due)
			due = k->due_us;
	return due;
}

void asks_tick(struct asks *s)
{
	const uint64_t now = clock_mono(s->env->clock);
	struct ask *next;

	/* What is due ends, or goes on; others are not touched by it. */
	for (struct ask *k = s->first; k; k = next) {
		next = k->next;
		if (k->due_us <= now)
			ask_due(k);
	}
	serve(s);
}
