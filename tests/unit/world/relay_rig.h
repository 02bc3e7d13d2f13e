/*
 * relay_rig.h - a world with a store, a channel, a board, and bridges in the test's hands: what each of them is told
 * is kept, and they say what the test wants.
 */
#pragma once

#include "rig.h"

#include "bridges.pb-c.h"
#include "world/core/event.h"
#include "world/relay/relay.h"

enum { RELAY_RIG_IRC = 601, RELAY_RIG_DISCORD = 602, RELAY_RIG_KEPT = 8192, RELAY_RIG_STREAM = 7 };

struct relay_rig {
	struct rig st; /* first: it is the context of the surroundings */
	struct {
		uint64_t bridge;
		Mudlark__BridgeIn *m;
	} kept[RELAY_RIG_KEPT];
	size_t n;
};

static inline bool relay_rig_is_bridge(uint64_t peer)
{
	return peer >= RELAY_RIG_IRC && peer < RELAY_RIG_IRC + 100;
}

static inline void relay_rig_output(void *ctx, uint64_t peer, struct span record, uint64_t oseq)
{
	struct relay_rig *r = ctx;

	if (!relay_rig_is_bridge(peer)) {
		rig_output(ctx, peer, record, oseq);
		return;
	}
	ck_assert_uint_eq(oseq, 0);
	ck_assert_uint_lt(r->n, RELAY_RIG_KEPT);
	r->kept[r->n].bridge = peer;
	r->kept[r->n].m = mudlark__bridge_in__unpack(NULL, record.n, (const uint8_t *)record.p);
	ck_assert_ptr_nonnull(r->kept[r->n].m);
	r->n++;
}

static inline void relay_rig_forget(struct relay_rig *r)
{
	for (size_t i = 0; i < r->n; i++)
		mudlark__bridge_in__free_unpacked(r->kept[i].m, NULL);
	r->n = 0;
	rig_forget(&r->st);
}

static inline void relay_rig_up(struct relay_rig *r, uint64_t instance, char *name, bool resumed)
{
	Mudlark__PeerUp up = MUDLARK__PEER_UP__INIT;

	up.peer = instance;
	up.role = "bridge";
	up.name = name;
	up.resumed = resumed;
	RIG_FEED(&r->st, 0, PEER_UP, peer_up, &up);
	rig_turn(&r->st);
}

static inline void relay_rig_down(struct relay_rig *r, uint64_t instance, bool gone)
{
	Mudlark__PeerDown down = MUDLARK__PEER_DOWN__INIT;

	down.peer = instance;
	down.gone = gone;
	RIG_FEED(&r->st, 0, PEER_DOWN, peer_down, &down);
	rig_turn(&r->st);
}

/* A world from what is in the store, with a gateway and two bridges. */
static inline void relay_rig_start(struct relay_rig *r)
{
	rig_start(&r->st);
	r->st.world->env.output = relay_rig_output;
	rig_peer_up(&r->st, RIG_GATEWAY, false);
	relay_rig_up(r, RELAY_RIG_IRC, "irc", false);
	relay_rig_up(r, RELAY_RIG_DISCORD, "discord", false);
}

static inline void relay_rig_open_world(struct relay_rig *r)
{
	memset(r, 0, sizeof(*r));
	rig_pack(&r->st, "tests/unit/world/pack");
	r->st.more_conf[0] = "channel=chat Talk";
	r->st.more_conf[1] = "channel=quiz Questions";
	r->st.more_conf[2] = "channel=office builder Work";
	r->st.more_conf[3] = "board=gazette News of elsewhere";
	r->st.n_more_conf = 4;
	relay_rig_start(r);
}

static inline void relay_rig_close_world(struct relay_rig *r)
{
	relay_rig_forget(r);
	rig_done_with(&r->st);
}

/* kill -9, and another one. */
static inline void relay_rig_restart(struct relay_rig *r)
{
	relay_rig_forget(r);
	rig_kill(&r->st);
	relay_rig_start(r);
}

/* What a bridge was told of one kind, the i-th of it; NULL: so many there are not. */
static inline const Mudlark__BridgeIn *relay_rig_told(const struct relay_rig *r, uint64_t bridge,
						      Mudlark__BridgeIn__BodyCase kind, size_t i)
{
	for (size_t k = 0; k < r->n; k++)
		if (r->kept[k].bridge == bridge && r->kept[k].m->body_case == kind && !i--)
			return r->kept[k].m;
	return NULL;
}

static inline size_t relay_rig_count(const struct relay_rig *r, uint64_t bridge,
				     Mudlark__BridgeIn__BodyCase kind)
{
	size_t n = 0;

	while (relay_rig_told(r, bridge, kind, n))
		n++;
	return n;
}

