/*
 * ask.h - what a person of the world is asked, from AiAsk to AiDone.
 *
 *	queued ----> reading ----> reserving ----> calling ----> checking ----> (over)
 *	  waits       the           the ledger      sentences     the last
 *	  for its     conversation  says yes to     are said as   sentences are
 *	  turn                      one attempt     they come     moderated
 *	                               ^               |
 *	                               +--- pausing <--+  an attempt failed before its first word
 *
 * Whatever goes wrong, whenever, the way ends in one of three:
 *
 *	ask_end()     what was said is the answer, else the scripted provider gives one.  The conversation and
 *	              the audit go to the store, AiDone to the world.
 *	ask_drop()    nobody waits any more (AiCancel, the world is gone): nothing is said.
 *	asks_close()  the process ends: AiDone says that it failed.
 *
 * All three leave the present state by its row in the table of ask.c, which undoes what is under way: the
 * connection to the provider is closed, and what was reserved is settled at what it may have cost.  An ask is
 * in the list of its asks from the first moment to the last, and owns an arena that holds all of it.
 *
 * Files: ask.c the states; asks.c all of them; ask_try.c one paid attempt, reserved, called, settled; ask_say.c from pieces to
 * sentences that are said; ask_note.c what is written down; ask_summary.c background work.
 *
 * Pure: whoever is talked to stands behind struct ask_env, time comes from its clock.
 */
#pragma once

#include "aibridge/guard.h"
#include "aibridge/prompt.h"
#include "aibridge/provider.h"
#include "aibridge/queue.h"
#include "aibridge/roster.h"
#include "aibridge/sentence.h"
#include "aibridge/talk.h"
#include "rt/clock.h"
#include "rt/map.h"

enum {
	ASK_SENTENCES = 8, /* of one answer; the rest is not said */
	ASK_ACTS = 4,
	ASK_ACT_MAX = 200,     /* bytes of the text of an act */
	ASK_WORD_MAX = 80,     /* of a verb or target that was not offered */
	ASK_RAW_MAX = 8192,    /* of what a provider wrote, for the audit */
	ASK_CALLS_MAX = 4096,  /* of the tools it called, likewise */
	ASK_SPARE_MS = 500,    /* before the world's deadline it must be over */
	ASK_ID_MAX = 64,       /* of a reservation */
	ASK_CAUSE_MAX = 200,   /* why the answer is not the one asked for */
	ASK_SUMMARY_TURNS = 12 /* that fell out of a conversation: time for a better summary */
};

enum ask_state {
	ASK_NEW,
	ASK_QUEUED,
	ASK_READING,
	ASK_RESERVING,
	ASK_CALLING,
	ASK_PAUSING,
	ASK_CHECKING,
	ASK_WRITING, /* a summary: into the conversation */
	ASK_OVER,
	ASK_STATES
};

/* How it ended, for the figures. */
enum ask_outcome {
	ASK_ANSWERED,  /* by a paid provider */
	ASK_SCRIPTED,  /* as it was meant to be */
	ASK_FELL_BACK, /* to the scripted provider, for some trouble */
	ASK_DROPPED,
	ASK_CLOSED,
	ASK_OUTCOMES
};

struct store_call;
struct ask_env;

/* One try at one provider. Open from the reservation to the settlement. */
struct attempt {
	bool is_open;
	unsigned n; /* 1, 2, 3 ... of its ask */
	struct candidate *with;
	unsigned round;		      /* of its breaker */
	char id[ASK_ID_MAX];	      /* of the reservation */
	uint64_t bound_in, bound_out; /* tokens it can cost at most */
	uint64_t since_us;
	struct prompt prompt;
	struct call *call; /* NULL: not begun, or over */
	struct call_result result;
	struct span request; /* what was sent */
};

struct sentence {
	struct buf text;
	bool emote;
};

/* What comes back, on its way to the player. */
struct answer {
	struct sentences cutter;
	struct sentence v[ASK_SENTENCES];
	size_t n;	   /* passed the guard */
	size_t n_said;	   /* the first of them were said */
	size_t n_sent_off; /* the first of them are, or were, at the moderation */
	struct call *moderation;
	struct buf said; /* joined */
	enum guard_verdict verdict;
	struct buf raw;	  /* all that came, said or not */
	struct buf calls; /* JSON, joined by commas */
	Mudlark__AiAct *acts[ASK_ACTS];
	size_t n_acts;
	size_t n_listed; /* of them; the others the world only refuses */
};

