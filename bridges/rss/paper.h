/*
 * paper.h - a feed as a document: Atom 1.0 (RFC 4287) or RSS 2.0.
 *
 * Ids of items are urn:uuid made from the server's own random identity, the feed's name and the number of the
 * fact, so they never change, whatever the feed is called or wherever it is served.
 */
#pragma once

#include "bridges/rss/items.h"

enum paper_format { PAPER_ATOM, PAPER_RSS, PAPER_FORMATS };

struct paper {
	const char *name;  /* of the feed: "announcements", "boards/news" */
	const char *title; /* plain */
	const char *game;  /* what the game is called: who made the feed */
	const char *base;  /* http(s) address under which all of them are, without a / at its end */
	const char *identity;
	const struct items *items;
};

void paper_write(struct buf *out, const struct paper *p, enum paper_format format);
const char *paper_type(enum paper_format format);   /* for Content-Type */
const char *paper_suffix(enum paper_format format); /* ".atom" */
