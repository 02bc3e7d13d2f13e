/*
 * mind_inner.h - the inside of a mind, for its files:
 *
 *	mind.c		who waits, who is asked, and time
 *	mind_answer.c	what comes back
 *	mind_end.c	the end of an ask, and what follows from it
 *	mind_hear.c	who is meant by what is said in a room; no talk among themselves without end
 *	mind_say.c	sentences: their pace, what may not be said, gestures, lines of its own
 *	mind_greet.c	the first word to a newcomer, and no greeting in the middle of a talk
 *	mind_people.c	the players' side: with whom one talks, how much, who was greeted
 *	mind_follow.c	walking behind somebody
 *	mind_comp.c	the component: stored with the npc
 */
#pragma once

#include "world/core/comp.h"
#include "world/mind/acts.h"
#include "world/mind/mind.h"
#include "world/mind/slot.h"
#include "world/pack/pack.h"

enum {
	MIND_ASKS = 1 + MIND_WAITING,
	MIND_ACTS = ACTS_MAX,
	MIND_REFUSED = 4,
	MIND_REFUSED_MAX = 200,
	MIND_LINE_MAX = 300,
	MIND_MOOD_MAX = 40,
	MIND_DEPTH = 2, /* one may be drawn into the talk of another, who was drawn into it */
	MIND_TALK_S = 60,
	MIND_SERVED = 16,
};

/* Somebody waits for an answer. */
struct mind_ask {
	uint64_t player;
	enum mind_why why;
	unsigned depth; /* 0: said by the player; more: by an npc that answered him */
	char *text;
	/* not stored: not before this npc has said this answer to the end; 0: at once */
	uint64_t after, after_ask;
};

struct mind_line {
	char *text; /* plain */
	bool emote;
};

struct mind_act {
	char *verb, *target, *text;
};

/*
 * What occupies a mind; none for one that is at rest.  `begun`: asks[0] is being answered.  While the
 * slot is pending more may come; `over`: nothing more will.  Then, when the lines are said, the acts
 * are done and asks[0] is gone.
 */
struct thoughts {
	/* stored */
	char *mood;
	struct mind_ask asks[MIND_ASKS];
	size_t n_asks;
	struct mind_line lines[MIND_SENTENCES];
	size_t n_lines;
	struct mind_act acts[MIND_ACTS];
	size_t n_acts;
	char *refused[MIND_REFUSED];
	size_t n_refused;
	char *topic;
	uint64_t follows; /* id */
	uint32_t told;	  /* lines of this answer that were said */
	bool begun, over;
	/* not stored */
	struct ent npc;
	struct thoughts *prev, *next; /* among those that are busy; NULL: it is not */
	struct slot slot;
	uint64_t bridge;   /* who was asked */
	uint64_t good_for; /* the player to whom what was last good was said */
	uint32_t heard;	   /* number of the last sentence that came */
	bool cut;	   /* the rest of the answer is lost */
	bool own;	   /* it says something of its own, as there was no answer */
	bool hurried;	   /* who is answered has said something more */
	uint64_t greets;   /* a newcomer, at greets_tick; 0: nobody */
	uint64_t gesture;  /* tick at which it shows that it thinks; 0: no more */
	uint64_t next_say; /* not before this tick */
	uint64_t answered; /* id of the player it answered last */
	uint64_t answered_tick, greeted_tick, greets_tick, follows_until, tick;
	uint32_t n_own; /* lines of its own so far */
	struct {
		uint64_t player, tick;
	} served[MIND_SERVED]; /* who was answered last, and when; each once */
};

/* Component of npcs. */
struct mind {
	struct thoughts *in; /* NULL: at rest */
};

/* What a player has to do with minds; in memory alone. */
enum { GREETED_MAX = 8, PAIRS_MAX = 32 };
struct talker {
	uint64_t player;
	uint64_t npc, until; /* with whom it talks; 0: nobody */
	uint64_t came;	     /* tick at which it entered the room, or turned to somebody first */
	uint64_t minute;     /* tick at which the count began */
	uint32_t n;
	struct {
		uint64_t npc, tick;
	} greeted[GREETED_MAX];
	size_t n_greeted;
};

