/*
 * feed_text.c - the text of a field, as it comes, and what a whole one means for the feed's head.
 */
#include "bridges/rss/feed_inner.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "bridges/rss/url.h"

enum { DAY_S = 86400, WAIT_MAX_S = 7 * DAY_S, TAG_MAX = 16 };

struct period {
	const char *name;
	unsigned seconds;
};

static const struct period periods[] = {
	{ "hourly", 3600 },	   { "daily", DAY_S },	       { "weekly", 7 * DAY_S },
	{ "monthly", 30 * DAY_S }, { "yearly", 365u * DAY_S },
};

static const char *const days[] = { "sunday",	"monday", "tuesday", "wednesday",
				    "thursday", "friday", "saturday" };

static enum feed_field field_of(const struct feed *f)
{
	return f->levels[f->field_level].field;
}

/* As much as there is room for, whole characters; behind what was cut nothing follows. */
static void add(struct feed *f, const char *p, size_t n)
{
	const enum feed_field field = field_of(f);
	struct buf *b = &f->fields[field];
	const size_t room = feed_field_max(field) - b->n;

	if (f->full)
		return;
	if (n > room) {
		f->full = true;
		n = room;
		while (n && ((unsigned char)p[n] & 0xc0) == 0x80)
			n--;
	}
	buf_add(b, p, n);
}

void feed_add(struct feed *f, struct span text, bool escape)
{
	while (text.n) {
		size_t n = 0;

		while (n < text.n && !(escape && strchr("&<", text.p[n])))
			n++;
		add(f, text.p, n);
		if (n < text.n)
			add(f, text.p[n] == '&' ? "&#38;" : "&#60;", 5);
		n += n < text.n;
		text = (struct span){ text.p + n, text.n - n };
	}
}

/* "uri\nlocal\nprefix", whatever the prefix. */
const char *feed_attribute(const char **attributes, const char *uri, const char *local)
{
	const size_t n_uri = strlen(uri), n = strlen(local);

	for (; *attributes; attributes += 2) {
		const char *name = *attributes;

		if (n_uri) {
			if (strncmp(name, uri, n_uri) != 0 || name[n_uri] != '\n')
				continue;
			name += n_uri + 1;
		}
		if (strncmp(name, local, n) == 0 && (!name[n] || (n_uri && name[n] == '\n')))
			return attributes[1];
	}
	return NULL;
}

void feed_add_tag(struct feed *f, struct span name, const char **attributes, bool closes)
{
	const char *alt = attributes ? feed_attribute(attributes, "", "alt") : NULL;

	if (name.n > TAG_MAX)
		return;
	for (size_t i = 0; i < name.n; i++)
		if (!isalnum((unsigned char)name.p[i]))
			return;
	add(f, closes ? "</" : "<", closes ? 2 : 1);
	add(f, name.p, name.n);
	if (alt && !strchr(alt, '"')) {
		add(f, " alt=\"", 6);
		feed_add(f, (struct span){ alt, strlen(alt) }, true);
		add(f, "\"", 1);
	}
	add(f, ">", 1);
}

const char *feed_base(const struct feed *f)
{
	for (size_t i = f->n_levels; i > 0; i--)
		if (f->levels[i - 1].base)
			return f->levels[i - 1].base;
	return f->base;
}

static void make_whole(struct feed *f, enum feed_field field)
{
	struct buf *b = &f->fields[field];
	char *whole = url_join(feed_base(f), buf_span(b));

	buf_reset(b);
	if (whole)
		buf_add(b, whole, strlen(whole));
	free(whole);
}

static const char *trimmed(struct buf *b)
{
	const char *p;

	buf_addc(b, '\0');
	p = buf_p(b);
	return p + strspn(p, " \t\r\n");
}

static void take_wait(struct feed *f, uint64_t seconds)
{
	if (seconds > WAIT_MAX_S)
		seconds = WAIT_MAX_S;
	if (seconds > f->head.wait_s)
		f->head.wait_s = (unsigned)seconds;
}

/* The two come in any order; nothing before the period is known. */
static void take_period(struct feed *f)
{
	struct buf *b = &f->fields[FIELD_PERIOD];
	const struct span number = buf_span(&f->fields[FIELD_FREQUENCY]);
	unsigned long frequency = 1;

	for (size_t i = 0; i < number.n && frequency <= 1000; i++)
		if (isdigit((unsigned char)number.p[i]))
			frequency = (i ? frequency * 10 : 0) + (unsigned long)(number.p[i] - '0');
	for (size_t i = 0; i < ARRAY_LEN(periods); i++)
		if (b->n >= strlen(periods[i].name) &&
		    memmem(buf_p(b), b->n, periods[i].name, strlen(periods[i].name)))
			f->head.wait_s = periods[i].seconds / (unsigned)(frequency ? frequency : 1);
}

static void take_skip(struct feed *f, enum feed_field field)
{
	const char *p = trimmed(&f->fields[field]);

	if (field == FIELD_HOUR && isdigit((unsigned char)*p)) {
		const unsigned long hour = strtoul(p, NULL, 10);

		if (hour <= 24)
			f->head.skip_hours |= 1u << (hour % 24);
	}
	for (size_t i = 0; field == FIELD_DAY && i < ARRAY_LEN(days); i++)
		if (strncasecmp(p, days[i], strlen(days[i])) == 0)
			f->head.skip_days |= (uint8_t)(1u << i);
	buf_reset(&f->fields[field]);
}

void feed_leave_field(struct feed *f, enum feed_field field)
{
	switch (field) {
	case FIELD_LINK:
	case FIELD_HEAD_LINK:
		make_whole(f, field);
		break;
	case FIELD_TTL:
		take_wait(f, strtoul(trimmed(&f->fields[field]), NULL, 10) * 60ull);
		buf_reset(&f->fields[field]);
		break;
	case FIELD_PERIOD:
	case FIELD_FREQUENCY:
		take_period(f);
		break;
	case FIELD_HOUR:
	case FIELD_DAY:
		take_skip(f, field);
		break;
	default:
		break;
	}
}
