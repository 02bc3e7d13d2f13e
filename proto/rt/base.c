/*
 * base.c - allocation that cannot fail: a process without memory says so and ends, and its
 * supervisor starts it again.  Nothing here logs through rt/log, which needs memory to be there.
 */
#include "rt/base.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void out_of_memory(void)
{
	static const char line[] = "level=error event=out_of_memory\n";

	(void)!write(STDERR_FILENO, line, sizeof(line) - 1);
	abort();
}

void base_freep(void *pointer_to_pointer)
{
	void *p;

	memcpy(&p, pointer_to_pointer, sizeof(p));
	free(p);
}

void *base_alloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *base_realloc(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		out_of_memory();
	p = realloc(p, bytes ? bytes : 1);
	if (!p)
		out_of_memory();
	return p;
}

char *base_dup(const char *p, size_t n)
{
	char *s;

	if (n == SIZE_MAX)
		out_of_memory();
	s = base_realloc(NULL, n + 1, 1);
	if (n > 0)
		memcpy(s, p, n);
	s[n] = '\0';
	return s;
}
