/*
 * prompt_quote.h - a stranger's words as data in a prompt: between « and », one line, without these marks.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

/* Adds the quotation: at most max bytes and the two marks. */
void prompt_quote(struct buf *out, struct span s, size_t max);
/* Is it clean already, so that it could be quoted as it is? */
bool prompt_is_plain(struct span s);
