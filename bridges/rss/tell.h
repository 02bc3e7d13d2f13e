/*
 * tell.h - an item of a feed, said in the game: a line on each channel of its row, an article on each board.
 *
 * Each has an id made of the item and where it goes, which is the same however often it is told: the world knows
 * what it has, so a crash between telling and remembering doubles nothing.
 */
#pragma once

#include "bridges/bridge.h"
#include "bridges/chart.h"
#include "bridges/rss/news.h"

enum { TELL_NAME_COLUMNS = 30, TELL_SUBJECT = 120, TELL_LINK_MAX = 300 };

struct tell {
	struct bridge *bridge;
	const char *source; /* key of the feed */
	struct span name;   /* what the feed is called in the game */
	void (*taken)(void *ctx, const char *refused);
	void *ctx;
};

size_t tell_places(const struct chart_row *row);
/* To the i-th place. 0: taken() follows; 1: too much waits, try again later; -EINVAL: it cannot be said. */
int tell_item(const struct tell *t, const struct chart_row *row, size_t i,
	      const struct news_item *item) MUST_USE;
