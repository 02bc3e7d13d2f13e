/*
 * top_text.c - see top_text.h.  All lines are made first; then they are fitted to the paper: empty lines go first, then what
 * is at the bottom, so what an operator needs most stands on top.
 */
#include "top_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "rt/text.h"

enum { CELL = 32 };

#define AGE_MAX (10000.0 * 86400)

/* A cell of a table: a number in few characters, "-" when it is not known; one that cannot be is cut short, for it must
 * not move the columns. */
static const char *cell_count(char *c, double v)
{
	if (!isfinite(v))
		snprintf(c, CELL, "-");
	else if (v <= -1e4)
		snprintf(c, CELL, "<0");
	else if (v < 1e5)
		snprintf(c, CELL, "%.0f", v);
	else if (v < 1e7)
		snprintf(c, CELL, "%.0fk", v / 1e3);
	else if (v < 1e8)
		snprintf(c, CELL, "%.1fM", v / 1e6);
	else
		snprintf(c, CELL, v < 9999e6 ? "%.0fM" : ">9G", v / 1e6);
	return c;
}

/* A number of which every digit counts. */
static const char *cell_whole(char *c, double v)
{
	if (fabs(v) < 1e15)
		snprintf(c, CELL, "%.0f", v);
	else
		cell_count(c, v);
	return c;
}

static const char *cell_rate(char *c, double v)
{
	if (isfinite(v) && fabs(v) < 1000)
		snprintf(c, CELL, "%.1f", v);
	else
		cell_count(c, v);
	return c;
}

static const char *cell_bytes(char *c, double v)
{
	static const char units[] = "BKMGT";
	size_t i = 0;
	if (!isfinite(v)) {
		snprintf(c, CELL, "-");
		return c;
	}
	for (; v >= 1000 && units[i + 1]; i++)
		v /= 1024;
	if (v < 0 || v >= 1000)
		snprintf(c, CELL, v < 0 ? "<0" : ">999T");
	else
		snprintf(c, CELL, i == 0 || v >= 100 ? "%.0f%c" : "%.1f%c", v, units[i]);
	return c;
}

static const char *cell_time(char *c, double s)
{
	if (!isfinite(s))
		snprintf(c, CELL, "-");
	else if (s < 0 || s >= 86400)
		snprintf(c, CELL, s < 0 ? "<0" : ">1d");
	else if (s < 0.001)
		snprintf(c, CELL, "%.0fus", s * 1e6);
	else if (s < 1)
		snprintf(c, CELL, s < 0.1 ? "%.1fms" : "%.0fms", s * 1e3);
	else
		snprintf(c, CELL, s < 1000 ? "%.1fs" : "%.0fs", s);
	return c;
}

static const char *cell_age(char *c, double s)
{
	const bool sane = isfinite(s) && s > 0 && s < AGE_MAX;
	const unsigned long n = sane ? (unsigned long)s : 0;
	if (!isfinite(s))
		snprintf(c, CELL, "-");
	else if (s >= AGE_MAX)
		snprintf(c, CELL, ">9999d");
	else if (n < 60)
		snprintf(c, CELL, "%lus", n);
	else if (n < 3600)
		snprintf(c, CELL, "%lum%02lus", n / 60, n % 60);
	else if (n < 86400)
		snprintf(c, CELL, "%luh%02lum", n / 3600, n / 60 % 60);
	else
		snprintf(c, CELL, "%lud%02luh", n / 86400, n / 3600 % 24);
	return c;
}

/* A heading begins with this; fit() makes of it what the paper can show. */
static const char HEADING = '\1';

static void put_title(const struct top_model *m, const char *clock, struct buf *out)
{
	char players[CELL], lines[CELL];
	buf_addf(out, "mudlark top  %s   %zu processes", clock, m->n_processes);
	if (m->asking) {
		buf_adds(out, ", asking them ...\n");
		return;
	}
	if (m->n_well == m->n_processes)
		buf_adds(out, ", all ready");
	else
		buf_addf(out, ", %zu NOT READY", m->n_processes - m->n_well);
	buf_addf(out, "   %s players, %s lines/s\n", cell_count(players, m->players),
		 cell_rate(lines, m->lines));
}

