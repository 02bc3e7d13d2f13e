/*
 * rig.h - a world with everything around it in the test's hands: a store that remembers what was
 * committed and made durable, one or two gateways, accounts, and the end of a process at any point.
 *
 * Commits wait until rig_durable() (or are durable at once with `prompt_store`); rig_kill() forgets the
 * world and what was not durable; rig_start() begins a new one from the store, in a higher epoch.
 */
#pragma once

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "world/cmd/table.h"
#include "world/commit.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/room.h"
#include "world/core/say.h"
#include "world/pack/pack.h"
#include "world/session.h"

enum { RIG_ROWS = 16384, RIG_SAID = 4096, RIG_CALLS = 64, RIG_DOCUMENTS = 4096 };
enum { RIG_GATEWAY = 77, RIG_OTHER = 78 };

struct rig_row {
	uint64_t id, owner, version;
	char kind[8];
	char *body;
};

struct rig_said {
	uint64_t gateway, oseq;
	Mudlark__GatewayIn *m;
};

struct rig_call {
	uint64_t id;
	Mudlark__PersistCall *m;
};

struct rig {
	int64_t wall_ms; /* at the start of the world */
	struct world *world;
	struct pack *pack;
	bool prompt_store, life;
	const char *more_conf[8]; /* of Begin, beside what each world has here */
	size_t n_more_conf;
	/* the store */
	uint64_t epoch, batch; /* durable, of this world */
	struct rig_row rows[RIG_ROWS];
	size_t n_rows;
	Mudlark__SessionRow sessions[64];
	size_t n_sessions;
	Mudlark__OutboxRow *outbox[256];
	size_t n_outbox;
	Mudlark__WorldState *state;
	Mudlark__DocumentRow *documents[RIG_DOCUMENTS];
	size_t n_documents;
	size_t largest; /* record of a commit */
	size_t n_events;
	char last_event[256];
	Mudlark__Commit *waiting[256]; /* issued, not durable */
	size_t n_waiting;
	uint64_t issued;
	/* what came out */
	struct rig_said said[RIG_SAID];
	size_t n_said;
	struct rig_call calls[RIG_CALLS];
	size_t n_calls;
	uint64_t superseded;
	uint64_t running_session, running_seq;
};

#define RIG_FEED(r, peer, kind, member, message)                                                   \
	do {                                                                                       \
		Mudlark__WorldIn in_ = MUDLARK__WORLD_IN__INIT;                                    \
                                                                                                   \
		in_.body_case = MUDLARK__WORLD_IN__BODY_##kind;                                    \
		in_.member = (message);                                                            \
		world_feed((r)->world, (peer), &in_);                                              \
	} while (0)

static inline ProtobufCMessage *rig_copy(const ProtobufCMessage *m)
{
	size_t n = protobuf_c_message_get_packed_size(m);
	uint8_t *p = malloc(n + 1);
	ProtobufCMessage *copy;

	protobuf_c_message_pack(m, p);
	copy = protobuf_c_message_unpack(m->descriptor, NULL, n, p);
	free(p);
	ck_assert_ptr_nonnull(copy);
	return copy;
}

/* ---- the store ---- */

static inline struct rig_row *rig_row(struct rig *r, uint64_t id)
{
	for (size_t i = 0; i < r->n_rows; i++)
		if (r->rows[i].id == id)
			return &r->rows[i];
	return NULL;
}

static inline void rig_put(struct rig *r, const Mudlark__EntityRow *e)
{
	struct rig_row *row = rig_row(r, e->id);

	if (!row) {
		ck_assert_uint_lt(r->n_rows, RIG_ROWS);
		row = &r->rows[r->n_rows++];
		*row = (struct rig_row){ .id = e->id };
	}
	free(row->body);
	row->owner = e->owner;
	row->version = e->version;
	snprintf(row->kind, sizeof(row->kind), "%s", e->kind);
	row->body = strndup((const char *)e->body.data, e->body.len);
}

static inline void rig_del(struct rig *r, uint64_t id)
{
	struct rig_row *row = rig_row(r, id);

	if (row) {
		free(row->body);
		*row = r->rows[--r->n_rows];
	}
}

