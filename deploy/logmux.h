/*
 * logmux.h - many processes' log bytes into one stream of whole lines.
 *
 * Bytes come in as the pipes give them; each whole line goes out once, with the number of its
 * source, cleaned of control characters.  A line longer than LOGMUX_LINE is cut and marked; what a
 * process wrote last without a newline goes out by logmux_end().  The last lines of each source are
 * kept for the sentence that tells why it died.  No descriptor is touched here.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum { LOGMUX_LINE = 8192, LOGMUX_KEEP = 10, LOGMUX_SOURCES = 9 };

struct logmux_source {
	const char *name;
	struct buf line;
	bool cut;		 /* the rest of this line is passed over */
	char *kept[LOGMUX_KEEP]; /* a ring: newest at (n_kept - 1) % LOGMUX_KEEP */
	size_t n_kept;
};

struct logmux {
	struct logmux_source sources[LOGMUX_SOURCES];
	size_t n;
	int width; /* of the longest name */
	void (*out)(void *ctx, size_t source, struct span line);
	void *ctx;
};

void logmux_init(struct logmux *m, void (*out)(void *ctx, size_t source, struct span line),
		 void *ctx);
void logmux_done(struct logmux *m);
/* Its number; names are borrowed. */
size_t logmux_add(struct logmux *m, const char *name);
void logmux_feed(struct logmux *m, size_t source, const char *p, size_t n);
void logmux_end(struct logmux *m, size_t source);
/* The k-th of the kept lines, oldest first; NULL at the end. */
const char *logmux_last(const struct logmux *m, size_t source, size_t k);
void logmux_forget(struct logmux *m, size_t source);
/* "world    | line\n" into out; with colour of its own for each name. */
void logmux_format(const struct logmux *m, size_t source, struct span line, bool colour,
		   struct buf *out);
