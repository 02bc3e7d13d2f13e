/*
 * escape.c - see escape.h.
 *
 * A backslash makes a character of Markdown an ordinary one.  Inside an address it would be part of it, so addresses
 * stay as they are but for "@".  Mentions are broken by a zero-width space as well: allowed_mentions already keeps them from
 * calling anybody, but other programs read what is said there.
 */
#include "bridges/discord/escape.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "bridges/clean.h"
#include "rt/text.h"

#define GAP "\xe2\x80\x8b" /* zero-width space */

enum { NAME_BYTES = 4 * ESCAPE_NAME, FACES = 6 };

static bool begins(struct span s, const char *word)
{
	return text_prefix_fold(s, (struct span){ word, strlen(word) });
}

static struct span behind(struct span s, size_t n)
{
	return (struct span){ s.p + n, s.n - n };
}

static void add(struct buf *out, struct span s)
{
	buf_add(out, s.p, s.n);
}

/* ---- addresses ---- */

static size_t address_size(struct span s)
{
	size_t n = 0;

	if (!begins(s, "http://") && !begins(s, "https://"))
		return 0;
	while (n < s.n && (unsigned char)s.p[n] > ' ' && !strchr("<>\"`|\\*[]{}", s.p[n]))
		n++;
	return n;
}

/* "discord.gg/..." is drawn as an invitation, wherever it stands. */
static size_t invitation_size(struct span s)
{
	static const char *const where[] = { "discord.gg/", "discord.com/invite/",
					     "discordapp.com/invite/", "discord.me/" };

	for (size_t i = 0; i < ARRAY_LEN(where); i++)
		if (begins(s, where[i]))
			return strlen("discord");
	return 0;
}

static void add_address(struct buf *out, struct span s)
{
	while (s.n) {
		const size_t word = invitation_size(s);

		if (word) {
			buf_add(out, s.p, word);
			buf_adds(out, GAP);
			s = behind(s, word);
			continue;
		}
		if (*s.p == '@')
			buf_adds(out, "%40");
		else
			buf_addc(out, *s.p);
		s = behind(s, 1);
	}
}

/* ---- text ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* At the beginning of a line these make headings, lists and quotes; "1." is escaped behind its digits. */
static size_t add_line_start(struct buf *out, struct span s)
{
	size_t n = 0;

	if (s.n && strchr("#>-+", *s.p)) {
		buf_addc(out, '\\');
		buf_addc(out, *s.p);
		return 1;
	}
	while (n < s.n && is_digit(s.p[n]))
		n++;
	if (!n || n == s.n || s.p[n] != '.')
		return 0;
	buf_add(out, s.p, n);
	buf_adds(out, "\\.");
	return n + 1;
}

/* One character, or what belongs together; how many bytes of s that was. */
static size_t add_next(struct buf *out, struct span s)
{
	size_t n = address_size(s);

	if (n) {
		add_address(out, (struct span){ s.p, n });
		return n;
	}
	n = invitation_size(s);
	if (n) {
		buf_add(out, s.p, n);
		buf_adds(out, GAP);
		return n;
	}
	if (strchr("\\*_~`|[]<", *s.p))
		buf_addc(out, '\\');
	buf_addc(out, *s.p);
	if (*s.p == '@' || (*s.p == '<' && s.n > 1 && strchr("@#:/atis", s.p[1])))
		buf_adds(out, GAP);
	return 1;
}

void escape_text(struct buf *out, struct span s)
{
	bool fresh = true;

	while (s.n) {
		size_t n = 0;

		if (fresh && *s.p != ' ')
			n = add_line_start(out, s);
		fresh = *s.p == '\n' || (fresh && *s.p == ' ');
		if (!n)
			n = add_next(out, s);
		s = behind(s, n);
	}
}

size_t escape_units(struct span s)
{
	size_t units = 0;

	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if ((c & 0xc0) != 0x80)
			units += c >= 0xf0 ? 2 : 1;
	}
	return units;
}

struct span escape_piece(struct span *rest, size_t units)
{
	size_t max = units;

	for (;;) {
		CLEANUP(buf_done) struct buf escaped = { 0 };
		struct span left = *rest;
		const struct span piece = clean_piece(&left, max);

		escape_text(&escaped, piece);
		if (escape_units(buf_span(&escaped)) <= units || max <= ESCAPE_GROWTH) {
			*rest = left;
			return piece;
		}
		max = max * 3 / 4;
	}
}

/* ---- names ---- */

struct stand_in {
	const char *word, *other;
};

/* Discord refuses names that have these in them. */
static const struct stand_in stand_ins[] = {
	{ "discord", "dis-cord" },
	{ "clyde", "cl-yde" },
	{ "@", "\xef\xbc\xa0" },
	{ "#", "\xef\xbc\x83" },
	{ ":", "\xef\xbc\x9a" },
	{ "```", "'''" },
	{ "system message", "system-message" },
};

static size_t add_name_part(struct buf *out, struct span s)
{
	for (size_t i = 0; i < ARRAY_LEN(stand_ins); i++) {
		const struct stand_in *k = &stand_ins[i];

		if (!begins(s, k->word))
			continue;
		/* The case of its first letter. */
		if (*s.p >= 'A' && *s.p <= 'Z') {
			buf_addc(out, *s.p);
			buf_adds(out, k->other + 1);
		} else {
			buf_adds(out, k->other);
		}
		return strlen(k->word);
	}
	buf_addc(out, *s.p);
	return 1;
}

void escape_name(struct buf *out, struct span name)
{
	CLEANUP(buf_done) struct buf whole = { 0 };
	struct span s = text_trim(name);
	size_t n = NAME_BYTES;

	while (s.n)
		s = behind(s, add_name_part(&whole, s));
	s = buf_span(&whole);
	do {
		s.n = text_cut(s, n);
		n = s.n ? s.n - 1 : 0;
	} while (escape_units(s) > ESCAPE_NAME);
	s = text_trim(s);
	if (text_eq_fold(s, SPAN("everyone")) || text_eq_fold(s, SPAN("here")))
		buf_addc(out, '-');
	if (s.n)
		add(out, s);
	else
		buf_adds(out, "somebody");
}

/* The same for the same name, on every machine and for ever. */
static uint32_t hash_name(struct span name)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < name.n; i++)
		h = (h ^ (unsigned char)name.p[i]) * 16777619u;
	return h ^ h >> 15;
}

static void add_percent(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
			buf_addc(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
}

void escape_avatar(struct buf *out, const char *pattern, struct span name)
{
	const uint32_t hash = hash_name(name);
	struct span s = { pattern, strlen(pattern) };

	if (!s.n) {
		buf_addf(out, "https://cdn.discordapp.com/embed/avatars/%u.png", hash % FACES);
		return;
	}
	while (s.n) {
		if (begins(s, "{name}")) {
			add_percent(out, name);
			s = behind(s, 6);
		} else if (begins(s, "{hash}")) {
			buf_addf(out, "%08x", hash);
			s = behind(s, 6);
		} else {
			buf_addc(out, *s.p);
			s = behind(s, 1);
		}
	}
}
