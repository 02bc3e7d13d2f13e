/*
 * relay_field.c - what a field of a stranger's record may be, and what is made of it.
 *
 * A bridge cleans what it passes on; this does not rely on it.  What is wrong is refused, what is merely
 * odd becomes harmless.
 */
#include "world/relay/relay_inner.h"

#include <string.h>

#include "rt/outname.h"
#include "rt/text.h"

enum { DEL = 0x7f, C1_LEAD = 0xc2, C1_END = 0xa0 };

struct span relay_bytes(ProtobufCBinaryData d)
{
	return (struct span){ d.data ? (const char *)d.data : "", d.len };
}

struct span relay_span(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static bool is_text(struct span s, size_t max, bool lines)
{
	if (!s.n || s.n > max || !text_is_utf8(s))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if ((c < ' ' && !(lines && c == '\n')) || c == DEL)
			return false;
		if (c == C1_LEAD && (unsigned char)s.p[i + 1] < C1_END)
			return false;
	}
	return true;
}

bool relay_is_plain(struct span s, size_t max)
{
	return is_text(s, max, false);
}

bool relay_is_lines(struct span s, size_t max)
{
	return is_text(s, max, true);
}

bool relay_is_key_of(const struct relay_bridge *b, struct span key)
{
	const size_t n = strlen(b->name);

	return relay_is_plain(key, RELAY_KEY_BYTES) && key.n > n + 1 &&
	       !memcmp(key.p, b->name, n) && key.p[n] == '/';
}

/* Splits off what reaches to the next line end. */
static struct span next_line(struct span *rest)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	const struct span line = { rest->p, end ? (size_t)(end - rest->p) : rest->n };
	const size_t skip = line.n + (end != NULL);

	*rest = (struct span){ rest->p + skip, rest->n - skip };
	return line;
}

struct span relay_clean(struct world *w, struct span text)
{
	struct buf out = { 0 };
	struct span clean;

	while (text.n) {
		text_clean(&out, next_line(&text));
		if (text.n)
			buf_addc(&out, '\n');
	}
	clean = text_trim(buf_span(&out));
	clean.p = arena_dup(&w->scratch, clean.p, clean.n);
	buf_done(&out);
	return clean;
}

/* Nothing in it looks like what the game adds to names. */
static struct span nick_of(struct world *w, struct span name, bool spaced)
{
	struct buf out = { 0 };
	struct span nick = SPAN("somebody");

	outname_add(&out, relay_clean(w, name), spaced);
	if (out.n)
		nick = (struct span){ arena_dup(&w->scratch, buf_p(&out), out.n), out.n };
	buf_done(&out);
	return nick;
}

struct span relay_linked_name(struct world *w, const struct relay_bridge *b, const char *character)
{
	return relay_span(arena_printf(&w->scratch, "%s (%s)", character, b->name));
}

struct span relay_author(struct world *w, const struct relay_bridge *b, struct span name)
{
	const struct span nick = nick_of(w, name, true);

	return relay_span(arena_printf(&w->scratch, "%.*s@%s", (int)nick.n, nick.p, b->name));
}

/* What a bridge may call a place of its own: not like another bridge. */
static bool is_place(const struct world *w, struct span place)
{
	static const char *const kinds[] = { "irc", "discord", "rss" };

	if (!relay_is_name(place) || memchr(place.p, '_', place.n))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (text_eq_fold(place, relay_span(kinds[i])))
			return false;
	for (size_t i = 0; i < relay_count(w); i++)
		if (text_eq_fold(place, relay_span(relay_name(w, i))))
			return false;
	return true;
}

struct span relay_outside_name(struct world *w, const struct relay_bridge *b, struct span place,
			       struct span name)
{
	const struct span nick = nick_of(w, name, false);
	const struct span at = is_place(w, place) ? place : relay_span(b->name);

	return relay_span(
		arena_printf(&w->scratch, "%.*s@%.*s", (int)nick.n, nick.p, (int)at.n, at.p));
}
