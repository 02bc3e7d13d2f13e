/* cmd_status.c - `mudlark status`: which processes run, since when, how often started again. */
#include "command.h"
#include "control.h"
#include "known.h"
#include "place.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rt/proc.h"
#include "rt/text.h"
#include "super.h"
#include "top_find.h"
#include "top_json.h"

#define PATIENCE_US 1000000ull

static const char *state_of(const struct known *k)
{
	return *k->why && strcmp(k->state, "ready") == 0 ? "degraded" : k->state;
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

static void print_table(const struct known *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct known *k = &rows[i];
		char age[32] = "-", pid[16] = "-";
		if (i == 0)
			printf("%-10s %8s  %-9s %8s %9s\n", "PROCESS", "PID", "STATE", "UPTIME",
			       "RESTARTS");
		if (k->pid > 0) {
			snprintf(pid, sizeof(pid), "%d", k->pid);
			format_age(k->ms, age, sizeof(age));
		}
		printf("%-10s %8s  %-9s %8s %9u%s%s\n", k->name, pid, state_of(k), age, k->restarts,
		       *k->why ? "  " : "", k->why);
	}
}

static void put_text(struct buf *out, const char *key, const char *text)
{
	json_member(out, key);
	json_quote(out, (struct span){ text, strlen(text) });
}

static void put_row(struct buf *out, const struct known *k, const struct watch_target *t)
{
	const struct scrape_sample *info =
		t ? scrape_next(watch_now(t), "mudlark_build_info", NULL) : NULL;
	char version[64];
	buf_addc(out, '{');
	put_text(out, "process", k->name);
	json_member(out, "pid");
	json_int(out, k->pid);
	put_text(out, "state", state_of(k));
	json_member(out, "uptime_ms");
	json_int(out, (int64_t)k->ms);
	json_member(out, "restarts");
	json_int(out, k->restarts);
	put_text(out, "why", k->why);
	if (info && scrape_label(info, "version", version, sizeof(version)))
		put_text(out, "version", version);
	else
		buf_adds(out, ",\"version\":null");
	json_member(out, "numbers");
	top_json_numbers(t, out);
	buf_addc(out, '}');
}

static void print_json(const struct known *rows, size_t n, struct watch *w)
{
	struct buf out = { 0 };
	buf_addc(&out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(&out, ',');
		put_row(&out, &rows[i], watch_find(w, rows[i].name));
	}
	buf_adds(&out, "]\n");
	fwrite(buf_p(&out), 1, out.n, stdout);
	buf_done(&out);
}

static void on_round(void *ctx)
{
	loop_stop(ctx, 0);
}

/* Asks the processes themselves, too; what one of them does not say is null. */
static int print_with_numbers(const struct known *rows, size_t n, const struct place *p)
{
	struct buf places = { 0 };
	struct watch w;
	struct loop *loop;
	int r = loop_new(&loop);
	if (r < 0) {
		fprintf(stderr, "mudlark status: event loop: %s\n", strerror(-r));
		return EXIT_FAULT;
	}
	watch_init(&w, loop, on_round, loop);
	if (control_ask(p->socket, "metrics", &places) == 0)
		r = top_find_rows(&w, buf_span(&places));
	buf_done(&places);
	if (r == 0) {
		watch_round(&w, PATIENCE_US);
		r = loop_run(loop) < 0 ? EXIT_FAULT : EXIT_DONE;
	}
	if (r == 0)
		print_json(rows, n, &w);
	watch_done(&w);
	loop_free(loop);
	return r;
}

static int run(const struct args *a)
{
	const bool is_json = (a->given & ARG_JSON) != 0;
	struct known rows[SUPER_MAX];
	struct place place;
	struct buf answer = { 0 };
	place_init(&place, a->data);
	int status = control_order(a->data, place.socket, "status", &answer);
	if (status == EXIT_DONE) {
		const size_t n = known_read(buf_span(&answer), rows, SUPER_MAX);
		if (is_json)
			status = print_with_numbers(rows, n, &place);
		else
			print_table(rows, n);
		for (size_t i = 0; i < n && status == EXIT_DONE; i++)
			status = known_is_well(&rows[i]) ? EXIT_DONE : EXIT_FAULT;
	} else if (status == EXIT_UNAVAILABLE) {
		fputs("Processes that run without `mudlark up`, under systemd or in containers, "
		      "are "
		      "shown by `mudlark top --once --config FILE` and `systemctl status "
		      "'mudlark-*'`.\n",
		      stderr);
		if (is_json)
			puts("[]");
	}
	buf_done(&answer);
	place_done(&place);
	return status;
}

const struct command cmd_status = {
	.name = "status",
	.words = "",
	.about = "which processes run, and what is missing",
	.more = "A process that is degraded runs, but something it needs is away; the reason is "
		"at the end of its line; one that is silent hangs, and is soon killed and started "
		"again. Exit status: 0 all are ready, 1 some are not, are degraded or silent, "
		"69 nothing runs on the data directory. --json: a list of objects with "
		"process, pid (0: none), state, uptime_ms, restarts, why, version and numbers "
		"(the last two null while the process does not answer).",
	.flags = ARG_DATA | ARG_CONFIG | ARG_SET | ARG_JSON,
	.run = run,
};
