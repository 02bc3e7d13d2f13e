/*
 * bridge.c - a bridge as a process: its two links, the loop, its numbers over HTTP; see bridge.h.
 *
 * A turn of the loop: records, answers of the store and what is outside come in; at its end (on_idle) the core does what
 * is due; after that the wires send what was said, in one frame each.
 */
#include "bridges/bridge.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "bridges/bridge_inner.h"
#include "rt/log.h"
#include "rt/rand.h"
#include "rt/sandbox.h"

enum {
	LINGER_US = 20000, /* for the last records to leave, when the process ends */
};

struct bridge_process {
	struct proc *proc;
	struct wire *world, *store;
	struct loop_timer timer, linger;
	struct metric_server *metrics;
};

/* ---- io ---- */

static int io_tell(void *ctx, struct span record)
{
	struct bridge *b = ctx;

	return link_send(wire_link(b->process->world), record, NULL) == 0 ? 0 : 1;
}

static uint64_t io_call(void *ctx, struct span body, uint32_t deadline_ms,
			void (*done)(void *ctx, uint64_t id, const struct span *body,
				     const char *why),
			void *done_ctx)
{
	struct bridge *b = ctx;

	return link_call(wire_link(b->process->store), body, deadline_ms, done, done_ctx);
}

static void io_cancel(void *ctx, uint64_t id)
{
	struct bridge *b = ctx;

	link_cancel(wire_link(b->process->store), id);
}

static void io_wake(void *ctx)
{
	struct bridge *b = ctx;

	loop_timer_soon(&b->process->timer);
}

static void on_linger(void *ctx)
{
	struct bridge *b = ctx;

	loop_stop(b->process->proc->loop, b->replaced ? EXIT_SUPERSEDED : EXIT_DONE);
}

static void io_ended(void *ctx)
{
	struct bridge *b = ctx;

	loop_timer_in(&b->process->linger, LINGER_US);
}

/* ---- links ---- */

static void on_world_up(void *ctx, UNUSED struct link *l, const struct link_peer *peer,
			enum link_up how)
{
	log_info("peer_up", LOG_STR("role", peer->role), LOG_INT("resumed", how == LINK_RESUMED));
	core_world_up(ctx, peer->world, how == LINK_FRESH);
}

static void on_world_down(void *ctx, UNUSED struct link *l, const char *why)
{
	log_info("peer_down", LOG_STR("role", "world"), LOG_STR("reason", why));
	core_world_down(ctx);
}

static void on_record(void *ctx, UNUSED struct link *l, UNUSED uint64_t seq, struct span body)
{
	core_record(ctx, body);
}

static void on_store_up(void *ctx, UNUSED struct link *l, const struct link_peer *peer,
			enum link_up how)
{
	log_info("peer_up", LOG_STR("role", peer->role), LOG_INT("resumed", how == LINK_RESUMED));
	core_store_up(ctx);
}

static void on_store_down(void *ctx, UNUSED struct link *l, const char *why)
{
	log_info("peer_down", LOG_STR("role", "persist"), LOG_STR("reason", why));
	core_store_down(ctx);
}

/* It sends none. */
static void on_store_record(void *ctx, UNUSED struct link *l, UNUSED uint64_t seq,
			    UNUSED struct span body)
{
	((struct bridge *)ctx)->stats.unknown++;
}

static void on_refused(void *ctx, UNUSED struct link *l, const char *why)
{
	struct bridge *b = ctx;

	log_error("peer_refuses", LOG_STR("reason", why));
	loop_stop(b->process->proc->loop, EXIT_UNAVAILABLE);
}

static int dial(struct bridge *b, struct wire **ret, const char *endpoint, unsigned to,
		const struct link_events *events)
{
	struct proc *proc = b->process->proc;
	const struct proc_common *common = proc_common(proc);
	const struct wire_spec spec = {
		.endpoint = endpoint,
		.security = { .insecure = proc->insecure,
			      .key_file = common->bus_key_file,
			      .peer_key = common->bus_peer_key },
		.link = { .role = "bridge",
			  .name = b->name,
			  .instance = b->instance,
			  .auto_take = true },
		.events = *events,
		.to = to,
	};
	const int r = wire_dial(ret, proc->loop, &spec);

	if (r < 0)
		log_error("cannot_dial", LOG_STR("bus", endpoint), LOG_ERRNO(r));
	return r;
}

