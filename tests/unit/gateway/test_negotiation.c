/*
 * test_negotiation.c - what real clients of Debian sent (tests/fixtures/telnet, recorded by `make fixtures`)
 * is played again to the telnet protocol: at once, byte by byte, and cut at random.  Each time the same is
 * answered as when it was recorded, and the world is told the same.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/client.h"
#include "gateway/client_telnet.h"
#include "rt/rand.h"
#include "tests/support/tap.h"
#include "tests/support/transcript.h"
#include "tests/unit/gateway/fake_world.h"
#include "tests/unit/gateway/negotiation.h"

enum { SEEDS = 40, LINES_MAX = 256, ANSWER_MAX = 64 << 10 };

/* What is known of a client's recording. */
static const struct known {
	const char *file;
	const char *client; /* what the world is told of it */
	unsigned width, height;
	bool gmcp;
	const char *prompt_end; /* how its prompts end */
} known[] = {
	{ "telnet", "XTERM-256COLOR", 132, 50, false, "IAC GA" },
	{ "tintin", "TINTIN++ 2.02.20", 100, 40, true, "IAC EOR" },
	{ "tf5", "TINYFUGUE", 99, 40, false, "IAC EOR" },
	{ "kildclient", "KildClient", 43, 7, true, "IAC GA" },
};

/* A connection played to its end. */
struct replay {
	struct fake_world world;
	struct loop *loop;
	struct clients clients;
	int fd;
	struct buf recording, told;
	size_t answered;
	char client[64];
	unsigned width, height;
	bool gmcp;
};

static const struct client_conf conf = {
	.output_soft = 1 << 16,
	.output_max = 1 << 20,
	.output_total = 1 << 28,
	.stuck_us = 30000000,
	.compress = true,
};

static struct replay *now_playing(void *ctx)
{
	return (struct replay *)((struct clients *)ctx)->ctx;
}

static int to_replay(void *ctx, const Mudlark__WorldIn *m)
{
	struct replay *r = now_playing(ctx);
	const Mudlark__SessionCaps *c = m->session_caps;

	if (m->body_case != MUDLARK__WORLD_IN__BODY_SESSION_CAPS)
		return to_world(&r->world, m);
	snprintf(r->client, sizeof(r->client), "%s", c->client ? c->client : "");
	r->width = c->width;
	r->height = c->height;
	r->gmcp = c->gmcp;
	return 0;
}

