/*
 * test_rig.h - what the tests of the fake Discord have in common: one fake, a client of its gateway, requests to its REST.
 */
#pragma once

#include "tests/fake/discord/fake.h"
#include "tests/support/fake_discord.h"
#include "tests/support/ws.h"

#define GATE "/?v=10&encoding=json"
#define PROPERTIES "\"properties\":{\"os\":\"linux\",\"browser\":\"m\",\"device\":\"m\"}"
#define IDENTIFY_AS(token, intents, more)                                                          \
	"{\"op\":2,\"d\":{\"token\":\"" token "\"," PROPERTIES ",\"intents\":" intents more "}}"
#define IDENTIFY IDENTIFY_AS(FAKE_TOKEN, "37377", "")
#define BEAT "{\"op\":1,\"d\":null}"
#define AGENT "User-Agent: DiscordBot (https://example.org/mud, 0.1)\r\n"
#define AUTH AGENT "Authorization: Bot " FAKE_TOKEN "\r\n"
#define JSON "Content-Type: application/json\r\n"
#define QUIET "\"allowed_mentions\":{\"parse\":[]}"

/* The fake of this test, and the check fixture that starts and ends it. */
struct fake_discord *rig(void);
void rig_start(void);
void rig_stop(void);

/* A connection to its gateway, at any of its ports. */
void rig_connect(struct ws *w, uint16_t port, const char *path);
/* In a session. */
void rig_enter(struct ws *w);
/* RESUME of the first session with this seq. */
void rig_resume(struct ws *w, uint16_t port, unsigned seq);

void rig_expect_misuse(const char *text);
void rig_expect_no_misuse(void);

/* The whole answer of the API. */
char *rig_ask(const char *method, const char *path, const char *head, const char *body) MUST_USE;
/* It has to hold this text. */
char *rig_expect(const char *method, const char *path, const char *head, const char *body,
		 const char *says) MUST_USE;
/* The same, and the answer is not wanted. */
void rig_gets(const char *method, const char *path, const char *head, const char *body,
	      const char *says);
/* What stands behind a text, up to the next ". Freed by the caller. */
char *rig_between(const char *text, const char *before) MUST_USE;
/* A new webhook of #quay: "/webhooks/ID/TOKEN?wait=true". Freed by the caller. */
char *rig_hook(void) MUST_USE;
