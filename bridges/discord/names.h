/*
 * names.h - names of the channels and roles of the servers the bot is in, so that <#id> can be read.
 *
 * They come with GUILD_CREATE and what follows it.  A process that resumes the session of an earlier one gets no
 * GUILD_CREATE: then it asks for them by a channel it knows.
 */
#pragma once

#include "bridges/discord/readable.h"
#include "bridges/discord/rest.h"
#include "rt/base.h"
#include "rt/map.h"

enum { NAMES_MAX = 20000, NAMES_BYTES = 100 };

struct names {
	struct rest *rest; /* may be NULL: names_ask() does nothing */
	struct strmap all; /* "#id" or "&id" to text */
};

void names_init(struct names *n, struct rest *rest);
void names_done(struct names *n);
void names_event(struct names *n, const char *event, const json_t *d);
/* Learns the server of this channel, unless its channels are known. */
void names_ask(struct names *n, const char *channel);
struct readable_names names_reader(struct names *n);
/* Appends "#quay", or "channel 123" while its name is not known. */
void names_show(const struct names *n, const char *channel, struct buf *out);
const char *names_channel(const struct names *n, struct span id); /* NULL: not known */
