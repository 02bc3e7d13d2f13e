/*
 * world.h - the simulation as one value: inputs go in by world_feed(), a turn is world_turn(),
 * everything it wants done outside goes out through struct world_env.
 *
 * The world is a pure function of its inputs: time is the number of the tick, randomness is a
 * stream in its state, and there is no clock, file, socket or thread in it.  Whoever drives it
 * (main.c over links, the simulator, the replay of an input log) feeds Begin, Load..., Ready first.
 *
 * Only the handles and accessors of core/ are for commands; the struct is open within this folder
 * for the parts that make it up.
 */
#pragma once

#include "gateway.pb-c.h"
#include "persist.pb-c.h"
#include "rt/arena.h"
#include "rt/base.h"
#include "rt/buf.h"
#include "rt/map.h"
#include "rt/rand.h"
#include "world.pb-c.h"
#include "world/core/entity.h"

struct pack;
struct session;
struct ents;
struct places;
struct players;
struct events;
struct timers;
struct sessions;
struct sites;
struct sources;
struct turn;
struct outbox;
struct commits;
struct calls;
struct begin;
struct tick;
struct resumes;
struct data_hub;
struct info;
struct bridges;
struct minds;
struct orders;
struct heard;
struct forgets;
struct relay;
struct channels;
struct speech;
struct boards;

/* What the world wants of its surroundings. Every function returns at once; answers come back as
 * inputs, failures too. */
struct world_env {
	void *ctx;
	/* One turn's changes: `record` is the same packed as a PersistIn, ready for the link.
	 * Batches are numbered 1, 2, 3 ... in the life of a world; Committed{batch} says when they
	 * are durable. */
	void (*commit)(void *ctx, const Mudlark__Commit *c, struct span record);
	/* One packed GatewayIn for a gateway (instance), AiIn for an aibridge, BridgeIn for a bridge. oseq > 0: durable, PeerAcked{oseq} is
	 * wanted; 0: may be lost with the link. In the order of the calls. */
	void (*output)(void *ctx, uint64_t gateway, struct span record, uint64_t oseq);
	/* This peer is to be dropped, after the turn; it may dial again. May be NULL. */
	void (*drop)(void *ctx, uint64_t peer);
	/* A call to persist; CallDone{id} must follow, `failed` when nobody came within the
	 * deadline. Passwords in it are tokens (world/secrets.h) that the surroundings replace. */
	void (*call)(void *ctx, uint64_t id, const Mudlark__PersistCall *call,
		     uint32_t deadline_ms);
	/* This world must end: a newer one holds the epoch. */
	void (*superseded)(void *ctx, uint64_t epoch);
	/* This world must end: a turn of it cannot be stored. May be NULL. */
	void (*fault)(void *ctx, uint64_t batch, const char *why);
	/* The line that is about to be run, 0 0: none. For the crash note; may be NULL. */
	void (*running)(void *ctx, uint64_t session, uint64_t seq);
	/* Which system of tick.h runs from now on, TICK_SYSTEMS: none. To account time; may be NULL. */
	void (*step)(void *ctx, unsigned system);
	/* A line of a character in play. In the servers this is cmd_run() (world/cmd/table.h); its
	 * text is what the player typed, trimmed, not empty. */
	void (*run)(struct world *w, struct ent actor, struct span line);
};

/* Options that are texts; "" where nothing is said. */
enum world_text {
	TEXT_NAME, /* of the game */
	TEXT_GUI_URL,
	TEXT_GUI_VERSION,
	TEXT_MEDIA_URL,
	TEXT_MEDIA_SUFFIX,
	TEXT_DISCORD_INVITE,
	TEXT_DISCORD_APPLICATION,
	TEXT_COUNT
};

