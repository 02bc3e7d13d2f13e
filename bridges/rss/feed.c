/*
 * feed.c - see feed.h: expat with namespaces, and what its elements are (feed_rules.h).
 *
 * Expat is told of a document type elsewhere (XML_UseForeignDTD) that is never read: so a name of a character that nobody
 * declared is no mistake but comes to on_skipped().
 */
#include "bridges/rss/feed_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "bridges/rss/html.h"
#include "bridges/rss/url.h"
#include "rt/map.h"
#include "rt/rand.h"

enum { SEPARATOR = '\n' }; /* no namespace has it: in an attribute it becomes a space */

struct name {
	struct span uri, local;
};

static void refuse(struct feed *f, const char *what)
{
	if (*f->why || f->done)
		return;
	snprintf(f->why, sizeof(f->why), "line %lu, column %lu: %s",
		 (unsigned long)XML_GetCurrentLineNumber(f->xml) +
			 encoding_lines_dropped(f->encoding),
		 (unsigned long)XML_GetCurrentColumnNumber(f->xml) + 1, what);
	/* How much of a text had come is chance. */
	if (f->field_level)
		buf_reset(&f->fields[f->levels[f->field_level].field]);
	XML_StopParser(f->xml, XML_FALSE);
}

/* Names: "uri\nlocal\nprefix", "uri\nlocal" or "local". */

static struct name split(const char *all)
{
	const char *end = strchr(all, SEPARATOR), *next;

	if (!end)
		return (struct name){ .uri = SPAN(""), .local = { all, strlen(all) } };
	next = strchr(end + 1, SEPARATOR);
	return (struct name){ { all, (size_t)(end - all) },
			      { end + 1, next ? (size_t)(next - end - 1) : strlen(end + 1) } };
}

/* The parser keeps every name it has met for good. */
static void count_name(struct feed *f, const char *name)
{
	const uint64_t bit = map_siphash(f->key, name, strlen(name)) % FEED_NAME_BITS;
	uint64_t *word = &f->names[bit / 64];

	if (*word & 1ull << (bit % 64))
		return;
	*word |= 1ull << (bit % 64);
	if (++f->n_names > FEED_NAMES)
		refuse(f, "too many different names");
}

static void count_attributes(struct feed *f, const char **attributes)
{
	size_t n = 0;

	for (; *attributes; attributes += 2) {
		count_name(f, *attributes);
		if (++n > FEED_ATTRIBUTES) {
			refuse(f, "too many attributes");
			return;
		}
	}
}

/* Levels */

static void enter(struct feed *f, enum feed_place place, enum feed_field field,
		  const char **attributes)
{
	const char *base =
		feed_attribute(attributes, "http://www.w3.org/XML/1998/namespace", "base");
	struct feed_level *level = &f->levels[f->n_levels];

	*level = (struct feed_level){ .place = place, .field = field };
	if (base && f->n_bases < FEED_BASES) {
		level->base = url_join(feed_base(f), (struct span){ base, strlen(base) });
		f->n_bases += level->base != NULL;
	}
	f->n_levels++;
}

static void leave(struct feed *f)
{
	struct feed_level *level = &f->levels[--f->n_levels];

	f->n_bases -= level->base != NULL;
	free(level->base);
	level->base = NULL;
}

/* The form of a text of Atom; false: it is no text. */
static bool take_type(struct feed *f, const char **attributes)
{
	const char *type = feed_attribute(attributes, "", "type"),
		   *mode = feed_attribute(attributes, "", "mode");

	f->tags = true;
	f->escape = true;
	if (mode && strcasecmp(mode, "base64") == 0)
		return false;
	if (!type || strcasecmp(type, "text") == 0 || strcasecmp(type, "xhtml") == 0 ||
	    strcasecmp(type, "text/plain") == 0 || strcasecmp(type, "application/xhtml+xml") == 0)
		f->escape = !(mode && strcasecmp(mode, "escaped") == 0 && type &&
			      strcasecmp(type, "text/plain") != 0);
	else if (strcasecmp(type, "html") == 0 || strcasecmp(type, "text/html") == 0)
		f->escape = mode && strcasecmp(mode, "xml") == 0;
	else
		return false;
	return true;
}

