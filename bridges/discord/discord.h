/*
 * discord.h - the process as one value: its options and its outside.
 */
#pragma once

#include "bridges/bridge.h"
#include "bridges/run.h"

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

extern const struct bridge_program discord_program;
/* Rows and files of its options, a struct discord_conf: proc_spec.check. */
int discord_check(const void *conf, struct buf *why) MUST_USE;
