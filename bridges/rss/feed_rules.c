/*
 * feed_rules.c - see feed_rules.h.
 */
#include "bridges/rss/feed_rules.h"

#include <string.h>
#include <strings.h>

#define IN(place) (1u << (place))

struct vocabulary {
	const char *uri;
	enum feed_ns ns;
};

static const struct vocabulary vocabularies[] = {
	{ "", NS_NONE },
	{ "http://www.w3.org/2005/Atom", NS_ATOM },
	{ "https://www.w3.org/2005/Atom", NS_ATOM },
	{ "http://purl.org/atom/ns#", NS_ATOM },
	{ "http://www.w3.org/1999/02/22-rdf-syntax-ns#", NS_RDF },
	{ "http://purl.org/rss/1.0/", NS_RSS },
	{ "http://purl.org/rss/2.0/", NS_RSS },
	{ "http://purl.org/net/rss1.1#", NS_RSS },
	{ "http://my.netscape.com/rdf/simple/0.9/", NS_RSS },
	{ "http://channel.netscape.com/rdf/simple/0.9/", NS_RSS },
	{ "http://my.netscape.com/publish/formats/rss-0.91.dtd", NS_RSS },
	{ "http://backend.userland.com/rss", NS_RSS },
	{ "http://backend.userland.com/RSS2", NS_RSS },
	{ "http://backend.userland.com/rss2", NS_RSS },
	{ "http://blogs.law.harvard.edu/tech/rss", NS_RSS },
	{ "http://cyber.law.harvard.edu/rss/rss.html", NS_RSS },
	{ "http://purl.org/dc/elements/1.0/", NS_DC },
	{ "http://purl.org/dc/elements/1.1/", NS_DC },
	{ "http://purl.org/dc/terms/", NS_DC },
	{ "http://purl.org/rss/1.0/modules/content/", NS_CONTENT },
	{ "http://purl.org/rss/1.0/modules/syndication/", NS_SY },
};

enum {
	ROOTS = IN(AT_RSS) | IN(AT_RDF),
	HEAD = IN(AT_CHANNEL) | IN(AT_ATOM),
	ITEM = IN(AT_ITEM),
};

