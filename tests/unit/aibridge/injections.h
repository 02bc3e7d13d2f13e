/*
 * injections.h - reads tests/fixtures/injections/attempts.txt; its head describes the form.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/base.h"
#include "rt/buf.h"

#define INJECTIONS "tests/fixtures/injections/attempts.txt"

enum { INJECTIONS_MAX = 256 };

struct injections {
	struct buf v[INJECTIONS_MAX];
	size_t n;
};

static inline void injection_point(struct buf *out, unsigned long c)
{
	if (c < 0x80) {
		buf_addc(out, (char)c);
	} else if (c < 0x800) {
		buf_addc(out, (char)(0xc0 | (c >> 6)));
		buf_addc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_addc(out, (char)(0xe0 | (c >> 12)));
		buf_addc(out, (char)(0x80 | ((c >> 6) & 0x3f)));
		buf_addc(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* The number of `digits` hexadecimal digits at p; false: there are not as many. */
static inline bool injection_number(const char *p, size_t digits, unsigned long *ret)
{
	char text[8] = { 0 };

	if (strspn(p, "0123456789abcdefABCDEF") < digits)
		return false;
	memcpy(text, p, digits);
	*ret = strtoul(text, NULL, 16);
	return true;
}

static inline void injection_read(struct buf *out, const char *line)
{
	for (; *line; line++) {
		const char kind = line[0] == '\\' ? line[1] : 0;
		const size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : 0;
		unsigned long c;

		if (digits && injection_number(line + 2, digits, &c)) {
			if (kind == 'x')
				buf_addc(out, (char)c);
			else
				injection_point(out, c);
			line += 1 + digits;
		} else if (kind == 'n' || kind == '\\') {
			buf_addc(out, kind == 'n' ? '\n' : '\\');
			line++;
		} else {
			buf_addc(out, *line);
		}
	}
}

/* Empty when the file is not there: tests run in the root of the repository. */
static inline void injections_read(struct injections *in)
{
	FILE *f = fopen(INJECTIONS, "re");
	char line[2048];

	*in = (struct injections){ 0 };
	while (f && in->n < INJECTIONS_MAX && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (line[0] && line[0] != '#')
			injection_read(&in->v[in->n++], line);
	}
	if (f)
		fclose(f);
}

static inline void injections_done(struct injections *in)
{
	for (size_t i = 0; i < in->n; i++)
		buf_done(&in->v[i]);
	in->n = 0;
}
