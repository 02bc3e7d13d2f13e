/*
 * fuzz_envelope.c - what comes off the bus: the link's frames, and the envelope of every receiver.
 *
 * The first byte chooses an envelope; the rest is one of these, then (behind it, as pairs of head
 * and body) frames for a hub and for a dialler.  Oracles: memory stays below the arena's cap; an
 * envelope that was understood says the same after it is packed and unpacked again; a link survives
 * any frame, hands on records in order, and keeps to its bounds.
 */
#include <stdlib.h>
#include <string.h>

#include "gateway.pb-c.h"
#include "link.pb-c.h"
#include "persist.pb-c.h"
#include "rt/link.h"
#include "rt/route.h"
#include "tests/fuzz/fuzz.h"
#include "world.pb-c.h"

enum { CAP = 4 << 20, RING = 1 << 16 };

static const ProtobufCMessageDescriptor *const envelopes[] = {
	&mudlark__world_in__descriptor,	     &mudlark__gateway_in__descriptor,
	&mudlark__persist_in__descriptor,    &mudlark__persist_call__descriptor,
	&mudlark__persist_reply__descriptor, &mudlark__link_head__descriptor,
};

/* Fields of a newer version are kept by protobuf-c but never sent on by us. */
static void forget_unknown(ProtobufCMessage *m)
{
	const ProtobufCMessageDescriptor *d = m->descriptor;

	m->n_unknown_fields = 0;
	for (unsigned i = 0; i < d->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &d->fields[i];
		char *member = (char *)m + f->offset;
		uint32_t chosen;

		if (f->type != PROTOBUF_C_TYPE_MESSAGE)
			continue;
		memcpy(&chosen, (char *)m + f->quantifier_offset, sizeof(chosen));
		if (f->label == PROTOBUF_C_LABEL_REPEATED) {
			size_t n = *(size_t *)(void *)((char *)m + f->quantifier_offset);

			for (size_t k = 0; k < n; k++)
				forget_unknown((*(ProtobufCMessage ***)(void *)member)[k]);
		} else if (!(f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) || chosen == f->id) {
			if (*(ProtobufCMessage **)(void *)member)
				forget_unknown(*(ProtobufCMessage **)(void *)member);
		}
	}
}

static void envelope(const ProtobufCMessageDescriptor *d, struct span bytes)
{
	struct arena a;
	ProtobufCMessage *m, *back;
	struct buf packed = { 0 };
	size_t n;

	arena_init(&a, CAP);
	m = route_unpack(d, bytes, &a);
	FUZZ_HOLDS(a.used <= CAP);
	if (m) {
		const void *body;

		route_case(m, &body);
		forget_unknown(m);
		n = protobuf_c_message_get_packed_size(m);
		protobuf_c_message_pack(m, (uint8_t *)buf_reserve(&packed, n + 1));
		buf_commit(&packed, n);
		back = route_unpack(d, buf_span(&packed), &a);
		FUZZ_HOLDS(back || a.used + n > CAP / 2);
		FUZZ_HOLDS(!back || protobuf_c_message_get_packed_size(back) == n);
		fuzz_worked();
	}
	buf_done(&packed);
	arena_done(&a);
}

struct ends {
	uint64_t now, conversation;
	struct link *dialled;
	struct link_hub *hub;
};

static uint64_t clock_us(void *ctx)
{
	return ((struct ends *)ctx)->now;
}

static int64_t clock_ms(void *ctx UNUSED)
{
	return 0;
}

static void entropy(void *ctx UNUSED, void *p, size_t n)
{
	memset(p, 7, n);
}

static void on_up(void *ctx UNUSED, struct link *l UNUSED, const struct link_peer *peer,
		  enum link_up how UNUSED)
{
	FUZZ_HOLDS(peer->role && peer->name);
}

static void on_down(void *ctx UNUSED, struct link *l UNUSED, const char *why UNUSED)
{
}

static void on_record(void *ctx UNUSED, struct link *l UNUSED, uint64_t seq,
		      struct span body UNUSED)
{
	FUZZ_HOLDS(seq > 0);
	fuzz_worked();
}

static void on_acked(void *ctx UNUSED, struct link *l UNUSED, uint64_t seq UNUSED)
{
}

static void on_call(void *ctx UNUSED, struct link *l, uint64_t id, struct span body)
{
	int result = link_reply(l, id, body);

	FUZZ_HOLDS(result == 0 || result == 1 || result < 0);
}

static void on_cancelled(void *ctx UNUSED, struct link *l UNUSED, uint64_t id UNUSED)
{
}

static void on_room(void *ctx UNUSED, struct link *l UNUSED)
{
}

/* What the dialler sends can be understood; its conversation is that of later frames. */
static int wire_send(void *ctx, struct span head, struct span body UNUSED)
{
	struct ends *e = ctx;
	Mudlark__LinkHead *m;

	m = mudlark__link_head__unpack(NULL, head.n, (const uint8_t *)head.p);
	FUZZ_HOLDS(m);
	e->conversation = m->conversation;
	mudlark__link_head__free_unpacked(m, NULL);
	return 0;
}

static int wire_redial(void *ctx UNUSED)
{
	return 0;
}

static int hub_send(void *ctx UNUSED, const void *addr UNUSED, size_t n_addr UNUSED,
		    struct span head, struct span body UNUSED)
{
	FUZZ_HOLDS(head.n > 0);
	return 0;
}

