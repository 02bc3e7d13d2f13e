/* top_screen.c - see top_screen.h. */
#include "top_screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "rt/buf.h"

static void put(struct span bytes)
{
	while (bytes.n > 0) {
		const ssize_t n = write(STDOUT_FILENO, bytes.p, bytes.n);
		if (n < 0 && errno != EINTR)
			return; /* it is gone; SIGHUP will tell */
		bytes.p += n > 0 ? n : 0;
		bytes.n -= n > 0 ? (size_t)n : 0;
	}
}

bool top_screen_usable(void)
{
	const char *term = getenv("TERM");
	return isatty(STDOUT_FILENO) && isatty(STDIN_FILENO) && term && *term &&
	       strcmp(term, "dumb") != 0;
}

void top_screen_measure(struct top_screen *s)
{
	struct winsize size = { 0 };
	const bool told =
		ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
	s->columns = told ? size.ws_col : 80;
	s->rows = told ? size.ws_row : 24;
}

void top_screen_enter(struct top_screen *s)
{
	struct termios raw;
	top_screen_measure(s);
	if (tcgetattr(STDIN_FILENO, &s->before) < 0)
		return;
	raw = s->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
	put(SPAN("\033[?1049h\033[?25l\033[2J"));
	s->entered = true;
}

void top_screen_leave(struct top_screen *s)
{
	if (!s->entered)
		return;
	put(SPAN("\033[0m\033[?25h\033[?1049l"));
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &s->before);
	s->entered = false;
}

void top_screen_draw(struct top_screen *s, struct span lines)
{
	struct buf out = { 0 };
	for (size_t row = 1; lines.n > 0 && row <= s->rows; row++) {
		const char *newline = memchr(lines.p, '\n', lines.n);
		const size_t n = newline ? (size_t)(newline - lines.p) : lines.n;
		buf_addf(&out, "\033[%zu;1H%.*s\033[K", row, (int)n, lines.p);
		lines.p += n + (newline != NULL);
		lines.n -= n + (newline != NULL);
	}
	buf_adds(&out, "\033[J");
	put(buf_span(&out));
	buf_done(&out);
}
