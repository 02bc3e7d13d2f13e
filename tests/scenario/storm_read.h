/*
 * storm_read.h - what a line that a storm's player reads means.
 */
#pragma once

#include "tests/scenario/storm.h"

/* One line of the transcript, without its end. Ends the test when it cannot be right. */
void storm_read(struct storm_player *p, struct span line);
/* Ends the test with what is wrong and the player's last words. */
void storm_wrong(struct storm_player *p, const char *fmt, ...) PRINTF_LIKE(2, 3)
	__attribute__((noreturn));
