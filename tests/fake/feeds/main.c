/*
 * main.c - a web server of feeds that behave: well, badly, and very badly.
 *
 *	build/tests/fake/feeds/feeds [PORT]	any free port; prints "port N"
 *
 *	POST /set/NAME[?TYPE]	the feed NAME is this body, of this content type (application/xml); its tags change
 *	GET  /NAME		that feed: ETag, Last-Modified, 304 for who has it
 *	GET  /redirect/CODE/NAME	CODE with the location /NAME
 *	GET  /to/CODE?ADDRESS	CODE with that location
 *	GET  /status/CODE[?SECONDS]	CODE, with Retry-After
 *	GET  /slow/NAME		the feed, a byte now and then
 *	GET  /endless		a feed that has no end
 *	GET  /bomb		20 MiB of spaces, packed
 *	GET  /deaf		no answer
 *	GET  /asked?PATH	how often that was asked for, and by which headers the last time
 *
 * Ends by a signal.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "rt/buf.h"
#include "rt/loop.h"
#include "tests/fake/server.h"

enum {
	FEEDS = 32,
	ASKED = 128,
	BODY_MAX = 16 << 20,
	SLOW_US = 50000,
	ENDLESS_US = 1000,
	PIECE = 16384,
	WAITING_MAX = 1 << 20,
	BOMB_BYTES = 20 << 20,
};

struct feed {
	char *name, *type;
	struct buf body;
	unsigned version;
};

struct asked {
	char *path;
	unsigned n;
	char *match, *since; /* the conditions of the last one */
};

struct site {
	struct loop *loop;
	struct feed feeds[FEEDS];
	struct asked asked[ASKED];
	size_t n_feeds, n_asked;
};

/* An answer that takes its time. */
struct drip {
	struct conn *conn;
	struct loop_timer timer;
	struct buf body; /* empty: endless */
	size_t at;
};

static void set(char **text, const char *value)
{
	free(*text);
	*text = base_dup(value, strlen(value));
}

static struct feed *find(struct site *s, const char *name)
{
	for (size_t i = 0; i < s->n_feeds; i++)
		if (strcmp(s->feeds[i].name, name) == 0)
			return &s->feeds[i];
	return NULL;
}

static struct asked *asked_of(struct site *s, const char *path)
{
	for (size_t i = 0; i < s->n_asked; i++)
		if (strcmp(s->asked[i].path, path) == 0)
			return &s->asked[i];
	if (s->n_asked == ASKED)
		abort();
	s->asked[s->n_asked].path = base_dup(path, strlen(path));
	return &s->asked[s->n_asked++];
}

static void answer(struct conn *c, int status, const char *headers, struct span body)
{
	conn_head(c, status, headers, (int64_t)body.n);
	conn_piece(c, body.p, body.n);
	conn_end(c);
}

static void put_feed(struct site *s, struct conn *c, const char *name, const struct request *r)
{
	struct feed *f = find(s, name);

	if (!f) {
		if (s->n_feeds == FEEDS)
			abort();
		f = &s->feeds[s->n_feeds++];
		set(&f->name, name);
	}
	set(&f->type, *r->query ? r->query : "application/xml");
	buf_clear(&f->body);
	buf_add(&f->body, r->body.p, r->body.n);
	f->version++;
	answer(c, 200, "", SPAN("{}"));
}

static void get_feed(const struct feed *f, struct conn *c, const struct request *r)
{
	const char *match = request_header(r, "If-None-Match");
	const char *since = request_header(r, "If-Modified-Since");
	char headers[400], etag[64], modified[64];

	/* A weak tag with a quote's worth of trouble, and a date that only this server can read. */
	snprintf(etag, sizeof(etag), "W/\"v %u %zu\"", f->version, f->body.n);
	snprintf(modified, sizeof(modified), "Sat, 07 Sep 2002 00:%02u:01 GMT", f->version % 60);
	snprintf(headers, sizeof(headers), "Content-Type: %s\r\nETag: %s\r\nLast-Modified: %s\r\n",
		 f->type, etag, modified);
	if (match && since && strcmp(match, etag) == 0 && strcmp(since, modified) == 0)
		answer(c, 304, headers, SPAN(""));
	else
		answer(c, 200, headers, buf_span(&f->body));
}

static void redirect(struct conn *c, int status, const char *to)
{
	char headers[1200];

	snprintf(headers, sizeof(headers), "Location: %s\r\n", to);
	answer(c, status, headers, SPAN("elsewhere"));
}

/* Drips */

static void drip_free(struct drip *d)
{
	loop_timer_done(&d->timer);
	buf_done(&d->body);
	free(d);
}

static void on_drip(void *ctx)
{
	struct drip *d = ctx;

	if (d->body.n == 0) {
		if (conn_waiting(d->conn) < WAITING_MAX)
			for (int i = 0; i < 100; i++)
				conn_piece(d->conn, "<item><title>more</title></item>\n", 33);
		loop_timer_in(&d->timer, ENDLESS_US);
	} else if (d->at < d->body.n) {
		conn_piece(d->conn, buf_p(&d->body) + d->at++, 1);
		loop_timer_in(&d->timer, SLOW_US);
	} else {
		conn_use(d->conn, NULL);
		conn_end(d->conn);
		drip_free(d);
	}
}

static void drip(struct site *s, struct conn *c, const struct feed *f)
{
	struct drip *d = base_alloc(1, sizeof(*d));

	d->conn = c;
	loop_timer_init(s->loop, &d->timer, on_drip, d);
	conn_use(c, d);
	conn_head(c, 200, "Content-Type: application/xml\r\n", -1);
	if (f)
		buf_add(&d->body, buf_p(&f->body), f->body.n);
	else
		conn_piece(c, "<rss><channel>", 14);
	loop_timer_soon(&d->timer);
}

