/* screen.c - see screen.h. */
#include "tests/support/screen.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/die.h"

enum { PATIENCE_US = 15000000, LOOK_MS = 200 };

/* Debian keeps MUD clients among the games. */
static const char search[] = "/usr/local/bin:/usr/bin:/bin:/usr/games";

void screen_open(struct screen *s, const char *const *argv, const char *home)
{
	struct winsize size = { .ws_row = SCREEN_ROWS, .ws_col = SCREEN_COLUMNS };

	*s = (struct screen){ 0 };
	fflush(NULL);
	s->pid = must(forkpty(&s->fd, NULL, NULL, &size), "forkpty");
	if (s->pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setenv("PATH", search, 1);
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("HOME", home, 1);
	unsetenv("COLORTERM");
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

void screen_close(struct screen *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	close(s->fd);
	buf_done(&s->text);
}

void screen_type(struct screen *s, const char *line)
{
	must((int)write(s->fd, line, strlen(line)), "write");
	must((int)write(s->fd, "\r", 1), "write");
}

void screen_resize(struct screen *s, unsigned columns, unsigned rows)
{
	struct winsize size = { .ws_row = (uint16_t)rows, .ws_col = (uint16_t)columns };

	must(ioctl(s->fd, TIOCSWINSZ, &size), "TIOCSWINSZ");
}

static bool has_shown(struct screen *s, const char *text)
{
	const char *from = buf_p(&s->text) + s->at;
	const char *at = memmem(from, s->text.n - s->at, text, strlen(text));

	if (!at)
		return false;
	s->at = (size_t)(at - buf_p(&s->text)) + strlen(text);
	return true;
}

void screen_expect(struct screen *s, const char *text)
{
	uint64_t end = now_us() + PATIENCE_US;

	while (!has_shown(s, text)) {
		struct pollfd p = { .fd = s->fd, .events = POLLIN };
		char bytes[4096];
		ssize_t n = 0;

		if (poll(&p, 1, LOOK_MS) > 0)
			n = read(s->fd, bytes, sizeof(bytes));
		if (now_us() > end || n < 0)
			die("\"%s\" is not on the screen:\n%.*s", text, (int)s->text.n,
			    buf_p(&s->text));
		buf_add(&s->text, bytes, (size_t)n);
	}
}

bool screen_has(const char *program)
{
	char command[256];

	snprintf(command, sizeof(command), "PATH=%s; command -v %s >/dev/null", search, program);
	return !system(command); /* NOLINT: a constant */
}
