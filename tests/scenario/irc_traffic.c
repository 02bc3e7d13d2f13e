/* irc_traffic.c - see irc_traffic.h. */
#include "tests/scenario/irc_traffic.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/die.h"

#define OUT "out line "
#define IN "in line "

enum { STEP_US = 300000, PATIENT_US = 40000000 };

void irc_traffic_start(struct irc_traffic *t, struct irc_scene *s, uint64_t every_us)
{
	*t = (struct irc_traffic){ .scene = s, .out_every_us = every_us, .in_every_us = every_us };
	t->next_out_us = t->next_in_us = now_us();
}

/* Who is named as in the channel, comes or goes. */
static void look_at(struct irc_traffic *t, struct span line)
{
	const bool is_list = memmem(line.p, line.n, " 353 joe ", 9) != NULL;

	if (!memmem(line.p, line.n, "Mudlark", 7))
		return;
	if (is_list || !memcmp(line.p, ":Mudlark JOIN", 13)) {
		if (!t->stay)
			t->stay = ++t->n_stays;
	} else if (!memcmp(line.p, ":Mudlark QUIT", 13)) {
		t->stay = 0;
	}
}

static void look(struct irc_traffic *t)
{
	const struct buf *text = &t->scene->joe.pipe.text;
	const char *end;

	while ((end = memchr(buf_p(text) + t->looked_at, '\n', text->n - t->looked_at))) {
		const char *from = buf_p(text) + t->looked_at;

		look_at(t, (struct span){ from, (size_t)(end - from) });
		t->looked_at += (size_t)(end + 1 - from);
	}
}

static void drain(struct irc_traffic *t)
{
	while (talk_read(&t->scene->ana, 0))
		;
	if (t->scene->ana.fd < 0)
		die("the player's connection was dropped");
	while (irc_pipe_read(&t->scene->joe.pipe, 0))
		;
	look(t);
}

static void speak(struct irc_traffic *t, uint64_t now)
{
	struct irc_scene *s = t->scene;

	if (now >= t->next_out_us) {
		talk_line(&s->ana, "chat " OUT "%u.", t->n_out++);
		t->next_out_us = now + t->out_every_us;
	}
	if (now >= t->next_in_us && !t->is_deaf) {
		t->said_in = base_realloc(t->said_in, t->n_in + 1, sizeof(*t->said_in));
		t->said_in[t->n_in] = t->stay;
		irc_user_say(&s->joe, "#mud", IN "%u.", t->n_in++);
		t->next_in_us = now + t->in_every_us;
	}
}

void irc_traffic_play(struct irc_traffic *t, uint64_t for_us)
{
	const uint64_t end = now_us() + for_us;

	for (uint64_t now = now_us(); now < end; now = now_us()) {
		const uint64_t next = t->next_out_us < t->next_in_us || t->is_deaf ? t->next_out_us
										   : t->next_in_us;
		struct pollfd fds[2] = { { .fd = t->scene->ana.fd, .events = POLLIN },
					 { .fd = t->scene->joe.pipe.fd, .events = POLLIN } };

		if (next > now)
			poll(fds, 2, (int)((next - now + 999) / 1000));
		drain(t);
		speak(t, now_us());
	}
}

void irc_traffic_lose_joe(struct irc_traffic *t)
{
	struct irc_pipe *p = &t->scene->joe.pipe;

	t->is_deaf = true;
	t->stay = 0;
	t->looked_at = 0;
	while (p->fd >= 0)
		irc_pipe_read(p, STEP_US);
	buf_add(&t->outside, buf_p(&p->text), p->text.n);
	irc_user_close(&t->scene->joe);
}

void irc_traffic_find_joe(struct irc_traffic *t)
{
	irc_user_open(&t->scene->joe, "joe", t->scene->ircd.port);
	irc_user_join(&t->scene->joe, "#mud");
	t->is_deaf = false;
}

