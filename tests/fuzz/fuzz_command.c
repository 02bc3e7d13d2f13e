/*
 * fuzz_command.c - lines of players, on a whole world in this process.
 *
 * The input is lines: the first byte of each chooses who types (two guests, the operator), lets ticks
 * pass, or sends the rest as data (GMCP: a package and what stands behind its space); what is typed is
 * cleaned as a gateway would.  Oracles: every line is answered, once; nothing that leaves has a
 * control character; data is JSON, and a client that follows it knows what is there (follower.h); no
 * thing appears or vanishes; two worlds that were told the same are the same (promise P7), also when
 * their commits become durable at different times.
 */
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "tests/fuzz/follower.h"
#include "tests/fuzz/fuzz.h"
#include "world/cmd/table.h"
#include "world/core/place.h"
#include "world/core/world.h"
#include "world/pack/pack.h"
#include "world/session.h"

enum { PLAYERS = 3, GATEWAY = 77, LINES_MAX = 64, TEXT_MAX = 1024, CALLS = 4 };

struct stage {
	struct world *world;
	uint64_t batches, seq[PLAYERS], done[PLAYERS];
	bool is_gone[PLAYERS];
	uint64_t calls[CALLS]; /* to persist, which nobody answers in time */
	size_t n_calls;
	bool is_lazy;		  /* tells of durable batches only now and then */
	struct follower follower; /* the first guest's client */
};

static struct pack *pack;

static void feed(struct stage *st, uint64_t peer, Mudlark__WorldIn__BodyCase kind, void *body)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;

	in.body_case = kind;
	in.session_line = body;
	world_feed(st->world, peer, &in);
}

static void text_holds(const ProtobufCBinaryData *text)
{
	FUZZ_HOLDS(fuzz_is_clean((struct span){ (const char *)text->data, text->len }, "\n"));
}

static void on_output(void *ctx, uint64_t gateway, struct span record, uint64_t oseq UNUSED)
{
	struct stage *st = ctx;
	Mudlark__GatewayIn *m;

	m = mudlark__gateway_in__unpack(NULL, record.n, (const uint8_t *)record.p);
	FUZZ_HOLDS(gateway == GATEWAY && m);
	if (m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT) {
		const Mudlark__Output *o = m->output;

		text_holds(&o->text);
		text_holds(&o->prompt);
		if (o->done) {
			FUZZ_HOLDS(o->n_sessions == 1 && o->sessions[0] >= 1);
			FUZZ_HOLDS(o->sessions[0] <= PLAYERS && !o->group);
			FUZZ_HOLDS(o->done == st->done[o->sessions[0] - 1] + 1);
			st->done[o->sessions[0] - 1] = o->done;
		}
	}
	if (m->body_case == MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE) {
		FUZZ_HOLDS(m->session_close->session - 1 < PLAYERS);
		text_holds(&m->session_close->text);
		st->is_gone[m->session_close->session - 1] = true;
	}
	if (m->body_case == MUDLARK__GATEWAY_IN__BODY_DATA)
		for (size_t i = 0; i < m->data->n_sessions; i++)
			if (m->data->sessions[i] == 1)
				follower_told(&st->follower, m->data);
	mudlark__gateway_in__free_unpacked(m, NULL);
}

static void on_commit(void *ctx, const Mudlark__Commit *c, struct span record)
{
	struct stage *st = ctx;

	FUZZ_HOLDS(c->batch == st->batches + 1 && record.n > 0);
	st->batches = c->batch;
}

static void on_call(void *ctx, uint64_t id, const Mudlark__PersistCall *c UNUSED,
		    uint32_t deadline_ms UNUSED)
{
	struct stage *st = ctx;

	FUZZ_HOLDS(st->n_calls < CALLS);
	st->calls[st->n_calls++] = id;
}

static void on_superseded(void *ctx UNUSED, uint64_t epoch UNUSED)
{
	FUZZ_HOLDS(!"nobody refused anything");
}

static void make_durable(struct stage *st)
{
	Mudlark__Committed done = MUDLARK__COMMITTED__INIT;

	done.batch = st->batches;
	feed(st, 0, MUDLARK__WORLD_IN__BODY_COMMITTED, &done);
}

static void fail_calls(struct stage *st)
{
	Mudlark__CallDone done = MUDLARK__CALL_DONE__INIT;

	done.failed = true;
	while (st->n_calls) {
		done.id = st->calls[--st->n_calls];
		feed(st, 0, MUDLARK__WORLD_IN__BODY_CALL_DONE, &done);
		while (world_turn(st->world))
			;
	}
}

static void settle(struct stage *st)
{
	while (world_turn(st->world))
		;
	fail_calls(st);
	if (st->is_lazy)
		return;
	make_durable(st);
	while (world_turn(st->world))
		;
}

static void type_line(struct stage *st, size_t who, struct span text)
{
	Mudlark__SessionLine l = MUDLARK__SESSION_LINE__INIT;

	if (st->is_gone[who])
		return;
	l.session = who + 1;
	l.seq = ++st->seq[who];
	l.text = (ProtobufCBinaryData){ text.n, (uint8_t *)(uintptr_t)text.p };
	feed(st, GATEWAY, MUDLARK__WORLD_IN__BODY_SESSION_LINE, &l);
	settle(st);
}

static void pass_time(struct stage *st, unsigned ticks)
{
	Mudlark__Tick t = MUDLARK__TICK__INIT;

	for (unsigned i = 0; i < ticks; i++) {
		t.number = st->world->tick + 1;
		t.wall_ms = (int64_t)t.number * 100;
		feed(st, 0, MUDLARK__WORLD_IN__BODY_TICK, &t);
		settle(st);
	}
}

