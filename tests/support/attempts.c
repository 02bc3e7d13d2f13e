/* attempts.c - see attempts.h. */
#include "tests/support/attempts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "tests/support/die.h"
#include "tests/unit/aibridge/injections.h"

#define ATTEMPTS "tests/fixtures/bridges/attempts.txt"

enum { ATTEMPT_LINE = 2048, ATTEMPT_TIMES = 100000 };

/* "N*" in front: how often. */
static unsigned long times_of(const char **line)
{
	char *end;
	const unsigned long n = strtoul(*line, &end, 10);

	if (end == *line || *end != '*' || n < 1 || n > ATTEMPT_TIMES)
		return 1;
	*line = end + 1;
	return n;
}

static void read_one(struct attempts *a, const char *line)
{
	unsigned long n = times_of(&line);
	struct buf once = { 0 };

	injection_read(&once, line);
	a->v = base_realloc(a->v, a->n + 1, sizeof(*a->v));
	a->v[a->n] = (struct buf){ 0 };
	while (n--)
		buf_add(&a->v[a->n], buf_p(&once), once.n);
	a->n++;
	buf_done(&once);
}

void attempts_read(struct attempts *a)
{
	FILE *f = fopen(ATTEMPTS, "re");
	char line[ATTEMPT_LINE];

	*a = (struct attempts){ 0 };
	if (!f)
		die("cannot read %s", ATTEMPTS);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] && line[0] != '#')
			read_one(a, line);
	}
	fclose(f);
}

void attempts_done(struct attempts *a)
{
	for (size_t i = 0; i < a->n; i++)
		buf_done(&a->v[i]);
	free(TAKE(a->v));
	a->n = 0;
}

struct buf attempts_line(const struct buf *attempt, size_t max)
{
	struct buf line = { 0 };

	for (size_t i = 0; i < attempt->n && i < max; i++) {
		const char c = buf_p(attempt)[i];

		buf_addc(&line, c == '\n' || c == '\r' || c == '\0' ? ' ' : c);
	}
	return line;
}

struct harm {
	uint32_t from, to;
	const char *what;
};

static const struct harm harms[] = {
	{ 0x00, 0x1f, "a control character" },
	{ 0x7f, 0x7f, "a control character" },
	{ 0x80, 0x9f, "a control character of C1" },
	{ 0x061c, 0x061c, "a mark of direction" },
	{ 0x200b, 0x200d, "something of no width" },
	{ 0x200e, 0x200f, "a mark of direction" },
	{ 0x2028, 0x2029, "a separator of lines" },
	{ 0x202a, 0x202e, "a change of direction" },
	{ 0x2060, 0x2064, "something of no width" },
	{ 0x2066, 0x2069, "a change of direction" },
	{ 0xd800, 0xdfff, "half of a surrogate" },
	{ 0xfdd0, 0xfdef, "no character" },
	{ 0xfeff, 0xfeff, "something of no width" },
	{ 0xfffe, 0xffff, "no character" },
	{ 0xe0000, 0xe007f, "a tag" },
};

/* Of valid UTF-8. */
static uint32_t next_point(const char **p)
{
	const unsigned char *s = (const unsigned char *)*p;
	const size_t n = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	uint32_t c = n == 1 ? s[0] : s[0] & (0x7fu >> n);

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (s[i] & 0x3fu);
	*p += n;
	return c;
}

const char *attempts_harm(struct span text)
{
	const char *p = text.p, *end = text.p + text.n;

	if (memchr(text.p, 0, text.n))
		return "a zero";
	if (!text_is_utf8(text))
		return "bytes that are no UTF-8";
	while (p < end) {
		const uint32_t c = next_point(&p);

		for (size_t i = 0; i < ARRAY_LEN(harms); i++)
			if (c >= harms[i].from && c <= harms[i].to)
				return harms[i].what;
	}
	return NULL;
}
