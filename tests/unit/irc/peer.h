/*
 * peer.h - a network with a server that the test plays: lines in, what was sent, said and asked out, and time that passes
 * when the test says so.
 */
#pragma once

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridges/irc/network.h"

enum { PEER_S = 1000000 };

struct peer {
	struct network *n;
	struct channel *mud;
	struct network_conf conf;
	uint64_t now_us;
	uint64_t due_us; /* UINT64_MAX: never */
	struct buf out;	 /* what was sent and not looked at */
	struct buf heard, asked, trouble;
	size_t n_heard, n_troubles, dials, hang_ups;
	uint64_t sent; /* the last sequence */
	size_t window;
	bool is_full;
	int owner;
};

static inline uint64_t peer_mono(void *ctx)
{
	return ((struct peer *)ctx)->now_us;
}

static inline int64_t peer_wall(void *ctx)
{
	return (int64_t)(((struct peer *)ctx)->now_us / 1000);
}

static inline void peer_dial(void *ctx)
{
	((struct peer *)ctx)->dials++;
}

static inline void peer_hang_up(void *ctx)
{
	((struct peer *)ctx)->hang_ups++;
}

static inline int peer_send(void *ctx, struct span bytes)
{
	struct peer *p = ctx;

	if (p->is_full)
		return 1;
	buf_add(&p->out, bytes.p, bytes.n);
	return 0;
}

static inline void peer_wake(void *ctx, uint64_t delay_us)
{
	struct peer *p = ctx;

	p->due_us = delay_us == UINT64_MAX ? UINT64_MAX : p->now_us + delay_us;
}

static inline void peer_trouble(void *ctx, const char *text)
{
	struct peer *p = ctx;

	p->n_troubles++;
	buf_addf(&p->trouble, "%s\n", text);
}

static inline void peer_heard(void *ctx, const struct heard *h)
{
	struct peer *p = ctx;

	p->n_heard++;
	buf_addf(&p->heard, "%s%.*s%s %.*s [%s]\n",
		 h->emote    ? "* "
		 : h->notice ? "-"
			     : "",
		 (int)h->name.n, h->name.p, h->notice ? "" : ":", (int)h->text.n, h->text.p,
		 h->identity ? h->identity : "");
}

static inline void peer_asked(void *ctx, const struct asked *a)
{
	struct peer *p = ctx;

	buf_addf(&p->asked, "%d %s %.*s [%.*s]\n", (int)a->command,
		 a->channel ? a->channel->name : "-", (int)a->nick.n, a->nick.p, (int)a->arg.n,
		 a->arg.p);
}

static inline void peer_sent(void *ctx, struct channel *c, uint64_t seq)
{
	struct peer *p = ctx;

	ck_assert_ptr_eq(c->owner, &p->owner);
	ck_assert_uint_gt(seq, p->sent);
	p->sent = seq;
}

static inline void peer_window(void *ctx, UNUSED struct channel *c, size_t n)
{
	((struct peer *)ctx)->window = n;
}

static inline struct clock *peer_clock(struct peer *p)
{
	static struct clock clock;

	clock = (struct clock){ .mono_us = peer_mono, .wall_ms = peer_wall, .ctx = p };
	return &clock;
}

static inline struct network_conf peer_conf(void)
{
	return (struct network_conf){ .name = "irc",
				      .nick = "Mudlark",
				      .realname = "a game",
				      .flood_every_us = 2 * PEER_S,
				      .flood_burst = 5,
				      .retry_min_us = 4 * PEER_S,
				      .retry_max_us = 100 * PEER_S,
				      .speak_every_us = PEER_S,
				      .speak_burst = 3,
				      .max_age_ms = 60000 };
}

