/* top_json.c - see top_json.h. */
#include "top_json.h"

#include <math.h>
#include <string.h>

#include "rt/text.h"

/* What of a process's numbers its row in `status --json` has. */
struct number_row {
	const char *key, *name;
};

static const struct number_row number_rows[] = {
	{ "sessions", "mudlark_gateway_sessions" },
	{ "connections", "mudlark_gateway_connections" },
	{ "lines_waiting", "mudlark_gateway_lines_waiting" },
	{ "players", "mudlark_world_players" },
	{ "entities", "mudlark_world_entities" },
	{ "epoch", "mudlark_world_epoch" },
	{ "batch", "mudlark_world_batch_durable" },
	{ "batches_waiting", "mudlark_world_batches_waiting" },
	{ "stalled", "mudlark_world_store_stalled" },
	{ "ticks", "mudlark_world_ticks_total" },
	{ "commits", "mudlark_persist_commits_total" },
	{ "waiting", "mudlark_persist_waiting" },
	{ "store_ready", "mudlark_persist_ready" },
	{ "lines_out", "mudlark_bridge_lines_out_total" },
	{ "lines_in", "mudlark_bridge_lines_in_total" },
	{ "cpu_seconds", "process_cpu_seconds_total" },
	{ "resident_bytes", "process_resident_memory_bytes" },
	{ "open_fds", "process_open_fds" },
};

void top_json_number(struct buf *out, double v)
{
	if (!isfinite(v))
		buf_adds(out, "null");
	else if (v == floor(v) && fabs(v) < 1e15)
		buf_addf(out, "%.0f", v);
	else
		buf_addf(out, fabs(v) < 1e4 ? "%.7g" : "%.3f", v);
}

static void put_number(struct buf *out, const char *key, double v)
{
	json_member(out, key);
	top_json_number(out, v);
}

static void put_text(struct buf *out, const char *key, const char *text)
{
	json_member(out, key);
	json_quote(out, (struct span){ text, strlen(text) });
}

void top_json_numbers(const struct watch_target *t, struct buf *out)
{
	if (!t || t->n == 0) {
		buf_adds(out, "null");
		return;
	}
	buf_addc(out, '{');
	for (size_t i = 0; i < ARRAY_LEN(number_rows); i++)
		if (scrape_next(watch_now(t), number_rows[i].name, NULL))
			put_number(out, number_rows[i].key,
				   scrape_sum(watch_now(t), number_rows[i].name));
	buf_addc(out, '}');
}

static void put_process(struct buf *out, const struct top_process *p)
{
	put_text(out, "process", p->name);
	put_text(out, "kind", p->kind);
	put_text(out, "state", p->state);
	put_text(out, "why", p->why);
	put_text(out, "version", p->version);
	put_number(out, "pid", p->pid > 0 ? (double)p->pid : (double)NAN);
	put_number(out, "restarts", p->restarts >= 0 ? (double)p->restarts : (double)NAN);
	put_number(out, "uptime_seconds", p->uptime_s);
	put_number(out, "cpu_percent", p->cpu_percent);
	put_number(out, "resident_bytes", p->resident);
	put_number(out, "open_fds", p->fds);
	put_number(out, "loop_lag_p99_seconds", p->late_p99);
}

static void put_gateway(struct buf *out, const struct top_gateway *g)
{
	put_text(out, "process", g->name);
	put_number(out, "sessions", g->sessions);
	put_number(out, "connections", g->connections);
	json_member(out, "by_kind");
	buf_addc(out, '{');
	for (size_t i = 0; i < TOP_KINDS; i++)
		put_number(out, top_kind_names[i], g->by[i]);
	buf_addc(out, '}');
	put_number(out, "lines_per_second", g->lines);
	put_number(out, "bytes_in_per_second", g->bytes_in);
	put_number(out, "bytes_out_per_second", g->bytes_out);
}

static void put_phase(struct buf *out, const struct top_phase *p)
{
	put_text(out, "phase", p->name);
	put_number(out, "per_second", p->rate);
	put_number(out, "p50_seconds", p->p50);
	put_number(out, "p99_seconds", p->p99);
}

static void put_link(struct buf *out, const struct top_link *l)
{
	put_text(out, "process", l->process);
	put_text(out, "peer", l->peer);
	put_number(out, "peers", l->peers);
	put_number(out, "unacked_records", l->records);
	put_number(out, "unacked_bytes", l->bytes);
	put_number(out, "window_records", l->window);
	put_number(out, "lag_seconds", l->lag);
	put_number(out, "breaks", l->breaks);
}

static void put_budget(struct buf *out, const struct top_budget *b)
{
	put_text(out, "scope", b->scope);
	put_number(out, "spent_ratio", b->spent);
}

static void put_world(struct buf *out, const struct top_model *m)
{
	put_number(out, "ticks_per_second", m->ticks);
	put_number(out, "tick_p50_seconds", m->tick_p50);
	put_number(out, "tick_p99_seconds", m->tick_p99);
	put_number(out, "tick_lag_seconds", m->tick_late);
	put_number(out, "ticks_over_budget", m->over_budget);
	put_number(out, "commits_per_second", m->commits);
	put_number(out, "batches_waiting", m->waiting);
	put_number(out, "batch", m->durable);
	put_number(out, "epoch", m->epoch);
	put_number(out, "stalled", m->stalled);
}

#define PUT_LIST(out, key, list, n, put)                                                           \
	do {                                                                                       \
		json_member(out, key);                                                             \
		buf_addc(out, '[');                                                                \
		for (size_t i_ = 0; i_ < (n); i_++) {                                              \
			buf_adds(out, i_ ? ",{" : "{");                                            \
			put(out, &(list)[i_]);                                                     \
			buf_addc(out, '}');                                                        \
		}                                                                                  \
		buf_addc(out, ']');                                                                \
	} while (0)

void top_json(const struct top_model *m, int64_t unix_ms, struct buf *out)
{
	buf_addc(out, '{');
	put_number(out, "unix_ms", (double)unix_ms);
	put_number(out, "players", m->players);
	put_number(out, "sessions", m->sessions);
	put_number(out, "connections", m->connections);
	put_number(out, "lines_per_second", m->lines);
	PUT_LIST(out, "processes", m->processes, m->n_processes, put_process);
	PUT_LIST(out, "gateways", m->gateways, m->n_gateways, put_gateway);
	PUT_LIST(out, "latency", m->phases, TOP_PHASES, put_phase);
	json_member(out, "world");
	buf_addc(out, '{');
	put_world(out, m);
	buf_addc(out, '}');
	PUT_LIST(out, "links", m->links, m->n_links, put_link);
	PUT_LIST(out, "budgets", m->budgets, m->n_budgets, put_budget);
	buf_adds(out, "}\n");
}
