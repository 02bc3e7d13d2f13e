/* fake_feeds.c - see fake_feeds.h. */
#include "tests/support/fake_feeds.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/die.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"
#include "tests/support/ws.h"

enum { STEP_US = 10000, UP_US = 10000000 };

static void launch(struct fake_feeds *f, const char *log)
{
	char port[8];

	unlink(log);
	snprintf(port, sizeof(port), "%u", f->port);
	child_start(&f->child,
		    (const char *[]){ child_program("../tests/fake/feeds/feeds"), port, NULL },
		    log);
	if (!child_says(&f->child, "port ", UP_US))
		die("the server of feeds did not start: %s", log);
}

void fake_feeds_start(struct fake_feeds *f, const char *dir)
{
	CLEANUP(base_freep) char *log = tmp_path(dir, "fake_feeds.out");
	CLEANUP(base_freep) char *text = NULL;

	*f = (struct fake_feeds){ 0 };
	launch(f, log);
	text = tmp_read(log);
	f->port = (uint16_t)strtoul(text + strlen("port "), NULL, 10);
}

void fake_feeds_stop(struct fake_feeds *f)
{
	child_end(&f->child, SIGTERM, UP_US);
}

void fake_feeds_down(struct fake_feeds *f)
{
	child_end(&f->child, SIGTERM, UP_US);
}

void fake_feeds_up(struct fake_feeds *f)
{
	CLEANUP(base_freep) char *log = base_dup(f->child.log, strlen(f->child.log));

	launch(f, log);
}

static char *ask(struct fake_feeds *f, const char *method, const char *path, const char *body)
{
	CLEANUP(base_freep) char *q = NULL;

	must(asprintf(&q,
		      "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
		      "Content-Length: %zu\r\n\r\n%s",
		      method, path, strlen(body), body),
	     "asprintf");
	return ws_http(f->port, false, q, TALK_US);
}

void fake_feeds_set(struct fake_feeds *f, const char *name, const char *type, const char *document)
{
	CLEANUP(base_freep) char *path = NULL;
	CLEANUP(base_freep) char *answer = NULL;

	must(asprintf(&path, "/set/%s?%s", name, type ? type : "application/xml"), "asprintf");
	answer = ask(f, "POST", path, document);
	if (!strstr(answer, " 200 "))
		die("the server of feeds did not take %s: %s", name, answer);
}

static char *notes(struct fake_feeds *f, const char *path)
{
	CLEANUP(base_freep) char *query = NULL;
	CLEANUP(base_freep) char *answer = NULL;
	const char *body;

	must(asprintf(&query, "/asked?%s", path), "asprintf");
	answer = ask(f, "GET", query, "");
	body = strstr(answer, "\r\n\r\n");
	if (!body)
		die("the server of feeds said: %s", answer);
	return base_dup(body + 4, strlen(body + 4));
}

unsigned fake_feeds_asked(struct fake_feeds *f, const char *path)
{
	CLEANUP(base_freep) char *text = notes(f, path);

	return (unsigned)strtoul(text, NULL, 10);
}

void fake_feeds_wait(struct fake_feeds *f, const char *path, unsigned more)
{
	const unsigned before = fake_feeds_asked(f, path);

	for (uint64_t us = 0; fake_feeds_asked(f, path) < before + more; us += STEP_US) {
		if (us >= TALK_US)
			die("%s was not asked for any more", path);
		usleep(STEP_US);
	}
}

bool fake_feeds_heard(struct fake_feeds *f, const char *path, const char *line)
{
	CLEANUP(base_freep) char *text = notes(f, path);

	return strstr(text, line) != NULL;
}
