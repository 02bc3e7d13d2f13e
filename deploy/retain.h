/*
 * retain.h - which backups of a folder stay.
 *
 * A backup is named by its time, mudlark-YYYYMMDD-HHMMSSZ.jsonl.gz (UTC), and files of other names are
 * never touched, nor is anything that is no plain file.
 */
#pragma once

#include <time.h>
#include "rt/base.h"

enum { RETAIN_NAME = 40 };

struct retain {
	unsigned keep; /* so many, the newest; 0: that is no reason to delete */
	unsigned days; /* and all of so many days; 0: that is no reason to keep */
};

void retain_name(time_t at, char ret[RETAIN_NAME]);
/*
 * Deletes what is too old, but never `fresh` (a name). With both numbers a backup goes when it is neither among
 * the newest `keep` nor of the last `days`; with both 0 all stay. What a killed backup left unfinished
 * goes in any case. `deleted` hears each name. 0, or -errno of the first that could not be deleted.
 */
int retain_apply(const char *dir, const char *fresh, const struct retain *rule, time_t now,
		 void (*deleted)(void *ctx, const char *name), void *ctx) MUST_USE;
