/*
 * numbers.h - what a process shows at /metrics, read by a test: names with their kinds, and values of series.
 */
#pragma once

#include "tests/scenario/apart.h"

enum { NUMBERS_NAMES = 200, NUMBERS_NAME = 64, NUMBERS_KIND = 12 };

struct number {
	char name[NUMBERS_NAME], kind[NUMBERS_KIND];
};

struct numbers {
	char *text; /* as it came */
	struct number v[NUMBERS_NAMES];
	size_t n;
};

/* Asks the process; dies when it does not answer, or when a name is explained twice. */
void numbers_read(struct numbers *s, const struct apart *a, enum apart_role role);
/* What the table in deploy/README.md, "Numbers", has for this process. `text` is NULL. */
void numbers_promised(struct numbers *s, enum apart_role role);
void numbers_done(struct numbers *s);
/* NULL: not there. */
const struct number *numbers_find(const struct numbers *s, const char *name);
/* The value of `name` or `name{label="..."}`; dies when there is none. */
double numbers_value(const struct numbers *s, const char *series);