static void put_process(const struct top_process *p, struct buf *out)
{
	char c[6][CELL];
	cell_count(c[5], p->restarts < 0 ? (double)NAN : (double)p->restarts);
	buf_addf(out, "%-12s %-9s %8s %6s %7s %6s %7s %8s\n", p->name, p->state,
		 cell_age(c[0], p->uptime_s), cell_rate(c[1], p->cpu_percent),
		 cell_bytes(c[2], p->resident), cell_count(c[3], p->fds),
		 cell_time(c[4], p->late_p99), c[5]);
	if (*p->why)
		buf_addf(out, "    %s\n", p->why);
}

static void put_processes(const struct top_model *m, struct buf *out)
{
	buf_addf(out, "\n%c%-12s %-9s %8s %6s %7s %6s %7s %8s\n", HEADING, "PROCESS", "STATE",
		 "UPTIME", "CPU%", "MEMORY", "FDS", "LATE", "RESTARTS");
	for (size_t i = 0; i < m->n_processes; i++)
		put_process(&m->processes[i], out);
}

static void put_gateway(const struct top_gateway *g, struct buf *out)
{
	char c[5 + TOP_KINDS][CELL];
	buf_addf(out, "%-12s %7s %5s", g->name, cell_count(c[0], g->sessions),
		 cell_count(c[1], g->connections));
	for (size_t i = 0; i < TOP_KINDS; i++)
		buf_addf(out, " %7s", cell_count(c[5 + i], g->by[i]));
	buf_addf(out, " %7s %5s\n", cell_rate(c[2], g->lines), cell_bytes(c[4], g->bytes_out));
}

static void put_total(const struct top_model *m, struct buf *out)
{
	struct top_gateway all = { .name = "all", .bytes_out = 0 };
	for (size_t i = 0; i < m->n_gateways; i++) {
		for (size_t k = 0; k < TOP_KINDS; k++)
			all.by[k] += m->gateways[i].by[k];
		all.bytes_out += m->gateways[i].bytes_out;
	}
	all.sessions = m->sessions;
	all.connections = m->connections;
	all.lines = m->lines;
	put_gateway(&all, out);
}

static void put_gateways(const struct top_model *m, struct buf *out)
{
	buf_addf(out, "\n%c%-12s %7s %5s", HEADING, "GATEWAY", "PLAYERS", "CONNS");
	for (size_t i = 0; i < TOP_KINDS; i++)
		buf_addf(out, " %7s", top_kind_names[i]);
	buf_addf(out, " %7s %5s\n", "LINES/s", "OUT/s");
	for (size_t i = 0; i < m->n_gateways; i++)
		put_gateway(&m->gateways[i], out);
	if (m->n_gateways > 1)
		put_total(m, out);
}

static void put_phases(const struct top_model *m, struct buf *out)
{
	char c[CELL];
	buf_addf(out, "\n%c%-12s", HEADING, "LATENCY");
	for (size_t i = 0; i < TOP_PHASES; i++)
		buf_addf(out, " %8s", m->phases[i].name);
	buf_addf(out, "\n%-12s", "a second");
	for (size_t i = 0; i < TOP_PHASES; i++)
		buf_addf(out, " %8s", cell_rate(c, m->phases[i].rate));
	buf_addf(out, "\n%-12s", "p50");
	for (size_t i = 0; i < TOP_PHASES; i++)
		buf_addf(out, " %8s", cell_time(c, m->phases[i].p50));
	buf_addf(out, "\n%-12s", "p99");
	for (size_t i = 0; i < TOP_PHASES; i++)
		buf_addf(out, " %8s", cell_time(c, m->phases[i].p99));
	buf_addc(out, '\n');
}

static void put_world(const struct top_model *m, struct buf *out)
{
	char c[9][CELL];
	buf_addf(out, "\n%c%-6s %8s %8s %8s %8s %8s   %-8s %8s %8s\n", HEADING, "TICKS", "a second",
		 "p50", "p99", "late", "over", "COMMITS", "a second", "waiting");
	buf_addf(out, "%-6s %8s %8s %8s %8s %8s   %-8s %8s %8s\n", "", cell_rate(c[0], m->ticks),
		 cell_time(c[1], m->tick_p50), cell_time(c[2], m->tick_p99),
		 cell_time(c[3], m->tick_late), cell_count(c[4], m->over_budget),
		 m->stalled > 0 ? "STALLED" : "", cell_rate(c[5], m->commits),
		 cell_count(c[6], m->waiting));
	if (isfinite(m->epoch))
		buf_addf(out, "epoch %s, durable up to batch %s\n", cell_whole(c[7], m->epoch),
			 cell_whole(c[8], m->durable));
}