struct minds {
	struct thoughts busy; /* head of the ring, in the order in which they became so */
	struct map64 asks;    /* generation -> ent_pack() of the npc */
	struct map64 talkers; /* by id of the player */
	uint64_t counter;
	uint64_t patience; /* until this tick aibridges are waited for */
	struct {
		uint64_t player; /* 0: nobody is speaking in answer to anybody */
		unsigned depth;
	} speaking;
	struct {
		uint64_t a, b, tick;
	} pairs[PAIRS_MAX]; /* who was drawn into whose talk last */
	size_t n_pairs;
};

/* ---- mind_comp.c ---- */

/* For reading, and for what is not stored. NULL: at rest, or no npc. */
struct thoughts *mind_thoughts(const struct world *w, struct ent npc);
/* To be changed: what is stored about it counts as changed. NULL: no npc. */
struct thoughts *mind_open(struct world *w, struct ent npc);
void mind_busy(struct world *w, struct thoughts *t);
void mind_rest(struct thoughts *t);
void mind_free_ask(struct mind_ask *a);
void mind_free_lines(struct thoughts *t);
void mind_free_acts(struct thoughts *t);
void mind_refuse(struct thoughts *t, struct span why);
void mind_forget_refused(struct thoughts *t);
const struct pack_mind *mind_pack(const struct world *w, struct ent npc); /* NULL: has no mind */
const char *mind_key(const struct world *w, struct ent npc);		  /* "foreshore/marrable" */

/* ---- mind_end.c ---- */

/* Are the two of them in one room? */
bool mind_is_here(const struct world *w, const struct thoughts *t, uint64_t player);
void mind_drop_ask(struct thoughts *t, size_t at);
/* Nothing comes any more for the ask that was under way. */
void mind_forget_ask(struct world *w, struct thoughts *t);
/* The same, and who was asked is told. */
void mind_call_off(struct world *w, struct thoughts *t);
void mind_fail(struct world *w, struct thoughts *t, const char *cause);
/* What is under way is over, with what was said. */
void mind_clear(struct thoughts *t);
/* Says what is due, and ends what is said. */
void mind_go_on(struct world *w, struct ent npc);

/* ---- mind.c ---- */

/* By depth > 0 a player's talk goes on with somebody else. */
void mind_queue(struct world *w, struct ent npc, struct mind_ask ask);

/* ---- mind_follow.c ---- */

void mind_follow_step(struct world *w, struct ent npc);

/* ---- mind_say.c ---- */

/* Clean, plain; false: there is no room, or it may not be said. `own`: a pack's words, which nobody
 * judges. */
bool mind_line(struct world *w, struct ent npc, struct span text, bool emote, bool own);
/* Says what is due. */
void mind_speak(struct world *w, struct ent npc);
/* Who is being answered has said something more: all that is there is said now, what still comes of it
 * with little pause. */
void mind_hurry(struct world *w, struct ent npc);
void mind_gesture(struct world *w, struct ent npc);
/* Queues a line of its own: why is that of the ask. False: it has none. */
bool mind_own_line(struct world *w, struct ent npc, struct ent player, enum mind_why why);
bool mind_is_watched(const struct world *w, struct ent npc);

/* ---- mind_greet.c ---- */

void mind_greet_init(struct world *w);
/* Greets whom it waits to greet, when it is time. */
void mind_greet_step(struct world *w, struct ent npc);
/* It is spoken to: what it would say unasked is not said. */
void mind_greet_drop(struct world *w, struct ent npc);
/* The two have been talking until just now, or one waits for an answer. */
bool mind_in_visit(const struct world *w, struct ent npc, const struct talker *k);

/* ---- mind_people.c ---- */

struct talker *mind_talker(struct world *w, struct ent player);
/* False: that is too much, which the player was told. */
bool mind_may_talk(struct world *w, struct talker *t, struct ent player);
void mind_people_init(struct world *w);
void mind_people_free(struct minds *m);
