/* test_rig.c - see test_rig.h. */
#include "tests/fake/discord/test_rig.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/die.h"
#include "tests/support/tmp.h"

static struct fake_discord fake;

struct fake_discord *rig(void)
{
	return &fake;
}

void rig_start(void)
{
	fake_discord_start(&fake, tmp_dir());
}

void rig_stop(void)
{
	fake_discord_drop(&fake);
}

void rig_connect(struct ws *w, uint16_t port, const char *path)
{
	ws_open(w, &(struct ws_spec){ .port = port, .path = path, .who = "client" });
}

/* In a session. */
void rig_enter(struct ws *w)
{
	rig_connect(w, fake.gateway, GATE);
	ws_expect_data(w, "\"op\":10");
	ws_send_text(w, IDENTIFY);
	ws_expect_data(w, "\"t\":\"READY\"");
	ws_expect_data(w, "\"t\":\"GUILD_CREATE\"");
}

void rig_expect_misuse(const char *text)
{
	CLEANUP(base_freep) char *misuses = fake_discord_misuses(&fake);

	ck_assert_msg(strstr(misuses, text), "no \"%s\" in:\n%s", text, misuses);
}

void rig_expect_no_misuse(void)
{
	CLEANUP(base_freep) char *misuses = fake_discord_misuses(&fake);

	ck_assert_str_eq(misuses, "");
}

/* RESUME of the first session with this seq. */
void rig_resume(struct ws *w, uint16_t port, unsigned seq)
{
	char text[300];

	snprintf(text, sizeof(text),
		 "{\"op\":6,\"d\":{\"token\":\"" FAKE_TOKEN
		 "\",\"session_id\":\"000000000000000000000000fa4e0001\",\"seq\":%u}}",
		 seq);
	rig_connect(w, port, GATE);
	ws_expect_data(w, "\"op\":10");
	ws_send_text(w, text);
}

char *rig_ask(const char *method, const char *path, const char *head, const char *body)
{
	CLEANUP(base_freep) char *q = NULL;

	must(asprintf(&q,
		      "%s /api/v10%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s"
		      "Content-Length: %zu\r\n\r\n%s",
		      method, path, head, strlen(body), body),
	     "asprintf");
	return ws_http(fake.api, false, q, TALK_US);
}

/* The answer has to have this status and this text; freed by the caller. */
char *rig_expect(const char *method, const char *path, const char *head, const char *body,
		 const char *says)
{
	char *text = rig_ask(method, path, head, body);

	ck_assert_msg(strstr(text, says), "%s %s %s\n%s", method, path, body, text);
	return text;
}

/* The text rig_between two others in an answer; freed by the caller. */
char *rig_between(const char *text, const char *before)
{
	const char *at = strstr(text, before);

	ck_assert_msg(at, "no %s in %s", before, text);
	at += strlen(before);
	return base_dup(at, strcspn(at, "\""));
}

/* A webhook of #quay: "/webhooks/ID/TOKEN". */
char *rig_hook(void)
{
	CLEANUP(base_freep) char *id = fake_discord_channel(&fake, "quay");
	CLEANUP(base_freep) char *text = NULL;
	CLEANUP(base_freep) char *url = NULL;
	char path[80], *hook;

	snprintf(path, sizeof(path), "/channels/%s/webhooks", id);
	text = rig_expect("POST", path, AUTH JSON, "{\"name\":\"Mudlark\"}", "HTTP/1.1 200");
	url = rig_between(text, "\"url\":\"https://discord.com/api");
	must(asprintf(&hook, "%s?wait=true", url), "asprintf");
	return hook;
}

void rig_gets(const char *method, const char *path, const char *head, const char *body,
	      const char *says)
{
	free(rig_expect(method, path, head, body, says));
}
