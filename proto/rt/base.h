/*
 * base.h - the few words every file of Mudlark uses: results, ownership, text as pointer + length.
 *
 * Results: an int function returns 0 when it did its work; below 0 is -errno, unexpected, and goes
 * up unchanged; above 0 is a refusal that its header lists and the caller must handle.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define UNUSED __attribute__((unused))

/* A local that owns: destroyed by x_freep(&local) when it leaves scope, handed over by TAKE(). */
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define TAKE(p)                                                                                    \
	__extension__({                                                                            \
		__typeof__(p) take_ = (p);                                                         \
		(p) = NULL;                                                                        \
		take_;                                                                             \
	})

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define CONTAINER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* Borrowed bytes or text, not terminated. */
struct span {
	const char *p;
	size_t n;
};

#define SPAN(literal) ((struct span){ (literal), sizeof(literal) - 1 })

/* free() for CLEANUP on a char * or void *. */
void base_freep(void *pointer_to_pointer);

/* calloc/realloc/strdup that abort when memory is gone: the supervisor restarts the process. */
void *base_alloc(size_t n, size_t size) MUST_USE;
void *base_realloc(void *p, size_t n, size_t size) MUST_USE;
char *base_dup(const char *p, size_t n) MUST_USE;
