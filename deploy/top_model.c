/* top_model.c - see top_model.h. */
#include "top_model.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { QUANTILE_ROUNDS = 10 };

const char *const top_kind_names[TOP_KINDS] = { "telnet", "telnets", "ws", "wss", "console" };

/* A process is of the kind whose numbers it has. */
struct kind_row {
	const char *kind, *prefix;
};

static const struct kind_row kinds[] = {
	{ "persist", "mudlark_persist_" }, { "world", "mudlark_world_" },
	{ "gateway", "mudlark_gateway_" }, { "aibridge", "mudlark_aibridge_" },
	{ "irc", "mudlark_irc_" },	   { "discord", "mudlark_discord_" },
	{ "rss", "mudlark_rss_" },
};

/* The way of a line, in order; the last one is the whole of it as a gateway sees it. */
struct phase_row {
	const char *name, *family;
};

static const struct phase_row phase_rows[TOP_PHASES] = {
	{ "queue", "mudlark_gateway_queue_seconds" },
	{ "inbox", "mudlark_world_inbox_seconds" },
	{ "run", "mudlark_world_command_seconds" },
	{ "commit", "mudlark_world_commit_seconds" },
	{ "store", "mudlark_persist_durable_seconds" },
	{ "output", "mudlark_gateway_output_seconds" },
	{ "line", "mudlark_gateway_line_seconds" },
};

static double seconds_between(const struct watch_target *t, const struct watch_shot *before)
{
	return (double)(t->shots[t->n - 1].at_us - before->at_us) / 1e6;
}

/* Of a counter, a second. */
static double rate_of(const struct watch_target *t, const char *name)
{
	const struct watch_shot *before = watch_before(t, 1);
	if (!before)
		return NAN;
	const double more = scrape_sum(watch_now(t), name) - scrape_sum(&before->scrape, name);
	const double s = seconds_between(t, before);
	return s > 0 && more >= 0 ? more / s : NAN;
}

/* What a histogram counted in the last rounds; how much a second. */
static double hist_of(const struct watch_target *t, const char *family, struct scrape_hist *ret)
{
	const struct watch_shot *before = watch_before(t, QUANTILE_ROUNDS);
	struct scrape_hist old;
	*ret = (struct scrape_hist){ 0 };
	if (!before)
		return NAN;
	scrape_hist(watch_now(t), family, ret);
	if (ret->n == 0)
		return NAN;
	scrape_hist(&before->scrape, family, &old);
	scrape_hist_since(ret, &old);
	return scrape_hist_count(ret) / seconds_between(t, before);
}

static void add_known(double *sum, double value)
{
	if (isfinite(value))
		*sum = isnan(*sum) ? value : *sum + value;
}

static const char *kind_of(const struct watch_target *t)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (scrape_has(watch_now(t), kinds[i].prefix))
			return kinds[i].kind;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(t->name, kinds[i].kind) == 0)
			return kinds[i].kind;
	return "";
}

/* Absent for those who look; what it is to a supervisor is not known. */
static const char *absent_word(int r)
{
	return r == -ECONNREFUSED || r == -ENOENT || r == -EHOSTUNREACH ? "down" : "silent";
}

static void judge(struct top_process *p, const struct watch_target *t, const struct known *k)
{
	const char *state;
	if (t->n > 0) {
		state = t->ready == 200 ? "ready" : "degraded";
		p->why = t->why;
	} else if (k && strcmp(k->state, "ready") != 0 && strcmp(k->state, "silent") != 0) {
		state = k->state;
		p->why = "";
	} else {
		state = absent_word(t->r);
		p->why = t->r ? fetch_word(t->r) : "does not show its numbers";
	}
	snprintf(p->state, sizeof(p->state), "%s", state);
}

