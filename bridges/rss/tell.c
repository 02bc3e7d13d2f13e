/*
 * tell.c - see tell.h.
 */
#include "bridges/rss/tell.h"

#include <stdio.h>
#include <string.h>
#include "bridges/clean.h"
#include "bridges/rss/feed.h"
#include "rt/text.h"

enum { ID_BYTES = 17 };

static size_t count(char *const *names)
{
	size_t n = 0;

	while (names && names[n])
		n++;
	return n;
}

size_t tell_places(const struct chart_row *row)
{
	return count(row->channels) + count(row->boards);
}

static void make_id(char ret[ID_BYTES], uint64_t item, const char *kind, const char *place)
{
	const struct span parts[] = { { (const char *)&item, sizeof(item) },
				      { kind, strlen(kind) },
				      { place, strlen(place) } };

	snprintf(ret, ID_BYTES, "%016llx", (unsigned long long)feed_hash(parts, ARRAY_LEN(parts)));
}

/* Its title, or how its text begins, as one line. */
static void put_headline(struct buf *out, const struct news_item *item, size_t max)
{
	struct span s = item->title.n ? item->title : item->text;
	const char *end = memchr(s.p, '\n', s.n);

	if (end)
		s.n = (size_t)(end - s.p);
	if (s.n > max) {
		s = clean_piece(&s, max - 3);
		buf_add(out, s.p, s.n);
		buf_adds(out, "...");
	} else {
		buf_add(out, s.p, s.n);
	}
}

static int say(const struct tell *t, const char *channel, const struct news_item *item)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	const bool linked = item->link.n && item->link.n <= TELL_LINK_MAX;
	char id[ID_BYTES];
	struct bridge_words words = { .source = t->source,
				      .id = id,
				      .channel = channel,
				      .name = t->name,
				      .taken = t->taken,
				      .ctx = t->ctx };

	make_id(id, item->id, "channel", channel);
	put_headline(&text, item, BRIDGE_TEXT_BYTES - (linked ? TELL_LINK_MAX + 3 : 0));
	if (linked) {
		buf_adds(&text, text.n ? " - " : "");
		buf_add(&text, item->link.p, item->link.n);
	}
	words.text = buf_span(&text);
	return bridge_say(t->bridge, &words);
}

static int post(const struct tell *t, const char *board, const struct news_item *item)
{
	CLEANUP(buf_done) struct buf subject = { 0 };
	CLEANUP(base_freep) char *link = base_dup(item->link.p, item->link.n);
	char id[ID_BYTES];
	struct bridge_article article = { .source = t->source,
					  .id = id,
					  .board = board,
					  .text = item->text,
					  .author = t->name,
					  .link = *link ? link : NULL,
					  .wall_ms = item->at_ms,
					  .taken = t->taken,
					  .ctx = t->ctx };

	make_id(id, item->id, "board", board);
	put_headline(&subject, item, TELL_SUBJECT);
	if (subject.n == 0)
		buf_adds(&subject, "(no title)");
	article.subject = buf_span(&subject);
	return bridge_post(t->bridge, &article);
}

int tell_item(const struct tell *t, const struct chart_row *row, size_t i,
	      const struct news_item *item)
{
	const size_t n = count(row->channels);

	return i < n ? say(t, row->channels[i], item) : post(t, row->boards[i - n], item);
}
