/*
 * protocol.h - how a kind of connection speaks: the table of functions that makes a client a telnet
 * client or the operator's console.  gateway/client.h has what they share.
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
	/* Bytes from the other end: calls client_line() and so on. */
	void (*receive)(struct client *c, struct span bytes);
	/* The session's `hidden` has changed. */
	void (*hide)(struct client *c);
	/* A prompt has just been put into the output. */
	void (*prompted)(struct client *c);
	void (*data)(struct client *c, const struct lobby_data *d);
	void (*caps)(struct client *c, Mudlark__SessionCaps *ret);
	struct markup_kind (*kind)(const struct client *c);
};
