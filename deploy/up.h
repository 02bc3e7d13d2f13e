/*
 * up.h - `mudlark up` while it runs: the parts that super.c's decisions are made of.
 *
 *	up.c         processes and pipes, signals, the timer of the state machine
 *	up_log.c     one log stream on stderr and in DATA/log/mudlark.log
 *	up_play.c    where players find it
 *	up_orders.c  status, metrics, stop, restart and reload from the control socket
 *
 * One loop, one thread, no library with threads: forking is safe here.
 */
#pragma once

#include "beat.h"
#include "child.h"
#include "command.h"
#include "control.h"
#include "logfile.h"
#include "logmux.h"
#include "place.h"
#include "rt/base.h"
#include "rt/loop.h"
#include "super.h"

struct up;

struct up_child {
	struct up *up;
	size_t i;
	char **argv;
	char *metrics; /* address of its numbers; NULL or empty: it shows none */
	struct child child;
	struct event *log_ev, *beat_ev, *ready_ev;
	struct beat beat;
};

struct up_log {
	struct logmux mux; /* source i is process i; the last one is the supervisor itself */
	struct logfile file;
	struct buf scratch;
	size_t self;
	uint64_t lost; /* lines the terminal did not take */
	bool colour;
	bool file_failed; /* said once */
};

struct up {
	struct loop *loop;
	struct place place;
	int lock_fd;
	struct super super;
	struct up_child children[SUPER_MAX];
	struct loop_timer timer;
	struct up_log log;
	struct control *control;
	struct buf play; /* where to play, said when all is ready */
	bool announced;	 /* `ready` was printed */
	bool on_terminal;
};

/* The whole life of `mudlark up`; returns its exit status. */
int up_run(const struct args *a);
/* After anything that happened to the state machine: arms the timer, announces, ends. */
void up_settle(struct up *u);
uint64_t up_now(const struct up *u);

/* -errno of the log file; the stream on stderr works in any case. */
int up_log_open(struct up_log *l, const char *path, const struct super *s) MUST_USE;
void up_log_close(struct up_log *l);
/* A sentence of the supervisor's own. */
void up_log_say(struct up_log *l, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The last lines process i wrote, indented. */
void up_log_last(struct up_log *l, size_t i);

/* A line for each place where one can play. */
void up_play(struct buf *out, const struct args *a);

void up_orders(void *ctx, const struct control_request *q, struct buf *answer);
