/*
 * in.c - see in.h.
 */
#include "bridges/irc/in.h"

#include <string.h>
#include <strings.h>

#include "bridges/clean.h"
#include "rt/text.h"

enum { IDENTITY_BYTES = 160, SPLIT_BYTES = 127 };

enum in_form in_form(struct span raw, struct span *ret_text)
{
	static const struct span action = { "ACTION", 6 };
	size_t n;

	*ret_text = raw;
	if (!raw.n || raw.p[0] != '\1')
		return IN_SAID;
	raw = (struct span){ raw.p + 1, raw.n - 1 };
	if (raw.n && raw.p[raw.n - 1] == '\1')
		raw.n--;
	for (n = 0; n < raw.n && raw.p[n] != ' '; n++)
		;
	if (n != action.n || strncasecmp(raw.p, action.p, n) != 0) {
		*ret_text = (struct span){ raw.p, n };
		return IN_CTCP;
	}
	*ret_text = (struct span){ raw.p + n, raw.n - n };
	return IN_ACTION;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static size_t count(struct span s, size_t at, size_t max, bool (*is)(char c))
{
	size_t n = 0;

	while (n < max && at + n < s.n && is(s.p[at + n]))
		n++;
	return n;
}

/* Bytes behind a colour's code: "4,12", "4", "ff0000,0000ff". A comma without digits behind it is text. */
static size_t colour(struct span s, size_t at, size_t digits, bool (*is)(char c))
{
	const size_t least = digits == 6 ? 6 : 1;
	size_t n = count(s, at, digits, is), back;

	if (n < least)
		return 0;
	if (at + n >= s.n || s.p[at + n] != ',')
		return n;
	back = count(s, at + n + 1, digits, is);
	return back >= least ? n + 1 + back : n;
}

void in_strip(struct buf *out, struct span raw)
{
	static const char single[] = "\x02\x0f\x11\x16\x1d\x1e\x1f";

	for (size_t i = 0; i < raw.n; i++) {
		const char c = raw.p[i];

		if (c == '\x03')
			i += colour(raw, i + 1, 2, is_digit);
		else if (c == '\x04')
			i += colour(raw, i + 1, 6, is_hex);
		else if (c == '\0' || !strchr(single, c))
			buf_addc(out, c);
	}
}

void in_clean(struct buf *out, struct span raw)
{
	struct buf plain = { 0 }, line = { 0 };

	in_strip(&plain, raw);
	clean_line(&line, buf_span(&plain), true);
	if (!clean_is_blank(buf_span(&line)))
		buf_add(out, buf_p(&line), line.n);
	buf_done(&plain);
	buf_done(&line);
}

static bool is_key(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return false;
	return s.n > 0 && text_is_utf8(s);
}

void in_identity(struct buf *out, const char *network, enum casemap m, const struct irc_line *l,
		 struct span account)
{
	char folded[CASEMAP_NAME];
	struct buf key = { 0 };
	struct span name = casemap_fold(m, account.n ? account : l->nick, folded);

	buf_addf(&key, "irc/%s/%s", network, account.n ? "account:" : "");
	buf_add(&key, name.p, name.n);
	if (!account.n)
		buf_addf(&key, "!%.*s@%.*s", (int)l->user.n, l->user.p, (int)l->host.n, l->host.p);
	if (key.n <= IDENTITY_BYTES && is_key(buf_span(&key)) && (account.n || l->host.n))
		buf_add(out, buf_p(&key), key.n);
	buf_done(&key);
}

/* A server's name: letters, digits, - and at least one dot within. "*.net" is how some hide theirs. */
static bool is_server(struct span s)
{
	bool dot = false;

	for (size_t i = 0; i < s.n; i++) {
		const char c = s.p[i];

		if (c == '.' && i > 0 && i + 1 < s.n)
			dot = true;
		else if (!is_digit(c) && !((c | 32) >= 'a' && (c | 32) <= 'z') && c != '-' &&
			 !(c == '*' && i == 0))
			return false;
	}
	return dot;
}

bool in_is_split(struct span reason)
{
	const char *space =
		reason.n && reason.n <= SPLIT_BYTES ? memchr(reason.p, ' ', reason.n) : NULL;
	struct span a, b;

	if (!space)
		return false;
	a = (struct span){ reason.p, (size_t)(space - reason.p) };
	b = (struct span){ space + 1, reason.n - a.n - 1 };
	return is_server(a) && is_server(b);
}
