/*
 * aibridge.c - the parts of the process and what ties them together; see aibridge.h.
 *
 * A turn of the loop: records, answers of the store and pieces of providers come in; at its end (on_idle) asks
 * that are due go on and those that wait are served; after that the wires send what was said, in one frame each.
 */
#include "aibridge/aibridge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aibridge/aibridge_inner.h"
#include "rt/log.h"
#include "rt/rand.h"
#include "rt/sandbox.h"

enum {
	STOP_US = 3000000,     /* for settlements, when the process ends */
	STOP_AWAY_US = 300000, /* the same while the store is away */
	LINGER_US = 20000,     /* for the last records to leave */
};

/* The world */

void aibridge_tell(void *ctx, const Mudlark__WorldIn *m)
{
	struct aibridge *a = ctx;
	const size_t n = mudlark__world_in__get_packed_size(m);

	if (!a->world_up)
		return;
	buf_reset(&a->packed);
	mudlark__world_in__pack(m, (uint8_t *)buf_reserve(&a->packed, n));
	buf_commit(&a->packed, n);
	if (link_send(wire_link(a->world_wire), buf_span(&a->packed), NULL))
		log_warning("world_not_told", LOG_U64("bytes", n));
}

static void tell_staff(void *ctx, const char *text)
{
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
	Mudlark__AiNotice n = MUDLARK__AI_NOTICE__INIT;

	n.text.data = (uint8_t *)text;
	n.text.len = strlen(text);
	m.body_case = MUDLARK__WORLD_IN__BODY_AI_NOTICE;
	m.ai_notice = &n;
	aibridge_tell(ctx, &m);
}

static void on_world_up(void *ctx, UNUSED struct link *l, const struct link_peer *peer,
			enum link_up how)
{
	struct aibridge *a = ctx;

	a->world_up = true;
	log_info("peer_up", LOG_STR("role", peer->role), LOG_INT("resumed", how == LINK_RESUMED));
}

/* It waits no more for what it had asked. */
static void on_world_down(void *ctx, UNUSED struct link *l, const char *why)
{
	struct aibridge *a = ctx;

	log_info("peer_down", LOG_STR("role", "world"), LOG_STR("reason", why),
		 LOG_U64("asks", a->asks.n));
	a->world_up = false;
	asks_drop(&a->asks);
	orders_drop(&a->orders);
}

static void on_record(void *ctx, UNUSED struct link *l, UNUSED uint64_t seq, struct span body)
{
	struct aibridge *a = ctx;

	inbox_record(&a->inbox, body);
}

static void on_refused(void *ctx, UNUSED struct link *l, const char *why)
{
	struct aibridge *a = ctx;

	log_error("peer_refuses", LOG_STR("reason", why));
	loop_stop(a->proc->loop, EXIT_UNAVAILABLE);
}

/* The store */

static void on_store_up(void *ctx, UNUSED struct link *l, const struct link_peer *peer,
			enum link_up how)
{
	struct aibridge *a = ctx;

	log_info("peer_up", LOG_STR("role", peer->role), LOG_INT("resumed", how == LINK_RESUMED));
	store_up(&a->store);
}

static void on_store_down(void *ctx, UNUSED struct link *l, const char *why)
{
	struct aibridge *a = ctx;

	log_info("peer_down", LOG_STR("role", "persist"), LOG_STR("reason", why),
		 LOG_U64("settlements", a->store.n_kept));
	store_down(&a->store);
}

/* It sends none. */
static void on_store_record(void *ctx, UNUSED struct link *l, UNUSED uint64_t seq,
			    UNUSED struct span body)
{
	struct aibridge *a = ctx;

	a->inbox.stats.unknown++;
}

static uint64_t io_call(void *ctx, struct span body, uint32_t deadline_ms,
			void (*done)(void *ctx, uint64_t id, const struct span *body,
				     const char *why),
			void *done_ctx)
{
	struct aibridge *a = ctx;

	return link_call(wire_link(a->store_wire), body, deadline_ms, done, done_ctx);
}

static void io_cancel(void *ctx, uint64_t id)
{
	struct aibridge *a = ctx;

	link_cancel(wire_link(a->store_wire), id);
}

/* The loop */

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void arm(struct aibridge *a)
{
	const uint64_t calls = least(store_due(&a->store),
				     least(retain_due(&a->retain), standing_due(&a->standing)));
	const uint64_t due = least(asks_due(&a->asks), calls);
	const uint64_t now = clock_mono(a->clock);

	if (due == UINT64_MAX)
		loop_timer_stop(&a->timer);
	else
		loop_timer_in(&a->timer, due > now ? due - now : 0);
}

