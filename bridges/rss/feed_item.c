/*
 * feed_item.c - an item that has been read, as text.
 */
#include "bridges/rss/feed_inner.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include "bridges/clean.h"
#include "bridges/rss/date.h"
#include "bridges/rss/html.h"
#include "bridges/rss/url.h"
#include "rt/text.h"

enum { RAW_TIMES = 2 }; /* of what is kept: cleaning may shorten it */

/* The texts of an item that live as long as its call. */
struct texts {
	struct buf title, text, author;
	char *link;
};

/* For CLEANUP. */
static void texts_done(struct texts *t)
{
	buf_done(&t->title);
	buf_done(&t->text);
	buf_done(&t->author);
	free(t->link);
}

uint64_t feed_hash(const struct span *parts, size_t n)
{
	crypto_generichash_state h;
	uint8_t out[crypto_generichash_BYTES_MIN];
	uint64_t v = 0;

	crypto_generichash_init(&h, NULL, 0, sizeof(out));
	for (size_t i = 0; i < n; i++) {
		crypto_generichash_update(&h, (const uint8_t *)parts[i].p, parts[i].n);
		crypto_generichash_update(&h, (const uint8_t *)"", 1);
	}
	crypto_generichash_final(&h, out, sizeof(out));
	for (size_t i = 0; i < sizeof(v); i++)
		v = v << 8 | out[i];
	return v ? v : 1;
}

static void cut_to(struct buf *b, size_t max)
{
	if (b->n > max)
		b->n = text_cut(buf_span(b), max);
}

static void take_line(struct buf *out, struct span html, size_t max)
{
	CLEANUP(buf_done) struct buf plain = { 0 };

	html_text(&plain, html, max * RAW_TIMES);
	clean_line(out, buf_span(&plain), false);
	cut_to(out, max);
}

static void take_text(struct buf *out, struct span html)
{
	CLEANUP(buf_done) struct buf plain = { 0 };

	html_text(&plain, html, FEED_TEXT_MAX * RAW_TIMES);
	clean_text(out, buf_span(&plain), FEED_TEXT_LINES);
	cut_to(out, FEED_TEXT_MAX);
}

/* "ana@example.org (Ana)" is Ana. */
static void take_author(struct buf *out, struct span html)
{
	CLEANUP(buf_done) struct buf line = { 0 };
	struct span s;
	const char *open, *close;

	take_line(&line, html, FEED_AUTHOR_MAX);
	s = buf_span(&line);
	open = memchr(s.p, '(', s.n);
	close = memrchr(s.p, ')', s.n);
	if (memchr(s.p, '@', s.n) && open && close && close > open + 1)
		s = (struct span){ open + 1, (size_t)(close - open - 1) };
	buf_add(out, s.p, s.n);
}

static int64_t take_date(struct feed *f)
{
	static const enum feed_field in_order[] = { FIELD_DATE, FIELD_DC_DATE, FIELD_UPDATED };
	int64_t ms;

	for (size_t i = 0; i < ARRAY_LEN(in_order); i++)
		if (date_read(buf_span(&f->fields[in_order[i]]), &ms))
			return f->now_ms ? date_clamp(ms, f->now_ms) : ms;
	return 0;
}

static char *take_link(struct feed *f)
{
	struct buf *link = &f->fields[FIELD_LINK], *other = &f->fields[FIELD_LINK_OTHER];

	if (link->n)
		return base_dup(buf_p(link), link->n);
	if (f->guid_is_link && f->fields[FIELD_GUID].n) {
		/* It has to be whole: an id is not found at some place. */
		char *of_guid = url_join(NULL, buf_span(&f->fields[FIELD_GUID]));

		if (of_guid)
			return of_guid;
	}
	return other->n ? base_dup(buf_p(other), other->n) : NULL;
}

static uint64_t identity(const struct feed *f, const struct feed_item *item)
{
	const struct span guid = text_trim(buf_span(&f->fields[FIELD_GUID]));
	const struct span date = buf_span(&f->fields[FIELD_DATE]),
			  dc_date = buf_span(&f->fields[FIELD_DC_DATE]);

	if (guid.n && f->fields[FIELD_GUID].n < feed_field_max(FIELD_GUID))
		return feed_hash((struct span[]){ SPAN("id"), guid }, 2);
	if (item->link.n)
		return feed_hash((struct span[]){ SPAN("link"), item->link }, 2);
	if (item->title.n)
		return feed_hash((struct span[]){ SPAN("title"), item->title, date, dc_date }, 4);
	if (item->text.n)
		return feed_hash((struct span[]){ SPAN("text"), item->text }, 2);
	return 0;
}

void feed_begin_item(struct feed *f)
{
	for (int i = 0; i <= FIELD_ITEM_LAST; i++)
		buf_reset(&f->fields[i]);
	f->guid_is_link = true;
}

void feed_end_item(struct feed *f)
{
	CLEANUP(texts_done) struct texts t = { 0 };
	struct feed_item item = { .at_ms = take_date(f) };

	take_line(&t.title, buf_span(&f->fields[FIELD_TITLE]), FEED_TITLE_MAX);
	take_text(&t.text, buf_span(&f->fields[FIELD_SUMMARY]));
	if (t.text.n == 0)
		take_text(&t.text, buf_span(&f->fields[FIELD_CONTENT]));
	take_author(&t.author, buf_span(&f->fields[FIELD_AUTHOR]));
	t.link = take_link(f);
	item.title = buf_span(&t.title);
	item.text = buf_span(&t.text);
	item.author = buf_span(&t.author);
	if (t.link)
		item.link = (struct span){ t.link, strlen(t.link) };
	item.id = identity(f, &item);
	if (item.id == 0) {
		f->head.empty++;
		return;
	}
	item.same = feed_hash((struct span[]){ SPAN("same"), item.title, item.link,
					       item.title.n || item.link.n ? SPAN("") : item.text },
			      4);
	f->head.items++;
	f->e.item(f->e.ctx, &item);
}

const struct feed_head *feed_head(struct feed *f)
{
	buf_reset(&f->head_title);
	take_line(&f->head_title, buf_span(&f->fields[FIELD_HEAD_TITLE]), FEED_TITLE_MAX);
	f->head.title = buf_span(&f->head_title);
	f->head.link = buf_span(&f->fields[FIELD_HEAD_LINK]);
	return &f->head;
}
