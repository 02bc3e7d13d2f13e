/* cmd_restart.c - `mudlark restart PROCESS`: stops one process cleanly and starts it again. */
#include "command.h"
#include "control.h"
#include "known.h"
#include "place.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "rt/clock.h"
#include "rt/probe.h"
#include "rt/proc.h"
#include "super.h"
#include "watch.h"

enum { PATIENCE_MS = 40000, WELL_MS = 10000, STEP_MS = 20 };

#define PROBE_US 1000000ull

static uint64_t now_ms(void)
{
	return clock_mono(&clock_system) / 1000;
}

static void nap(void)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000 };
	nanosleep(&step, NULL);
}

/* All empty when there is no such row. */
static int look(const struct args *a, const struct place *p, struct known *ret)
{
	struct known rows[SUPER_MAX];
	struct buf answer = { 0 };
	const int status = control_order(a->data, p->socket, "status", &answer);
	const size_t n = status == EXIT_DONE ? known_read(buf_span(&answer), rows, SUPER_MAX) : 0;
	const struct known *k = known_find(rows, n, a->words[0]);
	*ret = k ? *k : (struct known){ 0 };
	buf_done(&answer);
	return status;
}

/* Where the process shows its numbers; false: nowhere. */
static bool find_address(const struct place *p, const char *name, char address[WATCH_ADDRESS])
{
	struct buf answer = { 0 };
	char have[CONTROL_WORD];
	bool found = false;
	if (control_ask(p->socket, "metrics", &answer) == 0) {
		buf_addc(&answer, '\0');
		char *rest = answer.p + answer.off, *line;
		while (!found && (line = strsep(&rest, "\n")))
			found = sscanf(line, "%63s %279s", have, address) == 2 &&
				strcmp(have, name) == 0;
	}
	buf_done(&answer);
	return found;
}

/* `mudlark up` hears what is missing with the next heartbeat only; the process itself knows it now. */
static bool says_well(const char *address)
{
	struct buf body = { 0 };
	unsigned status = 0;
	const int r = probe_get(address, "/readyz", PROBE_US, &status, &body);
	buf_done(&body);
	return r == 0 && status == 200;
}

static int wait_well(const struct args *a, const struct place *p)
{
	char address[WATCH_ADDRESS];
	const bool shows = find_address(p, a->words[0], address);
	const uint64_t until = now_ms() + WELL_MS;
	struct known k;
	int status;
	do {
		const bool well = !shows || says_well(address);
		status = look(a, p, &k);
		if (status == EXIT_DONE && well && known_is_well(&k)) {
			printf("restarted: %s\n", a->words[0]);
			return EXIT_DONE;
		}
		nap();
	} while (status == EXIT_DONE && now_ms() < until);
	if (status == EXIT_DONE)
		fprintf(stderr,
			"mudlark restart: %s was started again, but it is not well yet: %s; "
			"`mudlark status` shows when it is.\n",
			a->words[0], *k.why ? k.why : k.state);
	return status == EXIT_DONE ? EXIT_FAULT : status;
}

static int wait_ready(const struct args *a, const struct place *p, int before)
{
	const uint64_t until = now_ms() + PATIENCE_MS;
	struct known k;
	int status;
	while ((status = look(a, p, &k)) == EXIT_DONE && now_ms() < until) {
		if (k.pid != before && strcmp(k.state, "ready") == 0)
			return EXIT_DONE;
		if (strcmp(k.state, "off") == 0) {
			fprintf(stderr,
				"mudlark restart: %s was refused and is left off; see `mudlark "
				"logs %s`.\n",
				a->words[0], a->words[0]);
			return EXIT_FAULT;
		}
		nap();
	}
	if (status == EXIT_DONE)
		fprintf(stderr,
			"mudlark restart: %s has not become ready again within 40 s; see "
			"`mudlark logs %s`.\n",
			a->words[0], a->words[0]);
	return status == EXIT_DONE ? EXIT_FAULT : status;
}

static int restart(const struct args *a, const struct place *p)
{
	char request[128];
	struct known before;
	struct buf rows = { 0 };
	snprintf(request, sizeof(request), "restart %s", a->words[0]);
	int status = look(a, p, &before);
	if (status == EXIT_DONE)
		status = control_order(a->data, p->socket, request, &rows);
	buf_done(&rows);
	if (status == EXIT_DONE)
		status = wait_ready(a, p, before.pid);
	return status == EXIT_DONE ? wait_well(a, p) : status;
}

static int run(const struct args *a)
{
	struct place place;
	place_init(&place, a->data);
	int status = restart(a, &place);
	place_done(&place);
	return status;
}

const struct command cmd_restart = {
	.name = "restart",
	.words = "PROCESS",
	.about = "stop one process cleanly and start it again",
	.more = "Returns when it is ready again and misses nothing; where something is still "
		"missing "
		"10 s\n"
		"later, it says what, and the exit status is 1.  Players keep their connections "
		"and their\n"
		"characters unless the process is the gateway.",
	.flags = ARG_DATA,
	.words_min = 1,
	.words_max = 1,
	.run = run,
};