/* Sum of the numbers in front of the text. */
static size_t told(const struct buf *text, const char *mark)
{
	const char *at = buf_p(text), *end = at + text->n;
	size_t sum = 0;

	while ((at = memmem(at, (size_t)(end - at), mark, strlen(mark)))) {
		const char *from = at;

		while (from > buf_p(text) && from[-1] >= '0' && from[-1] <= '9')
			from--;
		sum += strtoul(from, NULL, 10);
		at += strlen(mark);
	}
	return sum;
}

/* One line, said until it is heard, as the bridge may not be there yet. */
static bool hears(struct irc_traffic *t, bool outward, unsigned n)
{
	struct irc_scene *s = t->scene;
	char line[40];

	snprintf(line, sizeof(line), "the end %s %u.", outward ? "out" : "in", n);
	if (outward)
		talk_line(&s->ana, "chat %s", line);
	else
		irc_user_say(&s->joe, "#mud", "%s", line);
	drain(t);
	return outward ? irc_user_sees(&s->joe, line, STEP_US * 4)
		       : talk_sees(&s->ana, line, STEP_US * 4);
}

struct irc_verdict irc_traffic_finish(struct irc_traffic *t)
{
	const uint64_t end = now_us() + PATIENT_US;
	struct irc_scene *s = t->scene;
	struct irc_verdict v = { 0 };
	bool out = false, in = false;
	struct buf all = { 0 };

	while (!(out && in)) {
		out = out || hears(t, true, t->n_ends++);
		in = in || hears(t, false, t->n_ends++);
		if (now_us() > end)
			die("the bridge did not come back: %s heard outside, %s in the game",
			    out ? "it is" : "nothing is", in ? "it is" : "nothing is");
	}
	buf_add(&all, buf_p(&t->outside), t->outside.n);
	buf_add(&all, buf_p(&s->joe.pipe.text), s->joe.pipe.text.n);
	v.out = tally_of(buf_span(&all), OUT, t->n_out);
	v.in = tally_of(buf_span(&s->ana.text), "@irc: " IN, t->n_in);
	v.told = told(&all, " line may not have come through") +
		 told(&all, " lines may not have come through") + told(&all, " lines between ") +
		 told(&all, " line between ");
	buf_done(&all);
	return v;
}

void irc_traffic_done(struct irc_traffic *t)
{
	free(TAKE(t->said_in));
	buf_done(&t->outside);
}

/* A line that was heard, said in the same stay behind one that was not. */
static void check_stays(const struct irc_traffic *t)
{
	size_t disordered;
	CLEANUP(base_freep)
	uint32_t *times =
		tally_times(buf_span(&t->scene->ana.text), "@irc: " IN, t->n_in, &disordered);
	uint32_t missing = 0; /* in the stay that is looked at, from here on; 0: none */
	unsigned first = 0;

	for (unsigned i = 0; i < t->n_in; i++) {
		const uint32_t stay = t->said_in[i];

		if (stay && !times[i] && missing != stay) {
			missing = stay;
			first = i;
		}
		if (stay && times[i] && missing == stay)
			die("the game did not hear line %u of the channel, but %u", first, i);
	}
	/* This stay has not ended, and a line behind all others was heard. */
	if (missing && missing == t->stay)
		die("the game did not hear line %u of the channel", first);
}

void irc_verdict_check(const struct irc_traffic *t, const struct irc_verdict *v)
{
	printf("  out: %zu of %u heard, %zu told missing; in: %zu of %u heard\n", v->out.heard,
	       t->n_out, v->told, v->in.heard, t->n_in);
	if (v->out.doubled || v->in.doubled)
		die("heard twice: %zu outside, %zu in the game", v->out.doubled, v->in.doubled);
	if (v->out.disordered || v->in.disordered)
		die("out of order: %zu outside, %zu in the game", v->out.disordered,
		    v->in.disordered);
	if (v->out.lost > v->told)
		die("%zu lines are missing outside, and %zu are told of", v->out.lost, v->told);
	check_stays(t);
}
