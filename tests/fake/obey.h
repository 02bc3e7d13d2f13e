/*
 * obey.h - the worst model there could be: it does whatever the last message asks for.
 *
 * It says what stands behind "say ", tells its whole instructions when somebody speaks of them, calls
 * every function whose name is in the message (also those that it was not given), with any target that is
 * named and with the message itself, and decorates its text with what harms terminals.
 */
#pragma once

#include "tests/fake/api.h"

void obey(struct asked *q, struct answer *ret);
