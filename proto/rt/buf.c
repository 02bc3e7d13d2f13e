/*
 * buf.c - see buf.h.  Live bytes are p[off .. off+n); draining moves `off`, and room at the front is
 * won back by a move only when at least as much is free there as has to be moved, so that a long
 * queue drained in small steps costs linear time.
 */
#include "rt/buf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUF_MIN = 64 };

void buf_done(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}

void buf_clear(struct buf *b)
{
	buf_done(b);
}

void buf_reset(struct buf *b)
{
	b->off = 0;
	b->n = 0;
}

char *buf_reserve(struct buf *b, size_t n)
{
	size_t need, cap;

	if (b->p && n <= b->cap - b->off - b->n)
		return b->p + b->off + b->n;
	if (b->off >= b->n && b->p && n <= b->cap - b->n) {
		memmove(b->p, b->p + b->off, b->n);
		b->off = 0;
		return b->p + b->n;
	}
	/* An impossible size reaches base_realloc as one, and ends the process. */
	if (__builtin_add_overflow(b->n, n, &need) || need > SIZE_MAX / 4)
		need = SIZE_MAX / 4;
	for (cap = b->cap > BUF_MIN ? b->cap : BUF_MIN; cap < need; cap *= 2)
		;
	if (b->off > 0) {
		memmove(b->p, b->p + b->off, b->n);
		b->off = 0;
	}
	if (cap > b->cap) {
		b->p = base_realloc(b->p, cap, 1);
		b->cap = cap;
	}
	return b->p + b->n;
}

void buf_commit(struct buf *b, size_t n)
{
	assert(n <= b->cap - b->off - b->n);
	b->n += n;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	memcpy(buf_reserve(b, n), p, n);
	b->n += n;
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
	*buf_reserve(b, 1) = c;
	b->n++;
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	char small[256];
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	assert(n >= 0);
	if ((size_t)n < sizeof(small)) {
		buf_add(b, small, (size_t)n);
	} else {
		vsnprintf(buf_reserve(b, (size_t)n + 1), (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

void buf_drain(struct buf *b, size_t n)
{
	assert(n <= b->n);
	b->off += n;
	b->n -= n;
	if (b->n == 0)
		buf_done(b);
}