/* "char.items.contents 7" */
static void send_data(struct stage *st, size_t who, struct span text)
{
	const char *space = text.n ? memchr(text.p, ' ', text.n) : NULL;
	size_t n = space ? (size_t)(space - text.p) : text.n;
	Mudlark__SessionData m = MUDLARK__SESSION_DATA__INIT;
	char package[64] = "";

	if (n >= sizeof(package))
		return;
	memcpy(package, text.p, n);
	m.session = who + 1;
	m.package = package;
	if (space)
		m.json = (ProtobufCBinaryData){ text.n - n - 1, (uint8_t *)(uintptr_t)space + 1 };
	feed(st, GATEWAY, MUDLARK__WORLD_IN__BODY_SESSION_DATA, &m);
	settle(st);
}

/* The guests' clients want all there is. */
static void send_caps(struct stage *st, size_t who)
{
	char *supports[] = { (char[]){ "char" }, (char[]){ "room" }, (char[]){ "comm.channel" },
			     (char[]){ "client" }, (char[]){ "external.discord" } };
	Mudlark__SessionCaps m = MUDLARK__SESSION_CAPS__INIT;

	m.session = who + 1;
	m.gmcp = true;
	m.supports = supports;
	m.n_supports = ARRAY_LEN(supports);
	feed(st, GATEWAY, MUDLARK__WORLD_IN__BODY_SESSION_CAPS, &m);
	settle(st);
}

static void open_stage(struct stage *st, bool is_lazy)
{
	static char *conf[] = { "guests=1", "tick_rate=10", "linkdead_seconds=300" };
	static const struct pack *packs[1];
	struct world_env env = { .ctx = st,
				 .commit = on_commit,
				 .output = on_output,
				 .call = on_call,
				 .superseded = on_superseded,
				 .run = cmd_run };
	Mudlark__Begin begin = MUDLARK__BEGIN__INIT;
	Mudlark__Ready ready = MUDLARK__READY__INIT;
	Mudlark__PeerUp up = MUDLARK__PEER_UP__INIT;

	packs[0] = pack;
	*st = (struct stage){ .world = world_new(&env, packs, 1) };
	begin.world = 1;
	begin.epoch = 1;
	begin.seed = 42;
	begin.conf = conf;
	begin.n_conf = ARRAY_LEN(conf);
	up.peer = GATEWAY;
	up.role = up.name = (char *)(uintptr_t) "gateway";
	feed(st, 0, MUDLARK__WORLD_IN__BODY_BEGIN, &begin);
	feed(st, 0, MUDLARK__WORLD_IN__BODY_READY, &ready);
	feed(st, 0, MUDLARK__WORLD_IN__BODY_PEER_UP, &up);
	settle(st);
	for (size_t who = 0; who < PLAYERS; who++) {
		Mudlark__SessionOpen open = MUDLARK__SESSION_OPEN__INIT;

		open.session = who + 1;
		open.peer = (char *)(uintptr_t) "203.0.113.7";
		open.trusted = who == PLAYERS - 1;
		feed(st, GATEWAY, MUDLARK__WORLD_IN__BODY_SESSION_OPEN, &open);
		settle(st);
		if (open.trusted)
			continue;
		send_caps(st, who);
		type_line(st, who, SPAN("guest"));
	}
	st->is_lazy = is_lazy;
}

static size_t count_items(const struct stage *st)
{
	size_t n = 0;

	for (struct ent e = ent_next(st->world, ENT_NONE); ent_is(e); e = ent_next(st->world, e))
		n += ent_kind(st->world, e) == KIND_ITEM;
	return n;
}

static void one_line(struct stage *st, struct span raw)
{
	uint8_t who = raw.n ? (uint8_t)raw.p[0] : 0;
	struct buf text = { 0 };

	if (!raw.n)
		return;
	if (who >= 0xf0) {
		pass_time(st, who & 0x0f);
		return;
	}
	if (who >= 0xe0) {
		send_data(st, who % PLAYERS, (struct span){ raw.p + 1, raw.n - 1 });
		return;
	}
	text_clean(&text, (struct span){ raw.p + 1, raw.n - 1 });
	type_line(st, who % PLAYERS,
		  (struct span){ buf_p(&text), text_cut(buf_span(&text), TEXT_MAX) });
	buf_done(&text);
}

static void follow(const struct stage *st)
{
	const struct session *s = session_get(st->world, 1);

	if (!s || st->is_gone[0])
		return;
	follower_is_right(&st->follower.inv, st->world, s->actor);
	follower_is_right(&st->follower.room, st->world, place_room(st->world, s->actor));
}

static uint64_t play(struct fuzz_in in, bool is_lazy)
{
	struct stage st;
	size_t items;
	uint64_t hash;

	open_stage(&st, is_lazy);
	items = count_items(&st);
	FUZZ_HOLDS(items > 0);
	for (int i = 0; in.n && i < LINES_MAX; i++) {
		one_line(&st, fuzz_until(&in, '\n'));
		FUZZ_HOLDS(count_items(&st) == items);
	}
	st.is_lazy = false;
	settle(&st);
	for (size_t who = 0; who < PLAYERS; who++)
		FUZZ_HOLDS(st.done[who] == st.seq[who] || st.is_gone[who]);
	follow(&st);
	hash = world_hash(st.world, NULL);
	if (st.batches > PLAYERS)
		fuzz_worked();
	world_free(st.world);
	return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	struct buf errors = { 0 };

	if (!pack && pack_load(&pack, "world/packs/foreshore", &errors))
		fuzz_broken(buf_p(&errors), __FILE__, __LINE__);
	FUZZ_HOLDS(play(in, false) == play(in, true));
	return 0;
}
