/*
 * json.h - JSON as the fakes write it.
 */
#pragma once

#include <jansson.h>
#include "rt/base.h"

/* Compact text of a value; freed by the caller. */
char *json_text(const json_t *value) MUST_USE;
