/*
 * buf.h - a growing run of bytes that is consumed from the front.
 *
 * Memory exists only while there are bytes: an empty buf holds none, so an idle connection costs
 * nothing.  A buf is embedded in its owner; zero bytes are a valid empty one.
 */
#pragma once

#include <stdarg.h>
#include "rt/base.h"

struct buf {
	char *p;    /* allocation, NULL when empty */
	size_t off; /* first live byte */
	size_t n;   /* live bytes */
	size_t cap;
};

void buf_done(struct buf *b);
void buf_clear(struct buf *b);			     /* drops the bytes, keeps no memory */
void buf_reset(struct buf *b);			     /* drops the bytes, keeps the memory */
char *buf_reserve(struct buf *b, size_t n) MUST_USE; /* room for n more at the end */
void buf_commit(struct buf *b, size_t n);	     /* n of the reserved are now live */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vaddf(struct buf *b, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
void buf_drain(struct buf *b, size_t n);

static inline const char *buf_p(const struct buf *b)
{
	return b->p ? b->p + b->off : "";
}

static inline struct span buf_span(const struct buf *b)
{
	return (struct span){ buf_p(b), b->n };
}
