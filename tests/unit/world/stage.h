/*
 * stage.h - a whole world in the test's process: players who type, and what each of them reads.
 *
 * The surroundings are the simplest there are: one gateway, a store that always has everything at
 * once, nobody to answer calls.  Players enter as guests and get the names the test wants.
 */
#pragma once

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "world/cmd/table.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/room.h"
#include "world/pack/pack.h"
#include "world/session.h"

enum { STAGE_PLAYERS = 4, STAGE_GATEWAY = 77 };

struct stage_player {
	uint64_t session, seq, group;
	struct buf heard; /* lines since the last look at it */
};

struct stage {
	struct world *world;
	struct pack *pack;
	struct stage_player player[STAGE_PLAYERS];
	size_t n;
	uint64_t batches;
	uint64_t call_id; /* the last call to persist */
	char call[128];	  /* and what it said */
};

static inline void stage_hear(struct stage_player *p, const ProtobufCBinaryData *text)
{
	if (!text->len)
		return;
	buf_add(&p->heard, text->data, text->len);
	buf_addc(&p->heard, '\n');
}

static inline bool stage_is_in(const uint64_t *list, size_t n, uint64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == id)
			return true;
	return false;
}

static inline void stage_show(struct stage *st, const Mudlark__Output *o)
{
	for (size_t i = 0; i < st->n; i++) {
		struct stage_player *p = &st->player[i];

		if (stage_is_in(o->sessions, o->n_sessions, p->session) ||
		    (o->group && o->group == p->group &&
		     !stage_is_in(o->except, o->n_except, p->session)))
			stage_hear(p, &o->text);
	}
}

static inline void stage_output(void *ctx, uint64_t gateway, struct span record, uint64_t oseq)
{
	struct stage *st = ctx;
	Mudlark__GatewayIn *m =
		mudlark__gateway_in__unpack(NULL, record.n, (const uint8_t *)record.p);

	(void)oseq;
	ck_assert_uint_eq(gateway, STAGE_GATEWAY);
	ck_assert_ptr_nonnull(m);
	if (m->body_case == MUDLARK__GATEWAY_IN__BODY_OUTPUT)
		stage_show(st, m->output);
	if (m->body_case == MUDLARK__GATEWAY_IN__BODY_PLACE)
		for (size_t i = 0; i < st->n; i++)
			if (st->player[i].session == m->place->session)
				st->player[i].group = m->place->group;
	if (m->body_case == MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE)
		for (size_t i = 0; i < st->n; i++)
			if (st->player[i].session == m->session_close->session) {
				stage_hear(&st->player[i], &m->session_close->text);
				st->player[i].group = 0;
			}
	mudlark__gateway_in__free_unpacked(m, NULL);
}

static inline void stage_commit(void *ctx, const Mudlark__Commit *c, struct span record)
{
	struct stage *st = ctx;

	(void)record;
	st->batches = c->batch;
}

/* A change of password is kept for the test to see; nothing else is expected. */
static inline void stage_call(void *ctx, uint64_t id, const Mudlark__PersistCall *call,
			      uint32_t deadline_ms)
{
	const Mudlark__AccountPassword *p = call->account_password;
	struct stage *st = ctx;

	ck_assert_uint_gt(deadline_ms, 0);
	ck_assert_int_eq(call->body_case, MUDLARK__PERSIST_CALL__BODY_ACCOUNT_PASSWORD);
	st->call_id = id;
	snprintf(st->call, sizeof(st->call), "%s %.*s %.*s", p->name, (int)p->old_password.len,
		 (const char *)p->old_password.data, (int)p->new_password.len,
		 (const char *)p->new_password.data);
}

static inline void stage_superseded(void *ctx, uint64_t epoch)
{
	(void)ctx;
	(void)epoch;
}

/* Turns until nothing is left to do and all is durable. */
static inline void stage_settle(struct stage *st)
{
	Mudlark__Committed done = MUDLARK__COMMITTED__INIT;
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;

	do {
		while (world_turn(st->world))
			;
		done.batch = st->batches;
		in.body_case = MUDLARK__WORLD_IN__BODY_COMMITTED;
		in.committed = &done;
		world_feed(st->world, 0, &in);
	} while (world_turn(st->world));
}

#define STAGE_FEED(st, peer, kind, member, message)                                                \
	do {                                                                                       \
		Mudlark__WorldIn in_ = MUDLARK__WORLD_IN__INIT;                                    \
                                                                                                   \
		in_.body_case = MUDLARK__WORLD_IN__BODY_##kind;                                    \
		in_.member = (message);                                                            \
		world_feed((st)->world, (peer), &in_);                                             \
	} while (0)

/* Persist answers the last call. */
static inline void stage_answer(struct stage *st, Mudlark__Status status)
{
	Mudlark__PersistReply reply = MUDLARK__PERSIST_REPLY__INIT;
	Mudlark__CallDone done = MUDLARK__CALL_DONE__INIT;
	uint8_t bytes[64];

	reply.status = status;
	ck_assert_uint_le(mudlark__persist_reply__get_packed_size(&reply), sizeof(bytes));
	done.id = st->call_id;
	done.reply.data = bytes;
	done.reply.len = mudlark__persist_reply__pack(&reply, bytes);
	STAGE_FEED(st, 0, CALL_DONE, call_done, &done);
	stage_settle(st);
}

/* A tick: time goes on, and what the test did to the world by itself is committed. */
static inline void stage_tick(struct stage *st)
{
	Mudlark__Tick tick = MUDLARK__TICK__INIT;

	tick.number = st->world->tick + 1;
	STAGE_FEED(st, 0, TICK, tick, &tick);
	stage_settle(st);
}

