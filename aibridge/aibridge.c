/*
 * aibridge.c - the links to the world and to persist, and what is asked over them; see aibridge.h.
 */
#include "aibridge/aibridge.h"

#include <errno.h>
#include <stdlib.h>

#include "rt/log.h"
#include "rt/rand.h"

struct aibridge {
	struct proc *proc;
	struct ai_conf *conf;
	struct wire *world, *store;
	struct metric_server *metrics;
};

static void on_up(void *ctx, struct link *l, const struct link_peer *peer, enum link_up how)
{
	(void)ctx;
	(void)l;
	log_info("peer_up", LOG_STR("role", peer->role), LOG_INT("resumed", how == LINK_RESUMED));
}

static void on_down(void *ctx, struct link *l, const char *why)
{
	(void)ctx;
	(void)l;
	log_info("peer_down", LOG_STR("reason", why));
}

static void on_record(void *ctx, struct link *l, uint64_t seq, struct span body)
{
	(void)ctx;
	(void)l;
	(void)seq;
	(void)body;
}

static int dial(struct aibridge *a, struct wire **ret, const char *endpoint)
{
	const struct proc_common *common = proc_common(a->proc);
	const struct wire_spec spec = {
		.endpoint = endpoint,
		.security = { .insecure = a->proc->insecure,
			      .key_file = common->bus_key_file,
			      .peer_key = common->bus_peer_key },
		.link = { .role = "aibridge",
			  .name = a->proc->name,
			  .instance = entropy_id(&entropy_system),
			  .auto_take = true },
		.events = { .up = on_up, .down = on_down, .record = on_record, .ctx = a },
	};

	return wire_dial(ret, a->proc->loop, &spec);
}

int aibridge_start(struct aibridge **ret, struct proc *proc, struct ai_conf *conf)
{
	struct aibridge *a = base_alloc(1, sizeof(*a));
	int r;

	*ret = a;
	a->proc = proc;
	a->conf = conf;
	r = dial(a, &a->world, conf->bus);
	if (!r)
		r = dial(a, &a->store, conf->store_bus);
	if (!r)
		proc_ready(proc);
	return r;
}

void aibridge_stop(struct aibridge *a)
{
	loop_stop(a->proc->loop, EXIT_DONE);
}

void aibridge_free(struct aibridge *a)
{
	if (!a)
		return;
	metric_server_free(a->metrics);
	wire_free(a->world);
	wire_free(a->store);
	free(a);
}