static void put_budgets(const struct top_model *m, struct buf *out)
{
	const char *before = "budgets spent:";
	char c[CELL];
	for (size_t i = 0; i < m->n_budgets; i++) {
		if (!isfinite(m->budgets[i].spent))
			continue; /* there is no such budget */
		buf_addf(out, "%s %s %s %%", before, m->budgets[i].scope,
			 cell_rate(c, m->budgets[i].spent * 100));
		before = ",";
	}
	if (*before == ',')
		buf_addc(out, '\n');
}

/* Who binds has numbers for every role, also for those that never came. */
static bool is_used(const struct top_link *l)
{
	return l->peers > 0 || l->records > 0 || l->breaks > 0;
}

static void put_links(const struct top_model *m, struct buf *out)
{
	char c[6][CELL];
	if (m->n_links == 0)
		return;
	buf_addf(out, "\n%c%-12s %-10s %4s %9s %7s %8s %8s %7s\n", HEADING, "LINK OF", "WITH", "UP",
		 "UNACKED", "BYTES", "WINDOW", "LAG", "BREAKS");
	for (size_t i = 0; i < m->n_links; i++) {
		const struct top_link *l = &m->links[i];
		if (!is_used(l))
			continue;
		buf_addf(out, "%-12s %-10s %4s %9s %7s %8s %8s %7s\n", l->process, l->peer,
			 cell_count(c[0], l->peers), cell_count(c[1], l->records),
			 cell_bytes(c[2], l->bytes), cell_count(c[3], l->window),
			 cell_time(c[4], l->lag), cell_count(c[5], l->breaks));
	}
}

static size_t count_lines(struct span text, bool with_empty)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n' && (with_empty || (i > 0 && text.p[i - 1] != '\n'));
	return n;
}

/* As much of a line as fits; a heading over the whole width. */
static void put_line(struct span line, const struct top_paper *p, struct buf *out)
{
	const bool is_heading = line.n > 0 && *line.p == HEADING;
	line.p += is_heading;
	line.n -= is_heading;
	while (p->columns && text_columns(line) > p->columns)
		line.n = text_cut(line, line.n - 1);
	if (is_heading && p->styled)
		buf_adds(out, "\033[7m");
	buf_add(out, line.p, line.n);
	if (is_heading && p->styled)
		buf_adds(out, "\033[0m");
	buf_addc(out, '\n');
}

static void fit(struct span all, const struct top_paper *p, struct buf *out)
{
	const bool with_empty = !p->rows || count_lines(all, true) <= p->rows;
	const size_t n = count_lines(all, with_empty);
	const size_t shown = p->rows && n > p->rows ? p->rows - 1 : n;
	size_t i = 0;
	while (all.n > 0 && i < shown) {
		const char *newline = memchr(all.p, '\n', all.n);
		struct span line = { all.p, (size_t)(newline - all.p) };
		all.p += line.n + 1;
		all.n -= line.n + 1;
		if (line.n == 0 && !with_empty)
			continue;
		put_line(line, p, out);
		i++;
	}
	if (shown < n) {
		struct buf more = { 0 };
		buf_addf(&more, "... and %zu lines more, on a larger screen", n - shown);
		put_line(buf_span(&more), p, out);
		buf_done(&more);
	}
}

static void put_tables(const struct top_model *m, struct buf *out)
{
	put_processes(m, out);
	put_gateways(m, out);
	put_phases(m, out);
	put_world(m, out);
	put_budgets(m, out);
	put_links(m, out);
}

void top_text(const struct top_model *m, const struct top_paper *p, const char *clock,
	      struct buf *out)
{
	struct buf all = { 0 };
	put_title(m, clock, &all);
	if (!m->asking)
		put_tables(m, &all);
	fit(buf_span(&all), p, out);
	buf_done(&all);
}
