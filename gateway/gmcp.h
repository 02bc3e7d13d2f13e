/*
 * gmcp.h - GMCP (Telnet option 201): `Package.Name` and one JSON text, both ways.
 *
 * What a client sends is checked here: size, depth, strict JSON without doubled keys.  Core.* is
 * answered here; every other package goes to the world.  Out goes only what the client asked for by
 * Core.Supports, where `Char` stands for all of `Char.*`.  Package names compare without case and
 * are kept in lower case.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum {
	GMCP_DEPTH = 16,    /* of JSON from a client */
	GMCP_SUPPORTS = 64, /* packages a client may ask for */
	GMCP_NAME_MAX = 64,
};

/* What the client told; made when it tells something. */
struct gmcp {
	char **supports; /* sorted */
	size_t n;
};

enum gmcp_kind {
	GMCP_NOTHING,	/* taken care of, or nothing to do */
	GMCP_BAD,	/* malformed: dropped */
	GMCP_SUPPORTED, /* what the client supports has changed */
	GMCP_HELLO,	/* `text` is the name of the client */
	GMCP_PING,	/* to be answered with Core.Ping */
	GMCP_MESSAGE,	/* for the world: package, json */
};

struct gmcp_event {
	enum gmcp_kind kind;
	char package[GMCP_NAME_MAX + 1]; /* lower case */
	char text[GMCP_NAME_MAX + 1];
	struct span json; /* may be empty; borrowed from the payload */
};

struct json_t;

/* A client's JSON, bounded in depth, no key twice; NULL: it is none. To be given back by json_decref(). */
struct json_t *gmcp_json(struct span s);
/* *g is made when first needed. */
void gmcp_receive(struct gmcp **g, struct span payload, struct gmcp_event *ret);
void gmcp_free(struct gmcp *g);
/* May this package be sent to the client? g may be NULL: only Core. */
bool gmcp_wants(const struct gmcp *g, struct span package);
/* Appends the bytes of one message. */
void gmcp_send(struct buf *out, struct span package, struct span json);
