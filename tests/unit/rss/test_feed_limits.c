/*
 * test_feed_limits.c - documents that are broken, hostile or huge: one clear reason, what came before it, and no more memory
 * than for a small one.
 */
#include <malloc.h>
#include "feed_rig.h"

#define ITEM "<item><title>first</title></item>"

struct wrong {
	const char *document, *why; /* the reason holds this */
	size_t items;
};

START_TEST(what_is_wrong_is_said_with_its_place_and_what_came_before_is_kept)
{
	static const struct wrong rows[] = {
		{ "", "it is empty", 0 },
		{ "   \n", "it is empty", 0 },
		{ "<head><title>x</title></head>",
		  "line 1, column 1: it is no feed, it begins with <head>", 0 },
		{ "<html><body>x</body></html>", "a page of HTML", 0 },
		{ "<!DOCTYPE html><html><body><br></body></html>", "a page of HTML", 0 },
		{ "<!doctype html>\n<html>", "a page of HTML", 0 },
		{ "{\"version\": \"https://jsonfeed.org/version/1\"}", "line 1, column 1: ", 0 },
		{ "<rss><channel>" ITEM "\n<item></wrong>", "line 2, column 9: mismatched tag", 1 },
		{ "<rss><channel>" ITEM "<item><title>a", "it ends in the middle", 1 },
		{ "<rss><channel>" ITEM "<item><title>a</title", "unclosed token", 1 },
		{ "<rss><channel>" ITEM "<x:item/>", "unbound prefix", 1 },
		{ "<rss><channel>" ITEM "<item a='1' a='2'/>", "duplicate attribute", 1 },
		{ "\n\n<rss><channel>" ITEM "\n<a & b>", "line 4, column 4: ", 1 },
		{ "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss>&a;</rss>", "a document type of its own",
		  0 },
		{ "<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><rss>&a;</rss>",
		  "a document type of its own", 0 },
		{ "<!DOCTYPE rss SYSTEM 'http://127.0.0.1/x.dtd' [ ]><rss/>",
		  "a document type of its own", 0 },
		{ "<?xml version='1.0' encoding='x-klingon'?><rss>\377\377</rss>",
		  "its encoding \"x-klingon\" is not known", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rig r;

		rig_read(&r, rows[i].document);
		ck_assert_msg(r.result == 1, "%s", rows[i].document);
		ck_assert_msg(strstr(feed_why(r.feed), rows[i].why) != NULL, "%s: %s",
			      rows[i].document, feed_why(r.feed));
		ck_assert_uint_eq(r.n, rows[i].items);
		rig_done(&r);
	}
}
END_TEST

START_TEST(a_feed_with_nothing_in_it_says_so)
{
	struct rig r;

	rig_read(&r, "<rss/>");
	ck_assert_int_eq(r.result, 0);
	ck_assert_str_eq(feed_why(r.feed), "it has no items");
	rig_done(&r);
	rig_read(&r, "<rss><channel><item><author/></item></channel></rss>");
	ck_assert_int_eq(r.result, 0);
	ck_assert_ptr_nonnull(strstr(feed_why(r.feed), "no item of it has an id"));
	rig_done(&r);
}
END_TEST

START_TEST(a_document_type_that_declares_nothing_is_passed_over)
{
	struct rig r;

	rig_read(&r,
		 "<?xml version='1.0'?><!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS "
		 "0.91//EN' 'http://127.0.0.1:1/rss-0.91.dtd'><rss version='0.91'><channel>"
		 "<item><title>caf&eacute;</title></item></channel></rss>");
	ck_assert_int_eq(r.result, 0);
	ck_assert_uint_eq(r.n, 1);
	ck_assert_str_eq(r.items[0].title, "caf\303\251");
	rig_done(&r);
}
END_TEST

START_TEST(what_is_behind_the_end_does_not_matter)
{
	struct rig r;

	rig_read(&r, "<rss><channel>" ITEM "</channel></rss>\n<br>junk & more <<");
	ck_assert_int_eq(r.result, 0);
	ck_assert_uint_eq(r.n, 1);
	rig_done(&r);
}
END_TEST

static void refuse(struct buf *document, const char *why)
{
	struct rig r;

	rig_read_as(&r, "", buf_span(document), 4096);
	ck_assert_int_eq(r.result, 1);
	ck_assert_msg(strstr(feed_why(r.feed), why) != NULL, "%s", feed_why(r.feed));
	rig_done(&r);
	buf_done(document);
}

START_TEST(everything_that_can_grow_has_an_end)
{
	struct buf b = { 0 };

	buf_adds(&b, "<rss>");
	for (int i = 0; i < 1000; i++)
		buf_adds(&b, "<channel>");
	refuse(&b, "too many levels");
	buf_adds(&b, "<rss ");
	for (int i = 0; i < 200; i++)
		buf_addf(&b, "a%d='' ", i);
	buf_adds(&b, "/>");
	refuse(&b, "too many attributes");
	buf_adds(&b, "<rss>");
	for (int i = 0; i < 3000; i++)
		buf_addf(&b, "<name%d/>", i);
	refuse(&b, "too many different names");
	buf_adds(&b, "<rss>");
	for (int i = 0; i < 3000; i++)
		buf_addf(&b, "<p%d:a xmlns:p%d='http://x/'/>", i, i);
	refuse(&b, "too many different names");
	buf_adds(&b, "<rss><channel title='");
	for (int i = 0; i < 300000; i++)
		buf_addc(&b, 'x');
	refuse(&b, "too long");
	buf_adds(&b, "<rss><!-- ");
	for (int i = 0; i < 300000; i++)
		buf_addc(&b, 'x');
	refuse(&b, "too long");
}
END_TEST

struct tide {
	size_t before, most, items;
};

static void on_item(void *ctx, const struct feed_item *item)
{
	struct tide *t = ctx;
	const size_t used = mallinfo2().uordblks;

	(void)item;
	t->items++;
	if (used > t->most)
		t->most = used;
}

/* Ten megabytes, made as they are read. Bytes on the heap at the most, beyond those before. */
static size_t tide_of(const char *type, const char *item, size_t bytes)
{
	struct tide t = { .before = mallinfo2().uordblks };
	const struct feed_events e = { .item = on_item, .ctx = &t };
	struct feed *f =
		feed_new((struct span){ type, strlen(type) }, "http://example.org/", 0, &e);
	size_t n = 0;

	feed_write(f, SPAN("<rss><channel>"));
	for (size_t sent = 0; sent < bytes; n++) {
		char piece[4096];
		const int len =
			snprintf(piece, sizeof(piece), "<item><guid>%zu</guid>%s</item>", n, item);

		ck_assert(feed_write(f, (struct span){ piece, (size_t)len }));
		sent += (size_t)len;
	}
	feed_write(f, SPAN("</channel></rss>"));
	ck_assert_int_eq(feed_end(f), 0);
	ck_assert_uint_eq(t.items, n);
	feed_free(f);
	return t.most - t.before;
}

enum { LARGE = 10 << 20, SMALL = 64 << 10, ROOM = 256 << 10 };

START_TEST(ten_megabytes_need_no_more_memory_than_a_few)
{
	static const char item[] = "<title>A title of some length, as they "
				   "are</title><link>http://example.org/x</link>"
				   "<description>&lt;p&gt;Words and words &amp;amp; more "
				   "words.&lt;/p&gt;</description>";
	const size_t small = tide_of("", item, SMALL), large = tide_of("", item, LARGE);

	ck_assert_uint_le(large, small + 4096);
	ck_assert_uint_le(large, ROOM);
	ck_assert_uint_le(tide_of("text/xml; charset=euc-kr", item, LARGE), ROOM);
}
END_TEST

START_TEST(one_item_of_ten_megabytes_needs_none_either)
{
	struct tide t = { .before = mallinfo2().uordblks };
	const struct feed_events e = { .item = on_item, .ctx = &t };
	struct feed *f = feed_new(SPAN(""), "http://example.org/", 0, &e);

	feed_write(f, SPAN("<rss><channel><item><title>x</title><description>"));
	for (int i = 0; i < LARGE / 16; i++)
		feed_write(f, SPAN("words &lt;p&gt; "));
	feed_write(f, SPAN("</description></item></channel></rss>"));
	ck_assert_int_eq(feed_end(f), 0);
	ck_assert_uint_eq(t.items, 1);
	feed_free(f);
	ck_assert_uint_le(t.most - t.before, ROOM);
}
END_TEST

UNIT_MAIN("feed_limits", what_is_wrong_is_said_with_its_place_and_what_came_before_is_kept,
	  a_feed_with_nothing_in_it_says_so, a_document_type_that_declares_nothing_is_passed_over,
	  what_is_behind_the_end_does_not_matter, everything_that_can_grow_has_an_end,
	  ten_megabytes_need_no_more_memory_than_a_few, one_item_of_ten_megabytes_needs_none_either)
