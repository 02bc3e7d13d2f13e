/*
 * publish_inner.h - the inside of publish.c, press.c and publish_serve.c.
 */
#pragma once

#include "bridges/rss/items.h"
#include "bridges/rss/paper.h"
#include "bridges/rss/publish.h"
#include "bridges/rss/serve.h"

enum { FEEDS_MAX = 32, FEED_NAME = 40, IDENTITY_TEXT = 33 };

struct press_feed {
	char name[FEED_NAME]; /* "boards/news" */
	unsigned kinds;
	struct items items;
	struct serve_doc *docs[PAPER_FORMATS]; /* as of `printed`; NULL: not yet */
	uint64_t printed, kept;		       /* revisions */
	bool unread;			       /* what was kept of it */
};

struct publish {
	struct bridge *bridge;
	struct publish_conf conf;
	char *title, *base, **what;
	struct serve *serve;
	struct bridge_stream *stream; /* NULL until everything is read */
	struct press_feed feeds[FEEDS_MAX];
	size_t n;
	char identity[IDENTITY_TEXT];
	struct loop_timer timer; /* to read again, or to keep what is new */
	size_t keeping;
	struct serve_doc *list; /* of / */
	uint64_t seq, kept_seq; /* newest line; newest whose items are being kept */
	bool index_dirty;
};

/* press.c: lines become items. */
struct press_feed *press_feed(struct publish *p, struct span name);
/* Of those that are always there: makes it. */
struct press_feed *press_add(struct publish *p, const char *name);
void press_line(struct publish *p, const struct bridge_line *line);
bool press_wants(const struct publish *p, const char *name);
bool press_knows(const char *what); /* a word of rss.publish */

/* publish_serve.c */
void publish_answer(void *ctx, const struct http_head *r, struct serve_answer *ret);