static void on_linger(void *ctx)
{
	struct aibridge *a = ctx;

	loop_stop(a->proc->loop, EXIT_DONE);
}

/* What is due is done here; the timer only wakes the loop. */
static void on_idle(void *ctx)
{
	struct aibridge *a = ctx;

	if (asks_due(&a->asks) <= clock_mono(a->clock))
		asks_tick(&a->asks);
	store_tick(&a->store);
	retain_tick(&a->retain);
	standing_tick(&a->standing);
	arm(a);
	if (a->stopping && !a->ended && a->store.n_kept == 0) {
		a->ended = true;
		loop_timer_in(&a->stop, LINGER_US);
	}
}

static void on_timer(UNUSED void *ctx)
{
}

/* Figures */

static void refresh_breakers(struct aibridge *a)
{
	/* Of several of one provider, the first in the roster. */
	for (size_t i = a->roster.n; i > 0; i--) {
		const struct candidate *c = &a->roster.v[i - 1];

		a->numbers[N_BREAKER + c->provider.kind - 1].value = c->breaker.state;
	}
}

static void refresh(void *ctx)
{
	struct aibridge *a = ctx;
	struct metric *n = a->numbers;

	n[N_UNDER_WAY].value = (double)a->asks.n;
	n[N_QUEUED].value = (double)ask_queue_length(a->asks.queue);
	n[N_REQUESTS].value = a->http ? (double)http_under_way(a->http) : 0;
	n[N_KEPT].value = (double)a->store.n_kept;
	n[N_GIVEN_UP].value = (double)a->store.given_up;
	n[N_STORE_FAILED].value = (double)a->store.failed;
	n[N_PAUSED].value = a->asks.paused;
	n[N_WORLD_UP].value = a->world_up;
	n[N_STORE_UP].value = a->store.is_up;
	n[N_UNKNOWN].value = (double)(a->inbox.stats.unknown + a->inbox.stats.malformed +
				      a->inbox.stats.refused);
	for (size_t i = 0; i < STANDING_SCOPES; i++)
		n[N_BUDGETS + i].value = a->standing.ratio[i];
	refresh_breakers(a);
}

static bool is_ready(void *ctx, struct buf *reason)
{
	const struct aibridge *a = ctx;
	const char *why = NULL;

	if (a->stopping)
		why = "the aibridge ends";
	else if (!a->world_up)
		why = "the world is away";
	else if (!a->store.is_up)
		why = "degraded: persist is away, everybody answers from the script";
	else if (roster_is_down(&a->roster, clock_mono(a->clock)))
		why = "degraded: no provider answers, everybody answers from the script";
	if (why)
		buf_adds(reason, why);
	return !why;
}

static int serve_metrics(struct aibridge *a)
{
	const struct metric_source source = {
		.metrics = a->numbers,
		.n = NUMBERS,
		.refresh = refresh,
		.ready = is_ready,
		.ctx = a,
	};
	const int r = metric_serve(&a->metrics, a->proc->loop, a->conf->metrics, &source);

	proc_watch(a->proc, is_ready, a);
	if (r < 0)
		log_error("cannot_listen", LOG_STR("address", a->conf->metrics), LOG_ERRNO(r));
	return r;
}

/* Beginning and end */

static int dial(struct aibridge *a, struct wire **ret, const char *endpoint, unsigned to,
		const struct link_events *events)
{
	const struct proc_common *common = proc_common(a->proc);
	const struct wire_spec spec = {
		.endpoint = endpoint,
		.security = { .insecure = a->proc->insecure,
			      .key_file = common->bus_key_file,
			      .peer_key = common->bus_peer_key },
		.link = { .role = "aibridge",
			  .name = a->proc->name,
			  .instance = a->instance,
			  .auto_take = true },
		.events = *events,
		.to = to,
	};
	const int r = wire_dial(ret, a->proc->loop, &spec);

	if (r < 0)
		log_error("cannot_dial", LOG_STR("bus", endpoint), LOG_ERRNO(r));
	return r;
}

static int dial_both(struct aibridge *a)
{
	const struct link_events world = {
		.up = on_world_up,
		.down = on_world_down,
		.record = on_record,
		.refused = on_refused,
		.ctx = a,
	};
	const struct link_events store = {
		.up = on_store_up,
		.down = on_store_down,
		.record = on_store_record,
		.refused = on_refused,
		.ctx = a,
	};
	const int r = dial(a, &a->world_wire, a->conf->bus, ROLE_WORLD, &world);

	return r ? r : dial(a, &a->store_wire, a->conf->store_bus, ROLE_PERSIST, &store);
}

