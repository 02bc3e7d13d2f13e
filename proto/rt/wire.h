/*
 * wire.h - links on the real bus in the real loop: what every process uses to talk.
 *
 * A wire owns the bus, the link or hub, the 50 ms tick and the flush at the end of a loop turn.
 */
#pragma once

#include "rt/bus.h"
#include "rt/link.h"

struct wire;

struct wire_spec {
	const char *endpoint;
	struct bus_security security;
	struct link_conf link; /* clock and entropy are filled in */
	struct link_events events;
	unsigned to; /* dialled: the role of who is there (route.h), for wires_figures() */
};

int wire_dial(struct wire **ret, struct loop *l, const struct wire_spec *spec) MUST_USE;
int wire_bind(struct wire **ret, struct loop *l, const struct wire_spec *spec,
	      const struct link_hub_conf *hub) MUST_USE; /* hub->link is taken from spec */
/* Sends what can be sent at once; no event comes after it, and calls that wait fail. */
void wire_free(struct wire *w);
void wire_freep(struct wire **w);
struct link *wire_link(struct wire *w);	   /* dialled */
struct link_hub *wire_hub(struct wire *w); /* bound */

/* The links to peers of one role. */
struct wire_figures {
	bool is_there;	/* there may be such peers */
	size_t peers;	/* that are up */
	size_t records; /* not acknowledged */
	size_t bytes;	/* of these */
	size_t window;	/* records that may still be sent to the one that may get the fewest */
	uint64_t lag_us;
	uint64_t breaks;
};

/* Of all wires of a loop, by the bit of the role. */
void wires_figures(struct loop *l, struct wire_figures ret[ROUTE_ROLES]);
