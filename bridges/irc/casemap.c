/*
 * casemap.c - see casemap.h.
 */
#include "bridges/irc/casemap.h"

#include <string.h>
#include <strings.h>

/* The last character that has a small one 32 above it. */
static const char last_big[] = {
	[CASEMAP_RFC1459] = '^',
	[CASEMAP_ASCII] = 'Z',
	[CASEMAP_STRICT] = ']',
};

static const char *const names[] = {
	[CASEMAP_RFC1459] = "rfc1459",
	[CASEMAP_ASCII] = "ascii",
	[CASEMAP_STRICT] = "strict-rfc1459",
};

static char fold(enum casemap m, char c)
{
	return c >= 'A' && c <= last_big[m] ? (char)(c + 32) : c;
}

struct span casemap_fold(enum casemap m, struct span name, char dst[CASEMAP_NAME])
{
	const size_t n = name.n < CASEMAP_NAME ? name.n : CASEMAP_NAME;

	for (size_t i = 0; i < n; i++)
		dst[i] = fold(m, name.p[i]);
	return (struct span){ dst, n };
}

bool casemap_equal(enum casemap m, struct span a, struct span b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (fold(m, a.p[i]) != fold(m, b.p[i]))
			return false;
	return true;
}

bool casemap_named(struct span name, enum casemap *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strlen(names[i]) != name.n || strncasecmp(names[i], name.p, name.n) != 0)
			continue;
		*ret = (enum casemap)i;
		return true;
	}
	return false;
}
