/*
 * feed.h - a feed, read while it comes: RSS 0.9x, 1.0 (RDF) and 2.0, Atom 0.3 and 1.0.
 *
 * Bytes in, items out, one by one as each ends, as plain text (html.h, clean.h).  Memory does not grow with the feed: texts are cut while
 * they come, and a tag, the number of attributes, of levels and of different names have limits.
 *
 * No document type can declare anything: one with an internal subset is refused where it begins, and its external part is never
 * loaded.  One without a subset (RSS 0.91 had it) is passed over, as it says nothing.  Names of characters are
 * those of HTML, with it or without.
 *
 * What is wrong ends the reading with one sentence; the items before it have been handed out.  What is behind the
 * end of the feed does not matter.
 */
#pragma once

#include "rt/base.h"

enum {
	FEED_TITLE_MAX = 300,
	FEED_TEXT_MAX = 2000, /* as long as an article may be */
	FEED_TEXT_LINES = 60,
	FEED_AUTHOR_MAX = 100,
};

struct feed;

/* Texts are clean UTF-8, empty when there is none; valid during the call. */
struct feed_item {
	uint64_t
		id; /* of its id (guid, rdf:about), else its link, else its title and date, else its text */
	uint64_t same; /* of its title and link: the same item, should it come under another id */
	struct span title, text, author;
	struct span link; /* whole http(s) address */
	int64_t at_ms;	  /* 0: not said */
};

struct feed_head {
	struct span title, link; /* valid until feed_free() */
	unsigned wait_s; /* it wants to be asked no more often (ttl, sy:update...); 0: not said */
	uint32_t skip_hours; /* bits, of UTC */
	uint8_t skip_days;   /* bits, Sunday is 0 */
	size_t items;	     /* handed out */
	size_t empty;	     /* items that say nothing at all; not handed out */
};

struct feed_events {
	void (*item)(void *ctx, const struct feed_item *item);
	void *ctx;
};

/* `content_type` as in the header, may be empty; `base`: where it was fetched, for links that are not whole; `now_ms`:
 * dates far ahead of it are mistakes (0: none is). */
struct feed *feed_new(struct span content_type, const char *base, int64_t now_ms,
		      const struct feed_events *e);
void feed_free(struct feed *f);
void feed_freep(struct feed **f);
/* False: the reading is over, by a mistake or the feed's end; what follows is not looked at. */
bool feed_write(struct feed *f, struct span bytes);
/* No more comes. 0, also where there was nothing to hand out, which feed_why() then says; 1: feed_why(). */
int feed_end(struct feed *f) MUST_USE;
/* What was wrong: "line 3, column 7: mismatched tag". Empty: nothing, so far. */
const char *feed_why(const struct feed *f);
const struct feed_head *feed_head(struct feed *f);
/* A number for a text: the same for ever. */
uint64_t feed_hash(const struct span *parts, size_t n);
