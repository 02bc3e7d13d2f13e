/* logmux.c - bytes of many logs into lines of one; see logmux.h. */
#include "logmux.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char cut_mark[] = " [...]";

void logmux_init(struct logmux *m, void (*out)(void *ctx, size_t source, struct span line),
		 void *ctx)
{
	*m = (struct logmux){ .out = out, .ctx = ctx };
}

void logmux_done(struct logmux *m)
{
	for (size_t i = 0; i < m->n; i++) {
		logmux_forget(m, i);
		buf_done(&m->sources[i].line);
	}
	m->n = 0;
}

size_t logmux_add(struct logmux *m, const char *name)
{
	assert(m->n < LOGMUX_SOURCES);
	m->sources[m->n].name = name;
	int width = (int)strlen(name);
	m->width = width > m->width ? width : m->width;
	return m->n++;
}

static void keep(struct logmux_source *s, struct span line)
{
	char **slot = &s->kept[s->n_kept++ % LOGMUX_KEEP];
	free(*slot);
	*slot = base_dup(line.p, line.n);
}

static void emit(struct logmux *m, size_t source)
{
	struct logmux_source *s = &m->sources[source];
	if (s->cut)
		buf_add(&s->line, cut_mark, sizeof(cut_mark) - 1);
	s->cut = false;
	if (s->line.n > 0) {
		keep(s, buf_span(&s->line));
		m->out(m->ctx, source, buf_span(&s->line));
	}
	buf_reset(&s->line);
}

/* A terminal must not be steered by what a library or a player's name put into a log. */
static char harmless(char c)
{
	unsigned char u = (unsigned char)c;
	return (u < 0x20 && u != '\t') || u == 0x7f ? '?' : c;
}

void logmux_feed(struct logmux *m, size_t source, const char *p, size_t n)
{
	struct logmux_source *s = &m->sources[source];
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n') {
			emit(m, source);
		} else if (s->line.n >= LOGMUX_LINE) {
			s->cut = true;
		} else if (p[i] != '\r') {
			buf_addc(&s->line, harmless(p[i]));
		}
	}
}

void logmux_end(struct logmux *m, size_t source)
{
	if (m->sources[source].line.n > 0)
		emit(m, source);
}

const char *logmux_last(const struct logmux *m, size_t source, size_t k)
{
	const struct logmux_source *s = &m->sources[source];
	size_t have = s->n_kept < LOGMUX_KEEP ? s->n_kept : LOGMUX_KEEP;
	if (k >= have)
		return NULL;
	return s->kept[(s->n_kept - have + k) % LOGMUX_KEEP];
}

void logmux_forget(struct logmux *m, size_t source)
{
	struct logmux_source *s = &m->sources[source];
	for (size_t i = 0; i < LOGMUX_KEEP; i++) {
		free(s->kept[i]);
		s->kept[i] = NULL;
	}
	s->n_kept = 0;
}

void logmux_format(const struct logmux *m, size_t source, struct span line, bool colour,
		   struct buf *out)
{
	static const char *const colours[] = { "36", "32", "33", "35", "34" };
	const char *name = m->sources[source].name;
	if (colour)
		buf_addf(out, "\033[%sm%-*s |\033[0m ", colours[source % ARRAY_LEN(colours)],
			 m->width, name);
	else
		buf_addf(out, "%-*s | ", m->width, name);
	buf_add(out, line.p, line.n);
	buf_addc(out, '\n');
}
