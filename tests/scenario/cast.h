/*
 * cast.h - what scenes with players share: options that are kept until the end, players with an account, staff.
 */
#pragma once

#include "tests/support/mud.h"
#include "tests/support/talk.h"

enum { CAST_SETS = 40 };

/* "section.key=value" of a Mudlark that is to be started; the last one stays NULL. */
struct cast_sets {
	char *v[CAST_SETS];
	size_t n;
};

void cast_set(struct cast_sets *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
void cast_sets_done(struct cast_sets *s);

/* A new player with an account. */
void cast_enter(const struct mud *m, struct talk *t, const char *name);
/* His return. */
void cast_return(const struct mud *m, struct talk *t, const char *name);
/* A new player who has the role, and came back with it. */
void cast_staff(struct mud *m, struct talk *t, const char *name, const char *role);