/* clang-format off */
static const struct feed_rule rules[] = {
	{ IN(AT_START), NS_RSS, "rss", AT_RSS, .field = FIELD_NONE },
	{ IN(AT_START), NS_RDF, "RDF", AT_RDF, .field = FIELD_NONE },
	{ IN(AT_START), NS_ATOM, "feed", AT_ATOM, .field = FIELD_NONE },
	{ IN(AT_START), NS_ATOM, "entry", AT_ITEM, .field = FIELD_NONE },
	{ ROOTS, NS_RSS, "channel", AT_CHANNEL, .field = FIELD_NONE },
	{ ROOTS | IN(AT_CHANNEL), NS_RSS, "item", AT_ITEM, .field = FIELD_NONE },
	{ IN(AT_ATOM), NS_ATOM, "entry", AT_ITEM, .field = FIELD_NONE },

	{ HEAD, NS_RSS, "title", AT_FIELD, FIELD_HEAD_TITLE, FORM_HTML },
	{ HEAD, NS_ATOM, "title", AT_FIELD, FIELD_HEAD_TITLE, FORM_TYPED },
	{ HEAD, NS_RSS, "link", AT_FIELD, FIELD_HEAD_LINK, FORM_PLAIN },
	{ HEAD, NS_ATOM, "link", AT_OTHER, FIELD_HEAD_LINK, FORM_HREF },
	{ HEAD, NS_RSS, "ttl", AT_FIELD, FIELD_TTL, FORM_PLAIN },
	{ HEAD, NS_SY, "updatePeriod", AT_FIELD, FIELD_PERIOD, FORM_PLAIN },
	{ HEAD, NS_SY, "updateFrequency", AT_FIELD, FIELD_FREQUENCY, FORM_PLAIN },
	{ HEAD, NS_RSS, "skipHours", AT_HOURS, .field = FIELD_NONE },
	{ HEAD, NS_RSS, "skipDays", AT_DAYS, .field = FIELD_NONE },
	{ IN(AT_HOURS), NS_RSS, "hour", AT_FIELD, FIELD_HOUR, FORM_PLAIN },
	{ IN(AT_DAYS), NS_RSS, "day", AT_FIELD, FIELD_DAY, FORM_PLAIN },

	{ ITEM, NS_RSS, "title", AT_FIELD, FIELD_TITLE, FORM_HTML },
	{ ITEM, NS_ATOM, "title", AT_FIELD, FIELD_TITLE, FORM_TYPED },
	{ ITEM, NS_DC, "title", AT_FIELD, FIELD_TITLE, FORM_HTML },
	{ ITEM, NS_RSS, "guid", AT_FIELD, FIELD_GUID, FORM_PLAIN },
	{ ITEM, NS_ATOM, "id", AT_FIELD, FIELD_GUID, FORM_PLAIN },
	{ ITEM, NS_RSS, "link", AT_FIELD, FIELD_LINK, FORM_PLAIN },
	{ ITEM, NS_ATOM, "link", AT_OTHER, FIELD_LINK, FORM_HREF },
	{ ITEM, NS_RSS, "enclosure", AT_OTHER, FIELD_LINK_OTHER, FORM_URL },
	{ ITEM, NS_RSS, "description", AT_FIELD, FIELD_SUMMARY, FORM_HTML },
	{ ITEM, NS_ATOM, "summary", AT_FIELD, FIELD_SUMMARY, FORM_TYPED },
	{ ITEM, NS_DC, "description", AT_FIELD, FIELD_SUMMARY, FORM_HTML },
	{ ITEM, NS_CONTENT, "encoded", AT_FIELD, FIELD_CONTENT, FORM_HTML },
	{ ITEM, NS_ATOM, "content", AT_FIELD, FIELD_CONTENT, FORM_TYPED },
	{ ITEM, NS_RSS, "author", AT_FIELD, FIELD_AUTHOR, FORM_HTML },
	{ ITEM, NS_DC, "creator", AT_FIELD, FIELD_AUTHOR, FORM_HTML },
	{ ITEM, NS_ATOM, "author", AT_PERSON, .field = FIELD_NONE },
	{ IN(AT_PERSON), NS_ATOM, "name", AT_FIELD, FIELD_AUTHOR, FORM_PLAIN },
	{ ITEM, NS_RSS, "pubDate", AT_FIELD, FIELD_DATE, FORM_PLAIN },
	{ ITEM, NS_ATOM, "published", AT_FIELD, FIELD_DATE, FORM_PLAIN },
	{ ITEM, NS_ATOM, "issued", AT_FIELD, FIELD_DATE, FORM_PLAIN },
	{ ITEM, NS_DC, "date", AT_FIELD, FIELD_DC_DATE, FORM_PLAIN },
	{ ITEM, NS_DC, "issued", AT_FIELD, FIELD_DC_DATE, FORM_PLAIN },
	{ ITEM, NS_DC, "created", AT_FIELD, FIELD_DC_DATE, FORM_PLAIN },
	{ ITEM, NS_ATOM, "updated", AT_FIELD, FIELD_UPDATED, FORM_PLAIN },
	{ ITEM, NS_ATOM, "modified", AT_FIELD, FIELD_UPDATED, FORM_PLAIN },
	{ ITEM, NS_DC, "modified", AT_FIELD, FIELD_UPDATED, FORM_PLAIN },
};
/* clang-format on */

static const size_t caps[FIELDS] = {
	[FIELD_GUID] = 2048,   [FIELD_LINK] = 2048,	  [FIELD_LINK_OTHER] = 2048,
	[FIELD_TITLE] = 4096,  [FIELD_SUMMARY] = 32768,	  [FIELD_CONTENT] = 32768,
	[FIELD_AUTHOR] = 1024, [FIELD_DATE] = 128,	  [FIELD_DC_DATE] = 128,
	[FIELD_UPDATED] = 128, [FIELD_HEAD_TITLE] = 4096, [FIELD_HEAD_LINK] = 2048,
	[FIELD_TTL] = 32,      [FIELD_PERIOD] = 32,	  [FIELD_FREQUENCY] = 32,
	[FIELD_HOUR] = 32,     [FIELD_DAY] = 32,
};

enum feed_ns feed_ns_of(struct span uri)
{
	for (size_t i = 0; i < ARRAY_LEN(vocabularies); i++)
		if (strlen(vocabularies[i].uri) == uri.n &&
		    memcmp(vocabularies[i].uri, uri.p, uri.n) == 0)
			return vocabularies[i].ns;
	return NS_OTHER;
}

/* Names are compared without case: there is <pubdate>. */
const struct feed_rule *feed_rule_of(enum feed_place in, enum feed_ns ns, struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if ((rules[i].in & IN(in)) && rules[i].ns == ns &&
		    strlen(rules[i].name) == name.n &&
		    strncasecmp(rules[i].name, name.p, name.n) == 0)
			return &rules[i];
	return NULL;
}

size_t feed_field_max(enum feed_field field)
{
	return caps[field];
}
