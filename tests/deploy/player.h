/*
 * player.h - one player: comes in with an account, plays at random, and comes back when his connection breaks - by
 * telnet with name and password, by WebSocket with the token of his session, and then not a line may be missing.
 */
#pragma once

#include "rt/rand.h"
#include "tests/deploy/oracle.h"
#include "tests/deploy/wire.h"

enum player_state {
	PLAYER_AWAY,	 /* to be connected at `next_us` */
	PLAYER_LOGIN,	 /* asked for name and password */
	PLAYER_RESUMING, /* has shown his token */
	PLAYER_IN,
	PLAYER_LEAVING, /* has typed quit */
	PLAYER_GONE
};

enum { PLAYER_TOKEN = 65 };

struct player {
	enum player_state state;
	struct wire wire;
	enum wire_way way;
	struct wire_to to;
	char name[16], password[32];
	struct oracle oracle;
	struct rng rng;
	uint64_t next_us; /* dials or types again */
	bool is_checking; /* types nothing but the one question what he carries */
	int seen_room;	  /* in what was shown since the login */
	bool has_been_in;
	/* By WebSocket. */
	struct buf held; /* lines that the server has not said to stand for good */
	char token[PLAYER_TOKEN], after[PLAYER_TOKEN], at[24];
	unsigned asked; /* with this pair of tokens */
	uint32_t n_cut, n_returned, n_resumed, n_refused, n_gaps;
};

/* Number `who` of `n`: the way and the address go by it. */
struct cast {
	struct wire_to to; /* but for `from` */
	const char *const *from;
	size_t n_from, n;
	const char *prefix; /* of names: letters */
	uint64_t seed;
};

void player_init(struct player *p, const struct cast *c, uint32_t who);
void player_done(struct player *p);
/* What has come. */
void player_read(struct player *p, uint64_t now);
/* Dials when it is time to; true: he tried, and it took its time. */
bool player_dial(struct player *p, uint64_t now);
/* Types when it is time to. */
void player_play(struct player *p, uint64_t now);
/* Types `score`, unless he waits for something. */
void player_check(struct player *p, uint64_t now);
void player_leave(struct player *p);
/* The server may know him as he was some time ago. */
void player_forget(struct player *p);
/* Who is gone comes back when it is time to. */
void player_enter(struct player *p);
bool player_is_settled(const struct player *p);
