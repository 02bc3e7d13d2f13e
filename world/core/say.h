/*
 * say.h - everything anybody reads: one message, one sentence for each point of view.
 *
 *	act(w, &(struct act){
 *		.actor = a, .object = o,
 *		.to_actor = "You pick up $o.",
 *		.to_others = "$n picks up $o.",
 *	});
 *
 * Templates are markup of ours.  In them:
 *	$n $N	name of actor, target		$o $p	object, second object ("a brass lantern")
 *	$O $P	the same with "the"		$t	`text`: what a player typed, escaped here
 *	$e $m $s $f	actor: she her her herself	$E $M $S $F	the same of target
 *	$x	`markup`: ready text of ours	$$	a dollar
 * A sentence begins with a capital whatever it begins with.  A NULL template says nothing to that
 * point of view.
 *
 * Text from players becomes markup in exactly two functions: say_escape() and `$t`, which calls it.
 * What is said goes into the turn's outbox; to the one whose line is being run it is collected into
 * one answer.
 */
#pragma once

#include "gateway.pb-c.h"
#include "world/core/entity.h"

/* Players in a room from which on nobody notices who comes and goes. */
enum { SAY_CROWD = 50 };

struct session;

struct act {
	struct ent actor, target;
	struct ent object, object2;
	struct span text;   /* from a player */
	const char *markup; /* from us */
	const char *to_actor, *to_target, *to_others;
	bool passing;		  /* one of those who come and go: a crowd does not notice */
	Mudlark__TextClass class; /* of what target and others get; the actor gets a reply */
	struct ent room;	  /* where others are; ENT_NONE: around the actor */
};

void act(struct world *w, const struct act *a);

/* A line (or several, by \n) of markup to one actor; nothing when nobody is connected to it. */
void say_to(struct world *w, struct ent who, Mudlark__TextClass class, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
void say_span(struct world *w, struct ent who, Mudlark__TextClass class, struct span markup);
/* The answer to the line that is being run. */
#define say_reply(w, who, ...) say_to((w), (who), MUDLARK__TEXT_CLASS__TEXT_REPLY, __VA_ARGS__)
/* The same, to be written into directly: begin, append markup, end. NULL-free; one at a time. */
struct buf *say_begin(struct world *w, struct ent who);
void say_end(struct world *w);
/* To everybody in a room; `except` may be ENT_NONE. */
void say_room(struct world *w, struct ent room, struct ent except, Mudlark__TextClass class,
	      const char *fmt, ...) PRINTF_LIKE(5, 6);
/* To these sessions: one record for each gateway. */
void say_sessions(struct world *w, struct session *const *to, size_t n, Mudlark__TextClass class,
		  struct span markup);
/* To everybody who plays, but for one; `except` may be ENT_NONE. */
void say_others(struct world *w, struct ent except, Mudlark__TextClass class, struct span markup);
/* To everybody who plays. */
void say_all(struct world *w, Mudlark__TextClass class, const char *markup);

/* Appends player text as markup: `{` becomes `{{`. */
void say_escape(struct buf *out, struct span text);
/* Appends markup that one can click to send a command, where the client can: `{do COMMAND}text{/}`. Both
 * are ours, never a player's words; one that is empty, too long or has a brace leaves the text alone. */
void say_link(struct buf *out, const char *command, struct span markup);
