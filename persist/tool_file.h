/*
 * tool_file.h - files of exports, for the flags of mudlark-persist: read plain or gzip, written so that a file is
 * there whole or not at all.  "-" is the standard input or output.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

struct tool_source;

/* 0 or -errno, with a sentence in *why. */
int tool_source_open(struct tool_source **ret, const char *path, struct buf *why) MUST_USE;
/* The next bytes, none at the end (as store_import() wants it). */
int tool_source_read(void *source, struct span *ret, struct buf *why) MUST_USE;
void tool_source_close(struct tool_source *s);

struct tool_target {
	int fd;
	char *path, *part; /* NULL: standard output; `part` is what it is called meanwhile */
};

int tool_target_open(struct tool_target *t, const char *path, struct buf *why) MUST_USE;
int tool_target_write(struct tool_target *t, struct span bytes, struct buf *why) MUST_USE;
/* The file is on disk, under its name. */
int tool_target_commit(struct tool_target *t, struct buf *why) MUST_USE;
/* Without commit nothing stays. */
void tool_target_close(struct tool_target *t);
