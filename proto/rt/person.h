/*
 * person.h - what the name of an account or of a character may be: the one rule that the world asks
 * before its dialogue goes on and persist asks again before it writes.
 */
#pragma once

#include "rt/base.h"

enum { PERSON_NAME_MIN = 3, PERSON_NAME_MAX = 16 };

/* NULL when it will do, or a sentence that says what is wrong. */
const char *person_name_fault(struct span name);
