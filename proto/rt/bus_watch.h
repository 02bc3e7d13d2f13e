/*
 * bus_watch.h - what ZeroMQ tells of the connection of a dialled bus, and what is said of it in the log:
 * who is refused hears so once, not at each of its attempts, until a connection has come about.
 */
#pragma once

#include "rt/base.h"

struct bus_watch {
	const char *endpoint, *public_z85; /* borrowed; "": without keys */
	unsigned cut;			   /* handshakes in a row that came to nothing */
	bool told;
};

/* The kinds of events to ask for (ZMQ_EVENT_...). */
int bus_watch_kinds(void);
/* The first part of a message of the monitor. True: the connection is lost, or did not come about. */
bool bus_watch_event(struct bus_watch *w, struct span event);
