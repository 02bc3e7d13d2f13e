/*
 * arena.h - scratch memory that is freed all at once, and the capped allocator for protobuf-c.
 *
 * arena_alloc() never fails below the cap; above it returns NULL, which protobuf-c turns into a
 * clean NULL from unpack.  arena_reset() keeps the largest block, so a steady loop allocates none.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include "rt/base.h"

struct arena_block;

struct arena {
	struct arena_block *blocks;
	size_t used, cap; /* bytes handed out since reset; cap 0: none */
};

void arena_init(struct arena *a, size_t cap);
void arena_done(struct arena *a);
void arena_reset(struct arena *a);
void *arena_alloc(struct arena *a, size_t n) MUST_USE; /* 16-byte aligned, not cleared */
char *arena_dup(struct arena *a, const char *p, size_t n) MUST_USE;
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3) MUST_USE;

/* An allocator over the arena; free is a no-op. */
ProtobufCAllocator arena_protobuf(struct arena *a);
