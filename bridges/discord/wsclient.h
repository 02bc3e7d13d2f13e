/*
 * wsclient.h - a WebSocket (RFC 6455) of ours to somebody else's server, over dial.h: the upgrade and its check, text
 * messages both ways, close codes both ways, pings answered.
 *
 * No extension is offered and none taken.  What breaks the protocol ends the connection with the code RFC 6455 has for it.
 */
#pragma once

#include "bridges/dial.h"
#include "rt/base.h"
#include "rt/buf.h"
#include "rt/loop.h"

struct wsclient;

enum {
	WSCLIENT_KEY = 24,   /* of the upgrade, base64 */
	WSCLIENT_CUT = 1006, /* `closed` without a close frame */
	WSCLIENT_BIG = 1009, /* a message was longer than max_message */
};

struct wsclient_conf {
	const char *host;
	uint16_t port;
	bool tls;
	const char *target; /* "/?v=10&encoding=json" */
	const char *ca_file;
	const char *agent;   /* User-Agent */
	uint64_t timeout_us; /* until `open` */
	size_t max_message;
};

struct wsclient_events {
	void (*open)(void *ctx);
	void (*message)(void *ctx, struct span text);
	/* Once, last: the code of their close frame or of ours, with a sentence; WSCLIENT_CUT where there was none. */
	void (*closed)(void *ctx, unsigned code, const char *why);
	void *ctx;
};

/* 0; -EINVAL: ca_file cannot be read (logged). Callbacks come from the loop. */
int wsclient_new(struct wsclient **ret, struct loop *l, const struct wsclient_conf *c,
		 const struct wsclient_events *e) MUST_USE;
/* In any callback, too. Nothing is said to the other side. */
void wsclient_free(struct wsclient *w);
/* 0; 1: it is not open, or too much waits. */
int wsclient_send(struct wsclient *w, struct span text) MUST_USE;
/* `closed` comes when they have answered, or after 3 s. */
void wsclient_close(struct wsclient *w, unsigned code, const char *why);

/* What the head of an answer (up to and with its empty line) says to an upgrade with this key: NULL, or what is
 * wrong with it. *ret_status is 0 where there is none. */
const char *wsclient_judge(struct span head, const char *key, unsigned *ret_status);
