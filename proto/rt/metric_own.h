/*
 * metric_own.h - the numbers that every process has, whatever it does: itself, its loop, its links.
 */
#pragma once

#include "rt/loop.h"
#include "rt/metric.h"

struct metric_own {
	struct loop *loop;
	struct loop_timer beat;
	uint64_t due_us;
	struct metric lag;
	double began_s, max_fds; /* asked once: a process may lose the right to ask */
};

void metric_own_init(struct metric_own *o, struct loop *l);
void metric_own_done(struct metric_own *o);
void metric_own_text(const struct metric_own *o, struct buf *out);