static void turn(struct replay *r)
{
	char bytes[65536];
	ssize_t n;

	event_base_loop(loop_base(r->loop), EVLOOP_NONBLOCK);
	lobby_flush(&r->world.lobby);
	clients_flush(&r->clients);
	while ((n = recv(r->fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
		tap_add(&r->recording, TAP_SERVER, (struct span){ bytes, (size_t)n });
		r->answered += (size_t)n;
	}
	ck_assert_int_ne(n, 0); /* nobody is dropped */
}

static void replay_begin(struct replay *r)
{
	struct client_guest guest = { .peer = "here", .via = "telnet" };
	int pair[2];

	*r = (struct replay){ 0 };
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(loop_new(&r->loop), 0);
	fake_init(&r->world);
	clients_init(&r->clients, r->loop, &r->world.lobby, &conf);
	r->clients.ctx = r;
	clients_io(&r->clients, &r->world.lobby.io);
	r->world.lobby.io.to_world = to_replay;
	lobby_up(&r->world.lobby, LINK_FRESH);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	r->fd = pair[1];
	struct stream from = stream_of(pair[0]);
	ck_assert_int_eq(client_open(&r->clients, &protocol_telnet, &from, &guest), 0);
	fake_state(&r->world, 0, 1, false, true, 0);
	turn(r);
}

/* What the fake world says in the end shows which prompts it has. Takes the transcript of the answers. */
static struct buf replay_end(struct replay *r)
{
	struct buf transcript;

	fake_output(&r->world, 0, 1, "The end.", 0, "> ");
	turn(r);
	ck_assert_uint_lt(r->answered, ANSWER_MAX);
	transcript = transcript_of(buf_span(&r->recording));
	buf_add(&r->told, buf_p(&r->world.told), r->world.told.n);
	buf_addc(&r->told, '\0');
	clients_done(&r->clients);
	fake_done(&r->world);
	loop_free(r->loop);
	close(r->fd);
	buf_done(&r->recording);
	return transcript;
}

/* Sizes of pieces. */
struct cut {
	bool whole;
	struct rng rng;
	size_t max; /* 1: byte by byte */
};

static void send_cut(struct replay *r, struct span bytes, struct cut *cut)
{
	while (bytes.n) {
		size_t n = cut->whole ? bytes.n : 1 + rng_below(&cut->rng, cut->max);

		n = n < bytes.n ? n : bytes.n;
		ck_assert_int_eq(send(r->fd, bytes.p, n, 0), (ssize_t)n);
		bytes.p += n;
		bytes.n -= n;
		turn(r);
	}
}

static void replay_all(struct replay *r, const struct negotiation *g, struct cut *cut)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct neg_step *s = &g->steps[i];

		if (s->kind == NEG_BYTES)
			send_cut(r, buf_span(&s->bytes), cut);
		else
			fake_hide(&r->world, 1, s->kind == NEG_HIDE);
		turn(r);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * What the server negotiated, sorted: how bytes are cut may change how answers interleave.  Not its words
 * and prompts, and not what was left out of the recording.
 */
static struct buf server_part(const char *transcript)
{
	CLEANUP(base_freep) char *copy = base_dup(transcript, strlen(transcript));
	char *lines[LINES_MAX], *rest = copy;
	struct buf out = { 0 };
	size_t n = 0;

	for (char *line; (line = strtok_r(rest, "\n", &rest));) {
		line += *line == '<';
		line += *line == 'z';
		if (strncmp(line, " IAC ", 5) || strstr(line, " ... ") || strstr(line, "IAC GA") ||
		    strstr(line, "IAC EOR"))
			continue;
		ck_assert_uint_lt(n, LINES_MAX);
		lines[n++] = line;
	}
	qsort(lines, n, sizeof(lines[0]), by_text);
	for (size_t i = 0; i < n; i++)
		buf_addf(&out, "%s\n", lines[i]);
	buf_addc(&out, '\0');
	return out;
}

static void check_end(const struct replay *r, const struct known *k, const char *transcript)
{
	const char *last = strrchr(transcript, 'I');

	ck_assert_str_eq(r->client, k->client);
	ck_assert_uint_eq(r->width, k->width);
	ck_assert_uint_eq(r->height, k->height);
	ck_assert_int_eq(r->gmcp, k->gmcp);
	ck_assert_ptr_nonnull(last);
	ck_assert_msg(!strncmp(last, k->prompt_end, strlen(k->prompt_end)), "prompts end in %s",
		      last);
}

static void play(const struct known *k, struct cut *cut, struct buf *told)
{
	struct negotiation *g;
	struct buf transcript, said, was_said;
	struct replay r;
	char path[128];

	snprintf(path, sizeof(path), "tests/fixtures/telnet/%s.neg", k->file);
	g = neg_read(path);
	replay_begin(&r);
	replay_all(&r, g, cut);
	transcript = replay_end(&r);
	said = server_part(buf_p(&transcript));
	was_said = server_part(buf_p(&g->server));
	ck_assert_str_eq(buf_p(&said), buf_p(&was_said));
	check_end(&r, k, buf_p(&transcript));
	if (told->n)
		ck_assert_str_eq(buf_p(&r.told), buf_p(told));
	else
		buf_add(told, buf_p(&r.told), r.told.n);
	buf_done(&r.told);
	buf_done(&transcript);
	buf_done(&said);
	buf_done(&was_said);
	neg_free(g);
}

static void check_every_cut(const char *file)
{
	struct cut whole = { .whole = true }, bytes = { .max = 1 };
	const struct known *k = known;
	struct buf told = { 0 };

	while (strcmp(k->file, file))
		k++;
	play(k, &whole, &told);
	ck_assert_ptr_nonnull(strstr(buf_p(&told), "line 1 "));
	play(k, &bytes, &told);
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct cut some = { .max = 24 };

		rng_seed(&some.rng, seed);
		play(k, &some, &told);
	}
	buf_done(&told);
}

START_TEST(inetutils_telnet_is_answered_the_same_however_its_bytes_are_cut)
{
	check_every_cut("telnet");
}
END_TEST

START_TEST(tintin_is_answered_the_same_however_its_bytes_are_cut)
{
	check_every_cut("tintin");
}
END_TEST

START_TEST(tf_is_answered_the_same_however_its_bytes_are_cut)
{
	check_every_cut("tf5");
}
END_TEST

START_TEST(kildclient_is_answered_the_same_however_its_bytes_are_cut)
{
	check_every_cut("kildclient");
}
END_TEST

UNIT_MAIN("negotiation", inetutils_telnet_is_answered_the_same_however_its_bytes_are_cut,
	  tintin_is_answered_the_same_however_its_bytes_are_cut,
	  tf_is_answered_the_same_however_its_bytes_are_cut,
	  kildclient_is_answered_the_same_however_its_bytes_are_cut)
