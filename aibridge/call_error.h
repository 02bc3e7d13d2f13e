/*
 * call_error.h - what providers say when they refuse, as a call_error and a sentence without keys.
 */
#pragma once

#include <jansson.h>
#include "aibridge/provider.h"
#include "rt/buf.h"

enum { CALL_WHY_MAX = sizeof(((struct call_result *)0)->why) };

/* Of an HTTP status that is not 2xx. */
enum call_error call_error_of_status(long status);
/* The body of such an answer, or an error event: appends what it says to why. `status`: what is known without
 * it; CALL_OK: nothing. Any shape will do: {"error": {"type", "code", "message"}}, {"error": "text"}, the inner object. */
enum call_error call_error_read(const json_t *o, enum call_error status, struct buf *why);
/* One line, clean, cut; words that look like a key or hold a piece of `key` (may be NULL) are hidden. */
void call_why(char ret[CALL_WHY_MAX], struct span text, const char *key);
