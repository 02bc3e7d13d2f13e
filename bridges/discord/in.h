/*
 * in.h - what is said on Discord, into the game: messages, edits, deletions, people who join.
 *
 * A line's id is made of the message's, so that what comes again after a resume is not said again.  Who says too much is
 * cut off, and how many lines that were is said once.
 */
#pragma once

#include "bridges/bridge.h"
#include "bridges/discord/names.h"
#include "bridges/discord/settled.h"
#include "bridges/discord/target.h"
#include "rt/base.h"

struct in;

struct in_conf {
	struct bridge *bridge;
	struct rest *rest;	       /* by which refusals are told */
	const struct targets *targets; /* borrowed; may change between calls */
	struct names *names;
	uint64_t edits_us; /* how long edits are told */
	uint64_t every_us; /* a line of one speaker */
	unsigned burst;
};

struct in_counts {
	uint64_t heard, said, refused, left_out;
};

struct in *in_new(const struct in_conf *c);
void in_free(struct in *in);
/* An event of the gateway, with its sequence. */
void in_event(struct in *in, const char *event, const json_t *d, uint64_t seq);
/* A message of the history of a channel, that no event told. */
void in_missed(struct in *in, const json_t *message);
/* Says that there were such messages which are not said; `id` is one of theirs. */
void in_unread(struct in *in, struct target *t, const char *id, size_t n, bool more);
/* Is everything that was heard in the game, or refused? */
bool in_is_calm(const struct in *in);
/* How far everything is in the game, with `seq` as the newest event. */
uint64_t in_settled(const struct in *in, uint64_t seq);
/* The bot's own account, whose messages are not heard. */
void in_set_self(struct in *in, const char *id);
void in_set_edits(struct in *in, uint64_t edits_us);
const struct in_counts *in_counts(const struct in *in);
