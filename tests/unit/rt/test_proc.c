/*
 * test_proc.c - the life of a process, lived by forked children: command line, signals, reload,
 * supervisor, end.
 */
#include "rt/proc.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "rt/log.h"
#include "unit.h"

enum { PATIENCE_MS = 20000, TEXT_MAX = 1 << 15 };

struct values {
	int64_t max;
	char *greeting, *metrics;
};

static const struct conf_option options[] = {
	{ .name = "gateway.max",
	  .type = CONF_INT,
	  .offset = offsetof(struct values, max),
	  .fallback = "10",
	  .min = 1,
	  .max = 100,
	  .reload = true,
	  .help = "Most." },
	{ .name = "gateway.greeting",
	  .type = CONF_STRING,
	  .offset = offsetof(struct values, greeting),
	  .fallback = "hi",
	  .help = "Said first." },
	{ .name = "gateway.metrics",
	  .type = CONF_ADDRESS,
	  .offset = offsetof(struct values, metrics),
	  .fallback = "",
	  .help = "Numbers." },
};
static const char *const sections[] = { "world", NULL };
static const char *const flags[] = { "data", "pack-dir", NULL };
static int check_values(const void *values, struct buf *why)
{
	const struct values *v = values;

	if (strcmp(v->greeting, "rude") != 0)
		return 0;
	buf_adds(why, "gateway.greeting: nobody is greeted like that. ");
	return 1;
}

static const struct proc_spec spec = {
	.name = "mudlark-gateway",
	.about = "a process for tests",
	.table = { options, ARRAY_LEN(options), sizeof(struct values) },
	.sections = sections,
	.flags = flags,
	.check = check_values,
};

/* What the child does when it is told to stop. */
enum manner { OBEY, HANG, WAIT, SPIN };

struct life {
	struct proc p;
	struct values v;
	enum manner manner;
	int stops;
	bool is_put_off; /* ends by itself at the next reload */
};

static void on_stop(void *ctx)
{
	struct life *l = ctx;

	l->stops++;
	if (l->manner != HANG)
		loop_stop(l->p.loop, EXIT_DONE);
}

static bool on_put_off(void *ctx)
{
	((struct life *)ctx)->is_put_off = true;
	return true;
}

static void on_reload(void *ctx)
{
	struct life *l = ctx;

	log_info("values", LOG_INT("max", l->v.max), LOG_STR("greeting", l->v.greeting));
	if (l->is_put_off)
		proc_stop(&l->p);
	while (l->manner == SPIN)
		pause();
}

static bool is_well(void *ctx, struct buf *why)
{
	const struct life *l = ctx;

	if (l->v.max != 6)
		return true;
	buf_adds(why, "six is\ntoo few");
	return false;
}

static int live(int argc, char **argv, enum manner manner)
{
	struct life l = { .manner = manner };
	const struct proc_hooks hooks = { .stop = on_stop,
					  .reload = on_reload,
					  .ctx = &l,
					  .put_off = manner == WAIT ? on_put_off : NULL };
	struct rlimit files;
	int status;

	/* check has handlers of its own, which end the test. */
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	if (proc_start(&l.p, &spec, &l.v, argc, argv, &status))
		return status;
	proc_hooks(&l.p, &hooks);
	proc_watch(&l.p, is_well, &l);
	getrlimit(RLIMIT_NOFILE, &files);
	log_info("alive", LOG_STR("name", l.p.name), LOG_INT("max", l.v.max),
		 LOG_STR("data", l.p.flag_values[0]), LOG_STR("dir", l.p.flag_values[1]),
		 LOG_INT("insecure", l.p.insecure),
		 LOG_INT("all_files", files.rlim_cur == files.rlim_max));
	proc_ready(&l.p);
	proc_ready(&l.p);
	status = proc_run(&l.p);
	log_info("stops", LOG_INT("n", l.stops));
	proc_done(&l.p);
	/* As a second SIGTERM might come, at the worst time. */
	raise(SIGTERM);
	return status;
}

struct child {
	pid_t pid;
	int out; /* its stdout and stderr */
	char text[TEXT_MAX];
	size_t n;
};

