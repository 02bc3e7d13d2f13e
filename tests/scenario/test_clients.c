/*
 * test_clients.c - the clients people really use, on a terminal of their own: Debian's telnet and tt++.
 */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

/* Debian keeps tt++ among the games. */
static const char search[] = "/usr/local/bin:/usr/bin:/bin:/usr/games";

/* A program on a terminal. */
struct screen {
	pid_t pid;
	int fd;
	struct buf text; /* all it has shown */
	size_t at;
};

static void screen_open(struct screen *s, const char *const *argv)
{
	struct winsize size = { .ws_row = 40, .ws_col = 100 };

	*s = (struct screen){ 0 };
	s->pid = must(forkpty(&s->fd, NULL, NULL, &size), "forkpty");
	if (s->pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setenv("PATH", search, 1);
	setenv("TERM", "xterm-256color", 1);
	setenv("HOME", "/tmp", 1);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static void screen_close(struct screen *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	close(s->fd);
	buf_done(&s->text);
}

static void screen_type(struct screen *s, const char *line)
{
	must((int)write(s->fd, line, strlen(line)), "write");
	must((int)write(s->fd, "\r", 1), "write");
}

static void screen_expect(struct screen *s, const char *text)
{
	uint64_t end = now_us() + TALK_US;

	for (;;) {
		const char *from = buf_p(&s->text) + s->at;
		const char *at = memmem(from, s->text.n - s->at, text, strlen(text));
		struct pollfd p = { .fd = s->fd, .events = POLLIN };
		char bytes[4096];
		ssize_t n;

		if (at) {
			s->at = (size_t)(at - buf_p(&s->text)) + strlen(text);
			return;
		}
		if (now_us() > end || poll(&p, 1, 1000) < 0)
			break;
		n = p.revents ? read(s->fd, bytes, sizeof(bytes)) : 0;
		if (n < 0)
			break;
		buf_add(&s->text, bytes, (size_t)n);
	}
	die("\"%s\" is not on the screen:\n%.*s", text, (int)s->text.n, buf_p(&s->text));
}

static bool is_there(const char *program)
{
	char command[128];

	snprintf(command, sizeof(command), "PATH=%s; command -v %s >/dev/null", search, program);
	return !system(command); /* NOLINT: a constant */
}

/* Account, password, a few lines, good-bye. */
static void play(struct screen *s, const char *name)
{
	size_t secret;

	screen_expect(s, "Name:");
	screen_type(s, name);
	screen_expect(s, "(y/n)");
	screen_type(s, "y");
	screen_expect(s, "Choose a password:");
	secret = s->text.n;
	screen_type(s, "unseen by anybody");
	screen_expect(s, "Repeat the password:");
	screen_type(s, "unseen by anybody");
	screen_expect(s, "Exits:");
	ck_assert_ptr_null(memmem(buf_p(&s->text) + secret, s->text.n - secret, "unseen", 6));
	screen_type(s, "say hello from here");
	screen_expect(s, "You say, \"");
	screen_expect(s, "hello from here");
	screen_type(s, "get boat");
	screen_expect(s, "You pick up");
	screen_type(s, "quit");
	screen_expect(s, "Good-bye");
}

START_TEST(telnet_of_the_distribution_logs_in_and_plays)
{
	const struct mud_conf conf = { 0 };
	struct screen s;
	struct mud m;
	char port[8];

	if (!is_there("telnet")) {
		printf("skipped: telnet is not installed\n");
		return;
	}
	mud_start(&m, &conf);
	snprintf(port, sizeof(port), "%u", m.telnet);
	screen_open(&s, (const char *[]){ "telnet", "127.0.0.1", port, NULL });
	play(&s, "Telly");
	screen_expect(&s, "Connection closed");
	screen_close(&s);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(tintin_logs_in_and_plays)
{
	const struct mud_conf conf = { 0 };
	char session[64];
	struct screen s;
	struct mud m;

	if (!is_there("tt++")) {
		printf("skipped: tt++ is not installed\n");
		return;
	}
	mud_start(&m, &conf);
	screen_open(&s, (const char *[]){ "tt++", "-G", NULL });
	snprintf(session, sizeof(session), "#session m 127.0.0.1 %u", m.telnet);
	screen_type(&s, session);
	play(&s, "Tinny");
	screen_close(&s);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ telnet_of_the_distribution_logs_in_and_plays, 1 },
		{ tintin_logs_in_and_plays, 1 },
	};

	return suite_main("clients", 60, tests, ARRAY_LEN(tests));
}