/* What mistakes in the options can be found in. */
static int read_options(struct aibridge *a)
{
	int r = roster_init(&a->roster, a->conf);

	if (r)
		return r;
	r = guard_new(&a->guard, a->conf->words_file);
	if (r) {
		log_error("option_wrong", LOG_STR("option", "ai.words_file"),
			  LOG_STR("file", a->conf->words_file), LOG_ERRNO(r));
		return -EINVAL;
	}
	/* Moderation takes a second request for an answer. */
	return a->roster.n ? http_new(&a->http, a->proc->loop, 2 * (size_t)a->conf->max_requests)
			   : 0;
}

static void on_paid(void *ctx, const struct store_debt *d)
{
	struct aibridge *a = ctx;

	inbox_forgotten(&a->inbox, d);
}

static void init_parts(struct aibridge *a)
{
	const struct store_io io = { io_call, io_cancel, a };

	aibridge_env(a);
	store_init(&a->store, &io, a->clock);
	asks_init(&a->asks, &a->env, a->conf, &a->roster, a->guard, a->instance);
	retain_init(&a->retain, &a->store, a->clock, (uint64_t)a->conf->keep);
	standing_init(&a->standing, &a->store, a->clock, &a->roster.budgets);
	notices_init(&a->notices, tell_staff, a);
	orders_init(&a->orders, &(struct orders_of){ .name = a->proc->name,
						     .conf = a->conf,
						     .clock = a->clock,
						     .roster = &a->roster,
						     .asks = &a->asks,
						     .numbers = a->numbers,
						     .spend = &a->spend,
						     .store = &a->store,
						     .tell = aibridge_tell,
						     .ctx = a });
	a->inbox = (struct inbox){ .asks = &a->asks,
				   .orders = &a->orders,
				   .store = &a->store,
				   .tell = aibridge_tell,
				   .ctx = a };
	a->store.paid = on_paid;
	a->store.paid_ctx = a;
	arena_init(&a->inbox.arena, 0);
	/* Before the wires', which send what it makes. */
	loop_on_idle(a->proc->loop, on_idle, a);
}

/* Keys will be in memory: no core dump, no debugger but root's, no rights that it has no use for. */
static int give_up_rights(void)
{
	char why[SANDBOX_WHY];

	if (!sandbox_is_possible() || sandbox_lock(why) == 0)
		return 0;
	log_error("no_sandbox", LOG_STR("reason", why));
	return -EPERM;
}

int aibridge_start(struct aibridge **ret, struct proc *proc, struct ai_conf *conf)
{
	struct aibridge *a = base_alloc(1, sizeof(*a));
	int r;

	*ret = a;
	a->proc = proc;
	a->conf = conf;
	a->clock = loop_clock(proc->loop);
	a->instance = entropy_id(&entropy_system);
	rng_seed(&a->random, entropy_id(&entropy_system));
	numbers_init(a->numbers);
	loop_timer_init(proc->loop, &a->timer, on_timer, a);
	loop_timer_init(proc->loop, &a->stop, on_linger, a);
	r = give_up_rights();
	if (r == 0)
		r = read_options(a);
	if (r == 0) {
		init_parts(a);
		r = serve_metrics(a);
	}
	if (r == 0)
		r = dial_both(a);
	if (r == 0)
		proc_ready(proc);
	return r;
}

void aibridge_stop(struct aibridge *a)
{
	a->stopping = true;
	asks_close(&a->asks);
	orders_drop(&a->orders);
	retain_stop(&a->retain);
	standing_stop(&a->standing);
	loop_timer_in(&a->stop, a->store.is_up ? STOP_US : STOP_AWAY_US);
}

static void parts_free(struct aibridge *a)
{
	loop_off_idle(a->proc->loop, on_idle, a);
	asks_drop(&a->asks);
	orders_drop(&a->orders);
	retain_stop(&a->retain);
	standing_stop(&a->standing);
	a->world_up = false;
	wire_free(a->world_wire);
	/* Calls that wait fail. */
	wire_free(a->store_wire);
	store_done(&a->store);
	asks_done(&a->asks);
	notices_done(&a->notices);
	inbox_done(&a->inbox);
}

void aibridge_free(struct aibridge *a)
{
	if (!a)
		return;
	metric_server_free(a->metrics);
	if (a->asks.queue)
		parts_free(a);
	if (a->http)
		http_free(a->http);
	guard_free(a->guard);
	roster_done(&a->roster);
	loop_timer_done(&a->timer);
	loop_timer_done(&a->stop);
	buf_done(&a->packed);
	free(a);
}
