/*
 * main.c - a bridge whose outside is a file: what is handed over is a line in it at once, so that a test sees what
 * happened, whoever was killed.  It also says "in 1", "in 2" ... into the game, again those that were not taken yet
 * when it died.
 *
 *	S			a life begins
 *	L SEQ sure|unsure TEXT	a line
 *	G old|lost N		a gap
 *	T N said|REFUSED	what became of "in N"
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bridges/bridge.h"
#include "rt/log.h"

#define AT(field) offsetof(struct fake_conf, field)
#define SOURCE "irc/test/in"

enum { SAYS = 100000, AT_ONCE = 8 };

struct fake_conf {
	struct bridge_conf common; /* first */
	char *file;
	int64_t every, confirm, count;
};

/* What a line of ours was, as its answer wants to know. */
struct said {
	struct fake *fake;
	unsigned n;
};

struct fake {
	struct bridge *b;
	struct bridge_stream *stream;
	struct fake_conf *conf;
	struct loop_timer say, confirm;
	uint64_t newest; /* number of the last line */
	unsigned next;
	int fd;
	struct said *said;
	bool *taken;
};

/* clang-format off */
static const struct conf_option options[] = {
	BRIDGE_OPTIONS("irc"),
	{ "irc.file", CONF_STRING, AT(file), "", .help = "the outside" },
	{ "irc.every", CONF_TIME, AT(every), "5ms", 1, INT64_MAX / 2, .help = "between two lines for the game" },
	{ "irc.confirm", CONF_TIME, AT(confirm), "20ms", 1, INT64_MAX / 2, .help = "how late the outside confirms" },
	{ "irc.count", CONF_INT, AT(count), "0", 0, SAYS - 1, .help = "lines for the game" },
};
/* clang-format on */

static const char *const other_sections[] = { "gateway", "world", "persist", "ai",
					      "discord", "rss",	  "admin",   NULL };

static const struct proc_spec spec = {
	.name = "bridge",
	.about = "a bridge to a file, for tests",
	.table = { options, ARRAY_LEN(options), sizeof(struct fake_conf) },
	.sections = other_sections,
};

/* One write: a line is there or not. */
static void put(const struct fake *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void put(const struct fake *f, const char *fmt, ...)
{
	struct buf line = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&line, fmt, ap);
	va_end(ap);
	buf_addc(&line, '\n');
	if (write(f->fd, buf_p(&line), line.n) != (ssize_t)line.n)
		abort();
	buf_done(&line);
}

/* ---- out ---- */

static void on_line(void *ctx, const struct bridge_line *l)
{
	struct fake *f = ctx;

	put(f, "L %" PRIu64 " %s %.*s", l->seq, l->unsure ? "unsure" : "sure", (int)l->text.n,
	    l->text.p);
	f->newest = l->seq;
	bridge_want(f->stream, AT_ONCE);
	if (!f->confirm.pending)
		loop_timer_in(&f->confirm, (uint64_t)f->conf->confirm);
}

static void on_skipped(void *ctx, uint64_t seq, enum skip_why why, size_t n, UNUSED int64_t from_ms,
		       UNUSED int64_t to_ms)
{
	struct fake *f = ctx;

	put(f, "G %s %zu", why == SKIP_OLD ? "old" : "lost", n);
	f->newest = seq;
	if (!f->confirm.pending)
		loop_timer_in(&f->confirm, (uint64_t)f->conf->confirm);
}

static void on_confirm(void *ctx)
{
	struct fake *f = ctx;

	bridge_sent(f->stream, f->newest);
}

/* ---- in ---- */

static void on_taken(void *ctx, const char *refused)
{
	const struct said *s = ctx;

	put(s->fake, "T %u %s", s->n, refused ? refused : "said");
}

static void say(struct fake *f, unsigned n)
{
	struct said *s = &f->said[n];
	struct bridge_words w = { .source = SOURCE,
				  .channel = "chat",
				  .name = SPAN("joe"),
				  .taken = on_taken,
				  .ctx = s };
	char id[16], text[32];

	*s = (struct said){ f, n };
	snprintf(id, sizeof(id), "%u", n);
	w.id = id;
	w.text = (struct span){ text, (size_t)snprintf(text, sizeof(text), "in %u", n) };
	if (bridge_say(f->b, &w))
		abort();
}

static void on_say(void *ctx)
{
	struct fake *f = ctx;

	while (f->next <= (unsigned)f->conf->count && f->taken[f->next])
		f->next++;
	if (f->next > (unsigned)f->conf->count)
		return;
	say(f, f->next++);
	loop_timer_in(&f->say, (uint64_t)f->conf->every);
}

/* Which lines were taken in a life before. */
static void read_taken(struct fake *f)
{
	FILE *file = fopen(f->conf->file, "re");
	char line[256];
	unsigned n;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "T %u", &n) == 1 && n < SAYS)
			f->taken[n] = true;
	if (file)
		fclose(file);
}

/* ---- the process ---- */

static void on_stop(void *ctx)
{
	struct fake *f = ctx;

	bridge_sent(f->stream, f->newest);
	bridge_stopped(f->b);
}

static int start(struct fake *f, struct proc *proc)
{
	static const char *const channels[] = { "chat", NULL };
	const struct stream_spec stream = { .key = "irc/test/out",
					    .kinds = LINE(LINE_SAID),
					    .channels = channels };
	const struct bridge_events e = { .stop = on_stop, .ctx = f };
	int r;

	f->said = base_alloc(SAYS, sizeof(*f->said));
	f->taken = base_alloc(SAYS, sizeof(*f->taken));
	f->next = 1;
	read_taken(f);
	f->fd = open(f->conf->file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (f->fd < 0)
		return -errno;
	put(f, "S");
	loop_timer_init(proc->loop, &f->say, on_say, f);
	loop_timer_init(proc->loop, &f->confirm, on_confirm, f);
	r = bridge_start(&f->b, proc, &f->conf->common, "irc", &e);
	if (r < 0)
		return r;
	f->stream = bridge_stream_open(f->b, &stream,
				       &(struct stream_events){
					       .line = on_line, .skipped = on_skipped, .ctx = f });
	bridge_want(f->stream, AT_ONCE);
	loop_timer_in(&f->say, 0);
	return 0;
}

static void stop(void *ctx)
{
	bridge_stop(((struct fake *)ctx)->b);
}

int main(int argc, char **argv)
{
	struct fake_conf conf = { 0 };
	struct fake f = { .conf = &conf, .fd = -1 };
	struct proc proc = { 0 };
	int status;

	if (proc_start(&proc, &spec, &conf, argc, argv, &status) != 0)
		return status;
	status = EXIT_FAULT;
	if (start(&f, &proc) == 0) {
		proc_hooks(&proc, &(struct proc_hooks){ .stop = stop, .ctx = &f });
		status = proc_run(&proc);
	}
	loop_timer_done(&f.say);
	loop_timer_done(&f.confirm);
	bridge_free(f.b);
	close(f.fd);
	free(f.said);
	free(f.taken);
	proc_done(&proc);
	return status;
}
