/*
 * echo.c - see echo.h.
 */
#include "bridges/irc/echo.h"

#include <string.h>

#include "rt/text.h"

enum {
	REPEAT_US = 60 * 1000000, /* a bot is left alone for so long */
	REPEATS = 3,
	SPEAKERS = 500,
	NAME_BYTES = 64,
};

void echo_init(struct echo *e)
{
	*e = (struct echo){ .speakers = floods_new(REPEAT_US, REPEATS, SPEAKERS) };
}

void echo_done(struct echo *e)
{
	for (size_t i = 0; i < ECHO_SAID; i++)
		buf_done(&e->said[i]);
	floods_free(e->speakers);
}

void echo_said(struct echo *e, struct span text)
{
	struct buf *b = &e->said[e->n_said % ECHO_SAID];

	if (text.n < ECHO_BYTES)
		return;
	e->n_said++;
	buf_reset(b);
	buf_add(b, text.p, text.n);
}

static bool ends_with(struct span s, struct span end)
{
	return s.n > end.n && memcmp(s.p + s.n - end.n, end.p, end.n) == 0;
}

/* "<Mudlark> ...", "<joe@irc> ...": nobody is called that but in what we said. */
static bool is_our_way(struct span text, const char *nick)
{
	const char *end = text.n && text.p[0] == '<' ? memchr(text.p, '>', text.n) : NULL;
	const struct span name = { text.p + 1, end ? (size_t)(end - text.p) - 1 : 0 };

	if (!name.n || name.n > NAME_BYTES)
		return false;
	return text_eq_fold(name, (struct span){ nick, strlen(nick) }) ||
	       ends_with(name, SPAN("@irc")) || ends_with(name, SPAN("@discord"));
}

static bool is_echo(const struct echo *e, struct span text, const char *nick)
{
	if (is_our_way(text, nick))
		return true;
	for (size_t i = 0; i < ECHO_SAID && i < e->n_said; i++)
		if (memmem(text.p, text.n, buf_p(&e->said[i]), e->said[i].n))
			return true;
	return false;
}

enum echo_is echo_look(struct echo *e, struct span who, struct span text, const char *nick,
		       uint64_t now_us)
{
	struct flood *f = floods_of(e->speakers, who, now_us);
	const bool is_bot = flood_wait(f, now_us) > 0;

	if (is_bot)
		return ECHO_IS;
	if (!is_echo(e, text, nick))
		return ECHO_NONE;
	(void)flood_take(f, now_us);
	return flood_wait(f, now_us) > 0 ? ECHO_IS_BOT : ECHO_IS;
}
