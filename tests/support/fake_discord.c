/* fake_discord.c - see fake_discord.h. */
#include "tests/support/fake_discord.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rt/text.h"
#include "tests/fake/discord/fake.h"
#include "tests/support/die.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"
#include "tests/support/ws.h"

enum { STEP_US = 10000, UP_US = 10000000, ID_BYTES = 32 };

static void start(struct fake_discord *d, const char *dir, const char *cert, const char *key)
{
	CLEANUP(base_freep) char *log = tmp_path(dir, "fake_discord.out");
	CLEANUP(base_freep) char *text = NULL;
	unsigned control, api, gateway, resume;

	*d = (struct fake_discord){ .token_file = tmp_path(dir, "fake_discord.token") };
	tmp_write(d->token_file, FAKE_TOKEN "\n");
	must(chmod(d->token_file, 0600), "chmod");
	child_start(&d->child,
		    (const char *[]){ child_program("../tests/fake/discord/discord"), cert, key,
				      NULL },
		    log);
	if (!child_says(&d->child, "\n", UP_US))
		die("the fake Discord did not start: %s", log);
	text = tmp_read(log);
	if (sscanf(text, "ports %u %u %u %u", &control, &api, &gateway, &resume) != 4)
		die("the fake Discord says: %s", text);
	d->control = (uint16_t)control;
	d->api = (uint16_t)api;
	d->gateway = (uint16_t)gateway;
	d->resume = (uint16_t)resume;
	snprintf(d->api_url, sizeof(d->api_url), "http%s://127.0.0.1:%u/api/v10", cert ? "s" : "",
		 api);
	snprintf(d->gateway_url, sizeof(d->gateway_url), "ws%s://127.0.0.1:%u", cert ? "s" : "",
		 gateway);
}

void fake_discord_start(struct fake_discord *d, const char *dir)
{
	start(d, dir, NULL, NULL);
}

void fake_discord_start_tls(struct fake_discord *d, const char *dir)
{
	CLEANUP(base_freep) char *cert = tmp_path(dir, "cert.pem");
	CLEANUP(base_freep) char *key = tmp_path(dir, "key.pem");

	start(d, dir, cert, key);
}

void fake_discord_drop(struct fake_discord *d)
{
	int status = child_end(&d->child, SIGTERM, UP_US);

	free(TAKE(d->token_file));
	if (status != 0)
		die("the fake Discord ended with %d: %s", status, d->child.log);
}

void fake_discord_stop(struct fake_discord *d)
{
	fake_discord_expect_no_misuse(d);
	fake_discord_drop(d);
}

/* The body of the answer; freed by the caller. */
static char *ask(struct fake_discord *d, const char *path, const char *body)
{
	CLEANUP(base_freep) char *q = NULL;
	CLEANUP(base_freep) char *answer = NULL;
	char *at;

	must(asprintf(&q,
		      "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
		      "Content-Length: %zu\r\n\r\n%s",
		      body ? "POST" : "GET", path, body ? strlen(body) : 0, body ? body : ""),
	     "asprintf");
	answer = ws_http(d->control, false, q, TALK_US);
	at = strstr(answer, "\r\n\r\n");
	if (!at || strncmp(answer, "HTTP/1.1 200", 12) != 0)
		die("the fake Discord says: %s\nto: %s %s", answer, path, body ? body : "");
	return base_dup(at + 4, strlen(at + 4));
}

static const char *order(struct fake_discord *d, const char *body)
{
	static const char mark[] = "\"id\":\"";
	static char id[ID_BYTES];
	CLEANUP(base_freep) char *answer = ask(d, "/do", body);
	const char *at = strstr(answer, mark);

	id[0] = '\0';
	if (at)
		snprintf(id, sizeof(id), "%.*s", (int)strcspn(at + sizeof(mark) - 1, "\""),
			 at + sizeof(mark) - 1);
	return id;
}

