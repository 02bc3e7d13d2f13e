/* ops.c - the link of a command to persist; see ops.h. */
#include "ops.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "halt.h"
#include "place.h"
#include "rt/log.h"
#include "rt/proc.h"
#include "rt/rand.h"
#include "rt/route.h"
#include "rt/wire.h"
#include "settings.h"

enum { CONNECT_US = 5000000, GRACE_MS = 1000 };

struct ops {
	const struct ops_conf *conf;
	struct loop *loop;
	struct wire *wire;
	struct event *halt;
	struct loop_timer patience;
	const char *endpoint;
	uint64_t call; /* that waits for its answer; 0: none */
	bool is_up, has_ended;
	bool is_leaving; /* with `status`, whatever is answered */
	int status;
};

struct loop *ops_loop(struct ops *o)
{
	return o->loop;
}

void ops_end(struct ops *o, int status)
{
	if (o->has_ended)
		return;
	o->has_ended = true;
	o->status = status;
	loop_stop(o->loop, status);
}

static void give_up(struct ops *o, int status, const char *why)
{
	if (o->is_leaving)
		status = o->status;
	else if (!o->has_ended)
		fprintf(stderr, "mudlark: persist at %s: %s.\n", o->endpoint, why);
	ops_end(o, status);
}

static bool is_local(const char *endpoint)
{
	return strncmp(endpoint, "ipc://", 6) == 0;
}

static void on_patience(void *ctx)
{
	struct ops *o = ctx;
	if (o->is_up || is_local(o->endpoint))
		give_up(o, EXIT_UNAVAILABLE, "no answer; does `mudlark up` run?");
	else
		give_up(o, EXIT_UNAVAILABLE,
			"no answer; does it run there, is bus.peer_key its key, and is the key of "
			"this command in its bus.allow_file?");
}

static void on_halt(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	struct ops *o = ctx;
	int status = halt_status(o->conf->halt);
	if (status == EXIT_DONE || o->is_leaving)
		return;
	(void)event_del(o->halt);
	if (o->conf->halted)
		o->conf->halted(o->conf->ctx, o, status);
	else
		ops_end(o, status);
}

static void on_reply(void *ctx, UNUSED uint64_t id, const struct span *body, const char *why)
{
	struct ops *o = ctx;
	o->call = 0;
	loop_timer_stop(&o->patience);
	if (o->has_ended)
		return;
	if (o->is_leaving) {
		ops_end(o, o->status);
		return;
	}
	if (!body) {
		give_up(o, EXIT_UNAVAILABLE, why);
		return;
	}
	Mudlark__PersistReply *reply =
		mudlark__persist_reply__unpack(NULL, body->n, (const uint8_t *)body->p);
	if (reply)
		o->conf->answer(o->conf->ctx, o, reply);
	else
		give_up(o, EXIT_FAULT, "its answer cannot be understood");
}

static void send_call(struct ops *o, const Mudlark__PersistCall *call, uint32_t deadline_ms)
{
	struct link *l = wire_link(o->wire);
	size_t n = mudlark__persist_call__get_packed_size(call);
	CLEANUP(base_freep) uint8_t *request = base_alloc(n + 1, 1);
	mudlark__persist_call__pack(call, request);
	loop_timer_in(&o->patience, (deadline_ms + GRACE_MS) * 1000ull);
	if (o->call)
		link_cancel(l, o->call);
	o->call = link_call(l, (struct span){ (const char *)request, n }, deadline_ms, on_reply, o);
	sodium_memzero(request, n); /* it may hold a password */
	if (o->call == 0)
		give_up(o, EXIT_UNAVAILABLE, "the connection broke");
}

void ops_call(struct ops *o, const Mudlark__PersistCall *call, uint32_t deadline_ms)
{
	if (!o->has_ended && !o->is_leaving)
		send_call(o, call, deadline_ms);
}

void ops_leave(struct ops *o, const Mudlark__PersistCall *call, uint32_t deadline_ms, int status)
{
	if (o->has_ended || o->is_leaving)
		return;
	o->is_leaving = true;
	o->status = status;
	send_call(o, call, deadline_ms);
}

static void on_up(void *ctx, UNUSED struct link *l, UNUSED const struct link_peer *peer,
		  UNUSED enum link_up how)
{
	struct ops *o = ctx;
	if (o->is_up || o->has_ended)
		return;
	o->is_up = true;
	loop_timer_stop(&o->patience);
	o->conf->up(o->conf->ctx, o);
}

static void on_down(UNUSED void *ctx, UNUSED struct link *l, UNUSED const char *why)
{
}

static void on_record(UNUSED void *ctx, UNUSED struct link *l, UNUSED uint64_t seq,
		      UNUSED struct span body)
{
}

static void on_acked(UNUSED void *ctx, UNUSED struct link *l, UNUSED uint64_t seq)
{
}

static void on_call(UNUSED void *ctx, UNUSED struct link *l, UNUSED uint64_t id,
		    UNUSED struct span body)
{
}

