/*
 * login_character.c - the part of the dialogue that is about characters: which one, a new one, and how
 * it is fetched from the store.
 */
#include "world/login_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "world/begin.h"
#include "world/commit.h"
#include "world/core/event.h"
#include "world/core/name.h"
#include "world/core/player.h"

#define ASK_CHARACTER "Character: "
#define ASK_NEW_NAME "Name of the new character: "

/* ---- a character is created or fetched ---- */

static void on_new_name(struct world *w, struct session *s, struct span text);

static struct ent new_character(struct world *w, const struct session *s, uint64_t id,
				const char *name)
{
	struct ent e = ent_new_id(w, KIND_PLAYER, id);
	struct player *p = player_write(w, e);

	name_set(w, e, name);
	p->account = s->account;
	event_emit(w, FACT_PLAYER_CREATED, e, "\"name\":\"%s\"", name);
	return e;
}

static void set_owner(struct world *w, struct ent e, struct session *s)
{
	struct player *p = player_write(w, e);

	p->account = s->login->account;
	free(p->account_name);
	p->account_name = base_dup(s->login->name, strlen(s->login->name));
	p->role = s->login->role;
	s->account = s->login->account;
}

/* Whoever was banned since the password was right does not come in. False: the session is closed. */
static bool may_enter(struct world *w, struct session *s)
{
	return !login_is_kept_out(w, s, SITE_ACCOUNT, s->login->name) &&
	       !login_is_kept_out(w, s, SITE_CHARACTER, s->login->character_name);
}

/* A character is made anew only when the store says that there is none: anything else that is not the
 * stored one would replace it. */
static void on_tree(struct world *w, uint64_t id, const Mudlark__PersistReply *r)
{
	struct session *s = login_resume(w, id);
	struct ent e;

	if (!s)
		return;
	if (!login_is_ok(r) && !login_is_absent(r)) {
		login_give_up(w, s, r);
		return;
	}
	if (!may_enter(w, s))
		return;
	e = ent_by_id(w, s->login->character);
	if (!ent_is(e))
		e = begin_tree(w, r->entities, r->n_entities, s->login->character);
	if (!ent_is(e) && r->n_entities) {
		login_tell(w, "Your character cannot be read. Please tell the keepers.");
		login_ask_name(w, s);
		return;
	}
	s->account = s->login->account;
	if (!ent_is(e))
		e = new_character(w, s, s->login->character, s->login->character_name);
	set_owner(w, e, s);
	enter_world(w, s, e);
}

static void enter_character(struct world *w, struct session *s, const struct choice *choice)
{
	struct ent e = ent_by_id(w, choice->id);
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__LoadTree tree = MUDLARK__LOAD_TREE__INIT;

	snprintf(s->login->character_name, sizeof(s->login->character_name), "%s", choice->name);
	if (!may_enter(w, s))
		return;
	s->account = s->login->account;
	if (ent_is(e)) {
		set_owner(w, e, s);
		enter_world(w, s, e);
		return;
	}
	s->login->character = choice->id;
	tree.id = choice->id;
	tree.after_batch = commits_next_durable(w); /* he may have left in this very turn */
	c.body_case = MUDLARK__PERSIST_CALL__BODY_LOAD_TREE;
	c.load_tree = &tree;
	login_call(w, s, &c, on_tree);
}

static void on_character(struct world *w, uint64_t id, const Mudlark__PersistReply *r)
{
	struct session *s = login_resume(w, id);

	if (!s)
		return;
	if (r && r->status == MUDLARK__STATUS__STATUS_EXISTS) {
		login_tell(w, "Somebody has that name already.");
		session_ask(w, s, ASK_NEW_NAME, false, on_new_name);
		return;
	}
	if (!login_is_ok(r)) {
		login_give_up(w, s, r);
		return;
	}
	if (!may_enter(w, s))
		return;
	s->account = s->login->account;
	set_owner(w, new_character(w, s, s->login->character, s->login->character_name), s);
	enter_world(w, s, ent_by_id(w, s->login->character));
}

void login_create_character(struct world *w, struct session *s)
{
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__CharacterCreate m = MUDLARK__CHARACTER_CREATE__INIT;

	s->login->character = world_character_id(w);
	if (!s->login->character) {
		login_give_up(w, s, NULL);
		return;
	}
	m.account = s->login->account;
	m.name = s->login->character_name;
	m.id = s->login->character;
	c.body_case = MUDLARK__PERSIST_CALL__BODY_CHARACTER_CREATE;
	c.character_create = &m;
	login_call(w, s, &c, on_character);
}

static void on_new_name(struct world *w, struct session *s, struct span text)
{
	const char *fault;

	text = text_trim(text);
	fault = person_name_fault(text);
	if (!fault && login_is_npc_word(w, text))
		fault = LOGIN_NPC_NAME;
	if (fault) {
		login_tell(w, fault);
		session_ask(w, s, ASK_NEW_NAME, false, on_new_name);
		return;
	}
	login_take_name(s->login->character_name, text);
	login_create_character(w, s);
}

/* ---- which character ---- */

static void on_menu(struct world *w, struct session *s, struct span text);

static void show_menu(struct world *w, struct session *s)
{
	char line[96];
	size_t i;

	login_tell(w, "{title}Your characters{/}");
	for (i = 0; i < s->login->n_choices; i++) {
		snprintf(line, sizeof(line), " %zu  %s", i + 1, s->login->choices[i].name);
		login_tell(w, line);
	}
	if (i < CHARACTERS_MAX) {
		snprintf(line, sizeof(line), " %zu  a new character", i + 1);
		login_tell(w, line);
	}
	session_ask(w, s, ASK_CHARACTER, false, on_menu);
}

static void on_menu(struct world *w, struct session *s, struct span text)
{
	struct login *l = s->login;
	size_t number = 0, i;

	text = text_trim(text);
	for (i = 0; i < text.n && text.p[i] >= '0' && text.p[i] <= '9' && number < 1000; i++)
		number = number * 10 + (size_t)(text.p[i] - '0');
	if (i < text.n)
		number = 0;
	for (i = 0; !number && i < l->n_choices; i++) {
		const struct choice *c = &l->choices[i];

		if (text_eq_fold(text, (struct span){ c->name, strlen(c->name) }))
			number = i + 1;
	}
	if (number >= 1 && number <= l->n_choices) {
		enter_character(w, s, &l->choices[number - 1]);
	} else if (number == l->n_choices + 1 && number <= CHARACTERS_MAX) {
		session_ask(w, s, ASK_NEW_NAME, false, on_new_name);
	} else {
		login_tell(w, "Please type one of the numbers.");
		show_menu(w, s);
	}
}

void login_take_choices(struct login *l, const Mudlark__AccountRow *a)
{
	l->account = a->id;
	l->role = role_of(a->role);
	l->n_choices = 0;
	for (size_t i = 0; i < a->n_characters && l->n_choices < CHARACTERS_MAX; i++) {
		struct choice *c = &l->choices[l->n_choices++];

		c->id = a->characters[i]->id;
		snprintf(c->name, sizeof(c->name), "%s", a->characters[i]->name);
	}
}

void login_choose_character(struct world *w, struct session *s)
{
	struct login *l = s->login;

	if (!l->n_choices) {
		memcpy(l->character_name, l->name, sizeof(l->name));
		login_create_character(w, s);
	} else if (l->n_choices == 1 && !l->menu) {
		enter_character(w, s, &l->choices[0]);
	} else {
		show_menu(w, s);
	}
}
