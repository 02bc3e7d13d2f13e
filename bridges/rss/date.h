/*
 * date.h - dates as feeds write them: RFC 822 and 2822, RFC 3339 and what else ISO 8601 allows, RFC 850, asctime, and the
 * mistakes that are common in all of these.  No locale and no TZ of the machine has a say.
 */
#pragma once

#include "rt/base.h"

/* Unix milliseconds. A zone that is missing or not known is UTC; a missing time is midnight. False: it is no date. */
bool date_read(struct span text, int64_t *ret_ms) MUST_USE;
/* A date that lies ahead by more than a day's half is somebody's mistake, or a way to stay on top: it is now. */
int64_t date_clamp(int64_t ms, int64_t now_ms);
