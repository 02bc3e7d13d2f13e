/*
 * html.c - see html.h.
 *
 * Spaces and line ends are owed, not written: they come in front of the next word, so none stands at an end.
 */
#include "bridges/rss/html.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LISTS_MAX = 8, NAME_MAX_BYTES = 16, PREFIX_MAX = 16, NBSP = 0xa0 };

struct list {
	bool ordered;
	unsigned n;
};

struct writer {
	struct buf *out;
	size_t max, written;
	unsigned breaks; /* owed */
	bool space;	 /* likewise */
	bool full;
	unsigned pre; /* elements in which line ends are line ends */
	struct list lists[LISTS_MAX];
	unsigned depth;		 /* of lists; may pass LISTS_MAX */
	char prefix[PREFIX_MAX]; /* of an item of a list, owed too */
};

struct tag {
	char name[NAME_MAX_BYTES + 1];
	bool closes;
	struct span attributes;
};

/* What is written */

static void put_raw(struct writer *w, const char *p, size_t n)
{
	if (w->full || w->written + n > w->max) {
		w->full = true;
		return;
	}
	buf_add(w->out, p, n);
	w->written += n;
}

static void put(struct writer *w, const char *p, size_t n)
{
	if (w->written && w->breaks)
		put_raw(w, "\n\n", w->breaks);
	else if (w->written && w->space)
		put_raw(w, " ", 1);
	w->breaks = 0;
	w->space = false;
	if (*w->prefix) {
		put_raw(w, w->prefix, strlen(w->prefix));
		*w->prefix = '\0';
	}
	put_raw(w, p, n);
}

static void owe_breaks(struct writer *w, unsigned n)
{
	if (w->breaks < n)
		w->breaks = n;
}

/* Bytes of the white space at p, one that does not break included; 0: there is none. */
static size_t space_at(const char *p, size_t n)
{
	if (isspace((unsigned char)*p))
		return 1;
	return n > 1 && p[0] == '\xc2' && p[1] == '\xa0' ? 2 : 0;
}

static void put_text(struct writer *w, struct span s)
{
	while (s.n && !w->full) {
		size_t n = 0;

		while (n < s.n && !space_at(s.p + n, s.n - n))
			n++;
		if (n) {
			put(w, s.p, n);
		} else {
			n = space_at(s.p, s.n);
			w->space = true;
			if (w->pre && *s.p == '\n')
				owe_breaks(w, w->breaks < 2 ? w->breaks + 1 : 2);
		}
		s = (struct span){ s.p + n, s.n - n };
	}
}

/* References */

