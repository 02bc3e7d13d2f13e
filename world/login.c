/*
 * login.c - see login.h: name, password, a new account; login_character.c goes on from there.
 *
 * Each question sets the function that takes the answer; each call to persist sets the function that
 * takes the reply.  Passwords are tokens here (secrets.h): they can be compared and passed on, no more.
 */
#include "world/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "world/calls.h"
#include "world/core/name.h"
#include "world/core/say.h"
#include "world/core/timer.h"
#include "world/data.h"
#include "world/login_inner.h"
#include "world/pack/pack.h"
#include "world/turn.h"

#define ASK_NAME "Name: "
#define ASK_PASSWORD "Password: "
#define ASK_CHOOSE "Choose a password: "
#define ASK_REPEAT "Repeat the password: "
#define ASK_YES_NO "Is that to be your name? (y/n) "
#define STORE_AWAY "The chronicle cannot be reached just now. Please try again in a moment."

bool login_is_npc_word(const struct world *w, struct span name)
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

void login_take_name(char out[PERSON_NAME_MAX + 1], struct span name)
{
	for (size_t i = 0; i < name.n; i++)
		out[i] = i ? (char)(name.p[i] | 0x20) : (char)(name.p[i] & ~0x20);
	out[name.n] = '\0';
}

void login_tell(struct world *w, const char *text)
{
	struct buf *reply = turn_reply(w);

	if (reply->n)
		buf_addc(reply, '\n');
	buf_adds(reply, text);
}

static void on_name(struct world *w, struct session *s, struct span text);
static void on_choose(struct world *w, struct session *s, struct span text);

void login_free(struct world *w, struct session *s)
{
	uint64_t call;

	if (!s->login)
		return;
	call = slot_cancel(&s->login->call);
	if (call)
		calls_forget(w, call);
	slot_done(&s->login->call);
	free(s->login);
	s->login = NULL;
}

struct session *login_resume(struct world *w, uint64_t id)
{
	struct session *s = session_get(w, id);

	if (!s || !s->login || !slot_good(&s->login->call, s->login->call.generation))
		return NULL;
	session_go_on(w, s);
	return s;
}

void login_call(struct world *w, struct session *s, Mudlark__PersistCall *c,
		void (*done)(struct world *w, uint64_t arg, const Mudlark__PersistReply *reply))
{
	uint64_t id = world_call(w, c, s->id, done);

	session_wait(s);
	if (!id || !slot_begin(&s->login->call, id, w->tick + timer_seconds(w, CALL_SECONDS))) {
		session_go_on(w, s);
		login_tell(w, "Too many people are coming in at once. Please try again.");
		login_ask_name(w, s);
	}
}

static bool is_away(const Mudlark__PersistReply *r)
{
	return !r || r->status == MUDLARK__STATUS__STATUS_STORE ||
	       r->status == MUDLARK__STATUS__STATUS_BUSY;
}

void login_give_up(struct world *w, struct session *s, const Mudlark__PersistReply *r)
{
	if (is_away(r))
		login_tell(w, r && r->status == MUDLARK__STATUS__STATUS_BUSY
				      ? "Many people are coming in just now. Please try again in a "
					"moment."
				      : STORE_AWAY);
	else
		login_tell(w, r->why && *r->why ? r->why : STORE_AWAY);
	login_ask_name(w, s);
}

bool login_is_ok(const Mudlark__PersistReply *r)
{
	return r && r->status == MUDLARK__STATUS__STATUS_OK;
}

bool login_is_absent(const Mudlark__PersistReply *r)
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

/* ---- who is banned ---- */

bool login_is_kept_out(struct world *w, struct session *s, enum site_kind kind, const char *name)
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
	struct session *s = login_resume(w, id);
	const char *refusal;

	if (!s)
		return;
	if (login_is_ok(r) && r->n_accounts) {
		if (s->login->by_data)
			tell_result(w, s, NULL);
		login_take_choices(s->login, r->accounts[0]);
		if (!login_is_kept_out(w, s, SITE_ACCOUNT, s->login->name))
			login_choose_character(w, s);
		return;
	}
	if (s->login->by_data)
		tell_result(w, s, is_away(r) || !*r->why ? STORE_AWAY : r->why);
	if (is_away(r)) {
		login_give_up(w, s, r);
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
		login_tell(w, "Wrong password.");
		session_ask(w, s, ASK_PASSWORD, true, on_password);
	} else {
		login_give_up(w, s, r);
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
	login_call(w, s, &c, on_verified);
}

