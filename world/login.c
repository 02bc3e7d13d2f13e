/*
 * login.c - see login.h.
 *
 * Each question sets the function that takes the answer; each call to persist sets the function that
 * takes the reply.  Passwords are tokens here (secrets.h): they can be compared and passed on, no more.
 */
#include "world/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/person.h"
#include "rt/text.h"
#include "world/begin.h"
#include "world/calls.h"
#include "world/commit.h"
#include "world/core/event.h"
#include "world/core/name.h"
#include "world/core/player.h"
#include "world/core/say.h"
#include "world/sites.h"
#include "world/data.h"
#include "world/turn.h"
#include "world/pack/pack.h"

#define ASK_NAME "Name: "
#define ASK_PASSWORD "Password: "
#define ASK_CHOOSE "Choose a password: "
#define ASK_REPEAT "Repeat the password: "
#define ASK_YES_NO "Is that to be your name? (y/n) "
#define ASK_CHARACTER "Character: "
#define ASK_NEW_NAME "Name of the new character: "
#define NPC_NAME "Somebody who lives here is called that. Please choose another name."
#define STORE_AWAY "The chronicle cannot be reached just now. Please try again in a moment."

struct choice {
	uint64_t id;
	char name[PERSON_NAME_MAX + 1];
};

struct login {
	char name[PERSON_NAME_MAX + 1]; /* of the account */
	uint64_t account, call, character;
	enum role role;
	unsigned tries;
	bool menu;    /* wanted even with one character */
	bool by_data; /* name and password came together, by GMCP */
	char character_name[PERSON_NAME_MAX + 1];
	struct choice choices[CHARACTERS_MAX];
	size_t n_choices;
};

/* Whoever types it would not know which of the two is meant. */
static bool is_npc_word(const struct world *w, struct span name)
{
	for (size_t p = 0; p < w->n_packs; p++) {
		for (size_t i = 0; i < w->packs[p]->n_npcs; i++) {
			const struct pack_name *n = &w->packs[p]->npcs[i].name;

			for (size_t k = 0; k < n->n_words; k++)
				if (text_eq_fold(name,
						 (struct span){ n->words[k], strlen(n->words[k]) }))
					return true;
		}
	}
	return false;
}

/* First letter large, the others small. */
static void take_name(char out[PERSON_NAME_MAX + 1], struct span name)
{
	for (size_t i = 0; i < name.n; i++)
		out[i] = i ? (char)(name.p[i] | 0x20) : (char)(name.p[i] & ~0x20);
	out[name.n] = '\0';
}

/* The dialogue's own words: the session's reply, one sentence a line. */
static void tell(struct world *w, const char *text)
{
	struct buf *reply = turn_reply(w);

	if (reply->n)
		buf_addc(reply, '\n');
	buf_adds(reply, text);
}

static void ask_name(struct world *w, struct session *s);
static void on_name(struct world *w, struct session *s, struct span text);
static void on_new_name(struct world *w, struct session *s, struct span text);
static void on_choose(struct world *w, struct session *s, struct span text);
static void enter_character(struct world *w, struct session *s, uint64_t id, const char *name);

void login_free(struct world *w, struct session *s)
{
	if (s->login && s->login->call)
		calls_forget(w, s->login->call);
	free(s->login);
	s->login = NULL;
}

/* A reply came for a session that may be gone: NULL then. */
static struct session *resume(struct world *w, uint64_t id)
{
	struct session *s = session_get(w, id);

	if (!s || !s->login)
		return NULL;
	s->login->call = 0;
	session_go_on(w, s);
	return s;
}

static void call(struct world *w, struct session *s, Mudlark__PersistCall *c,
		 void (*done)(struct world *w, uint64_t arg, const Mudlark__PersistReply *reply))
{
	session_wait(s);
	s->login->call = world_call(w, c, s->id, done);
	if (!s->login->call) {
		session_go_on(w, s);
		tell(w, "Too many people are coming in at once. Please try again.");
		ask_name(w, s);
	}
}

static bool is_away(const Mudlark__PersistReply *r)
{
	return !r || r->status == MUDLARK__STATUS__STATUS_STORE ||
	       r->status == MUDLARK__STATUS__STATUS_BUSY;
}

/* Says what went wrong and begins again. */
static void give_up(struct world *w, struct session *s, const Mudlark__PersistReply *r)
{
	if (is_away(r))
		tell(w,
		     r && r->status == MUDLARK__STATUS__STATUS_BUSY
			     ? "Many people are coming in just now. Please try again in a moment."
			     : STORE_AWAY);
	else
		tell(w, r->why && *r->why ? r->why : STORE_AWAY);
	ask_name(w, s);
}

static bool is_ok(const Mudlark__PersistReply *r)
{
	return r && r->status == MUDLARK__STATUS__STATUS_OK;
}