size_t html_utf8(uint32_t c, char ret[4])
{
	static const uint16_t of_windows[32] = {
		0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
		0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
	};

	if (c >= 0x80 && c < 0xa0)
		c = of_windows[c - 0x80];
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	if (c < 0x80) {
		ret[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		ret[0] = (char)(0xc0 | (c >> 6));
		ret[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		ret[0] = (char)(0xe0 | (c >> 12));
		ret[1] = (char)(0x80 | ((c >> 6) & 0x3f));
		ret[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	ret[0] = (char)(0xf0 | (c >> 18));
	ret[1] = (char)(0x80 | ((c >> 12) & 0x3f));
	ret[2] = (char)(0x80 | ((c >> 6) & 0x3f));
	ret[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* What is behind "&#". How many bytes, 0: it is none. */
static size_t read_number(struct span s, uint32_t *ret)
{
	const bool hex = s.n && (*s.p == 'x' || *s.p == 'X');
	size_t i = hex;
	uint32_t c = 0;

	for (; i < s.n && (hex ? isxdigit((unsigned char)s.p[i]) : isdigit((unsigned char)s.p[i]));
	     i++) {
		const int d = tolower((unsigned char)s.p[i]);

		if (c <= 0x10ffff)
			c = c * (hex ? 16 : 10) + (uint32_t)(d <= '9' ? d - '0' : d - 'a' + 10);
	}
	if (i == (size_t)hex)
		return 0;
	*ret = c ? c : 0xfffd;
	return i + (i < s.n && s.p[i] == ';');
}

/* What is behind "&". Without its semicolon only names that were so in old pages count, those of Latin-1. */
static size_t read_reference(struct span s, uint32_t *ret)
{
	size_t n = 0, more;
	uint32_t c;

	if (s.n > 1 && *s.p == '#') {
		more = read_number((struct span){ s.p + 1, s.n - 1 }, ret);
		return more ? more + 1 : 0;
	}
	while (n < s.n && n < HTML_ENTITY_MAX && isalnum((unsigned char)s.p[n]))
		n++;
	c = html_entity((struct span){ s.p, n });
	if (!c || ((n == s.n || s.p[n] != ';') && c > 0xff))
		return 0;
	*ret = c;
	return n + (n < s.n && s.p[n] == ';');
}

/* At an ampersand. How many bytes it was. "&amp;eacute;" is what somebody escaped twice. */
static size_t put_reference(struct writer *w, struct span s)
{
	struct span rest = { s.p + 1, s.n - 1 };
	uint32_t c = '&', inner;
	char utf8[4];
	size_t n = read_reference(rest, &c), again;

	if (n == 4 && memcmp(rest.p, "amp;", 4) == 0) {
		rest = (struct span){ rest.p + n, rest.n - n };
		again = read_reference(rest, &inner);
		if (again && rest.p[again - 1] == ';') {
			c = inner;
			n += again;
		}
	}
	if (c == NBSP || (c < 0x80 && isspace((int)c)))
		w->space = true;
	else
		put(w, utf8, html_utf8(c, utf8));
	return n + 1;
}

/* Tags */

static bool is_one_of(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void put_flow(struct writer *w, struct span s);

static void put_alt(struct writer *w, struct span attributes)
{
	struct span s = attributes;
	struct span alt = { 0 };
	char quote;

	for (size_t i = 0; i + 5 < s.n && !alt.n; i++)
		if (isspace((unsigned char)s.p[i]) && strncasecmp(s.p + i + 1, "alt=", 4) == 0 &&
		    strchr("\"'", s.p[i + 5]) && s.p[i + 5]) {
			quote = s.p[i + 5];
			alt.p = s.p + i + 6;
			while (alt.p + alt.n < s.p + s.n && alt.p[alt.n] != quote)
				alt.n++;
			break;
		}
	while (alt.n && isspace((unsigned char)*alt.p))
		alt = (struct span){ alt.p + 1, alt.n - 1 };
	if (!alt.n)
		return;
	put(w, "[", 1);
	put_flow(w, alt);
	w->space = false;
	put_raw(w, "]", 1);
}

static void put_item(struct writer *w)
{
	struct list *list = w->depth && w->depth <= LISTS_MAX ? &w->lists[w->depth - 1] : NULL;

	owe_breaks(w, 1);
	if (list && list->ordered)
		snprintf(w->prefix, sizeof(w->prefix), "%u. ", ++list->n);
	else
		snprintf(w->prefix, sizeof(w->prefix), "- ");
}

static void enter_list(struct writer *w, const struct tag *t)
{
	owe_breaks(w, 1);
	*w->prefix = '\0';
	if (t->closes) {
		w->depth -= w->depth > 0;
		return;
	}
	if (w->depth < LISTS_MAX)
		w->lists[w->depth] = (struct list){ .ordered = *t->name == 'o' };
	if (w->depth < UINT16_MAX)
		w->depth++;
}

static void obey(struct writer *w, const struct tag *t)
{
	static const char *const lines[] = { "div",	"tr",	      "dt",	 "dd",
					     "table",	"section",    "article", "header",
					     "footer",	"figure",     "form",	 "address",
					     "caption", "figcaption", "nav",	 "aside",
					     "main",	"details",    "summary" };
	static const char *const paragraphs[] = {
		"p", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "dl", "blockquote", "pre", "fieldset"
	};

	if (strcmp(t->name, "ul") == 0 || strcmp(t->name, "ol") == 0)
		enter_list(w, t);
	else if (strcmp(t->name, "li") == 0 && !t->closes)
		put_item(w);
	else if (strcmp(t->name, "img") == 0)
		put_alt(w, t->attributes);
	else if (strcmp(t->name, "br") == 0 && !t->closes)
		owe_breaks(w, w->breaks < 2 ? w->breaks + 1 : 2);
	else if (is_one_of(lines, ARRAY_LEN(lines), t->name))
		owe_breaks(w, 1);
	else if (is_one_of(paragraphs, ARRAY_LEN(paragraphs), t->name))
		owe_breaks(w, 2);
	else if (strcmp(t->name, "td") == 0 || strcmp(t->name, "th") == 0)
		w->space = true;
	if (strcmp(t->name, "pre") == 0)
		w->pre = t->closes ? w->pre - (w->pre > 0) : w->pre + 1;
}

/* Where the tag ends, behind its '>'; quotes may hold one. */
static size_t tag_end(struct span s)
{
	char quote = '\0';
	const char *first;

	for (size_t i = 1; i < s.n; i++) {
		const char c = s.p[i];

		if (quote)
			quote = c == quote ? '\0' : quote;
		else if (c == '>')
			return i + 1;
		else if ((c == '"' || c == '\'') && s.p[i - 1] == '=')
			quote = c;
	}
	first = memchr(s.p, '>', s.n);
	return first ? (size_t)(first - s.p) + 1 : s.n;
}

static struct tag read_tag(struct span s)
{
	struct tag t = { .closes = s.n > 1 && s.p[1] == '/' };
	size_t at = 1 + t.closes, n = 0;

	while (at < s.n && isalnum((unsigned char)s.p[at])) {
		if (n < NAME_MAX_BYTES)
			t.name[n++] = (char)tolower((unsigned char)s.p[at]);
		at++;
	}
	t.name[n] = '\0';
	t.attributes = (struct span){ s.p + at, s.n - at };
	return t;
}

/* Bytes up to and without "</NAME", or all. */
static size_t until_closed(struct span s, const char *name)
{
	const size_t n = strlen(name);

	for (size_t i = 0; i + n + 2 <= s.n; i++)
		if (s.p[i] == '<' && s.p[i + 1] == '/' && strncasecmp(s.p + i + 2, name, n) == 0)
			return i;
	return s.n;
}

static size_t comment_end(struct span s)
{
	const char *end = s.n > 7 ? memmem(s.p + 4, s.n - 4, "-->", 3) : NULL;

	return end ? (size_t)(end - s.p) + 3 : s.n;
}

/* At a '<'. How many bytes it was. */
static size_t pass_tag(struct writer *w, struct span s)
{
	static const char *const dropped[] = {
		"script", "style", "template", "iframe",   "svg",
		"math",	  "head",  "noembed",  "noframes", "object",
		"audio",  "video", "canvas",   "select",   "textarea"
	};
	const char second = s.n > 1 ? s.p[1] : ' ';
	struct tag t;
	size_t n;

	if (s.n >= 4 && memcmp(s.p, "<!--", 4) == 0)
		return comment_end(s);
	if (!isalpha((unsigned char)second) && second != '!' && second != '?' &&
	    !(second == '/' && s.n > 2 && isalpha((unsigned char)s.p[2]))) {
		put(w, "<", 1);
		return 1;
	}
	n = tag_end(s);
	t = read_tag((struct span){ s.p, n });
	if (!t.closes && is_one_of(dropped, ARRAY_LEN(dropped), t.name) &&
	    !(n >= 2 && s.p[n - 2] == '/'))
		return n + until_closed((struct span){ s.p + n, s.n - n }, t.name);
	obey(w, &t);
	return n;
}

/* Text with references, no tags. */
static void put_flow(struct writer *w, struct span s)
{
	while (s.n && !w->full) {
		size_t n = 0;

		while (n < s.n && s.p[n] != '&')
			n++;
		if (n)
			put_text(w, (struct span){ s.p, n });
		else
			n = put_reference(w, s);
		s = (struct span){ s.p + n, s.n - n };
	}
}

void html_text(struct buf *out, struct span html, size_t max)
{
	struct writer w = { .out = out, .max = max };

	while (html.n && !w.full) {
		const char *tag = memchr(html.p, '<', html.n);
		size_t n = tag ? (size_t)(tag - html.p) : html.n;

		if (n)
			put_flow(&w, (struct span){ html.p, n });
		else
			n = pass_tag(&w, html);
		html = (struct span){ html.p + n, html.n - n };
	}
}
