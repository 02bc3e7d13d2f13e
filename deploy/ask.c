/* ask.c - a short-lived link to persist; see ask.h. */
#include "ask.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "place.h"
#include "rt/log.h"
#include "rt/loop.h"
#include "rt/proc.h"
#include "rt/rand.h"
#include "rt/wire.h"
#include "settings.h"

enum { CONNECT_US = 5000000, ANSWER_MS = 15000 };

struct asking {
	struct loop *loop;
	struct wire *wire;
	struct loop_timer patience;
	struct span request;
	const char *endpoint;
	bool asked;
	Mudlark__PersistReply *reply;
};

static void give_up(struct asking *q, int status, const char *why)
{
	fprintf(stderr, "mudlark: persist at %s: %s.\n", q->endpoint, why);
	loop_stop(q->loop, status);
}

static void on_patience(void *ctx)
{
	give_up(ctx, EXIT_UNAVAILABLE, "no answer; does `mudlark up` run?");
}

static void on_reply(void *ctx, UNUSED uint64_t id, const struct span *body, const char *why)
{
	struct asking *q = ctx;
	if (!body) {
		give_up(q, EXIT_UNAVAILABLE, why);
		return;
	}
	q->reply = mudlark__persist_reply__unpack(NULL, body->n, (const uint8_t *)body->p);
	if (!q->reply) {
		give_up(q, EXIT_FAULT, "its answer cannot be understood");
		return;
	}
	loop_stop(q->loop, EXIT_DONE);
}

static void on_up(void *ctx, struct link *l, UNUSED const struct link_peer *peer,
		  UNUSED enum link_up how)
{
	struct asking *q = ctx;
	if (q->asked)
		return;
	q->asked = true;
	loop_timer_in(&q->patience, (ANSWER_MS + 1000) * 1000ull);
	if (link_call(l, q->request, ANSWER_MS, on_reply, q) == 0)
		give_up(q, EXIT_UNAVAILABLE, "the connection broke");
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

/* An endpoint on this machine that is not there needs no waiting. */
static bool is_missing(const char *endpoint)
{
	return strncmp(endpoint, "ipc://", 6) == 0 && access(endpoint + 6, F_OK) != 0;
}

static int converse(struct asking *q, const struct wire_spec *spec)
{
	int r = loop_new(&q->loop);
	if (r < 0) {
		fprintf(stderr, "mudlark: event loop: %s\n", strerror(-r));
		return EXIT_FAULT;
	}
	loop_timer_init(q->loop, &q->patience, on_patience, q);
	loop_timer_in(&q->patience, CONNECT_US);
	int status = EXIT_FAULT;
	r = wire_dial(&q->wire, q->loop, spec);
	if (r < 0)
		fprintf(stderr, "mudlark: %s: %s\n", q->endpoint, strerror(-r));
	else
		status = loop_run(q->loop);
	wire_free(q->wire);
	loop_timer_done(&q->patience);
	loop_free(q->loop);
	return status;
}

static int ask(const struct args *a, struct asking *q)
{
	struct place place;
	place_init(&place, a->data);
	CLEANUP(base_freep) char *bin = place_bin();
	CLEANUP(base_freep) char *endpoint = settings_value(a, &place, bin, "persist.bus");
	CLEANUP(base_freep) char *key = settings_find(a, "bus.key_file");
	CLEANUP(base_freep) char *peer = settings_find(a, "bus.peer_key");
	place_done(&place);
	q->endpoint = endpoint;
	if (is_missing(endpoint)) {
		fprintf(stderr, "mudlark: no persist at %s; does `mudlark up` run?\n", endpoint);
		return EXIT_UNAVAILABLE;
	}
	struct wire_spec spec = { .endpoint = endpoint };
	spec.security.insecure = (a->given & ARG_INSECURE) != 0;
	spec.security.key_file = key ? key : "";
	spec.security.allow_file = "";
	spec.security.peer_key = peer ? peer : "";
	spec.link.role = "ops";
	spec.link.name = "mudlark";
	spec.link.instance = entropy_id(&entropy_system);
	spec.link.auto_take = true;
	spec.events = events;
	spec.events.ctx = q;
	return converse(q, &spec);
}

static void explain(const Mudlark__PersistReply *reply, const char *absent)
{
	if (reply->status == MUDLARK__STATUS__STATUS_ABSENT)
		fprintf(stderr, "mudlark: there is no %s.\n", absent);
	else
		fprintf(stderr, "mudlark: %s\n",
			reply->why && *reply->why ? reply->why : "it was refused");
}

int ask_persist(const struct args *a, const Mudlark__PersistCall *call, const char *absent,
		Mudlark__PersistReply **ret)
{
	size_t n = mudlark__persist_call__get_packed_size(call);
	CLEANUP(base_freep) uint8_t *request = base_alloc(n + 1, 1);
	mudlark__persist_call__pack(call, request);
	struct asking q = { .request = { (const char *)request, n } };
	log_init("mudlark", LOG_ERROR, false);
	int status = ask(a, &q);
	sodium_memzero(request, n);
	if (status == EXIT_DONE && q.reply->status != MUDLARK__STATUS__STATUS_OK) {
		explain(q.reply, absent);
		status = EXIT_FAULT;
	}
	if (status == EXIT_DONE)
		*ret = q.reply;
	else if (q.reply)
		mudlark__persist_reply__free_unpacked(q.reply, NULL);
	return status;
}