static void on_cancelled(UNUSED void *ctx, UNUSED struct link *l, UNUSED uint64_t id)
{
}

static void on_room(UNUSED void *ctx, UNUSED struct link *l)
{
}

static void on_refused(void *ctx, UNUSED struct link *l, const char *why)
{
	give_up(ctx, EXIT_FAULT, why);
}

static const struct link_events events = {
	.up = on_up,
	.down = on_down,
	.record = on_record,
	.acked = on_acked,
	.call = on_call,
	.cancelled = on_cancelled,
	.room = on_room,
	.refused = on_refused,
};

static int watch_halt(struct ops *o)
{
	if (o->conf->halt < 0)
		return 0;
	o->halt = event_new(loop_base(o->loop), o->conf->halt, EV_READ | EV_PERSIST, on_halt, o);
	return o->halt && event_add(o->halt, NULL) == 0 ? 0 : -1;
}

static int converse(struct ops *o, const struct wire_spec *spec)
{
	int r = loop_new(&o->loop);
	if (r < 0) {
		fprintf(stderr, "mudlark: event loop: %s\n", strerror(-r));
		return EXIT_FAULT;
	}
	loop_timer_init(o->loop, &o->patience, on_patience, o);
	loop_timer_in(&o->patience, CONNECT_US);
	o->status = EXIT_FAULT;
	r = watch_halt(o);
	if (r == 0)
		r = wire_dial(&o->wire, o->loop, spec);
	if (r < 0)
		fprintf(stderr, "mudlark: %s: %s\n", o->endpoint, strerror(-r));
	else
		o->status = loop_run(o->loop);
	o->has_ended = true;
	if (o->conf->over)
		o->conf->over(o->conf->ctx);
	wire_free(o->wire);
	if (o->halt)
		event_free(o->halt);
	loop_timer_done(&o->patience);
	loop_free(o->loop);
	return o->status;
}

static char *endpoint_of(const struct args *a)
{
	struct place place;
	place_init(&place, a->data);
	CLEANUP(base_freep) char *bin = place_bin();
	char *endpoint = settings_value(a, &place, bin, "persist.bus");
	place_done(&place);
	return endpoint;
}

/* A socket on this machine where nobody listens needs no waiting. */
static bool is_deserted(const char *endpoint)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = strlen(endpoint);
	if (!is_local(endpoint) || n - 6 >= sizeof(to.sun_path))
		return false;
	memcpy(to.sun_path, endpoint + 6, n - 6);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_there = fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0;
	if (fd >= 0)
		close(fd);
	return !is_there;
}

bool ops_is_nobody(const struct args *a)
{
	CLEANUP(base_freep) char *endpoint = endpoint_of(a);
	return is_deserted(endpoint);
}

int ops_run(const struct ops_conf *c)
{
	CLEANUP(base_freep) char *endpoint = endpoint_of(c->args);
	CLEANUP(base_freep) char *key = settings_find(c->args, "bus.key_file");
	CLEANUP(base_freep) char *peer = settings_find(c->args, "bus.peer_key");
	struct ops o = { .conf = c, .endpoint = endpoint };
	struct wire_spec spec = { .endpoint = endpoint };
	if (is_deserted(endpoint)) {
		fprintf(stderr, "mudlark: no persist at %s; does `mudlark up` run?\n", endpoint);
		return EXIT_UNAVAILABLE;
	}
	log_init("mudlark", LOG_ERROR, false);
	spec.security.insecure = (c->args->given & ARG_INSECURE) != 0;
	spec.security.key_file = key ? key : "";
	spec.security.allow_file = "";
	spec.security.peer_key = peer ? peer : "";
	spec.to = ROLE_PERSIST;
	spec.link.role = "ops";
	spec.link.name = "mudlark";
	spec.link.instance = entropy_id(&entropy_system);
	spec.link.auto_take = true;
	spec.events = events;
	spec.events.ctx = &o;
	return converse(&o, &spec);
}

struct meaning {
	Mudlark__Status status;
	int exit;
};

int ops_explain(const Mudlark__PersistReply *reply, const char *absent)
{
	static const struct meaning meanings[] = {
		{ MUDLARK__STATUS__STATUS_OK, EXIT_DONE },
		{ MUDLARK__STATUS__STATUS_ABSENT, EXIT_UNAVAILABLE },
		{ MUDLARK__STATUS__STATUS_BUSY, EXIT_IN_USE },
		{ MUDLARK__STATUS__STATUS_STORE, EXIT_UNAVAILABLE },
	};
	int status = EXIT_FAULT;
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++)
		if (meanings[i].status == reply->status)
			status = meanings[i].exit;
	if (reply->status == MUDLARK__STATUS__STATUS_ABSENT && absent) {
		fprintf(stderr, "mudlark: there is no %s.\n", absent);
		return EXIT_FAULT;
	}
	if (status != EXIT_DONE)
		fprintf(stderr, "mudlark: %s\n",
			reply->why && *reply->why ? reply->why : "it was refused");
	return status;
}
