/*
 * report.h - what the fake has seen: numbers by name, and every misuse with a sentence.
 */
#pragma once

#include <jansson.h>
#include "rt/buf.h"

struct report {
	json_t *counts;
	struct buf misuses; /* a line each, at most MISUSES_MAX */
};

void report_init(struct report *r);
void report_done(struct report *r);
void report_add(struct report *r, const char *name, int64_t n);
void report_set(struct report *r, const char *name, int64_t n);
int64_t report_get(const struct report *r, const char *name);
/* Something that the real one punishes or that a good client does not do. */
void report_misuse(struct report *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
