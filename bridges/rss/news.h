/*
 * news.h - the items of one poll that are new: at most NEWS_MAX, the newest, in the order to be told (the oldest first).
 */
#pragma once

#include "bridges/rss/feed.h"
#include "rt/base.h"

enum { NEWS_MAX = 50 };

/* An item of its own. */
struct news_item {
	uint64_t id, same;
	int64_t at_ms; /* as the feed says; 0: it does not */
	int64_t order_ms;
	size_t place;	/* in the feed */
	bool same_seen; /* its title and link were there before, under another id */
	struct span title, text, link;
	char *all; /* what the spans point into */
};

struct news {
	struct news_item items[NEWS_MAX];
	size_t n, left_out;
};

/* `place` counts the feed's items. Undated ones are as new as can be: they are ordered as if written now. */
void news_add(struct news *n, const struct feed_item *item, size_t place, bool same_seen,
	      int64_t now_ms);
/* The feed has changed all its ids: what was seen under another one is not new. */
void news_drop_same(struct news *n);
void news_clear(struct news *n);
