/*
 * ask_rig.h - somebody of the world who is talked to: Nan Marrable on the foreshore, with three things
 * to tell, small talk, and a subject of which she does not speak.
 */
#pragma once

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../rt/unit.h"
#include "aibridge.pb-c.h"
#include "rt/arena.h"
#include "rt/buf.h"

enum { RIG_LIST = 8 };

struct rig_topic {
	Mudlark__AiTopic t;
	char *words[RIG_LIST];
	ProtobufCBinaryData lines[RIG_LIST];
};

struct ask_rig {
	struct arena a;
	Mudlark__AiAsk ask;
	Mudlark__AiPerson who;
	Mudlark__AiView view;
	struct rig_topic topics[RIG_LIST];
	Mudlark__AiTopic *topic_list[RIG_LIST];
	Mudlark__AiSeen seen[RIG_LIST];
	Mudlark__AiSeen *seen_list[RIG_LIST];
	Mudlark__AiVerb verbs[RIG_LIST];
	Mudlark__AiVerb *verb_list[RIG_LIST];
	char *targets[RIG_LIST][RIG_LIST];
	char *avoids[RIG_LIST];
	ProtobufCBinaryData knows[RIG_LIST], recent[RIG_LIST], memories[RIG_LIST],
		errands[RIG_LIST], refused[RIG_LIST], greets[RIG_LIST], shrugs[RIG_LIST];
};

static inline struct span rig_span(const char *s)
{
	return (struct span){ s, strlen(s) };
}

/* Bytes of the rig's own. */
static inline ProtobufCBinaryData rig_bytes(struct ask_rig *r, struct span s)
{
	char *copy = arena_dup(&r->a, s.p, s.n);

	ck_assert_ptr_nonnull(copy);
	return (ProtobufCBinaryData){ s.n, (uint8_t *)copy };
}

static inline char *rig_text(struct ask_rig *r, const char *s)
{
	return (char *)rig_bytes(r, (struct span){ s, strlen(s) + 1 }).data;
}

static inline void rig_add(struct ask_rig *r, ProtobufCBinaryData *list, size_t *n, const char *s)
{
	ck_assert_uint_lt(*n, RIG_LIST);
	list[(*n)++] = rig_bytes(r, rig_span(s));
}

/* `words` and `lines` end with NULL. */
static inline Mudlark__AiTopic *rig_topic(struct ask_rig *r, const char *key,
					  const char *const *words, const char *const *lines)
{
	struct rig_topic *t = &r->topics[r->view.n_topics];

	ck_assert_uint_lt(r->view.n_topics, RIG_LIST);
	mudlark__ai_topic__init(&t->t);
	t->t.key = rig_text(r, key);
	t->t.words = t->words;
	for (; *words; words++)
		t->words[t->t.n_words++] = rig_text(r, *words);
	t->t.lines = t->lines;
	for (; lines && *lines; lines++)
		rig_add(r, t->lines, &t->t.n_lines, *lines);
	r->topic_list[r->view.n_topics++] = &t->t;
	return &t->t;
}

/* `targets` end with NULL, or are NULL. */
static inline void rig_verb(struct ask_rig *r, const char *verb, const char *const *targets)
{
	const size_t i = r->view.n_may;
	Mudlark__AiVerb *v = &r->verbs[i];

	ck_assert_uint_lt(i, RIG_LIST);
	mudlark__ai_verb__init(v);
	v->verb = rig_text(r, verb);
	v->targets = r->targets[i];
	for (; targets && *targets; targets++)
		v->targets[v->n_targets++] = rig_text(r, *targets);
	r->verb_list[r->view.n_may++] = v;
}

static inline void rig_see(struct ask_rig *r, const char *name, const char *about)
{
	Mudlark__AiSeen *s = &r->seen[r->view.n_here];

	mudlark__ai_seen__init(s);
	s->name = rig_text(r, name);
	s->about = rig_text(r, about);
	r->seen_list[r->view.n_here++] = s;
}

