/*
 * line.c - see line.h.
 */
#include "bridges/irc/line.h"

#include <string.h>
#include <strings.h>

static struct span from(struct span s, size_t n)
{
	return (struct span){ s.p + n, s.n - n };
}

bool irc_read(struct irc_reader *r, struct span bytes, size_t *used, struct span *ret_line)
{
	size_t at = 0;

	for (;;) {
		const char *start = bytes.p + at;
		const char *end = bytes.n > at ? memchr(start, '\n', bytes.n - at) : NULL;
		size_t n = end ? (size_t)(end - start) : bytes.n - at;
		const bool is_long = n > IRC_INPUT_BYTES;

		if (!end && !is_long && !r->is_skipping) {
			*used = at;
			return false;
		}
		at += end ? n + 1 : n;
		if (r->is_skipping || is_long) {
			r->skipped += !r->is_skipping;
			r->is_skipping = !end;
			if (!end) {
				*used = at;
				return false;
			}
			continue;
		}
		while (n > 0 && start[n - 1] == '\r')
			n--;
		*ret_line = (struct span){ start, n };
		*used = at;
		return true;
	}
}

static void skip_spaces(struct span *s)
{
	while (s->n > 0 && s->p[0] == ' ')
		*s = from(*s, 1);
}

static struct span take_word(struct span *s)
{
	const char *end = s->n ? memchr(s->p, ' ', s->n) : NULL;
	const struct span word = { s->p, end ? (size_t)(end - s->p) : s->n };

	*s = from(*s, word.n);
	skip_spaces(s);
	return word;
}

/* What is before the separator; *rest: what is behind it, empty when there is none. */
static struct span before(struct span s, char separator, struct span *rest)
{
	const char *at = s.n ? memchr(s.p, separator, s.n) : NULL;
	const size_t n = at ? (size_t)(at - s.p) : s.n;

	*rest = at ? from(s, n + 1) : from(s, s.n);
	return (struct span){ s.p, n };
}

static void split_source(struct irc_line *l)
{
	struct span rest, host;

	l->nick = before(l->source, '!', &rest);
	l->user = before(rest, '@', &l->host);
	/* nick@host, without a user */
	if (!l->user.n && !l->host.n) {
		l->nick = before(l->nick, '@', &host);
		l->host = host;
	}
}

static unsigned number_of(struct span word)
{
	unsigned n = 0;

	if (word.n != 3)
		return 0;
	for (size_t i = 0; i < 3; i++) {
		if (word.p[i] < '0' || word.p[i] > '9')
			return 0;
		n = n * 10 + (unsigned)(word.p[i] - '0');
	}
	return n;
}

bool irc_parse(struct irc_line *ret, struct span line)
{
	*ret = (struct irc_line){ 0 };
	if (line.n && line.p[0] == '@') {
		ret->tags = take_word(&line);
		ret->tags = from(ret->tags, 1);
	}
	skip_spaces(&line);
	if (line.n && line.p[0] == ':') {
		ret->source = take_word(&line);
		ret->source = from(ret->source, 1);
		split_source(ret);
	}
	ret->command = take_word(&line);
	ret->numeric = number_of(ret->command);
	while (line.n && ret->n_params < IRC_PARAMS) {
		struct span *p = &ret->params[ret->n_params++];

		if (line.p[0] == ':')
			*p = from(line, 1);
		else if (ret->n_params == IRC_PARAMS)
			*p = line;
		else {
			*p = take_word(&line);
			continue;
		}
		break;
	}
	return ret->command.n > 0;
}

struct span irc_param(const struct irc_line *l, size_t i)
{
	return i < l->n_params ? l->params[i] : SPAN("");
}

struct span irc_last(const struct irc_line *l)
{
	return l->n_params ? l->params[l->n_params - 1] : SPAN("");
}

bool irc_is(const struct irc_line *l, const char *command)
{
	return strlen(command) == l->command.n &&
	       strncasecmp(l->command.p, command, l->command.n) == 0;
}

/* \: is ; and so on; a backslash that means nothing is left out, as the specification wants. */
static void unescape(struct buf *out, struct span v)
{
	static const char from_chars[] = ":s\\rn", to_chars[] = "; \\\r\n";

	for (size_t i = 0; i < v.n; i++) {
		const char *at;

		if (v.p[i] != '\\') {
			buf_addc(out, v.p[i]);
			continue;
		}
		if (++i == v.n)
			break;
		at = v.p[i] ? strchr(from_chars, v.p[i]) : NULL;
		buf_addc(out, at ? to_chars[at - from_chars] : v.p[i]);
	}
}

bool irc_tag(const struct irc_line *l, const char *name, struct buf *value)
{
	struct span rest = l->tags, v = { 0 };
	bool found = false;

	/* The last one counts. */
	while (rest.n) {
		struct span tag = before(rest, ';', &rest), tail;
		const struct span key = before(tag, '=', &tail);

		if (key.n != strlen(name) || memcmp(key.p, name, key.n) != 0)
			continue;
		found = true;
		v = tail;
	}
	if (found && value)
		unescape(value, v);
	return found;
}

static bool has_end(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\0' || s.p[i] == '\r' || s.p[i] == '\n')
			return true;
	return false;
}

static bool is_word(struct span s)
{
	return s.n && s.p[0] != ':' && !has_end(s) && !memchr(s.p, ' ', s.n);
}

static bool is_label(const char *s)
{
	return *s && strlen(s) <= IRC_LABEL_BYTES && !strpbrk(s, "; \\\r\n:");
}

/* Bytes of s that fit, no character cut. */
static size_t fit(struct span s, size_t max)
{
	size_t n = s.n < max ? s.n : max;

	if (n == s.n)
		return n;
	while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

int irc_build(struct buf *out, const struct irc_parts *parts)
{
	char line[IRC_LINE_BYTES];
	size_t n = strlen(parts->command);
	const size_t most = IRC_LINE_BYTES - 2;

	if (!is_word((struct span){ parts->command, n }) || n > most ||
	    (parts->label && !is_label(parts->label)) || has_end(parts->text))
		return 1;
	memcpy(line, parts->command, n);
	for (size_t i = 0; i < ARRAY_LEN(parts->middle) && parts->middle[i].p; i++) {
		const struct span m = parts->middle[i];

		if (!is_word(m) || n + 1 + m.n > most)
			return 1;
		line[n++] = ' ';
		memcpy(line + n, m.p, m.n);
		n += m.n;
	}
	if (parts->text.p) {
		const size_t room = n + 2 < most ? most - n - 2 : 0;
		const size_t fits = fit(parts->text, room);

		if (!room)
			return 1;
		line[n++] = ' ';
		line[n++] = ':';
		memcpy(line + n, parts->text.p, fits);
		n += fits;
	}
	if (parts->label)
		buf_addf(out, "@label=%s ", parts->label);
	buf_add(out, line, n);
	buf_adds(out, "\r\n");
	return 0;
}