#define RELAY_RIG_TOLD(r, bridge, kind)                                                            \
	relay_rig_count((r), (bridge), MUDLARK__BRIDGE_IN__BODY_##kind)

/* The text of the i-th line that was told; NULL. */
static inline const char *relay_rig_text(const struct relay_rig *r, uint64_t bridge, size_t i)
{
	static char text[1024];
	const Mudlark__BridgeIn *m = relay_rig_told(r, bridge, MUDLARK__BRIDGE_IN__BODY_FACT, i);
	json_t *body;
	const char *said = NULL;

	if (!m)
		return NULL;
	body = json_loadb((const char *)m->fact->body.data, m->fact->body.len, 0, NULL);
	ck_assert_ptr_nonnull(body);
	(void)json_unpack(body, "{s?s}", "text", &said);
	snprintf(text, sizeof(text), "%s", said ? said : m->fact->kind);
	json_decref(body);
	return text;
}

/* ---- what bridges do ---- */

/* Told of what is said on any channel, with plenty of credit. */
static inline Mudlark__BridgeOpen relay_rig_stream(char *key)
{
	static char *kinds[] = { "channel:said" };
	Mudlark__BridgeOpen m = MUDLARK__BRIDGE_OPEN__INIT;

	m.stream = RELAY_RIG_STREAM;
	m.key = key;
	m.kinds = kinds;
	m.n_kinds = ARRAY_LEN(kinds);
	m.more = 100;
	return m;
}

static inline void relay_rig_open(struct relay_rig *r, uint64_t bridge, Mudlark__BridgeOpen *m)
{
	RIG_FEED(&r->st, bridge, BRIDGE_OPEN, bridge_open, m);
	rig_turn(&r->st);
}

static inline ProtobufCBinaryData relay_rig_bytes(const char *text)
{
	return (ProtobufCBinaryData){ strlen(text), (uint8_t *)(uintptr_t)text };
}

static inline Mudlark__BridgeSay relay_rig_words(char *id, const char *text)
{
	Mudlark__BridgeSay m = MUDLARK__BRIDGE_SAY__INIT;

	m.source = "irc/libera/#mud";
	m.id = id;
	m.channel = "chat";
	m.name = relay_rig_bytes("joe");
	m.text = relay_rig_bytes(text);
	return m;
}

static inline void relay_rig_say(struct relay_rig *r, uint64_t bridge, Mudlark__BridgeSay *m)
{
	RIG_FEED(&r->st, bridge, BRIDGE_SAY, bridge_say, m);
	rig_turn(&r->st);
}

/* The last BridgeTaken; aborts when there is none. */
static inline const Mudlark__BridgeTaken *relay_rig_taken(const struct relay_rig *r,
							  uint64_t bridge)
{
	const size_t n = RELAY_RIG_TOLD(r, bridge, TAKEN);

	ck_assert_uint_gt(n, 0);
	return relay_rig_told(r, bridge, MUDLARK__BRIDGE_IN__BODY_TAKEN, n - 1)->taken;
}

static inline const char *relay_rig_refusal(const struct relay_rig *r, uint64_t bridge)
{
	static char text[400];
	const Mudlark__BridgeTaken *m = relay_rig_taken(r, bridge);

	snprintf(text, sizeof(text), "%.*s", (int)m->refused.len, (const char *)m->refused.data);
	return text;
}

static inline void relay_rig_ask(struct relay_rig *r, uint64_t bridge,
				 Mudlark__BridgeAsk__Kind kind, char *identity, const char *text)
{
	Mudlark__BridgeAsk m = MUDLARK__BRIDGE_ASK__INIT;

	m.ask = 5;
	m.kind = kind;
	m.identity = identity;
	m.name = relay_rig_bytes("joe");
	m.text = relay_rig_bytes(text);
	RIG_FEED(&r->st, bridge, BRIDGE_ASK, bridge_ask, &m);
	rig_turn(&r->st);
}

static inline const char *relay_rig_answer(const struct relay_rig *r, uint64_t bridge)
{
	static char text[4096];
	const size_t n = RELAY_RIG_TOLD(r, bridge, ANSWER);
	const Mudlark__BridgeAnswer *m;

	ck_assert_uint_gt(n, 0);
	m = relay_rig_told(r, bridge, MUDLARK__BRIDGE_IN__BODY_ANSWER, n - 1)->answer;
	ck_assert_uint_eq(m->ask, 5);
	snprintf(text, sizeof(text), "%.*s", (int)m->text.len, (const char *)m->text.data);
	return text;
}

/* Somebody of the game says it on a channel, for good or for now. */
static inline uint64_t relay_rig_chat(struct relay_rig *r, const char *channel, const char *text)
{
	return event_emit(r->st.world, FACT_CHANNEL_SAID, ENT_NONE,
			  "\"channel\":\"%s\",\"name\":\"Ana\",\"text\":\"%s\"", channel, text);
}
