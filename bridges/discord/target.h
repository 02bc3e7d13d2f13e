/*
 * target.h - one channel of Discord: what of the game is told there, and where in the game is said what is said there.
 * Several rows of the chart that name the same channel become one; what is said there is said on the first channel of each.
 */
#pragma once

#include "bridges/chart.h"
#include "bridges/discord/out.h"
#include "bridges/flood.h"
#include "rt/base.h"

enum { TARGET_ID = 24, TARGET_KEY = 40 };

/* Where in the game. */
struct target_way {
	char *channel;
	bool linked_only;
};

struct target {
	char id[TARGET_ID];
	char key[TARGET_KEY]; /* "discord/ID" */
	struct target_way *ways;
	size_t n_ways;
	char **channels, **boards; /* told there; NULL-terminated; NULL: all */
	unsigned kinds;
	bool joins, bots, deletes;
	char *webhook;	 /* an address, or "" */
	struct out *out; /* NULL: nothing is told there */
	struct flood pace;
	uint32_t left_out; /* lines from there that were too many, not yet said */
	uint64_t heard;
};

/* Words of a row of the chart that belong to this bridge. */
extern const char *const target_extras[];

struct targets {
	struct target *all;
	size_t n;
};

/* 0; 1: *why says what is wrong with a row. */
int targets_read(struct targets *ret, const struct chart *c, struct buf *why) MUST_USE;
void targets_done(struct targets *t);
struct target *targets_find(const struct targets *t, struct span id); /* NULL */
/* Do both say the same, so that nothing has to be begun anew? */
bool target_equal(const struct target *a, const struct target *b);
/* What of the game is told there; its lists are the target's. */
struct stream_spec target_spec(const struct target *t);
