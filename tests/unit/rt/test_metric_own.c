/*
 * test_metric_own.c - what every process tells of itself: its descriptors, its loop, its links.
 */
#include "rt/metric_own.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "unit.h"

enum { HELD_US = 150000 };

/* The value of a series, NAN when it is not there. */
static double value(const struct metric_own *o, const char *series)
{
	struct buf text = { 0 };
	const size_t n = strlen(series);
	double v = NAN;

	metric_own_text(o, &text);
	buf_addc(&text, '\0');
	for (const char *line = buf_p(&text); line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, series, n) == 0 && line[n] == ' ')
			v = strtod(line + n, NULL);
	}
	buf_done(&text);
	return v;
}

struct scene {
	struct loop *loop;
	struct metric_own own;
	struct loop_timer end;
};

static void on_end(void *ctx)
{
	loop_stop(((struct scene *)ctx)->loop, 0);
}

static void begin(struct scene *s)
{
	ck_assert_int_eq(loop_new(&s->loop), 0);
	metric_own_init(&s->own, s->loop);
	loop_timer_init(s->loop, &s->end, on_end, s);
}

static void run_for(struct scene *s, uint64_t us)
{
	loop_timer_in(&s->end, us);
	ck_assert_int_eq(loop_run(s->loop), 0);
}

static void end(struct scene *s)
{
	loop_timer_done(&s->end);
	metric_own_done(&s->own);
	loop_free(s->loop);
}

START_TEST(descriptors_that_are_open_are_counted)
{
	struct scene s;
	double before;
	int fd;

	begin(&s);
	before = value(&s.own, "process_open_fds");
	ck_assert(before >= 3);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ck_assert(value(&s.own, "process_open_fds") == before + 1);
	close(fd);
	ck_assert(value(&s.own, "process_open_fds") == before);
	ck_assert(value(&s.own, "process_max_fds") >= before);
	end(&s);
}
END_TEST

START_TEST(memory_and_the_start_are_told)
{
	struct scene s;
	const double resident = 256 << 10;

	begin(&s);
	ck_assert(value(&s.own, "process_resident_memory_bytes") > resident);
	ck_assert(value(&s.own, "process_start_time_seconds") > 1e9);
	ck_assert(value(&s.own, "process_cpu_seconds_total") > 0);
	end(&s);
}
END_TEST

static void hold(UNUSED void *ctx)
{
	usleep(HELD_US);
}

START_TEST(a_loop_that_is_held_up_lags)
{
	struct scene s;
	struct loop_timer holder;

	begin(&s);
	loop_timer_init(s.loop, &holder, hold, NULL);
	/* Just before the first beat is due. */
	loop_timer_in(&holder, 60000);
	run_for(&s, 500000);
	ck_assert(value(&s.own, "mudlark_loop_lag_seconds_count") >= 1);
	ck_assert(value(&s.own, "mudlark_loop_lag_seconds_bucket{le=\"0.051200\"}") <
		  value(&s.own, "mudlark_loop_lag_seconds_count"));
	loop_timer_done(&holder);
	end(&s);
}
END_TEST

START_TEST(a_process_without_links_tells_of_none)
{
	struct scene s;

	begin(&s);
	ck_assert(isnan(value(&s.own, "mudlark_link_peers{peer=\"world\"}")));
	end(&s);
}
END_TEST

UNIT_MAIN("metric_own", descriptors_that_are_open_are_counted, memory_and_the_start_are_told,
	  a_loop_that_is_held_up_lags, a_process_without_links_tells_of_none)
