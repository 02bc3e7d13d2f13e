/*
 * speech.h - who may not speak, whom one does not want to hear, and what may not be said.
 *
 * Staff mute a player or somebody outside (by name as shown, or by identity), for a time or for good, and
 * list words that are never said; a player ignores whom he likes, players ("ana") and people outside
 * ("ana@irc", "*@irc").  Mutes and words are kept in documents (collection "speech"), who is ignored with the player.
 *
 * Who is outside is known by more than one name: "ana@irc" also as "*@irc"; "Ana (irc)", who is the player Ana
 * by another way, also as "ana" and as "*@irc".
 *
 * A mute holds for players whose role is below that of whoever made it.  Times are wall time, as mutes outlive
 * this world.
 */
#pragma once

#include "rt/base.h"
#include "world/core/entity.h"
#include "world/core/player.h"
#include "world/core/world.h"
#include "world/social/words.h"

enum {
	SPEECH_MUTES_MAX = 4096,
	SPEECH_WORDS_MAX = 1024,
	SPEECH_IGNORES_MAX = 64,
	SPEECH_NAME_BYTES = 160,
	SPEECH_WHY_BYTES = 200
};

struct speech_mute {
	struct speech_mute *prev, *next; /* in order of being made */
	char *key;			 /* the name, folded */
	char *name;			 /* as it was written */
	int64_t since_ms, until_ms;	 /* until_ms 0: until it is lifted */
	enum role rank;
	char *by, *why; /* "": no reason given */
};

/* What a name that is typed means. */
enum speech_name {
	SPEECH_PLAYER,	 /* "Ana" */
	SPEECH_OUTSIDE,	 /* "joe@irc", "*@irc" */
	SPEECH_LINKED,	 /* "Ana (irc)": `bare` is "Ana" */
	SPEECH_IDENTITY, /* "irc/libera/account:joe" */
	SPEECH_MALFORMED /* "joe@", "a@b@c" */
};
enum speech_name speech_name_of(struct span name, struct span *ret_bare);

struct speech;
struct speech *speech_new(void);
void speech_free(struct world *w);

/* NULL: may be said on a channel (and, for a player, counts against the pace); else a plain sentence, of this
 * turn, for who said it. `speaker` may be ENT_NONE; name and identity are of somebody outside, empty: none. */
const char *speech_refusal(struct world *w, struct ent speaker, struct span name,
			   struct span identity, struct span text);
/* The same without the pace. */
const char *speech_unfit(struct world *w, struct ent speaker, struct span name,
			 struct span identity, struct span text);
/* Does this player not want to hear that one? `name` as channel_line.name. */
bool speech_ignores(const struct world *w, struct ent listener, struct ent speaker,
		    struct span name);

/* `row`: name, times, rank, by, why; copied. One that there is already is replaced. 0; 1: there are too many; 2: that name is too long. */
int speech_mute(struct world *w, const struct speech_mute *row) MUST_USE;
/* "You are muted on channels and boards until 14:20: REASON", plain, in scratch. */
const char *speech_told(struct world *w, const struct speech_mute *row);
/* Exactly this one; NULL: it is not there, or has run out. */
const struct speech_mute *speech_muted(const struct world *w, struct span name);
/* `m` is gone afterwards. */
void speech_unmute(struct world *w, const struct speech_mute *m);
/* All that have not run out: NULL to begin. */
const struct speech_mute *speech_mutes_next(const struct world *w,
					    const struct speech_mute *previous);
struct words *speech_words(const struct world *w);

/* Documents of the collection "speech". */
void speech_load(struct world *w, const Mudlark__DocumentRow *row);
