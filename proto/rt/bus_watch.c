/* bus_watch.c - the connection of a dialled bus; see bus_watch.h. */
#include "rt/bus_watch.h"

#include <string.h>
#include <zmq.h>

#include "rt/log.h"

/* A process that stops cuts a handshake now and then; a wrong key cuts all of them. */
enum { CUT_MANY = 5 };

int bus_watch_kinds(void)
{
	return ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
	       ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
	       ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
}

static void tell(struct bus_watch *w, const char *why)
{
	if (w->told)
		return;
	w->told = true;
	log_warning("bus_turned_away", LOG_STR("endpoint", w->endpoint),
		    LOG_STR("our_key", w->public_z85), LOG_STR("why", why));
}

bool bus_watch_event(struct bus_watch *w, struct span event)
{
	uint16_t kind = 0;

	if (event.n >= sizeof(kind))
		memcpy(&kind, event.p, sizeof(kind));
	switch (kind) {
	case 0:
		return false;
	case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
		w->cut = 0;
		w->told = false;
		return false;
	case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
		tell(w, "our key is not on its list (bus.allow_file there)");
		return true;
	case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
	case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
		if (++w->cut >= CUT_MANY)
			tell(w, "no handshake succeeds: is bus.peer_key its key, and has it one?");
		return true;
	default:
		return true;
	}
}
