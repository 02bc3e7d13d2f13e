/*
 * out.h - what the game says, into one channel of Discord: by its webhook, one message after the other, each exactly once.
 *
 *	reading -> seeking -> idle <-> held            (kept state; webhook; nothing to do; rate limit, or a pause)
 *	                       |  \--> sending         (a message is under way)
 *	                       \-----> checking        (what may be outside is looked for in the channel's history)
 *
 * What was sent is stored as {seq, last}: the last line that is outside, and the id of its message, before the bridge
 * is told so.  Where it is not known whether a message arrived - no answer, or a line that an earlier life may have sent -
 * the history behind `last` says it.  Only where that cannot be read a line says how many may be missing.
 */
#pragma once

#include "bridges/bridge.h"
#include "bridges/discord/names.h"
#include "bridges/discord/rest.h"
#include "rt/base.h"
#include "rt/buf.h"

struct out;

struct out_conf {
	struct bridge *bridge;
	struct rest *rest;
	const struct names *names;
	const char *id;		 /* of the channel; copied */
	const char *avatar;	 /* as for escape_avatar(); copied */
	struct span webhook;	 /* an address, or empty */
	struct stream_spec spec; /* key, kinds, channels, boards */
	bool tell_channel;
};

/* 0; 1: the webhook's address is none. */
int out_new(struct out **ret, const struct out_conf *c) MUST_USE;
void out_free(struct out *o);
/* The process ends: nothing more is sent; what is under way has its end. */
void out_end(struct out *o);
/* A line of the bridge's own. */
void out_note(struct out *o, const char *text);
/* Is this one of the messages that we sent there? By webhook, or by what it says. */
bool out_is_own(const struct out *o, struct span webhook_id);
bool out_has_said(const struct out *o, struct span text);
/* A message is under way, or what was sent is not stored: worth waiting for at the end. */
bool out_is_busy(const struct out *o);
bool out_is_well(const struct out *o);
void out_status(const struct out *o, struct buf *to);
uint64_t out_sent(const struct out *o); /* messages, ever */
