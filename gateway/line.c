/*
 * line.c - see line.h.  The raw bytes are kept until the line ends, because only then it is known
 * whether they are UTF-8.  Echo is the client's own bytes, in whole characters.
 */
#include "gateway/line.h"

#include "gateway/telnet.h"
#include "rt/text.h"

enum key {
	KEY_NUL = 0,
	KEY_BS = 8,
	KEY_TAB = 9,
	KEY_LF = 10,
	KEY_CR = 13,
	KEY_NAK = 21,
	KEY_ETB = 23,
	KEY_ESC = 27,
	KEY_DEL = 127
};

enum escape { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_SEQUENCE, ESCAPE_LAST = ESCAPE_SEQUENCE + 16 };

void line_done(struct line *l)
{
	buf_done(&l->raw);
}

static bool is_text(char c)
{
	return (uint8_t)c >= 0x80 || (c >= 0x20 && c != KEY_DEL) || c == KEY_TAB;
}

/* How many bytes a character takes that begins with this one. */
static size_t length_of(uint8_t first)
{
	return first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
}

static bool is_tail(char c)
{
	return ((uint8_t)c & 0xc0) == 0x80;
}

/* Where the last character begins. */
static size_t last_character(struct span s)
{
	size_t i = s.n - 1;

	while (i > 0 && s.n - i < 4 && is_tail(s.p[i]))
		i--;
	return i + length_of((uint8_t)s.p[i]) == s.n ? i : s.n - 1;
}

/* Bytes up to the end of the last whole character. */
static size_t whole(struct span s)
{
	size_t i = s.n;

	while (i > 0 && s.n - i < 3 && is_tail(s.p[i - 1]))
		i--;
	if (i > 0 && length_of((uint8_t)s.p[i - 1]) > s.n - i + 1)
		return i - 1;
	return s.n;
}

static size_t columns_of(struct span raw)
{
	struct buf clean = { 0 };
	size_t columns;

	text_clean(&clean, raw);
	columns = text_columns(buf_span(&clean));
	buf_done(&clean);
	return columns;
}

/* Shows bytes as the client sent them, without what a terminal obeys. */
static void echo_bytes(struct buf *echo, struct span typed)
{
	enum charset set = text_is_utf8(typed) ? CHARSET_UTF8 : CHARSET_LATIN1;
	struct buf text = { 0 }, clean = { 0 }, bytes = { 0 };

	charset_decode(&text, typed, set);
	text_clean(&clean, buf_span(&text));
	charset_encode(&bytes, buf_span(&clean), set);
	telnet_data(echo, buf_span(&bytes));
	buf_done(&text);
	buf_done(&clean);
	buf_done(&bytes);
}

/* Shows what was typed since the last time. */
static void echo_typed(struct line *l, struct buf *echo)
{
	struct span s = buf_span(&l->raw);
	size_t end = whole(s);

	if (end <= l->echoed)
		return;
	echo_bytes(echo, (struct span){ s.p + l->echoed, end - l->echoed });
	l->echoed = (uint16_t)end;
}

/* Forgets the bytes from `from` on. */
static void erase(struct line *l, size_t from, struct buf *echo)
{
	struct span gone = { buf_p(&l->raw) + from, l->raw.n - from };

	if (echo && l->echoed > from)
		for (size_t i = columns_of(gone); i > 0; i--)
			buf_add(echo, "\b \b", 3);
	if (l->echoed > from)
		l->echoed = (uint16_t)from;
	l->raw.n = from;
	l->full = false;
	if (from == 0)
		buf_clear(&l->raw);
}

void line_erase(struct line *l, struct buf *echo)
{
	size_t at;

	if (l->raw.n == 0)
		return;
	/* A mark goes with the letter it sits on. */
	for (at = last_character(buf_span(&l->raw)); at > 0;) {
		if (columns_of((struct span){ buf_p(&l->raw) + at, l->raw.n - at }) > 0)
			break;
		at = last_character((struct span){ buf_p(&l->raw), at });
	}
	erase(l, at, echo);
}

void line_discard(struct line *l, struct buf *echo)
{
	if (l->raw.n > 0)
		erase(l, 0, echo);
}

static void erase_word(struct line *l, struct buf *echo)
{
	const char *p = buf_p(&l->raw);
	size_t at = l->raw.n;

	while (at > 0 && p[at - 1] == ' ')
		at--;
	while (at > 0 && p[at - 1] != ' ')
		at--;
	if (l->raw.n > 0)
		erase(l, at, echo);
}

void line_show(struct line *l, struct buf *echo)
{
	l->echoed = 0;
	if (l->raw.n > 0)
		echo_typed(l, echo);
}

static void add_typed(struct line *l, struct span s)
{
	size_t room = LINE_BYTES - l->raw.n;

	if (s.n > room) {
		s.n = room;
		l->full = true;
	}
	buf_add(&l->raw, s.p, s.n);
}

/* Swallows ESC [ ... letter and ESC letter; true: the byte is used. */
static bool take_escape(struct line *l, char c)
{
	if (!is_text(c)) {
		l->escape = c == KEY_ESC ? ESCAPE_BEGUN : ESCAPE_NONE;
		return c == KEY_ESC;
	}
	if (l->escape == ESCAPE_NONE)
		return false;
	if (l->escape == ESCAPE_BEGUN)
		l->escape = c == '[' || c == 'O' ? ESCAPE_SEQUENCE : ESCAPE_NONE;
	else if (l->escape == ESCAPE_LAST || (c >= '@' && c <= '~'))
		l->escape = ESCAPE_NONE;
	else
		l->escape++;
	return true;
}

/* A byte that is no text; true: it ends the line. */
static bool take_key(struct line *l, char c, struct buf *echo)
{
	bool second = l->after_cr && (c == KEY_LF || c == KEY_NUL);

	l->after_cr = c == KEY_CR;
	switch (c) {
	case KEY_CR:
	case KEY_LF:
		return !second;
	case KEY_BS:
	case KEY_DEL:
		line_erase(l, echo);
		return false;
	case KEY_NAK:
		line_discard(l, echo);
		return false;
	case KEY_ETB:
		erase_word(l, echo);
		return false;
	default:
		return false;
	}
}

static size_t text_run(struct span s)
{
	size_t i = 0;

	while (i < s.n && is_text(s.p[i]))
		i++;
	return i;
}

bool line_next(struct line *l, struct span *in, struct buf *echo)
{
	if (l->ended) {
		buf_clear(&l->raw);
		l->ended = l->full = false;
		l->echoed = 0;
	}
	while (in->n > 0) {
		size_t n = 1;

		if (take_escape(l, in->p[0])) {
			l->after_cr = false;
		} else if (is_text(in->p[0])) {
			n = text_run(*in);
			l->after_cr = false;
			add_typed(l, (struct span){ in->p, n });
			if (echo)
				echo_typed(l, echo);
		} else {
			l->ended = take_key(l, in->p[0], echo);
		}
		in->p += n;
		in->n -= n;
		if (l->ended) {
			if (echo)
				buf_add(echo, "\r\n", 2);
			return true;
		}
	}
	return false;
}

bool line_take(struct line *l, struct buf *out, enum charset from)
{
	struct buf text = { 0 };
	size_t before = out->n, n;
	bool cut = l->full;

	if (cut)
		l->raw.n = whole(buf_span(&l->raw));
	charset_decode(&text, buf_span(&l->raw), from);
	text_clean(out, buf_span(&text));
	buf_done(&text);
	n = text_cut((struct span){ buf_p(out) + before, out->n - before }, LINE_BYTES);
	cut = cut || n < out->n - before;
	out->n = before + n;
	return cut;
}