static int dial_both(struct bridge *b)
{
	const struct link_events world = {
		.up = on_world_up,
		.down = on_world_down,
		.record = on_record,
		.refused = on_refused,
		.ctx = b,
	};
	const struct link_events store = {
		.up = on_store_up,
		.down = on_store_down,
		.record = on_store_record,
		.refused = on_refused,
		.ctx = b,
	};
	const int r = dial(b, &b->process->world, b->conf->world_bus, ROLE_WORLD, &world);

	return r ? r : dial(b, &b->process->store, b->conf->store_bus, ROLE_PERSIST, &store);
}

/* ---- the loop ---- */

static void on_timer(UNUSED void *ctx)
{
}

/* What is due is done here; the timer only wakes the loop. */
static void on_idle(void *ctx)
{
	struct bridge *b = ctx;
	uint64_t due, now;

	core_tick(b);
	due = core_due(b);
	now = core_now(b);
	if (b->process->timer.soon)
		return;
	if (due == UINT64_MAX)
		loop_timer_stop(&b->process->timer);
	else
		loop_timer_in(&b->process->timer, due > now ? due - now : 0);
}

/* ---- figures ---- */

static void on_refresh(void *ctx)
{
	numbers_refresh(ctx);
}

static bool on_ready(void *ctx, struct buf *why)
{
	return core_is_ready(ctx, why);
}

static int serve(struct bridge *b)
{
	const struct metric_source source = {
		.metrics = b->numbers,
		.n = NUMBERS + b->n_own,
		.refresh = on_refresh,
		.ready = on_ready,
		.ctx = b,
	};
	const int r = metric_serve(&b->process->metrics, b->process->proc->loop, b->conf->metrics,
				   &source);

	if (r < 0)
		log_error("cannot_listen", LOG_STR("address", b->conf->metrics), LOG_ERRNO(r));
	return r;
}

/* ---- beginning and end ---- */

/* Keys and passwords will be in memory: no core dump, no debugger but root's, no rights that it has no use for. */
static int give_up_rights(void)
{
	char why[SANDBOX_WHY];

	if (!sandbox_is_possible() || sandbox_lock(why) == 0)
		return 0;
	log_error("no_sandbox", LOG_STR("reason", why));
	return -EPERM;
}

static struct bridge *new_bridge(struct proc *proc, const struct bridge_conf *conf,
				 const char *name, const struct bridge_events *e)
{
	struct bridge *b = base_alloc(1, sizeof(*b));
	struct bridge_process *p = base_alloc(1, sizeof(*p));
	const struct bridge_io io = { io_tell, io_call, io_cancel, io_wake, io_ended, b };

	core_init(b, &io, loop_clock(proc->loop), conf, name, entropy_id(&entropy_system), e);
	b->process = p;
	p->proc = proc;
	loop_timer_init(proc->loop, &p->timer, on_timer, b);
	loop_timer_init(proc->loop, &p->linger, on_linger, b);
	/* Before the wires', which send what it makes. */
	loop_on_idle(proc->loop, on_idle, b);
	return b;
}

int bridge_start(struct bridge **ret, struct proc *proc, const struct bridge_conf *conf,
		 const char *name, const struct bridge_events *e)
{
	int r = give_up_rights();

	if (r < 0)
		return r;
	struct bridge *b = new_bridge(proc, conf, name, e);
	r = serve(b);
	if (r == 0)
		r = dial_both(b);
	if (r < 0) {
		bridge_free(b);
		return r;
	}
	*ret = b;
	proc_watch(proc, on_ready, b);
	proc_ready(proc);
	return 0;
}

void bridge_metrics(struct bridge *b, struct metric *own, size_t n, void (*refresh)(void *ctx),
		    void *ctx)
{
	assert(n <= CORE_OWN_NUMBERS);
	b->own = own;
	b->n_own = n;
	b->refresh = refresh;
	b->refresh_ctx = ctx;
	/* The server knows how many there are. */
	metric_server_free(b->process->metrics);
	b->process->metrics = NULL;
	if (serve(b) < 0)
		log_error("no_metrics");
}

void bridge_free(struct bridge *b)
{
	struct bridge_process *p;

	if (!b)
		return;
	p = b->process;
	proc_watch(p->proc, NULL, NULL);
	loop_off_idle(p->proc->loop, on_idle, b);
	metric_server_free(p->metrics);
	/* Calls are withdrawn while there is a link to do it with: nobody is called any more. */
	core_done(b);
	wire_free(p->world);
	wire_free(p->store);
	loop_timer_done(&p->timer);
	loop_timer_done(&p->linger);
	free(p);
	free(b);
}

struct loop *bridge_loop(const struct bridge *b)
{
	return b->process->proc->loop;
}