static inline void peer_begin(struct peer *p, const struct network_conf *conf)
{
	const struct network_events e = { .dial = peer_dial,
					  .hang_up = peer_hang_up,
					  .send = peer_send,
					  .wake = peer_wake,
					  .trouble = peer_trouble,
					  .heard = peer_heard,
					  .asked = peer_asked,
					  .sent = peer_sent,
					  .window = peer_window,
					  .ctx = p };

	*p = (struct peer){ .conf = *conf, .now_us = 1000 * (uint64_t)PEER_S };
	p->n = network_new(&p->conf, &e, peer_clock(p), &entropy_system);
	p->mud = network_channel(p->n, "#mud", NULL, &p->owner);
	p->mud->in = true;
	network_start(p->n);
}

static inline void peer_end(struct peer *p)
{
	network_free(p->n);
	buf_done(&p->out);
	buf_done(&p->heard);
	buf_done(&p->asked);
	buf_done(&p->trouble);
}

/* Time passes, and what is due in it happens. */
static inline void peer_wait(struct peer *p, uint64_t us)
{
	const uint64_t until = p->now_us + us;
	size_t turns = 0;

	while (p->due_us <= until) {
		ck_assert_uint_lt(turns++, 10000);
		if (p->due_us > p->now_us)
			p->now_us = p->due_us;
		network_time(p->n);
	}
	p->now_us = until;
}

/* The server says this. */
static inline void PRINTF_LIKE(2, 3) peer_says(struct peer *p, const char *fmt, ...)
{
	struct buf line = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&line, fmt, ap);
	va_end(ap);
	buf_adds(&line, "\r\n");
	ck_assert_uint_eq(network_data(p->n, buf_span(&line)), line.n);
	buf_done(&line);
}

/* What was sent since, as text; forgotten by the next call. */
static inline const char *peer_out(struct peer *p)
{
	static char text[65536];

	snprintf(text, sizeof(text), "%.*s", (int)p->out.n, buf_p(&p->out));
	buf_clear(&p->out);
	return text;
}

static inline const char *peer_text(const struct buf *b)
{
	static char text[65536];

	snprintf(text, sizeof(text), "%.*s", (int)b->n, buf_p(b));
	return text;
}

static inline void peer_sends(struct peer *p, const char *want)
{
	const char *out = peer_out(p);

	ck_assert_msg(strstr(out, want) != NULL, "`%s` is not in what was sent:\n%s", want, out);
}

static inline void peer_connects(struct peer *p)
{
	peer_wait(p, 0);
	ck_assert_int_eq(network_state(p->n), NETWORK_DIALLING);
	network_opened(p->n);
}

/* Let in, with what it can do; in #mud. */
static inline void peer_lets_in(struct peer *p, const char *caps)
{
	peer_connects(p);
	peer_says(p, ":s CAP * LS :%s", caps);
	if (*caps)
		peer_says(p, ":s CAP * ACK :%s", caps);
	peer_sends(p, "CAP END\r\n");
	peer_says(p, ":s 001 Mudlark :Welcome");
	peer_says(p, ":s 005 Mudlark CASEMAPPING=rfc1459 NICKLEN=20 :are supported");
	peer_says(p, ":s 376 Mudlark :End");
	ck_assert_int_eq(network_state(p->n), NETWORK_ONLINE);
	peer_wait(p, 0);
	peer_sends(p, "JOIN #mud\r\n");
	peer_says(p, ":Mudlark!mud@host.example JOIN #mud");
	peer_says(p, ":s 353 Mudlark = #mud :@Mudlark ana joe");
	peer_says(p, ":s 366 Mudlark #mud :End");
	/* The tokens are there again. */
	peer_wait(p, 20 * PEER_S);
	(void)peer_out(p);
}

static inline void peer_game_says(struct peer *p, uint64_t seq, const char *text)
{
	const struct bridge_line l = { .seq = seq,
				       .wall_ms = peer_wall(p),
				       .kind = LINE_SAID,
				       .channel = SPAN("chat"),
				       .name = SPAN("Ana"),
				       .text = { text, strlen(text) } };

	network_line(p->n, p->mud, &l);
	peer_wait(p, 0);
}
