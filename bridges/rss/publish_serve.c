/*
 * publish_serve.c - what a path is answered with.
 */
#include <string.h>

#include "bridges/rss/publish_inner.h"
#include "bridges/rss/xml.h"

static struct span span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static void print(struct publish *p, struct press_feed *f)
{
	struct buf title = { 0 }, out = { 0 };
	struct paper paper = { f->name, NULL, p->title, p->base, p->identity, &f->items };

	if (f->docs[0] && f->printed == f->items.revision)
		return;
	buf_addf(&title, "%s: %s", p->title, f->name);
	buf_addc(&title, '\0');
	paper.title = buf_p(&title);
	for (size_t i = 0; i < PAPER_FORMATS; i++) {
		buf_reset(&out);
		paper_write(&out, &paper, (enum paper_format)i);
		serve_doc_unref(f->docs[i]);
		f->docs[i] = serve_doc_new(buf_span(&out));
	}
	f->printed = f->items.revision;
	buf_done(&out);
	buf_done(&title);
}

static bool feed(struct publish *p, struct span path, struct serve_answer *ret)
{
	for (size_t i = 0; i < PAPER_FORMATS; i++) {
		const struct span end = span_of(paper_suffix((enum paper_format)i));
		struct press_feed *f;

		if (path.n <= end.n || memcmp(path.p + path.n - end.n, end.p, end.n) != 0)
			continue;
		f = press_feed(p, (struct span){ path.p, path.n - end.n });
		if (!f)
			continue;
		print(p, f);
		ret->doc = f->docs[i];
		ret->type = paper_type((enum paper_format)i);
		ret->modified_s = f->items.changed_ms / 1000;
		return true;
	}
	return false;
}

static void list(struct publish *p, struct serve_answer *ret)
{
	struct buf out = { 0 };

	buf_adds(&out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
	xml_text(&out, span_of(p->title));
	buf_adds(&out, "</title>\n");
	for (size_t i = 0; i < p->n; i++)
		buf_addf(&out,
			 "<link rel=\"alternate\" type=\"application/atom+xml\" title=\"%s\" "
			 "href=\"%s.atom\">\n",
			 p->feeds[i].name, p->feeds[i].name);
	buf_adds(&out, "</head><body><h1>");
	xml_text(&out, span_of(p->title));
	buf_adds(&out, "</h1>\n<ul>\n");
	for (size_t i = 0; i < p->n; i++)
		buf_addf(&out,
			 "<li>%s: <a href=\"%s.atom\">Atom</a>, <a href=\"%s.rss\">RSS</a></li>\n",
			 p->feeds[i].name, p->feeds[i].name, p->feeds[i].name);
	buf_adds(&out, "</ul></body></html>\n");
	serve_doc_unref(p->list);
	p->list = serve_doc_new(buf_span(&out));
	buf_done(&out);
	ret->doc = p->list;
	ret->type = "text/html; charset=utf-8";
}

void publish_answer(void *ctx, const struct http_head *r, struct serve_answer *ret)
{
	struct publish *p = ctx;
	const struct span path = { r->path.p + 1, r->path.n - 1 };

	if (!p->stream) {
		ret->status = HTTP_BUSY;
		ret->text = "The feeds are being read; try again in a moment.";
	} else if (!path.n) {
		list(p, ret);
	} else if (!feed(p, path, ret)) {
		ret->status = HTTP_NOT_FOUND;
		ret->text = "There is no such feed; / lists those there are.";
	}
}
