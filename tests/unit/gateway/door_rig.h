/*
 * door_rig.h - for tests of the door: guests are the other ends of pairs of sockets, and their
 * address is what we say.
 */
#pragma once

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "gateway/door.h"
#include "rt/log.h"
#include "tests/unit/gateway/bytes.h"

enum { PATIENCE_US = 200000, LONG_US = 10000000, FAR_US = 600000000 };

/* What a proxy says for 192.0.2.7. */
#define PROXY_LINE "PROXY TCP4 192.0.2.7 198.51.100.2 4711 4000\r\n"

static struct loop *loop;
static struct throttle_conf limits;
static struct throttle throttle;
static struct doors_conf conf;
static struct doors doors;
static struct door door;

/* The last one who came in. */
static unsigned came;
static struct door_guest guest;
static struct stream in;

static inline void let_go(void)
{
	if (in.fd < 0)
		return;
	throttle_leave(&throttle, guest.source);
	stream_close(&in);
}

static inline void on_accepted(UNUSED void *ctx, struct stream *s, const struct door_guest *g)
{
	came++;
	let_go();
	guest = *g;
	in = *s;
}

static inline const char *no_site(UNUSED void *ctx, const struct sockaddr *from,
				  UNUSED uint64_t now_us)
{
	struct cidr a, banned;

	ck_assert(cidr_of_sockaddr(from, &a));
	ck_assert(address_parse(text_of("192.0.2.66"), &banned));
	return address_eq(&a, &banned) ? "You are not welcome here." : NULL;
}

static inline void begin(const struct door *d)
{
	char *nets[] = { (char[]){ "10.0.0.0/8" }, NULL };
	const char *bad;

	log_set(LOG_ERROR, false);
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(loop_new(&loop), 0);
	limits = (struct throttle_conf){ .max_conns = 5000 };
	throttle_init(&throttle, &limits);
	conf = (struct doors_conf){ .handshake_us = FAR_US };
	ck_assert_int_eq(address_nets_set(&conf.trusted, nets, &bad), 0);
	doors_init(&doors, loop, &conf, &throttle);
	door = *d;
	door.name = "telnet";
	door.accepted = on_accepted;
	came = 0;
	in = stream_of(-1);
}

static inline void end(void)
{
	doors_done(&doors);
	ck_assert_uint_eq(doors.n, 0);
	let_go();
	ck_assert_uint_eq(throttle.n, 0);
	tls_free(doors.tls);
	throttle_done(&throttle);
	address_nets_done(&conf.trusted);
	loop_free(loop);
}

/* Somebody connects from there; his end of the socket. */
static inline int arrive(const char *from)
{
	struct sockaddr_storage s;
	struct cidr a;
	int pair[2];

	ck_assert(address_parse(text_of(from), &a));
	address_sockaddr(&a, &s);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	doors_take(&doors, &door, pair[0], (struct sockaddr *)&s);
	return pair[1];
}

static inline void turn(void)
{
	doors.steps = 0; /* as at the end of each turn of loop_run() */
	event_base_loop(loop_base(loop), EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static inline void say(int fd, struct span text)
{
	ck_assert_int_eq(send(fd, text.p, text.n, 0), (ssize_t)text.n);
	turn();
}

/* Everything that is said to him until he is closed, or for so long. true: closed. */
static inline bool hear(int fd, struct buf *ret, uint64_t within_us)
{
	uint64_t end_us = clock_mono(&clock_system) + within_us;

	do {
		ssize_t n = recv(fd, buf_reserve(ret, 4096), 4096, MSG_DONTWAIT);

		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return true;
		if (n > 0)
			buf_commit(ret, (size_t)n);
		turn();
	} while (clock_mono(&clock_system) < end_us);
	return false;
}

#define expect_closed(fd_, literal)                                                                \
	do {                                                                                       \
		struct buf heard_ = { 0 };                                                         \
		ck_assert(hear(fd_, &heard_, LONG_US));                                            \
		ck_assert_bytes(&heard_, literal);                                                 \
		buf_done(&heard_);                                                                 \
		close(fd_);                                                                        \
	} while (0)

#define ALERT "\x15\x03\x03\0\x02\x02\x31"

static inline void expect_unread(struct span text)
{
	char bytes[256];
	long n = stream_read(&in, bytes, sizeof(bytes));

	ck_assert_int_eq(n, (long)text.n);
	ck_assert_mem_eq(bytes, text.p, text.n);
}
