/*
 * channel.h - one channel of a network as we see it: whether we are in, who else is, what is to be said there, what was.
 */
#pragma once

#include "bridges/backoff.h"
#include "bridges/flood.h"
#include "bridges/irc/isupport.h"
#include "bridges/irc/out.h"
#include "rt/map.h"

enum {
	CHANNEL_MEMBERS = 20000, /* more are not kept */
	CHANNEL_SPLIT = 2000,	 /* people of a netsplit that are waited for */
	CHANNEL_SAID = 100,	 /* last texts of ours */
	CHANNEL_WHY = 120,
};

enum channel_state {
	CHANNEL_OUT,	 /* wants to be in when `at_us` has come */
	CHANNEL_JOINING, /* asked; no answer until `at_us`: that was a no */
	CHANNEL_IN,
	CHANNEL_STATES
};

struct member {
	char *account; /* NULL: not known */
	unsigned rank; /* 1 the highest, 0 none */
	char nick[];
};

/* People who went when servers lost each other, and come back when they find each other again. */
struct channel_split {
	struct strmap gone;
	uint64_t until_us; /* when they are forgotten; 0: there is none */
	uint64_t tell_us;  /* 0: nothing to tell */
	size_t lost, back; /* not told yet */
};

struct channel {
	char *name, *key; /* as configured; key NULL: none */
	void *owner;
	bool joins;	   /* who comes and goes is told in the game */
	bool in;	   /* what is said is told in the game */
	bool with_channel; /* lines name the game's channel: there are several */
	enum channel_state state;
	uint64_t at_us;
	struct backoff backoff;
	char why[CHANNEL_WHY]; /* we are not in, or may not speak; "": all is well */
	struct strmap members;
	bool is_known; /* all of NAMES has come */
	struct channel_split split;
	struct out out;
	uint64_t hold_us; /* until then a count of what may be missing waits for more of its kind */
	struct flood hear, answer, note, come, busy;
	uint32_t left_out; /* heard, but not taken to the game; not said yet */
	uint64_t begun;	   /* the last line of the game of which something has left */
	size_t refused;	   /* said, but the server let nobody hear it; not said yet */
	uint64_t said[CHANNEL_SAID];
	size_t n_said;
	char repeater[CHANNEL_WHY]; /* says what we said again; not heard until ... */
	uint64_t repeater_us;
	uint64_t sent, heard; /* lines */
};

struct channel *channel_new(const char *name, uint64_t now_us, uint64_t seed);
void channel_free(struct channel *c);
const char *channel_state_name(enum channel_state s);

/* Members. Names are folded by the caller's map of letters. */
void channel_empty(struct channel *c);
struct member *channel_member(const struct channel *c, enum casemap m, struct span nick);
/* Also for one who is there; NULL: there are too many. */
struct member *channel_add(struct channel *c, enum casemap m, struct span nick);
bool channel_remove(struct channel *c, enum casemap m, struct span nick);
void channel_rename(struct channel *c, enum casemap m, struct span from, struct span to);
void channel_account(struct member *who, struct span account); /* "*" or "": none */
/* A word of NAMES: "@+ana". */
void channel_name(struct channel *c, const struct isupport *s, struct span word);
/* "+o-v ana bob" */
void channel_mode(struct channel *c, const struct isupport *s, const struct irc_line *l);

/* A split: who goes, and who comes. True: that is part of it, and is told with the rest. */
bool channel_lose(struct channel *c, enum casemap m, struct span nick, uint64_t now_us);
bool channel_regain(struct channel *c, enum casemap m, struct span nick, uint64_t now_us);
/* What there is to tell by now, appended; false: nothing. */
bool channel_split_text(struct channel *c, uint64_t now_us, struct buf *out);
uint64_t channel_split_due(const struct channel *c); /* 0: never */

/* Loops: what we said ourselves and somebody repeats. */
void channel_note_said(struct channel *c, struct span text);
bool channel_was_said(const struct channel *c, struct span text);
