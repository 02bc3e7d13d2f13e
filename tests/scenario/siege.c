/* siege.c - see siege.h. */
#include "tests/scenario/siege.h"

#include <check.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/support/die.h"
#include "tests/support/sample.h"

enum { THOUGHTS = 5, CHUNK = 64 << 10, WAIT_MS = 1000 };

void siege_begin(struct siege *s, const struct mud_conf *c)
{
	*s = (struct siege){ 0 };
	mud_start(&s->mud, c);
	s->gateway = mud_pid(&s->mud, "gateway");
	s->world = mud_pid(&s->mud, "world");
	s->persist = mud_pid(&s->mud, "persist");
	talk_open(&s->player, "the player beside", s->mud.telnet);
	talk_enter_guest(&s->player);
	siege_calm(s);
	s->pss_kb = sample_pss_kb(s->gateway);
}

void siege_calm(struct siege *s)
{
	struct talk *t = &s->player;
	char answer[64];

	for (unsigned i = 0; i < THOUGHTS; i++) {
		talk_line(t, "think of calm %u", ++s->thoughts);
		snprintf(answer, sizeof(answer), "of calm %u\n", s->thoughts);
		talk_expect(t, answer);
		talk_expect(t, TALK_PROMPT);
	}
}

void siege_flat(struct siege *s, uint64_t kb)
{
	uint64_t now = sample_pss_kb(s->gateway);

	if (!getenv("ASAN_OPTIONS") && now > s->pss_kb + kb)
		die("the gateway grew from %llu to %llu KB", (unsigned long long)s->pss_kb,
		    (unsigned long long)now);
}

void siege_end(struct siege *s)
{
	siege_calm(s);
	ck_assert_int_eq(mud_pid(&s->mud, "gateway"), s->gateway);
	ck_assert_int_eq(mud_pid(&s->mud, "world"), s->world);
	ck_assert_int_eq(mud_pid(&s->mud, "persist"), s->persist);
	ck_assert_int_eq(mud_stop(&s->mud), 0);
	talk_close(&s->player);
}

void siege_open(struct siege *s, struct talk *t, unsigned n)
{
	char from[32];

	snprintf(from, sizeof(from), "127.0.0.%u", n);
	talk_open_by(t, "an attacker", &(struct talk_way){ .port = s->mud.telnet, .from = from });
}

size_t siege_send(struct talk *t, const void *p, size_t n)
{
	const char *from = p;
	uint64_t end = now_us() + TALK_US;
	size_t sent = 0;

	while (sent < n && t->fd >= 0 && now_us() < end) {
		struct pollfd ready = { .fd = t->fd, .events = POLLIN | POLLOUT };
		size_t chunk = n - sent < CHUNK ? n - sent : CHUNK;
		ssize_t did = 0;

		if (poll(&ready, 1, WAIT_MS) <= 0)
			continue;
		if (ready.revents & POLLOUT)
			did = send(t->fd, from + sent, chunk, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (did > 0)
			sent += (size_t)did;
		if (ready.revents & ~POLLOUT)
			talk_read(t, 0);
		if (did < 0 && errno != EAGAIN)
			break;
	}
	return sent;
}

size_t siege_send_times(struct talk *t, struct span bytes, size_t times)
{
	size_t a_chunk = CHUNK / bytes.n, sent = 0;
	char chunk[CHUNK];

	for (size_t i = 0; i < a_chunk; i++)
		memcpy(chunk + i * bytes.n, bytes.p, bytes.n);
	while (times) {
		size_t n = times < a_chunk ? times : a_chunk, did;

		did = siege_send(t, chunk, n * bytes.n);
		sent += did;
		times -= n;
		if (did < n * bytes.n)
			break;
	}
	return sent;
}

void siege_refused(struct talk *t, const char *sentence)
{
	talk_expect(t, sentence);
	talk_expect_end(t);
	talk_close(t);
}