static void start(struct child *c, enum manner manner, const char *const *args)
{
	char *argv[16] = { "mudlark-gateway" };
	int ends[2], argc = 1;

	for (; args && args[argc - 1]; argc++)
		argv[argc] = base_dup(args[argc - 1], strlen(args[argc - 1]));
	ck_assert_int_eq(pipe(ends), 0);
	c->n = 0;
	c->out = ends[0];
	c->pid = fork();
	ck_assert_int_ge(c->pid, 0);
	if (c->pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		exit(live(argc, argv, manner));
	}
	close(ends[1]);
	for (int i = 1; i < argc; i++)
		free(argv[i]);
}

/* Reads one piece of what it says; false at the end. */
static bool listen_to(struct child *c)
{
	struct pollfd p = { .fd = c->out, .events = POLLIN };
	ssize_t n;

	ck_assert_msg(poll(&p, 1, PATIENCE_MS) == 1, "silent; so far:\n%.*s", (int)c->n, c->text);
	n = read(c->out, c->text + c->n, sizeof(c->text) - c->n);
	if (n > 0)
		c->n += (size_t)n;
	return n > 0;
}

static bool said(const struct child *c, const char *text)
{
	return memmem(c->text, c->n, text, strlen(text)) != NULL;
}

static void wait_for(struct child *c, const char *text)
{
	while (!said(c, text))
		ck_assert_msg(listen_to(c), "ended without %s:\n%.*s", text, (int)c->n, c->text);
}

