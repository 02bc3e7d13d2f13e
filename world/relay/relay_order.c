/*
 * relay_order.c - `@bridge status|restart`: staff asks a bridge; and what bridges tell staff by themselves.
 */
#include "world/relay/relay_inner.h"

#include "rt/text.h"
#include "world/core/say.h"
#include "world/mind/orders.h"

enum { NOTICES = 20 /* in RELAY_PASSED_S */, NOTICE_BYTES = 400, ANSWER_BYTES = 8000 };

static void send_order(struct world *w, uint64_t peer, uint64_t order, struct span words)
{
	const struct relay_bridge *b = relay_find(w, peer);
	Mudlark__BridgeIn in = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgeOrder m = MUDLARK__BRIDGE_ORDER__INIT;

	m.order = order;
	m.words = arena_printf(&w->scratch, "%.*s", (int)words.n, words.p);
	in.body_case = MUDLARK__BRIDGE_IN__BODY_ORDER;
	in.order = &m;
	if (b)
		relay_send(w, b, &in);
}

static const struct orders_to bridges = { .called = "bridge", .send = send_order };

void relay_order(struct world *w, struct ent staff, uint64_t instance, struct span words)
{
	for (size_t i = 0; i < relay_count(w); i++) {
		if (instance && relay_at(w, i) != instance)
			continue;
		if (relay_find(w, relay_at(w, i))->away) {
			say_reply(w, staff, "%s cannot be asked while it is away.",
				  relay_name(w, i));
			continue;
		}
		if (orders_send(w, staff, &bridges, relay_at(w, i), words))
			continue;
		say_reply(w, staff, "Too many orders are under way.");
		return;
	}
}

/* As much of a stranger's text as staff gets to see. */
static struct span shown(struct world *w, ProtobufCBinaryData text, size_t max)
{
	const struct span whole = relay_clean(w, relay_bytes(text));

	return (struct span){ whole.p, text_cut(whole, max) };
}

void relay_text(struct world *w, uint64_t peer, const Mudlark__BridgeText *m)
{
	if (relay_from(w, peer, 1))
		orders_answer(w, peer, m->order, shown(w, m->text, ANSWER_BYTES), m->last);
}

void relay_notice(struct world *w, uint64_t peer, const Mudlark__BridgeNotice *m)
{
	struct relay_bridge *b = relay_from(w, peer, 1);
	struct span text;

	if (!b || b->notices == NOTICES)
		return;
	b->notices++;
	text = shown(w, m->text, NOTICE_BYTES);
	text = relay_span(arena_printf(&w->scratch, "%s: %.*s", b->name, (int)text.n, text.p));
	orders_tell_staff(w, text);
}
