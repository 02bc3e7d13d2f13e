/*
 * channel.h - channels: what is said to everybody who listens, wherever they are, also outside.
 *
 * Which there are is said by `world.channels`.  A channel's name is a command ("chat hello"); `channels` and
 * `channel NAME on|off|who|last` do the rest.  Who has turned a channel off, or ignores who speaks, does not
 * hear it.  What is said is a fact (channel:said, or staff:said where the channel is for staff alone, which never
 * leaves the game), with the words as they were typed.
 *
 * Body of channel:said: {"actor":ID (of a player of the game), "channel":"chat", "name":"Ana", "text":"...", "emote":true
 * (absent: said), "via":"irc" and "origin":"irc/libera/#mud" (of who is outside), "notice":true (absent: said by somebody),
 * "linked":"0001..." (the character)}.
 *
 * Clients get it by GMCP, too: Comm.Channel.Start, .End and .Text, as what is said in a room.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"
#include "world.pb-c.h"
#include "world/core/entity.h"

struct world;

enum { CHANNELS_MAX = 32, CHANNEL_NAME_MAX = 16, CHANNEL_LAST = 20 };

/* One of world.channels: "NAME [least role: player, helper, builder, admin] [off] WORDS about it". */
struct channel {
	char name[CHANNEL_NAME_MAX + 1]; /* lower case letters */
	char *about;
	int role; /* enum role: who may hear and speak; above player it is not outward */
	bool off; /* for who has not said otherwise */
};

/* What is said. */
struct channel_line {
	const struct channel *channel;
	struct ent speaker; /* a player; ENT_NONE: somebody outside */
	struct span name;   /* of who is outside, as it is shown: "ana@irc", "Ana (irc)" */
	struct span via;    /* "irc" */
	struct span origin; /* "irc/libera/#mud" */
	uint64_t linked;    /* the character who that is, 0: nobody's */
	struct span text;   /* plain, clean, not empty */
	bool emote, notice;
};

struct channels;
struct channels *channels_new(void);
void channels_free(struct world *w);
/* From Begin.conf. False: malformed, and `why` says how (options_fault() asks the same). */
bool channels_add(struct channels *t, struct span spec, const char **ret_why);
/* For who has no world. */
void channels_drop(struct channels *t);

size_t channels_count(const struct world *w);
const struct channel *channel_at(const struct world *w, size_t i);
const struct channel *channel_find(const struct world *w, struct span name); /* whole; NULL: none */
/* Players alone may hear and speak. */
bool channel_may(const struct world *w, struct ent who, const struct channel *c);
bool channel_hears(const struct world *w, struct ent who, const struct channel *c);
/* Turns it on or off for a player who may hear it. */
void channel_turn(struct world *w, struct ent who, const struct channel *c, bool on);

/* Says it to all who hear it, and outside. What must be refused was refused before (speech.h). */
void channel_say(struct world *w, const struct channel_line *line);

/* How many lines, ever. */
uint64_t channel_said(const struct channel *c);
/* Appends the newest of the last lines that `who` does not ignore, at most n, oldest first, with their times;
 * how many there are. */
size_t channel_last(const struct world *w, struct ent who, const struct channel *c, size_t n,
		    struct buf *out);
/* Documents of the collection "channel". */
void channels_load(struct world *w, const Mudlark__DocumentRow *row);
