/*
 * resume_rig.h - two players of whom one, the hero, loses the connection, for tests of what is said meanwhile.
 *
 * What they say has marks, `q` and a letter; read_all() is what a gateway would show of them to one session:
 * texts to it and to its group, in order.
 */
#pragma once

#include "rt/log.h"
#include "tests/unit/world/rig.h"

enum { HERO = 10, OTHER = 11, HEIR = 20, HEIR2 = 21 };

static struct rig r;

static inline void hash_of(char name, uint8_t out[32])
{
	memset(out, name, 32);
}

static inline void give_token(uint64_t gateway, uint64_t session, char name)
{
	Mudlark__SessionToken m = MUDLARK__SESSION_TOKEN__INIT;
	uint8_t hash[32];

	hash_of(name, hash);
	m.session = session;
	m.hash = (ProtobufCBinaryData){ sizeof(hash), hash };
	m.grace_s = 20;
	RIG_FEED(&r, gateway, SESSION_TOKEN, session_token, &m);
	rig_turn(&r);
}

static inline void feed_resume(uint64_t gateway, uint64_t session, char name, uint64_t at,
			       char next)
{
	Mudlark__SessionResume m = MUDLARK__SESSION_RESUME__INIT;
	Mudlark__SessionToken t = MUDLARK__SESSION_TOKEN__INIT;
	uint8_t hash[32], next_hash[32];

	hash_of(name, hash);
	hash_of(next, next_hash);
	m.session = session;
	m.hash = (ProtobufCBinaryData){ sizeof(hash), hash };
	m.at = at;
	t.hash = (ProtobufCBinaryData){ sizeof(next_hash), next_hash };
	t.grace_s = 20;
	m.next = &t;
	RIG_FEED(&r, gateway, SESSION_RESUME, session_resume, &m);
}

static inline void come_back(uint64_t gateway, uint64_t session, char name, uint64_t at, char next)
{
	rig_open(&r, gateway, session);
	feed_resume(gateway, session, name, at, next);
	rig_turn(&r);
}

static inline void tagged(uint64_t gateway, uint64_t session, uint64_t seq, const char *text,
			  uint64_t tag)
{
	Mudlark__SessionLine m = MUDLARK__SESSION_LINE__INIT;

	m.session = session;
	m.seq = seq;
	m.tag = tag;
	m.text = (ProtobufCBinaryData){ strlen(text), (uint8_t *)(uintptr_t)text };
	RIG_FEED(&r, gateway, SESSION_LINE, session_line, &m);
	rig_turn(&r);
}

static inline void note(char *out, const ProtobufCBinaryData *text)
{
	for (size_t i = 0; i + 1 < text->len; i++)
		if (text->data[i] == 'q' && text->data[i + 1] >= 'A' && text->data[i + 1] <= 'Z')
			strncat(out, (const char *)text->data + i + 1, 1);
}

/* The marks that the gateway showed to the session; *at: the place of the last of its records. */
static inline const char *read_all(uint64_t gateway, uint64_t session, uint64_t *at)
{
	static char out[4096];
	uint64_t group = 0;

	out[0] = 0;
	for (size_t i = 0; i < r.n_said; i++) {
		const Mudlark__GatewayIn *m = r.said[i].m;
		const Mudlark__Output *o = m->output;

		if (r.said[i].gateway != gateway)
			continue;
		if (m->body_case == MUDLARK__GATEWAY_IN__BODY_PLACE && m->place->session == session)
			group = m->place->group;
		if (m->body_case != MUDLARK__GATEWAY_IN__BODY_OUTPUT)
			continue;
		if (!rig_lists(o->sessions, o->n_sessions, session) &&
		    (!o->group || o->group != group || rig_lists(o->except, o->n_except, session)))
			continue;
		note(out, &o->text);
		if (at && m->oseq)
			*at = m->oseq;
	}
	return out;
}

static inline const Mudlark__Resumed *answer(void)
{
	const Mudlark__GatewayIn *m = rig_last(&r, MUDLARK__GATEWAY_IN__BODY_RESUMED);

	ck_assert_ptr_nonnull(m);
	return m->resumed;
}

static inline void play(uint64_t session)
{
	rig_open(&r, RIG_GATEWAY, session);
	give_token(RIG_GATEWAY, session, (char)('a' + session));
	rig_line(&r, session, 1, "guest");
}

/* The place of the last durable record. */
static inline uint64_t last_place(void)
{
	uint64_t at = 0;

	for (size_t i = 0; i < r.n_said; i++)
		if (r.said[i].oseq)
			at = r.said[i].oseq;
	return at;
}
