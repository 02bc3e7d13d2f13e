/*
 * client_pace.c - how fast clients speak (client.h): who sends too much is not read for a while, who is
 * silent is asked whether he is there.
 */
#include "gateway/client_impl.h"

enum {
	MUTE_US = 100000,	  /* who sends too much is looked at again */
	RATE_WINDOW_US = 2000000, /* so long one may send at once what the rate allows */
	PING_US = 1000000,	  /* who is silent is looked for so often */
	PING_MIN_US = 10000,
};

void client_unmute(struct client *c)
{
	if (!c->is_muted)
		return;
	c->is_muted = false;
	TAILQ_REMOVE(&c->of->muted, c, muted);
}

/* Not read for a while: the kernel makes the other end wait. */
static void mute(struct client *c)
{
	struct clients *cs = c->of;

	if (c->is_muted)
		return;
	stream_deaf(&c->stream);
	c->is_muted = true;
	TAILQ_INSERT_TAIL(&cs->muted, c, muted);
	if (!cs->unmute.pending)
		loop_timer_in(&cs->unmute, MUTE_US);
}

/* Who sends faster than he may is not read until the rate allows it. */
void client_charge(struct client *c, size_t n)
{
	uint64_t rate = c->of->conf->byte_rate, now = client_now(c->of);

	if (rate == 0 || c->protocol->trusted)
		return;
	if (c->rate_us < now)
		c->rate_us = now;
	c->rate_us += n * 1000000 / rate;
	if (c->rate_us - now > RATE_WINDOW_US)
		mute(c);
}

void client_hold(struct client *c)
{
	uint64_t until = client_now(c->of) + MUTE_US;

	if (c->rate_us < until)
		c->rate_us = until;
	mute(c);
}

static void on_unmute(void *ctx)
{
	struct clients *cs = ctx;
	uint64_t now = client_now(cs);
	struct client *c, *next;

	for (c = TAILQ_FIRST(&cs->muted); c; c = next) {
		next = TAILQ_NEXT(c, muted);
		if (c->rate_us > now)
			continue;
		client_unmute(c);
		if (!c->doomed && stream_hear(&c->stream) < 0)
			client_doom(c, "no_memory");
		else if (!c->doomed && c->session && c->protocol->again)
			c->protocol->again(c);
	}
	if (!TAILQ_EMPTY(&cs->muted))
		loop_timer_in(&cs->unmute, MUTE_US);
}

/* `all` stays in the order of heard_us. */
static void hear(struct client *c, uint64_t now)
{
	struct clients *cs = c->of;

	c->heard_us = now;
	TAILQ_REMOVE(&cs->all, c, all);
	TAILQ_INSERT_TAIL(&cs->all, c, all);
}

void client_heard(struct client *c)
{
	c->pings = 0;
	hear(c, client_now(c->of));
}

static void await_ping_time(struct clients *cs)
{
	uint64_t delay = cs->conf->keepalive_us / 4;

	if (delay == 0 || delay > PING_US)
		delay = PING_US;
	loop_timer_in(&cs->pinger, delay < PING_MIN_US ? PING_MIN_US : delay);
}

static void on_ping_time(void *ctx)
{
	struct clients *cs = ctx;
	uint64_t now = client_now(cs), limit = cs->conf->keepalive_us;
	struct client *c;

	while (limit > 0 && (c = TAILQ_FIRST(&cs->all)) && c->heard_us + limit <= now) {
		hear(c, now);
		if (c->protocol->trusted || c->closing || c->doomed)
			continue;
		if (c->framing && ++c->pings > CLIENT_PINGS)
			client_doom(c, "silent");
		else if (c->framing)
			c->framing->ping(c);
		else
			c->protocol->ping(c);
	}
	await_ping_time(cs);
}

void clients_pace_init(struct clients *cs)
{
	loop_timer_init(cs->loop, &cs->unmute, on_unmute, cs);
	loop_timer_init(cs->loop, &cs->pinger, on_ping_time, cs);
	await_ping_time(cs);
}

void clients_pace_done(struct clients *cs)
{
	loop_timer_done(&cs->unmute);
	loop_timer_done(&cs->pinger);
}