static inline Mudlark__SessionRow *rig_session(struct rig *r, uint64_t session)
{
	for (size_t i = 0; i < r->n_sessions; i++)
		if (r->sessions[i].session == session)
			return &r->sessions[i];
	return NULL;
}

static inline void rig_put_session(struct rig *r, const Mudlark__SessionRow *s)
{
	Mudlark__SessionRow *row = rig_session(r, s->session);

	if (row)
		free(row->token.data);
	if (!s->character) {
		if (row)
			*row = r->sessions[--r->n_sessions];
		return;
	}
	if (!row)
		row = &r->sessions[r->n_sessions++];
	mudlark__session_row__init(row);
	row->session = s->session;
	row->gateway = s->gateway;
	row->character = s->character;
	row->account = s->account;
	row->applied = s->applied;
	row->tag = s->tag;
	row->grace_s = s->grace_s;
	row->token.len = s->token.len;
	if (s->token.len) {
		row->token.data = malloc(s->token.len);
		memcpy(row->token.data, s->token.data, s->token.len);
	}
}

static inline void rig_trim(struct rig *r, const Mudlark__OutboxTrim *t)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_outbox; i++) {
		Mudlark__OutboxRow *o = r->outbox[i];

		if (o->gateway == t->gateway && o->oseq <= t->upto)
			mudlark__outbox_row__free_unpacked(o, NULL);
		else
			r->outbox[n++] = o;
	}
	r->n_outbox = n;
}

static inline void rig_put_document(struct rig *r, const Mudlark__DocumentRow *d)
{
	Mudlark__DocumentRow *copy = (Mudlark__DocumentRow *)(void *)rig_copy(&d->base);
	json_t *body = json_loadb((const char *)d->body.data, d->body.len, 0, NULL);

	ck_assert(!d->body.len || body); /* as persist has it */
	json_decref(body);

	for (size_t i = 0; i < r->n_documents; i++) {
		if (strcmp(r->documents[i]->key, d->key))
			continue;
		mudlark__document_row__free_unpacked(r->documents[i], NULL);
		r->documents[i] = copy;
		return;
	}
	ck_assert_uint_lt(r->n_documents, RIG_DOCUMENTS);
	r->documents[r->n_documents++] = copy;
}

static inline void rig_apply(struct rig *r, const Mudlark__Commit *c)
{
	ck_assert_uint_eq(c->batch, r->batch + 1);
	ck_assert_uint_eq(c->epoch, r->epoch);
	r->batch = c->batch;
	for (size_t i = 0; i < c->n_put; i++)
		rig_put(r, c->put[i]);
	for (size_t i = 0; i < c->n_del; i++)
		rig_del(r, c->del[i]);
	for (size_t i = 0; i < c->n_sessions; i++)
		rig_put_session(r, c->sessions[i]);
	for (size_t i = 0; i < c->n_trim; i++)
		rig_trim(r, c->trim[i]);
	for (size_t i = 0; i < c->n_outbox; i++)
		r->outbox[r->n_outbox++] =
			(Mudlark__OutboxRow *)(void *)rig_copy(&c->outbox[i]->base);
	for (size_t i = 0; i < c->n_documents; i++)
		rig_put_document(r, c->documents[i]);
	r->n_events += c->n_events;
	if (c->n_events)
		snprintf(r->last_event, sizeof(r->last_event), "%s",
			 c->events[c->n_events - 1]->kind);
	if (c->state) {
		if (r->state)
			mudlark__world_state__free_unpacked(r->state, NULL);
		r->state = (Mudlark__WorldState *)(void *)rig_copy(&c->state->base);
	}
}

/* ---- what the world wants ---- */

static inline void rig_commit(void *ctx, const Mudlark__Commit *c, struct span record)
{
	struct rig *r = ctx;

	ck_assert_uint_gt(record.n, 0);
	if (record.n > r->largest)
		r->largest = record.n;
	ck_assert_uint_eq(c->batch, ++r->issued);
	ck_assert_uint_lt(r->n_waiting, ARRAY_LEN(r->waiting));
	r->waiting[r->n_waiting++] = (Mudlark__Commit *)(void *)rig_copy(&c->base);
}

