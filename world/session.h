/*
 * session.h - connections of players as the world sees them: which gateway holds the socket, which
 * character plays, which line is being run.
 *
 * The lines of a session come one at a time, numbered.  A line is `done` when its output says so; a
 * command that needs an answer first (from the player: session_ask(), from persist: world_call()
 * with session_wait()) finishes later.  `applied` is the last line with effects and is stored in
 * the same commit as these, which is what makes a typed line count exactly once.
 */
#pragma once

#include "world/core/world.h"
#include "world/sources.h"

enum session_state {
	SESSION_LOGIN,	 /* dialogue of login.c */
	SESSION_PLAYING, /* `actor` is in the world */
	SESSION_DETACHED, /* stored by the world before this one; its gateway has not come back yet */
	SESSION_PARKED, /* its connection is lost and can be taken up again (resume.h) until `until` */
};

enum { SESSION_KEEPS = 2 };

struct login;

/* Who wants to resume a session, and has to wait for the line that is being run. */
struct heir {
	uint64_t session; /* 0: nobody */
	uint64_t at;
	uint8_t next[32]; /* hash of the token by which it can be resumed then */
	uint32_t grace_s;
};
struct data;

struct session {
	uint64_t id;
	uint32_t gateway; /* index in the outbox */
	enum session_state state;
	struct ent actor;
	uint64_t account;
	uint64_t applied; /* last line with effects (stored) */
	uint64_t seen;	  /* last line taken in; at or below: a repetition */
	uint64_t running; /* the line being run or waited for, 0: none */
	uint64_t tag;	  /* the client's own number of the last line that is done (stored) */
	uint64_t running_tag;
	uint64_t turn;	  /* last turn in which a line was run */
	struct ent group; /* the room it listens to */
	uint64_t marked;  /* batch that its row goes into, at `mark` among the others */
	uint32_t mark;
	bool waiting; /* the line is not done when its function returns */
	bool hidden;  /* echo is off */
	bool trusted;
	bool gmcp;
	bool playing_told;  /* the gateway knows that it plays */
	const char *prompt; /* last one sent */
	const char *ask;    /* prompt of `answer` */
	bool ask_hidden;
	char *peer;	   /* address of the player */
	char *supports;	   /* GMCP packages, space separated */
	struct data *data; /* what its client was told (data.c); NULL: no GMCP */
	/* Who gets the next line, NULL: the commands. */
	void (*answer)(struct world *w, struct session *s, struct span text);
	char *keeps[SESSION_KEEPS];
	uint8_t token[32]; /* hash; valid when grace_s > 0 */
	uint32_t grace_s;
	uint64_t until; /* parked: the tick of its end */
	struct heir heir;
	struct login *login;
	struct origin origin;	     /* of the connection */
	struct session *prev, *next; /* all, in order of arrival */
};

/* NULL: unknown; or nobody is connected to the character. */
struct session *session_get(const struct world *w, uint64_t id);
struct session *session_of(const struct world *w, struct ent player);
struct session *session_next(const struct world *w, const struct session *previous);

/* The next line goes to `answer` instead of the commands; `prompt` (static text) is shown, with
 * `hidden` the client does not echo and the text given to `answer` is a token (world/secrets.h) that
 * can be compared and put into a call's password, nothing else. An empty line is an empty span. */
void session_ask(struct world *w, struct session *s, const char *prompt, bool hidden,
		 void (*answer)(struct world *w, struct session *s, struct span text));
/* Small texts kept between the questions of one dialogue; gone when a line is run by a command. */
void session_keep(struct session *s, unsigned slot, struct span text);
struct span session_kept(const struct session *s, unsigned slot);
/* The line being run is not done until session_go_on(): call both around world_call(). */
void session_wait(struct session *s);
void session_go_on(struct world *w, struct session *s);

/* The character says good-bye: `text` is the last thing shown, others are told, all is saved. */
void session_quit(struct world *w, struct session *s, const char *text);
/* Shows text and closes, for good; the character (if any) stays as link-dead. */
void session_close(struct world *w, struct session *s, const char *text);

/* For place.c: the character is in another room now. */
void session_placed(struct world *w, struct ent player);
