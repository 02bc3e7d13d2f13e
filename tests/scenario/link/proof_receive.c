/* proof_receive.c - the receiver of the proof: checks, stores, and only then takes over. */
#include "proof.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rt/loop.h"
#include "rt/route.h"

struct receiver {
	const struct proof_args *args;
	struct loop *loop;
	struct wire *wire;
	struct loop_timer timer;
	struct link *link;	 /* of the sender whose row this is */
	struct proof_stored now; /* what came in */
	uint64_t stored;	 /* now.total, as the file has it */
	int fd;
};

static void fail(struct receiver *r, const char *why)
{
	fprintf(stderr, "receiver: %s (sequence %lu, number %lu)\n", why, (unsigned long)r->now.seq,
		(unsigned long)r->now.total);
	loop_stop(r->loop, 3);
}

static void store(struct receiver *r)
{
	if (proof_store(r->fd, &r->now) < 0) {
		fail(r, "cannot store");
		return;
	}
	r->stored = r->now.total;
	if (r->link)
		link_take(r->link, r->now.seq);
	proof_tell(r->args, NEWS_STORED, r->stored);
}

static void on_idle(void *ctx)
{
	struct receiver *r = ctx;

	if (!r->args->store_ms && r->stored < r->now.total)
		store(r);
}

static void on_timer(void *ctx)
{
	struct receiver *r = ctx;

	if (r->stored < r->now.total)
		store(r);
	loop_timer_in(&r->timer, r->args->store_ms * 1000);
}

static void on_up(void *ctx, struct link *l, const struct link_peer *peer, enum link_up how)
{
	struct receiver *r = ctx;

	if (peer->instance == r->now.instance) {
		r->link = l;
		if (how == LINK_FRESH)
			fail(r, "a sender that is known began anew");
	}
	proof_tell(r->args, NEWS_UP, 0);
}

static void on_down(void *ctx, UNUSED struct link *l, UNUSED const char *why)
{
	proof_tell(((struct receiver *)ctx)->args, NEWS_DOWN, 0);
}

static void on_record(void *ctx, struct link *l, uint64_t seq, struct span body)
{
	struct receiver *r = ctx;
	char expected[PROOF_RECORD_MAX];
	const size_t n = proof_record(r->now.total + 1, expected);

	if (l != r->link)
		fail(r, "a record from a sender who did not ask how far");
	else if (seq != r->now.seq + 1)
		fail(r, "sequences are not in a row");
	else if (body.n != n || memcmp(body.p, expected, n) != 0)
		fail(r, "not the record that comes next");
	else if (r->now.total + 1 - r->stored > PROOF_WINDOW)
		fail(r, "more in flight than the window");
	r->now.seq++;
	r->now.total++;
	r->now.hash = proof_hash(r->now.hash, body);
}

/* How far? From here on the row is the asker's. */
static void on_call(void *ctx, struct link *l, uint64_t id, UNUSED struct span body)
{
	struct receiver *r = ctx;

	if (link_peer(l)->instance != r->now.instance) {
		struct link *before = r->link;

		r->link = NULL;
		if (before)
			link_hub_drop(wire_hub(r->wire), before);
		r->now.instance = link_peer(l)->instance;
		r->now.seq = 0;
		r->link = l;
		store(r);
	}
	if (r->now.seq != 0)
		fail(r, "asked how far by one who has begun");
	if (link_reply(l, id, (struct span){ (const char *)&r->now.total, sizeof(r->now.total) }) !=
	    0)
		fail(r, "no room for an answer");
}

static bool known(void *ctx, const struct link_peer *peer, uint64_t *ret_have)
{
	struct receiver *r = ctx;

	if (peer->instance != r->now.instance)
		return false;
	if (r->stored < r->now.total)
		store(r);
	*ret_have = r->now.seq;
	return true;
}

static void forgotten(void *ctx, struct link *l)
{
	struct receiver *r = ctx;

	if (r->link == l)
		r->link = NULL;
}

static int serve(struct receiver *r)
{
	struct wire_spec spec;
	char endpoint[256];
	const struct link_hub_conf hub = { .known = known,
					   .forgotten = forgotten,
					   .roles = ROLE_WORLD };

	spec = proof_spec(r->args, "persist", endpoint, sizeof(endpoint));
	spec.events = (struct link_events){
		.up = on_up, .down = on_down, .record = on_record, .call = on_call, .ctx = r
	};
	/* In front of the wire's own hook: what is taken over is acknowledged in the same turn. */
	loop_on_idle(r->loop, on_idle, r);
	if (wire_bind(&r->wire, r->loop, &spec, &hub) < 0)
		return 4;
	if (r->args->store_ms)
		loop_timer_in(&r->timer, r->args->store_ms * 1000);
	return loop_run(r->loop);
}

int proof_receive(const struct proof_args *args)
{
	CLEANUP(loop_freep) struct loop *loop = NULL;
	struct receiver r = { .args = args, .fd = proof_open(args->dir, O_RDWR | O_CREAT) };
	int result = 4;

	if (r.fd < 0 || proof_load(r.fd, &r.now) < 0 || loop_new(&loop) < 0)
		return 4;
	r.loop = loop;
	r.stored = r.now.total;
	loop_timer_init(loop, &r.timer, on_timer, &r);
	result = serve(&r);
	wire_free(r.wire);
	loop_timer_done(&r.timer);
	close(r.fd);
	return result;
}
