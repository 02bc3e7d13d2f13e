/*
 * publish.h - the feeds of the game: what happens becomes items, items become documents, documents are served.
 *
 *	announcements	what staff announce
 *	errands		who has done which errand
 *	players		who comes and goes
 *	server		that the world has started or stops
 *	boards/NAME	posts of a board
 *
 * Each as NAME.atom and NAME.rss; / lists them.  Items and the server's identity are kept ("out/..."), and a line counts as
 * sent when its item is, so an item is made once, whoever dies; what was there before a reader asked first is kept, too.
 */
#pragma once

#include "bridges/bridge.h"

struct publish;

struct publish_conf {
	const char *listen, *title, *base_url; /* base_url "": http://LISTEN */
	char *const *what; /* "announcements", "boards", "boards/NAME" ... NULL-terminated */
	int64_t items, rate, max_conns;
};

/* 0; 1: an option is wrong, a sentence is appended. */
int publish_check(const struct publish_conf *c, struct buf *why) MUST_USE;
/* Of what was checked. 0; -errno of the listener (logged). */
int publish_new(struct publish **ret, struct bridge *b, const struct publish_conf *c) MUST_USE;
void publish_free(struct publish *p);
/* A line for `@bridge status`. */
void publish_status(const struct publish *p, struct buf *out);

enum publish_number {
	PUBLISH_REQUESTS,
	PUBLISH_NOT_MODIFIED,
	PUBLISH_REFUSED,
	PUBLISH_ITEMS,
	PUBLISH_NUMBERS
};
void publish_numbers(const struct publish *p, double ret[PUBLISH_NUMBERS]);
