/* cmd_status.c - `mudlark status`: which processes run, since when, how often started again. */
#include "command.h"
#include "control.h"
#include "place.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rt/proc.h"
#include "rt/text.h"

/* One row of the answer, as up_orders.c writes it. */
struct row {
	char name[CONTROL_WORD], state[CONTROL_WORD];
	int pid;
	uint64_t ms;
	unsigned restarts;
	char why[CONTROL_LINE]; /* ready, but this is missing; empty: nothing */
};

static bool is_well(const struct row *r)
{
	return strcmp(r->state, "ready") == 0 && !*r->why;
}

static const char *state_of(const struct row *r)
{
	return *r->why ? "degraded" : r->state;
}

/* Some say it themselves. */
static void read_why(struct row *r, const char *text)
{
	static const char degraded[] = "degraded: ";
	const size_t n = strncmp(text, degraded, sizeof(degraded) - 1) ? 0 : sizeof(degraded) - 1;
	snprintf(r->why, sizeof(r->why), "%s", text + n);
}

static bool next_row(struct span *rest, struct row *ret)
{
	const char *newline = memchr(rest->p, '\n', rest->n);
	if (!newline)
		return false;
	char line[CONTROL_LINE];
	snprintf(line, sizeof(line), "%.*s", (int)(newline - rest->p), rest->p);
	rest->n -= (size_t)(newline + 1 - rest->p);
	rest->p = newline + 1;
	int end = 0;
	if (sscanf(line, "%63s %d %63s %" SCNu64 " %u %n", ret->name, &ret->pid, ret->state,
		   &ret->ms, &ret->restarts, &end) != 5)
		return false;
	read_why(ret, line + end);
	return true;
}

static void format_age(uint64_t ms, char *out, size_t n)
{
	uint64_t s = ms / 1000;
	if (s < 60)
		snprintf(out, n, "%" PRIu64 "s", s);
	else if (s < 3600)
		snprintf(out, n, "%" PRIu64 "m%02" PRIu64 "s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, n, "%" PRIu64 "h%02" PRIu64 "m", s / 3600, s / 60 % 60);
	else
		snprintf(out, n, "%" PRIu64 "d%02" PRIu64 "h", s / 86400, s / 3600 % 24);
}

static void print_table_row(const struct row *r, bool first)
{
	char age[32] = "-", pid[16] = "-";
	if (first)
		printf("%-10s %8s  %-9s %8s %9s\n", "PROCESS", "PID", "STATE", "UPTIME",
		       "RESTARTS");
	if (r->pid > 0) {
		snprintf(pid, sizeof(pid), "%d", r->pid);
		format_age(r->ms, age, sizeof(age));
	}
	printf("%-10s %8s  %-9s %8s %9u%s%s\n", r->name, pid, state_of(r), age, r->restarts,
	       *r->why ? "  " : "", r->why);
}

/* Names and states are words of our own: nothing to escape. */
static void print_json_row(const struct row *r, bool first)
{
	struct buf why = { 0 };
	json_quote(&why, (struct span){ r->why, strlen(r->why) });
	printf("%s{\"process\":\"%s\",\"pid\":%d,\"state\":\"%s\",\"uptime_ms\":%" PRIu64
	       ",\"restarts\":%u,\"why\":%.*s}",
	       first ? "" : ",", r->name, r->pid, state_of(r), r->ms, r->restarts, (int)why.n,
	       buf_p(&why));
	buf_done(&why);
}

static int run(const struct args *a)
{
	struct place place;
	struct buf rows = { 0 };
	place_init(&place, a->data);
	int status = control_order(a->data, place.socket, "status", &rows);
	if (status == EXIT_DONE) {
		bool json = (a->given & ARG_JSON) != 0, first = true;
		struct span rest = buf_span(&rows);
		struct row row;
		if (json)
			putchar('[');
		for (; next_row(&rest, &row); first = false) {
			(json ? print_json_row : print_table_row)(&row, first);
			if (!is_well(&row))
				status = EXIT_FAULT;
		}
		if (json)
			puts("]");
	}
	buf_done(&rows);
	place_done(&place);
	return status;
}

const struct command cmd_status = {
	.name = "status",
	.words = "",
	.about = "which processes run, and what is missing",
	.more = "A process that is degraded runs, but something it needs is away; the reason is "
		"at the end of its line. Exit status: 0 all are ready, 1 some are not or are "
		"degraded, 69 nothing runs on the data directory.",
	.flags = ARG_DATA | ARG_JSON,
	.run = run,
};