static void take_address(struct feed *f, enum feed_field field, const char *address)
{
	char *whole =
		address ? url_join(feed_base(f), (struct span){ address, strlen(address) }) : NULL;

	if (whole && f->fields[field].n == 0)
		buf_add(&f->fields[field], whole, strlen(whole));
	free(whole);
}

/* <link rel= href=> of Atom. */
static void take_href(struct feed *f, enum feed_field field, const char **attributes)
{
	const char *rel = feed_attribute(attributes, "", "rel");

	if (rel && strcasecmp(rel, "alternate") != 0) {
		if (field != FIELD_LINK ||
		    (strcasecmp(rel, "enclosure") != 0 && strcasecmp(rel, "related") != 0))
			return;
		field = FIELD_LINK_OTHER;
	}
	take_address(f, field, feed_attribute(attributes, "", "href"));
}

static void enter_field(struct feed *f, const struct feed_rule *rule, const char **attributes)
{
	const char *permanent = feed_attribute(attributes, "", "isPermaLink");

	f->tags = f->escape = f->full = false;
	if (f->fields[rule->field].n || (rule->form == FORM_TYPED && !take_type(f, attributes))) {
		enter(f, AT_OTHER, FIELD_NONE, attributes);
		return;
	}
	if (rule->form == FORM_HTML)
		f->tags = true;
	else if (rule->field == FIELD_AUTHOR)
		f->escape = true;
	if (rule->field == FIELD_GUID && permanent && strcasecmp(permanent, "false") == 0)
		f->guid_is_link = false;
	enter(f, AT_FIELD, rule->field, attributes);
	f->field_level = f->n_levels - 1;
}

static void obey(struct feed *f, const struct feed_rule *rule, const char **attributes)
{
	if (rule->makes == AT_FIELD) {
		enter_field(f, rule, attributes);
		return;
	}
	enter(f, rule->makes, FIELD_NONE, attributes);
	if (rule->form == FORM_HREF && rule->field)
		take_href(f, rule->field, attributes);
	else if (rule->form == FORM_URL)
		take_address(f, rule->field, feed_attribute(attributes, "", "url"));
	if (rule->makes == AT_ITEM)
		feed_begin_item(f);
	if (rule->makes == AT_ITEM && f->levels[f->n_levels - 2].place == AT_RDF) {
		const char *about =
			feed_attribute(attributes, "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
				       "about");

		if (about)
			buf_add(&f->fields[FIELD_GUID], about, strlen(about));
	}
}

static void enter_root(struct feed *f, enum feed_ns ns, struct span name)
{
	char what[80];

	if (name.n == 4 && strncasecmp(name.p, "html", 4) == 0) {
		f->page = true;
		refuse(f, "it is a page of HTML, not a feed");
		return;
	}
	if (ns == NS_NONE)
		f->atom = (name.n == 4 && strncasecmp(name.p, "feed", 4) == 0) ||
			  (name.n == 5 && strncasecmp(name.p, "entry", 5) == 0);
	else
		f->atom = ns == NS_ATOM;
	if (feed_rule_of(AT_START, ns == NS_NONE ? (f->atom ? NS_ATOM : NS_RSS) : ns, name))
		return;
	snprintf(what, sizeof(what), "it is no feed, it begins with <%.*s>",
		 (int)(name.n < 32 ? name.n : 32), name.p);
	refuse(f, what);
}

