/* fuzz.c - see fuzz.h. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/text.h"

enum { NOTHING_WORKED = 3 };

static unsigned long worked;

static void say_worked(void)
{
	fprintf(stderr, "fuzz: worked %lu times\n", worked);
	if (!worked)
		_exit(NOTHING_WORKED);
}

int LLVMFuzzerInitialize(int *argc UNUSED, char ***argv UNUSED)
{
	return atexit(say_worked);
}

void fuzz_worked(void)
{
	worked++;
}

void fuzz_broken(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

uint8_t fuzz_u8(struct fuzz_in *in)
{
	if (!in->n)
		return 0;
	in->n--;
	return *in->p++;
}

struct span fuzz_take(struct fuzz_in *in, size_t max)
{
	struct span s = { (const char *)in->p, in->n < max ? in->n : max };

	in->p += s.n;
	in->n -= s.n;
	return s;
}

struct span fuzz_until(struct fuzz_in *in, uint8_t separator)
{
	const uint8_t *at = in->n ? memchr(in->p, separator, in->n) : NULL;
	struct span s = fuzz_take(in, at ? (size_t)(at - in->p) : in->n);

	if (at)
		fuzz_u8(in);
	return s;
}

bool fuzz_equal(struct span a, struct span b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

bool fuzz_is_clean(struct span s, const char *allowed)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if ((c < 0x20 || c == 0x7f) && (!c || !strchr(allowed, c)))
			return false;
		/* C1 in UTF-8 */
		if (c == 0xc2 && i + 1 < s.n && (uint8_t)s.p[i + 1] < 0xa0)
			return false;
	}
	return text_is_utf8(s);
}
