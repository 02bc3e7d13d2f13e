/*
 * login_inner.h - the inside of the login dialogue, for its two files: login.c (account and password) and
 * login_character.c (which character).
 */
#pragma once

#include "rt/person.h"
#include "world/calls.h"
#include "world/core/player.h"
#include "world/login.h"
#include "world/mind/slot.h"
#include "world/sites.h"

struct choice {
	uint64_t id;
	char name[PERSON_NAME_MAX + 1];
};

struct login {
	char name[PERSON_NAME_MAX + 1]; /* of the account */
	uint64_t account, character;
	struct slot call; /* to persist; calls.c ends it at its deadline */
	enum role role;
	unsigned tries;
	bool menu;    /* wanted even with one character */
	bool by_data; /* name and password came together, by GMCP */
	char character_name[PERSON_NAME_MAX + 1];
	struct choice choices[CHARACTERS_MAX];
	size_t n_choices;
};

#define LOGIN_NPC_NAME "Somebody who lives here is called that. Please choose another name."

/* login.c */

/* Whoever types it would not know which of the two is meant. */
bool login_is_npc_word(const struct world *w, struct span name);
/* First letter large, the others small. */
void login_take_name(char out[PERSON_NAME_MAX + 1], struct span name);
/* The dialogue's own words: the session's reply, one sentence a line. */
void login_tell(struct world *w, const char *text);
/* Begins again. */
void login_ask_name(struct world *w, struct session *s);
/* Asks persist; `done` takes the session up by login_resume(). */
void login_call(struct world *w, struct session *s, Mudlark__PersistCall *c,
		void (*done)(struct world *w, uint64_t arg, const Mudlark__PersistReply *reply));
/* A reply came for a session that may be gone: NULL then. */
struct session *login_resume(struct world *w, uint64_t id);
bool login_is_ok(const Mudlark__PersistReply *r);
bool login_is_absent(const Mudlark__PersistReply *r);
/* Says what went wrong and begins again. */
void login_give_up(struct world *w, struct session *s, const Mudlark__PersistReply *r);
/* True: banned; the sentence is shown and the session closed. */
bool login_is_kept_out(struct world *w, struct session *s, enum site_kind kind, const char *name);

/* login_character.c */

/* The account is known: its characters. */
void login_take_choices(struct login *l, const Mudlark__AccountRow *a);
/* Asks for one of them if there are several, and enters the world. */
void login_choose_character(struct world *w, struct session *s);
/* Of the name l->character_name. */
void login_create_character(struct world *w, struct session *s);
