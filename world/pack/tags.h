/*
 * tags.h - the neutral markup a text may hold: `{tag}` ... `{/}`, `{{` for a brace.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

/* True: every tag is known and ended. Otherwise *wrong gets the sentence that says what is not. */
bool tags_check(struct span text, struct buf *wrong);
/* The columns a line of markup takes on a screen. */
size_t tags_columns(struct span line);