/* Labels come from who knows where and go to a terminal. */
static void tame(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static void read_version(struct top_process *p, const struct scrape *s)
{
	const struct scrape_sample *m = scrape_next(s, "mudlark_build_info", NULL);
	if (m && !scrape_label(m, "version", p->version, sizeof(p->version)))
		p->version[0] = '\0';
	tame(p->version);
}

static void read_process(struct top_process *p, const struct watch_target *t, const struct known *k)
{
	const struct scrape *s = watch_now(t);
	struct scrape_hist late;
	*p = (struct top_process){ .name = t->name, .kind = kind_of(t), .pid = -1, .restarts = -1 };
	judge(p, t, k);
	read_version(p, s);
	if (k) {
		p->pid = k->pid;
		p->restarts = (int)k->restarts;
	}
	p->uptime_s = (double)time(NULL) - scrape_value(s, "process_start_time_seconds");
	if (isnan(p->uptime_s) && k && k->pid > 0)
		p->uptime_s = (double)k->ms / 1e3;
	p->cpu_percent = rate_of(t, "process_cpu_seconds_total") * 100;
	p->resident = scrape_value(s, "process_resident_memory_bytes");
	p->fds = scrape_value(s, "process_open_fds");
	hist_of(t, "mudlark_loop_lag_seconds", &late);
	p->late_p99 = scrape_quantile(&late, 0.99);
}

static void read_gateway(struct top_model *m, const struct watch_target *t)
{
	const struct scrape *s = watch_now(t);
	struct top_gateway *g = &m->gateways[m->n_gateways++];
	*g = (struct top_gateway){
		.name = t->name,
		.sessions = scrape_value(s, "mudlark_gateway_sessions"),
		.connections = scrape_value(s, "mudlark_gateway_connections"),
		.lines = rate_of(t, "mudlark_gateway_lines_total"),
		.bytes_in = rate_of(t, "mudlark_gateway_received_bytes_total"),
		.bytes_out = rate_of(t, "mudlark_gateway_sent_bytes_total"),
	};
	for (size_t i = 0; i < TOP_KINDS; i++)
		g->by[i] = scrape_value_of(s, "mudlark_gateway_connections_by", "kind",
					   top_kind_names[i]);
	add_known(&m->sessions, g->sessions);
	add_known(&m->connections, g->connections);
	add_known(&m->lines, g->lines);
}

static void read_world(struct top_model *m, const struct watch_target *t)
{
	const struct scrape *s = watch_now(t);
	struct scrape_hist tick;
	hist_of(t, "mudlark_world_tick_seconds", &tick);
	m->players = scrape_value(s, "mudlark_world_players");
	m->ticks = rate_of(t, "mudlark_world_ticks_total");
	m->tick_p50 = scrape_quantile(&tick, 0.5);
	m->tick_p99 = scrape_quantile(&tick, 0.99);
	m->over_budget = scrape_value(s, "mudlark_world_ticks_over_budget_total");
	m->tick_late = scrape_value(s, "mudlark_world_tick_lag_seconds");
	m->commits = rate_of(t, "mudlark_world_batches_total");
	m->waiting = scrape_value(s, "mudlark_world_batches_waiting");
	m->durable = scrape_value(s, "mudlark_world_batch_durable");
	m->epoch = scrape_value(s, "mudlark_world_epoch");
	m->stalled = scrape_value(s, "mudlark_world_store_stalled");
}

/* Of link `peer`, from the same process. */
static double link_value(const struct scrape *s, const char *family, const char *peer)
{
	return scrape_value_of(s, family, "peer", peer);
}

static void read_links(struct top_model *m, const struct watch_target *t)
{
	const struct scrape *s = watch_now(t);
	const struct scrape_sample *row = NULL;
	while (m->n_links < TOP_LINKS && (row = scrape_next(s, "mudlark_link_peers", row))) {
		struct top_link *l = &m->links[m->n_links];
		*l = (struct top_link){ .process = t->name, .peers = row->value };
		if (!scrape_label(row, "peer", l->peer, sizeof(l->peer)))
			continue;
		l->records = link_value(s, "mudlark_link_unacked_records", l->peer);
		l->bytes = link_value(s, "mudlark_link_unacked_bytes", l->peer);
		l->window = link_value(s, "mudlark_link_window_records", l->peer);
		l->lag = link_value(s, "mudlark_link_lag_seconds", l->peer);
		l->breaks = link_value(s, "mudlark_link_breaks_total", l->peer);
		tame(l->peer);
		m->n_links++;
	}
}

/* Aibridges share their budgets: each scope once, by whoever says most. */
static void read_budgets(struct top_model *m, const struct watch_target *t)
{
	const struct scrape_sample *row = NULL;
	char scope[TOP_WORD];
	while ((row = scrape_next(watch_now(t), "mudlark_aibridge_budget_spent_ratio", row))) {
		size_t i = 0;
		if (!scrape_label(row, "scope", scope, sizeof(scope)))
			continue;
		tame(scope);
		while (i < m->n_budgets && strcmp(m->budgets[i].scope, scope) != 0)
			i++;
		if (i == TOP_BUDGETS)
			return;
		if (i == m->n_budgets) {
			m->n_budgets++;
			memcpy(m->budgets[i].scope, scope, sizeof(scope));
			m->budgets[i].spent = row->value;
		}
		if (row->value > m->budgets[i].spent)
			m->budgets[i].spent = row->value;
	}
}

static void read_phases(struct top_model *m, const struct watch *w)
{
	for (size_t k = 0; k < TOP_PHASES; k++) {
		struct scrape_hist all = { 0 }, one;
		struct top_phase *p = &m->phases[k];
		*p = (struct top_phase){ .name = phase_rows[k].name, .rate = NAN };
		for (size_t i = 0; i < w->n; i++) {
			add_known(&p->rate, hist_of(w->targets[i], phase_rows[k].family, &one));
			scrape_hist_add(&all, &one);
		}
		p->p50 = scrape_quantile(&all, 0.5);
		p->p99 = scrape_quantile(&all, 0.99);
	}
}

static void forget_all(struct top_model *m)
{
	double *unknown[] = { &m->players,   &m->sessions, &m->connections, &m->lines,
			      &m->ticks,     &m->tick_p50, &m->tick_p99,    &m->over_budget,
			      &m->tick_late, &m->commits,  &m->waiting,	    &m->durable,
			      &m->epoch,     &m->stalled };
	*m = (struct top_model){ 0 };
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
		*unknown[i] = NAN;
}

void top_model(struct top_model *ret, const struct watch *w, const struct known *known,
	       size_t n_known)
{
	forget_all(ret);
	for (size_t i = 0; i < w->n; i++) {
		const struct watch_target *t = w->targets[i];
		struct top_process *p = &ret->processes[ret->n_processes++];
		read_process(p, t, known_find(known, n_known, t->name));
		ret->n_well += strcmp(p->state, "ready") == 0;
		if (strcmp(p->kind, "gateway") == 0)
			read_gateway(ret, t);
		if (strcmp(p->kind, "world") == 0)
			read_world(ret, t);
		read_links(ret, t);
		read_budgets(ret, t);
	}
	read_phases(ret, w);
}
