/* fake_ai.c - see fake_ai.h. */
#include "tests/support/fake_ai.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fake/fake.h"
#include "tests/support/die.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"
#include "tests/support/ws.h"

enum { STEP_US = 5000, UP_US = 10000000 };

/* Port 0: any that is free. */
static void launch(struct fake_ai *f, const char *log)
{
	char port[8];

	unlink(log);
	snprintf(port, sizeof(port), "%u", f->port);
	child_start(&f->child, (const char *[]){ child_program("../tests/fake/ai"), port, NULL },
		    log);
	if (!child_says(&f->child, "port ", UP_US))
		die("the fake provider did not start: %s", log);
}

void fake_ai_start(struct fake_ai *f, const char *dir)
{
	CLEANUP(base_freep) char *log = tmp_path(dir, "fake_ai.out");
	CLEANUP(base_freep) char *text = NULL;

	*f = (struct fake_ai){ .key_file = tmp_path(dir, "fake_ai.key") };
	tmp_write(f->key_file, FAKE_KEY "\n");
	must(chmod(f->key_file, 0600), "chmod");
	launch(f, log);
	text = tmp_read(log);
	f->port = (uint16_t)strtoul(text + strlen("port "), NULL, 10);
}

void fake_ai_stop(struct fake_ai *f)
{
	child_end(&f->child, SIGTERM, UP_US);
	free(TAKE(f->key_file));
}

void fake_ai_down(struct fake_ai *f)
{
	child_end(&f->child, SIGTERM, UP_US);
}

void fake_ai_up(struct fake_ai *f)
{
	CLEANUP(base_freep) char *log = base_dup(f->child.log, strlen(f->child.log));

	launch(f, log);
}

char *fake_ai_ask(struct fake_ai *f, const char *path, const char *headers, struct span body)
{
	CLEANUP(base_freep) char *q = NULL;

	must(asprintf(&q,
		      "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s"
		      "Content-Length: %zu\r\n\r\n%.*s",
		      body.n ? "POST" : "GET", path, headers, body.n, (int)body.n, body.p),
	     "asprintf");
	return ws_http(f->port, false, q, TALK_US);
}

static char *body_of(char *answer)
{
	char *at = strstr(answer, "\r\n\r\n");
	char *body = at ? base_dup(at + 4, strlen(at + 4)) : NULL;

	if (!body)
		die("the fake provider says: %s", answer);
	free(answer);
	return body;
}

void fake_ai_mode(struct fake_ai *f, const char *json)
{
	char *text = fake_ai_ask(f, "/fake/mode", "", (struct span){ json, strlen(json) });

	if (strncmp(text, "HTTP/1.1 200", 12) != 0)
		die("no mode: %s\n%s", json, text);
	free(text);
}

char *fake_ai_stats(struct fake_ai *f)
{
	return body_of(fake_ai_ask(f, "/fake/stats", "", SPAN("")));
}

char *fake_ai_last(struct fake_ai *f)
{
	return body_of(fake_ai_ask(f, "/fake/last", "", SPAN("")));
}

uint64_t fake_ai_stat(struct fake_ai *f, const char *name)
{
	CLEANUP(base_freep) char *text = fake_ai_stats(f);
	char field[64];
	const char *at;

	snprintf(field, sizeof(field), "\"%s\":", name);
	at = strstr(text, field);
	if (!at)
		die("no counter %s in %s", name, text);
	return strtoull(at + strlen(field), NULL, 10);
}

static void wait_for(struct fake_ai *f, const char *name, uint64_t least, uint64_t most)
{
	CLEANUP(base_freep) char *text = NULL;

	for (uint64_t end = now_us() + TALK_US; now_us() < end; usleep(STEP_US)) {
		const uint64_t is = fake_ai_stat(f, name);

		if (is >= least && is <= most)
			return;
	}
	text = fake_ai_stats(f);
	die("%s did not become %llu: %s", name, (unsigned long long)least, text);
}

void fake_ai_wait(struct fake_ai *f, const char *name, uint64_t value)
{
	wait_for(f, name, value, value);
}

void fake_ai_reach(struct fake_ai *f, const char *name, uint64_t value)
{
	wait_for(f, name, value, UINT64_MAX);
}