static bool is_absent(const Mudlark__PersistReply *r)
{
	return r && r->status == MUDLARK__STATUS__STATUS_ABSENT;
}

/* ---- guests and the operator: characters without an account ---- */

static void enter_passing(struct world *w, struct session *s, const char *base, bool hidden)
{
	char name[32];
	struct player *p;
	struct ent e;

	do {
		snprintf(name, sizeof(name), "%s%u", base, ++w->n_passing);
	} while (ent_is(player_by_name(w, (struct span){ name, strlen(name) })));
	e = ent_new(w, KIND_PLAYER);
	name_set(w, e, name);
	p = player_write(w, e);
	p->guest = true;
	p->hidden = hidden;
	p->role = hidden ? ROLE_IMPLEMENTOR : ROLE_PLAYER;
	enter_world(w, s, e);
}

/* ---- a character is created or fetched ---- */

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

/* A character is made anew only when the store says that there is none: anything else that is not the
 * stored one would replace it. */
static void on_tree(struct world *w, uint64_t id, const Mudlark__PersistReply *r)
{
	struct session *s = resume(w, id);
	struct ent e;

	if (!s)
		return;
	if (!is_ok(r) && !is_absent(r)) {
		give_up(w, s, r);
		return;
	}
	e = ent_by_id(w, s->login->character);
	if (!ent_is(e))
		e = begin_tree(w, r->entities, r->n_entities, s->login->character);
	if (!ent_is(e) && r->n_entities) {
		tell(w, "Your character cannot be read. Please tell the keepers.");
		ask_name(w, s);
		return;
	}
	s->account = s->login->account;
	if (!ent_is(e))
		e = new_character(w, s, s->login->character, s->login->character_name);
	set_owner(w, e, s);
	enter_world(w, s, e);
}

static void enter_character(struct world *w, struct session *s, uint64_t id, const char *name)
{
	struct ent e = ent_by_id(w, id);
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__LoadTree tree = MUDLARK__LOAD_TREE__INIT;

	s->account = s->login->account;
	if (ent_is(e)) {
		set_owner(w, e, s);
		enter_world(w, s, e);
		return;
	}
	s->login->character = id;
	if (name != s->login->character_name)
		snprintf(s->login->character_name, sizeof(s->login->character_name), "%s", name);
	tree.id = id;
	tree.after_batch = commits_next_durable(w); /* he may have left in this very turn */
	c.body_case = MUDLARK__PERSIST_CALL__BODY_LOAD_TREE;
	c.load_tree = &tree;
	call(w, s, &c, on_tree);
}

static void on_character(struct world *w, uint64_t id, const Mudlark__PersistReply *r)
{
	struct session *s = resume(w, id);

	if (!s)
		return;
	if (r && r->status == MUDLARK__STATUS__STATUS_EXISTS) {
		tell(w, "Somebody has that name already.");
		session_ask(w, s, ASK_NEW_NAME, false, on_new_name);
		return;
	}
	if (!is_ok(r)) {
		give_up(w, s, r);
		return;
	}
	s->account = s->login->account;
	set_owner(w, new_character(w, s, s->login->character, s->login->character_name), s);
	enter_world(w, s, ent_by_id(w, s->login->character));
}

static void create_character(struct world *w, struct session *s)
{
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__CharacterCreate m = MUDLARK__CHARACTER_CREATE__INIT;

	s->login->character = world_character_id(w);
	if (!s->login->character) {
		give_up(w, s, NULL);
		return;
	}
	m.account = s->login->account;
	m.name = s->login->character_name;
	m.id = s->login->character;
	c.body_case = MUDLARK__PERSIST_CALL__BODY_CHARACTER_CREATE;
	c.character_create = &m;
	call(w, s, &c, on_character);
}

static void on_new_name(struct world *w, struct session *s, struct span text)
{
	const char *fault;

	text = text_trim(text);
	fault = person_name_fault(text);
	if (!fault && is_npc_word(w, text))
		fault = NPC_NAME;
	if (fault) {
		tell(w, fault);
		session_ask(w, s, ASK_NEW_NAME, false, on_new_name);
		return;
	}
	take_name(s->login->character_name, text);
	create_character(w, s);
}

/* ---- who is banned ---- */

/* Shows the sentence and closes. */
static bool is_kept_out(struct world *w, struct session *s, enum site_kind kind, const char *name)
{
	const struct site *site = sites_holds_name(w, kind, name, s->login->role);
	struct buf text = { 0 };

	if (!site)
		return false;
	sites_sentence_markup(site, &text);
	buf_addc(&text, '\0');
	session_close(w, s, buf_p(&text));
	buf_done(&text);
	return true;
}

/* ---- which character ---- */

static void choose(struct world *w, struct session *s, const struct choice *c)
{
	if (!is_kept_out(w, s, SITE_CHARACTER, c->name))
		enter_character(w, s, c->id, c->name);
}

