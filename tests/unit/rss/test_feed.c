/*
 * test_feed.c - feeds of every kind give their items.
 */
#include "feed_rig.h"

#define RSS(items) "<rss version='2.0'><channel><title>T</title>" items "</channel></rss>"
#define ATOM(entries) "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>" entries "</feed>"

static void title_is(struct rig *r, const char *title)
{
	const struct feed_head *head = feed_head(r->feed);

	ck_assert_msg(head->title.n == strlen(title) &&
			      !memcmp(head->title.p, title, head->title.n),
		      "%.*s", (int)head->title.n, head->title.p);
}

/* Of a feed with one item. */
struct one {
	const char *feed;
	const char *title, *text, *author, *link;
	int64_t seconds;
};

static void look(const struct one *o)
{
	struct rig r;

	rig_read(&r, o->feed);
	ck_assert_msg(r.result == 0 && r.n == 1, "%s: %zu items, %s", o->feed, r.n,
		      feed_why(r.feed));
	ck_assert_str_eq(r.items[0].title, o->title);
	ck_assert_str_eq(r.items[0].text, o->text);
	ck_assert_str_eq(r.items[0].author, o->author);
	ck_assert_str_eq(r.items[0].link, o->link);
	ck_assert_int_eq(r.items[0].at_ms, o->seconds * 1000);
	rig_done(&r);
}

