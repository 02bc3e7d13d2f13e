/*
 * client_gmcp.c - what a client says by GMCP, by whatever kind of connection (client.h), and the
 * packages Mudlark.Session.*, by which it outlives its connection (gateway/resume.h, README.md).
 */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "gateway/client.h"
#include "gateway/gmcp.h"
#include "gateway/resume.h"

#define SESSION "Mudlark.Session"

void client_gmcp_send(struct client *c, const char *package, struct span json)
{
	struct lobby_data d = {
		.id = ++c->of->lobby->text_id,
		.package = { package, strlen(package) },
		.json = json,
	};

	c->protocol->data(c, &d);
}

/* To the client */

void client_resumed(struct client *c, const struct lobby_resumed *r)
{
	char json[96];
	CLEANUP(base_freep) char *why = NULL;
	json_t *refusal;

	if (!r->why) {
		snprintf(json, sizeof(json), "{\"line\":%llu,\"gap\":%s}",
			 (unsigned long long)r->line, r->gap ? "true" : "false");
		client_gmcp_send(c, SESSION ".Resumed", (struct span){ json, strlen(json) });
		return;
	}
	if (!gmcp_wants(c->gmcp, SPAN(SESSION))) {
		lobby_say(c->session, r->why);
		return;
	}
	refusal = json_pack("{s:s}", "why", r->why);
	why = refusal ? json_dumps(refusal, JSON_COMPACT) : NULL;
	json_decref(refusal);
	if (why)
		client_gmcp_send(c, SESSION ".Refused", (struct span){ why, strlen(why) });
}

void client_session_news(struct client *c)
{
	struct resume *r = c->session ? c->session->resume : NULL;
	char token[RESUME_HEX + 1], json[128];
	uint64_t at, line;

	if (!r || !c->session->playing || !gmcp_wants(c->gmcp, SPAN(SESSION)))
		return;
	if (resume_news_token(r, token)) {
		snprintf(json, sizeof(json), "{\"token\":\"%s\",\"grace\":%u}", token, r->grace_s);
		client_gmcp_send(c, SESSION ".Token", (struct span){ json, strlen(json) });
		sodium_memzero(token, sizeof(token));
		sodium_memzero(json, sizeof(json));
	}
	if (resume_news_place(r, &at, &line)) {
		snprintf(json, sizeof(json), "{\"at\":\"%llu\",\"line\":%llu}",
			 (unsigned long long)at, (unsigned long long)line);
		client_gmcp_send(c, SESSION ".At", (struct span){ json, strlen(json) });
	}
}

/* From the client */

static struct span text_of(const json_t *o, const char *member)
{
	const json_t *v = json_object_get(o, member);

	return (struct span){ json_is_string(v) ? json_string_value(v) : "",
			      json_string_length(v) };
}

static bool read_number(struct span digits, uint64_t *ret)
{
	uint64_t v = 0;

	if (digits.n == 0 || digits.n > 19)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(digits.p[i] - '0');
	}
	*ret = v;
	return true;
}

/* {"n":8,"text":"look","hidden":false}; of a text with several lines the first. */
static void on_line(struct client *c, const json_t *json)
{
	const json_int_t n = json_integer_value(json_object_get(json, "n"));
	struct span text = text_of(json, "text"), end = SPAN("\n");
	struct line line = c->line;

	c->line = (struct line){ 0 };
	if (n > 0 && json_is_string(json_object_get(json, "text"))) {
		if (!line_next(&c->line, &text, NULL))
			(void)line_next(&c->line, &end, NULL);
		client_line_tagged(c, CHARSET_UTF8, (uint64_t)n,
				   json_is_true(json_object_get(json, "hidden")));
	}
	line_done(&c->line);
	c->line = line;
}

/* {"token":"..","at":"..","next":".."} */
static void on_resume(struct client *c, const json_t *json)
{
	struct resume_claim claim = {
		.token = text_of(json, "token"),
		.next = text_of(json, "next"),
	};

	(void)read_number(text_of(json, "at"), &claim.at);
	lobby_resume(c->session, &claim);
}

/* clang-format off */
struct session_row {
	const char *package;
	void (*take)(struct client *c, const json_t *json);
};

static const struct session_row rows[] = {
	{ "mudlark.session.line",   on_line },
	{ "mudlark.session.resume", on_resume },
};
/* clang-format on */

/* False: not ours. */
static bool take_session(struct client *c, const struct gmcp_event *ev)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_t *json;

		if (strcmp(rows[i].package, ev->package) != 0)
			continue;
		json = gmcp_json(ev->json);
		if (json_is_object(json))
			rows[i].take(c, json);
		json_decref(json);
		return true;
	}
	return false;
}

void client_gmcp(struct client *c, struct span payload)
{
	struct session *s = c->session;
	struct gmcp_event ev;

	if (!s || c->doomed)
		return;
	gmcp_receive(&c->gmcp, payload, &ev);
	switch (ev.kind) {
	case GMCP_SUPPORTED:
		lobby_caps(s);
		if (gmcp_wants(c->gmcp, SPAN(SESSION)))
			lobby_resumable(s);
		break;
	case GMCP_HELLO:
		if (c->protocol->hello(c, (struct span){ ev.text, strlen(ev.text) }))
			lobby_caps(s);
		break;
	case GMCP_PING:
		client_gmcp_send(c, "Core.Ping", SPAN(""));
		break;
	case GMCP_MESSAGE:
		if (!take_session(c, &ev))
			lobby_data(s, (struct span){ ev.package, strlen(ev.package) }, ev.json);
		break;
	default:
		break;
	}
}

/* By NEW-ENVIRON: "<64 hex>" or "<64 hex>:<at>". */
void client_resume_token(struct client *c, struct span value)
{
	struct resume_claim claim = { .token = value };

	if (!c->session || c->doomed || c->session->playing)
		return;
	if (value.n > RESUME_HEX && value.p[RESUME_HEX] == ':') {
		claim.token.n = RESUME_HEX;
		(void)read_number((struct span){ value.p + RESUME_HEX + 1,
						 value.n - RESUME_HEX - 1 },
				  &claim.at);
	}
	lobby_resume(c->session, &claim);
}
