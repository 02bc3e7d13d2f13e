/*
 * crowd.h - N players in one thread: they connect by one of the ways there are (way.h), log in as guests,
 * and tell a mode of play (mode.h) when the answer to a line is complete.
 *
 * An answer is complete when the text the mode waits for was seen (or it waits for none) and after
 * it a prompt: "> " followed by IAC GA or IAC EOR, or at the end of a WebSocket message.  Players refuse
 * no telnet option and accept none.  By WAY_MCCP2 they accept compression at the name prompt and
 * read no more: good for being there, not for playing.
 */
#pragma once

#include <sys/types.h>
#include "rt/base.h"
#include "tests/bench/way.h"
#include "tests/support/frame.h"

enum { MARK_MAX = 16 };

enum player_state {
	PLAYER_CLOSED,
	PLAYER_CONNECTING,
	PLAYER_SHAKING,	  /* TLS */
	PLAYER_UPGRADING, /* HTTP */
	PLAYER_NAMING,
	PLAYER_ENTERING,
	PLAYER_IN
};

struct crowd;

struct player {
	struct crowd *crowd;
	uint32_t number;
	int fd;
	struct ssl_st *ssl; /* NULL: plain */
	struct frame frame;
	enum player_state state;
	uint8_t telnet, before, last; /* parser state; the last two bytes of text */
	uint8_t n_mark, at;	      /* the text waited for, and how much of it was seen */
	char mark[MARK_MAX];	      /* its first byte must not occur in it again */
	bool is_waiting;
	uint32_t marks;	    /* how often it was seen since player_expect() */
	uint64_t sent_us;   /* for the mode */
	uint32_t step, aux; /* for the mode */
};

struct crowd_events {
	void (*answered)(void *ctx, struct player *p); /* waited for text and prompt: both there */
	void (*marked)(void *ctx, struct player *p);   /* the text alone; may be NULL */
	void *ctx;
};

struct crowd {
	struct player *players;
	size_t n, n_open, n_in;
	size_t n_dropped; /* closed by the server */
	uint64_t bytes_in;
	int ep;
	uint16_t port;
	enum way way;
	struct crowd_events events;
};

/* Nothing is opened yet. */
struct crowd *crowd_new(uint16_t port, enum way way, size_t n);
void crowd_free(struct crowd *c);
/* Opens all connections. `up_to`: PLAYER_NAMING stops at the name prompt, PLAYER_IN plays.
 * Returns how many got there within the time. */
size_t crowd_enter(struct crowd *c, enum player_state up_to, uint64_t within_us);
/* What comes in until then goes to the events; one call waits at most once. */
void crowd_turn(struct crowd *c, uint64_t until_us);
/* Sleeps so long, then takes all that has come: a server that sends to many is not charged with waking
 * this process for each of them, as it would not be by players far away. */
void crowd_nap(struct crowd *c, uint64_t for_us);

/* Plays on until nothing has come in for a while, or the time is over. */
void crowd_settle(struct crowd *c, uint64_t quiet_us, uint64_t within_us);

/* Sends a line; the end of line is added. */
void player_send(struct player *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* From now on the player waits for mark (or only a prompt, when it is "") and then a prompt. */
void player_expect(struct player *p, const char *mark);
