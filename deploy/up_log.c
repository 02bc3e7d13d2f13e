/*
 * up_log.c - the one log stream of `mudlark up`.
 *
 * The terminal may be stopped (Ctrl-S) or a reader may be slow: supervision must not wait for them,
 * so a line that does not fit at once is not shown, and counted.  The file has every line.
 */
#include "up.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "rt/clock.h"

#define LOG_FILE_LIMIT (10u << 20)

static bool show(struct span text)
{
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };
	if (poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT))
		return false;
	return write(STDERR_FILENO, text.p, text.n) == (ssize_t)text.n;
}

static void on_line(void *ctx, size_t source, struct span line)
{
	struct up_log *l = ctx;
	buf_reset(&l->scratch);
	logmux_format(&l->mux, source, line, l->colour, &l->scratch);
	if (l->lost > 0) {
		char note[80];
		int n = snprintf(note, sizeof(note), "(%llu lines are only in the log file)\n",
				 (unsigned long long)l->lost);
		if (show((struct span){ note, (size_t)n }))
			l->lost = 0;
	}
	if (l->lost > 0 || !show(buf_span(&l->scratch)))
		l->lost++;
	buf_reset(&l->scratch);
	logmux_format(&l->mux, source, line, false, &l->scratch);
	int r = logfile_write(&l->file, buf_span(&l->scratch));
	if (r == 0) {
		l->file_failed = false;
	} else if (!l->file_failed) {
		l->file_failed = true;
		up_log_say(l, "The log file cannot be written: %s.", strerror(-r));
	}
}

int up_log_open(struct up_log *l, const char *path, const struct super *s)
{
	logmux_init(&l->mux, on_line, l);
	for (size_t i = 0; i < s->n; i++)
		logmux_add(&l->mux, s->procs[i].kind->name);
	l->self = logmux_add(&l->mux, "mudlark");
	l->colour = isatty(STDERR_FILENO) == 1;
	return logfile_open(&l->file, path, LOG_FILE_LIMIT);
}

void up_log_close(struct up_log *l)
{
	for (size_t i = 0; i < l->mux.n; i++)
		logmux_end(&l->mux, i);
	logmux_done(&l->mux);
	logfile_close(&l->file);
	buf_done(&l->scratch);
}

void up_log_say(struct up_log *l, const char *fmt, ...)
{
	char sentence[768], stamp[40];
	int64_t ms = clock_wall(&clock_system);
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	gmtime_r(&seconds, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	int n = snprintf(sentence, sizeof(sentence), "ts=%s.%03dZ ", stamp, (int)(ms % 1000));
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(sentence + n, sizeof(sentence) - (size_t)n, fmt, ap);
	va_end(ap);
	logmux_feed(&l->mux, l->self, sentence, strlen(sentence));
	logmux_feed(&l->mux, l->self, "\n", 1);
}

void up_log_last(struct up_log *l, size_t i)
{
	const char *line;
	for (size_t k = 0; (line = logmux_last(&l->mux, i, k)); k++) {
		logmux_feed(&l->mux, l->self, "    ", 4);
		logmux_feed(&l->mux, l->self, line, strlen(line));
		logmux_feed(&l->mux, l->self, "\n", 1);
	}
}
