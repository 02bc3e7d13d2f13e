/*
 * ops.h - a short-lived link to persist as role `ops`, for a command that asks it something: one call
 * after the other, each with a deadline.
 *
 * What goes wrong with the link is said on stderr, once, and ends the conversation with an exit status
 * (rt/proc.h): nobody there, no answer, a link that broke, a signal of halt.h.
 */
#pragma once

#include "command.h"
#include "persist.pb-c.h"
#include "rt/base.h"
#include "rt/loop.h"

struct ops;

struct ops_conf {
	const struct args *args;
	int halt; /* of halt.h; -1: signals end the command as they do any */
	/* The link is there: call now. */
	void (*up)(void *ctx, struct ops *o);
	/* The answer to a call, whatever its status; takes it. */
	void (*answer)(void *ctx, struct ops *o, Mudlark__PersistReply *reply);
	/* A signal: end it with this status, soon. NULL: at once. */
	void (*halted)(void *ctx, struct ops *o, int status);
	/* The loop has ended and goes now; may be NULL. */
	void (*over)(void *ctx);
	void *ctx;
};

/* Dials persist.bus and stays in the loop until ops_end(), or until it went wrong. The exit status. */
int ops_run(const struct ops_conf *c) MUST_USE;
/* One at a time. deadline_ms as link_call(). */
void ops_call(struct ops *o, const Mudlark__PersistCall *call, uint32_t deadline_ms);
/* Ends it, with this status unless there is one already. */
void ops_end(struct ops *o, int status);
/* The same after a last call, which may fail: it is a courtesy. */
void ops_leave(struct ops *o, const Mudlark__PersistCall *call, uint32_t deadline_ms, int status);
struct loop *ops_loop(struct ops *o);

/* What an answer's status means, on stderr where it is not OK. An exit status: EXIT_UNAVAILABLE when the
 * database is away or what was begun is no more there, EXIT_IN_USE when somebody else is served, EXIT_FAULT for
 * the others. `absent` names a thing whose absence is a refusal (EXIT_FAULT): "account wren". */
int ops_explain(const Mudlark__PersistReply *reply, const char *absent) MUST_USE;
/* Nobody listens at persist.bus, as far as that can be seen from here. */
bool ops_is_nobody(const struct args *a);
