/*
 * cmd_top.c - `mudlark top`: processes, players, latency, ticks and links, drawn anew each second.
 *
 * A round asks all processes at once, each with a deadline below the second; what does not answer is shown as just that.
 */
#include "command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "known.h"
#include "place.h"
#include "rt/proc.h"
#include "super.h"
#include "top_find.h"
#include "top_json.h"
#include "top_model.h"
#include "top_screen.h"
#include "top_text.h"

#define PERIOD_US 1000000ull
#define PATIENCE_US 800000ull

struct top {
	struct loop *loop;
	struct watch watch;
	struct top_model model;
	struct top_screen screen;
	struct loop_timer again;
	struct event *keys;
	uint64_t due_us; /* the next round */
	unsigned rounds; /* done */
	bool is_live, is_json;
};

static void refresh(struct top *t)
{
	struct known known[SUPER_MAX];
	struct buf rows = { 0 };
	size_t n = 0;
	if (control_verdict(buf_span(&t->watch.told), &rows) == 0)
		n = known_read(buf_span(&rows), known, SUPER_MAX);
	top_model(&t->model, &t->watch, known, n);
	t->model.asking = t->rounds == 0;
	buf_done(&rows);
}

static void put_text(struct top *t, const struct top_paper *paper, struct buf *out)
{
	char clock[16] = "";
	struct tm tm;
	const time_t now = time(NULL);
	if (localtime_r(&now, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	top_text(&t->model, paper, clock, out);
}

static void draw(struct top *t)
{
	const struct top_paper paper = { t->screen.columns, t->screen.rows, true };
	struct buf out = { 0 };
	put_text(t, &paper, &out);
	top_screen_draw(&t->screen, buf_span(&out));
	buf_done(&out);
}

static int print(struct top *t)
{
	const struct top_paper paper = { 0 };
	struct buf out = { 0 };
	if (t->is_json)
		top_json(&t->model, clock_wall(loop_clock(t->loop)), &out);
	else
		put_text(t, &paper, &out);
	fwrite(buf_p(&out), 1, out.n, stdout);
	buf_done(&out);
	if (fflush(stdout) != 0)
		return EXIT_FAULT;
	return t->model.n_well == t->model.n_processes ? EXIT_DONE : EXIT_FAULT;
}

static void on_round(void *ctx)
{
	struct top *t = ctx;
	const uint64_t now = clock_mono(loop_clock(t->loop));
	t->rounds++;
	refresh(t);
	if (t->is_live) {
		draw(t);
	} else if (t->rounds == 2) { /* rates want two */
		loop_stop(t->loop, print(t));
		return;
	}
	loop_timer_in(&t->again, t->due_us > now ? t->due_us - now : 0);
}

static void on_again(void *ctx)
{
	struct top *t = ctx;
	t->due_us = clock_mono(loop_clock(t->loop)) + PERIOD_US;
	watch_round(&t->watch, PATIENCE_US);
}

static void on_keys(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	struct top *t = ctx;
	char keys[64];
	const ssize_t n = read(STDIN_FILENO, keys, sizeof(keys));
	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN) ||
	    (n > 0 && (memchr(keys, 'q', (size_t)n) || memchr(keys, 'Q', (size_t)n))))
		loop_stop(t->loop, EXIT_DONE);
}

static void on_end(void *ctx, UNUSED int signo)
{
	struct top *t = ctx;
	loop_stop(t->loop, EXIT_DONE);
}

static void on_resize(void *ctx, UNUSED int signo)
{
	struct top *t = ctx;
	top_screen_measure(&t->screen);
	draw(t);
}

/* Ctrl-Z: the shell gets its terminal as it was, and `fg` comes back here. */
static void on_pause(void *ctx, UNUSED int signo)
{
	struct top *t = ctx;
	top_screen_leave(&t->screen);
	raise(SIGSTOP);
	top_screen_enter(&t->screen);
	draw(t);
}

struct signal_row {
	int signo;
	void (*fn)(void *ctx, int signo);
};

static int begin_live(struct top *t)
{
	static const struct signal_row rows[] = {
		{ SIGINT, on_end },  { SIGTERM, on_end },     { SIGHUP, on_end },
		{ SIGQUIT, on_end }, { SIGWINCH, on_resize }, { SIGTSTP, on_pause },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const int r = loop_on_signal(t->loop, rows[i].signo, rows[i].fn, t);
		if (r < 0)
			return r;
	}
	t->keys = event_new(loop_base(t->loop), STDIN_FILENO, EV_READ | EV_PERSIST, on_keys, t);
	if (!t->keys || event_add(t->keys, NULL) < 0)
		return -ENOMEM;
	refresh(t);
	top_screen_enter(&t->screen);
	draw(t);
	return 0;
}

static int live(struct top *t)
{
	const int r = t->is_live ? begin_live(t) : 0;
	int status = EXIT_FAULT;
	if (r < 0) {
		fprintf(stderr, "mudlark top: %s\n", strerror(-r));
	} else {
		loop_timer_soon(&t->again);
		status = loop_run(t->loop);
	}
	top_screen_leave(&t->screen);
	if (t->keys)
		event_free(t->keys);
	return status;
}

static int run(const struct args *a)
{
	struct top t = { .is_json = (a->given & ARG_JSON) != 0 };
	struct place place;
	const int r = loop_new(&t.loop);
	if (r < 0) {
		fprintf(stderr, "mudlark top: event loop: %s\n", strerror(-r));
		return EXIT_FAULT;
	}
	t.is_live = !t.is_json && !(a->given & ARG_ONCE) && top_screen_usable();
	watch_init(&t.watch, t.loop, on_round, &t);
	loop_timer_init(t.loop, &t.again, on_again, &t);
	place_init(&place, a->data);
	int status = top_find(&t.watch, a, &place);
	if (status == EXIT_DONE)
		status = live(&t);
	place_done(&place);
	watch_done(&t.watch);
	loop_timer_done(&t.again);
	loop_free(t.loop);
	return status;
}

const struct command cmd_top = {
	.name = "top",
	.words = "",
	.about = "what the processes do, drawn anew each second",
	.more = "Keys: q or Ctrl-C ends it. On something that is no terminal, with --once or with "
		"--json it looks twice, a second apart, prints and ends with 0: all are ready, 1: "
		"some are not, 69: there is nothing to look at. The processes are those of the "
		"`mudlark up` on the data directory; without one, those whose metrics option is "
		"set; and those of --at, NAME=HOST:PORT or NAME=unix:PATH.",
	.flags = ARG_DATA | ARG_CONFIG | ARG_SET | ARG_AT | ARG_ONCE | ARG_JSON,
	.run = run,
};