/* From Begin.conf, so that a replay has the same. */
struct world_conf {
	uint32_t tick_rate;	   /* ticks in a second of logical time */
	bool guests;		   /* world.guests */
	bool strict;		   /* world.durability = strict */
	bool test_verbs;	   /* world.test_verbs: @crash, @hang */
	bool life;		   /* world.life: npcs do things by themselves */
	uint32_t linkdead_seconds; /* world.linkdead_grace */
	uint32_t attach_seconds;   /* after a start: how long a gateway may take to come back */
	uint64_t backlog_bytes;	   /* world.backlog: commits that may wait for persist */
	uint32_t answer_seconds;   /* world.answer_wait: for somebody's answer */
	bool guests_speak;	   /* world.guests_speak: on channels */
	uint32_t channel_rate; /* world.channel_rate: lines of a player a second; 0: any number */
	uint32_t talk_rate;    /* world.talk_rate: lines of a player a minute that are answered */
	uint64_t resume_bytes; /* world.resume_bytes: output kept for who comes back */
	uint32_t max_per_address; /* sessions of an address at once; 0: any number, as below */
	uint32_t opens_minute, opens_ten_minutes; /* new ones of an address */
	uint32_t failed_logins;	  /* wrong passwords from an address in five minutes */
	uint32_t silent_sessions; /* of an address that never logged in, in ten minutes */
	char *texts[TEXT_COUNT];  /* through world_text() */
	char **mssp;		  /* world.mssp: "NAME=value" */
	size_t n_mssp;
};

struct world_stats {
	uint64_t lines, lines_dropped, lines_quarantined, turns, batches, facts, facts_refused,
		handlers_failed, outputs, outputs_held, calls, unknown_inputs, load_troubles, ticks,
		late_answers, timers_refused, data_ignored, asks, answers_failed, sentences_dropped,
		facts_relayed, says_taken, says_refused, relay_ignored;
};

struct world {
	struct world_env env;
	struct world_conf conf;
	struct world_stats stats;

	uint32_t number; /* of this world */
	uint64_t epoch;
	uint64_t tick;
	int64_t wall_ms;    /* for texts that show a date, never for order */
	uint32_t n_passing; /* guests so far: the next one's number */
	struct rng rng;	    /* through world_random() only */
	bool ready, stopping;

	const struct pack *const *packs;
	size_t n_packs;

	struct arena scratch; /* reset at the start of every turn */

	struct ents *ents;
	struct players *players;
	struct events *events;
	struct timers *timers;
	struct sessions *sessions;
	struct sites *sites;
	struct sources *sources;
	struct turn *turn;
	struct outbox *outbox;
	struct commits *commits;
	struct calls *calls;
	struct tick *ticking;
	struct resumes *resumes;
	struct data_hub *data;
	struct info *info;
	struct bridges *bridges;
	struct minds *minds;
	struct orders *orders;
	struct heard *heard;
	struct forgets *forgets;
	struct relay *relay;
	struct channels *channels;
	struct speech *speech;
	struct boards *boards;
	struct begin *begin; /* until it is ready */
};

/* Packs are borrowed for the life of the world, in order of dependence. */
struct world *world_new(const struct world_env *env, const struct pack *const *packs, size_t n);
void world_free(struct world *w);
void world_freep(struct world **w);

/* Takes one input; it has effect at once or in one of the next turns, in order for each sender.
 * `peer`: instance of the link's other end, 0 for the process itself. */
void world_feed(struct world *w, uint64_t peer, const Mudlark__WorldIn *in);
/* Applies what is waiting, as much as fits into one turn, and lets go what it made. True: more is
 * waiting, call again soon. */
bool world_turn(struct world *w);

/* 64 bits over all state, field by field in order of ids; parts (may be NULL) for diagnosis. */
enum { HASH_PARTS = 7 };
uint64_t world_hash(const struct world *w, uint64_t ret_parts[HASH_PARTS]);
extern const char *const world_hash_names[HASH_PARTS];

/* The inbox as a table: who may send each input, and what it does. */
struct route_table;
extern const struct route_table world_inbox;

/* Something of the stored state changed, or somebody else was told: the line that is being run
 * counts from here on. Accessors call this; commands need not. */
void world_effect(struct world *w);
const char *world_text(const struct world *w, enum world_text which);
/* 0..n-1; a change of state. */
uint64_t world_random(struct world *w, uint64_t n);

/* Asks persist. `done` gets `arg` back and the reply, or NULL when nobody came in time.  At most
 * CALLS_MAX are under way: then `done` is called with NULL in the next turn. Returns the call's id.
 */
enum { CALLS_MAX = 4096 };
uint64_t world_call(struct world *w, const Mudlark__PersistCall *call, uint64_t arg,
		    void (*done)(struct world *w, uint64_t arg,
				 const Mudlark__PersistReply *reply));
/* An id for a character that is about to be created; 0: none that is safely reserved, try later. */
uint64_t world_character_id(struct world *w);
/* A document to be written with this turn; body empty deletes. Both are copied. */
void world_document(struct world *w, const char *collection, const char *key, struct span body);
