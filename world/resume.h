/*
 * resume.h - a connection that was lost is taken up again by another one, on any gateway.
 *
 * A session with a token can be resumed: by whoever knows the token, once, as long as it is connected and
 * for its grace afterwards.  When its connection is lost it is *parked*: it stays the session of its
 * character and belongs to a gateway that does not exist (OUTBOX_PARKED), so that what concerns it
 * becomes output, durable like any, as if somebody were there to read it.
 *
 * What was said lately lies in a ring, in order of oseq: the durable records of all gateways, as far as
 * they could concern a session with a token.  Lines of such a session always count as having had an
 * effect, so nothing that was said to it is left out.  Reading the ring backwards from now, by
 * which session, group and gateway the character had at each moment, gives exactly what its client
 * has not seen.
 *
 * The rule of the gap.  `floor` is the oseq up to which records have left the ring.  The store keeps all
 * rows above it and the floor itself, so it holds in the next world too.  A resume from `at` is
 * complete when at >= floor, or when the session itself began above the floor; else the client is told that
 * there is a gap.
 *
 * What was missed is said as new records.  Whoever misses these, too, must not hear it twice: reading
 * backwards ends where the session was taken up (SAID_RESUMED), and where a parked one came back with its
 * own gateway, what it was told anew is passed over in its first form (Place.again).
 */
#pragma once

#include "world/core/world.h"
#include "world/session.h"

enum {
	RESUME_REPLAY = 128 << 10, /* bytes said again at most: a unit has to fit into a commit */
};

struct resumes *resumes_new(void);
void resumes_free(struct world *w);

/* The session can be resumed by this token; NULL: not any longer. */
void resume_token(struct world *w, struct session *s, const Mudlark__SessionToken *t);
bool resume_can(const struct session *s);

/* What a record could be to whoever resumes, and to whom; 0: nothing. */
unsigned resume_kind(const Mudlark__GatewayIn *m, uint64_t *ret_key);
struct resume_record {
	uint64_t gateway, oseq, key;
	unsigned kind;
	struct span bytes;
};
/* A durable record was numbered. In order of oseq. */
void resume_note(struct world *w, const struct resume_record *r);
/* Rows of the outbox up to this oseq may leave the store. */
uint64_t resume_limit(const struct world *w);
/* A commit is about to be made: stores the floor and how far gateways have read, when they are new, the
 * first has moved and `moved` may be told, or the second is due. */
void resume_settle(struct world *w, bool moved);
/* What was stored so; and, when all is loaded, the ring out of the stored rows. */
void resume_floor_load(struct world *w, struct span body);
void resume_load(struct world *w);

/* A fresh connection wants to go on where another one was lost; it is the own session of the unit. */
void resume_ask(struct world *w, struct session *heir, const Mudlark__SessionResume *m);
/* One that plays wants to, because it has not read that it was answered. It is the own session. */
void resume_asked_again(struct world *w, struct session *s, const Mudlark__SessionResume *m);
/* The line is done for which the heir of `s` had to wait. The heir is the own session. */
void resume_inherit(struct world *w, struct session *s);
/* The session ends: who waits to resume it is refused. */
void resume_disappoint(struct world *w, struct session *s);
/* A parked session whose gateway had it all the time; `at`: what this has read of it, 0: nothing. */
void resume_unpark(struct world *w, struct session *s, uint32_t gateway, uint64_t at);
