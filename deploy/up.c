/*
 * up.c - `mudlark up`: the processes of one machine, started and watched; see up.h.
 *
 * What to do is decided in super.c; here are the table of processes, their pipes, the signals and
 * the order of things at the beginning and the end.
 */
#include "up.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/proc.h"
#include "settings.h"

/* In the order of start, that of settings_process(), too; the stop goes by stage: no new input, then no new turns, then the store.
 */
static const struct super_kind kinds[] = {
	{ "persist", "mudlark-persist", 30000000, 2, false },
	{ "world", "mudlark-world", 2000000, 1, false },
	{ "gateway", "mudlark-gateway", 30000000, 0, false },
	{ "aibridge", "mudlark-aibridge", 30000000, 0, false },
	{ "irc", "mudlark-irc", 30000000, 0, true },
	{ "discord", "mudlark-discord", 30000000, 0, true },
	{ "rss", "mudlark-rss", 30000000, 0, true },
};
enum { GATEWAY = 2 };

uint64_t up_now(const struct up *u)
{
	return clock_mono(loop_clock(u->loop));
}

/* Reads what is there; false at the end of the pipe. */
static bool read_log(struct up_child *c)
{
	char piece[16384];
	ssize_t n;
	while ((n = read(c->child.log_fd, piece, sizeof(piece))) > 0)
		logmux_feed(&c->up->log.mux, c->i, piece, (size_t)n);
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static void on_log(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	struct up_child *c = ctx;
	if (!read_log(c))
		event_del(c->log_ev);
}

/* Number of bytes that were in a pipe; 0 also at its end. */
static size_t drain(int fd, struct event *ev, struct beat *beat)
{
	char bytes[256];
	size_t total = 0;
	ssize_t n;
	while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
		total += (size_t)n;
		if (beat)
			beat_feed(beat, (struct span){ bytes, (size_t)n });
	}
	if (n == 0)
		event_del(ev);
	return total;
}

static void on_beat(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	struct up_child *c = ctx;
	if (drain(c->child.beat_fd, c->beat_ev, &c->beat) > 0) {
		super_beat(&c->up->super, c->i, up_now(c->up));
		up_settle(c->up);
	}
}

static void on_ready(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	struct up_child *c = ctx;
	if (drain(c->child.ready_fd, c->ready_ev, NULL) > 0) {
		super_ready(&c->up->super, c->i, up_now(c->up));
		up_settle(c->up);
	}
}

static struct event *listen_to(struct up_child *c, int fd, event_callback_fn fn)
{
	struct event *ev = event_new(loop_base(c->up->loop), fd, EV_READ | EV_PERSIST, fn, c);
	if (!ev || event_add(ev, NULL) < 0)
		abort();
	return ev;
}

static int spawn(void *ctx, size_t i)
{
	struct up *u = ctx;
	struct up_child *c = &u->children[i];
	int r = child_spawn(&c->child, c->argv);
	if (r < 0)
		return r;
	logmux_forget(&u->log.mux, i);
	beat_init(&c->beat);
	c->log_ev = listen_to(c, c->child.log_fd, on_log);
	c->beat_ev = listen_to(c, c->child.beat_fd, on_beat);
	c->ready_ev = listen_to(c, c->child.ready_fd, on_ready);
	return 0;
}

static void send_signal(void *ctx, size_t i, int signo)
{
	struct up *u = ctx;
	child_signal(&u->children[i].child, signo);
}

static void say(void *ctx, size_t i, enum super_say how, const char *sentence)
{
	struct up *u = ctx;
	up_log_say(&u->log, "%s", sentence);
	if (how == SUPER_SAY_LOG)
		up_log_last(&u->log, i);
}

static void child_gone(struct up_child *c)
{
	struct event **evs[] = { &c->log_ev, &c->beat_ev, &c->ready_ev };
	read_log(c);
	logmux_end(&c->up->log.mux, c->i);
	for (size_t k = 0; k < ARRAY_LEN(evs); k++) {
		event_free(*evs[k]);
		*evs[k] = NULL;
	}
	child_close(&c->child);
}

static void on_child(void *ctx, UNUSED int signo)
{
	struct up *u = ctx;
	for (size_t i = 0; i < u->super.n; i++) {
		int status;
		if (!child_reap(&u->children[i].child, &status))
			continue;
		child_gone(&u->children[i]);
		super_exited(&u->super, i, status, up_now(u));
	}
	up_settle(u);
}

static void on_stop(void *ctx, int signo)
{
	struct up *u = ctx;
	if (!u->super.stopping)
		up_log_say(&u->log, "%s: stopping.", signo == SIGINT ? "Ctrl-C" : "Told to end");
	super_stop(&u->super, up_now(u));
	up_settle(u);
}

/* A terminal that went away ends everything, as it would any program in it; otherwise: reload. */
static void on_hangup(void *ctx, int signo)
{
	struct up *u = ctx;
	if (u->on_terminal && tcgetpgrp(STDIN_FILENO) < 0) {
		on_stop(u, signo);
		return;
	}
	up_log_say(&u->log, "SIGHUP: every process reloads its configuration.");
	for (size_t i = 0; i < u->super.n; i++)
		child_signal(&u->children[i].child, SIGHUP);
}

static void on_timer(void *ctx)
{
	struct up *u = ctx;
	super_tick(&u->super, up_now(u));
	up_settle(u);
}

static void announce(struct up *u)
{
	u->announced = true;
	printf("%.*sready\n", (int)u->play.n, buf_p(&u->play));
	fflush(stdout);
}

