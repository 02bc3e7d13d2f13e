/*
 * markup.c - see markup.h.
 *
 * Signs come in pairs.  Where the second of a pair is not found it is not looked for again in the same text, so that the work
 * is bounded by its length and by how deep pairs stand in one another (DEPTH).
 */
#include "bridges/discord/markup.h"

#include <string.h>

#include "rt/text.h"

enum { DEPTH = 6, LANGUAGE = 20, HEADING = 3 };

#define ESCAPABLE "\\*_~`|[]<>#:-+.@"
#define SPOILER "[spoiler]"

struct pair_row {
	const char *sign;
	bool word; /* only around whole words: snake_case has none */
};

/* Longer ones first. */
static const struct pair_row pairs[] = {
	{ "**", false }, { "__", false }, { "~~", false }, { "*", false }, { "_", true },
};

struct stripping {
	struct buf *out;
	struct span s; /* the whole */
	size_t at;
	unsigned depth;
	bool alone[ARRAY_LEN(pairs)]; /* there is no second one any more */
};

static void strip(struct buf *out, struct span s, unsigned depth, bool begins);

static bool is_at(struct span s, size_t at, const char *sign)
{
	const size_t n = strlen(sign);

	return s.n - at >= n && !memcmp(s.p + at, sign, n);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

static bool is_letter(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

/* ---- what is passed over whole ---- */

/* How long what stands here is, if signs in it are none: an escape, a mark, an address. 0: it is none of these. */
static size_t solid(struct span s, size_t at)
{
	const struct span rest = { s.p + at, s.n - at };
	size_t n = 0;

	if (rest.n > 1 && *rest.p == '\\' && strchr(ESCAPABLE, rest.p[1]))
		return 2;
	if (*rest.p == 'h' &&
	    (text_prefix_fold(rest, SPAN("http://")) || text_prefix_fold(rest, SPAN("https://")))) {
		while (n < rest.n && !is_space(rest.p[n]) && !strchr("<>*|~`", rest.p[n]))
			n++;
		return n;
	}
	if (rest.n > 2 && *rest.p == '<' && strchr("@#:a/ti", rest.p[1])) {
		while (n < rest.n && n < 100 && !is_space(rest.p[n]) && rest.p[n] != '>')
			n++;
		return n < rest.n && rest.p[n] == '>' ? n + 1 : 0;
	}
	return 0;
}

static void add_code(struct buf *out, struct span code)
{
	for (size_t i = 0; i < code.n; i++) {
		if (code.p[i] && strchr(ESCAPABLE, code.p[i]))
			buf_addc(out, '\\');
		buf_addc(out, code.p[i]);
	}
}

/* Where the same sign stands again, from `from` on; s.n: nowhere. */
static size_t find_text(struct span s, size_t from, const char *sign)
{
	const char *p = memmem(s.p + from, s.n - from, sign, strlen(sign));

	return p ? (size_t)(p - s.p) : s.n;
}

/* "```c\n...\n```": the name of a language and the ends of the lines at both fences are no text. */
static struct span inside_fence(struct span s)
{
	size_t n = 0;

	while (n < s.n && n < LANGUAGE && (is_letter(s.p[n]) || strchr("+-#.", s.p[n])))
		n++;
	if (n < s.n && s.p[n] == '\n')
		s = (struct span){ s.p + n + 1, s.n - n - 1 };
	while (s.n && s.p[s.n - 1] == '\n')
		s.n--;
	return s;
}

struct code {
	struct span inside;
	size_t n; /* with its signs; 0: there is none */
	bool fence;
};

static struct code code_at(struct span s, size_t at)
{
	static const char *const signs[] = { "```", "``", "`" };

	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		const size_t n = strlen(signs[i]);
		size_t end;

		if (!is_at(s, at, signs[i]))
			continue;
		end = find_text(s, at + n, signs[i]);
		if (end > at + n && end < s.n)
			return (struct code){ { s.p + at + n, end - at - n },
					      end + n - at,
					      i == 0 };
	}
	return (struct code){ .n = 0 };
}

/* `look` keeps its signs: they are read as quotes. */
static bool take_code(struct stripping *g)
{
	const struct code c = code_at(g->s, g->at);

	if (!c.n)
		return false;
	if (c.fence) {
		add_code(g->out, inside_fence(c.inside));
	} else {
		buf_addc(g->out, '`');
		add_code(g->out, c.inside);
		buf_addc(g->out, '`');
	}
	g->at += c.n;
	return true;
}

/* ---- spoilers, before anything else: pairs may cross them ---- */

static size_t spoiler_at(struct span s, size_t at)
{
	size_t end;

	if (!is_at(s, at, "||"))
		return 0;
	end = find_text(s, at + 2, "||");
	return end > at + 2 && end < s.n ? end + 2 - at : 0;
}

static void hide_spoilers(struct buf *out, struct span s)
{
	size_t at = 0;

	while (at < s.n) {
		const size_t hidden = spoiler_at(s, at);
		size_t n = hidden ? hidden : solid(s, at);

		if (!n)
			n = code_at(s, at).n;
		if (!n)
			n = 1;
		if (hidden)
			buf_adds(out, SPOILER);
		else
			buf_add(out, s.p + at, n);
		at += n;
	}
}

/* ---- pairs ---- */

static bool may_open(const struct stripping *g, const struct pair_row *row)
{
	const size_t next = g->at + strlen(row->sign);

	if (next >= g->s.n || is_space(g->s.p[next]) ||
	    (!row->sign[1] && g->s.p[next] == *row->sign))
		return false;
	return !row->word || g->at == 0 || !is_letter(g->s.p[g->at - 1]);
}

static bool may_close(const struct stripping *g, const struct pair_row *row, size_t at)
{
	const size_t next = at + strlen(row->sign);

	if (!is_at(g->s, at, row->sign) || is_space(g->s.p[at - 1]))
		return false;
	return !row->word || next >= g->s.n || !is_letter(g->s.p[next]);
}

/* What is passed over in looking for the second sign. 0: here it is. */
static size_t before_close(const struct stripping *g, const struct pair_row *row, size_t at)
{
	const size_t n = solid(g->s, at);

	if (n)
		return n;
	/* "*a **b***": two are another sign. */
	if (!row->sign[1] && g->s.p[at] == *row->sign && at + 1 < g->s.n &&
	    g->s.p[at + 1] == *row->sign)
		return 2;
	if (!may_close(g, row, at))
		return 1;
	/* "**a *b***": of three the last two. */
	return row->sign[1] && at + 2 < g->s.n && g->s.p[at + 2] == *row->sign;
}

/* Where the second one stands, with something between; s.n: nowhere. */
static size_t find_close(const struct stripping *g, const struct pair_row *row)
{
	size_t at = g->at + strlen(row->sign) + 1, n;

	while (at < g->s.n && (n = before_close(g, row, at)) > 0)
		at += n;
	return at < g->s.n ? at : g->s.n;
}

static bool take_pair(struct stripping *g, size_t i)
{
	const struct pair_row *row = &pairs[i];
	const size_t n = strlen(row->sign);
	size_t end;

	if (g->alone[i] || g->depth >= DEPTH || !is_at(g->s, g->at, row->sign) || !may_open(g, row))
		return false;
	end = find_close(g, row);
	if (end == g->s.n) {
		g->alone[i] = true;
		return false;
	}
	strip(g->out, (struct span){ g->s.p + g->at + n, end - g->at - n }, g->depth + 1, false);
	g->at = end + n;
	return true;
}

/* ---- lines ---- */

/* "## " in front of a heading, "-# " in front of what is small. */
static void skip_heading(struct stripping *g)
{
	size_t n = 0;

	if (is_at(g->s, g->at, "-# ")) {
		g->at += 3;
		return;
	}
	while (n < HEADING && g->at + n < g->s.n && g->s.p[g->at + n] == '#')
		n++;
	if (n && g->at + n < g->s.n && g->s.p[g->at + n] == ' ')
		g->at += n + 1;
}

static bool take_any(struct stripping *g)
{
	size_t n = solid(g->s, g->at);

	if (n) {
		buf_add(g->out, g->s.p + g->at, n);
		g->at += n;
		return true;
	}
	if (take_code(g))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (take_pair(g, i))
			return true;
	return false;
}

static void strip(struct buf *out, struct span s, unsigned depth, bool begins)
{
	struct stripping g = { .out = out, .s = s, .depth = depth };

	while (g.at < s.n) {
		if (begins)
			skip_heading(&g);
		begins = false;
		if (g.at == s.n || take_any(&g))
			continue;
		begins = s.p[g.at] == '\n';
		buf_addc(out, s.p[g.at++]);
	}
}

void markup_strip(struct buf *out, struct span s)
{
	CLEANUP(buf_done) struct buf shown = { 0 };

	hide_spoilers(&shown, s);
	strip(out, buf_span(&shown), 0, true);
}

bool markup_is_emote(struct span s)
{
	return s.n >= 3 && s.p[0] == '_' && s.p[s.n - 1] == '_' && !memchr(s.p + 1, '_', s.n - 2) &&
	       !memchr(s.p, '\n', s.n);
}