/* Its exit status; 128 + the signal that ended it. */
static int end_of(struct child *c)
{
	int status;

	while (listen_to(c))
		;
	close(c->out);
	ck_assert_int_eq(waitpid(c->pid, &status, 0), c->pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Runs to its end with up to two arguments. */
static int run(struct child *c, const char *a, const char *b)
{
	const char *const args[] = { a, b, NULL };

	start(c, OBEY, args);
	return end_of(c);
}

START_TEST(the_command_line_is_understood_or_explained)
{
	struct child c;

	ck_assert_int_eq(run(&c, "--help", NULL), EXIT_DONE);
	ck_assert(said(&c, "mudlark-gateway - a process for tests\n"));
	ck_assert(said(&c, "--config FILE") && said(&c, "--pack-dir VALUE"));
	ck_assert_int_eq(run(&c, "--version", NULL), EXIT_DONE);
	ck_assert(said(&c, "mudlark-gateway " PROC_VERSION "\n"));
	ck_assert_str_eq(proc_build(), PROC_VERSION);
	ck_assert_int_eq(run(&c, "--frobnicate", NULL), EXIT_USAGE);
	ck_assert(said(&c, "mudlark-gateway: there is no flag --frobnicate; --help lists"));
	ck_assert_int_eq(run(&c, "--config", NULL), EXIT_USAGE);
	ck_assert(said(&c, "a value is missing behind --config"));
	ck_assert_int_eq(run(&c, "here", NULL), EXIT_USAGE);
	ck_assert(said(&c, "no use for here"));
}
END_TEST

START_TEST(the_configuration_is_printed_and_checked)
{
	struct child c;

	ck_assert_int_eq(run(&c, "--print-config", "--set=gateway.max=11"), EXIT_DONE);
	ck_assert(said(&c, "log:\n") && said(&c, "\n  level: info\n"));
	ck_assert(said(&c, "bus:\n") && said(&c, "\n  key_file: \"\"\n"));
	ck_assert(said(&c, "gateway:\n") && said(&c, "\n  max: 11\n"));
	ck_assert_int_eq(run(&c, "--check-config", "--set=gateway.max=11"), EXIT_DONE);
	ck_assert_uint_eq(c.n, 3);
	ck_assert(said(&c, "ok\n"));
	ck_assert_int_eq(run(&c, "--check-config", "--set=gateway.max=101"), EXIT_USAGE);
	ck_assert(said(&c, "--set: gateway.max: \"101\" is above the most allowed, 100\n"));
	ck_assert_int_eq(run(&c, "--set=log.level=loud", "--set=world.any=1"), EXIT_USAGE);
	ck_assert(said(&c, "log.level: \"loud\" is not one of error, warning, info, debug\n"));
}
END_TEST

START_TEST(what_a_process_has_against_its_values_is_said_by_the_check_and_at_the_start)
{
	static const char mistakes[] = "mudlark-gateway: the configuration has mistakes:\n"
				       "gateway.greeting: nobody is greeted like that.\n";
	struct child c;

	ck_assert_int_eq(run(&c, "--check-config", "--set=gateway.greeting=rude"), EXIT_USAGE);
	ck_assert(said(&c, mistakes) && !said(&c, "ok\n"));
	ck_assert_int_eq(run(&c, "--set=gateway.greeting=rude", NULL), EXIT_USAGE);
	ck_assert(said(&c, mistakes) && !said(&c, "event=started"));
	ck_assert_int_eq(run(&c, "--print-config", "--set=gateway.greeting=rude"), EXIT_DONE);
	ck_assert(said(&c, "greeting: \"rude\"\n"));
}
END_TEST

START_TEST(flags_and_options_reach_the_process)
{
	static const char *const args[] = { "--data=/d",  "--name",	     "east",
					    "--insecure", "--set",	     "gateway.max=3",
					    "--set",	  "log.level=debug", NULL };
	struct child c;

	start(&c, OBEY, args);
	wait_for(&c, " event=ready\n");
	ck_assert(said(&c, "process=east event=alive name=east max=3 data=/d dir=\"\" insecure=1 "
			   "all_files=1\n"));
	ck_assert(said(&c, " event=libraries "));
	kill(c.pid, SIGINT);
	ck_assert_int_eq(end_of(&c), EXIT_DONE);
}
END_TEST

START_TEST(a_name_may_have_that_of_the_machine_in_it)
{
	static const char *const args[] = { "--name=gateway-%H!", NULL };
	char machine[80] = "", name[160];
	struct child c;

	ck_assert_int_eq(gethostname(machine, sizeof(machine) - 1), 0);
	snprintf(name, sizeof(name), " name=gateway-%s! ", machine);
	start(&c, OBEY, args);
	wait_for(&c, name);
	kill(c.pid, SIGINT);
	ck_assert_int_eq(end_of(&c), EXIT_DONE);
}
END_TEST

START_TEST(sigterm_stops_it_once_and_cleanly)
{
	struct child c;

	start(&c, OBEY, NULL);
	wait_for(&c, " event=ready\n");
	kill(c.pid, SIGTERM);
	kill(c.pid, SIGTERM);
	ck_assert_int_eq(end_of(&c), EXIT_DONE);
	ck_assert(said(&c, "process=gateway event=stopping signal=TERM\n"));
	ck_assert(said(&c, "event=stopped status=0\n"));
	ck_assert(said(&c, "event=stops n=1\n"));
}
END_TEST

START_TEST(sigterm_can_be_put_off_until_the_process_itself_or_the_next_one_ends_it)
{
	struct child c;

	start(&c, WAIT, NULL);
	wait_for(&c, " event=ready\n");
	kill(c.pid, SIGTERM);
	wait_for(&c, "event=stop_put_off signal=TERM\n");
	kill(c.pid, SIGTERM);
	ck_assert_int_eq(end_of(&c), EXIT_DONE);
	ck_assert(said(&c, "event=stops n=1\n"));

	start(&c, WAIT, NULL);
	wait_for(&c, " event=ready\n");
	kill(c.pid, SIGTERM);
	wait_for(&c, "event=stop_put_off signal=TERM\n");
	kill(c.pid, SIGHUP);
	ck_assert_int_eq(end_of(&c), EXIT_DONE);
	ck_assert(said(&c, "event=stops n=1\n"));
}
END_TEST

START_TEST(sigint_is_never_put_off)
{
	struct child c;

	start(&c, WAIT, NULL);
	wait_for(&c, " event=ready\n");
	kill(c.pid, SIGINT);
	ck_assert_int_eq(end_of(&c), EXIT_DONE);
	ck_assert(!said(&c, "stop_put_off"));
}
END_TEST

START_TEST(one_that_does_not_stop_is_ended_after_five_seconds)
{
	struct child c;

	start(&c, HANG, NULL);
	wait_for(&c, " event=ready\n");
	kill(c.pid, SIGTERM);
	ck_assert_int_eq(end_of(&c), EXIT_STUCK);
	ck_assert(said(&c, "event=stuck"));
}
END_TEST

static void write_file(const char *path, const char *yaml)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	fputs(yaml, f);
	ck_assert_int_eq(fclose(f), 0);
}

START_TEST(sighup_takes_over_what_may_change)
{
	char path[] = "/tmp/mudlark-proc-XXXXXX";
	const char *const args[] = { "--config", path, NULL };
	struct child c;

	close(mkstemp(path));
	write_file(path, "gateway: {max: 5}\n");
	start(&c, OBEY, args);
	wait_for(&c, " event=ready\n");
	ck_assert(said(&c, " max=5 "));
	write_file(path, "gateway: {max: 6, greeting: yo}\nlog: {format: json}\n");
	kill(c.pid, SIGHUP);
	wait_for(&c, "\"event\":\"values\",\"max\":6,\"greeting\":\"hi\"}\n");
	ck_assert(said(&c, "\"event\":\"restart_needed\",\"options\":\"gateway.greeting\"}\n"));
	write_file(path, "gateway: {max: 7000}\nlog: {format: json}\n");
	kill(c.pid, SIGHUP);
	wait_for(&c, "\"event\":\"reload_refused\"");
	wait_for(&c, ":1:16: gateway.max: \\\"7000\\\" is above the most allowed, 100\"}\n");
	kill(c.pid, SIGTERM);
	ck_assert_int_eq(end_of(&c), EXIT_DONE);
	unlink(path);
}
END_TEST

static void set_number(const char *variable, int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", n);
	setenv(variable, text, 1);
}

START_TEST(the_supervisor_hears_ready_and_a_heartbeat)
{
	int beat[2], ready[2];
	char bytes[4];
	struct child c;

	ck_assert_int_eq(pipe(beat), 0);
	ck_assert_int_eq(pipe(ready), 0);
	set_number("MUDLARK_HEARTBEAT_FD", beat[1]);
	set_number("MUDLARK_READY_FD", ready[1]);
	start(&c, OBEY, NULL);
	close(beat[1]);
	close(ready[1]);
	/* One byte, then the end, as the process closes its side. */
	ck_assert_int_eq((int)read(ready[0], bytes, 1), 1);
	ck_assert_int_eq((int)read(ready[0], bytes, 1), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq((int)read(beat[0], bytes, 1), 1);
	kill(c.pid, SIGTERM);
	ck_assert_int_eq(end_of(&c), EXIT_DONE);
}
END_TEST

/* What it tells with its first two beats. */
static void hear_beats(const char *option, char text[64])
{
	const char *const args[] = { option, NULL };
	size_t n = 0;
	struct child c;
	int beat[2];

	ck_assert_int_eq(pipe(beat), 0);
	set_number("MUDLARK_HEARTBEAT_FD", beat[1]);
	start(&c, OBEY, args);
	close(beat[1]);
	for (unsigned beats = 0; beats < 2; beats += text[n++] == '.')
		ck_assert_int_eq((int)read(beat[0], text + n, 1), 1);
	text[n] = '\0';
	kill(c.pid, SIGTERM);
	ck_assert_int_eq(end_of(&c), EXIT_DONE);
	close(beat[0]);
}

START_TEST(the_supervisor_is_told_how_it_is)
{
	char text[64];

	hear_beats("--set=gateway.max=5", text);
	ck_assert_str_eq(text, ".=\n.");
	hear_beats("--set=gateway.max=6", text);
	ck_assert_str_eq(text, ".=six is too few\n.");
}
END_TEST

START_TEST(systemd_hears_ready_and_the_watchdog)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	bool ready = false, alive = false;
	struct child c;
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "/tmp/mudlark-notify-%d", (int)getpid());
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	setenv("NOTIFY_SOCKET", to.sun_path, 1);
	setenv("WATCHDOG_USEC", "2000000", 1);
	start(&c, OBEY, NULL);
	while (!ready || !alive) {
		char text[64];
		ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

		ck_assert_int_gt((int)n, 0);
		text[n] = '\0';
		ready = ready || strcmp(text, "READY=1") == 0;
		alive = alive || strcmp(text, "WATCHDOG=1") == 0;
	}
	kill(c.pid, SIGTERM);
	ck_assert_int_eq(end_of(&c), EXIT_DONE);
	unlink(to.sun_path);
}
END_TEST

