/*
 * mistake.h - what is wrong with a pack, collected so that a builder sees all of it in one go.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

struct yaml_node;
struct mistake;

struct mistakes {
	struct mistake *list;
	size_t n;   /* kept, at most PACK_MAX_MISTAKES */
	size_t all; /* found */
};

void mistakes_done(struct mistakes *m);
void mistake_at(struct mistakes *m, const struct yaml_node *where, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void mistake_in(struct mistakes *m, const char *file, size_t line, size_t column, const char *fmt,
		...) PRINTF_LIKE(5, 6);
/* One line each, sorted by place, and a line that says how many more there are. */
void mistakes_print(struct mistakes *m, struct buf *out);
