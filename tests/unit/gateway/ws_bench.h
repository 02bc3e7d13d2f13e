/*
 * ws_bench.h - for tests of WebSocket clients: clients on real sockets with a fake world behind them,
 * and frames as a browser sends them.
 */
#pragma once

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>
#include "gateway/client.h"
#include "gateway/client_telnet.h"
#include "gateway/client_web.h"
#include "gateway/websocket.h"
#include "tests/unit/gateway/fake_world.h"

enum {
	F_MORE = 0x00,
	F_TEXT = 0x81,
	F_BINARY = 0x82,
	F_CLOSE = 0x88,
	F_PING = 0x89,
	F_PONG = 0x8a
};

struct ws_bench {
	struct fake_world f;
	struct loop *loop;
	struct clients clients;
	struct client_conf conf;
	unsigned gone;
};

static struct ws_bench b;

static void on_gone(UNUSED void *ctx, UNUSED const struct client *c)
{
	b.gone++;
}

static int to_fake(UNUSED void *ctx, const Mudlark__WorldIn *m)
{
	return to_world(&b.f, m);
}

UNUSED static void begin(void)
{
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(loop_new(&b.loop), 0);
	b.conf = (struct client_conf){
		.output_soft = 1 << 16,
		.output_max = 1 << 20,
		.output_total = 1 << 28,
		.stuck_us = 30000000,
	};
	fake_init(&b.f);
	clients_init(&b.clients, b.loop, &b.f.lobby, &b.conf);
	b.clients.on_gone = on_gone;
	clients_io(&b.clients, &b.f.lobby.io);
	b.f.lobby.io.to_world = to_fake;
	lobby_up(&b.f.lobby, LINK_FRESH);
}

UNUSED static void end(void)
{
	clients_done(&b.clients);
	fake_done(&b.f);
	loop_free(b.loop);
}

UNUSED static void turn(void)
{
	event_base_loop(loop_base(b.loop), EVLOOP_NONBLOCK);
	lobby_flush(&b.f.lobby);
	clients_flush(&b.clients);
}

static int connect_by(const struct protocol *p, const struct framing *framing)
{
	int pair[2];
	struct client_guest guest = { .peer = "here", .via = "ws", .framing = framing };
	struct stream from;

	if (framing)
		guest.frames = websocket_new();

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	from = stream_of(pair[0]);
	ck_assert_int_eq(client_open(&b.clients, p, &from, &guest), 0);
	return pair[1];
}

UNUSED static void put_bytes(int fd, struct span bytes)
{
	ck_assert_int_eq(send(fd, bytes.p, bytes.n, MSG_NOSIGNAL), (ssize_t)bytes.n);
	turn();
}

/* The other end of a new connection. */
UNUSED static int connect_with(const struct protocol *p)
{
	return connect_by(p, &framing_websocket);
}

/* A masked frame, appended. */
UNUSED static void add_frame(struct buf *out, uint8_t first, struct span payload)
{
	static const char key[] = { 0x37, (char)0xfa, 0x21, 0x3d };
	struct buf plain = { 0 };
	size_t head;

	websocket_frame(&plain, first, payload);
	head = plain.n - payload.n;
	buf_add(out, buf_p(&plain), head);
	out->p[out->off + out->n - head + 1] |= (char)0x80;
	buf_add(out, key, sizeof(key));
	for (size_t i = 0; i < payload.n; i++)
		buf_addc(out, (char)(payload.p[i] ^ key[i % 4]));
	buf_done(&plain);
}

UNUSED static void put(int fd, uint8_t first, struct span payload)
{
	struct buf out = { 0 };

	add_frame(&out, first, payload);
	put_bytes(fd, buf_span(&out));
	buf_done(&out);
}

/* What has arrived at the client so far. */
UNUSED static struct buf get(int fd)
{
	struct buf got = { 0 };
	ssize_t n;

	turn();
	while ((n = recv(fd, buf_reserve(&got, 65536), 65536, MSG_DONTWAIT)) > 0)
		buf_commit(&got, (size_t)n);
	return got;
}

/* A payload on one line: CR LF as `|`, colours left out. */
static void note_payload(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		while (i < s.n && s.p[i] == '\033')
			i += strcspn(s.p + i, "m") + 1;
		if (i < s.n && s.p[i] != '\r')
			buf_addc(out, s.p[i] == '\n' ? '|' : s.p[i]);
	}
	buf_addc(out, '\n');
}

/* Server frames as text, one on a line: `text abc`, `binary abc`, `close 1002 why`. */
UNUSED static void note_frames(struct buf *out, struct span in)
{
	while (in.n > 0) {
		uint8_t first = (uint8_t)in.p[0], n = (uint8_t)in.p[1];
		size_t head = n == 126 ? 4 : n == 127 ? 10 : 2, size = n;

		ck_assert_uint_ge(in.n, head);
		ck_assert(!(n & 0x80)); /* a server does not mask */
		if (head > 2)
			size = 0;
		for (size_t i = 2; i < head; i++)
			size = size << 8 | (uint8_t)in.p[i];
		ck_assert_uint_ge(in.n, head + size);
		in.p += head;
		in.n -= head;
		buf_adds(out, first == F_TEXT	  ? "text "
			      : first == F_BINARY ? "binary "
			      : first == F_PING	  ? "ping "
			      : first == F_PONG	  ? "pong "
			      : first == F_CLOSE  ? "close "
						  : "bad ");
		if (first == F_CLOSE && size >= 2) {
			buf_addf(out, "%d ", (uint8_t)in.p[0] << 8 | (uint8_t)in.p[1]);
			in.p += 2;
			in.n -= 2;
			size -= 2;
		}
		note_payload(out, (struct span){ in.p, size });
		in.p += size;
		in.n -= size;
	}
}

UNUSED static void expect(int fd, const char *want)
{
	struct buf got = get(fd), noted = { 0 };

	note_frames(&noted, buf_span(&got));
	ck_assert_text(&noted, want);
	buf_done(&got);
}

UNUSED static bool is_closed(int fd)
{
	char c;

	turn();
	return recv(fd, &c, 1, MSG_DONTWAIT) == 0;
}

UNUSED static struct client *the_client(void)
{
	return TAILQ_FIRST(&b.clients.all);
}

/* A player in play; nothing unread. */
UNUSED static int player(const struct protocol *p)
{
	int fd = connect_with(p);
	struct buf got;

	fake_state(&b.f, 0, b.f.next_id, false, true, 0);
	fake_output(&b.f, 0, b.f.next_id, NULL, 0, "> ");
	got = get(fd);
	buf_done(&got);
	buf_clear(&b.f.told);
	return fd;
}
