/*
 * mode_irc.c - what is said on a channel of the game is heard in a channel of a real IRC server, and back; and what the
 * bridge takes of memory when many are in that channel.
 *
 * First a line every PACE_US, each on its way alone: how long it takes.  Then as many as WINDOW at once: how many a second.
 * Game to channel has no pace here (irc.flood_every=0); channel to game has the world's (world/relay/relay.h).
 * The floor is the IRC server by itself: one in the channel says it, another one hears it.
 */
#include "tests/bench/mode.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/hist.h"
#include "tests/support/die.h"
#include "tests/support/irc_user.h"
#include "tests/support/sample.h"
#include "tests/support/talk.h"

#define CHANNEL "#mud"
#define MARK "L"

enum { PACE_US = 20000, WINDOW = 32, STUCK_US = 10000000, KEEP = 4096, LINES_MAX = 1 << 20 };

struct mouth {
	struct talk talk; /* in the game */
	struct irc_user user;
	bool in_game;
};

struct play {
	struct mouth says, hears;
	struct hist *hist; /* NULL: counted alone */
	uint64_t *due;	   /* of each line */
	uint32_t n_said, n_heard, n_doubled;
	uint8_t *heard;
};

static struct buf *text_of(struct mouth *m, size_t **ret_at)
{
	*ret_at = m->in_game ? &m->talk.at : &m->user.pipe.at;
	return m->in_game ? &m->talk.text : &m->user.pipe.text;
}

static int fd_of(const struct mouth *m)
{
	return m->in_game ? m->talk.fd : m->user.pipe.fd;
}

static void read_all(struct mouth *m)
{
	while (m->in_game ? talk_read(&m->talk, 0) : irc_pipe_read(&m->user.pipe, 0))
		;
}

/* What was looked at is not kept. */
static void let_go(struct mouth *m)
{
	size_t *at;
	struct buf *text = text_of(m, &at);

	if (fd_of(m) < 0)
		die("somebody was thrown out:\n%s", buf_p(text));
	if (*at < KEEP)
		return;
	buf_drain(text, *at);
	*at = 0;
}

/* What comes to who speaks is of no interest. */
static void pass_over(struct mouth *m)
{
	size_t *at;
	const struct buf *text = text_of(m, &at);

	read_all(m);
	*at = text->n;
	let_go(m);
}

static void heard(struct play *p, uint32_t i)
{
	if (i >= p->n_said)
		die("line %u of %u was heard", i, p->n_said);
	p->n_doubled += p->heard[i];
	if (p->heard[i])
		return;
	p->heard[i] = 1;
	p->n_heard++;
	if (p->hist)
		hist_add(p->hist, now_us() - p->due[i]);
}

/* Every "L<number>." that has come whole. */
static void listen_to(struct play *p)
{
	size_t *at;
	struct buf *text = text_of(&p->hears, &at);

	read_all(&p->hears);
	for (;;) {
		const char *from = buf_p(text) + *at, *end = buf_p(text) + text->n;
		const char *line = memchr(from, '\n', (size_t)(end - from));
		const char *mark;

		if (!line)
			break;
		mark = memmem(from, (size_t)(line - from), ": " MARK, 3);
		if (!mark)
			mark = memmem(from, (size_t)(line - from), "> " MARK, 3);
		if (!mark)
			mark = memmem(from, (size_t)(line - from), " :" MARK, 3);
		if (mark)
			heard(p, (uint32_t)strtoul(mark + 3, NULL, 10));
		*at += (size_t)(line + 1 - from);
	}
	let_go(&p->hears);
}

static void say(struct play *p, uint64_t due)
{
	if (p->n_said == LINES_MAX)
		die("too many lines");
	p->due[p->n_said] = due;
	if (p->says.in_game)
		talk_line(&p->says.talk, "chat " MARK "%u.", p->n_said);
	else
		irc_user_say(&p->says.user, CHANNEL, MARK "%u.", p->n_said);
	p->n_said++;
}