static inline void rig_output(void *ctx, uint64_t gateway, struct span record, uint64_t oseq)
{
	struct rig *r = ctx;
	Mudlark__GatewayIn *m =
		mudlark__gateway_in__unpack(NULL, record.n, (const uint8_t *)record.p);

	ck_assert_ptr_nonnull(m);
	ck_assert_uint_eq(m->oseq, oseq);
	ck_assert_uint_lt(r->n_said, RIG_SAID);
	r->said[r->n_said++] = (struct rig_said){ gateway, oseq, m };
}

static inline void rig_on_call(void *ctx, uint64_t id, const Mudlark__PersistCall *call,
			       uint32_t deadline_ms)
{
	struct rig *r = ctx;

	ck_assert_uint_gt(deadline_ms, 0);
	ck_assert_uint_lt(r->n_calls, RIG_CALLS);
	r->calls[r->n_calls++] =
		(struct rig_call){ id, (Mudlark__PersistCall *)(void *)rig_copy(&call->base) };
}

static inline void rig_superseded(void *ctx, uint64_t epoch)
{
	((struct rig *)ctx)->superseded = epoch;
}

static inline void rig_running(void *ctx, uint64_t session, uint64_t seq)
{
	struct rig *r = ctx;

	if (session) {
		r->running_session = session;
		r->running_seq = seq;
	}
}

/* ---- time ---- */

static inline void rig_durable(struct rig *r)
{
	Mudlark__Committed m = MUDLARK__COMMITTED__INIT;

	for (size_t i = 0; i < r->n_waiting; i++) {
		rig_apply(r, r->waiting[i]);
		mudlark__commit__free_unpacked(r->waiting[i], NULL);
	}
	r->n_waiting = 0;
	m.batch = r->batch;
	RIG_FEED(r, 0, COMMITTED, committed, &m);
}

static inline void rig_turn(struct rig *r)
{
	bool more;

	do {
		more = world_turn(r->world);
		if (r->prompt_store && r->n_waiting) {
			rig_durable(r);
			more = true;
		}
	} while (more);
}

static inline void rig_ticks(struct rig *r, unsigned n)
{
	Mudlark__Tick m = MUDLARK__TICK__INIT;

	while (n--) {
		RIG_FEED(r, 0, TICK, tick, &m);
		rig_turn(r);
	}
}

/* ---- the gateways ---- */

static inline void rig_forget(struct rig *r)
{
	for (size_t i = 0; i < r->n_said; i++)
		mudlark__gateway_in__free_unpacked(r->said[i].m, NULL);
	r->n_said = 0;
}

static inline void rig_peer_up(struct rig *r, uint64_t gateway, bool resumed)
{
	Mudlark__PeerUp m = MUDLARK__PEER_UP__INIT;

	m.peer = gateway;
	m.role = "gateway";
	m.name = "gateway";
	m.resumed = resumed;
	RIG_FEED(r, 0, PEER_UP, peer_up, &m);
	rig_turn(r);
}

static inline void rig_open(struct rig *r, uint64_t gateway, uint64_t session)
{
	Mudlark__SessionOpen m = MUDLARK__SESSION_OPEN__INIT;

	m.session = session;
	m.peer = "203.0.113.7";
	RIG_FEED(r, gateway, SESSION_OPEN, session_open, &m);
	rig_turn(r);
}

static inline void rig_attach(struct rig *r, uint64_t gateway, uint64_t session, uint64_t done)
{
	Mudlark__SessionAttach m = MUDLARK__SESSION_ATTACH__INIT;

	m.session = session;
	m.peer = "203.0.113.7";
	m.done = done;
	RIG_FEED(r, gateway, SESSION_ATTACH, session_attach, &m);
	rig_turn(r);
}

static inline void rig_feed_line(struct rig *r, uint64_t gateway, uint64_t session, uint64_t seq,
				 const char *text, bool secret)
{
	Mudlark__SessionLine m = MUDLARK__SESSION_LINE__INIT;

	m.session = session;
	m.seq = seq;
	m.secret = secret;
	m.text = (ProtobufCBinaryData){ .len = strlen(text), .data = (uint8_t *)(uintptr_t)text };
	RIG_FEED(r, gateway, SESSION_LINE, session_line, &m);
}

