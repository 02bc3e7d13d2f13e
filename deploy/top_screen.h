/*
 * top_screen.h - a terminal that is drawn on in place: its other screen, no cursor, keys one by one.
 *
 * What was there is put back by screen_leave(), which must be called on every way out.
 */
#pragma once

#include <termios.h>

#include "rt/base.h"

struct top_screen {
	struct termios before;
	bool entered;
	size_t columns, rows;
};

/* Can one draw on standard output and type on standard input? */
bool top_screen_usable(void);
void top_screen_enter(struct top_screen *s);
void top_screen_leave(struct top_screen *s);
/* Lines with their newlines, the topmost first; not more than s->rows. */
void top_screen_draw(struct top_screen *s, struct span lines);
/* After SIGWINCH. */
void top_screen_measure(struct top_screen *s);
