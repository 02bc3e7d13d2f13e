/*
 * resume.h - a session whose client can take it up again when the connection is lost: its token, what
 * its client has been given and has typed, by numbers that outlive connections.
 *
 * Token     256 random bits, for one resume.  The world gets its SHA-256, the client the token itself when
 *           it is in play; then it is wiped here.  The client may bring the one that follows (`next`),
 *           so that an answer that is lost does no harm.
 * Place     the oseq of the last durable record for the session: what the client is told as `at` behind
 *           the text of a turn.  What it has behind its last `at` comes again after a resume.  It begins
 *           where this gateway is when there comes to be a token; 0: before anything.
 * Lines     the client's own numbers.  One at or below the last taken is a repetition and dropped; a
 *           line that is refused because too many wait counts as taken.  When a connection is
 *           lost, lines that the world has not been sent are dropped: the client sends them again.
 *
 * All of it is the session's (gateway/session.h), so that whoever takes over a session takes it along.
 */
#pragma once

#include "gateway.pb-c.h"
#include "gateway/session.h"
#include "rt/rand.h"
#include "world.pb-c.h"

enum {
	RESUME_TOKEN = 32,
	RESUME_HEX = 2 * RESUME_TOKEN,
	RESUME_REFUSALS = 3, /* then the connection is closed */
};

struct resume_wish;

struct resume {
	uint8_t token[RESUME_TOKEN]; /* zeros when the client has been told */
	uint8_t hash[RESUME_TOKEN];
	uint32_t grace_s;
	uint64_t at, at_told;	  /* place: reached, and known to the client */
	uint64_t done, done_told; /* the same for its lines */
	uint64_t taken;		  /* number of the last line that was taken */
	struct resume_wish *wish; /* to resume another one; NULL: none */
	uint8_t refused;
	bool world_due;	 /* the world is to be told the token */
	bool client_due; /* the client is, when it is in play */
};

/* What a client says to resume. False: it is not well formed. Borrowed. */
struct resume_claim {
	struct span token; /* hex */
	uint64_t at;	   /* 0: it does not know */
	struct span next;  /* hex; empty: to be made here */
};

/* Makes a token, the first for this session. */
struct resume *resume_new(const struct entropy *e, uint32_t grace_s);
void resume_free(struct resume *r);

/* Remembers what is to be asked of the world; 1: not well formed, `next` is the token itself, or another
 * one is under way. */
int resume_claim(struct resume *r, const struct resume_claim *c, const struct entropy *e) MUST_USE;
/* What the world is to be told; borrows. */
void resume_fill_token(const struct resume *r, Mudlark__SessionToken *ret);
void resume_fill_wish(const struct resume *r, Mudlark__SessionResume *ret,
		      Mudlark__SessionToken *next);
/* A wish waits to be sent to the world, or again after another one came. */
bool resume_is_unsent(const struct resume *r);
void resume_sent(struct resume *r, bool sent);
/* The world's answer. */
void resume_answered(struct resume *r, const Mudlark__Resumed *m);

/* News for the client, once each: at the end of a turn of a session in play. */
bool resume_news_token(struct resume *r, char hex[RESUME_HEX + 1]);
bool resume_news_place(struct resume *r, uint64_t *at, uint64_t *line);
