/*
 * caps.c - see caps.h.
 *
 * SASL is asked for by itself: a server refuses a request as a whole, and we may do without the others.
 */
#include "bridges/irc/caps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rt/text.h"

static const char *const names[CAPS] = {
	[CAP_SASL] = "sasl",
	[CAP_MESSAGE_TAGS] = "message-tags",
	[CAP_SERVER_TIME] = "server-time",
	[CAP_BATCH] = "batch",
	[CAP_LABELED_RESPONSE] = "labeled-response",
	[CAP_ECHO_MESSAGE] = "echo-message",
	[CAP_ACCOUNT_TAG] = "account-tag",
	[CAP_ACCOUNT_NOTIFY] = "account-notify",
	[CAP_EXTENDED_JOIN] = "extended-join",
	[CAP_MULTI_PREFIX] = "multi-prefix",
	[CAP_CHGHOST] = "chghost",
	[CAP_SETNAME] = "setname",
	[CAP_CAP_NOTIFY] = "cap-notify",
	[CAP_STANDARD_REPLIES] = "standard-replies",
	[CAP_INVITE_NOTIFY] = "invite-notify",
};

static enum cap find(struct span name)
{
	for (size_t i = 0; i < CAPS; i++)
		if (strlen(names[i]) == name.n && memcmp(names[i], name.p, name.n) == 0)
			return (enum cap)i;
	return CAPS;
}

/* Words of a list; a name is without "-" and "=value". */
static unsigned bits_of(struct caps *c, struct span list, bool with_values, unsigned *ret_off)
{
	unsigned bits = 0;

	for (struct span word = text_word(&list); word.n; word = text_word(&list)) {
		const bool off = word.p[0] == '-';
		const char *equals = memchr(word.p, '=', word.n);
		const size_t n = equals ? (size_t)(equals - word.p) : word.n;
		const enum cap cap = find((struct span){ word.p + off, n - off });

		if (cap == CAPS)
			continue;
		if (cap == CAP_SASL && with_values)
			snprintf(c->mechanisms, sizeof(c->mechanisms), "%.*s",
				 equals ? (int)(word.n - n - 1) : 0, equals ? equals + 1 : "");
		if (off)
			*ret_off |= CAP(cap);
		else
			bits |= CAP(cap);
	}
	return bits;
}

static enum caps_news take_ls(struct caps *c, const struct irc_line *l)
{
	const struct span star = irc_param(l, 2);
	unsigned off = 0;

	if (++c->lists > CAPS_LISTS)
		return CAPS_FLOOD;
	c->offered |= bits_of(c, irc_last(l), true, &off);
	return l->n_params > 3 && star.n == 1 && star.p[0] == '*' ? CAPS_NOTHING : CAPS_LISTED;
}

static enum caps_news take_ack(struct caps *c, const struct irc_line *l)
{
	unsigned off = 0;
	const unsigned bits = bits_of(c, irc_last(l), false, &off);

	c->on = (c->on | bits) & ~off;
	c->asked &= ~(bits | off);
	return CAPS_AGREED;
}

static enum caps_news take_nak(struct caps *c, const struct irc_line *l)
{
	unsigned off = 0;

	c->asked &= ~bits_of(c, irc_last(l), false, &off);
	return CAPS_AGREED;
}

static enum caps_news take_new(struct caps *c, const struct irc_line *l)
{
	unsigned off = 0;

	c->offered |= bits_of(c, irc_last(l), true, &off);
	return CAPS_MORE;
}

static enum caps_news take_del(struct caps *c, const struct irc_line *l)
{
	unsigned off = 0;
	const unsigned bits = bits_of(c, irc_last(l), false, &off);

	c->offered &= ~bits;
	c->on &= ~bits;
	return CAPS_NOTHING;
}

struct sub {
	const char *name;
	enum caps_news (*take)(struct caps *c, const struct irc_line *l);
};

static const struct sub subs[] = {
	{ "LS", take_ls },   { "ACK", take_ack }, { "NAK", take_nak },
	{ "NEW", take_new }, { "DEL", take_del },
};

enum caps_news caps_take(struct caps *c, const struct irc_line *l)
{
	const struct span sub = irc_param(l, 1);

	for (size_t i = 0; i < ARRAY_LEN(subs) && l->n_params > 2; i++)
		if (strlen(subs[i].name) == sub.n && strncasecmp(subs[i].name, sub.p, sub.n) == 0)
			return subs[i].take(c, l);
	return CAPS_NOTHING;
}

static void request(struct caps *c, unsigned bits, struct buf *out)
{
	const char *between = "CAP REQ :";

	for (size_t i = 0; i < CAPS; i++) {
		if (!(bits & CAP(i)))
			continue;
		buf_adds(out, between);
		buf_adds(out, names[i]);
		between = " ";
	}
	if (bits)
		buf_adds(out, "\r\n");
	c->asked |= bits;
}

bool caps_request(struct caps *c, unsigned want, struct buf *out)
{
	unsigned bits = c->offered & want & ~(c->on | c->asked);

	/* An echo that is not told from what others say would be taken for it; labels come in batches. */
	if (!((bits | c->on) & CAP(CAP_BATCH)))
		bits &= ~CAP(CAP_LABELED_RESPONSE);
	request(c, bits & CAP(CAP_SASL), out);
	request(c, bits & ~CAP(CAP_SASL), out);
	return bits != 0;
}

bool caps_has_mechanism(const struct caps *c, const char *name)
{
	const size_t n = strlen(name);

	if (!c->mechanisms[0])
		return true;
	for (const char *p = c->mechanisms; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
		if (strcspn(p, ",") == n && strncasecmp(p, name, n) == 0)
			return true;
	return false;
}
