/*
 * main.c - mudlark-world: the simulation as a process.  Reads packs, gets an epoch and the stored
 * state from persist, then lets gateways in.  `--replay FILE` plays an input log instead,
 * `--check-pack DIR` reads a pack and says what is wrong with it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "world/numbers.h"
#include "world/pack/pack.h"
#include "world/server.h"

enum { FLAG_REPLAY, FLAG_CHECK_PACK };

static const char *const flags[] = {
	[FLAG_REPLAY] = "replay", [FLAG_CHECK_PACK] = "check-pack", NULL
};
static const char *const sections[] = { "world",   "persist", "gateway", "ai",	"irc",
					"discord", "rss",     "admin",	 "bus", NULL };

static const struct proc_spec spec = {
	.name = "mudlark-world",
	.about = "the simulation: one thread, turns and ticks",
	.table = { NULL, 0, sizeof(struct options) },
	.sections = sections,
	.flags = flags,
};

static void on_stop(void *ctx)
{
	server_stop(ctx);
}

static int replay(struct server *s, const char *file)
{
	struct replay_result result = { 0 };
	int r = inputlog_replay(file, (const struct pack *const *)s->packs, s->n_packs, stdout,
				&result);

	if (r < 0) {
		fprintf(stderr, "%s: %s\n", file, strerror(-r));
		return EXIT_FAULT;
	}
	printf("ticks %" PRIu64 "\ninputs %" PRIu64 "\nturns %" PRIu64 "\nhashes %" PRIu64
	       "\nstate %016" PRIx64 "\noutput %016" PRIx64 "\n%s\n",
	       result.ticks, result.inputs, result.turns, result.hashes, result.state,
	       result.output, r ? "differs" : "same");
	return r ? EXIT_FAULT : EXIT_DONE;
}

static int serve(struct server *s, struct proc *p)
{
	const struct proc_hooks hooks = { .stop = on_stop, .ctx = s };
	int r = numbers_serve(s);

	if (r) {
		log_error("metrics_not_served", LOG_ERRNO(r));
		return EXIT_IN_USE;
	}
	proc_hooks(p, &hooks);
	r = start_server(s);
	return r ? r : proc_run(p);
}

int main(int argc, char **argv)
{
	struct proc_spec full = spec;
	struct options options = { 0 };
	struct proc proc;
	const char *option, *fault, *why;
	struct server server;
	int status;

	full.table = options_table;
	if (proc_start(&proc, &full, &options, argc, argv, &status))
		return status;
	if (proc.flag_values[FLAG_CHECK_PACK]) {
		status = pack_check(proc.flag_values[FLAG_CHECK_PACK]);
		proc_done(&proc);
		conf_done(&options_table, &options);
		return status;
	}
	fault = options_fault(&options, &option, &why);
	if (fault) {
		log_error("option_refused", LOG_STR("option", option), LOG_STR("value", fault),
			  LOG_STR("why", why));
		proc_done(&proc);
		conf_done(&options_table, &options);
		return EXIT_USAGE;
	}
	server_init(&server, &proc, &options);
	status = start_packs(&server);
	if (!status)
		status = proc.flag_values[FLAG_REPLAY]
				 ? replay(&server, proc.flag_values[FLAG_REPLAY])
				 : serve(&server, &proc);
	server_done(&server);
	proc_done(&proc);
	conf_done(&options_table, &options);
	return status;
}
