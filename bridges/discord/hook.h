/*
 * hook.h - the webhook of a channel by which the bridge speaks there: the one it made before, a new one, or
 * one that the operator gives in a file.  Its token is a secret like the bot's: it is neither logged nor stored.
 */
#pragma once

#include "bridges/discord/rest.h"
#include "rt/base.h"
#include "rt/buf.h"

enum { HOOK_ID = 24, HOOK_TOKEN = 160 };

enum hook_state {
	HOOK_NONE,
	HOOK_SEEKING,
	HOOK_MAKING,
	HOOK_READY,
	HOOK_REFUSED, /* for good, as far as we can tell: `why` */
};

struct hook {
	struct rest *rest;
	const char *channel; /* borrowed */
	enum hook_state state;
	char id[HOOK_ID], token[HOOK_TOKEN];
	char why[REST_WHY];
	bool given;  /* by file */
	bool remade; /* since it last worked */
	/* The state is NONE (could not be asked), READY or REFUSED. */
	void (*changed)(void *ctx);
	void *ctx;
};

/* `url`: "https://discord.com/api/webhooks/ID/TOKEN", or empty. 0; 1: `url` is none. */
int hook_init(struct hook *h, struct rest *rest, const char *channel, struct span url,
	      void (*changed)(void *ctx), void *ctx) MUST_USE;
void hook_done(struct hook *h);
void hook_seek(struct hook *h);
/* Discord does not know it any more: it is made anew once, or refused. */
void hook_lost(struct hook *h);
void hook_worked(struct hook *h);
