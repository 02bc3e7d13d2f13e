/* main.c - the program: fake.h says how it is used. Ends by a signal. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/fake/play.h"

static void send_text(struct conn *c, int status, const char *text, size_t n)
{
	conn_head(c, status, "Content-Type: application/json\r\n", (int64_t)n);
	conn_piece(c, text, n);
	conn_end(c);
}

static void send_stats(const struct stats *s, struct conn *c)
{
	json_t *all =
		json_pack("{sIsIsIsIsIsIsIsIsIsIsIsIsIss}", "requests", (json_int_t)s->requests,
			  "refused", (json_int_t)s->refused, "failed", (json_int_t)s->failed,
			  "answered", (json_int_t)s->answered, "cancelled",
			  (json_int_t)s->cancelled, "in_flight", (json_int_t)s->in_flight,
			  "in_flight_max", (json_int_t)s->in_flight_max, "connections",
			  (json_int_t)s->connections, "connections_now",
			  (json_int_t)s->connections_now, "tokens_in", (json_int_t)s->tokens_in,
			  "tokens_out", (json_int_t)s->tokens_out, "moderations",
			  (json_int_t)s->moderations, "flagged", (json_int_t)s->flagged, "why",
			  s->why);
	char *text = json_text(all);

	send_text(c, 200, text, strlen(text));
	free(text);
	json_decref(all);
}

static void set_mode(struct fake *f, struct conn *c, const struct request *r)
{
	struct buf why = { 0 };
	bool fine = mode_set(&f->mode, r->body, &why);

	if (fine)
		buf_adds(&why, "{}\n");
	send_text(c, fine ? 200 : 400, buf_p(&why), why.n);
	buf_done(&why);
}

static void on_request(void *ctx, struct conn *c, const struct request *r)
{
	static const char nothing[] = "{\"error\":{\"message\":\"Not Found\",\"type\":"
				      "\"not_found_error\"}}";
	const char *path = r->path ? r->path : "";
	const struct api *api = api_find(path);
	struct fake *f = ctx;

	if (api)
		play_request(f, api, c, r);
	else if (!strcmp(path, "/fake/stats"))
		send_stats(&f->stats, c);
	else if (!strcmp(path, "/fake/last"))
		send_text(c, 200, buf_p(&f->last), f->last.n);
	else if (!strcmp(path, "/fake/mode") && !strcmp(r->method, "POST"))
		set_mode(f, c, r);
	else
		send_text(c, r->status ? r->status : 404, nothing, sizeof(nothing) - 1);
}

static void on_gone(UNUSED void *ctx, void *use)
{
	play_gone(use);
}

static void on_opened(void *ctx)
{
	struct fake *f = ctx;

	f->stats.connections++;
	f->stats.connections_now++;
}

static void on_closed(void *ctx)
{
	((struct fake *)ctx)->stats.connections_now--;
}

static int usage(void)
{
	fprintf(stderr, "usage: ai [PORT] [--key KEY] [--mode JSON]\n");
	return EXIT_FAILURE;
}

static int serve(struct fake *f, uint16_t port)
{
	const struct server_events events = { on_request, on_gone, on_opened, on_closed, f };
	struct server *s;
	int r;

	r = server_new(&s, f->loop, port, FAKE_MAX_BODY, &events);
	if (r) {
		fprintf(stderr, "port %u: %s\n", port, strerror(-r));
		return EXIT_FAILURE;
	}
	printf("port %u\n", server_port(s));
	fflush(stdout);
	r = loop_run(f->loop);
	server_free(s);
	return r;
}

/* False: that is not how it is called. */
static bool take_arguments(struct fake *f, int argc, char **argv, uint16_t *port)
{
	struct buf why = { 0 };
	bool fine = true;

	for (int i = 1; fine && i < argc; i++) {
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;

		if (next && !strcmp(argv[i], "--key")) {
			f->key = argv[++i];
		} else if (next && !strcmp(argv[i], "--mode")) {
			fine = mode_set(&f->mode, (struct span){ next, strlen(next) }, &why);
			i++;
		} else {
			*port = (uint16_t)strtoul(argv[i], NULL, 10);
			fine = strspn(argv[i], "0123456789") == strlen(argv[i]);
		}
	}
	fprintf(stderr, "%.*s", (int)why.n, buf_p(&why));
	buf_done(&why);
	return fine;
}

/* Under LeakSanitizer nothing may be left over, whatever the end. */
static int end(struct fake *f, int status)
{
	loop_free(f->loop);
	mode_done(&f->mode);
	buf_done(&f->last);
	return status;
}

int main(int argc, char **argv)
{
	struct fake f = { .key = FAKE_KEY };
	struct rlimit files;
	uint16_t port = 0;

	mode_init(&f.mode);
	if (!take_arguments(&f, argc, argv, &port))
		return end(&f, usage());
	signal(SIGPIPE, SIG_IGN);
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (loop_new(&f.loop))
		return end(&f, EXIT_FAILURE);
	return end(&f, serve(&f, port));
}
