/*
 * protocol.h - how a kind of connection speaks: the table of functions that makes a client a telnet
 * client, a browser or the operator's console.  gateway/client.h has what they share.
 *
 * What a protocol says in a turn goes to client_out().  At the end of the turn it is sealed: put into
 * the stream's buffer as the wire wants it, compressed by the protocol (`seal`) or wrapped into
 * messages by the framing, else as it is.
 */
#pragma once

#include "gateway/lobby.h"
#include "gateway/markup.h"

struct client;

struct protocol {
	const char *name;
	size_t size; /* of its struct, which begins with a struct client */
	bool trusted;
	void (*start)(struct client *c);
	void (*done)(struct client *c); /* frees what it holds */
	/* Bytes from the other end (of one message, where there is a framing): calls client_line() ... */
	void (*receive)(struct client *c, struct span bytes);
	/* Puts c->out into c->stream.out; NULL, or false: not by me. */
	bool (*seal)(struct client *c);
	/* After client_hold(): takes more of what it has kept. NULL: never holds. */
	void (*again)(struct client *c);
	/* Says something that needs no answer, so that nobody on the way forgets the connection. */
	void (*ping)(struct client *c);
	/* The session's `hidden` has changed. */
	void (*hide)(struct client *c);
	/* A prompt has just been put into the output. */
	void (*prompted)(struct client *c);
	void (*data)(struct client *c, const struct lobby_data *d);
	void (*caps)(struct client *c, Mudlark__SessionCaps *ret);
	/* GMCP's Core.Hello names the program; true: it was not known. */
	bool (*hello)(struct client *c, struct span name);
	struct markup_kind (*kind)(const struct client *c);
};

/* Messages in place of a stream of bytes: WebSocket. All but receive and seal may be NULL. */
struct framing {
	const char *name;
	/* Bytes from the stream: calls c->protocol->receive() for each message. */
	void (*receive)(struct client *c, struct span bytes);
	/* c->out, what was said in this turn, becomes messages in c->stream.out. */
	void (*seal)(struct client *c);
	void (*ping)(struct client *c);
	/* The session has ended, `reason` is a literal: says so in the framing's own way. */
	void (*goodbye)(struct client *c, const char *reason);
	void (*done)(struct client *c); /* frees c->frames */
};
