/*
 * feed_rules.h - which element of which vocabulary, where it stands, is what of a feed.
 */
#pragma once

#include "rt/base.h"

enum feed_ns {
	NS_OTHER,
	NS_NONE, /* in none: RSS 0.9x and 2.0, or what forgot to say it */
	NS_RSS,
	NS_ATOM,
	NS_RDF,
	NS_DC,
	NS_CONTENT,
	NS_SY,
};

/* What an element is for those inside it. */
enum feed_place {
	AT_START,
	AT_RSS,
	AT_RDF,
	AT_ATOM, /* root and channel in one */
	AT_CHANNEL,
	AT_ITEM,
	AT_PERSON,
	AT_HOURS,
	AT_DAYS,
	AT_FIELD, /* its text is kept */
	AT_OTHER, /* nothing in it is looked at */
};

enum feed_field {
	FIELD_NONE,
	FIELD_GUID,
	FIELD_LINK,
	FIELD_LINK_OTHER, /* of what it is about, or of a file */
	FIELD_TITLE,
	FIELD_SUMMARY,
	FIELD_CONTENT,
	FIELD_AUTHOR,
	FIELD_DATE,
	FIELD_DC_DATE,
	FIELD_UPDATED,
	FIELD_ITEM_LAST = FIELD_UPDATED,
	FIELD_HEAD_TITLE,
	FIELD_HEAD_LINK,
	FIELD_TTL,
	FIELD_PERIOD,
	FIELD_FREQUENCY,
	FIELD_HOUR,
	FIELD_DAY,
	FIELDS
};

enum feed_form {
	FORM_PLAIN, /* text */
	FORM_HTML,  /* escaped HTML */
	FORM_TYPED, /* as the attribute `type` says (Atom) */
	FORM_HREF,  /* in the attribute `href`, if `rel` fits */
	FORM_URL,   /* in the attribute `url` */
};

struct feed_rule {
	unsigned in; /* bits of feed_place */
	enum feed_ns ns;
	const char *name;
	enum feed_place makes;
	enum feed_field field;
	enum feed_form form;
};

enum feed_ns feed_ns_of(struct span uri);
/* NULL: it is of no interest there. */
const struct feed_rule *feed_rule_of(enum feed_place in, enum feed_ns ns, struct span name);
/* Bytes of its text that are kept. */
size_t feed_field_max(enum feed_field field);
