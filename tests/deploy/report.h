/*
 * report.h - what players have seen, as one line of JSON.
 */
#pragma once

#include "rt/buf.h"
#include "tests/deploy/player.h"

/* What they have answered so far, together. */
uint64_t report_answered(const struct player *players, size_t n);
/*
 * Appends `"players":..,` ... without braces:
 *
 *	in, waiting			now
 *	typed, answered			lines; the rest is waiting, unknown or lost
 *	unknown				lines that waited when a telnet player's own connection broke
 *	lost, doubled, wrong, said	what must not be: all 0, and "said" is empty
 *	carried				pebbles, by what players were told
 *	cut, returned, resumed		connections broken in play; back by password; taken up again by a token
 *	refused, gaps			tokens that did not count, and what was missed by who had one
 *	longest_ms			wait for an answer
 *	by				cut ones by "address kind"
 */
void report_add(struct buf *out, const struct player *players, size_t n);
/* Text as a JSON string. */
void report_quote(struct buf *out, const char *text);
