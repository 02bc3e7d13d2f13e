/*
 * pack.h - a content pack as plain data: what world/packs/<name>/ says, checked and resolved.
 *
 * A loaded pack is immutable and complete: every exit leads to a room, every thing that is placed
 * has a prototype, every text is clean UTF-8 whose markup tags are known.  A pack with any mistake
 * gives the list of its mistakes and nothing else.  Texts are NUL-terminated markup ready to be
 * shown (`{{` is a literal brace); names and words carry no markup and no brace.  All memory
 * belongs to the pack.
 *
 * Files: pack.yaml (name, version, depends, licence, credits, start, banner) and any other *.yaml
 * in the folder or one folder below it, in order of path, each with some of the sections `area`,
 * `rooms`, `items`, `npcs`, `help`, `smalltalk`, `errands`.  world/packs/README.md is the builder's
 * description of all keys.
 *
 * Keys are lower case ([a-z][a-z0-9_]*) and unique by kind in the pack.  Keys of spawns are
 * `room/thing` or `room/chest/thing`; they last as long as the builder keeps them, so that the
 * world can remember which were placed.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"
#include "world/pack/dir.h"

#define PACK_MAX_MISTAKES 100

/* What is kept of one player and one npc has bounds (world/mind/bond.h): so have minds. */
enum { PACK_TOPICS_MAX = 64, PACK_GIFTS_MAX = 8, PACK_REGARD_MAX = 100 };

struct pack_room;
struct pack_spawn;
struct pack_errand;

struct pack_exit {
	const struct pack_room *to;
	enum dir dir;
	bool oneway;	   /* there is no way straight back */
	const char *sound; /* of going through; NULL: none */
};

/* Something that can be looked at without being a thing: the rail, the sky. */
struct pack_detail {
	const char *const *words; /* lower case */
	size_t n_words;
	const char *look;
};

struct pack_area {
	const char *key, *name;
};

struct pack_room {
	const char *key;
	const char *name; /* title line */
	const char *look; /* paragraph(s) */
	const struct pack_area *area;
	const struct pack_exit *exits; /* in order of enum dir, one for each */
	size_t n_exits;
	const struct pack_detail *details;
	size_t n_details;
	const struct pack_spawn *spawns; /* what stands here, and after each what is in it */
	size_t n_spawns;
	bool indoors;
	bool secret;		 /* clients are not told its number */
	const char *environment; /* "riverbank"; NULL: as `indoors` says */
	const char *sound;	 /* that is to be heard in it all the time; NULL: none */
	bool has_coords;
	int32_t coords[3]; /* x to the east, y to the north, z up */
};

/* How a thing or a person is called in sentences. */
struct pack_name {
	const char *article; /* "a", "an", "the", "some", or "" for a proper name */
	const char *noun;    /* "copper coin", "Old Marrable" */
	const char *plural;  /* "copper coins" */
	const char *const
		*words; /* lower case: what a player may type for it; the first is the best */
	size_t n_words;
};

enum pack_item_flag {
	ITEM_FIXED = 1 << 0, /* cannot be picked up */
	ITEM_WEARABLE = 1 << 1,
	ITEM_LIGHT = 1 << 2,
	ITEM_SCENERY = 1 << 3, /* fixed, and not listed: its room's description mentions it */
	ITEM_COIN = 1 << 4,
	ITEM_CONTAINER = 1 << 5, /* things can be put into it: it has `holds` */
};

struct pack_item {
	const char *key;
	struct pack_name name;
	const char *here; /* its line in a room where the pack puts it */
	const char *look;
	const char *read; /* NULL: nothing to read */
	unsigned flags;	  /* enum pack_item_flag */
	uint32_t weight;  /* grams */
	uint32_t holds;	  /* containers: how many things */
};

enum pack_pronoun { PRONOUN_THEY, PRONOUN_SHE, PRONOUN_HE, PRONOUN_IT };

/* When something is open to a player; all that is set must hold. */
struct pack_when {
	const struct pack_errand *errand; /* NULL: none of `is` */
	enum pack_errand_is {
		ERRAND_IS_NEW,
		ERRAND_IS_OPEN,
		ERRAND_IS_DONE
	} is;			     /* not taken, taken, done */
	const char *step;	     /* and this step is the one to be done; NULL: any */
	const struct pack_item *has; /* carries one; NULL: whatever */
	const char *told_npc,
		*told;	/* was told this topic by this npc (same pack); NULL: whatever */
	uint32_t met;	/* at least so many conversations */
	int32_t regard; /* at least; when has_regard */
	bool has_regard;
};

/* Something that somebody can tell. Its texts are plain; only small talk has neither fact nor what
 * follows it. */
struct pack_topic {
	const char *key;
	const char *const *words; /* lower case; words or phrases a player may say for it */
	size_t n_words;
	const char *fact;	  /* plain text for a model; NULL: its lines are */
	const char *const *lines; /* for the scripted provider, in turn; with {name} (the player),
				     {place}, {time}, {weather}; at least one */
	size_t n_lines;
	const struct pack_when *when; /* NULL: always */
	bool hint;  /* it may be named to who does not know what to ask; small talk never is */
	bool marks; /* that it was told is kept in mind: said, or a condition or a step needs it */
	int32_t regard;			  /* by which the teller's regard changes, the first time */
	const struct pack_errand *offers; /* NULL: none */
	const struct pack_item
		*gives; /* one of the mind's gifts, handed over with it; NULL: none */
};

