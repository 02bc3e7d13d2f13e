/* report.c - see report.h. */
#include "tests/fake/discord/report.h"

#include <stdio.h>

enum { MISUSES_MAX = 200, MISUSE_BYTES = 600 };

void report_init(struct report *r)
{
	*r = (struct report){ .counts = json_object() };
}

void report_done(struct report *r)
{
	json_decref(r->counts);
	buf_done(&r->misuses);
}

int64_t report_get(const struct report *r, const char *name)
{
	return json_integer_value(json_object_get(r->counts, name));
}

void report_set(struct report *r, const char *name, int64_t n)
{
	json_object_set_new(r->counts, name, json_integer(n));
}

void report_add(struct report *r, const char *name, int64_t n)
{
	report_set(r, name, report_get(r, name) + n);
}

void report_misuse(struct report *r, const char *fmt, ...)
{
	char line[MISUSE_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	report_add(r, "misuses", 1);
	if (report_get(r, "misuses") <= MISUSES_MAX)
		buf_addf(&r->misuses, "%s\n", line);
}
