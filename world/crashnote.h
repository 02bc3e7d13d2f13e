/*
 * crashnote.h - which line was being run, in memory that outlives the process: a small file, mapped.
 *
 * Writing it costs two stores for each line and no system call; the kernel keeps the page when the
 * process dies.  A line that has killed the world twice is set aside at the next start.
 */
#pragma once

#include "rt/base.h"

struct crashnote;

struct crashnote_found {
	uint64_t session, seq;
	uint32_t crashes;
};

enum { CRASHNOTE_MAX = 16 };

/* Opens (and makes) the file; *ret_found gets the lines that killed earlier worlds, this last one
 * included.  0, or -errno: then there is no note and *ret is NULL. */
int crashnote_open(struct crashnote **ret, const char *path,
		   struct crashnote_found found[CRASHNOTE_MAX], size_t *ret_n) MUST_USE;
void crashnote_close(struct crashnote *c); /* NULL is fine */
/* The line that is run from now on; 0 0: none. */
void crashnote_set(struct crashnote *c, uint64_t session, uint64_t seq);
