/*
 * markup.c - see markup.h.
 *
 * Text is cut into runs between tags and line ends; each run is made harmless (text_clean), reduced
 * to the client's character set and laid out.  Without a width runs go straight out.  With one, the
 * word being read waits in `word` until its end is known; `col` counts what is already on the line,
 * `spaces` the blanks between that and the word, which a line break swallows.  What can be clicked is
 * treated like a style, except that it cannot reach over the end of a line: there it is closed, and
 * opened again on the next one.
 */
#include "gateway/markup.h"

#include <string.h>
#include <utf8proc.h>
#include "gateway/mxp.h"
#include "gateway/style.h"
#include "gateway/telnet.h"
#include "rt/text.h"

struct pen {
	struct buf *out;
	struct markup_kind kind;
	struct style want, now; /* as the text says, as the client was told */
	/* The command of a click, n 0: none; also as far as `out`, without `word`, was told. */
	struct span want_link, now_link, out_link;
	struct style stack[MARKUP_DEPTH];
	struct span links[MARKUP_DEPTH];
	unsigned depth;
	struct buf word;
	size_t word_columns, col, spaces;
};

static bool is_printable(char c)
{
	return c >= 0x20 && c < 0x7f;
}

static bool is_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_printable(s.p[i]))
			return false;
	return true;
}

static size_t run_of(struct span s, const char *stops)
{
	size_t i = 0;

	while (i < s.n && s.p[i] != stops[0] && s.p[i] != stops[1])
		i++;
	return i;
}

static void advance(struct span *s, size_t n)
{
	s->p += n;
	s->n -= n;
}

static void open_link(struct pen *p, struct buf *to, struct span command)
{
	if (command.n > 0)
		mxp_link(to, command, (enum charset)p->kind.charset);
}

static void close_link(struct buf *to, struct span command)
{
	if (command.n > 0)
		mxp_link_end(to);
}

/* Before something is shown: the style and the link that it is to have. */
static void sync_style(struct pen *p, struct buf *to)
{
	bool relink = p->now_link.p != p->want_link.p;

	if (relink)
		close_link(to, p->now_link);
	if (!style_same(&p->want, &p->now))
		style_sgr(to, &p->want, (enum markup_colour)p->kind.colour);
	if (relink)
		open_link(p, to, p->want_link);
	p->now = p->want;
	p->now_link = p->want_link;
	if (to == p->out)
		p->out_link = p->now_link;
}

/* Reduced text as the client's bytes. */
static void add_bytes(struct pen *p, struct buf *to, struct span s)
{
	struct buf escaped = { 0 }, bytes = { 0 };

	if (p->kind.mxp && !mxp_is_plain(s)) {
		mxp_escape(&escaped, s);
		s = buf_span(&escaped);
	}
	if (p->kind.charset == CHARSET_UTF8) {
		buf_add(to, s.p, s.n);
	} else {
		charset_pack(&bytes, s, (enum charset)p->kind.charset);
		telnet_data(to, buf_span(&bytes));
	}
	buf_done(&escaped);
	buf_done(&bytes);
}

static void new_line(struct pen *p)
{
	buf_add(p->out, "\r\n", 2);
	p->col = 0;
	p->spaces = 0;
}

/* A line break between two words. */
static void wrap(struct pen *p)
{
	close_link(p->out, p->out_link);
	new_line(p);
	open_link(p, p->out, p->out_link);
}

static void end_word(struct pen *p)
{
	size_t width = p->kind.width;

	if (p->word_columns == 0)
		return;
	if (p->col + p->spaces + p->word_columns > width) {
		if (p->col > 0)
			wrap(p);
		p->spaces = 0;
	}
	for (size_t i = 0; i < p->spaces; i++)
		buf_addc(p->out, ' ');
	buf_add(p->out, buf_p(&p->word), p->word.n);
	p->col += p->spaces + p->word_columns;
	p->spaces = 0;
	p->word_columns = 0;
	p->out_link = p->now_link;
	buf_reset(&p->word);
}

/* Bytes of the first grapheme. */
static size_t grapheme(struct span s)
{
	utf8proc_int32_t before = -1, c, state = 0;
	size_t i = 0;

	while (i < s.n) {
		utf8proc_ssize_t n =
			utf8proc_iterate((const uint8_t *)s.p + i, (utf8proc_ssize_t)(s.n - i), &c);

		if (n <= 0)
			return i > 0 ? i : 1;
		if (before >= 0 && utf8proc_grapheme_break_stateful(before, c, &state))
			break;
		before = c;
		i += (size_t)n;
	}
	return i;
}

/* A piece of a word: without blanks. One wider than the line is cut where it is full. */
static void add_to_word(struct pen *p, struct span s)
{
	size_t left = text_columns(s); /* counted once: strangers choose the length of words */

	while (s.n > 0) {
		size_t n = s.n, columns = left;

		if (p->word_columns + columns > p->kind.width) {
			n = grapheme(s);
			columns = text_columns((struct span){ s.p, n });
			if (p->word_columns + columns > p->kind.width)
				end_word(p);
		}
		sync_style(p, &p->word);
		add_bytes(p, &p->word, (struct span){ s.p, n });
		p->word_columns += columns;
		left -= columns < left ? columns : left;
		advance(&s, n);
	}
}

