/* wire.c - links on the real bus in the real loop; see wire.h. */
#include "rt/wire.h"

#include <stdlib.h>
#include <string.h>

#include "rt/proc.h"

/* While a dialled link is down it is looked after more often: a restart shall not be felt. */
enum { TICK_US = 50000, TICK_DOWN_US = 10000 };

_Static_assert(LINK_BODY_MAX + 4096 <= BUS_FRAME_MAX, "a record and its frame fit into a message");

struct wire {
	struct wire *next; /* of this loop */
	unsigned roles;	   /* of the peers there may be */
	struct loop *loop;
	struct bus *bus;
	struct link *link;
	struct link_hub *hub;
	struct loop_timer tick;
	bool dying;
	unsigned depth; /* callbacks on the stack */
};

static void destroy(struct wire *w)
{
	loop_timer_done(&w->tick);
	free(w);
}

static void leave(struct wire *w)
{
	if (--w->depth == 0 && w->dying)
		destroy(w);
}

static void on_message(void *ctx, const struct bus_addr *from, struct span head, struct span body)
{
	struct wire *w = ctx;

	w->depth++;
	if (w->link)
		link_receive(w->link, head, body);
	else if (w->hub)
		link_hub_receive(w->hub, from->id, from->n, head, body);
	leave(w);
}

static void on_writable(void *ctx)
{
	struct wire *w = ctx;

	w->depth++;
	if (w->link)
		link_writable(w->link);
	else if (w->hub)
		link_hub_writable(w->hub);
	leave(w);
}

static void on_lost(void *ctx)
{
	struct wire *w = ctx;

	w->depth++;
	if (w->link)
		link_lost(w->link, "connection lost");
	leave(w);
}

static void flush(struct wire *w)
{
	if (w->link)
		link_flush(w->link);
	else if (w->hub)
		link_hub_flush(w->hub);
}

static void on_idle(void *ctx)
{
	struct wire *w = ctx;

	w->depth++;
	flush(w);
	if (!w->dying)
		bus_settle(w->bus);
	leave(w);
}

static void on_tick(void *ctx)
{
	struct wire *w = ctx;

	w->depth++;
	if (w->link)
		link_tick(w->link);
	else if (w->hub)
		link_hub_tick(w->hub);
	if (!w->dying)
		loop_timer_in(&w->tick, w->link && !link_is_up(w->link) ? TICK_DOWN_US : TICK_US);
	leave(w);
}

static int send_dialled(void *ctx, struct span head, struct span body)
{
	return bus_send(((struct wire *)ctx)->bus, NULL, head, body);
}

static int redial(void *ctx)
{
	return bus_redial(((struct wire *)ctx)->bus);
}

static int send_bound(void *ctx, const void *addr, size_t n_addr, struct span head,
		      struct span body)
{
	struct bus_addr to = { .n = (uint8_t)n_addr };

	memcpy(to.id, addr, n_addr);
	return bus_send(((struct wire *)ctx)->bus, &to, head, body);
}

static const char *fault_of_sender(void *ctx, const char *role)
{
	return bus_role_fault(((struct wire *)ctx)->bus, role);
}

static struct wire *wire_new(struct loop *l)
{
	struct wire *w = base_alloc(1, sizeof(*w));

	w->loop = l;
	loop_timer_init(l, &w->tick, on_tick, w);
	loop_on_idle(l, on_idle, w);
	w->next = *loop_wires(l);
	*loop_wires(l) = w;
	return w;
}

static struct bus_spec bus_spec_of(struct wire *w, const struct wire_spec *spec)
{
	struct bus_spec b = {
		.endpoint = spec->endpoint,
		.security = spec->security,
		.events = { on_message, on_writable, on_lost, w },
	};

	b.security.peer = spec->to ? route_role_name(spec->to) : NULL;
	return b;
}

static struct link_conf link_conf_of(struct loop *l, const struct wire_spec *spec)
{
	struct link_conf c = spec->link;

