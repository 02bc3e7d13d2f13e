/*
 * turn.h - the inbox and the unit of work.
 *
 * A unit is one input (or one due timer): a line with everything it does, an answer of persist, a
 * closed connection.  A unit without effects leaves no trace but its answer.  A turn is as many units
 * as fit into a commit, at most one line of a session among them.
 */
#pragma once

#include "world/core/world.h"
#include "world/session.h"

enum { TURN_UNITS = 4096 };

struct turn *turn_new(void);
void turn_free(struct world *w);

/* Bytes that wait for a turn: of one peer, or of all bridges (peer 0), also of those that are gone. */
size_t turn_waiting(const struct world *w, uint64_t peer);

uint64_t turn_number(const struct world *w);
/* The session whose unit this is; NULL: nobody's. */
struct session *turn_own(const struct world *w);
void turn_set_own(struct world *w, struct session *s);
/* What is collected for it; lines are separated by \n. */
struct buf *turn_reply(struct world *w);
/* Sends what is collected now, because others will say something to it before the unit is over. */
void turn_flush_reply(struct world *w);
/* A text written in place: into the answer when `s` is the own session, else apart; NULL: to nobody. */
struct buf *turn_draft(struct world *w, struct session *s);
/* The text when it is apart, and for whom; NULL when it is part of the answer. */
struct buf *turn_draft_done(struct world *w, struct session **ret_to);
/* Who has no connection is heard, too: until turn_listened() what it is told goes to `told`, and whether
 * anything has an effect is counted apart. They nest. */
struct turn_ear {
	struct ent who;
	struct buf *told;
	bool effect;
};
struct turn_ear turn_listen(struct world *w, struct ent who, struct buf *told) MUST_USE;
bool turn_listened(struct world *w, struct turn_ear before); /* has it had an effect? */
/* Where to put what this one is told; NULL: nobody listens to that. */
struct buf *turn_told(const struct world *w, struct ent who);
/* Its last unit did too much: when that was a line, it counts as one that killed the world. */
void turn_blame(struct world *w);
/* This line has killed the world before. */
void turn_quarantine(struct world *w, uint64_t session, uint64_t seq);
