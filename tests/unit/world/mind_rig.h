/*
 * mind_rig.h - a stage on which people have minds, and the aibridges that answer for them are in the
 * test's hands: what they are sent is kept, and they say what the test wants.
 */
#pragma once

#include "stage.h"

#include "aibridge.pb-c.h"
#include "world/core/npc.h"
#include "world/core/comp.h"
#include "world/mind/bridges.h"
#include "world/mind/mind.h"

enum { MIND_RIG_BRIDGE = 501, MIND_RIG_OTHER = 502, MIND_RIG_KEPT = 256 };

struct mind_rig {
	struct stage st; /* first: it is the context of the surroundings */
	struct {
		uint64_t bridge;
		Mudlark__AiIn *m;
	} kept[MIND_RIG_KEPT];
	size_t n;
};

static inline void mind_rig_output(void *ctx, uint64_t peer, struct span record, uint64_t oseq)
{
	struct mind_rig *r = ctx;

	if (peer == STAGE_GATEWAY) {
		stage_output(ctx, peer, record, oseq);
		return;
	}
	ck_assert_uint_eq(oseq, 0);
	ck_assert_uint_lt(r->n, MIND_RIG_KEPT);
	r->kept[r->n].bridge = peer;
	r->kept[r->n].m = mudlark__ai_in__unpack(NULL, record.n, (const uint8_t *)record.p);
	ck_assert_ptr_nonnull(r->kept[r->n].m);
	r->n++;
}

static inline void mind_rig_forget(struct mind_rig *r)
{
	for (size_t i = 0; i < r->n; i++)
		mudlark__ai_in__free_unpacked(r->kept[i].m, NULL);
	r->n = 0;
	stage_forget(&r->st);
}

static inline void mind_rig_up(struct mind_rig *r, uint64_t instance)
{
	Mudlark__PeerUp up = MUDLARK__PEER_UP__INIT;

	up.peer = instance;
	up.role = "aibridge";
	up.name = "ai";
	STAGE_FEED(&r->st, 0, PEER_UP, peer_up, &up);
	stage_settle(&r->st);
}

static inline void mind_rig_down(struct mind_rig *r, uint64_t instance)
{
	Mudlark__PeerDown down = MUDLARK__PEER_DOWN__INIT;

	down.peer = instance;
	STAGE_FEED(&r->st, 0, PEER_DOWN, peer_down, &down);
	stage_settle(&r->st);
}

/* One aibridge, and Ana on the quay with Nan. */
static inline void mind_rig_open(struct mind_rig *r, char *life)
{
	memset(r, 0, sizeof(*r));
	stage_open_with(&r->st, "tests/unit/world/parley", life);
	r->st.world->env.output = mind_rig_output;
	mind_rig_up(r, MIND_RIG_BRIDGE);
	stage_enter(&r->st, "Ana");
	mind_rig_forget(r);
}

static inline void mind_rig_close(struct mind_rig *r)
{
	mind_rig_forget(r);
	stage_close(&r->st);
}

static inline struct ent mind_rig_npc(const struct mind_rig *r, const char *key)
{
	const struct world *w = r->st.world;

	for (struct ent e = ent_next(w, ENT_NONE); ent_is(e); e = ent_next(w, e)) {
		const struct npc *n = npc_get(w, e);

		if (n && n->proto && !strcmp(n->proto->key, key))
			return e;
	}
	ck_abort_msg("no %s", key);
	return ENT_NONE;
}

/* The i-th from the end of what aibridges were sent of one kind; NULL: none. */
static inline const Mudlark__AiIn *mind_rig_sent(const struct mind_rig *r,
						 Mudlark__AiIn__BodyCase kind, size_t back,
						 uint64_t *ret_bridge)
{
	for (size_t i = r->n; i-- > 0;) {
		if (r->kept[i].m->body_case != kind || back--)
			continue;
		if (ret_bridge)
			*ret_bridge = r->kept[i].bridge;
		return r->kept[i].m;
	}
	return NULL;
}

static inline size_t mind_rig_count(const struct mind_rig *r, Mudlark__AiIn__BodyCase kind)
{
	size_t n = 0;

	while (mind_rig_sent(r, kind, n, NULL))
		n++;
	return n;
}

static inline const Mudlark__AiAsk *mind_rig_asked(const struct mind_rig *r)
{
	const Mudlark__AiIn *m = mind_rig_sent(r, MUDLARK__AI_IN__BODY_ASK, 0, NULL);

	ck_assert_msg(m, "nobody was asked");
	return m->ask;
}

static inline void mind_rig_says(struct mind_rig *r, uint64_t bridge, uint64_t ask, uint32_t n,
				 const char *text)
{
	Mudlark__AiSaid m = MUDLARK__AI_SAID__INIT;

	m.ask = ask;
	m.n = n;
	m.emote = *text == ':';
	text += m.emote;
	m.text = (ProtobufCBinaryData){ strlen(text), (uint8_t *)(uintptr_t)text };
	STAGE_FEED(&r->st, bridge, AI_SAID, ai_said, &m);
	stage_settle(&r->st);
}

static inline void mind_rig_done(struct mind_rig *r, uint64_t bridge, uint64_t ask, char *cause)
{
	Mudlark__AiDone m = MUDLARK__AI_DONE__INIT;

	m.ask = ask;
	m.failed = cause != NULL;
	m.cause = cause ? cause : "";
	STAGE_FEED(&r->st, bridge, AI_DONE, ai_done, &m);
	stage_settle(&r->st);
}

/* The last ask is answered by one sentence. */
static inline void mind_rig_answer(struct mind_rig *r, const char *text)
{
	uint64_t ask = mind_rig_asked(r)->ask;

	mind_rig_says(r, MIND_RIG_BRIDGE, ask, 1, text);
	mind_rig_done(r, MIND_RIG_BRIDGE, ask, NULL);
}

static inline void mind_rig_ticks(struct mind_rig *r, unsigned n)
{
	while (n--)
		stage_tick(&r->st);
}
