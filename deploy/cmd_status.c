/* cmd_status.c - `mudlark status`: which processes run, since when, how often started again. */
#include "command.h"
#include "control.h"
#include "place.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rt/proc.h"

/* One row of the answer, as up_orders.c writes it. */
struct row {
	char name[CONTROL_WORD], state[CONTROL_WORD];
	int pid;
	uint64_t ms;
	unsigned restarts;
};

static bool next_row(struct span *rest, struct row *ret)
{
	const char *newline = memchr(rest->p, '\n', rest->n);
	if (!newline)
		return false;
	char line[CONTROL_LINE];
	snprintf(line, sizeof(line), "%.*s", (int)(newline - rest->p), rest->p);
	rest->n -= (size_t)(newline + 1 - rest->p);
	rest->p = newline + 1;
	return sscanf(line, "%63s %d %63s %" SCNu64 " %u", ret->name, &ret->pid, ret->state,
		      &ret->ms, &ret->restarts) == 5;
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
	printf("%-10s %8s  %-9s %8s %9u\n", r->name, pid, r->state, age, r->restarts);
}

/* Names and states are words of our own: nothing to escape. */
static void print_json_row(const struct row *r, bool first)
{
	printf("%s{\"process\":\"%s\",\"pid\":%d,\"state\":\"%s\",\"uptime_ms\":%" PRIu64
	       ",\"restarts\":%u}",
	       first ? "" : ",", r->name, r->pid, r->state, r->ms, r->restarts);
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
			if (strcmp(row.state, "ready") != 0)
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
	.about = "which processes run",
	.more = "Exit status: 0 all are ready, 1 some are not, 69 nothing runs on the data "
		"directory.",
	.flags = ARG_DATA | ARG_JSON,
	.run = run,
};
