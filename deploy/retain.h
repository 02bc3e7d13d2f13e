/*
 * retain.h - which backups of a folder stay.
 *
 * A backup is named by its time, mudlark-YYYYMMDD-HHMMSSZ.jsonl.gz (UTC), and files of other names are
 * never touched.  What has such a name but is no plain file, is empty, or is of a time that has not come yet
 * (the clock was ahead) is no backup to rely on: it is left alone and does not count among the newest.
 */
#pragma once

#include <time.h>
#include "rt/base.h"

enum {
	RETAIN_NAME = 40,
	RETAIN_AHEAD_S = 60, /* that a name may be ahead of the clock */
};

struct retain {
	unsigned keep; /* so many, the newest; 0: that is no reason to delete */
	unsigned days; /* and all of so many days; 0: that is no reason to keep */
};

void retain_name(time_t at, char ret[RETAIN_NAME]);
/*
 * Deletes what is too old, but never `fresh` (a name). With both numbers a backup goes when it is neither among
 * the newest `keep` nor of the last `days`; with both 0 all stay. What a killed backup left unfinished
 * goes in any case. `told` hears each name, and why it is left alone; NULL: it was deleted. 0, or -errno of the first that could not be deleted.
 */
int retain_apply(const char *dir, const char *fresh, const struct retain *rule, time_t now,
		 void (*told)(void *ctx, const char *name, const char *left), void *ctx) MUST_USE;