/* A supervisor in between, which is killed: its child must follow. */
START_TEST(it_dies_with_its_supervisor)
{
	int ends[2];
	pid_t between;
	struct child c = { 0 };

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	between = fork();
	ck_assert_int_ge(between, 0);
	if (between == 0) {
		dup2(ends[1], STDERR_FILENO);
		set_number("MUDLARK_PARENT", getpid());
		if (fork() == 0) {
			char *argv[] = { "mudlark-gateway", NULL };

			close(ends[0]);
			close(ends[1]);
			exit(live(1, argv, OBEY));
		}
		close(ends[1]);
		close(STDERR_FILENO);
		pause();
		_exit(1);
	}
	close(ends[1]);
	c.out = ends[0];
	wait_for(&c, " event=ready\n");
	kill(between, SIGKILL);
	/* The end of the pipe is the end of the last process that holds it. */
	while (listen_to(&c))
		;
	ck_assert(said(&c, "event=stopped status=0\n"));
	while (waitpid(-1, NULL, 0) > 0)
		;
}
END_TEST

START_TEST(it_does_not_start_without_the_supervisor_it_was_promised)
{
	struct child c;

	set_number("MUDLARK_PARENT", 1 << 22);
	ck_assert_int_eq(run(&c, NULL, NULL), EXIT_FAULT);
	ck_assert(said(&c, "the supervisor is gone"));
}
END_TEST

