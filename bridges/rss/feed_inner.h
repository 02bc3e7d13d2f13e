/*
 * feed_inner.h - a feed while it is read, for feed*.c.
 *
 * Each open element has a level that says what it is for those inside it.  A field's text is kept as HTML whatever it was: plain text is
 * escaped as it comes, tags of XHTML are written out; so that one way leads from there to text (feed_item.c).
 */
#pragma once

#include <expat.h>
#include "bridges/rss/encoding.h"
#include "bridges/rss/feed.h"
#include "bridges/rss/feed_rules.h"
#include "rt/buf.h"

enum {
	FEED_LEVELS = 100,
	FEED_ATTRIBUTES = 100,	/* of one element */
	FEED_NAMES = 1000,	/* different ones, which the parser keeps */
	FEED_NAME_BITS = 16384, /* a sketch of those there were */
	FEED_TOKEN_MAX = 131072,
	FEED_WHY = 200,
	FEED_START = 16,
	FEED_BASES = 8, /* levels with an xml:base that count */
};

struct feed_level {
	enum feed_place place;
	enum feed_field field;
	char *base; /* its own xml:base, whole; NULL: none */
};

struct feed {
	struct feed_events e;
	struct encoding *encoding;
	XML_Parser xml;
	char *base;
	int64_t now_ms;
	char start[FEED_START]; /* is looked at before it is parsed */
	size_t n_start;
	uint64_t fed; /* bytes of UTF-8 that were parsed */

	struct feed_level levels[FEED_LEVELS];
	size_t n_levels, n_bases;
	size_t field_level; /* of the field whose text comes; 0: none */
	bool escape;	    /* that is plain text or XHTML */
	bool tags;	    /* tags inside it are kept */
	bool full;	    /* it was cut */
	bool atom;	    /* elements in no namespace are of Atom, else of RSS */
	bool guid_is_link;

	uint64_t names[FEED_NAME_BITS / 64];
	size_t n_names;
	uint8_t key[16]; /* of the sketch */

	struct buf fields[FIELDS];
	struct feed_head head;
	struct buf head_title;

	bool done; /* its end was read */
	bool page; /* it is a page */
	char why[FEED_WHY];
};

/* feed_text.c: what belongs to a field. */
/* Of a namespace, or of none ("").  NULL: it is not there. */
const char *feed_attribute(const char **attributes, const char *uri, const char *local);
void feed_add(struct feed *f, struct span text, bool escape);
void feed_add_tag(struct feed *f, struct span name, const char **attributes, bool closes);
/* Its end was read: links are made whole, numbers are taken. */
void feed_leave_field(struct feed *f, enum feed_field field);
const char *feed_base(const struct feed *f);

/* feed_item.c */
void feed_begin_item(struct feed *f);
void feed_end_item(struct feed *f);
