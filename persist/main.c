/*
 * main.c - mudlark-persist: the only holder of the database.  Options and wiring: a world and the
 * operator's command dial in at persist.bus; the inbox does the rest.
 */
#include <errno.h>
#include <unistd.h>

#include "persist/db_sqlite.h"
#include "persist/hasher.h"
#include "persist/inbox.h"
#include "persist/tool.h"
#include "rt/log.h"
#include "rt/proc.h"
#include "rt/wire.h"

enum { STOP_US = 4000000, LINGER_US = 20000 };

struct options {
	char *bus, *store, *metrics;
	int64_t call_wait, hash_threads, create_rate, event_keep;
};

#define AT(field) offsetof(struct options, field)

/* clang-format off */
static const struct conf_option options[] = {
	{ "persist.bus", CONF_ENDPOINT, AT(bus), "ipc://var/run/persist.bus",
	  .help = "where worlds and the operator's command dial in" },
	{ "persist.store", CONF_STRING, AT(store), "sqlite:var/mudlark.db",
	  .help = "sqlite:PATH or postgresql://... (a password belongs into a passfile)" },
	{ "persist.metrics", CONF_ADDRESS, AT(metrics), "",
	  .help = "/metrics, /healthz and /readyz" },
	{ "persist.call_wait", CONF_TIME, AT(call_wait), "2s", 0, 60000000,
	  .help = "while the database is away a question waits so long for it" },
	{ "persist.hash_threads", CONF_INT, AT(hash_threads), "0", 0, HASHER_THREADS_MAX,
	  .help = "threads that check passwords; 0: one fewer than there are cores" },
	{ "persist.create_rate", CONF_INT, AT(create_rate), "30", 0, 1000000,
	  .help = "new accounts in ten minutes from one address; 0: any number" },
	{ "persist.event_keep", CONF_INT, AT(event_keep), "100000", 0, INT64_MAX / 2,
	  .help = "durable facts (table event) that stay stored, the newest; 0: all" },
};
/* clang-format on */

static const char *const other_sections[] = { "gateway", "world", "ai",	   "irc",
					      "discord", "rss",	  "admin", NULL };

static const char *const flags[] = { "export", "import", "verify", NULL };
static const char *const switches[] = { "migrate", NULL };

static const struct proc_spec spec = {
	.name = "mudlark-persist",
	.about = "the chronicle: commits, loads, documents, accounts",
	.table = { options, ARRAY_LEN(options), sizeof(struct options) },
	.sections = other_sections,
	.flags = flags,
	.switches = switches,
};

struct persist {
	struct proc proc;
	struct options options;
	struct inbox *inbox;
	struct wire *wire;
	struct metric_server *metrics;
	struct loop_timer stopping;
	int status;
	bool has_ended;
};

static void on_ready(void *ctx)
{
	struct persist *p = ctx;

	proc_ready(&p->proc);
}

static void on_stopped(void *ctx)
{
	struct persist *p = ctx;

	loop_stop(p->proc.loop, p->status);
}

/* The last acknowledgements still have to leave. */
static void on_ended(void *ctx, int status)
{
	struct persist *p = ctx;

	p->status = status;
	p->has_ended = true;
	loop_timer_in(&p->stopping, LINGER_US);
}

static void on_stop(void *ctx)
{
	struct persist *p = ctx;

	/* A database that does not answer must not keep us: what is not stored is not acknowledged. */
	loop_timer_in(&p->stopping, STOP_US);
	inbox_stop(p->inbox);
}

static int start(struct persist *p)
{
	const struct proc_common *common = proc_common(&p->proc);
	const struct inbox_conf conf = {
		.loop = p->proc.loop,
		.store = p->options.store,
		.hash_threads = (unsigned)p->options.hash_threads,
		.call_wait_us = (uint64_t)p->options.call_wait,
		.create_rate = (uint32_t)p->options.create_rate,
		.event_keep = (uint64_t)p->options.event_keep,
		.clock = loop_clock(p->proc.loop),
		.entropy = &entropy_system,
		.ready = on_ready,
		.ended = on_ended,
		.ctx = p,
	};
	int r = inbox_new(&p->inbox, &conf);
	if (r)
		return r;
	const struct wire_spec wire = {
		.endpoint = p->options.bus,
		.security = { .insecure = p->proc.insecure,
			      .key_file = common->bus_key_file,
			      .allow_file = common->bus_allow_file },
		.link = { .role = "persist",
			  .name = p->proc.name,
			  .instance = entropy_id(&entropy_system) },
		.events = inbox_events(p->inbox),
	};
	struct link_hub_conf hub = { 0 };
	inbox_hub(p->inbox, &hub);
	r = wire_bind(&p->wire, p->proc.loop, &wire, &hub);
	if (r)
		return r;
	inbox_attach(p->inbox, wire_hub(p->wire));
	const struct metric_source source = inbox_metrics(p->inbox);
	proc_watch(&p->proc, source.ready, source.ctx);
	return metric_serve(&p->metrics, p->proc.loop, p->options.metrics, &source);
}

int main(int argc, char **argv)
{
	struct persist p = { 0 };
	int status = EXIT_DONE;

	/* The keeper's is the one that does. */
	sqlite_one_thread();
	if (proc_start(&p.proc, &spec, &p.options, argc, argv, &status))
		return status;
	const struct tool_ask ask = { .store = p.options.store,
				      .migrate = p.proc.switched[0],
				      .to = p.proc.flag_values[0],
				      .from = p.proc.flag_values[1],
				      .look = p.proc.flag_values[2] };
	if (tool_is(&ask)) {
		status = tool_run(&ask);
		proc_done(&p.proc);
		return status;
	}
	loop_timer_init(p.proc.loop, &p.stopping, on_stopped, &p);
	const struct proc_hooks hooks = { .stop = on_stop, .ctx = &p };
	proc_hooks(&p.proc, &hooks);
	const int r = start(&p);
	if (r) {
		log_error("start_failed", LOG_ERRNO(r), LOG_STR("bus", p.options.bus));
		status = r == -EADDRINUSE	       ? EXIT_IN_USE
			 : r == -EINVAL || r == -EPERM ? EXIT_USAGE
						       : EXIT_FAULT;
	} else {
		status = proc_run(&p.proc);
	}
	if (p.inbox && !r && !p.has_ended) {
		log_warning("store_left_behind", LOG_STR("reason", "it does not answer"));
		_exit(status);
	}
	metric_server_free(p.metrics);
	wire_free(p.wire);
	inbox_free(p.inbox);
	loop_timer_done(&p.stopping);
	proc_done(&p.proc);
	return status;
}