void up_settle(struct up *u)
{
	if (super_over(&u->super)) {
		loop_stop(u->loop, u->super.status);
		return;
	}
	if (!u->announced && !u->super.stopping && super_all_ready(&u->super))
		announce(u);
	uint64_t next = super_next(&u->super), now = up_now(u);
	if (next == SUPER_NEVER)
		loop_timer_stop(&u->timer);
	else
		loop_timer_in(&u->timer, next > now ? next - now : 0);
}

static void choose_wanted(struct up *u, const struct args *a)
{
	for (size_t i = 0; i < u->super.n; i++)
		if (!settings_wants(a, settings_process(i)))
			super_skip(&u->super, i);
}

/* --only a,b */
static int choose(struct up *u, const char *only)
{
	unsigned chosen = 0;
	CLEANUP(base_freep) char *list = base_dup(only, strlen(only));
	char *rest = list, *name;
	while ((name = strsep(&rest, ","))) {
		size_t i = 0;
		while (i < u->super.n && strcmp(kinds[i].name, name) != 0)
			i++;
		if (i == u->super.n) {
			fprintf(stderr,
				"mudlark up: --only: there is no process '%s'; there are "
				"persist, world, gateway, aibridge, irc, discord and rss\n",
				name);
			return EXIT_USAGE;
		}
		chosen |= 1u << i;
	}
	for (size_t i = 0; i < u->super.n; i++)
		if (!(chosen & (1u << i)))
			super_skip(&u->super, i);
	return 0;
}

static int claim(struct up *u)
{
	const char *what = NULL;
	int pid = 0;
	int r = place_make(&u->place, &what);
	if (r < 0) {
		fprintf(stderr, "mudlark up: %s: %s\n", what, strerror(-r));
		return EXIT_FAULT;
	}
	r = place_lock(&u->place, &u->lock_fd, &pid);
	if (r == -EWOULDBLOCK) {
		fprintf(stderr,
			"mudlark up: another `mudlark up` (process %d) runs on the data "
			"directory '%s'\n",
			pid, u->place.data);
		return EXIT_IN_USE;
	}
	if (r < 0) {
		fprintf(stderr, "mudlark up: %s: %s\n", u->place.lock, strerror(-r));
		return EXIT_FAULT;
	}
	return 0;
}

static void prepare(struct up *u, const struct args *a)
{
	CLEANUP(base_freep) char *beside = place_bin();
	const char *bin = a->bin ? a->bin : beside;
	char **derived = settings_derive(a, &u->place, bin);
	for (size_t i = 0; i < u->super.n; i++) {
		CLEANUP(base_freep) char *program = place_join(bin, kinds[i].binary);
		u->children[i] = (struct up_child){ .up = u, .i = i, .child = { 0, -1, -1, -1 } };
		u->children[i].argv = settings_argv(program, a, derived, NULL);
		u->children[i].metrics =
			settings_value(a, &u->place, bin, settings_process(i)->metrics);
	}
	settings_free(derived);
	if (u->super.procs[GATEWAY].asked)
		up_play(&u->play, a);
	u->on_terminal = isatty(STDIN_FILENO) == 1;
}

static int listen_signals(struct up *u)
{
	static const struct {
		int signo;
		void (*fn)(void *ctx, int signo);
	} table[] = {
		{ SIGCHLD, on_child },
		{ SIGINT, on_stop },
		{ SIGTERM, on_stop },
		{ SIGHUP, on_hangup },
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		int r = loop_on_signal(u->loop, table[i].signo, table[i].fn, u);
		if (r < 0)
			return r;
	}
	return 0;
}

static int live(struct up *u)
{
	int r = listen_signals(u);
	if (r == 0)
		r = control_open(&u->control, u->loop, u->place.socket, up_orders, u);
	if (r < 0) {
		fprintf(stderr, "mudlark up: %s: %s\n", u->place.socket, strerror(-r));
		return EXIT_FAULT;
	}
	super_start(&u->super, up_now(u));
	up_settle(u);
	return loop_run(u->loop);
}

static void done(struct up *u)
{
	control_close(u->control);
	loop_timer_done(&u->timer);
	for (size_t i = 0; i < u->super.n; i++) {
		settings_free(u->children[i].argv);
		free(u->children[i].metrics);
	}
	loop_free(u->loop);
	buf_done(&u->play);
	/* A gateway that has given up its rights cannot remove what it listened on. */
	if (u->super.procs[GATEWAY].asked) {
		CLEANUP(base_freep) char *numbers = place_join(u->place.run, "gateway.metrics");
		unlink(u->place.console);
		unlink(numbers);
	}
	if (u->lock_fd >= 0)
		close(u->lock_fd);
	place_done(&u->place);
}

int up_run(const struct args *a)
{
	struct up u = { .lock_fd = -1 };
	const struct super_ops ops = { spawn, send_signal, say, &u };
	super_init(&u.super, kinds, ARRAY_LEN(kinds), &ops);
	place_init(&u.place, a->data);
	int status = 0;
	if (a->only)
		status = choose(&u, a->only);
	else
		choose_wanted(&u, a);
	if (status == 0)
		status = claim(&u);
	if (status != 0) {
		place_done(&u.place);
		return status;
	}
	int r = loop_new(&u.loop);
	if (r < 0) {
		fprintf(stderr, "mudlark up: event loop: %s\n", strerror(-r));
		return EXIT_FAULT;
	}
	loop_timer_init(u.loop, &u.timer, on_timer, &u);
	prepare(&u, a);
	r = up_log_open(&u.log, u.place.log_file, &u.super);
	if (r < 0)
		up_log_say(&u.log, "%s: %s.", u.place.log_file, strerror(-r));
	status = live(&u);
	up_log_say(&u.log, "Stopped.");
	up_log_close(&u.log);
	done(&u);
	return status;
}
