/*
 * poll_inner.h - what the files of a poll share.
 */
#pragma once

#include "bridges/rss/poll.h"
#include "bridges/rss/reader_inner.h"

/* poll_read.c */
void poll_begin(struct poll *p);  /* asks for the feed; poll_conclude() follows from the loop */
void poll_settle(struct poll *p); /* what was listed is seen; what is not new after all goes */
/* poll.c */
void poll_conclude(struct poll *p, const struct fetch_result *r);