static void bomb(struct conn *c)
{
	struct buf packed = { 0 };
	char plain[PIECE];
	z_stream z = { 0 };

	memset(plain, ' ', sizeof(plain));
	if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	for (int at = 0; at < BOMB_BYTES; at += PIECE) {
		z.next_in = (uint8_t *)plain;
		z.avail_in = PIECE;
		z.next_out = (uint8_t *)buf_reserve(&packed, PIECE * 2);
		z.avail_out = PIECE * 2;
		deflate(&z, at + PIECE < BOMB_BYTES ? Z_NO_FLUSH : Z_FINISH);
		buf_commit(&packed, PIECE * 2 - z.avail_out);
	}
	deflateEnd(&z);
	answer(c, 200, "Content-Type: application/xml\r\nContent-Encoding: gzip\r\n",
	       buf_span(&packed));
	buf_done(&packed);
}

static void tell_asked(struct site *s, struct conn *c, const char *path)
{
	const struct asked *a = asked_of(s, path);
	struct buf text = { 0 };

	buf_addf(&text, "%u\nIf-None-Match: %s\nIf-Modified-Since: %s\n", a->n,
		 a->match ? a->match : "", a->since ? a->since : "");
	answer(c, 200, "Content-Type: text/plain\r\n", buf_span(&text));
	buf_done(&text);
}

static void note(struct site *s, const struct request *r)
{
	struct asked *a = asked_of(s, r->path);
	const char *match = request_header(r, "If-None-Match");
	const char *since = request_header(r, "If-Modified-Since");

	a->n++;
	set(&a->match, match ? match : "");
	set(&a->since, since ? since : "");
}

/* Behind a word of the path; NULL: it begins otherwise. */
static const char *behind(const char *path, const char *word)
{
	const size_t n = strlen(word);

	return strncmp(path, word, n) == 0 ? path + n : NULL;
}

static int number(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

static void misbehave(struct site *s, struct conn *c, const struct request *r)
{
	const char *rest;
	char headers[64] = "";

	if ((rest = behind(r->path, "/redirect/"))) {
		redirect(c, number(rest), strchr(rest, '/') ? strchr(rest, '/') : "/");
	} else if ((rest = behind(r->path, "/to/"))) {
		redirect(c, number(rest), r->query);
	} else if ((rest = behind(r->path, "/status/"))) {
		if (*r->query)
			snprintf(headers, sizeof(headers), "Retry-After: %d\r\n", number(r->query));
		answer(c, number(rest), headers, SPAN("no"));
	} else if ((rest = behind(r->path, "/slow/")) && find(s, rest)) {
		drip(s, c, find(s, rest));
	} else if (strcmp(r->path, "/endless") == 0) {
		drip(s, c, NULL);
	} else if (strcmp(r->path, "/bomb") == 0) {
		bomb(c);
	} else if (strcmp(r->path, "/deaf") != 0) {
		answer(c, 404, "", SPAN("no such feed"));
	}
}

static void on_request(void *ctx, struct conn *c, const struct request *r)
{
	struct site *s = ctx;
	const char *name;

	if (r->status || !r->path) {
		answer(c, r->status ? r->status : 400, "", SPAN("what?"));
		return;
	}
	name = behind(r->path, "/set/");
	if (name && strcmp(r->method, "POST") == 0) {
		put_feed(s, c, name, r);
		return;
	}
	if (strcmp(r->path, "/asked") == 0) {
		tell_asked(s, c, r->query);
		return;
	}
	note(s, r);
	if (find(s, r->path + 1))
		get_feed(find(s, r->path + 1), c, r);
	else
		misbehave(s, c, r);
}

static void on_gone(UNUSED void *ctx, void *use)
{
	if (use)
		drip_free(use);
}

static void on_connection(UNUSED void *ctx)
{
}

static void on_signal(void *ctx, UNUSED int signo)
{
	loop_stop(ctx, EXIT_SUCCESS);
}

static int serve(struct site *s, uint16_t port)
{
	const struct server_events events = { on_request, on_gone, on_connection, on_connection,
					      s };
	struct server *server;
	int r = server_new(&server, s->loop, port, BODY_MAX, &events);

	if (r) {
		fprintf(stderr, "port %u: %s\n", port, strerror(-r));
		return EXIT_FAILURE;
	}
	printf("port %u\n", server_port(server));
	fflush(stdout);
	r = loop_run(s->loop);
	server_free(server);
	return r;
}

static void done(struct site *s)
{
	for (size_t i = 0; i < s->n_feeds; i++) {
		free(s->feeds[i].name);
		free(s->feeds[i].type);
		buf_done(&s->feeds[i].body);
	}
	for (size_t i = 0; i < s->n_asked; i++) {
		free(s->asked[i].path);
		free(s->asked[i].match);
		free(s->asked[i].since);
	}
	loop_free(s->loop);
}

int main(int argc, char **argv)
{
	struct site s = { 0 };
	int r;

	if (loop_new(&s.loop) < 0 || loop_on_signal(s.loop, SIGTERM, on_signal, s.loop) < 0 ||
	    loop_on_signal(s.loop, SIGINT, on_signal, s.loop) < 0)
		return EXIT_FAILURE;
	signal(SIGPIPE, SIG_IGN);
	r = serve(&s, argc > 1 ? (uint16_t)strtoul(argv[1], NULL, 10) : 0);
	done(&s);
	return r;
}
