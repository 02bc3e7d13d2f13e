/*
 * discord.h - the process as one value: its options and its outside.
 */
#pragma once

#include "bridges/bridge.h"

/* discord.* as in main.c. */
struct discord_conf {
	struct bridge_conf common; /* first */
	char *token_file, *api_url, *gateway_url, *ca_file;
	char **channels; /* rows of chart.h */
	char *avatar_url, *guild;
	int64_t shard, shards;
	int64_t edits;	     /* us */
	int64_t speak_every; /* us */
	int64_t speak_burst;
};

struct discord;

/* 0; -EINVAL: an option is wrong, said in the log; errors of bridge_start(). */
int discord_start(struct discord **ret, struct proc *proc, struct discord_conf *conf) MUST_USE;
void discord_stop(struct discord *x);	/* within 4 s */
void discord_reload(struct discord *x); /* options have changed */
void discord_free(struct discord *x);
