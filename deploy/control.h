/*
 * control.h - how `mudlark status`, `stop` and the like talk to the `mudlark up` that runs.
 *
 * A stream socket in the data directory's run/ (0700: who can reach it may give orders).  One
 * request line, `VERB [WORD]...`; the answer is any number of rows `= FIELD FIELD ...` and then
 * `ok` or `error SENTENCE`; then the connection is closed.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"
#include "rt/loop.h"

enum { CONTROL_LINE = 512, CONTROL_WORDS = 4, CONTROL_WORD = 64, CONTROL_CLIENTS = 16 };

struct control_request {
	char words[CONTROL_WORDS][CONTROL_WORD];
	size_t n;
};

/* 1: empty, a word too long or too many, or a byte that is not printable ASCII. */
int control_parse(struct span line, struct control_request *ret) MUST_USE;
/* Splits a whole answer: rows without their mark go to `rows`, one a line. 0; 1: an error, its
 * sentence is in *rows instead; -EPROTO: not an answer. */
int control_verdict(struct span answer, struct buf *rows) MUST_USE;

struct control;

/* `handle` appends rows and the last line. -errno. */
int control_open(struct control **ret, struct loop *l, const char *path,
		 void (*handle)(void *ctx, const struct control_request *q, struct buf *answer),
		 void *ctx) MUST_USE;
void control_close(struct control *c);

/* Blocking, at most 5 s. As control_verdict(), or -errno: -ENOENT and -ECONNREFUSED: nobody is up.
 */
int control_ask(const char *path, const char *request, struct buf *rows) MUST_USE;
/* The same for a command: what went wrong is said on stderr. 0, or an exit status. */
int control_order(const char *data, const char *path, const char *request,
		  struct buf *rows) MUST_USE;
