/*
 * top_model.h - what `mudlark top` shows, worked out of what the processes said; printed by top_text.c and top_json.c.
 *
 * Rates are of the last round, quantiles of the last ten, as far as there are so many. NaN: not known.
 */
#pragma once

#include "known.h"
#include "rt/base.h"
#include "watch.h"

enum { TOP_KINDS = 5, TOP_PHASES = 7, TOP_LINKS = 64, TOP_BUDGETS = 16, TOP_WORD = 32 };

struct top_process {
	const char *name, *why;	  /* of the watch; why is empty when all is well */
	const char *kind;	  /* persist, world, gateway ...; "" unknown */
	char state[CONTROL_WORD]; /* ready, degraded, down, silent; or a supervisor's word */
	char version[TOP_WORD];
	int pid, restarts; /* -1: nobody counts */
	double uptime_s, cpu_percent, resident, fds, late_p99;
};

struct top_gateway {
	const char *name;
	double sessions, connections, by[TOP_KINDS]; /* top_kind_names */
	double lines, bytes_in, bytes_out;	     /* a second */
};

struct top_phase {
	const char *name;
	double rate, p50, p99; /* seconds */
};

/* One end of a link. */
struct top_link {
	const char *process;
	char peer[TOP_WORD];
	double peers, records, bytes, window, lag, breaks;
};

struct top_budget {
	char scope[TOP_WORD];
	double spent; /* 0 to 1 */
};

struct top_model {
	struct top_process processes[WATCH_MAX];
	size_t n_processes, n_well;
	bool asking; /* nobody can have answered yet; for who draws to set */
	struct top_gateway gateways[WATCH_MAX];
	size_t n_gateways;
	struct top_phase phases[TOP_PHASES];
	struct top_link links[TOP_LINKS];
	size_t n_links;
	struct top_budget budgets[TOP_BUDGETS];
	size_t n_budgets;
	double players, sessions, connections, lines; /* lines: a second */
	double ticks, tick_p50, tick_p99, over_budget, tick_late;
	double commits, waiting, durable, epoch, stalled;
};

extern const char *const top_kind_names[TOP_KINDS];

/* `known`: what a supervisor says of those it runs. */
void top_model(struct top_model *ret, const struct watch *w, const struct known *known,
	       size_t n_known);
