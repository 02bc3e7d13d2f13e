/*
 * screen.h - a program on a terminal of its own, 100 columns by 40 rows: what it shows is kept, keys are
 * typed, text is waited for.  What does not come in time ends the test with all that was shown.
 */
#pragma once

#include <sys/types.h>
#include "rt/base.h"
#include "rt/buf.h"

enum { SCREEN_COLUMNS = 100, SCREEN_ROWS = 40 };

struct screen {
	pid_t pid;
	int fd;
	struct buf text; /* all it has shown */
	size_t at;	 /* everything before was looked at */
};

/* argv[0] is looked for in PATH and among the games. `home`: its HOME. */
void screen_open(struct screen *s, const char *const *argv, const char *home);
void screen_close(struct screen *s);
void screen_type(struct screen *s, const char *line);
/* Waits until the text is shown behind what was looked at. */
void screen_expect(struct screen *s, const char *text);
/* Another size, as if its window was drawn larger. */
void screen_resize(struct screen *s, unsigned columns, unsigned rows);
/* Is there such a program? */
bool screen_has(const char *program);