struct ask {
	struct asks *all;
	struct ask *prev, *next;
	uint64_t id; /* as the world names it */
	struct arena arena;
	const Mudlark__AiAsk
		*q; /* in the arena, which a summary takes over: not to be read after that */
	bool is_summary;
	bool is_forgotten; /* its conversation is not written any more */
	uint64_t since_us, limit_us;
	uint64_t waited_us; /* for providers */
	enum ask_state state;
	uint64_t due_us; /* something is to be done then; never later than limit_us */
	struct waiting waiting;
	bool has_slot;
	struct store_call *store; /* an answer of the store is waited for */

	struct talk talk;
	bool talk_known; /* it was read: only then it may be written */
	char talk_key[TALK_KEY_MAX];
	const Mudlark__AiTopic *topic;

	size_t at;	  /* in the roster; behind the last: the scripted provider */
	unsigned retries; /* at this one */
	unsigned n_attempts;
	struct attempt attempt;
	struct answer answer;
	char cause[ASK_CAUSE_MAX];
};

struct ask_env {
	const struct clock *clock;
	struct rng *random;
	void *ctx;
	/* To the world. */
	void (*tell)(void *ctx, const Mudlark__WorldIn *m);
	/* As in store.h; `done` never comes before it returns. */
	struct store_call *(*store)(void *ctx, const Mudlark__PersistCall *q, uint32_t deadline_ms,
				    void (*done)(void *ctx, const Mudlark__PersistReply *reply),
				    void *done_ctx);
	void (*store_cancel)(void *ctx, struct store_call *c);
	void (*settle)(void *ctx, const Mudlark__LedgerSettle *q, const char *talk);
	/* As in provider.h. */
	struct call *(*call)(void *ctx, const struct provider *p, const struct prompt *prompt,
			     uint64_t deadline_us, const struct call_events *e);
	struct span (*request)(void *ctx, const struct call *c);
	struct call_result (*so_far)(void *ctx, const struct call *c);
	void (*cancel)(void *ctx, struct call *c);
	struct call *(*moderate)(void *ctx, const struct provider *p, struct span text,
				 uint64_t deadline_us,
				 void (*end)(void *ctx, const struct call_result *r, bool flagged),
				 void *end_ctx);
	/* For figures and staff. */
	void (*spent)(void *ctx, const struct candidate *c, uint64_t tokens, uint64_t nanos);
	void (*refused)(void *ctx, const char *account); /* has not enough left */
	void (*attempted)(void *ctx, struct candidate *c, enum call_error error);
	void (*guarded)(void *ctx, enum guard_verdict v);
	/* provider NULL: scripted. `added_us`: how long it took, but for waiting for providers. */
	void (*ended)(void *ctx, const struct candidate *c, enum ask_outcome o, uint64_t added_us);
};

struct asks {
	const struct ask_env *env;
	const struct ai_conf *conf;
	struct roster *roster;
	const struct guard *guard;
	uint64_t instance; /* of this process, in the names of reservations */
	struct ask *first, *last;
	size_t n, n_slots;  /* those that may ask providers now */
	struct map64 by_id; /* of the world's */
	struct ask_queue *queue;
	bool paused, is_closed;
};

void asks_init(struct asks *s, const struct ask_env *env, const struct ai_conf *conf,
	       struct roster *roster, const struct guard *guard, uint64_t instance);
void asks_done(struct asks *s); /* after asks_drop() or asks_close() */

/* Takes the arena, in which q is. */
void asks_take(struct asks *s, struct arena *a, const Mudlark__AiAsk *q);
void asks_cancel(struct asks *s, uint64_t ask);
/* Conversations of this player, with that person (empty: with all), are not written by what is under way, and of that
 * what is below `number` is cancelled. */
void asks_forget(struct asks *s, uint64_t who, const char *npc, uint64_t number);
/* From now on the scripted provider answers; what is being said is finished. */
void asks_pause(struct asks *s, bool paused);
void asks_drop(struct asks *s);	 /* the world is gone */
void asks_close(struct asks *s); /* nothing is taken any more */
/* When asks_tick() has something to do; UINT64_MAX: never. */
uint64_t asks_due(const struct asks *s);
void asks_tick(struct asks *s);
