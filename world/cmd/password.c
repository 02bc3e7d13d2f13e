/*
 * password.c - `password`: three questions with echo off, then persist is asked.
 *
 * What is typed arrives as tokens (world/inbox.h): they can be compared and passed on, never read.
 */
#include <string.h>
#include "world/cmd/table.h"
#include "world/core/say.h"
#include "world/session.h"

enum { KEEP_OLD, KEEP_NEW };

static void on_changed(struct world *w, uint64_t id, const Mudlark__PersistReply *r)
{
	struct session *s = session_get(w, id);

	if (!s)
		return;
	session_go_on(w, s);
	if (!r)
		say_reply(w, s->actor,
			  "The chronicle cannot be reached just now. Nothing has changed.");
	else if (r->status == MUDLARK__STATUS__STATUS_OK)
		say_reply(w, s->actor, "Your password is changed.");
	else if (r->status == MUDLARK__STATUS__STATUS_DENIED)
		say_reply(w, s->actor, "That was not your password. Nothing has changed.");
	else
		say_reply(w, s->actor, "%s Nothing has changed.",
			  r->why && *r->why ? r->why : "That was refused.");
}

static ProtobufCBinaryData token(struct span text)
{
	return (ProtobufCBinaryData){ .len = text.n, .data = (uint8_t *)(uintptr_t)text.p };
}

static void on_repeated(struct world *w, struct session *s, struct span text)
{
	Mudlark__PersistCall call = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountPassword change = MUDLARK__ACCOUNT_PASSWORD__INIT;
	struct span new_password = session_kept(s, KEEP_NEW);

	if (text.n != new_password.n || memcmp(text.p, new_password.p, text.n) != 0) {
		say_reply(w, s->actor, "The two are not the same. Nothing has changed.");
		return;
	}
	change.name = player_get(w, s->actor)->account_name;
	change.old_password = token(session_kept(s, KEEP_OLD));
	change.new_password = token(new_password);
	call.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_PASSWORD;
	call.account_password = &change;
	session_wait(s);
	if (!world_call(w, &call, s->id, on_changed))
		on_changed(w, s->id, NULL);
}

static void on_new(struct world *w, struct session *s, struct span text)
{
	if (!text.n) {
		say_reply(w, s->actor, "Nothing has changed.");
		return;
	}
	session_keep(s, KEEP_NEW, text);
	session_ask(w, s, "Repeat the password: ", true, on_repeated);
}

static void on_old(struct world *w, struct session *s, struct span text)
{
	if (!text.n) {
		say_reply(w, s->actor, "Nothing has changed.");
		return;
	}
	session_keep(s, KEEP_OLD, text);
	session_ask(w, s, "Choose a password: ", true, on_new);
}

static void run(const struct cmd_call *c)
{
	const struct player *p = player_get(c->w, c->actor);
	struct session *s = session_of(c->w, c->actor);

	if (!p || !p->account_name || !s)
		say_reply(c->w, c->actor, "You have no account, and so no password.");
	else if (c->args.n)
		say_reply(c->w, c->actor,
			  "Type {bold}password{/} alone: you are asked for the rest.");
	else
		session_ask(c->w, s, "Your password until now: ", true, on_old);
}

const struct cmd cmd_password = {
	.name = "password",
	.usage = "password",
	.help = "Changes your password. You are asked for the old one and the new one.",
	.category = CMD_YOURSELF,
	.effect = CMD_CHANGES,
	.is_whole = true,
	.run = run,
};
