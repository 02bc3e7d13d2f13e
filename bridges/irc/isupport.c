/*
 * isupport.c - see isupport.h.
 */
#include "bridges/irc/isupport.h"

#include <stdio.h>
#include <string.h>

void isupport_init(struct isupport *s)
{
	*s = (struct isupport){ .casemap = CASEMAP_RFC1459,
				.chantypes = "#&",
				.prefix_modes = "ov",
				.prefix_signs = "@+",
				.chanmodes = { "beI", "k", "l", "imnpst" } };
}

static void copy(char *dst, size_t cap, struct span v)
{
	snprintf(dst, cap, "%.*s", (int)(v.n < cap ? v.n : cap - 1), v.p);
}

static unsigned number(struct span v)
{
	unsigned n = 0;

	for (size_t i = 0; i < v.n && v.p[i] >= '0' && v.p[i] <= '9' && n < 100000; i++)
		n = n * 10 + (unsigned)(v.p[i] - '0');
	return n;
}

static void take_casemap(struct isupport *s, struct span v)
{
	casemap_named(v, &s->casemap);
}

static void take_chantypes(struct isupport *s, struct span v)
{
	copy(s->chantypes, sizeof(s->chantypes), v);
}

/* (ov)@+ */
static void take_prefix(struct isupport *s, struct span v)
{
	const char *end = v.n ? memchr(v.p, ')', v.n) : NULL;
	size_t modes, signs;

	if (v.n == 0)
		s->prefix_modes[0] = s->prefix_signs[0] = '\0';
	if (!end || v.p[0] != '(')
		return;
	modes = (size_t)(end - v.p) - 1;
	signs = v.n - modes - 2;
	if (modes != signs || modes >= sizeof(s->prefix_modes))
		return;
	copy(s->prefix_modes, sizeof(s->prefix_modes), (struct span){ v.p + 1, modes });
	copy(s->prefix_signs, sizeof(s->prefix_signs), (struct span){ end + 1, signs });
}

static void take_chanmodes(struct isupport *s, struct span v)
{
	for (size_t i = 0; i < ARRAY_LEN(s->chanmodes); i++) {
		const char *end = v.n ? memchr(v.p, ',', v.n) : NULL;
		const size_t n = end ? (size_t)(end - v.p) : v.n;

		copy(s->chanmodes[i], sizeof(s->chanmodes[i]), (struct span){ v.p, n });
		v = end ? (struct span){ end + 1, v.n - n - 1 } : SPAN("");
	}
}

static void take_nicklen(struct isupport *s, struct span v)
{
	s->nicklen = number(v);
}

static void take_linelen(struct isupport *s, struct span v)
{
	s->linelen = number(v);
}

/* NAMES:1,JOIN:4,KICK: */
static void take_targmax(struct isupport *s, struct span v)
{
	const char *at = memmem(v.p, v.n, "JOIN:", 5);

	s->join_targets = at ? number((struct span){ at + 5, v.n - (size_t)(at + 5 - v.p) }) : 0;
}

static void take_network(struct isupport *s, struct span v)
{
	copy(s->network, sizeof(s->network), v);
}

static void take_bot(struct isupport *s, struct span v)
{
	s->bot = v.n == 1 && ((v.p[0] | 32) >= 'a' && (v.p[0] | 32) <= 'z') ? v.p[0] : '\0';
}

static void take_utf8only(struct isupport *s, UNUSED struct span v)
{
	s->utf8only = true;
}

static void take_whox(struct isupport *s, UNUSED struct span v)
{
	s->whox = true;
}

struct token {
	const char *name;
	void (*take)(struct isupport *s, struct span v);
};

static const struct token tokens[] = {
	{ "CASEMAPPING", take_casemap },
	{ "CHANTYPES", take_chantypes },
	{ "PREFIX", take_prefix },
	{ "CHANMODES", take_chanmodes },
	{ "NICKLEN", take_nicklen },
	{ "LINELEN", take_linelen },
	{ "TARGMAX", take_targmax },
	{ "NETWORK", take_network },
	{ "BOT", take_bot },
	{ "UTF8ONLY", take_utf8only },
	{ "WHOX", take_whox },
};

static void take_token(struct isupport *s, struct span word)
{
	const char *equals = word.n ? memchr(word.p, '=', word.n) : NULL;
	const size_t n = equals ? (size_t)(equals - word.p) : word.n;
	const struct span v = { word.p + n + (equals ? 1 : 0), word.n - n - (equals ? 1 : 0) };

	for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
		if (strlen(tokens[i].name) == n && memcmp(tokens[i].name, word.p, n) == 0)
			tokens[i].take(s, v);
}

void isupport_take(struct isupport *s, const struct irc_line *line)
{
	/* The first is our nick, the last a sentence; "-NAME" takes back, which none of ours has ever been. */
	for (size_t i = 1; i + 1 < line->n_params; i++)
		take_token(s, line->params[i]);
}

bool isupport_is_channel(const struct isupport *s, struct span name)
{
	return name.n > 1 && name.p[0] && strchr(s->chantypes, name.p[0]);
}

unsigned isupport_rank(const struct isupport *s, char sign)
{
	const char *at = sign ? strchr(s->prefix_signs, sign) : NULL;

	if (at)
		return (unsigned)(at - s->prefix_signs) + 1;
	at = sign ? strchr(s->prefix_modes, sign) : NULL;
	return at ? (unsigned)(at - s->prefix_modes) + 1 : 0;
}

bool isupport_has_param(const struct isupport *s, char mode, bool is_set)
{
	if (!mode)
		return false;
	return strchr(s->prefix_modes, mode) || strchr(s->chanmodes[0], mode) ||
	       strchr(s->chanmodes[1], mode) || (is_set && strchr(s->chanmodes[2], mode));
}
