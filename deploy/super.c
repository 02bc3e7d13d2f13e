/* super.c - the decisions of the supervisor; see super.h. */
#include "super.h"

#include <assert.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "rt/proc.h"

struct state_row {
	const char *name;
	unsigned next; /* bits of the states that may follow */
};

static const struct state_row states[] = {
	[SUPER_OFF] = { "off", 1 << SUPER_STARTING | 1 << SUPER_WAITING },
	[SUPER_STARTING] = { "starting", 1 << SUPER_READY | 1 << SUPER_WAITING |
						 1 << SUPER_STOPPING | 1 << SUPER_OFF },
	[SUPER_READY] = { "ready", 1 << SUPER_WAITING | 1 << SUPER_STOPPING | 1 << SUPER_OFF },
	[SUPER_WAITING] = { "waiting", 1 << SUPER_STARTING | 1 << SUPER_OFF },
	[SUPER_STOPPING] = { "stopping", 1 << SUPER_OFF | 1 << SUPER_WAITING },
};

struct meaning_row {
	int status;
	const char *meaning;
};

static const struct meaning_row meanings[] = {
	{ EXIT_DONE, "done" },
	{ EXIT_FAULT, "an unexpected error" },
	{ EXIT_USAGE, "command line or configuration refused" },
	{ EXIT_PACK, "a pack was refused" },
	{ EXIT_UNAVAILABLE, "something it needs never came" },
	{ EXIT_STUCK, "it did not stop in time" },
	{ EXIT_IN_USE, "a lock or an address is held by another process" },
	{ EXIT_SUPERSEDED, "a newer one has taken its place" },
};

const char *super_state_name(enum super_state state)
{
	return states[state].name;
}

void super_how(int wait_status, char *out, size_t n)
{
	if (WIFSIGNALED(wait_status)) {
		snprintf(out, n, "was killed by signal %d (%s)", WTERMSIG(wait_status),
			 strsignal(WTERMSIG(wait_status)));
		return;
	}
	int status = WEXITSTATUS(wait_status);
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
		if (meanings[i].status != status)
			continue;
		snprintf(out, n, "exited with status %d (%s)", status, meanings[i].meaning);
		return;
	}
	snprintf(out, n, "exited with status %d", status);
}

static void set_state(struct super_proc *p, enum super_state to)
{
	assert(states[p->state].next & (1u << to));
	p->state = to;
	p->killed = false;
}

static bool is_alive(const struct super_proc *p)
{
	return p->state == SUPER_STARTING || p->state == SUPER_READY || p->state == SUPER_STOPPING;
}

