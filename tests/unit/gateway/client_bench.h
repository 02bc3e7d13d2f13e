/*
 * client_bench.h - clients on real sockets for a test: at one end bytes as clients send them, at the other
 * a fake world.
 */
#pragma once

#include <signal.h>
#include <sys/socket.h>
#include "gateway/client.h"
#include "gateway/client_telnet.h"
#include "tests/unit/gateway/fake_world.h"

/* What every client of telnet is sent first, where nothing is compressed. */
#define START                                                                                      \
	"\xff\xfd\x18\xff\xfb\x19\xff\xfd\x1f\xff\xfd\x27\xff\xfb\x2a\xff\xfb\x45\xff\xfb\x46\xff" \
	"\xfb\x5b"                                                                                 \
	"\xff\xfb\xc9"
#define GA "\xff\xf9"

static struct fake_world f;
static struct loop *loop;
static struct clients clients;
static struct client_conf conf = {
	.output_soft = 1 << 16,
	.output_max = 1 << 20,
	.output_total = 1 << 28,
	.stuck_us = 30000000,
};
UNUSED static unsigned gone;

UNUSED static void on_gone(UNUSED void *ctx, UNUSED const struct client *c)
{
	gone++;
}

UNUSED static int to_fake(void *ctx, const Mudlark__WorldIn *m)
{
	return to_world(((struct clients *)ctx)->ctx, m);
}

UNUSED static void begin(void)
{
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(loop_new(&loop), 0);
	fake_init(&f);
	clients_init(&clients, loop, &f.lobby, &conf);
	clients.on_gone = on_gone;
	clients.ctx = &f;
	clients_io(&clients, &f.lobby.io);
	f.lobby.io.to_world = to_fake;
	lobby_up(&f.lobby, LINK_FRESH);
}

UNUSED static void end(void)
{
	clients_done(&clients);
	fake_done(&f);
	loop_free(loop);
}

/* The other end of a new connection. */
UNUSED static int connect_with(const struct protocol *p)
{
	int pair[2];
	struct client_guest guest = { .peer = "here" };

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	struct stream from = stream_of(pair[0]);
	ck_assert_int_eq(client_open(&clients, p, &from, &guest), 0);
	return pair[1];
}

UNUSED static void turn(void)
{
	event_base_loop(loop_base(loop), EVLOOP_NONBLOCK);
	lobby_flush(&f.lobby);
	clients_flush(&clients);
}

UNUSED static void put(int fd, struct span bytes)
{
	ck_assert_int_eq(send(fd, bytes.p, bytes.n, 0), (ssize_t)bytes.n);
	turn();
}

/* What has arrived at the client so far, as text; NULs are not expected. */
UNUSED static struct buf get(int fd)
{
	struct buf b = { 0 };
	ssize_t n;

	turn();
	while ((n = recv(fd, buf_reserve(&b, 65536), 65536, MSG_DONTWAIT)) > 0)
		buf_commit(&b, (size_t)n);
	return b;
}

UNUSED static void expect(int fd, const char *want)
{
	struct buf got = get(fd);

	ck_assert_text(&got, want);
}

UNUSED static bool is_closed(int fd)
{
	char c;

	turn();
	return recv(fd, &c, 1, MSG_DONTWAIT) == 0;
}

/* A player who is in play; nothing unread. */
UNUSED static int player(void)
{
	int fd = connect_with(&protocol_telnet);

	fake_state(&f, 0, f.next_id, false, true, 0);
	fake_output(&f, 0, f.next_id, NULL, 0, "> ");
	expect(fd, START "> " GA);
	buf_clear(&f.told);
	return fd;
}