static void on_menu(struct world *w, struct session *s, struct span text);

static void show_menu(struct world *w, struct session *s)
{
	char line[96];
	size_t i;

	tell(w, "{title}Your characters{/}");
	for (i = 0; i < s->login->n_choices; i++) {
		snprintf(line, sizeof(line), " %zu  %s", i + 1, s->login->choices[i].name);
		tell(w, line);
	}
	if (i < CHARACTERS_MAX) {
		snprintf(line, sizeof(line), " %zu  a new character", i + 1);
		tell(w, line);
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
		choose(w, s, &l->choices[number - 1]);
	} else if (number == l->n_choices + 1 && number <= CHARACTERS_MAX) {
		session_ask(w, s, ASK_NEW_NAME, false, on_new_name);
	} else {
		tell(w, "Please type one of the numbers.");
		show_menu(w, s);
	}
}

static void take_choices(struct login *l, const Mudlark__AccountRow *a)
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

static void choose_character(struct world *w, struct session *s)
{
	struct login *l = s->login;

	if (!l->n_choices) {
		memcpy(l->character_name, l->name, sizeof(l->name));
		create_character(w, s);
	} else if (l->n_choices == 1 && !l->menu) {
		choose(w, s, &l->choices[0]);
	} else {
		show_menu(w, s);
	}
}

/* ---- password of a known name ---- */

static void on_password(struct world *w, struct session *s, struct span text);

/* For a client that sent both at once; NULL: it is in. */
static void tell_result(struct world *w, struct session *s, const char *why)
{
	struct buf json = { 0 };

	buf_adds(&json, why ? "{\"success\":false,\"message\":" : "{\"success\":true}");
	if (why) {
		json_quote(&json, (struct span){ why, strlen(why) });
		buf_addc(&json, '}');
	}
	data_send(w, s, DATA_LOGIN_RESULT, buf_span(&json));
	buf_done(&json);
}

static void on_verified(struct world *w, uint64_t id, const Mudlark__PersistReply *r)
{
	struct session *s = resume(w, id);
	const char *refusal;

	if (!s)
		return;
	if (is_ok(r) && r->n_accounts) {
		if (s->login->by_data)
			tell_result(w, s, NULL);
		take_choices(s->login, r->accounts[0]);
		if (!is_kept_out(w, s, SITE_ACCOUNT, s->login->name))
			choose_character(w, s);
		return;
	}
	if (s->login->by_data)
		tell_result(w, s, is_away(r) || !*r->why ? STORE_AWAY : r->why);
	if (is_away(r)) {
		give_up(w, s, r);
		return;
	}
	refusal = sources_failed(w, s);
	if (refusal) {
		session_close(w, s, refusal);
		return;
	}
	if (++s->login->tries >= LOGIN_TRIES) {
		session_close(w, s, "Wrong three times. Good-bye.");
		return;
	}
	if (r->status == MUDLARK__STATUS__STATUS_DENIED && !s->login->by_data) {
		tell(w, "Wrong password.");
		session_ask(w, s, ASK_PASSWORD, true, on_password);
	} else {
		give_up(w, s, r);
	}
}

static void verify(struct world *w, struct session *s, struct span token)
{
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountVerify m = MUDLARK__ACCOUNT_VERIFY__INIT;

	m.name = s->login->name;
	m.password = (ProtobufCBinaryData){ .len = token.n, .data = (uint8_t *)(uintptr_t)token.p };
	m.source = s->peer;
	c.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_VERIFY;
	c.account_verify = &m;
	call(w, s, &c, on_verified);
}

static void on_password(struct world *w, struct session *s, struct span text)
{
	s->login->by_data = false;
	if (text.n)
		verify(w, s, text);
	else
		ask_name(w, s);
}

/* ---- both at once, by GMCP ---- */

/* What is typed until the answer comes. */
static void on_hurry(struct world *w, struct session *s, struct span text)
{
	(void)text;
	tell(w, "One moment, please.");
	session_ask(w, s, NULL, false, on_hurry);
}

void login_credentials(struct world *w, struct session *s, struct span account, struct span token)
{
	const char *fault = person_name_fault(account);

	if (s->login->call || s->waiting)
		fault = "One moment, please.";
	if (fault) {
		tell_result(w, s, fault);
		return;
	}
	session_forget_ask(s);
	take_name(s->login->name, account);
	s->login->by_data = true;
	session_ask(w, s, NULL, false, on_hurry);
	verify(w, s, token);
}

/* ---- a new account ---- */

/* Otherwise it is about the name, and no password will help. */
static bool is_about_password(const Mudlark__PersistReply *r)
{
	return r && r->status == MUDLARK__STATUS__STATUS_BAD &&
	       !strncmp(r->why, "A password", strlen("A password"));
}

