/*
 * loop.c - see loop.h.
 *
 * A turn is one event_base_loop(EVLOOP_ONCE), then the idle hooks.  libevent leaves such a turn only
 * when nothing is active any more, which under a flood is never; the fence, a timer that breaks the
 * turn off, bounds it: to FENCE_BUSY_US while turns come thick, to FENCE_IDLE_US when a flood breaks
 * into a quiet loop.
 */
#include "rt/loop.h"
#include "rt/log.h"

#include <errno.h>
#include <stdlib.h>

enum {
	PRIORITIES = 3, /* control, network, bulk */
	DISPATCH_US = 3000,
	DISPATCH_CALLBACKS = 64,
	FENCE_BUSY_US = 4000,
	FENCE_IDLE_US = 50000,
	FENCE_TURNS = 2, /* more turns than this between two fences: busy */
};

struct loop_idle {
	void (*fn)(void *ctx);
	void *ctx;
};

struct loop_signal {
	struct loop_signal *next;
	struct event *ev;
	void (*fn)(void *ctx, int signo);
	void *ctx;
};

struct loop {
	struct event_base *base;
	struct event *fence;
	unsigned turns; /* since the last fence */
	bool stopped;
	int status;
	struct loop_idle *idle;
	size_t n_idle;
	struct loop_signal *signals;
	struct wire *wires;
};

static struct timeval timeval_of(uint64_t us)
{
	return (struct timeval){ .tv_sec = (time_t)(us / 1000000),
				 .tv_usec = (suseconds_t)(us % 1000000) };
}

static void set_fence(struct loop *l)
{
	/* What is active beside the fence itself waits because there is more than a turn takes. */
	const bool flood = event_base_get_num_events(l->base, EVENT_BASE_COUNT_ACTIVE) > 0;
	const bool busy = flood || l->turns > FENCE_TURNS;
	const struct timeval tv = timeval_of(busy ? FENCE_BUSY_US : FENCE_IDLE_US);

	l->turns = 0;
	event_add(l->fence, &tv);
}

static void on_fence(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	struct loop *l = ctx;

	set_fence(l);
	event_base_loopbreak(l->base);
}

/* What libevent has to say would go to stderr as it is, and as often as it happens. */
static void on_words(int severity, const char *text)
{
	if (severity >= EVENT_LOG_WARN)
		log_library("libevent", text);
}

static struct event_base *new_base(void)
{
	const struct timeval dispatch = { .tv_usec = DISPATCH_US };
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (!config)
		return NULL;
	if (event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER) == 0 &&
	    event_config_set_max_dispatch_interval(config, &dispatch, DISPATCH_CALLBACKS, 1) == 0)
		base = event_base_new_with_config(config);
	event_config_free(config);
	if (base && event_base_priority_init(base, PRIORITIES) < 0) {
		event_base_free(base);
		base = NULL;
	}
	return base;
}

int loop_new(struct loop **ret)
{
	CLEANUP(loop_freep) struct loop *l = base_alloc(1, sizeof(*l));

	event_set_log_callback(on_words);
	l->base = new_base();
	if (!l->base)
		return -ENOMEM;
	l->fence = event_new(l->base, -1, 0, on_fence, l);
	if (!l->fence)
		return -ENOMEM;
	event_priority_set(l->fence, 0);
	*ret = TAKE(l);
	return 0;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	while (l->signals) {
		struct loop_signal *s = l->signals;

		l->signals = s->next;
		event_free(s->ev);
		free(s);
	}
	if (l->fence)
		event_free(l->fence);
	if (l->base)
		event_base_free(l->base);
	free(l->idle);
	free(l);
}

void loop_freep(struct loop **l)
{
	loop_free(*l);
}

struct event_base *loop_base(struct loop *l)
{
	return l->base;
}

struct wire **loop_wires(struct loop *l)
{
	return &l->wires;
}

const struct clock *loop_clock(UNUSED struct loop *l)
{
	return &clock_system;
}

int loop_run(struct loop *l)
{
	set_fence(l);
	while (!l->stopped) {
		if (event_base_loop(l->base, EVLOOP_ONCE) < 0)
			return -EIO;
		l->turns++;
		for (size_t i = 0; i < l->n_idle; i++) {
			if (l->idle[i].fn)
				l->idle[i].fn(l->idle[i].ctx);
		}
	}
	event_del(l->fence);
	l->stopped = false;
	return l->status;
}

void loop_stop(struct loop *l, int status)
{
	l->stopped = true;
	l->status = status;
	event_base_loopbreak(l->base);
}

static void on_timer(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	struct loop_timer *t = ctx;

	t->pending = false;
	t->soon = false;
	t->fn(t->ctx);
}

void loop_timer_init(struct loop *l, struct loop_timer *t, void (*fn)(void *ctx), void *ctx)
{
	*t = (struct loop_timer){ .loop = l, .fn = fn, .ctx = ctx };
	t->ev = event_new(l->base, -1, 0, on_timer, t);
	if (!t->ev)
		abort();
}

void loop_timer_done(struct loop_timer *t)
{
	if (t->ev)
		event_free(t->ev);
	*t = (struct loop_timer){ 0 };
}

void loop_timer_in(struct loop_timer *t, uint64_t delay_us)
{
	struct timeval tv = timeval_of(delay_us);

	/* libevent counts from the start of the turn; a long turn would make timers early. */
	if (delay_us > 0)
		event_base_update_cache_time(t->loop->base);
	event_add(t->ev, &tv);
	t->pending = true;
	t->soon = delay_us == 0;
}

void loop_timer_soon(struct loop_timer *t)
{
	if (!t->soon)
		loop_timer_in(t, 0);
}

void loop_timer_stop(struct loop_timer *t)
{
	if (t->pending)
		event_del(t->ev);
	t->pending = false;
	t->soon = false;
}

void loop_on_idle(struct loop *l, void (*fn)(void *ctx), void *ctx)
{
	l->idle = base_realloc(l->idle, l->n_idle + 1, sizeof(*l->idle));
	l->idle[l->n_idle++] = (struct loop_idle){ .fn = fn, .ctx = ctx };
}

/* Leaves a hole, since a hook may take itself out; only holes at the end are used again. */
void loop_off_idle(struct loop *l, void (*fn)(void *ctx), void *ctx)
{
	for (size_t i = 0; i < l->n_idle; i++) {
		if (l->idle[i].fn == fn && l->idle[i].ctx == ctx)
			l->idle[i] = (struct loop_idle){ 0 };
	}
	while (l->n_idle && !l->idle[l->n_idle - 1].fn)
		l->n_idle--;
}

static void on_signal(evutil_socket_t signo, UNUSED short what, void *ctx)
{
	struct loop_signal *s = ctx;

	s->fn(s->ctx, (int)signo);
}

int loop_on_signal(struct loop *l, int signo, void (*fn)(void *ctx, int signo), void *ctx)
{
	struct loop_signal *s = base_alloc(1, sizeof(*s));

	*s = (struct loop_signal){ .next = l->signals, .fn = fn, .ctx = ctx };
	s->ev = evsignal_new(l->base, signo, on_signal, s);
	if (!s->ev || event_priority_set(s->ev, 0) < 0 || event_add(s->ev, NULL) < 0) {
		if (s->ev)
			event_free(s->ev);
		free(s);
		return -EINVAL;
	}
	l->signals = s;
	return 0;
}
