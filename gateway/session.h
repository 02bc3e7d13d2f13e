/*
 * session.h - a player's connection as the world knows it: a number, and lines that count once.
 *
 * Typed lines are numbered 1, 2, 3 ... when they are taken and wait in order.  At most one of them is
 * in the world; it stays at the head until the world says that it is done.  So after a crash of the
 * world the lines that were not done are still here, and the world's own count of applied lines
 * decides which of them must not be sent again (README.md, P2).
 *
 *	          SessionOpen            SessionState
 *	   NEW ----------------> OPENING -------------> LIVE ----+
 *	    ^                       |                    ^ |     | another world
 *	    +-----------------------+       SessionState | v     v
 *	         another world              ATTACHING <-- DETACHED
 *	                                        SessionAttach
 *
 * A session knows no socket: its owner (a client, a test, the simulator) is told by struct lobby_io.
 *
 * Its state is all in struct session, ready to be handed over to another process: what has to go along
 * stands first; the rest is found anew from it, or belongs to the process.
 */
#pragma once

#include <sys/queue.h>
#include "rt/base.h"

enum session_state {
	SESSION_NEW,	   /* the world does not know of it */
	SESSION_OPENING,   /* SessionOpen is sent */
	SESSION_LIVE,	   /* lines flow */
	SESSION_DETACHED,  /* a world came that has not been told */
	SESSION_ATTACHING, /* SessionAttach is sent */
	SESSION_ENDED,
	SESSION_STATES,
};

/* What keeps a line from being sent, other than the line before it. */
enum session_wait { WAIT_NOTHING, WAIT_ROOM, WAIT_RATE };

struct session_line {
	STAILQ_ENTRY(session_line) next;
	uint64_t tag;	   /* the client's own number of it; 0: none */
	uint64_t typed_us; /* when it was taken */
	uint64_t sent_us;  /* when it went to the world for the first time; 0: not yet */
	uint16_t n;
	bool secret; /* typed while the client was told not to show it, or its client says so */
	char text[];
};

struct group;
struct lobby;
struct resume;

struct session {
	/* What makes it the session it is. */
	uint64_t id;
	char *peer;	       /* the player's address */
	const char *via;       /* how it is connected, a literal */
	char *prompt;	       /* markup, NULL: none yet */
	struct resume *resume; /* NULL: its client cannot take it up again */
	uint64_t numbered;     /* number of the last line */
	STAILQ_HEAD(, session_line) lines;
	uint32_t n_lines; /* waiting, including the one in the world */
	uint8_t state;
	bool sent; /* the head is in the world */
	bool trusted;
	bool exempt;  /* what its address does is not counted */
	bool playing; /* past the login */
	bool hidden;  /* the client shows nothing of what is typed */
	bool eof;     /* nothing more will be typed: ends when its lines are done */

	/* What it is in this process. */
	struct lobby *lobby;
	void *owner;
	struct group *group;	/* NULL: none */
	uint32_t member;	/* place in the group */
	uint64_t rate_us;	/* token bucket: when it will be full again */
	uint64_t login_by_us;	/* end of the time to log in; 0: not among the strangers */
	uint64_t prolong_by_us; /* what is typed until then puts it off */
	TAILQ_ENTRY(session) waiting;
	TAILQ_ENTRY(session) strangers;
	uint8_t wait;
	bool caps_changed; /* the world is to be told */
	bool told_away;	   /* has been told that the world is away */
	bool told_full;	   /* has been told, in this turn, that its queue is full */
	bool touched;	   /* is in lobby->touched */
	bool skip;	   /* not this one, while a group is gone through */
};

TAILQ_HEAD(session_list, session);

struct session *session_new(uint64_t id, const char *peer, bool trusted);
void session_free(struct session *s);
/* The only way from one state to another; logged, asserted to be allowed. */
void session_enter(struct session *s, enum session_state to);
const char *session_state_name(enum session_state state);

/* Number of the last line that is done. */
uint64_t session_done(const struct session *s);
/* Queues a line under the next number; 1: `max` lines are waiting, not taken: the last of them then
 * bears the tag of this one, which counts as done with it. */
int session_add_line(struct session *s, struct span text, uint64_t tag, size_t max,
		     uint64_t now_us) MUST_USE;
/* The last line is secret, whatever the client was told when it came. */
void session_set_secret(struct session *s);
/* NULL: none waits. */
struct session_line *session_head(const struct session *s);
/* Lines up to seq are done. */
void session_finish(struct session *s, uint64_t seq);
/* Forgets all lines; their numbers are used up. Returns how many there were. */
size_t session_drop_lines(struct session *s);
/* Forgets the lines with a number of the client's own; those behind them move up. */
size_t session_drop_tagged(struct session *s);
