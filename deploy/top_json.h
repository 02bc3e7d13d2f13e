/*
 * top_json.h - what `mudlark top` and `mudlark status` know, as JSON for scripts: deploy/README.md has the keys.  Keys are
 * added, never renamed; what is not known is null.
 */
#pragma once

#include "rt/buf.h"
#include "top_model.h"

/* One object on one line. */
void top_json(const struct top_model *m, int64_t unix_ms, struct buf *out);
/* `"key":{...}` of the numbers of one process that scripts ask for, or null when it does not answer. */
void top_json_numbers(const struct watch_target *t, struct buf *out);
/* A number as JSON has it, or null. */
void top_json_number(struct buf *out, double v);