static void wait_until(struct play *p, uint64_t until)
{
	struct pollfd fds[2] = { { .fd = fd_of(&p->hears), .events = POLLIN },
				 { .fd = fd_of(&p->says), .events = POLLIN } };
	const uint64_t now = now_us();

	if (until > now)
		poll(fds, 2, (int)((until - now + 999) / 1000));
	listen_to(p);
	pass_over(&p->says);
}

/* Until everything was heard; what does not come is lost. */
static void finish(struct play *p)
{
	uint64_t end = now_us() + STUCK_US;

	for (uint32_t before = p->n_heard; p->n_heard < p->n_said && now_us() < end;) {
		wait_until(p, end);
		if (p->n_heard > before)
			end = now_us() + STUCK_US;
		before = p->n_heard;
	}
}

static void pace(struct play *p, uint64_t for_us)
{
	const uint64_t begin = now_us();

	for (uint64_t at = 0; at < for_us; at += PACE_US) {
		while (now_us() < begin + at)
			wait_until(p, begin + at);
		say(p, begin + at);
	}
	finish(p);
}

/* How many a second. */
static double hurry(struct play *p, uint64_t for_us)
{
	const uint64_t begin = now_us();
	const uint32_t before = p->n_heard;
	double per_s;

	while (now_us() < begin + for_us) {
		while (p->n_said - p->n_heard < WINDOW)
			say(p, now_us());
		wait_until(p, begin + for_us);
	}
	per_s = (double)(p->n_heard - before) * 1e6 / (double)(now_us() - begin);
	finish(p);
	return per_s;
}

static void come_in(struct mouth *m, const struct target *t, const char *name, bool in_game)
{
	m->in_game = in_game;
	if (in_game) {
		talk_open(&m->talk, name, t->ports[WAY_TELNET]);
		talk_enter_new(&m->talk, name, "some long password");
	} else {
		irc_user_open(&m->user, name, t->ircd_port);
		irc_user_join(&m->user, CHANNEL);
		if (t->irc)
			irc_user_expect_member(&m->user, "Mudlark", CHANNEL);
	}
}

static void leave(struct mouth *m)
{
	if (m->in_game)
		talk_close(&m->talk);
	else
		irc_user_close(&m->user);
}

static void play_lines(const struct target *t, const struct mode_conf *c, struct figures *ret)
{
	struct play p = { .hist = base_alloc(1, sizeof(*p.hist)),
			  .due = base_alloc(LINES_MAX, sizeof(*p.due)),
			  .heard = base_alloc(LINES_MAX, 1) };
	const bool out = !strcmp(c->play, "out");
	struct hist *hist = p.hist;

	come_in(&p.says, t, "Saskia", out && t->irc);
	come_in(&p.hears, t, "Hedda", !out && t->irc);
	pace(&p, c->seconds_us / 2);
	p.hist = NULL;
	ret->per_s = hurry(&p, c->seconds_us / 2);
	ret->clients = 2;
	ret->n = hist->n;
	ret->p50_us = hist_at(hist, .5);
	ret->p99_us = hist_at(hist, .99);
	ret->max_us = hist->max;
	ret->lost = p.n_said - p.n_heard;
	ret->doubled = p.n_doubled;
	leave(&p.says);
	leave(&p.hears);
	free(hist);
	free(p.due);
	free(p.heard);
}

static void fill(const struct target *t, const struct mode_conf *c, struct figures *ret)
{
	struct irc_crowd crowd;
	struct mouth first = { 0 };

	come_in(&first, t, "Saskia", false);
	ret->bridge_kb = (double)sample_pss_kb(t->irc);
	irc_crowd_open(&crowd, c->clients, "many", CHANNEL, t->ircd_port);
	irc_user_expect_member(&first.user, "many0", CHANNEL);
	ret->clients = crowd.n;
	ret->bridge_full_kb = (double)sample_pss_kb(t->irc);
	irc_crowd_close(&crowd);
	leave(&first);
}

void mode_irc(const struct target *t, const struct mode_conf *c, struct figures *ret)
{
	if (!strcmp(c->play, "many"))
		fill(t, c, ret);
	else
		play_lines(t, c, ret);
}
