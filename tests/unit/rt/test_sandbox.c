/*
 * test_sandbox.c - what can and what cannot be done in the sandbox; each try is a process of its
 * own.
 */
#include "rt/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/rt/unit.h"

enum { FINE = 0, REFUSED = 1, NOT_INSIDE = 99 };

/* Runs fn inside; its result as exit status, or 128 + the signal that ended it. */
static int inside(int (*fn)(void), bool internet)
{
	char why[SANDBOX_WHY];
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (sandbox_lock(why) != 0 || sandbox_filter(internet, why) != 0) {
			fprintf(stderr, "%s\n", why);
			_exit(NOT_INSIDE);
		}
		_exit(fn());
	}
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int judge(long r)
{
	return r >= 0 ? FINE : errno == EPERM ? REFUSED : 2 + errno;
}

static int run_program(void)
{
	execl("/bin/true", "true", NULL);
	return judge(-1);
}

static int have_child(void)
{
	return judge(fork());
}

static int write_file(void)
{
	return judge(open("/tmp/mudlark-sandbox-test", O_WRONLY | O_CREAT, 0600));
}

static int append_file(void)
{
	return judge(open("/dev/null", O_WRONLY | O_APPEND));
}

static int read_file(void)
{
	char byte;
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	return judge(fd < 0 ? fd : read(fd, &byte, 1));
}

static int remove_file(void)
{
	return judge(unlink("/tmp/mudlark-sandbox-test"));
}

static int call_abroad(void)
{
	return judge(socket(AF_INET, SOCK_STREAM, 0));
}

