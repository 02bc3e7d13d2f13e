/* top_find.h - which processes there are to be looked at, and where they show their numbers. */
#pragma once

#include "command.h"
#include "place.h"
#include "watch.h"

/*
 * Those that `mudlark up` runs on the data directory; when it does not run, those whose metrics address the configuration
 * has, and those whose socket lies in the data directory.  Then those of --at, which go over one of the same name; a host with
 * several addresses is several processes, NAME.1, NAME.2 ...
 * 0, or an exit status after a sentence on stderr.
 */
int top_find(struct watch *w, const struct args *a, const struct place *p) MUST_USE;
/* Those of the order `metrics` of `mudlark up`: rows NAME ADDRESS. The same. */
int top_find_rows(struct watch *w, struct span rows) MUST_USE;