static void on_password(struct world *w, struct session *s, struct span text)
{
	s->login->by_data = false;
	if (text.n)
		verify(w, s, text);
	else
		login_ask_name(w, s);
}

/* ---- both at once, by GMCP ---- */

/* What is typed until the answer comes. */
static void on_hurry(struct world *w, struct session *s, struct span text)
{
	(void)text;
	login_tell(w, "One moment, please.");
	session_ask(w, s, NULL, false, on_hurry);
}

void login_credentials(struct world *w, struct session *s, struct span account, struct span token)
{
	const char *fault = person_name_fault(account);

	if (s->login->call.state == SLOT_PENDING || s->waiting)
		fault = "One moment, please.";
	if (fault) {
		tell_result(w, s, fault);
		return;
	}
	session_forget_ask(s);
	login_take_name(s->login->name, account);
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
	struct session *s = login_resume(w, id);

	if (!s)
		return;
	if (login_is_ok(r)) {
		s->login->account = r->id;
		s->login->role = ROLE_PLAYER;
		memcpy(s->login->character_name, s->login->name, sizeof(s->login->name));
		login_create_character(w, s);
	} else if (is_about_password(r)) {
		login_tell(w, r->why);
		session_ask(w, s, ASK_CHOOSE, true, on_choose);
	} else {
		login_give_up(w, s, r);
	}
}

static void on_repeat(struct world *w, struct session *s, struct span text)
{
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountCreate m = MUDLARK__ACCOUNT_CREATE__INIT;
	struct span first = session_kept(s, 0);

	if (first.n != text.n || memcmp(first.p, text.p, text.n) != 0) {
		login_tell(w, "The two are not the same.");
		session_ask(w, s, ASK_CHOOSE, true, on_choose);
		return;
	}
	m.name = s->login->name;
	m.password = (ProtobufCBinaryData){ .len = text.n, .data = (uint8_t *)(uintptr_t)text.p };
	m.source = s->peer;
	m.world = w->number;
	c.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_CREATE;
	c.account_create = &m;
	login_call(w, s, &c, on_created);
}

static void on_choose(struct world *w, struct session *s, struct span text)
{
	if (!text.n) {
		login_ask_name(w, s);
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
		login_ask_name(w, s);
	} else {
		login_tell(w, "Please answer y or n.");
		session_ask(w, s, ASK_YES_NO, false, on_yes_no);
	}
}

/* ---- the name ---- */

static void on_found(struct world *w, uint64_t id, const Mudlark__PersistReply *r)
{
	struct session *s = login_resume(w, id);

	if (!s)
		return;
	if (login_is_absent(r) || (login_is_ok(r) && !r->n_accounts)) {
		struct span name = { s->login->name, strlen(s->login->name) };
		char line[96];

		if (login_is_npc_word(w, name)) {
			login_tell(w, LOGIN_NPC_NAME);
			login_ask_name(w, s);
			return;
		}

		snprintf(line, sizeof(line), "Nobody here is called %s.", s->login->name);
		login_tell(w, line);
		session_ask(w, s, ASK_YES_NO, false, on_yes_no);
	} else if (login_is_ok(r)) {
		session_ask(w, s, ASK_PASSWORD, true, on_password);
	} else {
		login_give_up(w, s, r);
	}
}

static void find_account(struct world *w, struct session *s)
{
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountList m = MUDLARK__ACCOUNT_LIST__INIT;

	m.name = s->login->name;
	c.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_LIST;
	c.account_list = &m;
	login_call(w, s, &c, on_found);
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
		login_ask_name(w, s);
		return;
	}
	if (text_eq_fold(word, SPAN("guest"))) {
		if (w->conf.guests) {
			enter_passing(w, s, "Guest", false);
			return;
		}
		login_tell(w, "There are no guests here; please choose a name.");
		login_ask_name(w, s);
		return;
	}
	fault = text_trim(rest).n ? "A name is one word." : person_name_fault(word);
	if (fault) {
		login_tell(w, fault);
		login_ask_name(w, s);
		return;
	}
	login_take_name(s->login->name, word);
	find_account(w, s);
}

void login_ask_name(struct world *w, struct session *s)
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
		login_tell(w, notice);
	if (s->trusted) {
		enter_passing(w, s, "Operator", true);
		return;
	}
	for (size_t i = 0; i < w->n_packs; i++)
		if (w->packs[i]->banner && *w->packs[i]->banner)
			banner = w->packs[i]->banner;
	if (*banner && !notice)
		login_tell(w, banner);
	login_ask_name(w, s);
	data_login(w, s);
}
