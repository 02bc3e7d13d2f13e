/*
 * refusal.h - who is not heard in the game is told why: by a reply on Discord, without a sound, which mentions nobody.
 * At most one a minute for each, and a few at once in all, so that nobody is driven to speak by the answers.
 */
#pragma once

#include "bridges/discord/rest.h"
#include "bridges/flood.h"
#include "rt/base.h"
#include "rt/buf.h"

struct refusals {
	struct rest *rest;
	struct floods *people;
	struct flood all;
	uint64_t told;
};

void refusals_init(struct refusals *r, struct rest *rest, uint64_t now_us);
void refusals_done(struct refusals *r);
/* `channel`, `message` and `author` are ids. Nothing is told where the sentence is empty. */
void refusals_tell(struct refusals *r, const char *channel, const char *message, const char *author,
		   const char *why, uint64_t now_us);
/* The body of the reply, appended. */
void refusals_body(struct buf *out, const char *message, const char *why);