START_TEST(every_kind_of_feed_is_read)
{
	static const struct one feeds[] = {
		{ "<?xml version='1.0'?><rss "
		  "version='0.91'><channel><title>Old</title><item><title>A "
		  "&amp; "
		  "B</title><link>http://a.example/1</link><description>d</description></item>"
		  "</channel></rss>",
		  "A & B", "d", "", "http://a.example/1", 0 },
		{ "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
		  "xmlns='http://my.netscape.com/rdf/simple/0.9/'><channel><title>x</title></"
		  "channel>"
		  "<item><title>A</title><link>http://a.example/1</link></item></rdf:RDF>",
		  "A", "", "", "http://a.example/1", 0 },
		{ "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
		  "xmlns='http://purl.org/rss/1.0/' xmlns:d='http://purl.org/dc/elements/1.1/' "
		  "xmlns:c='http://purl.org/rss/1.0/modules/content/'>"
		  "<channel rdf:about='http://a.example/'><title>x</title></channel>"
		  "<item "
		  "rdf:about='http://a.example/1'><title>A</title><link>http://a.example/l</link>"
		  "<d:date>2002-09-28T20:01:19Z</d:date><d:creator>Ana</d:creator>"
		  "<c:encoded><![CDATA[<p>one</p><p>two</p>]]></c:encoded></item></rdf:RDF>",
		  "A", "one\n\ntwo", "Ana", "http://a.example/l", 1033243279 },
		{ RSS("<item><title>A</title><guid>http://a.example/perma</"
		      "guid><author>a@b.example "
		      "(Ana B)</author><pubDate>Sat, 07 Sep 2002 00:00:01 GMT</pubDate></item>"),
		  "A", "", "Ana B", "http://a.example/perma", 1031356801 },
		{ "<r:rss version='2.0' xmlns:r='http://backend.userland.com/rss2'><r:channel>"
		  "<r:item><r:title>A</r:title></r:item></r:channel></r:rss>",
		  "A", "", "", "", 0 },
		{ ATOM("<entry><id>tag:x</id><title>A &lt;b&gt; C</title><author><name>Ana</name>"
		       "<email>a@b.example</email></author><link href='/one' "
		       "rel='alternate'/><link "
		       "rel='self' "
		       "href='http://a.example/self'/><updated>2003-12-13T18:30:02Z</updated>"
		       "<published>2003-12-13T18:30:01Z</published><summary>s</summary></entry>"),
		  "A <b> C", "s", "Ana", "http://example.org/one", 1071340201 },
		{ "<feed xmlns='http://purl.org/atom/ns#' version='0.3'><entry><title "
		  "mode='escaped' type='text/html'>A &amp;amp; B</title><issued>2003-12-13</issued>"
		  "<modified>2004-12-13</modified><content type='text/html' "
		  "mode='escaped'>&lt;p&gt;c"
		  "</content></entry></feed>",
		  "A & B", "c", "", "", 1071273600 },
		{ "<feed><entry><title>no namespace</title></entry></feed>", "no namespace", "", "",
		  "", 0 },
		{ "<entry xmlns='http://www.w3.org/2005/Atom'><title>alone</title></entry>",
		  "alone", "", "", "", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(feeds); i++)
		look(&feeds[i]);
}
END_TEST

START_TEST(texts_are_what_their_type_says)
{
	static const struct one feeds[] = {
		{ ATOM("<entry><title type='html'>&lt;i&gt;A&lt;/i&gt; "
		       "&amp;eacute;</title></entry>"),
		  "A \303\251", "", "", "", 0 },
		{ ATOM("<entry><title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>A "
		       "<b>b</b> &amp;lt;</div></title><content type='xhtml'><div "
		       "xmlns='http://www.w3.org/1999/xhtml'><p>one</p><p>t<br/>wo</p></div>"
		       "</content></entry>"),
		  "A b &lt;", "one\n\nt\nwo", "", "", 0 },
		{ ATOM("<entry><title>A</title><content "
		       "type='image/png'>iVBORw0KGgo=</content></entry>"),
		  "A", "", "", "", 0 },
		{ ATOM("<entry><title>A</title><content src='http://x/' "
		       "type='text/html'/></entry>"),
		  "A", "", "", "", 0 },
		{ RSS("<item><title>&lt;b&gt;bold&lt;/b&gt; &amp;amp;eacute; "
		      "<![CDATA[<i>&]]></title>"
		      "<description>&lt;script&gt;bad()&lt;/script&gt;good</description></item>"),
		  "bold \303\251 &", "good", "", "", 0 },
		{ RSS("<item><title>not <em>escaped</em></title><description><p>x</p><p>y</p>"
		      "</description></item>"),
		  "not escaped", "x\n\ny", "", "", 0 },
		{ RSS("<item><title>A\n  over\tlines </title><description>&lt;img src='x'&gt;"
		      "</description><content:encoded "
		      "xmlns:content='http://purl.org/rss/1.0/modules/content/'>c</content:encoded>"
		      "</item>"),
		  "A over lines", "c", "", "", 0 },
		{ RSS("<item><title>&nbsp;x &eacute; &nosuch;y</title></item>"), "x \303\251 y", "",
		  "", "", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(feeds); i++)
		look(&feeds[i]);
}
END_TEST

START_TEST(no_control_or_bidi_character_comes_through)
{
	struct rig r;

	rig_read(&r, RSS("<item><title>x&#x202e;y&#x200b;z&amp;#27;[31m&amp;#x9b;</title>"
			 "<description>a\1b&amp;#7;</description></item>"));
	ck_assert_uint_eq(r.n, 1);
	for (const char *p = r.items[0].title; *p; p++)
		ck_assert_uint_ge((unsigned char)*p, ' ');
	ck_assert_ptr_null(strstr(r.items[0].title, "\342\200\256"));
	ck_assert_ptr_null(strstr(r.items[0].title, "\302\233"));
	ck_assert_str_eq(r.items[0].text, "a b");
	rig_done(&r);
}
END_TEST

START_TEST(links_are_whole_and_of_the_web)
{
	static const struct one feeds[] = {
		{ RSS("<item><title>A</title><link> /x?a=1&amp;b=2#f </link></item>"), "A", "", "",
		  "http://example.org/x?a=1&b=2#f", 0 },
		{ RSS("<item><title>A</title><link>item one.html</link></item>"), "A", "", "",
		  "http://example.org/news/item%20one.html", 0 },
		{ RSS("<item><title>A</title><link>javascript:alert(1)</link></item>"), "A", "", "",
		  "", 0 },
		{ RSS("<item><title>A</title><link>http://user:pw@a.example/</link></item>"), "A",
		  "", "", "", 0 },
		{ RSS("<item><title>A</title><guid "
		      "isPermaLink='false'>http://a.example/1</guid></item>"),
		  "A", "", "", "", 0 },
		{ RSS("<item><title>A</title><guid>not a link</guid></item>"), "A", "", "", "", 0 },
		{ RSS("<item><title>A</title><enclosure url='http://a.example/a.mp3'/></item>"),
		  "A", "", "", "http://a.example/a.mp3", 0 },
		{ "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://b.example/x/'><entry "
		  "xml:base='y/'><title>A</title><link href='z'/></entry></feed>",
		  "A", "", "", "http://b.example/x/y/z", 0 },
		{ RSS("<image><title>I</title><link>http://i.example/</link></"
		      "image><item><title>A</title>"
		      "<source url='http://s.example/'>S</source><media:title "
		      "xmlns:media='http://search.yahoo.com/mrss/'>M</media:title></item>"),
		  "A", "", "", "", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(feeds); i++)
		look(&feeds[i]);
}
END_TEST

START_TEST(the_head_says_what_the_feed_is_and_how_often)
{
	struct rig r;
	const struct feed_head *head;

	rig_read(&r,
		 "<rss><channel><image><title>no</title></image><title>The &amp;amp; "
		 "Title</title><link>/home</link><ttl>90</ttl><skipHours><hour>0</hour><hour>23"
		 "</hour><hour>24</hour><hour>x</hour></skipHours><skipDays><day>Sunday</day><day>"
		 "Friday</day></skipDays></channel></rss>");
	head = feed_head(r.feed);
	title_is(&r, "The & Title");
	ck_assert_mem_eq(head->link.p, "http://example.org/home", head->link.n);
	ck_assert_uint_eq(head->wait_s, 5400);
	ck_assert_uint_eq(head->skip_hours, 1u << 0 | 1u << 23);
	ck_assert_uint_eq(head->skip_days, 1u << 0 | 1u << 5);
	rig_done(&r);
	rig_read(&r, "<rss xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel>"
		     "<sy:updateFrequency>4</sy:updateFrequency><sy:updatePeriod> "
		     "daily\n</sy:updatePeriod>"
		     "</channel></rss>");
	ck_assert_uint_eq(feed_head(r.feed)->wait_s, 21600);
	rig_done(&r);
}
END_TEST

static uint64_t id_of(const char *item)
{
	struct buf document = { 0 };
	struct rig r;
	uint64_t id;

	buf_addf(&document, "<rss><channel>%s</channel></rss>", item);
	buf_addc(&document, '\0');
	rig_read(&r, buf_p(&document));
	ck_assert_msg(r.n == 1, "%s", item);
	id = r.items[0].id;
	rig_done(&r);
	buf_done(&document);
	return id;
}

START_TEST(an_item_is_known_by_its_id_or_link_or_title_and_date)
{
	const uint64_t by_guid = id_of("<item><guid>g</guid><title>a</title></item>");
	const uint64_t by_link =
		id_of("<item><link>http://x.example/</link><title>a</title></item>");
	const uint64_t by_title = id_of("<item><title>a</title><pubDate>d</pubDate></item>");

	ck_assert_uint_eq(by_guid, id_of("<item><title>b</title><guid> g </guid></item>"));
	ck_assert_uint_eq(by_link,
			  id_of("<item><title>b</title><link>http://x.example/</link></item>"));
	ck_assert_uint_eq(
		by_title,
		id_of("<item><title>a</title><description>x</description><pubDate>d</pubDate>"
		      "</item>"));
	ck_assert_uint_ne(by_title, id_of("<item><title>a</title><pubDate>e</pubDate></item>"));
	ck_assert_uint_ne(by_guid, id_of("<item><title>g</title></item>"));
	ck_assert_uint_eq(id_of("<item><description>only</description></item>"),
			  id_of("<item><description>only</description></item>"));
}
END_TEST

START_TEST(however_it_is_cut_the_same_comes_out)
{
	static const char document[] =
		"\n<?xml version='1.0' encoding='iso-8859-1'?><!-- c "
		"--><rss><channel><title>\351</title>"
		"<item><title>caf\351 &amp;eacute; "
		"<![CDATA[<b>x</b>]]></title><link>/a</link></item>"
		"<item><description>&lt;p&gt;\340&lt;/p&gt;</description></item></channel></rss>";
	struct rig whole, cut;

	rig_read_as(&whole, "", SPAN(document), sizeof(document));
	ck_assert_uint_eq(whole.n, 2);
	ck_assert_str_eq(whole.items[0].title, "caf\303\251 \303\251 x");
	for (size_t step = 1; step < 40; step++) {
		rig_read_as(&cut, "", SPAN(document), step);
		ck_assert_uint_eq(cut.n, whole.n);
		for (size_t i = 0; i < whole.n; i++) {
			ck_assert_uint_eq(cut.items[i].id, whole.items[i].id);
			ck_assert_str_eq(cut.items[i].title, whole.items[i].title);
			ck_assert_str_eq(cut.items[i].text, whole.items[i].text);
		}
		rig_done(&cut);
	}
	rig_done(&whole);
}
END_TEST

START_TEST(a_feed_in_another_encoding_is_the_same_feed)
{
	struct rig r;

	rig_read_as(&r, "application/rss+xml; charset=euc-kr",
		    SPAN("<?xml version='1.0' encoding='utf-8'?><rss><channel><item><title>\263\342"
			 "</title></item></channel></rss>"),
		    3);
	ck_assert_uint_eq(r.n, 1);
	ck_assert_str_eq(r.items[0].title, "\353\205\204");
	rig_done(&r);
	rig_read_as(
		&r, "",
		SPAN("\0<\0r\0s\0s\0>\0<\0i\0t\0e\0m\0>\0<\0t\0i\0t\0l\0e\0>\4\60\0<\0/\0t\0i\0t\0l"
		     "\0e\0>\0<\0/\0i\0t\0e\0m\0>\0<\0/\0r\0s\0s\0>"),
		5);
	ck_assert_uint_eq(r.n, 1);
	ck_assert_str_eq(r.items[0].title, "\320\260");
	rig_done(&r);
}
END_TEST

START_TEST(what_is_too_long_is_cut_and_no_more)
{
	struct buf document = { 0 };
	struct rig r;

	buf_adds(&document, "<rss><channel><item><title>");
	for (int i = 0; i < 20000; i++)
		buf_adds(&document, "\303\251x ");
	buf_adds(&document, "</title><guid>1</guid><description>");
	for (int i = 0; i < 20000; i++)
		buf_adds(&document, "word &lt;br&gt; ");
	buf_adds(&document, "</description><author>Ana</author></item></channel></rss>");
	rig_read_as(&r, "", buf_span(&document), 1000);
	ck_assert_uint_eq(r.n, 1);
	ck_assert_uint_le(strlen(r.items[0].title), FEED_TITLE_MAX);
	ck_assert_uint_gt(strlen(r.items[0].title), FEED_TITLE_MAX / 2);
	ck_assert_uint_le(strlen(r.items[0].text), FEED_TEXT_MAX);
	ck_assert_str_eq(r.items[0].author, "Ana");
	rig_done(&r);
	buf_done(&document);
}
END_TEST

UNIT_MAIN("feed", every_kind_of_feed_is_read, texts_are_what_their_type_says,
	  no_control_or_bidi_character_comes_through, links_are_whole_and_of_the_web,
	  the_head_says_what_the_feed_is_and_how_often,
	  an_item_is_known_by_its_id_or_link_or_title_and_date,
	  however_it_is_cut_the_same_comes_out, a_feed_in_another_encoding_is_the_same_feed,
	  what_is_too_long_is_cut_and_no_more)
