/*
 * markup.h - Discord's markup as plain text: what is set in bold, italic, underlined or struck through is left without its signs,
 * headings without theirs, fences without their lines; what stands behind a spoiler stays hidden.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

/* Appends. Marks (<@1> and the like) and backslashes before signs are left for readable_marks(); what is code gets
 * backslashes, so that it stays as it is. */
void markup_strip(struct buf *out, struct span s);
/* Is it what "/me waves" becomes: "_waves_"? */
bool markup_is_emote(struct span s);