static inline void rig_line(struct rig *r, uint64_t session, uint64_t seq, const char *text)
{
	rig_feed_line(r, RIG_GATEWAY, session, seq, text, false);
	rig_turn(r);
}

static inline void rig_closed(struct rig *r, uint64_t gateway, uint64_t session)
{
	Mudlark__SessionClosed m = MUDLARK__SESSION_CLOSED__INIT;

	m.session = session;
	RIG_FEED(r, gateway, SESSION_CLOSED, session_closed, &m);
	rig_turn(r);
}

static inline bool rig_lists(const uint64_t *list, size_t n, uint64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == id)
			return true;
	return false;
}

static inline bool rig_contains(const ProtobufCBinaryData *data, const char *text)
{
	return data->len && memmem(data->data, data->len, text, strlen(text));
}

/* Was this said to that very session (not by way of a group), since rig_forget()? */
static inline bool rig_heard(const struct rig *r, uint64_t session, const char *text)
{
	for (size_t i = 0; i < r->n_said; i++) {
		const Mudlark__GatewayIn *m = r->said[i].m;

		if (m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT &&
		    rig_lists(m->output->sessions, m->output->n_sessions, session) &&
		    rig_contains(&m->output->text, text))
			return true;
		if (m->body_case == MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE &&
		    m->session_close->session == session &&
		    rig_contains(&m->session_close->text, text))
			return true;
	}
	return false;
}

/* To a group, with that session not excepted. */
static inline bool rig_room_heard(const struct rig *r, uint64_t not_except, const char *text)
{
	for (size_t i = 0; i < r->n_said; i++) {
		const Mudlark__GatewayIn *m = r->said[i].m;

		if (m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT && m->output->group &&
		    !rig_lists(m->output->except, m->output->n_except, not_except) &&
		    rig_contains(&m->output->text, text))
			return true;
	}
	return false;
}

static inline uint64_t rig_done(const struct rig *r, uint64_t session)
{
	uint64_t done = 0;

	for (size_t i = 0; i < r->n_said; i++) {
		const Mudlark__GatewayIn *m = r->said[i].m;

		if (m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT && m->output->done &&
		    rig_lists(m->output->sessions, m->output->n_sessions, session))
			done = m->output->done;
	}
	return done;
}

static inline const Mudlark__GatewayIn *rig_last(const struct rig *r,
						 Mudlark__GatewayIn__BodyCase what)
{
	for (size_t i = r->n_said; i-- > 0;)
		if (r->said[i].m->body_case == what)
			return r->said[i].m;
	return NULL;
}

static inline const char *rig_prompt(const struct rig *r, uint64_t session)
{
	static char prompt[64];

	prompt[0] = 0;
	for (size_t i = 0; i < r->n_said; i++) {
		const Mudlark__GatewayIn *m = r->said[i].m;

		if (m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT && m->output->prompt.len &&
		    rig_lists(m->output->sessions, m->output->n_sessions, session))
			snprintf(prompt, sizeof(prompt), "%.*s", (int)m->output->prompt.len,
				 (const char *)m->output->prompt.data);
	}
	return prompt;
}

/* ---- answers of persist ---- */

static inline void rig_answer(struct rig *r, size_t at, const Mudlark__PersistReply *reply)
{
	Mudlark__CallDone m = MUDLARK__CALL_DONE__INIT;
	uint8_t packed[65536];

	ck_assert_uint_lt(at, r->n_calls);
	m.id = r->calls[at].id;
	m.failed = !reply;
	if (reply) {
		ck_assert_uint_lt(mudlark__persist_reply__get_packed_size(reply), sizeof(packed));
		m.reply.len = mudlark__persist_reply__pack(reply, packed);
		m.reply.data = packed;
	}
	mudlark__persist_call__free_unpacked(r->calls[at].m, NULL);
	r->calls[at] = r->calls[--r->n_calls];
	RIG_FEED(r, 0, CALL_DONE, call_done, &m);
	rig_turn(r);
}

static inline void rig_answer_status(struct rig *r, Mudlark__Status status, const char *why)
{
	Mudlark__PersistReply reply = MUDLARK__PERSIST_REPLY__INIT;

	reply.status = status;
	reply.why = (char *)(uintptr_t)why;
	rig_answer(r, 0, &reply);
}

