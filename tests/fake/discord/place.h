/*
 * place.h - what is on the fake: one guild with its channels, people, webhooks, commands and all messages ever.
 *
 * Things are kept as the JSON objects that the API shows.  Ids are snowflakes: above 2^53, so who reads them as
 * numbers gets them wrong.
 */
#pragma once

#include <jansson.h>
#include "rt/buf.h"

#define PLACE_GUILD "1100000000000000077"
#define PLACE_ROLE "1100000000000000099"
#define PLACE_BOT "1100000000000000111"
#define PLACE_APPLICATION "1100000000000000123"
#define PLACE_EMOJI "1100000000000000145"

enum { MESSAGE_HOW = 360 };

struct message {
	uint64_t id;
	json_t *json;
	char how[40]; /* for the transcript: "[joe]", "<Ana>", "{bot}", "/who joe:" */
	bool deleted, edited;
	bool is_private; /* only one person sees it; not in the channel */
};

struct place {
	uint64_t last_id;
	json_t *users;	  /* by name */
	json_t *channels; /* by name */
	json_t *webhooks; /* by id; `token` included */
	json_t *commands; /* a list */
	struct message *messages;
	size_t n_messages, room;
};

void place_init(struct place *p);
void place_done(struct place *p);
/* A fresh snowflake as text; `ret` has 24 bytes. */
const char *place_id(struct place *p, char *ret);
uint64_t place_number(const char *id);

/* Borrowed; a name that is not there yet is made. */
json_t *place_user(struct place *p, const char *name);
json_t *place_channel(struct place *p, const char *name);
/* NULL: there is none. */
json_t *place_channel_by_id(struct place *p, const char *id);
json_t *place_user_by_id(struct place *p, const char *id);
const char *place_channel_name(struct place *p, const char *id);
json_t *place_member(const json_t *user); /* new: {user, nick, roles, joined_at, ...} */
json_t *place_bot(void);		  /* new: the bot's own user object */

/* New: an object for a message of a channel, with everything there always is, to be given an author and a content. */
json_t *place_draft(struct place *p, const char *channel_id, const char *content);
/* Takes the draft. */
struct message *place_keep(struct place *p, json_t *draft, const char *how);
struct message *place_find(struct place *p, const char *id);
/* A message as ?after and the gateway show it: a copy. */
json_t *place_show(const struct message *m);
/* "2026-03-01T12:00:00.000000+00:00" of now; `ret` has 40 bytes. */
const char *place_time(char *ret);

/* @{joe}, #{quay}, &{keepers}, :{smile} as Discord writes mentions; appended. */
void place_mentions(struct place *p, struct buf *out, const char *text);
/* Every message, a line each: "#quay <Ana> hello", oldest first. */
void place_transcript(struct place *p, struct buf *out);