static void on_created(struct world *w, uint64_t id, const Mudlark__PersistReply *r)
{
	struct session *s = resume(w, id);

	if (!s)
		return;
	if (is_ok(r)) {
		s->login->account = r->id;
		s->login->role = ROLE_PLAYER;
		memcpy(s->login->character_name, s->login->name, sizeof(s->login->name));
		create_character(w, s);
	} else if (is_about_password(r)) {
		tell(w, r->why);
		session_ask(w, s, ASK_CHOOSE, true, on_choose);
	} else {
		give_up(w, s, r);
	}
}

static void on_repeat(struct world *w, struct session *s, struct span text)
{
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountCreate m = MUDLARK__ACCOUNT_CREATE__INIT;
	struct span first = session_kept(s, 0);

	if (first.n != text.n || memcmp(first.p, text.p, text.n) != 0) {
		tell(w, "The two are not the same.");
		session_ask(w, s, ASK_CHOOSE, true, on_choose);
		return;
	}
	m.name = s->login->name;
	m.password = (ProtobufCBinaryData){ .len = text.n, .data = (uint8_t *)(uintptr_t)text.p };
	m.source = s->peer;
	m.world = w->number;
	c.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_CREATE;
	c.account_create = &m;
	call(w, s, &c, on_created);
}

static void on_choose(struct world *w, struct session *s, struct span text)
{
	if (!text.n) {
		ask_name(w, s);
		return;
	}
	session_keep(s, 0, text);
	session_ask(w, s, ASK_REPEAT, true, on_repeat);
}

static void on_yes_no(struct world *w, struct session *s, struct span text)
{
	text = text_trim(text);
	if (text.n && text_prefix_fold(SPAN("yes"), text)) {
		session_ask(w, s, ASK_CHOOSE, true, on_choose);
	} else if (text.n && text_prefix_fold(SPAN("no"), text)) {
		ask_name(w, s);
	} else {
		tell(w, "Please answer y or n.");
		session_ask(w, s, ASK_YES_NO, false, on_yes_no);
	}
}

/* ---- the name ---- */

static void on_found(struct world *w, uint64_t id, const Mudlark__PersistReply *r)
{
	struct session *s = resume(w, id);

	if (!s)
		return;
	if (is_absent(r) || (is_ok(r) && !r->n_accounts)) {
		struct span name = { s->login->name, strlen(s->login->name) };
		char line[96];

		if (is_npc_word(w, name)) {
			tell(w, NPC_NAME);
			ask_name(w, s);
			return;
		}

		snprintf(line, sizeof(line), "Nobody here is called %s.", s->login->name);
		tell(w, line);
		session_ask(w, s, ASK_YES_NO, false, on_yes_no);
	} else if (is_ok(r)) {
		session_ask(w, s, ASK_PASSWORD, true, on_password);
	} else {
		give_up(w, s, r);
	}
}

static void find_account(struct world *w, struct session *s)
{
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountList m = MUDLARK__ACCOUNT_LIST__INIT;

	m.name = s->login->name;
	c.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_LIST;
	c.account_list = &m;
	call(w, s, &c, on_found);
}

static void on_name(struct world *w, struct session *s, struct span text)
{
	struct span word, rest = text_trim(text);
	const char *fault;

	word = text_word(&rest);
	s->login->menu = text_eq_fold(word, SPAN("menu"));
	if (s->login->menu)
		word = text_word(&rest);
	if (!word.n) {
		ask_name(w, s);
		return;
	}
	if (text_eq_fold(word, SPAN("guest"))) {
		if (w->conf.guests) {
			enter_passing(w, s, "Guest", false);
			return;
		}
		tell(w, "There are no guests here; please choose a name.");
		ask_name(w, s);
		return;
	}
	fault = text_trim(rest).n ? "A name is one word." : person_name_fault(word);
	if (fault) {
		tell(w, fault);
		ask_name(w, s);
		return;
	}
	take_name(s->login->name, word);
	find_account(w, s);
}

static void ask_name(struct world *w, struct session *s)
{
	session_ask(w, s, ASK_NAME, false, on_name);
}

void login_begin(struct world *w, struct session *s, const char *notice)
{
	const char *banner = "";

	login_free(w, s);
	session_forget_ask(s);
	s->login = base_alloc(1, sizeof(*s->login));
	s->prompt = NULL;
	if (notice)
		tell(w, notice);
	if (s->trusted) {
		enter_passing(w, s, "Operator", true);
		return;
	}
	for (size_t i = 0; i < w->n_packs; i++)
		if (w->packs[i]->banner && *w->packs[i]->banner)
			banner = w->packs[i]->banner;
	if (*banner && !notice)
		tell(w, banner);
	ask_name(w, s);
	data_login(w, s);
}
