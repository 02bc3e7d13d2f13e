/*
 * news.c - see news.h.
 */
#include "bridges/rss/news.h"

#include <stdlib.h>
#include <string.h>

/* Feeds list the newest first, so of two of the same time the later one in the feed is older. */
static bool is_older(const struct news_item *a, const struct news_item *b)
{
	if (a->order_ms != b->order_ms)
		return a->order_ms < b->order_ms;
	return a->place > b->place;
}

static struct span put(char **at, struct span s)
{
	const struct span copy = { *at, s.n };

	if (s.n)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

static struct news_item copy_of(const struct feed_item *item, size_t place, int64_t now_ms)
{
	struct news_item own = { .id = item->id,
				 .same = item->same,
				 .at_ms = item->at_ms,
				 .order_ms = item->at_ms ? item->at_ms : now_ms,
				 .place = place };
	char *at = own.all = base_alloc(item->title.n + item->text.n + item->link.n + 1, 1);

	own.title = put(&at, item->title);
	own.text = put(&at, item->text);
	own.link = put(&at, item->link);
	return own;
}

static void drop(struct news *n, size_t i)
{
	free(n->items[i].all);
	n->n--;
	memmove(n->items + i, n->items + i + 1, (n->n - i) * sizeof(*n->items));
}

void news_add(struct news *n, const struct feed_item *item, size_t place, bool same_seen,
	      int64_t now_ms)
{
	struct news_item own = copy_of(item, place, now_ms);
	size_t at;

	own.same_seen = same_seen;
	if (n->n == NEWS_MAX) {
		n->left_out++;
		if (is_older(&own, &n->items[0])) {
			free(own.all);
			return;
		}
		drop(n, 0);
	}
	for (at = n->n; at > 0 && is_older(&own, &n->items[at - 1]);)
		at--;
	memmove(n->items + at + 1, n->items + at, (n->n - at) * sizeof(*n->items));
	n->items[at] = own;
	n->n++;
}

void news_drop_same(struct news *n)
{
	for (size_t i = 0; i < n->n;) {
		if (n->items[i].same_seen)
			drop(n, i);
		else
			i++;
	}
}

void news_clear(struct news *n)
{
	while (n->n)
		drop(n, n->n - 1);
	n->left_out = 0;
}
