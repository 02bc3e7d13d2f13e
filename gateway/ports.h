/*
 * ports.h - all places where connections arrive, from the listening socket to the client:
 * listeners, the doors behind them, who may come in, and the certificate.
 */
#pragma once

#include "gateway/client.h"
#include "gateway/door.h"
#include "gateway/gateway.h"
#include "gateway/throttle.h"

struct ports;

enum port {
	PORT_TELNET,
	PORT_TELNET_TLS,
	PORT_WEB,
	PORT_WEB_TLS,
	PORT_CONSOLE,
	PORTS,
};

struct ports_stats {
	const uint64_t *refused; /* by enum throttle_verdict */
	const uint64_t *ends;	 /* by enum door_end */
	uint64_t handshakes;
	size_t in_door;
	int64_t expires; /* of the certificate, seconds of the wall clock; 0: there is none */
};

/* Takes over the options and binds all addresses; `conf` and `clients` are borrowed.  -errno after
 * saying in the log what failed; *ret is to be freed in any case. */
int ports_open(struct ports **ret, struct loop *loop, const struct gateway_conf *conf,
	       struct clients *clients) MUST_USE;
/* No new connections; those in a door stay there. */
void ports_close(struct ports *p);
void ports_free(struct ports *p);
/* The options may have changed, and the files of the certificate. What is wrong is said, and left as
 * it was. */
void ports_reload(struct ports *p);
/* A client is about to be freed (clients.on_gone). */
void ports_gone(struct ports *p, const struct client *c);
/* The end of a turn: so many sessions are not in play. */
void ports_turn(struct ports *p, size_t strangers);
/* Bound; 0: is off. */
unsigned ports_port(const struct ports *p, enum port which);
void ports_stats(const struct ports *p, struct ports_stats *ret);
/* Who may not come in (door.h, struct doors). */
void ports_refuse(struct ports *p,
		  const char *(*refusal)(void *ctx, const struct sockaddr *from, uint64_t now_us),
		  void *ctx);
