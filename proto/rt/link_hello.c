/* link_hello.c - the dialler's side of the handshake; the binder's is in link_hub.c. */
#include "rt/link_state.h"

#include <string.h>

#include "rt/log.h"

int link_say_hello(struct link *l)
{
	Mudlark__LinkHead m = MUDLARK__LINK_HEAD__INIT;
	Mudlark__Hello hello = MUDLARK__HELLO__INIT;
	int r;

	hello.version = LINK_VERSION;
	hello.role = l->role;
	hello.name = l->name;
	hello.build = l->build;
	hello.instance = l->conf.instance;
	hello.world = l->conf.world;
	hello.peer = l->has_peer ? l->peer.instance : 0;
	hello.have = l->taken;
	hello.since = l->since;
	m.window = link_window(l);
	m.kind_case = MUDLARK__LINK_HEAD__KIND_HELLO;
	m.hello = &hello;
	r = link_say(l, &m);
	if (r < 0)
		return r;
	l->hello_owed = false;
	l->told = hello.have;
	l->granted = m.window;
	return 0;
}

static void refused(struct link *l, const char *why)
{
	const bool was_up = l->state == LINK_UP;

	link_enter(l);
	link_set_state(l, LINK_REFUSED);
	buf_clear(&l->control);
	if (was_up) {
		link_ask_fail(l, "lost");
		if (!l->dying)
			l->events.down(l->events.ctx, l, why);
	}
	if (!l->dying && l->events.refused)
		l->events.refused(l->events.ctx, l, why);
	else if (!l->dying)
		log_error("link_refused", LOG_STR("why", why));
	link_leave(l);
}

void link_turned_away(struct link *l, const Mudlark__Refuse *r)
{
	if (l->state != LINK_HELLO && l->state != LINK_UP)
		return;
	if (r->final) {
		refused(l, r->why);
		return;
	}
	log_info("link_turned_away", LOG_TEXT("why", ((struct span){ r->why, strlen(r->why) })));
	link_lost(l, "turned away");
}

/* NULL, or why we cannot go on from what the binder says it has of us. */
static const char *objection(const struct link *l, const Mudlark__Welcome *w)
{
	if (w->version >> 8 != LINK_VERSION >> 8)
		return "the peer speaks another version of the link";
	if (w->resumed && w->have < l->ring.first - 1)
		return LINK_RECORDS_LOST;
	if (w->resumed && w->have > l->ring.high)
		return "the peer has records that were never sent";
	return NULL;
}

void link_welcomed(struct link *l, const Mudlark__LinkHead *m)
{
	const Mudlark__Welcome *w = m->welcome;
	const struct link_peer peer = { .instance = w->instance,
					.role = w->role,
					.name = w->name,
					.build = w->build,
					.world = l->conf.world,
					.version = w->version };
	const uint64_t acked = l->ring.first - 1;
	const char *why = objection(l, w);

	if (l->state != LINK_HELLO)
		return;
	if (why) {
		refused(l, why);
		return;
	}
	link_enter(l);
	if (w->resumed)
		link_ring_rewind(&l->ring, w->have + 1);
	else
		link_begin(l);
	if (w->since != l->since || !w->resumed) {
		l->received = l->taken = l->told = w->next ? w->next - 1 : 0;
		l->granted = link_window(l);
	}
	l->since = w->since;
	l->peer_window = m->window;
	l->stats.frames_in++;
	link_set_peer(l, &peer);
	link_go_up(l, w->resumed ? LINK_RESUMED : LINK_FRESH, w->resumed ? acked : 0);
	link_leave(l);
}
