/* up_orders.c - what the control socket of `mudlark up` can be asked to do. */
#include "up.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "rt/text.h"

struct order {
	const char *verb;
	size_t words_min, words_max; /* with the verb */
	void (*run)(struct up *u, const struct control_request *q, struct buf *answer);
};

static size_t find_process(const struct up *u, const char *name)
{
	size_t i = 0;
	while (i < u->super.n && strcmp(u->super.procs[i].kind->name, name) != 0)
		i++;
	return i;
}

static void no_process(const struct up *u, const char *name, struct buf *answer)
{
	buf_addf(answer, "error There is no process '%s' here; there are", name);
	for (size_t i = 0; i < u->super.n; i++)
		buf_addf(answer, "%s %s", i ? "," : "", u->super.procs[i].kind->name);
	buf_adds(answer, ".\n");
}

static void not_run(const char *name, struct buf *answer)
{
	buf_addf(answer, "error %s is not run here, or everything is being stopped.\n", name);
}

static void add_why(const struct beat *b, struct buf *answer)
{
	if (!*b->why)
		return;
	buf_addc(answer, ' ');
	text_clean(answer, (struct span){ b->why, strlen(b->why) });
}

/* = NAME PID STATE MILLISECONDS RESTARTS [WHY], the time being since the last start; WHY, to the end of the line, is what
 * a process that is ready says is missing all the same, or how long a `silent` one has been that. */
static void order_status(struct up *u, UNUSED const struct control_request *q, struct buf *answer)
{
	uint64_t now = up_now(u);
	for (size_t i = 0; i < u->super.n; i++) {
		const struct super_proc *p = &u->super.procs[i];
		int pid = (int)u->children[i].child.pid;
		if (!p->asked)
			continue;
		const bool silent = super_silent(&u->super, i, now);
		buf_addf(answer, "= %s %d %s %" PRIu64 " %u", p->kind->name, pid,
			 silent ? "silent" : super_state_name(p->state),
			 pid ? (now - p->spawned_us) / 1000 : 0, p->restarts);
		if (silent)
			buf_addf(answer, " no sign of life for %" PRIu64 " s",
				 (now - p->beat_us) / 1000000);
		else if (p->state == SUPER_READY)
			add_why(&u->children[i].beat, answer);
		buf_addc(answer, '\n');
	}
	buf_adds(answer, "ok\n");
}

/* = NAME ADDRESS, of those that run here and show their numbers somewhere. */
static void order_metrics(struct up *u, UNUSED const struct control_request *q, struct buf *answer)
{
	for (size_t i = 0; i < u->super.n; i++) {
		const char *address = u->children[i].metrics;
		if (u->super.procs[i].asked && address && *address)
			buf_addf(answer, "= %s %s\n", u->super.procs[i].kind->name, address);
	}
	buf_adds(answer, "ok\n");
}

static void order_stop(struct up *u, UNUSED const struct control_request *q, struct buf *answer)
{
	buf_adds(answer, "ok\n");
	if (u->super.stopping)
		return;
	up_log_say(&u->log, "Asked to stop.");
	super_stop(&u->super, up_now(u));
	up_settle(u);
}

static void order_restart(struct up *u, const struct control_request *q, struct buf *answer)
{
	size_t i = find_process(u, q->words[1]);
	if (i == u->super.n) {
		no_process(u, q->words[1], answer);
	} else if (super_restart(&u->super, i, up_now(u))) {
		not_run(q->words[1], answer);
	} else {
		up_log_say(&u->log, "Asked to restart %s.", q->words[1]);
		buf_adds(answer, "ok\n");
		up_settle(u);
	}
}

static void order_reload(struct up *u, const struct control_request *q, struct buf *answer)
{
	size_t only = q->n > 1 ? find_process(u, q->words[1]) : SUPER_MAX;
	if (only == u->super.n) {
		no_process(u, q->words[1], answer);
		return;
	}
	if (only != SUPER_MAX && !u->super.procs[only].asked) {
		not_run(q->words[1], answer);
		return;
	}
	for (size_t i = 0; i < u->super.n; i++)
		if (only == SUPER_MAX || only == i)
			child_signal(&u->children[i].child, SIGHUP);
	up_log_say(&u->log, "Asked to reload %s.", q->n > 1 ? q->words[1] : "all");
	buf_adds(answer, "ok\n");
}

static const struct order orders[] = {
	{ "status", 1, 1, order_status }, { "metrics", 1, 1, order_metrics },
	{ "stop", 1, 1, order_stop },	  { "restart", 2, 2, order_restart },
	{ "reload", 1, 2, order_reload },
};

void up_orders(void *ctx, const struct control_request *q, struct buf *answer)
{
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		const struct order *o = &orders[i];
		if (strcmp(o->verb, q->words[0]) == 0 && q->n >= o->words_min &&
		    q->n <= o->words_max) {
			o->run(ctx, q, answer);
			return;
		}
	}
	buf_adds(answer,
		 "error That is not one of status, stop, restart PROCESS, reload [PROCESS].\n");
}