static int call_neighbour(void)
{
	return judge(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int listen_anew(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return judge(fd < 0 ? fd : bind(fd, (struct sockaddr *)&a, sizeof(a)));
}

/* As libzmq does before it dials again, which may be by the name of an interface. */
static int look_for_interfaces(void)
{
	struct ifaddrs *list;

	if (getifaddrs(&list) != 0)
		return REFUSED;
	freeifaddrs(list);
	return FINE;
}

static int make_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	return judge(p == MAP_FAILED ? -1 : 0);
}

static int allocate(void)
{
	CLEANUP(base_freep) char *p = base_alloc(64, 1 << 20);

	memset(p, 1, 64 << 20);
	return FINE;
}

static int die_by_abort(void)
{
	abort();
}

/* Signal 0 asks whether one might. */
static int signal_to(pid_t pid)
{
	return judge(syscall(SYS_tgkill, pid, pid, 0));
}

static int signal_itself(void)
{
	return signal_to(getpid());
}

static int signal_another(void)
{
	return signal_to(getppid());
}

static int type_at_a_terminal(void)
{
	return judge(ioctl(STDIN_FILENO, TIOCSTI, "x"));
}

static int count_what_waits(void)
{
	int n, pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return judge(-1);
	return judge(ioctl(pair[0], FIONREAD, &n));
}

static int look_at_limits(void)
{
	return prctl(PR_GET_DUMPABLE) == 0 ? FINE : REFUSED;
}

struct sandbox_case {
	const char *what;
	int (*fn)(void);
	bool internet;
	int want;
};

static const struct sandbox_case cases[] = {
	{ "run a program", run_program, false, 128 + SIGSYS },
	{ "fork", have_child, false, 128 + SIGSYS },
	{ "write a file", write_file, false, REFUSED },
	{ "append to a file", append_file, false, REFUSED },
	{ "remove a file", remove_file, false, REFUSED },
	{ "read a file", read_file, false, FINE },
	{ "connect to the internet", call_abroad, false, REFUSED },
	{ "connect to the internet, being allowed to", call_abroad, true, FINE },
	{ "connect to a unix socket", call_neighbour, false, FINE },
	{ "listen at another port", listen_anew, true, REFUSED },
	{ "look for interfaces, being allowed to", look_for_interfaces, true, FINE },
	{ "make code", make_code, false, REFUSED },
	{ "allocate memory", allocate, false, FINE },
	{ "abort", die_by_abort, false, 128 + SIGABRT },
	{ "signal itself", signal_itself, false, FINE },
	{ "signal another process", signal_another, true, REFUSED },
	{ "type at a terminal", type_at_a_terminal, true, REFUSED },
	{ "count what waits to be read", count_what_waits, false, FINE },
	{ "ask for limits", look_at_limits, false, REFUSED }, /* prctl() itself is refused */
};

START_TEST(only_what_a_server_needs_can_be_done)
{
	if (!sandbox_is_possible()) {
		printf("skipped: a sanitizer needs what the sandbox refuses\n");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int got = inside(cases[i].fn, cases[i].internet);

		ck_assert_msg(got == cases[i].want, "%s: %d, not %d", cases[i].what, got,
			      cases[i].want);
	}
}
END_TEST

static int locked(void)
{
	char why[SANDBOX_WHY], line[128];
	struct rlimit core;
	bool none = false;
	FILE *f;

	if (sandbox_lock(why) != 0)
		return NOT_INSIDE;
	if (prctl(PR_GET_DUMPABLE) != 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 2;
	getrlimit(RLIMIT_CORE, &core);
	if (core.rlim_cur != 0 || core.rlim_max != 0)
		return 3;
	f = fopen("/proc/thread-self/status", "re");
	while (f && fgets(line, sizeof(line), f))
		none = none || strcmp(line, "CapEff:\t0000000000000000\n") == 0;
	return none ? 0 : 4;
}

START_TEST(no_dump_no_capability_and_no_new_privilege_is_left)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(locked());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

struct thread_try {
	pthread_barrier_t gate;
	int result;
};

static void *try_in_thread(void *ctx)
{
	struct thread_try *t = ctx;

	pthread_barrier_wait(&t->gate);
	pthread_barrier_wait(&t->gate);
	t->result = write_file();
	return NULL;
}

static int threaded(void)
{
	struct thread_try t = { .result = -1 };
	char why[SANDBOX_WHY];
	pthread_t thread;

	pthread_barrier_init(&t.gate, NULL, 2);
	if (pthread_create(&thread, NULL, try_in_thread, &t) != 0)
		return NOT_INSIDE;
	pthread_barrier_wait(&t.gate);
	if (sandbox_filter(false, why) != 0)
		return NOT_INSIDE;
	pthread_barrier_wait(&t.gate);
	pthread_join(thread, NULL);
	return t.result;
}

START_TEST(threads_that_run_already_are_inside_too)
{
	int status;
	pid_t pid;

	if (!sandbox_is_possible())
		return;
	pid = fork();
	if (pid == 0)
		_exit(threaded());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), REFUSED);
}
END_TEST

static int become_nobody(void)
{
	char why[SANDBOX_WHY];
	int sig = 0;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (sandbox_user("nobody", why) != 0)
		return 2;
	prctl(PR_GET_PDEATHSIG, &sig);
	if (getuid() != getpwnam("nobody")->pw_uid || geteuid() != getuid())
		return 3;
	return setuid(0) == 0 ? 4 : sig != SIGTERM ? 5 : 0;
}

START_TEST(root_becomes_another_user_for_good)
{
	int status;
	pid_t pid;

	if (geteuid() != 0) {
		printf("skipped: not root\n");
		return;
	}
	pid = fork();
	if (pid == 0)
		_exit(become_nobody());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

START_TEST(a_user_that_is_not_there_is_said)
{
	char why[SANDBOX_WHY];

	ck_assert_int_eq(sandbox_user("", why), 0);
	ck_assert_int_eq(sandbox_user("nobody-of-this-name", why), 1);
	ck_assert_ptr_nonnull(strstr(why, "nobody-of-this-name"));
}
END_TEST

UNIT_MAIN("sandbox", only_what_a_server_needs_can_be_done,
	  no_dump_no_capability_and_no_new_privilege_is_left,
	  threads_that_run_already_are_inside_too, root_becomes_another_user_for_good,
	  a_user_that_is_not_there_is_said)