START_TEST(the_watchdog_ends_a_loop_that_hangs_and_spares_one_that_was_stopped)
{
	static const char *const args[] = { "--set", "process.watchdog=2s", NULL };
	struct pollfd silence;
	struct child c;

	start(&c, SPIN, args);
	wait_for(&c, " event=ready\n");
	silence = (struct pollfd){ .fd = c.out, .events = POLLIN };
	kill(c.pid, SIGSTOP);
	ck_assert_int_eq(poll(&silence, 1, 3000), 0);
	kill(c.pid, SIGCONT);
	/* It would be gone when it beats no more: two limits are over before it is asked anything. */
	ck_assert_int_eq(poll(&silence, 1, 3000), 0);
	kill(c.pid, SIGHUP);
	ck_assert_int_eq(end_of(&c), EXIT_STUCK);
	ck_assert(said(&c, "event=hung reason=\"the loop does not turn\"\n"));
}
END_TEST

START_TEST(the_one_that_runs_is_asked_how_it_is)
{
	struct child c;

	ck_assert_int_eq(run(&c, "--check-ready", NULL), EXIT_USAGE);
	ck_assert(said(&c, "no address of /metrics is configured"));
	ck_assert_int_eq(run(&c, "--check-health", "--set=gateway.metrics=unix:/nowhere/here"),
			 EXIT_UNAVAILABLE);
	ck_assert(said(&c, "unix:/nowhere/here does not answer: No such file or directory\n"));
}
END_TEST

UNIT_MAIN("proc", the_command_line_is_understood_or_explained,
	  the_configuration_is_printed_and_checked,
	  what_a_process_has_against_its_values_is_said_by_the_check_and_at_the_start,
	  flags_and_options_reach_the_process, a_name_may_have_that_of_the_machine_in_it,
	  sigterm_stops_it_once_and_cleanly,
	  sigterm_can_be_put_off_until_the_process_itself_or_the_next_one_ends_it,
	  sigint_is_never_put_off, one_that_does_not_stop_is_ended_after_five_seconds,
	  sighup_takes_over_what_may_change, the_supervisor_hears_ready_and_a_heartbeat,
	  the_supervisor_is_told_how_it_is, systemd_hears_ready_and_the_watchdog,
	  it_dies_with_its_supervisor, it_does_not_start_without_the_supervisor_it_was_promised,
	  the_watchdog_ends_a_loop_that_hangs_and_spares_one_that_was_stopped,
	  the_one_that_runs_is_asked_how_it_is)
