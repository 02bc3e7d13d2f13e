/*
 * people.h - a Mudlark whose people can be talked to: a pack of four rooms, a miller who may do everything that there is
 * to do, a widow who may only speak, and a fake provider of models beside it.
 *
 * Texts that nobody may ever hear (persona, style, knowledge, the key) hold PEOPLE_SECRET; lines of their own
 * are found in people.c and asked for by these names.
 */
#pragma once

#include "tests/scenario/cast.h"
#include "tests/support/fake_ai.h"

#define PEOPLE_SECRET "kestrel"
#define PEOPLE_GREETING "Mind the wheel, " /* then the player's name */
#define PEOPLE_AGAIN "Back at the mill, "
#define PEOPLE_SHRUG "The stones are loud today." /* the miller's only one */
#define PEOPLE_WHEEL "The wheel turns with the tide."
#define PEOPLE_SLUICE "The sluice opens at the third bell."
#define PEOPLE_GESTURE "Hob Miller looks at the wheel."
#define PEOPLE_ADA_SHRUG "I only knit."

/* Both have one thing to say of each: "There is oak enough for a wheel." Nobody says the same twice. */
enum { PEOPLE_TREES = 10 };
extern const char *const people_trees[];

enum { PEOPLE_SETS = 40 };

struct people {
	struct mud mud;
	struct fake_ai fake;
	char *dir;
	char store[300]; /* for store.h, when it does not run */
};

struct people_conf {
	const char *provider;	 /* NULL: scripted; else asked at the fake, with its key */
	const char *const *sets; /* further ones, NULL-terminated; NULL: none */
	bool web;
};

void people_start(struct people *p, const struct people_conf *c);
/* Stops both. The provider was never asked anything that it refuses. */
void people_stop(struct people *p);
/* Waits until the miller says the text, as his command `say` shows it. */
void people_hear(struct talk *t, const char *text);
/* Every file of its folder but the fake's key: none has the text (the key, most of all). */
void people_nowhere(struct people *p, const char *text);
