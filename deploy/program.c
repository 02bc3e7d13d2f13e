/* program.c - see program.h. */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "halt.h"
#include "place.h"
#include "rt/proc.h"
#include "settings.h"

enum { SAID_MAX = 4096 };

static char **join(const char *path, const struct args *a, const char *const *extra)
{
	struct place place;
	CLEANUP(base_freep) char *bin = place_bin();
	place_init(&place, a->data);
	char **derived = settings_derive(a, &place, bin);
	char **argv = settings_argv(path, a, derived, extra);
	settings_free(derived);
	place_done(&place);
	return argv;
}

char **program_argv(const char *name, const struct args *a, const char *const *extra)
{
	const struct args none = { .data = "var" };
	CLEANUP(base_freep) char *bin = place_bin();
	CLEANUP(base_freep) char *path = place_join(bin, name);
	return a ? join(path, a, extra) : settings_argv(path, &none, NULL, extra);
}

int program_exec(char *const *argv)
{
	execv(argv[0], argv);
	fprintf(stderr, "mudlark: %s: %s\n", argv[0], strerror(errno));
	return EXIT_FAULT;
}

int program_become(const char *name, const char *const *args)
{
	char **argv = program_argv(name, NULL, args);
	int status = program_exec(argv);
	settings_free(argv);
	return status;
}

static _Noreturn void run(char *const *argv, int in, int out, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_FAULT);
	if ((in >= 0 && dup2(in, STDIN_FILENO) < 0) || (out >= 0 && dup2(out, STDOUT_FILENO) < 0))
		_exit(EXIT_FAULT);
	halt_release();
	execv(argv[0], argv);
	dprintf(STDERR_FILENO, "mudlark: %s: %s\n", argv[0], strerror(errno));
	_exit(EXIT_FAULT);
}

int program_start(pid_t *ret, char *const *argv, int in, int out)
{
	const pid_t parent = getpid();
	const pid_t pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		run(argv, in, out, parent);
	*ret = pid;
	return 0;
}

/* Whether fd has something; a signal of `halt`, once, is passed on meanwhile. */
static void await(pid_t pid, int fd, int *halt)
{
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN }, { .fd = *halt, .events = POLLIN } };
	if (poll(fds, ARRAY_LEN(fds), -1) > 0 && fds[1].revents) {
		kill(pid, SIGTERM);
		*halt = -1;
	}
}

void program_listen(pid_t pid, int fd, int halt, struct buf *out)
{
	for (;;) {
		char piece[1024];
		await(pid, fd, &halt);
		ssize_t n = read(fd, piece, sizeof(piece));
		if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
			return;
		if (n > 0 && out->n + (size_t)n <= SAID_MAX)
			buf_add(out, piece, (size_t)n);
	}
}

int program_wait(pid_t pid, int halt)
{
	int status = 0;
	/* Without one (an old kernel) signals wait until the program has ended. */
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd gone = { .fd = fd, .events = POLLIN };
	while (fd >= 0 && halt >= 0 && poll(&gone, 1, 0) == 0)
		await(pid, fd, &halt);
	if (fd >= 0)
		close(fd);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_FAULT;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
