/*
 * xml.c - see xml.h.
 */
#include "bridges/rss/xml.h"

#include <utf8proc.h>

struct escape_row {
	char c;
	const char *once, *twice;
};

static const struct escape_row escapes[] = {
	{ '&', "&amp;", "&amp;amp;" },	{ '<', "&lt;", "&amp;lt;" },
	{ '>', "&gt;", "&amp;gt;" },	{ '"', "&quot;", "&amp;quot;" },
	{ '\'', "&#39;", "&amp;#39;" }, { '\r', "&#13;", "&#13;" },
};

/* Char of XML 1.0; what follows # of a noncharacter is allowed there, and no reader likes it. */
static bool is_char(utf8proc_int32_t c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r';
	return c != 0x7f && (c & 0xfffe) != 0xfffe && !(c >= 0xfdd0 && c <= 0xfdef);
}

static const struct escape_row *escape_of(utf8proc_int32_t c)
{
	for (size_t i = 0; i < ARRAY_LEN(escapes); i++)
		if (escapes[i].c == c)
			return &escapes[i];
	return NULL;
}

static void put(struct buf *out, struct span text, bool html)
{
	while (text.n) {
		utf8proc_int32_t c;
		const utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text.p,
							    (utf8proc_ssize_t)text.n, &c);
		const size_t step = n > 0 ? (size_t)n : 1;
		const struct escape_row *e = n > 0 ? escape_of(c) : NULL;

		if (e)
			buf_adds(out, html ? e->twice : e->once);
		else if (html && n > 0 && c == '\n')
			buf_adds(out, "&lt;br&gt;");
		else if (n > 0 && is_char(c))
			buf_add(out, text.p, step);
		text.p += step;
		text.n -= step;
	}
}

void xml_text(struct buf *out, struct span text)
{
	put(out, text, false);
}

void xml_html(struct buf *out, struct span text)
{
	put(out, text, true);
}

void xml_element(struct buf *out, const char *name, struct span text)
{
	if (!text.n)
		return;
	buf_addf(out, "<%s>", name);
	xml_text(out, text);
	buf_addf(out, "</%s>\n", name);
}