/* OK with one account that has these characters. */
static inline void rig_answer_account(struct rig *r, uint64_t account, const uint64_t *ids,
				      const char *const *names, size_t n)
{
	Mudlark__PersistReply reply = MUDLARK__PERSIST_REPLY__INIT;
	Mudlark__AccountRow row = MUDLARK__ACCOUNT_ROW__INIT, *rows[1] = { &row };
	Mudlark__CharacterRow characters[8], *list[8];

	for (size_t i = 0; i < n; i++) {
		mudlark__character_row__init(&characters[i]);
		characters[i].id = ids[i];
		characters[i].name = (char *)(uintptr_t)names[i];
		list[i] = &characters[i];
	}
	row.id = account;
	row.name = "Somebody";
	row.role = "player";
	row.characters = list;
	row.n_characters = n;
	reply.accounts = rows;
	reply.n_accounts = 1;
	rig_answer(r, 0, &reply);
}

static inline void rig_load_rows(struct rig *r, uint64_t id, Mudlark__EntityRow *rows,
				 Mudlark__EntityRow **list, size_t *n)
{
	for (size_t i = 0; i < r->n_rows; i++) {
		if (r->rows[i].id != id && r->rows[i].owner != id)
			continue;
		mudlark__entity_row__init(&rows[*n]);
		rows[*n].id = r->rows[i].id;
		rows[*n].owner = r->rows[i].owner;
		rows[*n].kind = r->rows[i].kind;
		rows[*n].body.data = (uint8_t *)r->rows[i].body;
		rows[*n].body.len = strlen(r->rows[i].body);
		rows[*n].version = r->rows[i].version;
		list[*n] = &rows[*n];
		++*n;
	}
}

/* Answers the oldest call, a LoadTree, from the store. */
static inline void rig_answer_tree(struct rig *r)
{
	static Mudlark__EntityRow rows[RIG_ROWS];
	static Mudlark__EntityRow *list[RIG_ROWS];
	Mudlark__PersistReply reply = MUDLARK__PERSIST_REPLY__INIT;

	ck_assert_int_eq(r->calls[0].m->body_case, MUDLARK__PERSIST_CALL__BODY_LOAD_TREE);
	ck_assert_uint_le(r->calls[0].m->load_tree->after_batch, r->batch);
	rig_load_rows(r, r->calls[0].m->load_tree->id, rows, list, &reply.n_entities);
	reply.entities = list;
	rig_answer(r, 0, &reply);
}

/* ---- beginning and end of a world ---- */

static inline void rig_feed_entities(struct rig *r)
{
	static Mudlark__EntityRow rows[RIG_ROWS];
	static Mudlark__EntityRow *list[RIG_ROWS];
	Mudlark__LoadEntities m = MUDLARK__LOAD_ENTITIES__INIT;

	for (size_t i = 0; i < r->n_rows; i++) {
		const struct rig_row *up = &r->rows[i];

		while (up && up->owner && rig_row(r, up->owner))
			up = rig_row(r, up->owner);
		if (!up->owner)
			continue; /* offline, or carried by one who is */
		mudlark__entity_row__init(&rows[m.n_rows]);
		rows[m.n_rows].id = r->rows[i].id;
		rows[m.n_rows].owner = r->rows[i].owner;
		rows[m.n_rows].kind = r->rows[i].kind;
		rows[m.n_rows].body.data = (uint8_t *)r->rows[i].body;
		rows[m.n_rows].body.len = strlen(r->rows[i].body);
		rows[m.n_rows].version = r->rows[i].version;
		list[m.n_rows] = &rows[m.n_rows];
		m.n_rows++;
	}
	m.rows = list;
	RIG_FEED(r, 0, LOAD_ENTITIES, load_entities, &m);
}