static void PRINTF_LIKE(4, 5)
	say(struct super *s, size_t i, enum super_say how, const char *fmt, ...)
{
	char sentence[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	s->ops.say(s->ops.ctx, i, how, sentence);
}

void super_init(struct super *s, const struct super_kind *kinds, size_t n,
		const struct super_ops *ops)
{
	assert(n <= SUPER_MAX);
	*s = (struct super){ .n = n, .ops = *ops };
	for (size_t i = 0; i < n; i++) {
		assert(kinds[i].stage < SUPER_STAGES);
		s->procs[i] = (struct super_proc){ .kind = &kinds[i], .asked = true };
	}
}

void super_skip(struct super *s, size_t i)
{
	s->procs[i].asked = false;
}

static void fatal(struct super *s, size_t i, int status, uint64_t now)
{
	s->status = status;
	say(s, i, SUPER_SAY, "Everything is stopped: without %s there is nothing to play.",
	    s->procs[i].kind->name);
	super_stop(s, now);
}

/* Next try of process i, after `delay`; says why it is needed. */
static void wait_for_next(struct super *s, size_t i, const char *how, uint64_t delay, uint64_t now)
{
	struct super_proc *p = &s->procs[i];
	p->due_us = now + delay;
	set_state(p, SUPER_WAITING);
	say(s, i, SUPER_SAY, "%s %s; next start in %.2f s.", p->kind->name, how,
	    (double)delay / 1e6);
}

static uint64_t grow_backoff(struct super_proc *p)
{
	p->backoff_us = p->backoff_us == 0 ? SUPER_BACKOFF_MIN_US : p->backoff_us * 2;
	if (p->backoff_us > SUPER_BACKOFF_MAX_US)
		p->backoff_us = SUPER_BACKOFF_MAX_US;
	return p->backoff_us;
}

static void note_fail(struct super_proc *p, uint64_t now)
{
	if (p->n_fails == SUPER_FAILS) {
		memmove(p->fails_us, p->fails_us + 1, sizeof(p->fails_us) - sizeof(p->fails_us[0]));
		p->n_fails--;
	}
	p->fails_us[p->n_fails++] = now;
}

static bool is_crash_loop(const struct super_proc *p, uint64_t now)
{
	return p->n_fails == SUPER_FAILS && now - p->fails_us[0] <= SUPER_LOOP_WINDOW_US;
}

static void start_one(struct super *s, size_t i, uint64_t now)
{
	struct super_proc *p = &s->procs[i];
	bool first = p->spawned_us == 0;
	int r = s->ops.spawn(s->ops.ctx, i);
	if (r < 0 && first) {
		say(s, i, SUPER_SAY, "%s cannot be started (%s): %s.", p->kind->name,
		    p->kind->binary, strerror(-r));
		p->first_us = now;
		if (!p->kind->is_spare)
			fatal(s, i, EXIT_FAULT, now);
		return;
	}
	if (r < 0) {
		char how[128];
		snprintf(how, sizeof(how), "cannot be started: %s", strerror(-r));
		if (p->state == SUPER_WAITING)
			set_state(p, SUPER_OFF);
		wait_for_next(s, i, how, grow_backoff(p), now);
		return;
	}
	p->restarts += first ? 0 : 1;
	p->first_us = first ? now : p->first_us;
	p->spawned_us = now;
	p->beat_us = now;
	set_state(p, SUPER_STARTING);
}

void super_start(struct super *s, uint64_t now)
{
	for (size_t i = 0; i < s->n && !s->stopping; i++)
		if (s->procs[i].asked)
			start_one(s, i, now);
}

void super_ready(struct super *s, size_t i, uint64_t now)
{
	struct super_proc *p = &s->procs[i];
	if (p->state != SUPER_STARTING)
		return;
	if (p->ever_ready || p->looping)
		say(s, i, SUPER_SAY, "%s is ready again.", p->kind->name);
	set_state(p, SUPER_READY);
	p->ever_ready = true;
	p->looping = false;
	p->n_fails = 0;
	p->ready_us = now;
	p->beat_us = now;
}

void super_beat(struct super *s, size_t i, uint64_t now)
{
	s->procs[i].beat_us = now;
}

/* SIGINT, which nobody puts off (gateway.drain), for every process of the stage; empty stages are
 * passed over. */
static void enter_stage(struct super *s, uint64_t now)
{
	for (; s->stage < SUPER_STAGES; s->stage++) {
		bool any = false;
		for (size_t i = 0; i < s->n; i++) {
			struct super_proc *p = &s->procs[i];
			if (p->kind->stage != s->stage || !is_alive(p))
				continue;
			any = true;
			p->again = false;
			p->due_us = s->stop_us + (s->stage + 1) * SUPER_STAGE_US;
			if (p->due_us < now)
				p->due_us = now;
			if (p->state == SUPER_STOPPING)
				continue;
			set_state(p, SUPER_STOPPING);
			s->ops.signal(s->ops.ctx, i, SIGINT);
		}
		if (any)
			return;
	}
}

void super_stop(struct super *s, uint64_t now)
{
	if (s->stopping) {
		for (size_t i = 0; i < s->n && now - s->stop_us >= SUPER_TWICE_US; i++)
			if (is_alive(&s->procs[i]))
				s->ops.signal(s->ops.ctx, i, SIGKILL);
		return;
	}
	s->stopping = true;
	s->stop_us = now;
	for (size_t i = 0; i < s->n; i++)
		if (s->procs[i].state == SUPER_WAITING)
			set_state(&s->procs[i], SUPER_OFF);
	enter_stage(s, now);
}

int super_restart(struct super *s, size_t i, uint64_t now)
{
	struct super_proc *p = &s->procs[i];
	if (!p->asked || s->stopping)
		return 1;
	p->n_fails = 0;
	p->backoff_us = 0;
	if (p->state == SUPER_WAITING) {
		p->due_us = now;
	} else if (p->state == SUPER_OFF) {
		p->first_us = now;
		start_one(s, i, now);
	} else if (p->state == SUPER_STARTING || p->state == SUPER_READY) {
		set_state(p, SUPER_STOPPING);
		p->again = true;
		p->due_us = now + SUPER_RESTART_US;
		s->ops.signal(s->ops.ctx, i, SIGINT);
	}
	return 0;
}

/* How long to wait after an exit nobody asked for; says what is more than an ordinary crash. */
static uint64_t judge_exit(struct super *s, size_t i, int status, const char *how, bool was_ready,
			   uint64_t now)
{
	struct super_proc *p = &s->procs[i];
	if (was_ready && now - p->ready_us >= SUPER_GOOD_LIFE_US)
		p->backoff_us = 0;
	if (!p->ever_ready && status == EXIT_IN_USE) {
		uint64_t delay = grow_backoff(p);
		return delay < SUPER_IN_USE_PACE_US ? delay : SUPER_IN_USE_PACE_US;
	}
	if (!was_ready)
		note_fail(p, now);
	bool hopeless = status == EXIT_USAGE || status == EXIT_PACK;
	if (!p->looping && (hopeless || is_crash_loop(p, now))) {
		p->looping = true;
		say(s, i, SUPER_SAY_LOG,
		    "%s %s%s; it is tried every 10 s from now on. Its last lines:", p->kind->name,
		    how,
		    hopeless ? "" : ", for the fifth time in a row without having become ready");
	}
	if (p->looping)
		return SUPER_SLOW_US;
	return grow_backoff(p);
}

/* Before a process was ever ready: would another try only say the same? */
static bool is_final(const struct super_proc *p, int status, uint64_t now)
{
	/* What another supervisor left behind when it was killed may take its time to go. */
	if (status == EXIT_IN_USE)
		return now - p->first_us >= SUPER_IN_USE_US;
	return status == EXIT_USAGE || status == EXIT_PACK;
}

static void give_up(struct super *s, size_t i, const char *how, int status, uint64_t now)
{
	const char *name = s->procs[i].kind->name;

	set_state(&s->procs[i], SUPER_OFF);
	if (s->procs[i].kind->is_spare) {
		say(s, i, SUPER_SAY_LOG,
		    "%s %s. Play goes on without it; once that is put right, `mudlark restart "
		    "%s` starts it. It said:",
		    name, how, name);
		return;
	}
	say(s, i, SUPER_SAY_LOG, "%s %s. It said:", name, how);
	fatal(s, i, status, now);
}

void super_exited(struct super *s, size_t i, int wait_status, uint64_t now)
{
	struct super_proc *p = &s->procs[i];
	if (!is_alive(p))
		return;
	bool was_ready = p->state == SUPER_READY;
	if (s->stopping) {
		set_state(p, SUPER_OFF);
		enter_stage(s, now);
		return;
	}
	if (p->state == SUPER_STOPPING) {
		p->due_us = now;
		set_state(p, SUPER_WAITING);
		start_one(s, i, now);
		return;
	}
	char how[128];
	super_how(wait_status, how, sizeof(how));
	int status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
	/* Started again it would take the place of the other, which would do the same. */
	bool replaced = p->kind->is_spare && status == EXIT_SUPERSEDED;
	if (replaced || (!p->ever_ready && is_final(p, status, now))) {
		give_up(s, i, how, status, now);
		return;
	}
	uint64_t delay = judge_exit(s, i, status, how, was_ready, now);
	wait_for_next(s, i, how, delay, now);
}

static uint64_t deadline(const struct super_proc *p)
{
	if (p->killed)
		return SUPER_NEVER;
	switch (p->state) {
	case SUPER_STARTING:
		return p->beat_us + SUPER_START_LIMIT_US;
	case SUPER_READY:
		return p->beat_us + p->kind->watchdog_us;
	case SUPER_WAITING:
	case SUPER_STOPPING:
		return p->due_us;
	case SUPER_OFF:
		break;
	}
	return SUPER_NEVER;
}

uint64_t super_next(const struct super *s)
{
	uint64_t next = SUPER_NEVER;
	for (size_t i = 0; i < s->n; i++) {
		uint64_t d = deadline(&s->procs[i]);
		next = d < next ? d : next;
	}
	return next;
}

/* A tick far behind its time means that this supervisor was stopped or starved: then nobody's heart
 * was listened to, and nobody is judged by it. */
static bool forgive(struct super_proc *p, uint64_t now)
{
	if (now - deadline(p) < 500000)
		return false;
	p->beat_us = now;
	return true;
}

static void tick_one(struct super *s, size_t i, uint64_t now)
{
	struct super_proc *p = &s->procs[i];
	if (now < deadline(p))
		return;
	switch (p->state) {
	case SUPER_WAITING:
		start_one(s, i, now);
		return;
	case SUPER_STARTING:
	case SUPER_READY:
		if (forgive(p, now))
			return;
		say(s, i, SUPER_SAY, "%s has made no progress for %.1f s and is killed.",
		    p->kind->name, (double)(now - p->beat_us) / 1e6);
		break;
	case SUPER_STOPPING:
		say(s, i, SUPER_SAY, "%s did not stop in time and is killed.", p->kind->name);
		break;
	case SUPER_OFF:
		return;
	}
	p->killed = true;
	s->ops.signal(s->ops.ctx, i, SIGKILL);
}

void super_tick(struct super *s, uint64_t now)
{
	for (size_t i = 0; i < s->n; i++)
		tick_one(s, i, now);
}

bool super_silent(const struct super *s, size_t i, uint64_t now)
{
	const struct super_proc *p = &s->procs[i];
	return p->state == SUPER_READY && now - p->beat_us > SUPER_SILENT_US;
}

static bool is_left_off(const struct super_proc *p)
{
	const bool is_off = p->state == SUPER_OFF && p->first_us != 0;
	return p->kind->is_spare && (is_off || p->looping);
}

bool super_all_ready(const struct super *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->procs[i].asked && s->procs[i].state != SUPER_READY &&
		    !is_left_off(&s->procs[i]))
			return false;
	return true;
}

bool super_over(const struct super *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (is_alive(&s->procs[i]))
			return false;
	return s->stopping;
}
