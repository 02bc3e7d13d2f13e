/*
 * web.h - connections of browsers before they are WebSockets: requests for the files of the web client
 * are answered, and /ws becomes a client.
 *
 * A connection has one deadline: `timeout_us` from its beginning, from each answer, and from each time
 * the other end has taken some of it; WEB_LIFE_US in all.  Files are handed to the socket in pieces, so
 * that a slow reader costs one piece.
 */
#pragma once

#include <sys/queue.h>
#include "gateway/client.h"
#include "gateway/door.h"

enum {
	WEB_CONNS = 4096,     /* at once */
	WEB_REQUESTS = 100,   /* of one connection */
	WEB_PIECE = 16 << 10, /* bytes of a file that wait for the socket */
	WEB_LIFE_US = 120000000,
	WEB_LINGER_US = 2000000,
};

struct web_conf {
	uint64_t timeout_us;
	char *const *origins; /* gateway.origins, ends with NULL */
};

struct web_stats {
	uint64_t requests, refused, upgrades, timeouts;
};

struct web_conn;

struct web {
	struct clients *clients;
	struct doors *doors;
	const struct web_conf *conf;
	TAILQ_HEAD(, web_conn) waiting, lingering; /* in order of their deadlines */
	struct loop_timer watcher;
	size_t n;
	struct web_stats stats;
};

void web_init(struct web *w, struct clients *clients, struct doors *doors,
	      const struct web_conf *conf);
void web_done(struct web *w);
/* Takes the stream and the guest's source, also on failure. */
int web_open(struct web *w, struct stream *s, const struct door_guest *g) MUST_USE;
