/*
 * session.h - a session of the gateway: what it was told, what it wants to be told.
 */
#pragma once

#include <jansson.h>
#include "rt/base.h"

struct client;

struct told {
	uint64_t s;
	char *text;
};

struct session {
	struct session *next;
	char id[40];
	uint64_t s; /* of the newest event */
	struct told *told;
	size_t n, room;
	unsigned intents;
	struct client *client; /* NULL: nobody is connected */
	bool is_forgotten, is_expired;
};

struct session *session_new(unsigned intents, unsigned number);
void session_free(struct session *s);
/* The text of the event, kept; valid as long as the session. */
const char *session_tell(struct session *s, const char *event, json_t *d);
