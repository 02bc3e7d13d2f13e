/*
 * proc.c - see proc.h.  Signals arrive in the loop.  The end of a stop is watched from outside the
 * loop, by SIGALRM, as a loop that hangs is just what it is for.
 */
#include "rt/proc.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <protobuf-c/protobuf-c.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utf8proc.h>
#include <yaml.h>
#include "rt/log.h"
#include "rt/proc_impl.h"
#include "rt/text.h"

enum { HEARTBEAT_US = 500000, STOP_SECONDS = 5 };

/* One datagram to systemd, if it started us. */
static void notify(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	int fd;

	if (n < 2 || n >= sizeof(to.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(to.sun_path, path, n);
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	(void)!sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&to,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}

static void write_byte(int fd)
{
	ssize_t r;

	do
		r = write(fd, ".", 1);
	while (r < 0 && errno == EINTR);
}

/* One line, so short that a pipe takes all of it or nothing. */
static void describe(const struct proc_inner *in, struct buf *ret)
{
	struct buf why = { 0 };
	struct span text;

	buf_addc(ret, '=');
	if (!in->is_well(in->well_ctx, &why)) {
		text = buf_span(&why);
		text.n = text_cut(text, PROC_WHY_BYTES);
		for (size_t i = 0; i < text.n; i++)
			buf_addc(ret, (uint8_t)text.p[i] < ' ' ? ' ' : text.p[i]);
	}
	buf_addc(ret, '\n');
	buf_done(&why);
}

/* Only what is new; what the pipe does not take now is told with the next beat. */
static void tell_how(struct proc_inner *in)
{
	struct buf line = { 0 };

	if (!in->is_well)
		return;
	describe(in, &line);
	if (line.n == in->told.n && memcmp(buf_p(&line), buf_p(&in->told), line.n) == 0) {
		buf_done(&line);
		return;
	}
	buf_done(&in->told);
	if (write(in->heartbeat_fd, buf_p(&line), line.n) == (ssize_t)line.n)
		in->told = line;
	else
		buf_done(&line);
}

static void on_heartbeat(void *ctx)
{
	struct proc_inner *in = ctx;

	if (in->heartbeat_fd >= 0) {
		write_byte(in->heartbeat_fd);
		tell_how(in);
	}
	if (in->systemd)
		notify("WATCHDOG=1");
	if (!in->stopping)
		proc_dog(in->common.watchdog);
	loop_timer_in(&in->heartbeat, HEARTBEAT_US);
}

static void on_stuck(UNUSED int signo)
{
	static const char line[] = "level=error event=stuck reason=\"did not stop within 5 s\"\n";

	(void)!write(STDERR_FILENO, line, sizeof(line) - 1);
	_exit(EXIT_STUCK);
}

void proc_stop(struct proc *p)
{
	struct proc_inner *in = p->inner;

	if (in->stopping)
		return;
	in->stopping = true;
	proc_dog(0);
	signal(SIGALRM, on_stuck);
	alarm(STOP_SECONDS);
	notify("STOPPING=1");
	if (in->hooks.stop)
		in->hooks.stop(in->hooks.ctx);
	else
		loop_stop(p->loop, EXIT_DONE);
}

static void on_stop(void *ctx, int signo)
{
	struct proc *p = ctx;
	struct proc_inner *in = p->inner;
	bool is_first = !in->put_off;

	if (in->stopping)
		return;
	in->put_off = is_first && signo == SIGTERM && in->hooks.put_off &&
		      in->hooks.put_off(in->hooks.ctx);
	log_info(in->put_off ? "stop_put_off" : "stopping", LOG_STR("signal", sigabbrev_np(signo)));
	if (!in->put_off)
		proc_stop(p);
}

static void log_lines(const struct buf *lines)
{
	const char *at = buf_p(lines), *end = at + lines->n;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((newline ? newline : end) - at);
		CLEANUP(base_freep) char *line = base_dup(at, n);

		log_error("reload_refused", LOG_STR("mistake", line));
		at += n + 1;
	}
}

static void on_reload(void *ctx, UNUSED int signo)
{
	struct proc *p = ctx;
	struct proc_inner *in = p->inner;
	struct buf errors = { 0 }, notes = { 0 };

	if (conf_reload_parts(in->parts, ARRAY_LEN(in->parts), &p->source, &errors, &notes) > 0) {
		log_lines(&errors);
	} else {
		log_set((enum log_level)in->common.log_level, in->common.log_format);
		log_info("reloaded");
		if (notes.n > 0) {
			buf_addc(&notes, '\0');
			log_warning("restart_needed", LOG_STR("options", buf_p(&notes)));
		}
		if (in->hooks.reload)
			in->hooks.reload(in->hooks.ctx);
	}
	buf_done(&errors);
	buf_done(&notes);
}

/* A number from the environment; -1 when it is not there. */
static long number_from(const char *variable)
{
	const char *text = getenv(variable);
	char *end;
	long v;

	if (!text || !*text)
		return -1;
	errno = 0;
	v = strtol(text, &end, 10);
	return errno == 0 && *end == '\0' && v >= 0 && v <= INT32_MAX ? v : -1;
}

static int descriptor_from(const char *variable)
{
	int fd = (int)number_from(variable);

	if (fd < 0)
		return -1;
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -1;
	return fd;
}

/* True when the supervisor that started us is still there, or there is none. */
static bool bind_to_parent(void)
{
	long parent = number_from("MUDLARK_PARENT");

	if (parent <= 0)
		return true;
	prctl(PR_SET_PDEATHSIG, SIGINT); /* at once, whatever SIGTERM would do */
	return getppid() == (pid_t)parent;
}

static void raise_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

/* The libraries this runs with must be of the kind it was built with. */
static void check_libraries(void)
{
	if (protobuf_c_version_number() / 1000 != PROTOBUF_C_VERSION_NUMBER / 1000 ||
	    event_get_version_number() >> 16 != LIBEVENT_VERSION_NUMBER >> 16)
		log_warning("library_version", LOG_STR("reason", "not the one built against"));
	log_debug("libraries", LOG_STR("protobuf_c", protobuf_c_version()),
		  LOG_STR("libevent", event_get_version()),
		  LOG_STR("sodium", sodium_version_string()),
		  LOG_STR("utf8proc", utf8proc_version()),
		  LOG_STR("yaml", yaml_get_version_string()));
}

static int start_loop(struct proc *p)
{
	struct proc_inner *in = p->inner;
	int r = loop_new(&p->loop);

	if (r < 0)
		return r;
	signal(SIGPIPE, SIG_IGN);
	if ((r = loop_on_signal(p->loop, SIGTERM, on_stop, p)) < 0 ||
	    (r = loop_on_signal(p->loop, SIGINT, on_stop, p)) < 0 ||
	    (r = loop_on_signal(p->loop, SIGHUP, on_reload, p)) < 0)
		return r;
	loop_timer_init(p->loop, &in->heartbeat, on_heartbeat, in);
	in->heartbeat_fd = descriptor_from("MUDLARK_HEARTBEAT_FD");
	in->ready_fd = descriptor_from("MUDLARK_READY_FD");
	in->systemd = getenv("WATCHDOG_USEC") != NULL;
	if (in->heartbeat_fd >= 0 || in->systemd || in->common.watchdog > 0)
		loop_timer_soon(&in->heartbeat);
	return 0;
}

int proc_start(struct proc *p, const struct proc_spec *spec, void *values, int argc, char **argv,
	       int *ret_status)
{
	struct proc_inner *in = base_alloc(1, sizeof(*in));
	int r;

	*p = (struct proc){ .spec = spec, .values = values, .inner = in };
	in->heartbeat_fd = -1;
	in->ready_fd = -1;
	if (proc_args(p, argc, argv, ret_status)) {
		proc_done(p);
		return 1;
	}
	log_init(p->name, (enum log_level)in->common.log_level, in->common.log_format);
	*ret_status = EXIT_FAULT;
	if (!bind_to_parent()) {
		log_error("start_failed", LOG_STR("reason", "the supervisor is gone"));
		proc_done(p);
		return 1;
	}
	raise_limits();
	r = sodium_init() < 0 ? -ENOSYS : start_loop(p);
	if (r < 0) {
		log_error("start_failed", LOG_ERRNO(r));
		proc_done(p);
		return 1;
	}
	log_info("started", LOG_STR("version", proc_build()), LOG_INT("pid", getpid()));
	check_libraries();
	return 0;
}

void proc_hooks(struct proc *p, const struct proc_hooks *hooks)
{
	p->inner->hooks = *hooks;
}

void proc_watch(struct proc *p, bool (*is_well)(void *ctx, struct buf *why), void *ctx)
{
	p->inner->is_well = is_well;
	p->inner->well_ctx = ctx;
}

const struct proc_common *proc_common(const struct proc *p)
{
	return &p->inner->common;
}

void proc_ready(struct proc *p)
{
	struct proc_inner *in = p->inner;

	if (in->ready)
		return;
	in->ready = true;
	log_info("ready");
	if (in->ready_fd >= 0) {
		write_byte(in->ready_fd);
		close(in->ready_fd);
		in->ready_fd = -1;
	}
	notify("READY=1");
}

int proc_run(struct proc *p)
{
	int status = loop_run(p->loop);

	if (status < 0) {
		log_error("loop_failed", LOG_ERRNO(status));
		status = EXIT_FAULT;
	}
	log_info("stopped", LOG_INT("status", status));
	return status;
}

/* Without the loop a second SIGTERM would end the process by signal, in the middle of its end. */
static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

void proc_done(struct proc *p)
{
	struct proc_inner *in = p->inner;

	if (!in)
		return;
	if (p->loop)
		block_signals();
	loop_timer_done(&in->heartbeat);
	loop_free(p->loop);
	conf_done(in->parts[0].table, in->parts[0].values);
	conf_done(in->parts[1].table, in->parts[1].values);
	if (in->heartbeat_fd >= 0)
		close(in->heartbeat_fd);
	if (in->ready_fd >= 0)
		close(in->ready_fd);
	buf_done(&in->told);
	free(in->sets);
	free(in);
	free(p->name);
	*p = (struct proc){ 0 };
}
