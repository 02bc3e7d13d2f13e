/*
 * bytes.h - for tests of the gateway: spans of literals, and buffers compared with them.
 */
#pragma once

#include <string.h>
#include "rt/buf.h"
#include "tests/unit/rt/unit.h"

/* A literal with its NULs. */
#define BYTES(literal) SPAN(literal)

static inline struct span text_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

#define ck_assert_bytes(buf_, literal)                                                             \
	do {                                                                                       \
		struct span want_ = SPAN(literal);                                                 \
		ck_assert_uint_eq((buf_)->n, want_.n);                                             \
		ck_assert_mem_eq(buf_p(buf_), want_.p, want_.n);                                   \
	} while (0)

/* As text; terminates the buffer's bytes. */
#define ck_assert_text(buf_, text)                                                                 \
	do {                                                                                       \
		buf_addc((buf_), '\0');                                                            \
		ck_assert_str_eq(buf_p(buf_), (text));                                             \
		buf_clear(buf_);                                                                   \
	} while (0)
