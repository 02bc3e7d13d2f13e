/* child.c - see child.h. */
#include "tests/support/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/die.h"
#include "tests/support/tmp.h"

enum { STEP_US = 2000 };

static void become(const char *const *argv, const char *log, int in)
{
	int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (in < 0)
		in = open("/dev/null", O_RDONLY);
	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	closefrom(3);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	dprintf(2, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static void start(struct child *c, const char *const *argv, const char *log, int in)
{
	*c = (struct child){ 0 };
	snprintf(c->log, sizeof(c->log), "%s", log ? log : "/dev/null");
	fflush(NULL);
	c->pid = must(fork(), "fork");
	if (!c->pid)
		become(argv, c->log, in);
}

void child_start(struct child *c, const char *const *argv, const char *log)
{
	start(c, argv, log, -1);
}

bool child_is_alive(pid_t pid)
{
	char path[64], text[256] = "", *at;
	FILE *f;

	if (pid <= 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	at = fgets(text, sizeof(text), f) ? strrchr(text, ')') : NULL;
	fclose(f);
	return at && at[2] != 'Z' && at[2] != 'X';
}

int child_wait(struct child *c, uint64_t within_us)
{
	uint64_t end = now_us() + within_us;

	while (c->pid) {
		pid_t got = waitpid(c->pid, &c->status, WNOHANG);

		if (got == c->pid || (got < 0 && errno == ECHILD))
			c->pid = 0;
		else if (now_us() > end)
			return -1;
		else
			usleep(STEP_US);
	}
	return WIFSIGNALED(c->status) ? 128 + WTERMSIG(c->status) : WEXITSTATUS(c->status);
}

int child_end(struct child *c, int signo, uint64_t within_us)
{
	int status;

	if (c->pid)
		kill(c->pid, signo);
	status = child_wait(c, within_us);
	if (c->pid) {
		kill(c->pid, SIGKILL);
		child_wait(c, 1000000);
	}
	return status;
}

bool child_says(const struct child *c, const char *text, uint64_t within_us)
{
	for (uint64_t end = now_us() + within_us;; usleep(STEP_US)) {
		CLEANUP(base_freep) char *all = tmp_read(c->log);

		if (strstr(all, text))
			return true;
		if (now_us() > end || !child_is_alive(c->pid))
			return false;
	}
}

char *child_output(const char *const *argv, const char *input, uint64_t within_us, int *ret_status)
{
	char log[] = "/tmp/mudlark-out-XXXXXX";
	int fd = must(mkstemp(log), "mkstemp"), in[2];
	struct child c;
	char *text;

	close(fd);
	must(pipe2(in, O_CLOEXEC), "pipe");
	start(&c, argv, log, in[0]);
	close(in[0]);
	signal(SIGPIPE, SIG_IGN);
	for (size_t n = input ? strlen(input) : 0; n;) {
		ssize_t did = write(in[1], input, n);

		if (did <= 0)
			break;
		input += did;
		n -= (size_t)did;
	}
	close(in[1]);
	*ret_status = child_wait(&c, within_us);
	if (c.pid)
		child_end(&c, SIGKILL, 1000000);
	text = tmp_read(log);
	unlink(log);
	return text;
}

const char *child_program(const char *name)
{
	static char path[512];
	const char *bin = getenv("MUDLARK_BIN");
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 64);

	if (bin && *bin) {
		snprintf(path, sizeof(path), "%s/%s", bin, name);
		return path;
	}
	for (int up = 0; up < 3; up++)
		while (n > 0 && path[--n] != '/')
			;
	if (n <= 0)
		die("where am I?");
	snprintf(path + n, sizeof(path) - (size_t)n, "/bin/%s", name);
	return path;
}
