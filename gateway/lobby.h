/*
 * lobby.h - all sessions of a gateway between their clients and the world: a state machine over
 * interfaces, without sockets, timers or threads.  The gateway gives it a link and clients; tests and
 * the simulator give it whatever they like.
 *
 * In:   clients   lobby_open, lobby_line, lobby_data, lobby_caps, lobby_eof, lobby_hangup,
 *                 lobby_resumable, lobby_resume
 *       the link  lobby_up, lobby_down, lobby_room, lobby_record
 *       the loop  lobby_flush at the end of each turn, lobby_tick when lobby_due() has come
 * Out:  struct lobby_io.
 *
 * What it promises (README.md, P1 to P3):
 * - A line goes to the world when the line before it is done and the rate allows, and is kept until
 *   it is done.  After the world was replaced (LINK_FRESH) every session is attached anew first; lines
 *   that took effect are not sent again, all others are, in order.  A session that the new world does
 *   not know loses its lines, with a sentence, and logs in again.
 * - A durable record (oseq) that was seen before is dropped whole, over any number of worlds.
 * - When the store was put back to an earlier moment (lobby_life), the numbers begin anew, and who was
 *   in the world that is undone is told so and shown out.
 * - While the world is away what is typed is kept, and the player is told once.
 */
#pragma once

#include "gateway.pb-c.h"
#include "gateway/mssp.h"
#include "gateway/session.h"
#include "rt/arena.h"
#include "rt/buf.h"
#include "rt/clock.h"
#include "rt/link.h"
#include "rt/map.h"
#include "rt/rand.h"
#include "rt/route.h"
#include "world.pb-c.h"

struct sites;

/* So many times login_timeout_us may pass before being in play, whatever is typed. */
enum { LOBBY_LOGIN_TIMES = 5 };

/* May be changed between calls. */
struct lobby_conf {
	size_t input_queue;	   /* lines of a session that may wait */
	uint32_t rate, burst;	   /* lines a second, and how many at once; rate 0: no limit */
	uint64_t login_timeout_us; /* without a line before being in play; 0: none */
	uint64_t resume_grace_us;  /* a lost connection may be taken up again so long; 0: never */
};

/* One text for one or many sessions. */
struct lobby_text {
	uint64_t id;	    /* the same for all sessions it goes to, never used again */
	struct span markup; /* gateway/markup.h; may be empty */
	uint8_t class;	    /* Mudlark__TextClass */
	bool answer;	    /* the prompt is to be shown behind it, whatever else is under way */
};

struct lobby_data {
	uint64_t id; /* as above */
	struct span package, json;
};

/* Answer to lobby_resume(). What was missed follows as texts. */
struct lobby_resumed {
	const char *
		why; /* refused: a sentence; NULL: this session goes on where the other one was lost */
	uint64_t line; /* the client's lines up to this one were taken */
	bool gap;      /* some of what was missed is not remembered */
};

/* All but to_world return nothing; none may call the lobby. */
struct lobby_io {
	/* One record for the world: 0; 1: no room, lobby_room() follows; < 0: not sendable. */
	int (*to_world)(void *ctx, const Mudlark__WorldIn *m);
	void (*text)(void *ctx, struct session *s, const struct lobby_text *t);
	void (*data)(void *ctx, struct session *s, const struct lobby_data *d);
	/* The client must (not) show what is typed: s->hidden has changed. */
	void (*hide)(void *ctx, struct session *s);
	/* Show what was said, then close. The session is freed after this call. */
	void (*close)(void *ctx, struct session *s, const char *reason);
	/* What the client can: fills *ret, which borrows; the session's id is set. May be NULL. */
	void (*caps)(void *ctx, struct session *s, Mudlark__SessionCaps *ret);
	/* May be NULL. */
	void (*resumed)(void *ctx, struct session *s, const struct lobby_resumed *r);
	/* The first line of s goes to the world for the first time; it is done. May be NULL. */
	void (*line_sent)(void *ctx, struct session *s, uint64_t now_us);
	void (*line_done)(void *ctx, struct session *s, uint64_t now_us);
	void *ctx;
};

struct lobby_stats {
	uint64_t lines;	    /* taken */
	uint64_t refused;   /* lines, because too many were waiting */
	uint64_t dropped;   /* lines, because the world did not know the session any more */
	uint64_t repeated;  /* records seen before */
	uint64_t orphans;   /* texts for sessions that are gone */
	uint64_t malformed; /* records */
	uint64_t queued;    /* lines waiting now */
	struct route_stats routes;
};

/* A session ended while the world could not be told. */
struct lobby_farewell {
	uint64_t session;
	const char *reason;
};