static void check_bounds(void *ctx UNUSED, struct link *l)
{
	struct link_stats s;

	link_stats(l, &s);
	FUZZ_HOLDS(s.ring_bytes <= RING);
}

/* A frame that says something sensible: a hello, a welcome, a call, records, an ack. */
static void make_head(struct fuzz_in *in, const struct ends *e, struct buf *ret)
{
	Mudlark__LinkHead head = MUDLARK__LINK_HEAD__INIT;
	Mudlark__Hello hello = MUDLARK__HELLO__INIT;
	Mudlark__Welcome welcome = MUDLARK__WELCOME__INIT;
	Mudlark__Call call = MUDLARK__CALL__INIT;
	uint8_t what = fuzz_u8(in), few = fuzz_u8(in);

	head.conversation = e->conversation + (what >> 6);
	head.first = fuzz_u8(in) % 8;
	head.ack = few % 8;
	head.window = what & 8 ? UINT64_MAX : 1000;
	hello.version = welcome.version = LINK_VERSION;
	hello.role = (char *)(uintptr_t) "gateway";
	hello.name = welcome.name = (char *)(uintptr_t) "g";
	welcome.role = (char *)(uintptr_t) "world";
	hello.instance = welcome.instance = 1 + few % 4;
	hello.peer = few & 16 ? 5 : 0;
	hello.have = welcome.have = few >> 5;
	welcome.next = 1 + few % 3;
	welcome.resumed = few & 4;
	call.id = 1 + few % 4;
	call.deadline_ms = few;
	head.kind_case = (Mudlark__LinkHead__KindCase)(what & 7 ? 7 + what % 8 : 0);
	if (head.kind_case == MUDLARK__LINK_HEAD__KIND_HELLO)
		head.hello = &hello;
	else if (head.kind_case == MUDLARK__LINK_HEAD__KIND_WELCOME)
		head.welcome = &welcome;
	else if (head.kind_case == MUDLARK__LINK_HEAD__KIND_CALL)
		head.call = &call;
	else
		head.kind_case = MUDLARK__LINK_HEAD__KIND__NOT_SET;
	buf_commit(ret,
		   mudlark__link_head__pack(
			   &head, (uint8_t *)buf_reserve(ret, mudlark__link_head__get_packed_size(
								      &head))));
}

static void make_records(struct fuzz_in *in, struct buf *ret)
{
	for (uint8_t n = fuzz_u8(in) % 4; n; n--) {
		struct span record = fuzz_take(in, fuzz_u8(in) % 16);

		buf_addc(ret, (char)record.n);
		buf_add(ret, record.p, record.n);
	}
}

static void one_frame(struct fuzz_in *in, struct ends *e)
{
	uint8_t how = fuzz_u8(in);
	struct buf head = { 0 }, body = { 0 };
	struct span raw;

	if (how & 16) {
		make_head(in, e, &head);
		make_records(in, &body);
	} else {
		raw = fuzz_take(in, fuzz_u8(in));
		buf_add(&head, raw.p, raw.n);
		raw = fuzz_take(in, fuzz_u8(in));
		buf_add(&body, raw.p, raw.n);
	}
	if (how & 1)
		link_hub_receive(e->hub, how & 2 ? "A" : "B", 1, buf_span(&head), buf_span(&body));
	else
		link_receive(e->dialled, buf_span(&head), buf_span(&body));
	if (how & 32 && link_send(e->dialled, SPAN("a record"), NULL) < 0)
		fuzz_broken("a small record is taken", __FILE__, __LINE__);
	e->now += how & 4 ? 1000000 : 1000;
	if (how & 8) {
		link_tick(e->dialled);
		link_hub_tick(e->hub);
	}
	link_flush(e->dialled);
	link_hub_flush(e->hub);
	buf_done(&head);
	buf_done(&body);
}

static void frames(struct fuzz_in *in)
{
	struct ends e = { .now = 1000000 };
	struct clock clock = { clock_us, clock_ms, &e };
	struct entropy random = { entropy, NULL };
	struct link_events events = { on_up,	    on_down, on_record, on_acked, on_call,
				      on_cancelled, on_room, NULL,	&e };
	struct link_conf conf = { .role = "world",
				  .name = "fuzz",
				  .instance = 5,
				  .auto_take = true,
				  .ring_bytes = RING,
				  .clock = &clock,
				  .entropy = &random };
	struct link_hub_conf hub_conf = { .link = conf,
					  .roles = ROLE_GATEWAY | ROLE_WORLD,
					  .max_peers = 4 };
	struct link_hub_wire hub_wire = { .send = hub_send, .ctx = &e };
	struct link_wire wire = { wire_send, wire_redial, &e };

	e.hub = link_hub_new(&hub_conf, &hub_wire, &events);
	e.dialled = link_dial_new(&conf, &wire, &events);
	for (int i = 0; in->n && i < 32; i++) {
		one_frame(in, &e);
		check_bounds(NULL, e.dialled);
		link_hub_each(e.hub, check_bounds, NULL);
	}
	link_free(e.dialled);
	link_hub_free(e.hub);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	uint8_t which = fuzz_u8(&in);

	if (which & 0x80)
		frames(&in);
	else
		envelope(envelopes[which % ARRAY_LEN(envelopes)],
			 (struct span){ (const char *)in.p, in.n });
	return 0;
}
