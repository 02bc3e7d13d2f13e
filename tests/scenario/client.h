/*
 * client.h - a player whose client speaks GMCP over telnet: what it reads, what it is told as data,
 * what it asks.  What does not come in time ends the test with all that came.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

struct client {
	int fd;
	const char *who;      /* for messages */
	const char *supports; /* a JSON list for Core.Supports.Set */
	struct buf text;      /* without \r; prompts end in TALK_GO */
	struct buf data;      /* `Package json`, one on a line */
	struct buf mssp;      /* the bytes between SB MSSP and SE */
	struct buf sub;	      /* subnegotiation being read */
	size_t text_at, data_at;
	int state;
	uint8_t verb;
};

void client_begin(struct client *c, const char *who, uint16_t port, const char *supports);
void client_end(struct client *c);
void client_type(struct client *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* One message; json may be anything. */
void client_asks(struct client *c, const char *package, const char *json);
/* Waits for text behind what was waited for before. */
void client_reads(struct client *c, const char *text);
/* Waits for the next message of that package behind the last one waited for, and goes behind it. Its JSON,
 * valid until the next call. */
const char *client_told(struct client *c, const char *package);
/* Same; its JSON must hold this. */
void client_told_of(struct client *c, const char *package, const char *part);
/* MSSP's value of a name, waited for; valid until the next call. */
const char *client_mssp(struct client *c, const char *name);
/* How many messages came behind the last one waited for. */
size_t client_untold(const struct client *c);
/* A new account, or a known one, typed. */
void client_creates(struct client *c, const char *name, const char *password);
