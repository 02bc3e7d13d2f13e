/*
 * fake_discord.h - the fake Discord (tests/fake/discord) in a test: started, told what its people do and what goes
 * wrong, asked what it saw.
 *
 * Orders are the JSON of tests/fake/discord/act.c, written with ' for " so that they can be read:
 *
 *	fake_discord_do(&d, "{'do':'write','channel':'quay','user':'joe','content':'hello'}");
 *	fake_discord_hear(&d, "#quay <Ana> hello joe\n");
 */
#pragma once

#include "rt/base.h"
#include "tests/support/child.h"

struct fake_discord {
	struct child child;
	uint16_t control, api, gateway, resume;
	char *token_file;     /* for discord.token_file */
	char api_url[64];     /* for discord.api_url */
	char gateway_url[64]; /* for discord.gateway_url */
};

/* Its output and the token go into `dir`. */
void fake_discord_start(struct fake_discord *d, const char *dir);
/* The same by TLS, with the certificate that is in `dir` (secure_certificate()). */
void fake_discord_start_tls(struct fake_discord *d, const char *dir);
/* Dies when there was a misuse. */
void fake_discord_stop(struct fake_discord *d);
/* The same without looking. */
void fake_discord_drop(struct fake_discord *d);

/* An order that has to be understood; a %-argument is put in as it is. The answer's id, "" without one: valid until
 * the next order. */
const char *fake_discord_do(struct fake_discord *d, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The same with text that may hold anything valid: `content` is the last member. */
const char *fake_discord_write(struct fake_discord *d, const char *channel, const char *user,
			       const char *content);
/* The id of a channel; freed by the caller. */
char *fake_discord_channel(struct fake_discord *d, const char *name) MUST_USE;

/* Every message ever, a line each (tests/fake/discord/place.h). Freed by the caller. */
char *fake_discord_transcript(struct fake_discord *d) MUST_USE;
size_t fake_discord_count(struct fake_discord *d, const char *text);
/* Waits until it is in the transcript. */
void fake_discord_hear(struct fake_discord *d, const char *text);
/* The newest message of a webhook as JSON. Freed by the caller. */
char *fake_discord_last(struct fake_discord *d) MUST_USE;
/* A line each; "" when there is none. Freed by the caller. */
char *fake_discord_misuses(struct fake_discord *d) MUST_USE;
void fake_discord_expect_no_misuse(struct fake_discord *d);

/* A number of tests/fake/discord; 0 when it never counted. */
int64_t fake_discord_stat(struct fake_discord *d, const char *name);
/* Waits until it is at least this. */
void fake_discord_wait(struct fake_discord *d, const char *name, int64_t value);
/* Waits until it is this: "connected" is 0 or 1. */
void fake_discord_wait_is(struct fake_discord *d, const char *name, int64_t value);