static inline void stage_open_with(struct stage *st, const char *pack_dir, char *option)
{
	char *conf[] = { "guests=1", "tick_rate=10", "linkdead_seconds=300", option };
	struct world_env env = { .ctx = st,
				 .commit = stage_commit,
				 .output = stage_output,
				 .call = stage_call,
				 .superseded = stage_superseded,
				 .run = cmd_run };
	struct buf errors = { 0 };
	Mudlark__Begin begin = MUDLARK__BEGIN__INIT;
	Mudlark__Ready ready = MUDLARK__READY__INIT;
	Mudlark__PeerUp up = MUDLARK__PEER_UP__INIT;
	int r;

	*st = (struct stage){ 0 };
	r = pack_load(&st->pack, pack_dir, &errors);
	ck_assert_msg(!r, "%.*s", (int)errors.n, buf_p(&errors));
	st->world = world_new(&env, (const struct pack *const *)&st->pack, 1);
	begin.world = 1;
	begin.epoch = 1;
	begin.seed = 42;
	begin.conf = conf;
	begin.n_conf = ARRAY_LEN(conf);
	up.peer = STAGE_GATEWAY;
	up.role = "gateway";
	up.name = "gateway";
	STAGE_FEED(st, 0, BEGIN, begin, &begin);
	STAGE_FEED(st, 0, READY, ready, &ready);
	STAGE_FEED(st, 0, PEER_UP, peer_up, &up);
	stage_settle(st);
}

static inline void stage_open(struct stage *st, const char *pack_dir)
{
	stage_open_with(st, pack_dir, "life=0");
}

static inline void stage_close(struct stage *st)
{
	for (size_t i = 0; i < st->n; i++)
		buf_done(&st->player[i].heard);
	world_free(st->world);
	pack_free(st->pack);
}

/* Types a line; what everybody then heard is in `heard`. */
static inline void stage_type(struct stage *st, size_t who, const char *line)
{
	Mudlark__SessionLine l = MUDLARK__SESSION_LINE__INIT;

	l.session = st->player[who].session;
	l.seq = ++st->player[who].seq;
	l.text = (ProtobufCBinaryData){ .len = strlen(line), .data = (uint8_t *)(uintptr_t)line };
	STAGE_FEED(st, STAGE_GATEWAY, SESSION_LINE, session_line, &l);
	stage_settle(st);
}

static inline struct ent stage_ent(const struct stage *st, size_t who)
{
	struct session *s = session_get(st->world, st->player[who].session);

	ck_assert_ptr_nonnull(s);
	return s->actor;
}

static inline void stage_forget(struct stage *st)
{
	for (size_t i = 0; i < st->n; i++)
		buf_reset(&st->player[i].heard);
}

/* A guest comes in and is called so from then on; returns its number. */
static inline size_t stage_enter(struct stage *st, const char *name)
{
	Mudlark__SessionOpen open = MUDLARK__SESSION_OPEN__INIT;
	size_t who = st->n++;

	ck_assert_uint_lt(who, STAGE_PLAYERS);
	st->player[who] = (struct stage_player){ .session = 1000 + who };
	open.session = st->player[who].session;
	open.peer = "203.0.113.7";
	STAGE_FEED(st, STAGE_GATEWAY, SESSION_OPEN, session_open, &open);
	stage_settle(st);
	stage_type(st, who, "guest");
	ck_assert_ptr_nonnull(player_get(st->world, stage_ent(st, who)));
	name_set(st->world, stage_ent(st, who), name);
	stage_tick(st);
	stage_forget(st);
	return who;
}

/* What this one heard since the last time, without markup. */
static inline const char *stage_heard(struct stage *st, size_t who)
{
	static char text[65536];
	struct buf *b = &st->player[who].heard;
	size_t n = 0;

	for (size_t i = 0; i < b->n && n < sizeof(text) - 1; i++) {
		const char *p = buf_p(b) + i, *end;

		if (*p == '{' && i + 1 < b->n && p[1] == '{') {
			i++;
		} else if (*p == '{' && (end = memchr(p, '}', b->n - i))) {
			i += (size_t)(end - p);
			continue;
		}
		text[n++] = *p;
	}
	text[n] = 0;
	buf_reset(b);
	return text;
}

/* Somebody who lives here declines what it is given, in one of its ways. */
static inline void stage_declined(struct stage *st, size_t who, const char *line, const char *npc)
{
	const char *heard;

	stage_type(st, who, line);
	heard = stage_heard(st, who);
	ck_assert_msg(!strncmp(heard, npc, strlen(npc)) &&
			      (strstr(heard, " and closes your hand over it.") ||
			       strstr(heard, " away from it: it is yours to keep.") ||
			       strstr(heard, " fingers, and gives it back to you.")),
		      "%s", heard);
}

/* The line that `who` types is answered by exactly this (without the last line break). */
#define STAGE_SAYS(st, who, line, expected)                                                        \
	do {                                                                                       \
		stage_type((st), (who), (line));                                                   \
		ck_assert_str_eq(stage_heard((st), (who)), expected "\n");                         \
	} while (0)
#define STAGE_HEARS(st, who, expected) ck_assert_str_eq(stage_heard((st), (who)), expected "\n")
#define STAGE_HEARS_NOTHING(st, who) ck_assert_str_eq(stage_heard((st), (who)), "")

static inline struct ent stage_room(const struct stage *st, const char *key)
{
	return ent_by_id(st->world, ent_pack_id(1, st->pack->name, "room", key));
}

/* Puts a player (or a thing) somewhere without telling anybody. */
static inline void stage_put(struct stage *st, struct ent e, const char *room)
{
	ck_assert_int_eq(place_move(st->world, e, stage_room(st, room)), 0);
	stage_tick(st);
	stage_forget(st);
}