	c.clock = loop_clock(l);
	c.entropy = &entropy_system;
	c.build = proc_build();
	return c;
}

int wire_dial(struct wire **ret, struct loop *l, const struct wire_spec *spec)
{
	CLEANUP(wire_freep) struct wire *w = wire_new(l);
	const struct bus_spec bus = bus_spec_of(w, spec);
	const struct link_conf conf = link_conf_of(l, spec);
	const int r = bus_dial(&w->bus, l, &bus);

	w->roles = spec->to;
	if (r < 0)
		return r;
	w->link =
		link_dial_new(&conf, &(struct link_wire){ send_dialled, redial, w }, &spec->events);
	loop_timer_in(&w->tick, TICK_DOWN_US);
	*ret = TAKE(w);
	return 0;
}

int wire_bind(struct wire **ret, struct loop *l, const struct wire_spec *spec,
	      const struct link_hub_conf *hub)
{
	CLEANUP(wire_freep) struct wire *w = wire_new(l);
	const struct bus_spec bus = bus_spec_of(w, spec);
	struct link_hub_conf conf = *hub;
	const int r = bus_bind(&w->bus, l, &bus);

	if (r < 0)
		return r;
	conf.link = link_conf_of(l, spec);
	w->roles = conf.roles;
	w->hub = link_hub_new(&conf, &(struct link_hub_wire){ send_bound, w, fault_of_sender },
			      &spec->events);
	loop_timer_in(&w->tick, TICK_US);
	*ret = TAKE(w);
	return 0;
}

static void unlist(struct wire *w)
{
	struct wire **at = loop_wires(w->loop);

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
}

void wire_free(struct wire *w)
{
	if (!w || w->dying)
		return;
	w->dying = true;
	w->depth++;
	flush(w);
	if (w->link)
		link_goodbye(w->link);
	loop_off_idle(w->loop, on_idle, w);
	unlist(w);
	loop_timer_stop(&w->tick);
	link_free(w->link);
	link_hub_free(w->hub);
	w->link = NULL;
	w->hub = NULL;
	bus_free(w->bus);
	leave(w);
}

void wire_freep(struct wire **w)
{
	wire_free(*w);
}

struct link *wire_link(struct wire *w)
{
	return w->link;
}

struct link_hub *wire_hub(struct wire *w)
{
	return w->hub;
}

/* Figures */

static void add_link(void *ctx, struct link *l)
{
	struct wire_figures *all = ctx, *f;
	const struct link_peer *peer = link_peer(l);
	const unsigned role = peer ? route_role_of(peer->role) : 0;
	struct link_stats s;

	if (!role)
		return;
	f = &all[__builtin_ctz(role)];
	link_stats(l, &s);
	if (link_is_up(l))
		f->window = f->peers++ && f->window < s.window ? f->window : s.window;
	f->records += s.ring_records;
	f->bytes += s.ring_bytes;
	f->lag_us = s.lag_us > f->lag_us ? s.lag_us : f->lag_us;
	f->breaks += s.breaks;
}

static void add_hub(struct link_hub *h, struct wire_figures *all)
{
	struct link_hub_stats s;

	link_hub_stats(h, &s);
	for (size_t i = 0; i < ROUTE_ROLES; i++)
		all[i].breaks += s.breaks[i];
	(void)link_hub_each(h, add_link, all);
}

void wires_figures(struct loop *l, struct wire_figures ret[ROUTE_ROLES])
{
	memset(ret, 0, ROUTE_ROLES * sizeof(*ret));
	for (struct wire *w = *loop_wires(l); w; w = w->next) {
		for (size_t i = 0; i < ROUTE_ROLES; i++)
			ret[i].is_there = ret[i].is_there || (w->roles >> i & 1);
		if (w->link)
			add_link(ret, w->link);
		else if (w->hub)
			add_hub(w->hub, ret);
	}
}
