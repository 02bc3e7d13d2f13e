/*
 * mind.h - people of the world listen, think and answer.
 *
 * Who can talk has a mind in its pack.  One is asked at a time (slot.h); up to MIND_WAITING others wait
 * for their turn, MIND_WAITING_OF of one player at most; what he says twice is one.  The answer comes as
 * sentences that are said one after the other, at the pace of somebody who speaks, each as a command
 * typed by that person; then what it proposes to do (acts.h).  Who waits, what is still to be said and
 * its mood are stored with it (component), so an answer that is owed outlives a restart.
 *
 * With nobody to ask, too late or after a failure it says something of its own: a greeting, one of its
 * shrugs, its last good line.
 */
#pragma once

#include "world/core/world.h"

enum { MIND_WAITING = 6, MIND_WAITING_OF = 2, MIND_TEXT_MAX = 500, MIND_SENTENCES = 8 };

/* Why somebody is turned to. */
enum mind_why { MIND_GREET, MIND_SAY, MIND_ABOUT };

struct minds *minds_new(void);
void minds_free(struct world *w);
/* Once for a new world: what it listens to. */
void mind_init(struct world *w);
/* All that is stored is loaded: what is owed is asked again. */
void mind_begin(struct world *w);

/* Can one talk to it? */
bool mind_is(const struct world *w, struct ent npc);
/* The next in a room with whom one can; ENT_NONE to begin and at the end. */
struct ent mind_next(const struct world *w, struct ent room, struct ent previous);
/* With whom in the room a player has been talking of late, or the only one there is; ENT_NONE: nobody. */
struct ent mind_partner(struct world *w, struct ent player);
/* It talks with somebody, or did so until just now, or follows: it does not mutter or wander off. */
bool mind_is_busy(const struct world *w, struct ent npc);
/* A player turns to it; both are in one room. What it says to that comes later (to MIND_GREET in the
 * middle of a talk only that it listens); a refusal ("one at a
 * time") and the limit of world.talk_rate are told here. */
void mind_turn_to(struct world *w, struct ent npc, struct ent player, enum mind_why why,
		  struct span text);
/* Something was said aloud in a room: whoever is meant by it turns to the speaker. */
void mind_hear(struct world *w, struct ent speaker, struct span text);
/* Everything that it waits for or would say is over: it dies, or its pack is reloaded. */
void mind_still(struct world *w, struct ent npc);

/* A number that is never used twice, over restarts too, and grows: of an ask, or of what may come between. */
uint64_t mind_number(struct world *w);
/* Nothing that this player said is answered any more, nor kept. */
void mind_forget_player(struct world *w, struct ent player);

/* From aibridges. */
void mind_said(struct world *w, uint64_t peer, const Mudlark__AiSaid *m);
void mind_done(struct world *w, uint64_t peer, const Mudlark__AiDone *m);
/* An aibridge is gone: what it had been asked has failed. */
void mind_lost(struct world *w, uint64_t instance);
/* A part of a tick: pace, gestures, deadlines. True: there is more to do in this tick. */
bool mind_tick(struct world *w);

const char *mind_mood(const struct world *w, struct ent npc); /* NULL: none in particular */
void mind_set_mood(struct world *w, struct ent npc, struct span mood);
/* Walks behind somebody; ENT_NONE: stops. */
void mind_follow(struct world *w, struct ent npc, struct ent whom);
struct ent mind_follows(const struct world *w, struct ent npc);
/* What it tried last turn and why that did not happen, for its next view; NULL at the end. */
const char *mind_refused(const struct world *w, struct ent npc, size_t i);
