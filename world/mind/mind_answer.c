/*
 * mind_answer.c - what aibridges say, and that they are gone; see mind_inner.h.
 *
 * An answer counts only while it is awaited, and from whom it was asked of: all else is late.  Its
 * sentences are said in the next tick, so that those that come together are said together.
 */
#include "world/mind/mind_inner.h"

#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "world/core/world.h"
#include "world/mind/orders.h"

enum { WORD_BYTES = 100 };

/* Who waits for it; NULL: it is late, or of another than was asked. */
static struct thoughts *awaited(struct world *w, uint64_t peer, uint64_t ask)
{
	void *packed = map64_get(&w->minds->asks, ask ? ask : UINT64_MAX);
	uint64_t v = (uint64_t)(uintptr_t)packed;
	struct ent npc = { (uint32_t)v, (uint32_t)(v >> 32) };
	const struct thoughts *t = mind_thoughts(w, npc);

	if (t && slot_awaits(&t->slot, ask) && t->bridge == peer)
		return mind_open(w, npc);
	if (packed && !t)
		map64_del(&w->minds->asks, ask);
	w->stats.late_answers++;
	return NULL;
}

void mind_said(struct world *w, uint64_t peer, const Mudlark__AiSaid *m)
{
	struct thoughts *t = awaited(w, peer, m->ask);
	const struct span text = { (const char *)m->text.data, m->text.len };

	if (!t || m->n <= t->heard)
		return;
	t->heard = m->n;
	if (!mind_line(w, t->npc, text, m->emote, m->own))
		return;
	if (!m->emote) {
		slot_keep(&t->slot, text, w->tick);
		t->good_for = t->asks[0].player;
	}
}

/* What an aibridge sends is bounded and clean before it is kept. */
static char *kept(struct span text, size_t max)
{
	struct buf clean = { 0 };
	char *s;

	text_clean(&clean, text);
	s = base_dup(buf_p(&clean), text_cut(buf_span(&clean), max));
	buf_done(&clean);
	return s;
}

static char *kept_word(const char *word)
{
	return kept((struct span){ word, strlen(word) }, WORD_BYTES);
}

static void take_acts(struct thoughts *t, const Mudlark__AiDone *m)
{
	mind_free_acts(t);
	for (size_t i = 0; i < m->n_acts && t->n_acts < MIND_ACTS; i++) {
		const Mudlark__AiAct *a = m->acts[i];
		const struct span text = { (const char *)a->text.data, a->text.len };

		t->acts[t->n_acts++] = (struct mind_act){ .verb = kept_word(a->verb),
							  .target = kept_word(a->target),
							  .text = kept(text, MIND_LINE_MAX) };
	}
}

void mind_done(struct world *w, uint64_t peer, const Mudlark__AiDone *m)
{
	struct thoughts *t = awaited(w, peer, m->ask);

	if (!t)
		return;
	mind_forget_ask(w, t);
	if (m->failed) {
		mind_fail(w, t, *m->cause ? m->cause : "failed");
	} else {
		(void)slot_good(&t->slot, m->ask);
		t->over = true;
		take_acts(t, m);
		free(t->topic);
		t->topic = *m->topic ? kept_word(m->topic) : NULL;
	}
	mind_go_on(w, t->npc);
}

void mind_lost(struct world *w, uint64_t instance)
{
	struct thoughts *head = &w->minds->busy, *next;

	for (struct thoughts *t = head->next; t != head; t = next) {
		next = t->next;
		if (t->slot.state != SLOT_PENDING || t->bridge != instance)
			continue;
		t = mind_open(w, t->npc);
		mind_call_off(w, t); /* the link may come back with what it had not sent yet */
		t->cut = t->told > 0;
		mind_fail(w, t, "the aibridge is gone");
	}
	orders_lost(w, instance);
}
