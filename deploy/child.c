/* child.c - starting, signalling and reaping one process; see child.h. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FD_BEAT = 3, FD_READY = 4, FD_FIRST_OTHER = 5, FD_SAFE = 10 };

enum pipe_of { OF_LOG, OF_BEAT, OF_READY, N_PIPES };

static void close_all(int pipes[N_PIPES][2])
{
	for (int i = 0; i < N_PIPES; i++)
		for (int end = 0; end < 2; end++)
			if (pipes[i][end] >= 0)
				close(pipes[i][end]);
}

/* The child's ends come to lie above FD_SAFE, so that dup2() cannot tread on one of them. */
static int open_pipes(int pipes[N_PIPES][2])
{
	for (int i = 0; i < N_PIPES; i++) {
		if (pipe2(pipes[i], O_CLOEXEC) < 0)
			return -errno;
		int high = fcntl(pipes[i][1], F_DUPFD_CLOEXEC, FD_SAFE);
		if (high < 0)
			return -errno;
		close(pipes[i][1]);
		pipes[i][1] = high;
		if (fcntl(pipes[i][0], F_SETFL, O_NONBLOCK) < 0)
			return -errno;
	}
	return 0;
}

static _Noreturn void child_die(const char *what)
{
	dprintf(STDERR_FILENO, "%s: %s\n", what, strerror(errno));
	_exit(127);
}

/* Between fork and exec: nothing but system calls. */
static _Noreturn void become(pid_t parent, int pipes[N_PIPES][2], char *const argv[],
			     char *const env[])
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(pipes[OF_LOG][1], STDOUT_FILENO) < 0 ||
	    dup2(pipes[OF_LOG][1], STDERR_FILENO) < 0 || dup2(pipes[OF_BEAT][1], FD_BEAT) < 0 ||
	    dup2(pipes[OF_READY][1], FD_READY) < 0)
		child_die("descriptors");
	close_range(FD_FIRST_OTHER, ~0u, 0);
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(argv[0], argv, env);
	child_die(argv[0]);
}

/* The environment plus what rt/proc.h tells a supervised process; free the strings' block only. */
static char **make_env(char *words, size_t n_words)
{
	size_t n = 0;
	while (environ[n])
		n++;
	char **env = base_alloc(n + 4, sizeof(*env));
	size_t k = 0;
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "MUDLARK_PARENT=", 15) != 0 &&
		    strncmp(environ[i], "MUDLARK_HEARTBEAT_FD=", 21) != 0 &&
		    strncmp(environ[i], "MUDLARK_READY_FD=", 17) != 0)
			env[k++] = environ[i];
	int w = snprintf(words, n_words,
			 "MUDLARK_PARENT=%d%cMUDLARK_HEARTBEAT_FD=%d%cMUDLARK_READY_FD=%d",
			 (int)getpid(), '\0', FD_BEAT, '\0', FD_READY);
	for (char *at = words; at < words + w; at += strlen(at) + 1)
		env[k++] = at;
	env[k] = NULL;
	return env;
}

int child_spawn(struct child *ret, char *const argv[])
{
	if (access(argv[0], X_OK) < 0)
		return -errno;
	int pipes[N_PIPES][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	int r = open_pipes(pipes);
	if (r < 0) {
		close_all(pipes);
		return r;
	}
	char words[128];
	CLEANUP(base_freep) char **env = make_env(words, sizeof(words));
	sigset_t all, old;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid_t parent = getpid();
	pid_t pid = fork();
	if (pid == 0)
		become(parent, pipes, argv, env);
	r = pid < 0 ? -errno : 0;
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (r < 0) {
		close_all(pipes);
		return r;
	}
	for (int i = 0; i < N_PIPES; i++)
		close(pipes[i][1]);
	*ret = (struct child){ pid, pipes[OF_LOG][0], pipes[OF_BEAT][0], pipes[OF_READY][0] };
	return 0;
}

void child_signal(const struct child *c, int signo)
{
	if (c->pid <= 0)
		return;
	/* The group may not exist yet in the instant before the child calls setsid(). */
	if (signo == SIGKILL)
		kill(-c->pid, signo);
	kill(c->pid, signo);
}

bool child_reap(struct child *c, int *ret_wait_status)
{
	if (c->pid <= 0)
		return false;
	pid_t got;
	do
		got = waitpid(c->pid, ret_wait_status, WNOHANG);
	while (got < 0 && errno == EINTR);
	if (got != c->pid)
		return false;
	c->pid = 0;
	return true;
}

void child_close(struct child *c)
{
	int *fds[] = { &c->log_fd, &c->beat_fd, &c->ready_fd };
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}