const char *fake_discord_do(struct fake_discord *d, const char *fmt, ...)
{
	CLEANUP(base_freep) char *body = NULL;
	va_list ap;

	va_start(ap, fmt);
	must(vasprintf(&body, fmt, ap), "vasprintf");
	va_end(ap);
	for (char *at = body; *at; at++)
		if (*at == '\'')
			*at = '"';
	return order(d, body);
}

const char *fake_discord_write(struct fake_discord *d, const char *channel, const char *user,
			       const char *content)
{
	struct buf body = { 0 };
	const char *id;

	buf_addf(&body,
		 "{\"do\":\"write\",\"channel\":\"%s\",\"user\":\"%s\",\"content\":", channel,
		 user);
	json_quote(&body, (struct span){ content, strlen(content) });
	buf_adds(&body, "}");
	buf_addc(&body, '\0');
	id = order(d, buf_p(&body));
	buf_done(&body);
	return id;
}

char *fake_discord_channel(struct fake_discord *d, const char *name)
{
	const char *id = fake_discord_do(d, "{'do':'channel','name':'%s'}", name);

	return base_dup(id, strlen(id));
}

char *fake_discord_transcript(struct fake_discord *d)
{
	return ask(d, "/transcript", NULL);
}

char *fake_discord_last(struct fake_discord *d)
{
	return ask(d, "/last", NULL);
}

char *fake_discord_misuses(struct fake_discord *d)
{
	return ask(d, "/misuses", NULL);
}

void fake_discord_expect_no_misuse(struct fake_discord *d)
{
	CLEANUP(base_freep) char *misuses = fake_discord_misuses(d);
	CLEANUP(base_freep) char *stats = NULL;

	if (!*misuses)
		return;
	stats = ask(d, "/stats", NULL);
	die("misuses of Discord:\n%s%s", misuses, stats);
}

size_t fake_discord_count(struct fake_discord *d, const char *text)
{
	CLEANUP(base_freep) char *all = fake_discord_transcript(d);
	size_t n = 0;

	for (const char *at = all; (at = strstr(at, text)); at += strlen(text))
		n++;
	return n;
}

/* What to look at when something did not come. */
static void complain(struct fake_discord *d, const char *what)
{
	CLEANUP(base_freep) char *all = fake_discord_transcript(d);
	CLEANUP(base_freep) char *stats = ask(d, "/stats", NULL);
	CLEANUP(base_freep) char *misuses = fake_discord_misuses(d);

	die("on Discord: %s\n--- transcript\n%s--- stats\n%s\n--- misuses\n%s", what, all, stats,
	    misuses);
}

void fake_discord_hear(struct fake_discord *d, const char *text)
{
	CLEANUP(base_freep) char *what = NULL;

	for (uint64_t end = now_us() + TALK_US; now_us() < end; usleep(STEP_US))
		if (fake_discord_count(d, text))
			return;
	must(asprintf(&what, "this never came: %s", text), "asprintf");
	complain(d, what);
}

int64_t fake_discord_stat(struct fake_discord *d, const char *name)
{
	CLEANUP(base_freep) char *text = ask(d, "/stats", NULL);
	char field[64];
	const char *at;

	snprintf(field, sizeof(field), "\"%s\":", name);
	at = strstr(text, field);
	return at ? strtoll(at + strlen(field), NULL, 10) : 0;
}

static void wait_for(struct fake_discord *d, const char *name, int64_t least, int64_t most)
{
	CLEANUP(base_freep) char *what = NULL;

	for (uint64_t end = now_us() + TALK_US; now_us() < end; usleep(STEP_US)) {
		int64_t value = fake_discord_stat(d, name);

		if (value >= least && value <= most)
			return;
	}
	must(asprintf(&what, "%s did not become %lld", name, (long long)least), "asprintf");
	complain(d, what);
}

void fake_discord_wait(struct fake_discord *d, const char *name, int64_t value)
{
	wait_for(d, name, value, INT64_MAX);
}

void fake_discord_wait_is(struct fake_discord *d, const char *name, int64_t value)
{
	wait_for(d, name, value, value);
}
