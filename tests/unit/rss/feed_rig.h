/*
 * feed_rig.h - a document read by feed.h, and what came of it.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../rt/unit.h"
#include "bridges/rss/feed.h"
#include "rt/buf.h"

enum { RIG_ITEMS = 100 };

struct rig_item {
	uint64_t id, same;
	int64_t at_ms;
	char *title, *text, *author, *link;
};

struct rig {
	struct rig_item items[RIG_ITEMS];
	size_t n;
	struct feed *feed;
	int result;
};

static void rig_on_item(void *ctx, const struct feed_item *item)
{
	struct rig *r = ctx;

	ck_assert_uint_lt(r->n, RIG_ITEMS);
	r->items[r->n++] = (struct rig_item){ .id = item->id,
					      .same = item->same,
					      .at_ms = item->at_ms,
					      .title = base_dup(item->title.p, item->title.n),
					      .text = base_dup(item->text.p, item->text.n),
					      .author = base_dup(item->author.p, item->author.n),
					      .link = base_dup(item->link.p, item->link.n) };
}

static inline void rig_read_as(struct rig *r, const char *type, struct span document, size_t step)
{
	const struct feed_events e = { .item = rig_on_item, .ctx = r };

	*r = (struct rig){ .feed = feed_new((struct span){ type, strlen(type) },
					    "http://example.org/news/feed.xml", 0, &e) };
	while (document.n) {
		const size_t n = document.n < step ? document.n : step;

		feed_write(r->feed, (struct span){ document.p, n });
		document = (struct span){ document.p + n, document.n - n };
	}
	r->result = feed_end(r->feed);
}

static inline void rig_read(struct rig *r, const char *document)
{
	rig_read_as(r, "", (struct span){ document, strlen(document) }, 64);
}

static inline void rig_done(struct rig *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->items[i].title);
		free(r->items[i].text);
		free(r->items[i].author);
		free(r->items[i].link);
	}
	feed_free(r->feed);
}