static void XMLCALL on_start(void *ctx, const char *all, const char **attributes)
{
	struct feed *f = ctx;
	const struct name name = split(all);
	enum feed_ns ns = feed_ns_of(name.uri);
	const struct feed_rule *rule;

	count_name(f, all);
	count_attributes(f, attributes);
	if (f->n_levels == 1)
		enter_root(f, ns, name.local);
	if (f->n_levels == FEED_LEVELS)
		refuse(f, "too many levels");
	if (*f->why)
		return;
	if (f->field_level) {
		enter(f, AT_OTHER, FIELD_NONE, attributes);
		if (f->tags)
			feed_add_tag(f, name.local, attributes, false);
		return;
	}
	if (ns == NS_NONE)
		ns = f->atom ? NS_ATOM : NS_RSS;
	rule = feed_rule_of(f->levels[f->n_levels - 1].place, ns, name.local);
	if (rule)
		obey(f, rule, attributes);
	else
		enter(f, AT_OTHER, FIELD_NONE, attributes);
}

static void XMLCALL on_end(void *ctx, const char *all)
{
	struct feed *f = ctx;
	struct feed_level level;

	if (*f->why || f->n_levels <= 1)
		return;
	level = f->levels[f->n_levels - 1];
	if (f->field_level == f->n_levels - 1) {
		feed_leave_field(f, level.field);
		f->field_level = 0;
	} else if (f->field_level && f->tags) {
		feed_add_tag(f, split(all).local, NULL, true);
	}
	if (level.place == AT_ITEM)
		feed_end_item(f);
	leave(f);
	if (f->n_levels == 1) {
		f->done = true;
		XML_StopParser(f->xml, XML_FALSE);
	}
}

static void XMLCALL on_text(void *ctx, const char *p, int n)
{
	struct feed *f = ctx;

	if (f->field_level && !*f->why)
		feed_add(f, (struct span){ p, (size_t)n }, f->escape);
}

static void XMLCALL on_skipped(void *ctx, const char *name, int is_parameter)
{
	struct feed *f = ctx;
	const uint32_t c = html_entity((struct span){ name, strlen(name) });
	char utf8[4];

	if (is_parameter || !f->field_level || *f->why)
		return;
	if (c)
		feed_add(f, (struct span){ utf8, html_utf8(c, utf8) }, true);
}

static void XMLCALL on_namespace(void *ctx, const char *prefix, const char *uri)
{
	(void)uri;
	if (prefix)
		count_name(ctx, prefix);
}

static void XMLCALL on_doctype(void *ctx, const char *name, const char *system, const char *public,
			       int has_subset)
{
	(void)name;
	(void)system;
	(void)public;
	if (has_subset)
		refuse(ctx, "it has a document type of its own, which is not read");
}

static void XMLCALL on_entity(void *ctx, const char *name, int is_parameter, const char *value,
			      int length, const char *base, const char *system, const char *public,
			      const char *notation)
{
	(void)name;
	(void)is_parameter;
	(void)value;
	(void)length;
	(void)base;
	(void)system;
	(void)public;
	(void)notation;
	refuse(ctx, "it declares entities, which is not allowed");
}

/* Bytes */

/* What expat says, in the words of who reads it. */
static void take_error(struct feed *f)
{
	const enum XML_Error error = XML_GetErrorCode(f->xml);

	if (f->done)
		return;
	if (f->fed == 0)
		snprintf(f->why, sizeof(f->why), "it is empty");
	else if (f->page)
		refuse(f, "it is a page of HTML, not a feed");
	else
		refuse(f, error == XML_ERROR_NO_ELEMENTS ? "it ends in the middle"
							 : XML_ErrorString(error));
}

/* A page is told by how it begins: it is seldom XML. */
static void look_at_start(struct feed *f)
{
	static const char *const pages[] = { "<!doctype html", "<html" };

	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		if (f->n_start >= strlen(pages[i]) &&
		    strncasecmp(f->start, pages[i], strlen(pages[i])) == 0)
			f->page = true;
}

