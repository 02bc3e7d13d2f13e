/*
 * logfile.h - the log on disk: appended to, turned over at a size, a few old ones kept.
 *
 *	mudlark.log, mudlark.log.1 (the one before), ... mudlark.log.5; mode 0600
 *
 * A disk that is full or gone never stops the processes: lines are then not kept, and
 * logfile_write() says so by its result.
 */
#pragma once

#include "rt/base.h"

enum { LOGFILE_KEEP = 5 };

struct logfile {
	char *path;
	int fd;
	uint64_t size, limit;
};

/* -errno. limit: bytes after which it is turned over. */
int logfile_open(struct logfile *f, const char *path, uint64_t limit) MUST_USE;
int logfile_write(struct logfile *f, struct span text) MUST_USE;
void logfile_close(struct logfile *f);
