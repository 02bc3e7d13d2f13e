/*
 * drain.c - see drain.h.
 */
#include "gateway/drain.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include "rt/log.h"

enum { SENTENCE = 200, MINUTES_FROM_S = 90 };

static const char moved_line[] = "{system}This gate closes; your client goes on at another one.{/}";

struct state_row {
	const char *name;
	enum drain_state next;
	/* When it is left, since the beginning. */
	uint64_t (*until)(uint64_t length_us);
	void (*enter)(struct drain *d);
};

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t open_until(uint64_t length_us)
{
	return least(length_us / 10, DRAIN_OPEN_US);
}

static uint64_t warned_at(uint64_t length_us)
{
	return length_us - least(length_us / 4, DRAIN_WARN_US);
}

static uint64_t the_end(uint64_t length_us)
{
	return length_us;
}

/* `from`: how much of the time has passed. */
static void tell(struct drain *d, uint64_t from, const char *what)
{
	uint64_t left = (d->length_us - from + 999999) / 1000000;
	bool minutes = left >= MINUTES_FROM_S;
	uint64_t n = minutes ? (left + 30) / 60 : left;
	char text[SENTENCE];

	snprintf(text, sizeof(text), "{system}This gate closes in %" PRIu64 " %s%s%s{/}", n,
		 minutes ? "minute" : "second", n == 1 ? "" : "s", what);
	d->io.say(d->io.ctx, text);
}

static void enter_leaving(struct drain *d)
{
	d->io.shut(d->io.ctx);
	tell(d, open_until(d->length_us),
	     "; connect again, and another one takes you to where you are.");
}

static void enter_warned(struct drain *d)
{
	tell(d, warned_at(d->length_us), ".");
}

static void enter_over(struct drain *d)
{
	d->io.over(d->io.ctx);
}

static const struct state_row rows[DRAIN_STATES] = {
	[DRAIN_OFF] = { "off", DRAIN_OPEN, NULL, NULL },
	[DRAIN_OPEN] = { "open", DRAIN_LEAVING, open_until, NULL },
	[DRAIN_LEAVING] = { "leaving", DRAIN_WAITING, NULL, enter_leaving },
	[DRAIN_WAITING] = { "waiting", DRAIN_WARNED, warned_at, NULL },
	[DRAIN_WARNED] = { "warned", DRAIN_OVER, the_end, enter_warned },
	[DRAIN_OVER] = { "over", DRAIN_OVER, NULL, enter_over },
};

static void enter(struct drain *d, enum drain_state to)
{
	const struct state_row *row = &rows[to];

	assert(to == rows[d->state].next || to == DRAIN_OVER);
	log_info("drain", LOG_STR("from", rows[d->state].name), LOG_STR("to", row->name));
	d->state = to;
	d->due_us = row->until ? d->begin_us + row->until(d->length_us) : UINT64_MAX;
	if (row->enter)
		row->enter(d);
}

void drain_init(struct drain *d, const struct drain_io *io)
{
	*d = (struct drain){ .io = *io, .due_us = UINT64_MAX };
}

void drain_begin(struct drain *d, uint64_t length_us, uint64_t now_us)
{
	if (d->state != DRAIN_OFF)
		return;
	d->begin_us = now_us;
	d->length_us = length_us;
	enter(d, DRAIN_OPEN);
}

/* Some more go; when all have gone, or time presses, the rest is waited for. */
static void move(struct drain *d, uint64_t now_us)
{
	bool is_late = now_us >= d->begin_us + warned_at(d->length_us);

	if (!is_late && d->io.move(d->io.ctx, moved_line))
		d->due_us = now_us + DRAIN_STEP_US;
	else
		enter(d, DRAIN_WAITING);
}

void drain_tick(struct drain *d, uint64_t now_us)
{
	if (now_us < d->due_us)
		return;
	if (d->state == DRAIN_LEAVING)
		move(d, now_us);
	else
		enter(d, rows[d->state].next);
	if (d->state == DRAIN_LEAVING && d->due_us == UINT64_MAX)
		d->due_us = now_us + DRAIN_STEP_US; /* first the sentence goes out */
}

void drain_empty(struct drain *d)
{
	if (d->state > DRAIN_OPEN && d->state < DRAIN_OVER)
		enter(d, DRAIN_OVER);
}

bool drain_is_on(const struct drain *d)
{
	return d->state != DRAIN_OFF;
}