/* What somebody may propose to do. Same order as pack_verb_names. */
enum pack_verb {
	VERB_SAY = 1 << 0,
	VERB_EMOTE = 1 << 1,
	VERB_GIVE = 1 << 2,
	VERB_GO = 1 << 3,
	VERB_FOLLOW = 1 << 4,
	VERB_OPEN = 1 << 5,
	VERB_ATTACK = 1 << 6,
	VERB_OFFER = 1 << 7,
	VERB_MOOD = 1 << 8,
	VERB_REMEMBER = 1 << 9
};
extern const char *const pack_verb_names[]; /* NULL behind the last */

/* Something it gives to a player, once for each. */
struct pack_gift {
	const struct pack_item *item;
	const struct pack_when *when;
};

/* How somebody talks. Texts are plain, without any brace but those of the fields that are named
 * here; `thinks` alone is markup. */
struct pack_mind {
	const char *persona, *style; /* style NULL: not said */
	const char *const *knows;
	size_t n_knows;
	const char *const *avoids; /* words of what it will not talk about */
	size_t n_avoids;
	const char *const *greets; /* at the first meeting; with {name}, the player; at least one */
	size_t n_greets;
	const char *const *again; /* later, with {name}; none: greets */
	size_t n_again;
	const char *const *shrugs; /* when it has no answer; at least one */
	size_t n_shrugs;
	const char *const *thinks; /* gestures while it thinks: whole sentences like barks */
	size_t n_thinks;
	const struct pack_topic *topics;
	size_t n_topics;
	unsigned may; /* enum pack_verb */
	const struct pack_gift *gifts;
	size_t n_gifts;
};

struct pack_npc {
	const char *key;
	struct pack_name name;
	const char *here;
	const char *look;
	enum pack_pronoun pronoun;
	bool wanders;		  /* inside the area it starts in */
	const char *greeting;	  /* words it says to who is there; NULL: nothing */
	const char *const *barks; /* whole sentences, one now and then */
	size_t n_barks;
	const char *sound;	      /* that goes with them; NULL: none */
	const struct pack_mind *mind; /* NULL: cannot be talked to */
};

/* One step of an errand; exactly one of the three. */
struct pack_step {
	const char *key;
	const char *journal;		  /* what the player reads while it is to be done */
	const struct pack_npc *learn_npc; /* told topic `learn` by this one */
	const char *learn;
	const struct pack_item *bring; /* given to `to` */
	const struct pack_npc *to;
	const struct pack_room *reach; /* entered */
	const char *done;	       /* told to the player when it is done; NULL: nothing */
};

/* Its texts are markup but for the name. The giver has a mind and a topic that offers it. */
struct pack_errand {
	const char *key, *name;
	const struct pack_npc *giver;
	const char *offer;	      /* one or two sentences, markup: what it is about */
	const struct pack_when *when; /* NULL: always */
	const struct pack_step *steps;
	size_t n_steps;
	const struct pack_item *const *reward; /* one of each, made for the player */
	size_t n_reward;
	int32_t regard;	    /* of the giver, when it is done */
	const char *thanks; /* told to the player at the end; NULL: nothing */
};

/* Exactly one of item and npc is set; exactly one of room and inside. */
struct pack_spawn {
	const char *key;
	const struct pack_item *item;
	const struct pack_npc *npc;
	const struct pack_room *room;
	const struct pack_spawn
		*inside; /* an earlier spawn with count 1: container, or npc that carries it */
	uint32_t count;
};

struct pack_help {
	const char *key; /* what is typed after `help` */
	const char *title;
	const char *const *words; /* other names of the topic */
	size_t n_words;
	const char *text;
};

struct pack {
	const char *name, *version, *licence;
	const char *const *depends;
	size_t n_depends;
	const char *const *credits;
	size_t n_credits;
	const char *banner;		      /* shown before login; "" if none */
	const char *genre, *status, *created; /* for lists of games (MSSP); NULL: not said */
	const struct pack_room *start;
	const struct pack_area *areas;
	size_t n_areas;
	const struct pack_room *rooms;
	size_t n_rooms;
	const struct pack_item *items;
	size_t n_items;
	const struct pack_npc *npcs;
	size_t n_npcs;
	const struct pack_spawn *spawns; /* a container before what is in it */
	size_t n_spawns;
	const struct pack_help *help;
	size_t n_help;
	const struct pack_topic *smalltalk; /* that everybody with a mind can answer */
	size_t n_smalltalk;
	const struct pack_errand *errands;
	size_t n_errands;
	const char *const *sounds; /* each once, in order of rooms, then npcs */
	size_t n_sounds;
	char hash[65]; /* hex, over paths and bytes of all files read: for replay */
};

/*
 * Reads the pack in folder `dir`.  0; 1: mistakes, each a line `file:line:column: sentence` in
 * *errors, at most PACK_MAX_MISTAKES and a last line that says how many more there are.
 */
int pack_load(struct pack **ret, const char *dir, struct buf *errors) MUST_USE;
void pack_free(struct pack *p);
void pack_freep(struct pack **p);

/* NULL: no such key. */
const struct pack_room *pack_room(const struct pack *p, struct span key);
const struct pack_item *pack_item(const struct pack *p, struct span key);
const struct pack_npc *pack_npc(const struct pack *p, struct span key);
const struct pack_errand *pack_errand(const struct pack *p, struct span key);

/* `mudlark pack check DIR`: prints the mistakes, or `ok: 14 rooms, ...`, to stdout.  The exit
 * status: 0, or 65 (EX_DATAERR). */
int pack_check(const char *dir) MUST_USE;