static void parse(struct feed *f, const char *p, size_t n)
{
	if (*f->why || f->done)
		return;
	f->fed += n;
	if (XML_Parse(f->xml, p, (int)n, 0) != XML_STATUS_OK)
		take_error(f);
	else if (f->fed - (uint64_t)XML_GetCurrentByteIndex(f->xml) > FEED_TOKEN_MAX)
		refuse(f, "a tag or a comment is too long");
}

static void leave_start(struct feed *f)
{
	look_at_start(f);
	if (f->n_start)
		parse(f, f->start, f->n_start);
}

static void on_utf8(void *ctx, struct span s)
{
	struct feed *f = ctx;

	while (f->n_start < FEED_START && s.n) {
		f->start[f->n_start++] = *s.p;
		s = (struct span){ s.p + 1, s.n - 1 };
		if (f->n_start == FEED_START)
			leave_start(f);
	}
	if (s.n)
		parse(f, s.p, s.n);
}

static void listen(struct feed *f)
{
	XML_SetUserData(f->xml, f);
	XML_SetReturnNSTriplet(f->xml, 1);
	XML_SetElementHandler(f->xml, on_start, on_end);
	XML_SetCharacterDataHandler(f->xml, on_text);
	XML_SetSkippedEntityHandler(f->xml, on_skipped);
	XML_SetStartNamespaceDeclHandler(f->xml, on_namespace);
	XML_SetStartDoctypeDeclHandler(f->xml, on_doctype);
	XML_SetEntityDeclHandler(f->xml, on_entity);
	XML_UseForeignDTD(f->xml, XML_TRUE);
}

struct feed *feed_new(struct span content_type, const char *base, int64_t now_ms,
		      const struct feed_events *e)
{
	struct feed *f = base_alloc(1, sizeof(*f));

	f->e = *e;
	f->now_ms = now_ms;
	f->base = base_dup(base, strlen(base));
	f->levels[0].place = AT_START;
	f->n_levels = 1;
	entropy_system.fill(entropy_system.ctx, f->key, sizeof(f->key));
	f->encoding = encoding_new(content_type, on_utf8, f);
	f->xml = XML_ParserCreateNS("UTF-8", SEPARATOR);
	if (!f->xml)
		abort();
	listen(f);
	return f;
}

void feed_free(struct feed *f)
{
	if (!f)
		return;
	XML_ParserFree(f->xml);
	encoding_free(f->encoding);
	for (size_t i = 0; i < f->n_levels; i++)
		free(f->levels[i].base);
	for (size_t i = 0; i < FIELDS; i++)
		buf_done(&f->fields[i]);
	buf_done(&f->head_title);
	free(f->base);
	free(f);
}

void feed_freep(struct feed **f)
{
	feed_free(*f);
}

static void not_decoded(struct feed *f)
{
	if (!*f->why)
		snprintf(f->why, sizeof(f->why), "its encoding \"%s\" is not known here",
			 encoding_name(f->encoding));
}

bool feed_write(struct feed *f, struct span bytes)
{
	if (!*f->why && !f->done && encoding_feed(f->encoding, bytes) != 0)
		not_decoded(f);
	return !*f->why && !f->done;
}

int feed_end(struct feed *f)
{
	if (!*f->why && !f->done && encoding_end(f->encoding) != 0)
		not_decoded(f);
	if (!*f->why && f->n_start < FEED_START)
		leave_start(f);
	if (!*f->why && !f->done && XML_Parse(f->xml, "", 0, 1) != XML_STATUS_OK)
		take_error(f);
	if (*f->why)
		return 1;
	if (f->head.empty && !f->head.items)
		snprintf(f->why, sizeof(f->why),
			 "no item of it has an id, a link, a title or a text");
	else if (!f->head.items)
		snprintf(f->why, sizeof(f->why), "it has no items");
	return 0;
}

const char *feed_why(const struct feed *f)
{
	return f->why;
}
