/*
 * arena.c - see arena.h.  Blocks form a list, newest and largest first; only the first has room.  A
 * new block is at least twice the one before, so the largest soon holds a whole turn by itself.
 * AddressSanitizer is told what is handed out, and so finds what is used after a reset.
 */
#include "rt/arena.h"

#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_FIRST = 4096, ARENA_ALIGN = 16 };

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	_Alignas(ARENA_ALIGN) char data[];
};

void arena_init(struct arena *a, size_t cap)
{
	*a = (struct arena){ .cap = cap };
}

static void free_blocks(struct arena_block *b)
{
	while (b) {
		struct arena_block *next = b->next;

		free(b);
		b = next;
	}
}

void arena_done(struct arena *a)
{
	free_blocks(a->blocks);
	a->blocks = NULL;
	a->used = 0;
}

void arena_reset(struct arena *a)
{
	a->used = 0;
	if (!a->blocks)
		return;
	free_blocks(a->blocks->next);
	a->blocks->next = NULL;
	a->blocks->used = 0;
	ASAN_POISON_MEMORY_REGION(a->blocks->data, a->blocks->size);
}

static struct arena_block *add_block(struct arena *a, size_t n)
{
	size_t size = a->blocks ? a->blocks->size * 2 : ARENA_FIRST;
	struct arena_block *b;

	if (size < n)
		size = n;
	b = base_realloc(NULL, 1, sizeof(*b) + size);
	b->size = size;
	b->used = 0;
	b->next = a->blocks;
	a->blocks = b;
	ASAN_POISON_MEMORY_REGION(b->data, size);
	return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *b = a->blocks;
	const size_t asked = n;
	void *p;

	if (n > SIZE_MAX / 4)
		return NULL;
	n = (n + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if (n == 0)
		n = ARENA_ALIGN;
	if (a->cap && (a->used > a->cap || n > a->cap - a->used))
		return NULL;
	if (!b || n > b->size - b->used)
		b = add_block(a, n);
	p = b->data + b->used;
	b->used += n;
	a->used += n;
	ASAN_UNPOISON_MEMORY_REGION(p, asked);
	return p;
}

char *arena_dup(struct arena *a, const char *p, size_t n)
{
	char *s = n < SIZE_MAX ? arena_alloc(a, n + 1) : NULL;

	if (!s)
		return NULL;
	if (n > 0)
		memcpy(s, p, n);
	s[n] = '\0';
	return s;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return NULL;
	s = arena_alloc(a, (size_t)n + 1);
	if (!s)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

static void *pb_alloc(void *arena, size_t n)
{
	return arena_alloc(arena, n);
}

static void pb_free(UNUSED void *arena, UNUSED void *p)
{
}

ProtobufCAllocator arena_protobuf(struct arena *a)
{
	return (ProtobufCAllocator){ .alloc = pb_alloc, .free = pb_free, .allocator_data = a };
}