static void lay_out(struct pen *p, struct span s)
{
	if (p->kind.width == 0) {
		sync_style(p, p->out);
		add_bytes(p, p->out, s);
		return;
	}
	while (s.n > 0) {
		size_t n = run_of(s, "  ");

		if (n > 0) {
			add_to_word(p, (struct span){ s.p, n });
			advance(&s, n);
			continue;
		}
		end_word(p);
		sync_style(p, p->out);
		while (s.n > 0 && s.p[0] == ' ') {
			p->spaces++;
			advance(&s, 1);
		}
	}
}

static void add_run(struct pen *p, struct span s)
{
	struct buf clean = { 0 }, reduced = { 0 };

	if (is_ascii(s)) {
		if (s.n > 0)
			lay_out(p, s);
		return;
	}
	text_clean(&clean, s);
	charset_reduce(&reduced, buf_span(&clean), (enum charset)p->kind.charset);
	if (reduced.n > 0)
		lay_out(p, buf_span(&reduced));
	buf_done(&clean);
	buf_done(&reduced);
}

/* `do COMMAND`; one within another counts for nothing. */
static bool take_deed(struct pen *p, struct span tag)
{
	struct span command;

	if (tag.n < 3 || memcmp(tag.p, "do ", 3) != 0)
		return false;
	command = text_trim((struct span){ tag.p + 3, tag.n - 3 });
	if (p->kind.mxp && p->want_link.n == 0 && text_is_utf8(command) && mxp_can_send(command))
		p->want_link = command;
	return true;
}

static void take_tag(struct pen *p, struct span tag)
{
	if (tag.n == 1 && tag.p[0] == '/') {
		if (p->depth > 0 && --p->depth < MARKUP_DEPTH) {
			p->want = p->stack[p->depth];
			p->want_link = p->links[p->depth];
		}
		return;
	}
	if (p->depth < MARKUP_DEPTH) {
		p->stack[p->depth] = p->want;
		p->links[p->depth] = p->want_link;
		if (!take_deed(p, tag) && p->kind.colour != COLOUR_NONE &&
		    !style_apply(&p->want, tag))
			p->want = p->stack[p->depth]; /* unknown: nothing to see */
	}
	p->depth++;
}

/* s begins with `{`; the bytes used up. */
static size_t take_brace(struct pen *p, struct span s)
{
	size_t look = s.n - 1 < MARKUP_TAG_MAX + 1 ? s.n - 1 : MARKUP_TAG_MAX + 1;
	const char *end = memchr(s.p + 1, '}', look);

	if (s.n > 1 && s.p[1] == '{') {
		add_run(p, (struct span){ s.p, 1 });
		return 2;
	}
	if (!end) {
		add_run(p, (struct span){ s.p, 1 });
		return 1;
	}
	take_tag(p, (struct span){ s.p + 1, (size_t)(end - s.p) - 1 });
	return (size_t)(end - s.p) + 1;
}

static bool is_plain(struct span s, bool mxp)
{
	for (size_t i = 0; i < s.n; i++)
		if ((!is_printable(s.p[i]) && s.p[i] != '\n') || s.p[i] == '{')
			return false;
	return !mxp || mxp_is_plain(s);
}

/* Text without tags, Unicode or long lines: nearly all of it. */
static void add_plain(struct buf *out, struct span s)
{
	while (s.n > 0) {
		const char *lf = memchr(s.p, '\n', s.n);
		size_t n = lf ? (size_t)(lf - s.p) : s.n;

		buf_add(out, s.p, n);
		if (!lf)
			return;
		buf_add(out, "\r\n", 2);
		advance(&s, n + 1);
	}
}

/* The end of a line of the text: styles and links end on their own line. */
static void end_line(struct pen *p)
{
	struct span link = p->want_link;

	end_word(p);
	p->want_link = (struct span){ 0 };
	sync_style(p, p->out);
	new_line(p);
	p->want_link = link;
}

static void end_text(struct pen *p)
{
	end_word(p);
	p->want = (struct style){ 0 };
	p->want_link = (struct span){ 0 };
	sync_style(p, p->out);
	buf_done(&p->word);
}

void markup_render(struct buf *out, struct span text, struct markup_kind kind)
{
	struct pen p = { .out = out, .kind = kind };

	if (kind.width > 0 && markup_longest(text) <= kind.width)
		p.kind.width = 0;
	if (p.kind.width == 0 && is_plain(text, kind.mxp)) {
		add_plain(out, text);
		return;
	}
	while (text.n > 0) {
		size_t n = run_of(text, "{\n");

		if (n > 0) {
			add_run(&p, (struct span){ text.p, n });
		} else if (text.p[0] == '\n') {
			end_line(&p);
			n = 1;
		} else {
			n = take_brace(&p, text);
		}
		advance(&text, n);
	}
	end_text(&p);
}

bool markup_same(struct markup_kind a, struct markup_kind b)
{
	return a.colour == b.colour && a.charset == b.charset && a.width == b.width &&
	       a.mxp == b.mxp;
}

size_t markup_longest(struct span text)
{
	size_t longest = 0;

	while (text.n > 0) {
		const char *lf = memchr(text.p, '\n', text.n);
		size_t n = lf ? (size_t)(lf - text.p) : text.n;

		if (n > longest)
			longest = n;
		advance(&text, lf ? n + 1 : n);
	}
	return longest;
}
