/*
 * metric.h - counters, gauges and histograms of a process, and the small HTTP server that shows
 * them: /metrics (Prometheus text 0.0.4), /healthz (the loop turns), /readyz (503 with a reason when
 * the process cannot do its work).
 *
 * Metrics are a static table of the process; names end in _total for counters, base units, no names
 * or ids of players as labels.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"
#include "rt/loop.h"

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

enum { METRIC_BUCKETS = 16 }; /* 50 us doubling to 1.6 s, and +Inf */

struct metric {
	const char *name; /* mudlark_lines_total; may end in a fixed label set {kind="telnet"} */
	const char *help;
	enum metric_kind kind;
	double value; /* counter, gauge */
	uint64_t bucket[METRIC_BUCKETS + 1];
	double sum;
	uint64_t count;
};

void metric_observe_us(struct metric *m, uint64_t us);
void metric_text(const struct metric *m, size_t n, struct buf *out);

struct metric_server;

struct metric_source {
	struct metric *metrics;
	size_t n;
	/* Refreshes gauges before they are shown; may be NULL. */
	void (*refresh)(void *ctx);
	/* True when ready; otherwise a reason is appended. */
	bool (*ready)(void *ctx, struct buf *reason);
	void *ctx;
};

/* At an address as in bind.h, or unix:path; "" turns it off: *ret is NULL and 0 is returned. Errors: those
 * of bind_tcp(). */
int metric_serve(struct metric_server **ret, struct loop *l, const char *address,
		 const struct metric_source *src) MUST_USE;
void metric_server_free(struct metric_server *s);
