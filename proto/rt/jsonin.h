/*
 * jsonin.h - JSON of a stranger, read with jansson: bounded, of the expected types or not at all.
 */
#pragma once

#include <jansson.h>
#include "rt/base.h"

enum { JSONIN_DEPTH = 16, JSONIN_MAX = 1024 * 1024 };

/* An object, or NULL: malformed, a key twice, deeper than JSONIN_DEPTH, longer than JSONIN_MAX. */
json_t *jsonin_object(struct span text) MUST_USE;
/* An object or an array within other bounds; otherwise as above. */
json_t *jsonin_read(struct span text, size_t max, int depth) MUST_USE;
void jsonin_freep(json_t **o);

/* Members of an object; NULL in, "absent" out. */
json_t *jsonin_in(const json_t *o, const char *key);	     /* an object, or NULL */
const json_t *jsonin_list(const json_t *o, const char *key); /* an array, or NULL */
/* A string; otherwise false and an empty one. */
bool jsonin_text(const json_t *o, const char *key, struct span *ret);
bool jsonin_is(const json_t *o, const char *key, const char *text);
bool jsonin_true(const json_t *o, const char *key);
/* A whole number from 0 to `max`; otherwise false, and *ret stays. */
bool jsonin_count(const json_t *o, const char *key, uint64_t max, uint64_t *ret);
