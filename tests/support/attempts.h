/*
 * attempts.h - reads tests/fixtures/bridges/attempts.txt, whose head describes the form: what is typed in the game and
 * said outside by somebody who wants to harm those who read it on the other side of a bridge.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

struct attempts {
	struct buf *v;
	size_t n;
};

/* Dies when the file is not there: tests run in the root of the repository. */
void attempts_read(struct attempts *a);
void attempts_done(struct attempts *a);
/* One as a line that can be typed: what would end it is a space, at most `max` bytes of it. Owned by the caller. */
struct buf attempts_line(const struct buf *attempt, size_t max) MUST_USE;
/* What nobody may ever be shown, whoever said it: a control character, C1, one that cannot be seen or turns the
 * direction, bytes that are no UTF-8. NULL: the text is harmless; else a word for what it has. */
const char *attempts_harm(struct span text) MUST_USE;
