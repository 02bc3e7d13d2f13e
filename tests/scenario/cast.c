/* cast.c - see cast.h. */
#include "tests/scenario/cast.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/die.h"

#define PASSWORD "some long password"

void cast_set(struct cast_sets *s, const char *fmt, ...)
{
	va_list ap;

	if (s->n == CAST_SETS - 1)
		die("too many options");
	va_start(ap, fmt);
	must(vasprintf(&s->v[s->n++], fmt, ap), "vasprintf");
	va_end(ap);
}

void cast_sets_done(struct cast_sets *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(TAKE(s->v[i]));
	s->n = 0;
}

void cast_enter(const struct mud *m, struct talk *t, const char *name)
{
	talk_open(t, name, m->telnet);
	talk_enter_new(t, name, PASSWORD);
}

void cast_return(const struct mud *m, struct talk *t, const char *name)
{
	talk_open(t, name, m->telnet);
	talk_enter(t, name, PASSWORD);
}

void cast_staff(struct mud *m, struct talk *t, const char *name, const char *role)
{
	const char *const words[] = { "account", "grant", name, role, NULL };
	CLEANUP(base_freep) char *text = NULL;
	int status;

	cast_enter(m, t, name);
	talk_line(t, "quit");
	talk_expect_end(t);
	talk_close(t);
	text = mud_command(m, words, NULL, &status);
	if (status)
		die("%s", text);
	cast_return(m, t, name);
}
