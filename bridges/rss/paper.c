/*
 * paper.c - see paper.h.
 */
#include "bridges/rss/paper.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bridges/rss/xml.h"

enum { UUID_TEXT = 37, DATE_TEXT = 48 };

struct format_row {
	const char *suffix, *type;
	void (*write)(struct buf *out, const struct paper *p);
};

static struct span span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

/* Version 8 (RFC 9562): a hash of ours. */
static void uuid(const struct paper *p, uint64_t seq, char ret[UUID_TEXT])
{
	char name[512];
	const int n = snprintf(name, sizeof(name), "%s\n%s\n%llu", p->identity, p->name,
			       (unsigned long long)seq);
	const size_t used = n > 0 && (size_t)n < sizeof(name) ? (size_t)n : sizeof(name) - 1;
	unsigned char h[16];

	crypto_generichash(h, sizeof(h), (const unsigned char *)name, used, NULL, 0);
	h[6] = (unsigned char)((h[6] & 0x0f) | 0x80);
	h[8] = (unsigned char)((h[8] & 0x3f) | 0x80);
	snprintf(ret, UUID_TEXT,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", h[0], h[1],
		 h[2], h[3], h[4], h[5], h[6], h[7], h[8], h[9], h[10], h[11], h[12], h[13], h[14],
		 h[15]);
}

enum date_form { RFC3339, RFC822 /* in the C locale, which is the only one we have */ };

static void date(int64_t wall_ms, enum date_form form, char ret[DATE_TEXT])
{
	const time_t t = (time_t)(wall_ms / 1000);
	struct tm tm;

	*ret = 0;
	if (!gmtime_r(&t, &tm))
		return;
	if (form == RFC3339)
		strftime(ret, DATE_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
	else
		strftime(ret, DATE_TEXT, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

static void element_date(struct buf *out, const char *name, int64_t wall_ms, enum date_form form)
{
	char text[DATE_TEXT];

	date(wall_ms, form, text);
	xml_element(out, name, span_of(text));
}

static void self(struct buf *out, const struct paper *p, enum paper_format format)
{
	xml_text(out, span_of(p->base));
	buf_addc(out, '/');
	xml_text(out, span_of(p->name));
	buf_adds(out, paper_suffix(format));
}

/* ---- Atom ---- */

static void atom_entry(struct buf *out, const struct paper *p, const struct item *i)
{
	char id[UUID_TEXT];

	uuid(p, i->seq, id);
	buf_addf(out, "<entry>\n<id>urn:uuid:%s</id>\n<title type=\"text\">", id);
	xml_text(out, span_of(*i->title ? i->title : "(untitled)"));
	buf_adds(out, "</title>\n");
	element_date(out, "published", i->wall_ms, RFC3339);
	element_date(out, "updated", i->wall_ms, RFC3339);
	if (*i->author) {
		buf_adds(out, "<author>");
		xml_element(out, "name", span_of(i->author));
		buf_adds(out, "</author>\n");
	}
	if (*i->link) {
		buf_adds(out, "<link rel=\"alternate\" href=\"");
		xml_text(out, span_of(i->link));
		buf_adds(out, "\"/>\n");
	}
	buf_adds(out, "<content type=\"text\">");
	xml_text(out, span_of(i->text));
	buf_adds(out, "</content>\n</entry>\n");
}

static void write_atom(struct buf *out, const struct paper *p)
{
	char id[UUID_TEXT];

	uuid(p, 0, id);
	buf_addf(out, "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>urn:uuid:%s</id>\n", id);
	xml_element(out, "title", span_of(p->title));
	element_date(out, "updated", p->items->changed_ms, RFC3339);
	buf_adds(out, "<link rel=\"self\" type=\"application/atom+xml\" href=\"");
	self(out, p, PAPER_ATOM);
	buf_adds(out, "\"/>\n<link rel=\"alternate\" type=\"text/html\" href=\"");
	xml_text(out, span_of(p->base));
	buf_adds(out, "/\"/>\n<author><name>");
	xml_text(out, span_of(p->game));
	buf_adds(out, "</name></author>\n<generator>Mudlark</generator>\n");
	for (size_t i = p->items->n; i-- > 0;)
		atom_entry(out, p, &p->items->v[i]);
	buf_adds(out, "</feed>\n");
}

/* ---- RSS ---- */

static void rss_item(struct buf *out, const struct paper *p, const struct item *i)
{
	char id[UUID_TEXT];

	uuid(p, i->seq, id);
	buf_adds(out, "<item>\n");
	xml_element(out, "title", span_of(*i->title ? i->title : "(untitled)"));
	xml_element(out, "link", span_of(i->link));
	buf_addf(out, "<guid isPermaLink=\"false\">urn:uuid:%s</guid>\n", id);
	element_date(out, "pubDate", i->wall_ms, RFC822);
	xml_element(out, "dc:creator", span_of(i->author));
	buf_adds(out, "<description>");
	xml_html(out, span_of(i->text));
	buf_adds(out, "</description>\n</item>\n");
}

static void write_rss(struct buf *out, const struct paper *p)
{
	buf_adds(out, "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" "
		      "xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel>\n");
	xml_element(out, "title", span_of(p->title));
	buf_adds(out, "<link>");
	xml_text(out, span_of(p->base));
	buf_adds(out, "/</link>\n");
	xml_element(out, "description", span_of(p->title));
	element_date(out, "lastBuildDate", p->items->changed_ms, RFC822);
	buf_adds(out, "<generator>Mudlark</generator>\n<ttl>15</ttl>\n"
		      "<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"");
	self(out, p, PAPER_RSS);
	buf_adds(out, "\"/>\n");
	for (size_t i = p->items->n; i-- > 0;)
		rss_item(out, p, &p->items->v[i]);
	buf_adds(out, "</channel>\n</rss>\n");
}

static const struct format_row formats[PAPER_FORMATS] = {
	[PAPER_ATOM] = { ".atom", "application/atom+xml; charset=utf-8", write_atom },
	[PAPER_RSS] = { ".rss", "application/rss+xml; charset=utf-8", write_rss },
};

void paper_write(struct buf *out, const struct paper *p, enum paper_format format)
{
	buf_adds(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
	formats[format].write(out, p);
}

const char *paper_type(enum paper_format format)
{
	return formats[format].type;
}

const char *paper_suffix(enum paper_format format)
{
	return formats[format].suffix;
}