#define RIG_WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static inline void rig_person(struct ask_rig *r)
{
	Mudlark__AiView *v = &r->view;

	v->npc = rig_text(r, "foreshore/marrable");
	v->name = rig_text(r, "Nan Marrable");
	v->pronoun = rig_text(r, "she");
	v->persona = rig_bytes(
		r,
		SPAN("A widow of seventy who has searched the mud below the thirty steps at every "
		     "low tide since she was a girl of eight, and is proud of it."));
	v->style = rig_bytes(r, SPAN("Dry, brief, a little rude; speaks of the river as of a "
				     "neighbour who owes her money."));
	v->place = rig_bytes(r, SPAN("Low-Water Foreshore\nShingle and mud below the river wall."));
	v->time = rig_text(r, "late afternoon");
	v->weather = rig_text(r, "a thin rain");
	v->mood = rig_text(r, "content");
	v->relation = rig_bytes(r, SPAN("You have met Ana twice."));
	v->met = 2;
	rig_add(r, r->knows, &v->n_knows, "The barge Seventh Daughter lies where it sank.");
	rig_add(r, r->recent, &v->n_recent, "Ana says, \"hello\"");
	rig_add(r, r->memories, &v->n_memories, "Ana brought a pin.");
	rig_add(r, r->greets, &v->n_greets, "If it shines, it is mine, {name}.");
	rig_add(r, r->greets, &v->n_greets, "Mind your feet, {name}. This is {place}.");
	rig_add(r, r->shrugs, &v->n_shrugs, "I would not know.");
	rig_add(r, r->shrugs, &v->n_shrugs, "Ask the heron.");
	rig_add(r, r->shrugs, &v->n_shrugs, "Hm.");
	r->avoids[v->n_avoids++] = rig_text(r, "husband");
	rig_see(r, "Ana", "a player");
	rig_see(r, "Jem Pottle", "a waterman");
	rig_verb(r, "say", NULL);
	rig_verb(r, "emote", NULL);
	rig_verb(r, "give", RIG_WORDS("a bent pin", "a clay pipe"));
	rig_verb(r, "remember", NULL);
}

static inline void rig_topics(struct ask_rig *r)
{
	rig_topic(r, "tide", RIG_WORDS("tide", "low tide", "water"),
		  RIG_WORDS("The tide turns twice a day. It has never once been late.",
			    "It is {time}, so it is going out, and so should you be."));
	rig_topic(r, "lamps", RIG_WORDS("lamp", "light"),
		  RIG_WORDS("Somebody lights the lamps on the quay. Nobody has seen who."));
	rig_topic(r, "pottle", RIG_WORDS("jem", "pottle", "ferryman"),
		  RIG_WORDS("Ask old Jem about that, if he is awake."));
	rig_topic(r, "health", RIG_WORDS("how are you", "health"), RIG_WORDS("Wet.", "Wetter."))
		->small = true;
}

/* What a player does; `text` as it was typed. */
static inline void rig_says(struct ask_rig *r, Mudlark__AiAsk__Kind kind, struct span text)
{
	r->ask.kind = kind;
	r->ask.text = rig_bytes(r, text);
}

static inline void rig_open(struct ask_rig *r)
{
	Mudlark__AiView *v = &r->view;

	memset(r, 0, sizeof(*r));
	arena_init(&r->a, 8 << 20);
	mudlark__ai_ask__init(&r->ask);
	mudlark__ai_person__init(&r->who);
	mudlark__ai_view__init(v);
	r->ask.who = &r->who;
	r->ask.view = v;
	r->who.id = 1234;
	r->who.name = rig_text(r, "Ana");
	v->topics = r->topic_list;
	v->here = r->seen_list;
	v->may = r->verb_list;
	v->avoids = r->avoids;
	v->knows = r->knows;
	v->recent = r->recent;
	v->memories = r->memories;
	v->errands = r->errands;
	v->refused = r->refused;
	v->greets = r->greets;
	v->shrugs = r->shrugs;
	rig_person(r);
	rig_topics(r);
	rig_says(r, MUDLARK__AI_ASK__KIND__SAY, SPAN("hello there"));
}

static inline void rig_close(struct ask_rig *r)
{
	arena_done(&r->a);
}

static inline bool rig_has(struct span whole, struct span part)
{
	return memmem(whole.p, whole.n, part.p, part.n) != NULL;
}
