/*
 * die.h - the end of a test or tool that cannot go on: a sentence on stderr, then status 1 (which
 * check reports as a failure of the test).  Tools and tests have no state worth an unwinding;
 * processes they started end with them (child.h).
 */
#pragma once

#include <stdint.h>
#include "rt/base.h"

void die(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));
/* -1 with errno set becomes a death that says what was tried; anything else is handed through. */
int must(int result, const char *what);

/* Monotonic time. */
uint64_t now_us(void);
