/*
 * metric_own.c - see metric_own.h.
 *
 * The loop's lag is measured by a timer of ordinary priority: so late as it runs, so late is everything
 * else.
 */
#include "rt/metric_own.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>
#include "rt/log.h"
#include "rt/proc.h"
#include "rt/route.h"
#include "rt/wire.h"

enum { BEAT_US = 100000, NAME_MAX_BYTES = 96 };

static void plan_beat(struct metric_own *o)
{
	o->due_us = clock_mono(loop_clock(o->loop)) + BEAT_US;
	loop_timer_in(&o->beat, BEAT_US);
}

static void on_beat(void *ctx)
{
	struct metric_own *o = ctx;
	const uint64_t now = clock_mono(loop_clock(o->loop));

	metric_observe_us(&o->lag, now > o->due_us ? now - o->due_us : 0);
	plan_beat(o);
}

void metric_own_init(struct metric_own *o, struct loop *l)
{
	struct rlimit files;

	*o = (struct metric_own){
		.loop = l,
		.lag = { .name = "mudlark_loop_lag_seconds",
			 .help = "How late a timer of the loop ran",
			 .kind = METRIC_HISTOGRAM },
		.began_s = (double)clock_wall(loop_clock(l)) / 1e3,
		.max_fds = getrlimit(RLIMIT_NOFILE, &files) == 0 ? (double)files.rlim_cur : NAN,
	};
	loop_timer_init(l, &o->beat, on_beat, o);
	plan_beat(o);
}

void metric_own_done(struct metric_own *o)
{
	loop_timer_done(&o->beat);
}

/* The process */

static double cpu_seconds(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

/* The second number of statm, in pages. */
static double resident_bytes(void)
{
	const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	char text[128];
	unsigned long pages;
	ssize_t n;

	if (fd < 0)
		return NAN;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return NAN;
	text[n] = '\0';
	if (sscanf(text, "%*u %lu", &pages) != 1)
		return NAN;
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* Without the one that is needed to count them. */
static double open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	const struct dirent *e;
	double n = -1;

	if (!d)
		return NAN;
	while ((e = readdir(d)))
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static void put_process(const struct metric_own *o, struct buf *out)
{
	char build[NAME_MAX_BYTES];
	const struct metric own[] = {
		{ .name = build,
		  .help = "1; the version is in the label",
		  .kind = METRIC_GAUGE,
		  .value = 1 },
		{ .name = "process_start_time_seconds",
		  .help = "Unix time at which it began",
		  .kind = METRIC_GAUGE,
		  .value = o->began_s },
		{ .name = "process_cpu_seconds_total",
		  .help = "User and system time used",
		  .kind = METRIC_COUNTER,
		  .value = cpu_seconds() },
		{ .name = "process_resident_memory_bytes",
		  .help = "Memory held in RAM",
		  .kind = METRIC_GAUGE,
		  .value = resident_bytes() },
		{ .name = "process_open_fds",
		  .help = "Descriptors that are open",
		  .kind = METRIC_GAUGE,
		  .value = open_fds() },
		{ .name = "process_max_fds",
		  .help = "Descriptors that may be open",
		  .kind = METRIC_GAUGE,
		  .value = o->max_fds },
		{ .name = "mudlark_log_dropped_total",
		  .help = "Log lines lost because nobody read them in time",
		  .kind = METRIC_COUNTER,
		  .value = (double)log_dropped() },
	};

	snprintf(build, sizeof(build), "mudlark_build_info{version=\"%s\"}", proc_build());
	metric_text(own, ARRAY_LEN(own), out);
}

/* The links */

enum link_number { UNACKED_RECORDS, UNACKED_BYTES, WINDOW, LAG, PEERS, BREAKS, LINK_NUMBERS };

struct link_row {
	const char *name, *help;
	enum metric_kind kind;
};

static const struct link_row link_rows[LINK_NUMBERS] = {
	[UNACKED_RECORDS] = { "mudlark_link_unacked_records",
			      "Records that peers have not acknowledged", METRIC_GAUGE },
	[UNACKED_BYTES] = { "mudlark_link_unacked_bytes", "Bytes of these", METRIC_GAUGE },
	[WINDOW] = { "mudlark_link_window_records",
		     "Records that may still be sent to the peer that may get the fewest",
		     METRIC_GAUGE },
	[LAG] = { "mudlark_link_lag_seconds",
		  "For so long the oldest record has not been acknowledged", METRIC_GAUGE },
	[PEERS] = { "mudlark_link_peers", "Peers that are connected", METRIC_GAUGE },
	[BREAKS] = { "mudlark_link_breaks_total", "Connections to peers that ended",
		     METRIC_COUNTER },
};

static double link_value(const struct wire_figures *f, size_t number)
{
	const double values[LINK_NUMBERS] = {
		[UNACKED_RECORDS] = (double)f->records,
		[UNACKED_BYTES] = (double)f->bytes,
		[WINDOW] = (double)f->window,
		[LAG] = (double)f->lag_us / 1e6,
		[PEERS] = (double)f->peers,
		[BREAKS] = (double)f->breaks,
	};

	return values[number];
}

static void put_link_number(size_t number, const struct wire_figures *of, struct buf *out)
{
	struct metric series[ROUTE_ROLES] = { 0 };
	char names[ROUTE_ROLES][NAME_MAX_BYTES];
	size_t n = 0;

	for (size_t i = 0; i < ROUTE_ROLES; i++) {
		if (!of[i].is_there)
			continue;
		snprintf(names[n], sizeof(names[n]), "%s{peer=\"%s\"}", link_rows[number].name,
			 route_role_name(1U << i));
		series[n] = (struct metric){ .name = names[n],
					     .help = link_rows[number].help,
					     .kind = link_rows[number].kind,
					     .value = link_value(&of[i], number) };
		n++;
	}
	metric_text(series, n, out);
}

static void put_links(struct loop *l, struct buf *out)
{
	struct wire_figures of[ROUTE_ROLES];

	wires_figures(l, of);
	for (size_t i = 0; i < LINK_NUMBERS; i++)
		put_link_number(i, of, out);
}

void metric_own_text(const struct metric_own *o, struct buf *out)
{
	put_process(o, out);
	metric_text(&o->lag, 1, out);
	put_links(o->loop, out);
}