static inline void rig_feed_rest(struct rig *r)
{
	Mudlark__LoadSessions sessions = MUDLARK__LOAD_SESSIONS__INIT;
	Mudlark__LoadOutbox outbox = MUDLARK__LOAD_OUTBOX__INIT;
	Mudlark__LoadDocuments documents = MUDLARK__LOAD_DOCUMENTS__INIT;
	Mudlark__SessionRow *list[64];

	for (size_t i = 0; i < r->n_sessions; i++)
		list[i] = &r->sessions[i];
	sessions.rows = list;
	sessions.n_rows = r->n_sessions;
	RIG_FEED(r, 0, LOAD_SESSIONS, load_sessions, &sessions);
	outbox.rows = r->outbox;
	outbox.n_rows = r->n_outbox;
	RIG_FEED(r, 0, LOAD_OUTBOX, load_outbox, &outbox);
	documents.rows = r->documents;
	documents.n_rows = r->n_documents;
	RIG_FEED(r, 0, LOAD_DOCUMENTS, load_documents, &documents);
}

static inline void rig_start(struct rig *r)
{
	char *conf[6 + ARRAY_LEN(r->more_conf)] = {
		"guests=1",	    "test_verbs=0",
		"tick_rate=10",	    "linkdead_seconds=10",
		"attach_seconds=5", r->life ? "life=1" : "life=0"
	};
	const struct world_env env = { .ctx = r,
				       .commit = rig_commit,
				       .output = rig_output,
				       .call = rig_on_call,
				       .superseded = rig_superseded,
				       .running = rig_running,
				       .run = cmd_run };
	Mudlark__Begin begin = MUDLARK__BEGIN__INIT;
	Mudlark__Ready ready = MUDLARK__READY__INIT;

	r->batch = r->issued = 0;
	r->world = world_new(&env, (const struct pack *const *)&r->pack, 1);
	begin.world = 1;
	begin.epoch = ++r->epoch;
	begin.wall_ms = r->wall_ms;
	begin.seed = 42;
	begin.state = r->state;
	begin.conf = conf;
	begin.n_conf = 6 + r->n_more_conf;
	for (size_t i = 0; i < r->n_more_conf; i++)
		conf[6 + i] = (char *)(uintptr_t)r->more_conf[i];
	RIG_FEED(r, 0, BEGIN, begin, &begin);
	rig_feed_entities(r);
	rig_feed_rest(r);
	RIG_FEED(r, 0, READY, ready, &ready);
	rig_turn(r);
}

static inline void rig_pack(struct rig *r, const char *dir)
{
	struct buf errors = { 0 };

	memset(r, 0, sizeof(*r));
	r->prompt_store = true;
	ck_assert_msg(pack_load(&r->pack, dir, &errors) == 0, "%.*s", (int)errors.n,
		      buf_p(&errors));
}

static inline void rig_init(struct rig *r)
{
	rig_pack(r, "tests/unit/world/pack");
	rig_start(r);
	rig_peer_up(r, RIG_GATEWAY, false);
}

/* kill -9: what was not durable never was. */
static inline void rig_kill(struct rig *r)
{
	for (size_t i = 0; i < r->n_waiting; i++)
		mudlark__commit__free_unpacked(r->waiting[i], NULL);
	for (size_t i = 0; i < r->n_calls; i++)
		mudlark__persist_call__free_unpacked(r->calls[i].m, NULL);
	r->n_waiting = r->n_calls = 0;
	world_freep(&r->world);
	rig_forget(r);
}

static inline void rig_done_with(struct rig *r)
{
	rig_kill(r);
	for (size_t i = 0; i < r->n_rows; i++)
		free(r->rows[i].body);
	for (size_t i = 0; i < r->n_outbox; i++)
		mudlark__outbox_row__free_unpacked(r->outbox[i], NULL);
	for (size_t i = 0; i < r->n_sessions; i++)
		free(r->sessions[i].token.data);
	if (r->state)
		mudlark__world_state__free_unpacked(r->state, NULL);
	for (size_t i = 0; i < r->n_documents; i++)
		mudlark__document_row__free_unpacked(r->documents[i], NULL);
	pack_free(r->pack);
}

/* A guest in the start room; its first line is number 1. */
static inline struct ent rig_guest(struct rig *r, uint64_t session)
{
	rig_open(r, RIG_GATEWAY, session);
	rig_line(r, session, 1, "guest");
	rig_forget(r);
	ck_assert_ptr_nonnull(session_get(r->world, session));
	return session_get(r->world, session)->actor;
}