struct lobby {
	const struct lobby_conf *conf;
	struct lobby_io io;
	const struct clock *clock;
	const struct entropy *entropy;
	struct map64 sessions, groups;
	struct session_list blocked;   /* wait for room in the link */
	struct session_list delayed;   /* wait for their rate */
	struct session_list strangers; /* not in play yet, who has to go first in front */
	size_t n_strangers;
	struct lobby_farewell *farewells;
	size_t n_farewells;
	uint64_t *touched; /* ids of sessions with something to do at the end of the turn */
	size_t n_touched, cap_touched;
	bool up, full;	   /* the link; its ring */
	bool told_away;	   /* everybody was told that the world is away */
	uint64_t down_us;  /* since when */
	uint64_t delay_us; /* when to look at `delayed` */
	uint64_t oseq;	   /* last durable record seen */
	bool durable;	   /* the record being handled is one */
	struct {
		uint64_t instance, oseq; /* as lobby_life() was told */
	} life, former;			 /* of the world, and the one before */
	uint64_t text_id;
	struct mssp mssp;    /* what the world told about itself */
	struct sites *sites; /* who may not connect: filled by what the world says; may be NULL */
	struct arena arena;  /* of the record being handled */
	struct lobby_stats stats;
};

struct lobby_guest {
	const char *peer; /* address of the player */
	const char *via;  /* telnet, telnets, ws, wss, console: a literal; NULL: not said */
	bool trusted;	  /* the operator's console */
	bool exempt;	  /* the world, too, is not to count what its address does */
	void *owner;
};

void lobby_init(struct lobby *l, const struct lobby_conf *conf, const struct lobby_io *io,
		const struct clock *clock, const struct entropy *entropy);
/* Frees the sessions; their clients are not told. */
void lobby_done(struct lobby *l);

/* A client has connected. */
struct session *lobby_open(struct lobby *l, const struct lobby_guest *guest);
/* A typed line: clean UTF-8 (gateway/line.h). */
void lobby_line(struct session *s, struct span text);
/* The same with the client's own number of it; a number that was taken already: a repetition, dropped.
 * `secret`: it was typed as an answer that is not shown, and is never taken for anything else. */
void lobby_line_tagged(struct session *s, struct span text, uint64_t tag, bool secret);
/* The client knows how to take a session up again: it gets a token. */
void lobby_resumable(struct session *s);
/* The client wants to go on where another connection was lost; io.resumed is the answer, at once when
 * the claim is not well formed or comes too late. Too many wrong ones end (and free) the session. */
struct resume_claim;
void lobby_resume(struct session *s, const struct resume_claim *c);
/* A GMCP message for the world; dropped when the world is away or the rate is passed. */
void lobby_data(struct session *s, struct span package, struct span json);
/* What io.caps would say has changed; the world is told once a turn. */
void lobby_caps(struct session *s);
/* No more will be typed: the session ends when its lines are done. May end (and free) it at once. */
void lobby_eof(struct session *s);
/* The client is gone; frees the session. `reason` is a literal. */
void lobby_hangup(struct session *s, const char *reason);
/* Says something to a session, a sentence of markup. */
void lobby_say(struct session *s, const char *markup);
/* Ends a session from our side: says why (may be NULL), closes, frees it. `reason` is a literal. */
void lobby_end(struct session *s, const char *reason, const char *markup);

void lobby_up(struct lobby *l, enum link_up how);
void lobby_down(struct lobby *l);
void lobby_room(struct lobby *l);
/* A GatewayIn from the world. */
void lobby_record(struct lobby *l, struct span record);

void lobby_flush(struct lobby *l);
/* When lobby_tick() is to be called next, monotonic; UINT64_MAX: no need. */
uint64_t lobby_due(const struct lobby *l);
void lobby_tick(struct lobby *l);

/* For gateway/lobby_resume.c. Sends what the session's state allows, or has it wait. */
void lobby_pump(struct session *s);
/* Looks at the session at the end of the turn. */
void lobby_touch(struct session *s);
/* Its token and its wish; false: no room. */
bool lobby_tell_resume(struct session *s) MUST_USE;

/* For gateway/inbox.c, which handles the records. */
struct session *lobby_get(struct lobby *l, uint64_t id);  /* NULL: gone, counted */
void lobby_text(struct session *s, struct lobby_text *t); /* an id is made for id 0 */
void lobby_finish(struct session *s, uint64_t seq);
/* The same line, when the session ends with it: it is measured, and no other is sent. */
void lobby_last_done(struct session *s, uint64_t seq);
/* Which life of the world is on the link. */
void lobby_life(struct lobby *l, const Mudlark__Life *m);
void lobby_resumed(struct session *s, const Mudlark__Resumed *m);
/* The world's answer to an open or attach, or a change. */
void lobby_state(struct session *s, const Mudlark__SessionState *m);
