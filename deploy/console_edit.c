/*
 * console_edit.c - a console session on a terminal: libedit edits and remembers the lines.
 *
 * libedit asks us for each key; while we wait for one we also listen to the server, print its whole
 * lines above the line being edited, and make its unfinished last line the prompt.
 */
#include "console.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wchar.h>

#include "rt/buf.h"
#include "rt/proc.h"

struct session {
	int fd;
	EditLine *el;
	struct buf prompt; /* what the server sent last without a newline; always terminated */
	bool closed;
};

static char *get_prompt(EditLine *el)
{
	struct session *s = NULL;
	el_get(el, EL_CLIENTDATA, &s);
	return s->prompt.p ? s->prompt.p + s->prompt.off : (char *)"";
}

static void terminate(struct session *s)
{
	char *end = buf_reserve(&s->prompt, 1);
	*end = '\0';
}

/* Whole lines are shown where the edited line stands, which libedit then draws anew below them. */
static void show(struct session *s, const char *p, size_t n)
{
	const char *newline = memrchr(p, '\n', n);
	size_t whole = newline ? (size_t)(newline - p) + 1 : 0;
	fputs("\r\033[K", stdout);
	if (whole > 0) {
		fwrite(buf_p(&s->prompt), 1, s->prompt.n, stdout);
		fwrite(p, 1, whole, stdout);
		buf_reset(&s->prompt);
	}
	buf_add(&s->prompt, p + whole, n - whole);
	terminate(s);
	fflush(stdout);
}

static void receive(struct session *s)
{
	char piece[8192];
	ssize_t n = read(s->fd, piece, sizeof(piece));
	if (n > 0)
		show(s, piece, (size_t)n);
	else if (n == 0 || errno != EINTR)
		s->closed = true;
}

/* libedit's source of keys: 1 a key, 0 the end. */
static int get_key(EditLine *el, wchar_t *ret)
{
	struct session *s = NULL;
	el_get(el, EL_CLIENTDATA, &s);
	mbstate_t state = { 0 };
	for (;;) {
		struct pollfd polls[] = { { .fd = s->fd, .events = POLLIN },
					  { .fd = STDIN_FILENO, .events = POLLIN } };
		if (poll(polls, ARRAY_LEN(polls), -1) < 0)
			continue;
		if (polls[0].revents) {
			receive(s);
			if (s->closed)
				return 0;
			el_set(el, EL_REFRESH);
		}
		if (!polls[1].revents)
			continue;
		char c;
		ssize_t n = read(STDIN_FILENO, &c, 1);
		if (n <= 0)
			return 0;
		size_t got = mbrtowc(ret, &c, 1, &state);
		if (got == (size_t)-1)
			state = (mbstate_t){ 0 };
		else if (got != (size_t)-2)
			return 1;
	}
}

static bool send_line(struct session *s, const char *line, int n)
{
	for (ssize_t at = 0; at < n;) {
		ssize_t w = send(s->fd, line + at, (size_t)(n - at), MSG_NOSIGNAL);
		if (w < 0 && errno != EINTR)
			return false;
		at += w > 0 ? w : 0;
	}
	return true;
}

static void talk(struct session *s, History *past)
{
	HistEvent he;
	const char *line;
	int n;
	while (!s->closed && (line = el_gets(s->el, &n)) && n > 0) {
		if (n > 1)
			history(past, &he, H_ENTER, line);
		buf_reset(&s->prompt);
		terminate(s);
		if (!send_line(s, line, n))
			return;
	}
	if (s->closed)
		return;
	/* Ctrl-D: the server finishes what was typed and closes. */
	shutdown(s->fd, SHUT_WR);
	while (!s->closed)
		receive(s);
}

int console_edit(int fd)
{
	struct session s = { .fd = fd };
	HistEvent he;
	setlocale(LC_CTYPE, "");
	terminate(&s);
	History *h = history_init();
	s.el = el_init("mudlark", stdin, stdout, stderr);
	if (!h || !s.el)
		return EXIT_FAULT;
	history(h, &he, H_SETSIZE, 500);
	history(h, &he, H_SETUNIQUE, 1);
	el_set(s.el, EL_CLIENTDATA, &s);
	el_set(s.el, EL_PROMPT, get_prompt);
	el_set(s.el, EL_EDITOR, "emacs");
	el_set(s.el, EL_HIST, history, h);
	el_set(s.el, EL_GETCFN, get_key);
	el_source(s.el, NULL);
	talk(&s, h);
	el_end(s.el);
	history_end(h);
	buf_done(&s.prompt);
	puts("\r");
	return EXIT_DONE;
}
