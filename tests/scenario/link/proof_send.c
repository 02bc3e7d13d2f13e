/* proof_send.c - the sender of the proof: asks how far the row has come, then sends what follows. */
#include "proof.h"

#include <stdio.h>
#include <string.h>

#include "rt/loop.h"

enum { ASK_AGAIN_US = 100000 };

struct sender {
	const struct proof_args *args;
	struct loop *loop;
	struct wire *wire;
	struct loop_timer again;
	bool answered, full;
	uint64_t base; /* our record k has number base + k */
	uint64_t sent;
};

static void fail(struct sender *s, const char *why)
{
	fprintf(stderr, "sender: %s\n", why);
	loop_stop(s->loop, 3);
}

static void send_more(struct sender *s)
{
	char record[PROOF_RECORD_MAX];
	int r = 0;

	while (r == 0 && (!s->args->limit || s->base + s->sent < s->args->limit)) {
		const size_t n = proof_record(s->base + s->sent + 1, record);

		r = link_send(wire_link(s->wire), (struct span){ record, n }, NULL);
		s->sent += r == 0;
	}
	if (r < 0)
		fail(s, "a record was refused");
	if (r > 0 && !s->full) {
		s->full = true;
		proof_tell(s->args, NEWS_FULL, s->sent);
	}
}

static void answered(void *ctx, UNUSED uint64_t id, const struct span *body, UNUSED const char *why)
{
	struct sender *s = ctx;

	if (!body) {
		loop_timer_in(&s->again, ASK_AGAIN_US);
		return;
	}
	if (body->n != sizeof(s->base)) {
		fail(s, "an answer of another size");
		return;
	}
	memcpy(&s->base, body->p, sizeof(s->base));
	s->answered = true;
	send_more(s);
	if (s->args->limit && s->base >= s->args->limit)
		loop_stop(s->loop, 0);
}

static void ask(void *ctx)
{
	struct sender *s = ctx;

	if (!s->answered && link_is_up(wire_link(s->wire)))
		(void)link_call(wire_link(s->wire), SPAN("how far?"), 1000, answered, s);
}

static void on_up(void *ctx, UNUSED struct link *l, UNUSED const struct link_peer *peer,
		  enum link_up how)
{
	struct sender *s = ctx;

	if (s->answered && how == LINK_FRESH) {
		fail(s, "the receiver stores what it takes, and yet it knows nothing of us");
		return;
	}
	proof_tell(s->args, NEWS_UP, 0);
	ask(s);
}

static void on_down(void *ctx, UNUSED struct link *l, UNUSED const char *why)
{
	proof_tell(((struct sender *)ctx)->args, NEWS_DOWN, 0);
}

static void on_record(void *ctx, UNUSED struct link *l, UNUSED uint64_t seq,
		      UNUSED struct span body)
{
	fail(ctx, "a record from the receiver, who sends none");
}

static void on_acked(void *ctx, UNUSED struct link *l, uint64_t seq)
{
	struct sender *s = ctx;

	if (seq > s->sent)
		fail(s, "more was acknowledged than sent");
	if (s->args->limit && s->base + seq == s->args->limit)
		loop_stop(s->loop, 0);
}

static void on_room(void *ctx, UNUSED struct link *l)
{
	send_more(ctx);
}

static void on_refused(void *ctx, UNUSED struct link *l, const char *why)
{
	fail(ctx, why);
}

int proof_send(const struct proof_args *args)
{
	CLEANUP(loop_freep) struct loop *loop = NULL;
	struct sender s = { .args = args };
	struct wire_spec spec;
	char endpoint[256];
	int r = loop_new(&loop);

	if (r < 0)
		return 4;
	s.loop = loop;
	loop_timer_init(loop, &s.again, ask, &s);
	spec = proof_spec(args, "world", endpoint, sizeof(endpoint));
	spec.events = (struct link_events){ .up = on_up,
					    .down = on_down,
					    .record = on_record,
					    .acked = on_acked,
					    .room = on_room,
					    .refused = on_refused,
					    .ctx = &s };
	r = wire_dial(&s.wire, loop, &spec);
	r = r < 0 ? 4 : loop_run(loop);
	wire_free(s.wire);
	loop_timer_done(&s.again);
	return r;
}
