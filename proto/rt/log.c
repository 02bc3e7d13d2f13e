/*
 * log.c - see log.h.  A line is built on the stack and leaves in one write(2), so lines of several
 * threads and processes on one pipe never mix.  The descriptor is shared with others and therefore
 * stays blocking; a poll before the write tells whether a whole line fits.
 */
#include "rt/log.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "rt/clock.h"
#include "rt/text.h"

enum {
	LINE_BYTES = 2048,
	LINE_TAIL = 24,	  /* kept free for the mark of a cut line and its end */
	TEXT_BYTES = 200, /* of a text from outside */
	STR_BYTES = 800,  /* of our own words */
	LIBRARY_MS = 1000,
};

struct line {
	char p[LINE_BYTES];
	size_t n;
	bool full;
};

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARNING] = "warning",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

struct log_state {
	char process[64];
	enum log_level level;
	bool json;
	_Atomic uint64_t dropped, reported;
	_Atomic int64_t library_at_ms;
	_Atomic uint64_t library_unsaid;
};

static struct log_state state = { .process = "mudlark", .level = LOG_INFO };

void log_init(const char *process, enum log_level level, bool json)
{
	snprintf(state.process, sizeof(state.process), "%s", process);
	log_set(level, json);
}

void log_set(enum log_level level, bool json)
{
	state.level = level;
	state.json = json;
}

bool log_on(enum log_level level)
{
	return level <= state.level;
}

uint64_t log_dropped(void)
{
	return atomic_load(&state.dropped);
}

static void put_bytes(struct line *l, const char *p, size_t n)
{
	if (n > LINE_BYTES - LINE_TAIL - l->n) {
		l->full = true;
		return;
	}
	memcpy(l->p + l->n, p, n);
	l->n += n;
}

static void put_format(struct line *l, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void put_format(struct line *l, const char *fmt, ...)
{
	char piece[64];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(piece, sizeof(piece), fmt, ap);
	va_end(ap);
	put_bytes(l, piece, (size_t)n < sizeof(piece) ? (size_t)n : sizeof(piece) - 1);
}

/* A word that needs no quotes in logfmt. */
static bool is_plain(struct span s)
{
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || strchr("\"=\\", s.p[i]))
			return false;
	return true;
}

static void put_quoted(struct line *l, struct span s, size_t max)
{
	size_t n = text_quote_to(l->p + l->n, LINE_BYTES - LINE_TAIL - l->n, s, max, state.json);

	if (n == 0)
		l->full = true;
	l->n += n;
}

static void put_string(struct line *l, const char *text)
{
	struct span s = { text ? text : "", text ? strlen(text) : 0 };

	if (!state.json && s.n <= STR_BYTES && is_plain(s))
		put_bytes(l, s.p, s.n);
	else
		put_quoted(l, s, STR_BYTES);
}

static void put_key(struct line *l, const char *key)
{
	if (state.json) {
		put_bytes(l, l->n > 1 ? ",\"" : "\"", l->n > 1 ? 2 : 1);
		put_bytes(l, key, strlen(key));
		put_bytes(l, "\":", 2);
	} else {
		put_bytes(l, " ", l->n > 0);
		put_bytes(l, key, strlen(key));
		put_bytes(l, "=", 1);
	}
}

static void put_member(struct line *l, const char *key, const char *text)
{
	put_key(l, key);
	put_string(l, text);
}

static void put_error(struct line *l, int64_t r)
{
	const char *what = strerrordesc_np((int)(r < 0 ? -r : r));

	put_string(l, what ? what : "unknown error");
}

static void put_value(struct line *l, const struct log_field *f)
{
	switch (f->kind) {
	case LOG_F_STR:
		put_string(l, f->v.s);
		break;
	case LOG_F_SPAN:
		put_quoted(l, f->v.span, TEXT_BYTES);
		break;
	case LOG_F_INT:
		put_format(l, "%" PRId64, f->v.i);
		break;
	case LOG_F_U64:
		put_format(l, "%" PRIu64, f->v.u);
		break;
	case LOG_F_HEX:
		put_format(l, state.json ? "\"%016" PRIx64 "\"" : "%016" PRIx64, f->v.u);
		break;
	case LOG_F_ERR:
		put_error(l, f->v.i);
		break;
	}
}

static void put_time(struct line *l)
{
	int64_t ms = clock_wall(&clock_system);
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char text[40];
	size_t n;

	gmtime_r(&seconds, &tm);
	n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, sizeof(text) - n, ".%03dZ", (int)(ms % 1000));
	put_member(l, "ts", text);
}

static void begin(struct line *l, enum log_level level, const char *event)
{
	l->n = 0;
	l->full = false;
	if (state.json)
		l->p[l->n++] = '{';
	put_time(l);
	put_member(l, "level", level_names[level]);
	put_member(l, "process", state.process);
	put_member(l, "event", event);
}

static void add_field(struct line *l, const struct log_field *f)
{
	size_t before = l->n;

	put_key(l, f->key);
	if (!l->full)
		put_value(l, f);
	if (l->full)
		l->n = before;
}

/* Adds the end, for which LINE_TAIL was kept, and writes the line if that cannot block. */
static bool emit(struct line *l)
{
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };
	const char *cut = state.json ? ",\"cut\":true" : " cut=true";
	ssize_t r;

	if (l->full) {
		memcpy(l->p + l->n, cut, strlen(cut));
		l->n += strlen(cut);
	}
	if (state.json)
		l->p[l->n++] = '}';
	l->p[l->n++] = '\n';
	if (poll(&out, 1, 0) != 1 || !(out.revents & POLLOUT))
		return false;
	do
		r = write(STDERR_FILENO, l->p, l->n);
	while (r < 0 && errno == EINTR);
	return r == (ssize_t)l->n;
}

/* Says how many lines were lost, once the pipe takes lines again. */
static void report_dropped(void)
{
	uint64_t dropped = atomic_load(&state.dropped), reported = atomic_load(&state.reported);
	struct log_field lines = LOG_U64("lines", dropped - reported);
	struct line l;

	if (dropped == reported ||
	    !atomic_compare_exchange_strong(&state.reported, &reported, dropped))
		return;
	begin(&l, LOG_WARNING, "log_dropped");
	add_field(&l, &lines);
	if (!emit(&l))
		atomic_store(&state.reported, reported);
}

void log_write(enum log_level level, const char *event, const struct log_field *f, size_t n)
{
	struct line l;

	begin(&l, level, event);
	for (size_t i = 0; i < n && !l.full; i++)
		add_field(&l, &f[i]);
	if (emit(&l))
		report_dropped();
	else
		atomic_fetch_add(&state.dropped, 1);
}

void log_library(const char *library, const char *text)
{
	const int64_t now = clock_wall(&clock_system);
	int64_t last = atomic_load(&state.library_at_ms);

	if ((now >= last && now - last < LIBRARY_MS) ||
	    !atomic_compare_exchange_strong(&state.library_at_ms, &last, now)) {
		atomic_fetch_add(&state.library_unsaid, 1);
		return;
	}
	log_warning("library", LOG_STR("library", library),
		    LOG_TEXT("text", ((struct span){ text, strlen(text) })),
		    LOG_U64("unsaid", atomic_exchange(&state.library_unsaid, 0)));
}
