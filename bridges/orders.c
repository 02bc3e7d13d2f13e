/*
 * orders.c - what staff are told: asked for by `@bridge status`, or by itself when something outside goes wrong or is
 * well again; and `@bridge restart`.
 */
#include <stdlib.h>
#include <string.h>

#include "bridges/bridge_inner.h"
#include "rt/log.h"
#include "rt/text.h"

enum { NOTICE_BYTES = 500 };

/* ---- orders ---- */

static void answer(struct bridge *b, uint64_t order, const struct buf *text)
{
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
	Mudlark__BridgeText t = MUDLARK__BRIDGE_TEXT__INIT;

	t.order = order;
	t.text = (ProtobufCBinaryData){ text->n, (uint8_t *)(uintptr_t)buf_p(text) };
	t.last = true;
	m.body_case = MUDLARK__WORLD_IN__BODY_BRIDGE_TEXT;
	m.bridge_text = &t;
	if (!core_tell(b, &m))
		log_warning("order_not_answered", LOG_U64("order", order));
}

static unsigned long long figure(const struct bridge *b, enum number which)
{
	return (unsigned long long)b->numbers[which].value;
}

static void status(struct bridge *b, struct buf *out)
{
	struct buf why = { 0 };

	numbers_refresh(b);
	if (core_is_ready(b, &why))
		buf_addf(out, "%s is well.\n", b->name);
	else
		buf_addf(out, "%s is not well: %.*s\n", b->name, (int)why.n, buf_p(&why));
	buf_done(&why);
	buf_addf(out, "out: %llu lines, %llu wait; %llu too old, %llu unsure\n", figure(b, N_OUT),
		 figure(b, N_WAITING_OUT), figure(b, N_OLD), figure(b, N_UNSURE));
	buf_addf(out, "in: %llu lines, %llu posts, %llu wait; %llu refused, %llu had no room\n",
		 figure(b, N_IN), figure(b, N_POSTS), figure(b, N_WAITING_IN), figure(b, N_REFUSED),
		 figure(b, N_FULL));
	if (b->e.status)
		b->e.status(b->e.ctx, out);
}

static void restart(struct bridge *b, struct buf *out)
{
	log_info("restart_ordered");
	buf_addf(out, "%s says goodbye and comes back.\n", b->name);
}

void orders_take(struct bridge *b, const Mudlark__BridgeOrder *m)
{
	const bool is_restart = strcmp(m->words, "restart") == 0;
	struct buf out = { 0 };

	if (strcmp(m->words, "status") == 0)
		status(b, &out);
	else if (is_restart)
		restart(b, &out);
	else
		buf_addf(&out, "%s knows status and restart.\n", b->name);
	answer(b, m->order, &out);
	buf_done(&out);
	if (is_restart)
		bridge_stop(b);
}

bool core_is_ready(struct bridge *b, struct buf *why)
{
	const size_t opening = streams_opening(b);

	if (b->stopping)
		buf_addf(why, "%s ends", b->name);
	else if (!b->world_up)
		buf_adds(why, "the world is away");
	else if (!b->store_up)
		buf_adds(why, "persist is away");
	else if (b->e.ready && !b->e.ready(b->e.ctx, why))
		return false;
	else if (opening > 0)
		buf_addf(why, "opening: %zu %s not begun yet", opening,
			 opening == 1 ? "stream has" : "streams have");
	else
		return true;
	return false;
}

/* ---- notices ---- */

struct notice {
	struct notice *next;
	char *key, *text;
	bool is_told;
};

struct notices {
	struct notice *first;
	size_t n;
};

struct notices *notices_new(void)
{
	return base_alloc(1, sizeof(struct notices));
}

static void clear(struct notices *t)
{
	while (t->first) {
		struct notice *n = t->first;

		t->first = n->next;
		free(n->key);
		free(n->text);
		free(n);
	}
	t->n = 0;
}

void notices_free(struct notices *t)
{
	clear(t);
	free(t);
}

static struct notice *notice_of(struct notices *t, const char *key)
{
	struct notice **at = &t->first;

	while (*at && strcmp((*at)->key, key) != 0)
		at = &(*at)->next;
	if (!*at && t->n < CORE_NOTICES_MAX) {
		*at = base_alloc(1, sizeof(**at));
		(*at)->key = base_dup(key, strlen(key));
		t->n++;
	}
	return *at;
}

void bridge_tell_staff(struct bridge *b, const char *key, const char *text)
{
	struct notice *n = notice_of(b->notices, key);
	size_t length = text_cut((struct span){ text, strlen(text) }, NOTICE_BYTES);

	if (!n) {
		clear(b->notices);
		n = notice_of(b->notices, key);
	}
	if (n->text && strlen(n->text) == length && memcmp(n->text, text, length) == 0)
		return;
	free(n->text);
	n->text = base_dup(text, length);
	n->is_told = false;
	log_warning("staff_told", LOG_STR("about", key),
		    LOG_TEXT("text", ((struct span){ text, length })));
	b->io.wake(b->io.ctx);
}

void notices_tick(struct bridge *b)
{
	for (struct notice *n = b->notices->first; n && b->world_up; n = n->next) {
		Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
		Mudlark__BridgeNotice t = MUDLARK__BRIDGE_NOTICE__INIT;

		if (n->is_told)
			continue;
		t.text = (ProtobufCBinaryData){ strlen(n->text), (uint8_t *)n->text };
		m.body_case = MUDLARK__WORLD_IN__BODY_BRIDGE_NOTICE;
		m.bridge_notice = &t;
		n->is_told = core_tell(b, &m);
	}
}
