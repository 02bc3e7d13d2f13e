/*
 * super.h - what `mudlark up` decides about its processes: when to start, restart, kill and give up.
 *
 * A state machine without processes, pipes or clock of its own: what happened comes in with the time,
 * what must be done goes out through super_ops.  up.c does it for real, the tests on virtual time.
 *
 *	OFF --spawn--> STARTING --ready byte--> READY
 *	STARTING, READY --exit--> WAITING --back-off over--> STARTING
 *	STARTING --a spare one is refused--> OFF --somebody restarts it--> STARTING
 *	STARTING, READY --told to go--> STOPPING --exit--> OFF, or STARTING for a restart
 *
 * Back-off: 50 ms, doubling to 5 s, forgotten by half a second of being ready, for players are
 * waiting.  Five exits in 30 s without having been ready are a crash loop: said once with the last
 * lines of its log, then tried every 10 s.  A command line, configuration or pack that is refused at
 * the very first start ends everything with that status; so does an address or lock that stays taken
 * for 7 s.  A process that one can play without is only left off, until somebody restarts it.  Watchdog: a ready process that has not beaten for its limit is killed.  Stop: stage by
 * stage (players' side first, store last), SIGINT, and SIGKILL where the stage's time is over; all in
 * less than 5 s.
 */
#pragma once

#include "rt/base.h"

enum { SUPER_MAX = 8, SUPER_FAILS = 5, SUPER_STAGES = 3 };

#define SUPER_BACKOFF_MIN_US 50000ull
#define SUPER_BACKOFF_MAX_US 5000000ull
#define SUPER_GOOD_LIFE_US 500000ull
#define SUPER_LOOP_WINDOW_US 30000000ull
#define SUPER_SLOW_US 10000000ull
#define SUPER_START_LIMIT_US 30000000ull
#define SUPER_IN_USE_US 7000000ull
#define SUPER_IN_USE_PACE_US 500000ull
#define SUPER_STAGE_US 1500000ull
#define SUPER_TWICE_US 1000000ull
#define SUPER_RESTART_US 5000000ull
#define SUPER_SILENT_US 2000000ull
#define SUPER_NEVER UINT64_MAX

enum super_state { SUPER_OFF, SUPER_STARTING, SUPER_READY, SUPER_WAITING, SUPER_STOPPING };

/* One row of the table of processes. */
struct super_kind {
	const char *name;
	const char *binary;
	uint64_t watchdog_us;
	unsigned stage; /* of the stop: 0 goes first */
	bool is_spare;	/* one can play without it */
};

enum super_say {
	SUPER_SAY,     /* a sentence about process i */
	SUPER_SAY_LOG, /* the same, and the last lines of its log belong under it */
};

struct super_ops {
	/* -errno: could not even be started. */
	int (*spawn)(void *ctx, size_t i);
	void (*signal)(void *ctx, size_t i, int signo);
	void (*say)(void *ctx, size_t i, enum super_say how, const char *sentence);
	void *ctx;
};

struct super_proc {
	const struct super_kind *kind;
	enum super_state state;
	bool asked; /* one of those this supervisor runs */
	bool ever_ready;
	bool killed;  /* SIGKILL sent, the exit is awaited */
	bool again;   /* STOPPING in order to start again */
	bool looping; /* crash loop, said */
	uint64_t first_us, spawned_us, ready_us, beat_us;
	uint64_t due_us; /* WAITING: start; STOPPING: kill */
	uint64_t backoff_us;
	uint64_t fails_us[SUPER_FAILS]; /* exits without having been ready, newest last */
	unsigned n_fails;
	unsigned restarts;
};

struct super {
	struct super_proc procs[SUPER_MAX];
	size_t n;
	struct super_ops ops;
	bool stopping;
	unsigned stage;
	uint64_t stop_us;
	int status; /* of `mudlark up` when all is over */
};

void super_init(struct super *s, const struct super_kind *kinds, size_t n,
		const struct super_ops *ops);
/* Leaves process i alone: it is not one of those to be run here. */
void super_skip(struct super *s, size_t i);

void super_start(struct super *s, uint64_t now);
void super_ready(struct super *s, size_t i, uint64_t now);
void super_beat(struct super *s, size_t i, uint64_t now);
/* wait_status as of waitpid(). */
void super_exited(struct super *s, size_t i, int wait_status, uint64_t now);
/* Does what is due; to be called at super_next() or soon after. */
void super_tick(struct super *s, uint64_t now);
uint64_t super_next(const struct super *s);

/* A second call kills everything at once, unless it comes so soon that it is the same one: a terminal
 * and `make`, say, may each pass on one Ctrl-C. */
void super_stop(struct super *s, uint64_t now);
/* 0; 1: process i is not run here, or everything is being stopped. */
int super_restart(struct super *s, size_t i, uint64_t now) MUST_USE;

bool super_all_ready(const struct super *s);
/* Ready, but its heart has not been heard for a while; soon the watchdog ends it. */
bool super_silent(const struct super *s, size_t i, uint64_t now);
/* Stopped, nothing left. */
bool super_over(const struct super *s);
const char *super_state_name(enum super_state state);
/* "was killed by signal 9 (Killed)", "exited with status 65 (a pack was refused)". */
void super_how(int wait_status, char *out, size_t n);
