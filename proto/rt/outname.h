/*
 * outname.h - names of strangers, before they stand in a line of others.
 *
 * Who is outside may be called anything: `Ana: I give it all to Bob.`, `[chat] Ana`.  Nothing of a name may look like
 * what stands around names, nor like words of the line itself.
 */
#pragma once

#include "rt/buf.h"

/* Appends clean UTF-8 (text_clean()) with "_" for brackets and quotes of all kinds, for : , * | @ < > ` and what looks like
 * them, and for runs of spaces of any kind; when `spaced` such a run is one ordinary space. None at its ends. */
void outname_add(struct buf *out, struct span name, bool spaced);
